"""함수가 받은 인자를 확인한다."""

import math
from collections.abc import Mapping, Sequence
from numbers import Integral, Real
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray


def is_integer(value: object) -> bool:
    """정수이면 참이다. NumPy의 정수는 정수이고 `True`는 아니다."""
    return isinstance(value, Integral) and not isinstance(value, bool)


def is_number(value: object) -> bool:
    """유한한 실수이면 참이다. `True`는 아니다."""
    return isinstance(value, Real) and not isinstance(value, bool) and math.isfinite(value)


def refusal(name: str, value: object, advice: str) -> ValueError:
    """값이 범위를 벗어났다는 오류이다. 무엇이 무엇이고 어떻게 할지를 말한다."""
    last = name[-1]
    has_coda = (ord(last) - ord("가")) % 28 if "가" <= last <= "힣" else last in "gmnl1"
    particle = "이" if has_coda else "가"
    return ValueError(f"{name}{particle} {value!r}이다. {advice}.")


def check_integer(name: str, value: Any, *, at_least: int) -> int:
    """`at_least` 이상인 정수를 파이썬의 int로 돌려준다. `name`은 오류에 적을 인자의 이름이다.

    Raises:
        ValueError: 정수가 아니거나 `at_least`보다 작을 때.
    """
    if not is_integer(value) or value < at_least:
        raise refusal(name, value, f"{at_least} 이상인 정수를 준다")
    return int(value)


def check_numbers(name: str, value: ArrayLike, *, ndim: int | None = None) -> NDArray[Any]:
    """비어 있지 않고 유한한 수만 든 배열로 바꾸어 돌려준다. `ndim`을 주면 차원의 수도 확인한다.

    Raises:
        TypeError: 수의 배열로 바꿀 수 없을 때.
        ValueError: 비었거나, 차원의 수가 다르거나, NaN이나 무한대가 있을 때.
    """
    try:
        array = np.asarray(value)
        is_finite = bool(np.isfinite(array).all())
    except (TypeError, ValueError):
        raise TypeError(
            f"{name}의 값을 수의 배열로 바꿀 수 없다. 크기가 고른 수의 배열을 준다."
        ) from None
    if not array.size or (ndim is not None and array.ndim != ndim):
        kind = "비어 있지 않은" if ndim is None else f"비어 있지 않은 {ndim}차원"
        raise ValueError(f"{name}의 크기가 {array.shape}이다. {kind} 배열을 준다.")
    if not is_finite:
        raise ValueError(f"{name}에 NaN이나 무한대가 있다. 값을 만든 곳을 살펴본다.")
    return array


def history_lines(history: Any) -> list[Mapping[str, float]]:
    """훈련 기록을 에포크마다 한 줄인 목록으로 맞춘다.

    `train()`이 돌려준 목록, `fit()`이 돌려준 것, 그 `history`(이름에서 값의 목록으로 가는 사전)를 받는다.

    Raises:
        TypeError: 셋 가운데 어느 것도 아닐 때.
        ValueError: 기록이 비었거나 목록의 길이가 서로 다를 때.
    """
    history = getattr(history, "history", history)
    advice = "train()이나 fit()이 돌려준 것을 그대로 준다."
    if isinstance(history, Mapping):
        if len({np.size(values) for values in history.values()}) > 1:
            raise ValueError(f"훈련 기록에서 이름마다 값의 수가 다르다. {advice}")
        columns = [np.ravel(values) for values in history.values()]
        history = [dict(zip(history, line, strict=True)) for line in zip(*columns, strict=True)]
    if not isinstance(history, Sequence) or not all(isinstance(line, Mapping) for line in history):
        raise TypeError(f"훈련 기록이 {type(history).__name__}이다. {advice}")
    if not history:
        raise ValueError(f"훈련 기록이 비었다. {advice}")
    return list(history)
