"""쌍둥이(twin.py)의 결과를 results/twin.jsonl에 모으고, 계획한 대로 판정해 표와 페이지가 읽는 것을 만든다."""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from tools.studies import plan
from tools.studies.verdicts import spread, verdict

RESULTS = Path(__file__).parent / "results" / "twin.jsonl"
STUDIES = {
    "question": "penalty_shift",
    "singles": "penalty_shift_singles",
    "narrow": "penalty_shift_narrow",
}  # 계획마다 페이지가 부르는 실험의 이름
NAMES = {
    "plain": "둘 다 없음",
    "penalty": "패널티만",
    "shift": "옮기기만",
    "penalty_shift": "둘 다",
    "noise": "둘 다 없음, 레이블 잡음 0.1",
    "noise_penalty": "패널티만, 레이블 잡음 0.1",
    "noise_shift": "옮기기만, 레이블 잡음 0.1",
    "noise_penalty_shift": "둘 다, 레이블 잡음 0.1",
    "smooth": "둘 다, 융합 업샘플링",
    "dropout": "둘 다, 드롭아웃 0.3",
    "relativistic": "둘 다, 짝지은 손실과 두 패널티",
}
COMPARISONS = (
    ("패널티만", "둘 다 없음"),
    ("옮기기만", "둘 다 없음"),
    ("둘 다", "패널티만"),
    ("둘 다", "옮기기만"),
)
SAMPLED = {
    f"{size}, {NAMES[arm]}": f"{name}/samples/{arm}-0.png"
    for name, size in (("question", "기본 크기"), ("narrow", "좁은 신경망"))
    for arm in ("plain", "penalty", "shift", "penalty_shift")
}  # 페이지에 샘플을 싣는 훈련과, 결과 폴더에서 그것이 있는 자리


def collect(folder: Path) -> None:
    """세 계획이 다 끝난 결과 폴더에서 훈련마다 한 줄씩 모은다.

    Raises:
        ValueError: 끝나지 않았거나 실패한 훈련이 있을 때.
    """
    lines = []
    for name in STUDIES:
        machine = json.loads((folder / name / "machine.json").read_text(encoding="utf-8"))
        text = (folder / name / "curves.jsonl").read_text(encoding="utf-8")
        ticks = [json.loads(line) for line in text.splitlines()]
        for recipe in plan.read(name):
            own = [tick for tick in ticks if tick["name"] == recipe.name]
            if not own or own[-1]["images"] != recipe.images or "error" in own[-1]:
                raise ValueError(
                    f"{name}의 {recipe.name}이(가) 끝나지 않았다. train_twin을 다시 부른다."
                )
            arm, _, seed = recipe.name.rpartition("-")
            own = [{k: v for k, v in tick.items() if k not in ("name", "seed")} for tick in own]
            line = {"plan": name, "arm": arm, "seed": int(seed), "machine": machine, "ticks": own}
            lines.append(json.dumps(line, ensure_ascii=False) + "\n")
    RESULTS.write_text("".join(lines), encoding="utf-8")


@cache
def runs(name: str) -> dict[str, list[dict[str, Any]]]:
    """계획 하나의 결과이다. 훈련법의 한국어 이름에서 시드마다의 값으로 간다. 거리는 1,000배이다."""
    found: dict[str, list[dict[str, Any]]] = {}
    for line in map(json.loads, RESULTS.read_text(encoding="utf-8").splitlines()):
        if line["plan"] == name:
            ticks = line["ticks"]
            last = ticks[-1]["average"]
            run = {
                "seed": line["seed"],
                "images": [tick["images"] for tick in ticks],
                "kid": [tick["average"]["kid"] for tick in ticks],
                "raw_kid": [tick["raw"]["kid"] for tick in ticks],
                **{key: last[key] for key in last if key != "kid"},
            }
            found.setdefault(NAMES[line["arm"]], []).append(run)
    return found


def summary() -> dict[str, Any]:
    return {study: runs(name) for name, study in STUDIES.items()}


def ends(runs: list[dict[str, Any]], key: str = "kid", at: int = -1) -> np.ndarray:
    """시드마다, `at`번째로 잰 값이다. 끝에서만 잰 것은 그 값이다."""
    return np.array([run[key][at] if isinstance(run[key], list) else run[key] for run in runs])


