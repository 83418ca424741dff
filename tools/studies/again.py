"""지금의 라이브러리로도 저장된 훈련만큼 배우는지 본다. 좁은 신경망 하나를 새 시드로 훈련해 비교한다.

두 코어에서 몇 분 걸린다. `make update`가 버전을 올린 다음에 한다.
"""

import tempfile
from collections.abc import Sequence
from pathlib import Path

from tools.studies import run
from tools.studies.recipes import Recipe

RECIPE = Recipe(upsampling="smooth")


def last_distance(result: dict) -> float:
    """훈련이 끝났을 때의 KID(×1,000)이다. 도중에 무너졌으면 무한대이다."""
    tick = result["ticks"][-1]
    return tick["ema"]["kid"] if "ema" in tick else float("inf")


def worst_expected(stored: Sequence[float]) -> float:
    """시드만 바꾼 훈련이 이보다 나쁘지는 않을 거리이다.

    거리는 몇 배로 흩어지므로 비로 본다. 저장된 것 가운데 가장 나쁜 것에서, 가장 좋은 것과의 비만큼 더 간 곳이다.
    """
    return max(stored) * max(stored) / min(stored)


def main() -> str:
    """저장된 훈련보다 눈에 띄게 못 배웠으면 그 이유를, 아니면 빈 글을 돌려준다."""
    stored = {
        seed: last_distance(result)
        for result in run.read_results()
        for name, seed in [run.identity(result)]
        if name == RECIPE.name
    }
    from tools.studies import train

    with tempfile.TemporaryDirectory() as folder:
        new = last_distance(train.train(RECIPE, max(stored) + 1, Path(folder)))
    worst = worst_expected(list(stored.values()))
    print(
        f"KID(×1,000): 새 훈련 {new:,.0f}, 저장된 훈련 {len(stored)}개 "
        f"{min(stored.values()):,.0f}~{max(stored.values()):,.0f}"
    )
    if new <= worst:
        return ""
    return (
        f"새 훈련의 거리가 {worst:,.0f}를 넘었다. 시드가 나빴는지 한 번 더 해 보고, 또 넘으면 바뀐 패키지의 버전을 하나씩 "
        "되돌려 어느 것 때문인지 찾는다."
    )
