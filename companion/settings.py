"""DCGAN 하나를 정하는 값들이다. TensorFlow를 불러오지 않으므로 명령줄도 여기에서 기본값을 읽는다."""

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from companion.arguments import is_integer, is_number, refusal, subject

UPSAMPLING = ("transpose", "resize", "smooth")
PRECISIONS = ("float32", "mixed_bfloat16")
EPOCHS = 128  # 기록된 훈련의 길이. 내장 벽돌로 1,597,440장이다.
LARGEST_NETWORK = 10**9  # 가중치의 수. 훈련하려면 하나에 20바이트쯤 든다.
MOST = 2**32 - 1  # NumPy와 Keras가 함께 받는 가장 큰 시드. 다른 정수도 이보다 클 일이 없다.


def _at_least(least: int) -> tuple[Callable, str]:
    return lambda value: is_integer(value) and value >= least, f"{least} 이상인 정수를 준다"


def _below(limit: float) -> tuple[Callable, str]:
    return lambda value: is_number(value) and 0 <= value < limit, f"0 이상 {limit} 미만인 수를 준다"


def _one_of(*names: str) -> tuple[Callable, str]:
    choices = ", ".join(f'"{name}"' for name in names)
    return lambda value: isinstance(value, str) and value in names, f"{choices} 가운데에서 고른다"


_CHECKS: dict[str, tuple[Callable, str]] = {
    "image_size": (
        lambda value: is_integer(value) and value >= 8 and value & (value - 1) == 0,
        "8, 16, 32, 64처럼 8 이상인 2의 거듭제곱을 준다",
    ),
    "channels": _at_least(1),
    "base_channels": _at_least(1),
    "latent_dim": _at_least(1),
    "upsampling": _one_of(*UPSAMPLING),
    "kernel_size": _at_least(1),
    "dropout_rate": _below(1),
    "label_noise": _below(0.5),
    "ema_decay": _below(1),
    "learning_rate": (lambda value: is_number(value) and value > 0, "0보다 큰 수를 준다"),
    "beta_1": _below(1),
    "gradient_penalty": (
        lambda value: is_number(value) and value >= 0,
        "0 이상인 수를 준다. 0이면 패널티가 없다",
    ),
    "penalty_interval": _at_least(1),
    "shift": _at_least(0),
    "decay_steps": (
        lambda value: value is None or (is_integer(value) and value >= 1),
        "1 이상인 정수나, 학습률을 줄이지 않으려면 None을 준다",
    ),
    "precision": _one_of("auto", *PRECISIONS),
    "seed": _at_least(0),
    "epochs": _at_least(1),
    "batch_size": _at_least(1),
    "steps_per_epoch": _at_least(1),
    "start_step": _at_least(0),
}


def _as_float32(value: Any) -> Any:
    """float32로 담은 값이다. TensorFlow처럼 너무 작아 정규화할 수 없는 수는 0으로 본다. 정수는 그대로이다."""
    if is_integer(value):
        return value
    with np.errstate(over="ignore"):
        rounded = float(np.float32(value))
    return 0.0 if abs(rounded) < np.finfo("float32").tiny else rounded


def check(**values: Any) -> list[Any]:
    """값마다 이름에 맞는 범위에 드는지 본다. 함께 주면 서로 맞는지도 본다.

    Returns:
        준 순서대로 늘어놓은 값들. NumPy의 수는 JSON에 적을 수 있는 파이썬의 수로 바뀐다.

    Raises:
        ValueError: 값이 범위를 벗어날 때.
    """
    for name, value in values.items():
        is_right, advice = _CHECKS[name]
        if not is_right(value):
            raise refusal(name, value, advice)
        if is_integer(value) and value > MOST:
            raise refusal(name, value, f"{MOST} 이하인 정수를 준다")
        # 신경망은 float32로 계산하므로, 그렇게 반올림한 값도 범위에 들어야 한다.
        if is_number(value) and not is_right(rounded := _as_float32(value)):
            raise refusal(name, value, f"float32로는 {rounded:g}이므로 {advice}")
    if values.get("upsampling") == "smooth" and values["kernel_size"] != 4:
        raise ValueError(
            f'kernel_size가 {values["kernel_size"]}이다. "smooth"의 커널은 한 변이 4뿐이다.'
        )
    if {"shift", "image_size"} <= values.keys() and 2 * values["shift"] >= values["image_size"]:
        raise ValueError(
            f"shift가 {values['shift']}인데 이미지의 한 변이 {values['image_size']}이다. "
            "한 변의 절반보다 작은 수를 준다."
        )
    if {"base_channels", "image_size"} <= values.keys():
        names = ("base_channels", "image_size", "channels", "latent_dim", "kernel_size")
        sizes = {name: int(values[name]) for name in names if name in values}
        widest = sizes["base_channels"] * sizes["image_size"] // 8
        others = sizes.get("latent_dim", 0) + sizes.get("channels", 0)
        count = max(4, sizes.get("kernel_size", 4)) ** 2 * widest * (widest + others)
        if count > LARGEST_NETWORK:
            told = ", ".join(f"{subject(name)} {value}" for name, value in sizes.items())
            raise ValueError(
                f"{told}이면 가중치가 {count:.0e}개쯤 되어 메모리에 담을 수 없다. 더 작은 수를 준다."
            )
    return [_plain(value) for value in values.values()]


