"""훈련 기록의 손실과 정확도를 보고, 건강한 징후와 그렇지 않은 징후를 말로 풀어 준다.

손실은 품질을 재지 않는다. 여기서 찾는 것은 "벽돌이 얼마나 좋은가"가 아니라 "겨루기가 멎었는가"이다. 기준은
`tools/studies/`의 훈련들을 보고 정했고, 그때 쓰지 않은 고장과 시드로 시험했다. 얼마나 알아채고 놓치는지는
거기의 README에 있다. 진짜의 범위가 [0, 1]인 것처럼 손실에 드러나지 않는 고장은 알아채지 못한다.
"""

import math
from numbers import Real
from typing import Any, NamedTuple

from companion.arguments import history_lines, is_number, refusal
from companion.settings import DEFAULTS

COLUMNS = ("d_loss", "g_loss", "d_real_accuracy", "d_fake_accuracy")
FEWEST_STEPS = 1_000  # 이보다 적으면 건강한 훈련도 아직 덩어리만 만든다.
LOUDEST_G_LOSS = 6.0  # 건강한 훈련의 g_loss는 레이블 잡음이 있든 없든 4를 넘지 않았다.
QUIETEST_G_LOSS = 0.4
GUESSING_ACCURACY = 0.62
LARGEST_BIAS = 0.25
RIGHT_ACCURACY = 0.99
FLAWLESS_ACCURACY = 0.9995
FLOOR_MARGIN = 0.004  # 손실의 바닥에서 이만큼 안이면 붙었다고 본다.

GOOD, LOOK, BAD = "좋음", "살펴볼 것", "탈"


class Sign(NamedTuple):
    """징후 하나이다. `verdict`는 "좋음", "살펴볼 것", "탈" 가운데 하나이고, `print()`하면 한 줄로 보인다."""

    verdict: str
    text: str
    advice: str = ""

    @property
    def healthy(self) -> bool:
        """탈이 아니면 참이다."""
        return self.verdict != BAD

    def __str__(self) -> str:
        return f"{self.verdict}: {self.text} {self.advice}".rstrip()