def verdicts_at(found: dict[str, list[dict[str, Any]]], at: int = -1) -> list[str]:
    """`at`번째로 잰 다항 커널의 거리로 네 비교를 판정한다."""
    return [verdict(ends(found[a], at=at), ends(found[b], at=at)) for a, b in COMPARISONS]


def judged(better: str, than: str) -> tuple[str, str, str]:
    """다항 커널의 판정, 가우스 커널의 판정, 그리고 둘이 같을 때만 낫다거나 못하다고 하는 판정이다."""
    found = runs("question")
    words = [
        verdict(ends(found[better], key), ends(found[than], key)) for key in ("kid", "gaussian")
    ]
    return words[0], words[1], words[0] if words[0] == words[1] else "가릴 수 없다"


def typical_spread() -> float:
    """훈련법마다 끝의 거리의 로그가 흩어진 표준 편차의 중앙값이다."""
    kids = [np.log(ends(found)) for found in runs("question").values()]
    return float(np.median([kid.std(ddof=1) for kid in kids]))


def scores_table(name: str) -> str:
    lines = [
        "| 훈련법 | 시드 | KID×1000 | 가우스 커널×1000 | 정밀도 | 재현율 | 커버리지 | 평균하지 않은 것의 KID×1000 |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for label, found in runs(name).items():
        keys = {"kid": 0, "gaussian": 1, "precision": 2, "recall": 2, "coverage": 2, "raw_kid": 0}
        cells = [spread(ends(found, key), digits) for key, digits in keys.items()]
        lines.append(f"| {label} | {len(found)} | {' | '.join(cells)} |")
    return "\n".join(lines)


def verdicts_table() -> str:
    lines = ["| 비교 | 다항 커널 | 가우스 커널 | 판정 |", "| --- | --- | --- | --- |"]
    for better, than in COMPARISONS:
        lines.append(f"| {better} 대 {than} | {' | '.join(judged(better, than))} |")
    middles = {label: float(np.median(ends(found))) for label, found in runs("question").items()}
    neither = middles.pop("둘 다 없음")
    gains = {label: neither / middle for label, middle in middles.items()}
    listed = ", ".join(f"{label} {gain:.2f}배" for label, gain in gains.items())
    both = gains["패널티만"] * gains["옮기기만"]
    lines += [
        "",
        f"둘 다 없음의 KID의 중앙값을 나눈 것은 {listed}이다. 두 효과가 따로 든다면 둘 다는 곱인 {both:.2f}배일 것이다.",
    ]
    return "\n".join(lines)


def narrow_table() -> str:
    found = runs("narrow")
    heads = [*found, *(f"{better} 대 {than}" for better, than in COMPARISONS)]
    lines = [f"| 이미지 | {' | '.join(heads)} |", "| --- |" + " --- |" * len(heads)]
    for at, images in enumerate(found["둘 다"][0]["images"]):
        kids = [ends(results, at=at) for results in found.values()]
        cells = [*map(spread, kids), *verdicts_at(found, at)]
        lines.append(f"| {images:,} | {' | '.join(cells)} |")
    return "\n".join(lines)


def ranks_as_full_size_from() -> int:
    """좁은 신경망의 다항 커널의 판정 네 가지가 이때부터 끝까지 기본 크기의 끝과 같은 이미지 수이다.

    Raises:
        ValueError: 끝까지 다를 때.
    """
    narrow, expected = runs("narrow"), verdicts_at(runs("question"))
    images = narrow["둘 다"][0]["images"]
    alike = [verdicts_at(narrow, at) == expected for at in range(len(images))]
    if not alike[-1]:
        raise ValueError("좁은 신경망의 판정이 기본 크기의 것과 끝까지 다르다.")
    return next(images[at] for at in range(len(images)) if all(alike[at:]))


TABLES: dict[str, Callable[[], str]] = {
    "twin-question": lambda: scores_table("question"),
    "twin-verdicts": verdicts_table,
    "twin-singles": lambda: scores_table("singles"),
    "twin-narrow": narrow_table,
}
