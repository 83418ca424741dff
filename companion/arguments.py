"""함수가 받은 인자를 확인한다."""

import contextlib
import math
import re
import reprlib
from collections.abc import Iterable, Mapping, Sequence
from numbers import Integral, Real
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

_PARTICLES = {
    "이(가)": ("이", "가"),
    "을(를)": ("을", "를"),
    "(이)라고": ("이라고", "라고"),
    "(이)어야": ("이어야", "여야"),
    "(으)로": ("으로", "로"),
}


def is_integer(value: object) -> bool:
    """정수이면 참이다. NumPy의 정수는 정수이고 `True`는 아니다."""
    return isinstance(value, Integral) and not isinstance(value, bool)


def is_number(value: object) -> bool:
    """유한한 실수이면 참이다. `True`는 아니다."""
    if isinstance(value, Real) and not isinstance(value, bool):
        with contextlib.suppress(OverflowError):  # float에 담기지 않는 정수
            return math.isfinite(value)
    return False


def with_particles(sentence: str) -> str:
    """괄호를 친 조사를 앞말에 맞게 고른다. '48(이)라고'는 '48이라고', 'end이(가)'는 'end가'가 된다."""

    def chosen(found: re.Match[str]) -> str:
        last, between, particle = found.groups()
        coda = (
            (ord(last) - ord("가")) % 28
            if "가" <= last <= "힣"
            else last in "ㄱㄴㄷㄹㅁgmnl013678①③⑥⑦⑧"
        )
        if particle == "(으)로":
            coda = coda and coda != 8 and last not in "ㄹl178①⑦⑧"
        with_coda, without = _PARTICLES[particle]
        return last + between + (with_coda if coda else without)

    particles = "|".join(map(re.escape, _PARTICLES))
    return re.sub(rf"(\w)([^\w\s(]*)({particles})", chosen, sentence)


def subject(name: str) -> str:
    """이름에 알맞은 조사를 붙여 주어로 만든다."""
    return with_particles(f"{name}이(가)")


def refusal(name: str, value: object, advice: str) -> ValueError:
    """값이 범위를 벗어났다는 오류이다. 무엇이 무엇이고 어떻게 할지를 말한다. 긴 값은 줄여 적는다."""
    return ValueError(f"{subject(name)} {' '.join(reprlib.repr(value).split())}이다. {advice}.")


def check_integer(name: str, value: Any, *, at_least: int) -> int:
    """`at_least` 이상인 정수를 파이썬의 int로 돌려준다. `name`은 오류에 적을 인자의 이름이다.

    Raises:
        ValueError: 정수가 아니거나 `at_least`보다 작을 때.
    """
    if not is_integer(value) or value < at_least:
        raise refusal(name, value, f"{at_least} 이상인 정수를 준다")
    return int(value)


def check_list(name: str, values: Any) -> list[Any]:
    """늘어놓을 수 있는 것을 목록으로 바꾼다.

    Raises:
        TypeError: 늘어놓을 수 없거나, 글이나 사전일 때.
    """
    if isinstance(values, str | bytes | Mapping | type) or not isinstance(values, Iterable):
        raise TypeError(f"{name}의 자료형이 {type(values).__name__}이다. 목록으로 준다.")
    try:
        return list(values)
    except TypeError:  # 0차원 배열
        raise TypeError(f"{name}의 값이 하나이다. 목록으로 준다.") from None


def check_texts(**texts: Any) -> None:
    """비어 있지 않은 글인지 본다.

    Raises:
        ValueError: 글이 아니거나 비었을 때.
    """
    for name, text in texts.items():
        if not isinstance(text, str) or not text.strip():
            raise ValueError(f"{subject(name)} 비었거나 글이 아니다. 보일 글을 적는다.")


def check_model(name: str, model: Any) -> None:
    """Keras의 모델인지 본다. Keras를 불러오지 않고 있어야 할 것만 본다.

    Raises:
        TypeError: 모델이 아닐 때.
    """
    if not hasattr(model, "layers") or not hasattr(model, "output_shape"):
        raise TypeError(f"{name}의 자료형이 {type(model).__name__}이다. Keras의 모델을 준다.")


def check_numbers(name: str, value: ArrayLike, *, ndim: int | None = None) -> NDArray[Any]:
    """비어 있지 않고 유한한 수만 든 배열로 바꾸어 돌려준다. `ndim`을 주면 차원의 수도 확인한다.

    Raises:
        TypeError: 수의 배열로 바꿀 수 없을 때.
        ValueError: 비었거나, 차원의 수가 다르거나, NaN이나 무한대가 있을 때.
    """
    try:
        array = np.asarray(value)
        if array.dtype.kind in "cmM":  # 복소수와 시각
            raise TypeError
        finite = array.dtype.kind in "bui" or np.isfinite(array)
    except (TypeError, ValueError, NotImplementedError):
        raise TypeError(
            f"{name}의 값을 수의 배열로 바꿀 수 없다. 크기가 고른 수의 배열을 준다."
        ) from None
    if not array.size or (ndim is not None and array.ndim != ndim):
        kind = "비어 있지 않은" if ndim is None else f"비어 있지 않은 {ndim}차원"
        raise ValueError(f"{name}의 크기가 {array.shape}이다. {kind} 배열을 준다.")
    if not np.all(finite):
        raise ValueError(
            f"{name}에 NaN이나 무한대가 있다(값 {array.size:,}개 가운데 {np.count_nonzero(~finite):,}개). "
            "값을 만든 계산을 살펴본다."
        )
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