def diagnose(history: Any, *, label_noise: float = DEFAULTS.label_noise) -> list[Sign]:
    """`train()`이나 `fit()`이 돌려준 기록에서 징후를 찾는다.

    Args:
        history: 에포크마다 한 줄인 목록이나 `fit()`의 `history`. d_loss, g_loss, d_real_accuracy, d_fake_accuracy
            열을 보고, step이 있으면 스텝의 수도 본다. 뒤쪽 3분의 1의 평균으로 판단한다.
        label_noise: 훈련에 쓴 레이블 잡음의 크기, [0, 0.5). 손실의 바닥을 계산할 때 쓴다.

    Returns:
        `Sign`의 리스트. 탈이 하나도 없으면 모두 `healthy`이다. 판별자가 거의 다 맞히는 것은 좋은 훈련에서도 나쁜 훈련에서도
        보이므로 "살펴볼 것"이라고 한다.

    Raises:
        TypeError, ValueError: 기록이 아니거나, 비었거나, 열이 모자라거나, 정확도나 잡음의 크기가 범위를 벗어날 때.
    """
    if not is_number(label_noise) or not 0 <= label_noise < 0.5:
        raise refusal("label_noise", label_noise, "0 이상 0.5 미만인 수를 준다")
    history = history_lines(history)
    missing = [name for name in COLUMNS if any(name not in line for line in history)]
    if missing:
        raise ValueError(
            f"훈련 기록에 {', '.join(missing)} 열이 없다. train()이나 fit()이 돌려준 것을 그대로 준다."
        )
    if not all(
        isinstance(line.get(name, 0), Real) for line in history for name in (*COLUMNS, "step")
    ):
        raise TypeError(
            "훈련 기록에 수가 아닌 값이 있다. train()이나 fit()이 돌려준 것을 그대로 준다."
        )
    if not all(math.isfinite(line[name]) for line in history for name in COLUMNS):
        advice = "이미지의 범위가 [-1, 1]인지 보고, 학습률을 줄여 마지막 체크포인트부터 다시 한다."
        return [Sign(BAD, "손실이 수가 아니거나(NaN) 무한대이다.", advice)]
    if not all(0 <= line[name] <= 1 for line in history for name in COLUMNS[2:]):
        raise ValueError(
            "훈련 기록에 [0, 1]을 벗어난 정확도가 있다. 백분율이면 100으로 나누어 준다."
        )
    late = history[-max(1, len(history) // 3) :]
    mean = {name: sum(line[name] for line in late) / len(late) for name in COLUMNS}
    signs = [
        _labels(min(line["d_loss"] for line in history)),
        _generator(mean["g_loss"]),
        _discriminator(
            mean["d_loss"], mean["d_real_accuracy"], mean["d_fake_accuracy"], label_noise
        ),
    ]
    step = history[-1].get("step", FEWEST_STEPS)
    if step < FEWEST_STEPS:
        text = f"아직 {step:,}스텝이다."
        advice = (
            f"{FEWEST_STEPS:,}스텝은 지나야 윤곽이 선다. 배치를 줄이면 같은 벽돌로 더 자주 고친다."
        )
        signs.append(Sign(BAD, text, advice))
    return signs


def _labels(lowest_d_loss: float) -> Sign:
    if lowest_d_loss < 0:
        return Sign(
            BAD,
            f"d_loss가 {lowest_d_loss:.2f}까지 내려갔다. 레이블이 0과 1 사이를 벗어났다는 뜻이다.",
            "레이블의 잡음을 안쪽으로 섞는다.",
        )
    return Sign(GOOD, "d_loss가 음수가 된 적이 없다.")


def _generator(g_loss: float) -> Sign:
    if g_loss > LOUDEST_G_LOSS:
        return Sign(
            BAD,
            f"g_loss가 {g_loss:.1f}이다. 판별자가 위조품에 거의 0을 답해 생성자가 따라가지 못한다.",
            "손실을 로짓으로 재는지, 진짜와 위조품의 범위가 같은지 보고, 판별자의 학습률을 낮춘다.",
        )
    if g_loss < QUIETEST_G_LOSS:
        return Sign(
            BAD,
            f"g_loss가 {g_loss:.2f}이다. 위조품이 늘 통한다.",
            "판별자가 배우는지(학습률이 0이 아닌지), 레이블이 뒤바뀌지 않았는지 본다.",
        )
    return Sign(GOOD, f"g_loss가 {g_loss:.2f}이다. 0으로도 무한대로도 가지 않는다.")


def _discriminator(d_loss: float, real: float, fake: float, label_noise: float) -> Sign:
    if abs(real - fake) > LARGEST_BIAS:
        return Sign(
            BAD,
            f"판별자가 진짜를 {real:.0%}, 위조품을 {fake:.0%} 맞힌다. 한쪽으로만 답한다.",
            "진짜와 위조품을 다른 배치로 넣는지 보고, 두 학습률을 함께 낮춘다.",
        )
    if (right := (real + fake) / 2) < 1 - GUESSING_ACCURACY:
        return Sign(
            BAD,
            f"판별자가 {right:.0%}만 맞힌다. 찍는 것만도 못하다.",
            "레이블이 뒤바뀌지 않았는지, 정확도를 잴 때의 레이블이 훈련의 것과 같은지 본다.",
        )
    if right < GUESSING_ACCURACY:
        return Sign(
            BAD,
            f"판별자가 {right:.0%}만 맞힌다. 찍는 것과 비슷하다.",
            "판별자의 학습률이 너무 작거나 크지 않은지, 드롭아웃이 세지 않은지 본다.",
        )
    floor = _entropy(label_noise / 2)
    if min(real, fake) > FLAWLESS_ACCURACY and d_loss < floor + FLOOR_MARGIN:
        return Sign(
            BAD,
            f"판별자가 하나도 틀리지 않고 d_loss가 바닥({floor:.3f})에 붙었다.",
            "생성자가 배우는지(학습률이 0이 아닌지), 진짜와 위조품의 범위가 같은지 본다.",
        )
    if min(real, fake) > RIGHT_ACCURACY:
        return Sign(
            LOOK,
            f"판별자가 진짜를 {real:.1%}, 위조품을 {fake:.1%} 맞힌다.",
            "한 종류만 담은 배치의 통계를 보고 가려낸 것일 수 있어 좋은지 나쁜지 이것으로는 모른다. 샘플이 나아지는지 본다.",
        )
    return Sign(GOOD, f"판별자가 진짜를 {real:.0%}, 위조품을 {fake:.0%} 맞힌다.")


def _entropy(p: float) -> float:
    """레이블의 평균이 `p`나 1 − `p`일 때 이진 교차 엔트로피가 내려갈 수 있는 바닥이다."""
    return -p * math.log(p) - (1 - p) * math.log(1 - p) if p else 0.0
