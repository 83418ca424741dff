"""비교할 훈련법들을 적는다.

`Recipe`의 기본값이 기준 훈련법이고, 실험은 그 가운데 한두 가지를 바꾼 것이다. 기준은 기록된 훈련의 훈련법이 아니다.
그것은 `RECORDED`이다.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

from companion.settings import DEFAULTS


@dataclass(frozen=True)
class Recipe:
    """훈련법 하나이다. 값의 뜻은 이름과 같고, 이름만으로 모자란 것은 다음과 같다.

    Attributes:
        labels: `"none"`은 1과 0, `"inward"`는 [0.9, 1]과 [0, 0.1], `"one_sided"`는 0.9와 0, `"outward"`는 [1, 1.1]과
            [-0.1, 0]이다. `"swapped"`는 `"inward"`의 진짜와 가짜를 일부러 바꾼 것이다.
        loss: `"logits"`이면 로짓으로, `"probabilities"`이면 Keras처럼 1e-7과 1 − 1e-7 사이로 자른 확률로 계산한다.
        updates: `"together"`이면 두 신경망을 같은 앞먹임에서 고치고, `"alternating"`이면 판별자를 고친 뒤 새 잠재
            벡터로 생성자를 고친다.
        batches: `"separate"`이면 진짜와 가짜를 따로, `"mixed"`이면 한 배치에 이어 판별자에 넣는다. 판별자의 배치 정규화가
            보는 평균과 분산이 달라진다.
        initializer: `"glorot"`은 Keras의 기본값, `"normal"`은 N(0, 0.02)이다.
        schedule: `"constant"`, 또는 학습률을 훈련이 끝날 때 0이 되도록 곧게 줄이는 `"linear"`.
        augmentation: `"none"`, 또는 판별자가 보는 진짜와 가짜의 절반만 4픽셀까지 옮기고 드러난 자리를 −1로 채우는
            `"half_shift_filled"`. companion의 `shift`(모두 옮기고 가장자리의 픽셀로 채운다)와 다른 것이다.
        latent: `"normal"`은 표준 정규 분포, `"uniform"`은 [-1, 1]의 균등 분포이다.
        real_range: `"same"`은 생성자의 출력과 같은 [-1, 1], `"unit"`과 `"byte"`는 진짜만 [0, 1]과 [0, 255]로 잘못 넣은
            것이다.
        gradient_penalty, shift: `companion.DCGAN`의 것이다. 둘 가운데 하나라도 있으면 스텝이 `DCGAN`의 것 그대로이므로,
            손실과 고치는 차례와 배치와 증강은 바꾸지 못한다.
        images: 훈련하면서 보는 이미지의 수이다.
    """

    upsampling: str = "transpose"
    generator_kernel: int = 4
    discriminator_kernel: int = 4
    generator_activation: str = "leaky_relu"
    latent: str = "normal"
    initializer: str = "glorot"
    dropout_rate: float = 0.0
    labels: str = "inward"
    loss: str = "logits"
    updates: str = "together"
    batches: str = "separate"
    augmentation: str = "none"
    batch_size: int = 32
    d_learning_rate: float = 2e-4
    g_learning_rate: float = 2e-4
    schedule: str = "constant"
    beta_1: float = 0.5
    ema_decay: float = 0.995
    precision: str = "float32"
    base_channels: int = 16
    real_range: str = "same"
    gradient_penalty: float = 0.0
    shift: int = 0
    images: int = 64_000

    def __post_init__(self) -> None:
        usual = (self.loss, self.updates, self.batches, self.augmentation)
        if self.as_published and usual != ("logits", "together", "separate", "none"):
            raise ValueError(
                f"패널티나 옮기기와 함께 쓸 수 없는 설정이 있다: {', '.join(usual)}. 하나만 쓴다."
            )

    @property
    def as_published(self) -> bool:
        """스텝이 `companion.DCGAN`의 것 그대로이면 참이다."""
        return bool(self.gradient_penalty or self.shift)

    @property
    def changes(self) -> dict[str, Any]:
        """기준과 다른 설정만 담은 사전이다."""
        return {f.name: value for f in fields(self)
                if (value := getattr(self, f.name)) != f.default}  # fmt: skip

    @property
    def name(self) -> str:
        """기준과 다른 설정을 이은 이름이다. 폴더의 이름으로 쓴다."""
        return ",".join(f"{key}={value}" for key, value in self.changes.items()) or "baseline"


@dataclass(frozen=True)
class Study:
    """물음 하나와, 그 답을 찾으려고 비교하는 훈련법들이다. 첫째가 기준이다."""

    question: str
    recipes: tuple[Recipe, ...]
    seeds: int = 3


def both(rate: float, recipe: Recipe = Recipe(), **changes: Any) -> Recipe:
    """두 신경망의 학습률이 `rate`인 훈련법이다."""
    return replace(recipe, d_learning_rate=rate, g_learning_rate=rate, **changes)


CHOSEN = both(4e-4, upsampling="smooth")  # 좁은 신경망에서 고른 것
# 기록된 훈련에서 패널티와 옮기기를 뺀 것
PLAIN = Recipe(labels="none", ema_decay=DEFAULTS.ema_decay)
RECORDED = replace(PLAIN, gradient_penalty=DEFAULTS.gradient_penalty, shift=DEFAULTS.shift)
NARROW_RATE = 2e-3  # 너비 16에서 쓰는 학습률(4.2.4절의 작은 훈련과 같다)


def spoiled(recipe: Recipe = CHOSEN, **changes: Any) -> Recipe:
    """훈련법을 일부러 망가뜨린 것이다. 징후만 보면 되므로 절반만 훈련한다. 바꾼 것이 없으면 건강한 것이다."""
    return replace(recipe, images=32_000, **changes)


STUDIES = {
    "upsampling": Study(
        "전치 합성곱과 업샘플링 가운데 어느 쪽이 나은가?",
        (
            Recipe(),
            Recipe(generator_kernel=3),
            Recipe(upsampling="resize"),
            Recipe(upsampling="resize", generator_kernel=3),
            Recipe(upsampling="smooth"),
        ),
        seeds=5,
    ),
    "labels": Study(
        "레이블에 잡음을 섞어야 하는가, 손실은 로짓과 확률 가운데 무엇으로 계산하는가?",
        tuple(
            Recipe(labels=labels, loss=loss)
            for loss in ("logits", "probabilities")
            for labels in ("inward", "none", "one_sided", "outward")
        ),
    ),
    "recipe": Study(
        "같은 CPU 시간에 벽돌이 가장 먼저 나타나는 훈련법은 무엇인가?",
        (
            Recipe(),
            Recipe(batch_size=16),
            Recipe(batch_size=64),
            Recipe(batch_size=128),
            Recipe(dropout_rate=0.1),
            Recipe(dropout_rate=0.3),
            Recipe(g_learning_rate=4e-4),
            Recipe(g_learning_rate=1e-4),
            Recipe(d_learning_rate=4e-4),
            Recipe(d_learning_rate=1e-4),
            both(4e-4),
            both(1e-4),
            Recipe(schedule="linear"),
            Recipe(beta_1=0.0),
            Recipe(beta_1=0.9),
            Recipe(initializer="normal"),
            Recipe(ema_decay=0.98),
            Recipe(ema_decay=0.999),
            Recipe(updates="alternating"),
            Recipe(augmentation="half_shift_filled"),
            Recipe(precision="mixed_bfloat16"),
        ),
    ),
    "combination": Study(
        "따로 좋았던 것들을 함께 쓰면 더 좋은가?",
        (
            Recipe(),
            both(4e-4),
            both(8e-4),
            both(4e-4, upsampling="smooth"),
            both(4e-4, upsampling="smooth", batches="mixed"),
            both(8e-4, upsampling="smooth"),
            both(2e-3, upsampling="smooth"),
            both(1e-2, upsampling="smooth"),
            both(4e-4, upsampling="resize"),
            both(8e-4, upsampling="resize"),
            both(4e-4, upsampling="resize", batch_size=16),
            both(4e-4, upsampling="resize", augmentation="half_shift_filled"),
            both(4e-4, upsampling="resize", dropout_rate=0.3),
            both(4e-4, upsampling="resize", labels="none"),
        ),
    ),
    "full_size": Study(
        "기본 크기의 신경망에서도 같은 순위인가?",
        (
            Recipe(base_channels=64),
            both(8e-4, base_channels=64),
            Recipe(base_channels=64, upsampling="smooth"),
        ),
        seeds=1,
    ),
    "shape": Study(
        "생성자의 활성화 함수, 커널의 크기, 잠재 벡터의 분포는 얼마나 중요한가?",
        (
            Recipe(images=32_000),
            Recipe(generator_activation="relu", images=32_000),
            Recipe(generator_kernel=5, discriminator_kernel=5, images=32_000),
            Recipe(latent="uniform", images=32_000),
        ),
    ),
    "shape_later": Study(
        "벽돌의 모양이 나타난 뒤에도 그러한가? 학습률을 네 배로 키워 같은 이미지 수로 거기까지 간다.",
        (
            both(8e-4, images=32_000),
            both(8e-4, generator_activation="relu", images=32_000),
            both(8e-4, generator_kernel=5, discriminator_kernel=5, images=32_000),
            both(8e-4, latent="uniform", images=32_000),
        ),
    ),
    "seeds": Study("고른 훈련법은 시드에 따라 얼마나 다른가?", (CHOSEN,), seeds=8),
    "faults": Study(
        "`diagnose()`는 기준을 정할 때 쓰지 않은 고장을 알아채는가? 첫째는 건강한 훈련이다.",
        (
            spoiled(),
            spoiled(labels="outward", loss="probabilities"),
            spoiled(d_learning_rate=1e-6),
            spoiled(g_learning_rate=1e-6),
            spoiled(d_learning_rate=2e-2, g_learning_rate=2e-2),
            spoiled(real_range="byte"),
            spoiled(labels="swapped"),
            spoiled(real_range="unit"),
            spoiled(d_learning_rate=1e-2),
            spoiled(g_learning_rate=1e-2),
            spoiled(dropout_rate=0.95),
            spoiled(beta_1=0.99),
            spoiled(labels="outward", batch_size=128),
        ),
        seeds=1,
    ),
    "recorded_faults": Study(
        "기록된 훈련의 훈련법에서도 `diagnose()`가 고장을 알아채는가? 첫째는 건강한 훈련이다.",
        tuple(
            spoiled(both(NARROW_RATE, RECORDED), **changes)
            for changes in (
                {},
                {"labels": "outward"},
                {"d_learning_rate": 1e-6},
                {"g_learning_rate": 1e-6},
                {"d_learning_rate": 2e-2, "g_learning_rate": 2e-2},
                {"real_range": "byte"},
                {"labels": "swapped"},
                {"real_range": "unit"},
                {"dropout_rate": 0.95},
                {"beta_1": 0.99},
                {"batch_size": 128},
                {"gradient_penalty": 10.0},
            )
        ),
        seeds=1,
    ),
}