def _plain(value: Any) -> Any:
    """JSON에 적을 수 있는 파이썬의 값이다."""
    if is_integer(value):
        return int(value)
    return float(value) if is_number(value) else value


@dataclass(frozen=True)
class Settings:
    """`build_dcgan()`이 DCGAN 하나를 짓는 데 쓰는 값 전부이다. 체크포인트에 그대로 적힌다.

    Args:
        image_size: 이미지의 한 변(픽셀). 8 이상인 2의 거듭제곱.
        channels: 이미지의 채널 수. 흑백은 1.
        base_channels: 두 신경망의 너비. `build_discriminator()`와 `build_generator()`를 보라.
        latent_dim: 잠재 벡터의 길이.
        upsampling, kernel_size: 생성자가 크기를 두 배로 키우는 방법. `build_generator()`를 보라.
        dropout_rate: 판별자의 드롭아웃 비율, [0, 1). 기록된 훈련은 쓰지 않았다. 짧은 실험에서는 차이를 가릴 수 없었다
            (`tools/studies/README.md`).
        label_noise, ema_decay, gradient_penalty, penalty_interval, shift: `DCGAN`을 보라.
        learning_rate: 두 Adam의 학습률. 기본값은 기본 크기에 맞춘 것이다. `base_channels=16`이면 2e-3이 훨씬 빨랐다
            (`tools/studies/README.md`).
        beta_1: 두 Adam의 β₁, [0, 1).
        decay_steps: 학습률이 0이 되는 스텝. 절반까지는 그대로이고 그 뒤로 곧게 줄어든다. None이면 끝까지 그대로이다.
        precision: `"float32"`, `"mixed_bfloat16"`, 또는 이 기계에서 빠른 쪽을 재어 고르는 `"auto"`.
        seed: 가중치의 처음 값, 훈련의 난수, 데이터를 섞는 차례를 모두 정하는 시드.

    Raises:
        ValueError: 값이 범위를 벗어날 때.
    """

    image_size: int = 64
    channels: int = 1
    base_channels: int = 64
    latent_dim: int = 100
    upsampling: str = "transpose"
    kernel_size: int = 4
    dropout_rate: float = 0.0
    label_noise: float = 0.0
    ema_decay: float = 0.999
    learning_rate: float = 2e-4
    beta_1: float = 0.5
    gradient_penalty: float = 0.02
    penalty_interval: int = 4
    shift: int = 4
    decay_steps: int | None = None
    precision: str = "float32"
    seed: int = 0

    def __post_init__(self) -> None:
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        for name, value in zip(values, check(**values), strict=True):
            object.__setattr__(self, name, value)

    def of_discriminator(self) -> dict[str, Any]:
        """`build_discriminator()`에 줄 인자들이다."""
        return self._pick("image_size", "channels", "base_channels", "dropout_rate")

    def of_generator(self) -> dict[str, Any]:
        """`build_generator()`에 줄 인자들이다."""
        ways = ("latent_dim", "upsampling", "kernel_size")
        return self._pick(*ways, "image_size", "channels", "base_channels")

    def of_training(self) -> dict[str, Any]:
        """`DCGAN`에 줄 인자들이다."""
        penalty = ("gradient_penalty", "penalty_interval")
        return self._pick("latent_dim", "label_noise", "ema_decay", *penalty, "shift", "seed")

    def _pick(self, *names: str) -> dict[str, Any]:
        return {name: getattr(self, name) for name in names}


def changed(settings: Settings, changes: dict[str, Any]) -> Settings:
    """`settings`에서 `changes`에 든 것만 바꾼 설정이다.

    Raises:
        TypeError: `settings`가 `Settings`가 아니거나 없는 이름이 있을 때.
        ValueError: 값이 범위를 벗어날 때.
    """
    if not isinstance(settings, Settings):
        raise TypeError(
            f"settings의 자료형이 {type(settings).__name__}이다. Settings를 주거나 build_dcgan(base_channels=16)처럼 "
            "바꿀 값의 이름을 적는다."
        )
    names = [field.name for field in fields(Settings)]
    unknown = [name for name in changes if name not in names]
    if unknown:
        raise TypeError(
            f"{', '.join(unknown)}라는 설정은 없다. {', '.join(names)} 가운데에서 고른다."
        )
    return replace(settings, **changes)


DEFAULTS = Settings()
