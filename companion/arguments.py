"""함수가 받은 인자를 확인한다."""

import math
from numbers import Integral, Real
from typing import Any


def is_integer(value: object) -> bool:
    """정수이면 참이다. NumPy의 정수는 정수이고 `True`는 아니다."""
    return isinstance(value, Integral) and not isinstance(value, bool)


def is_number(value: object) -> bool:
    """유한한 실수이면 참이다. `True`는 아니다."""
    return isinstance(value, Real) and not isinstance(value, bool) and math.isfinite(value)


def refusal(name: str, value: object, advice: str) -> ValueError:
    """값이 범위를 벗어났다는 오류이다. 무엇이 무엇이고 어떻게 할지를 말한다."""
    particle = "이" if name[-1] in "gmnl1" else "가"
    return ValueError(f"{name}{particle} {value!r}이다. {advice}.")


def check_integer(name: str, value: Any, *, at_least: int) -> int:
    """`at_least` 이상인 정수를 파이썬의 int로 돌려준다. `name`은 오류에 적을 인자의 이름이다.

    Raises:
        ValueError: 정수가 아니거나 `at_least`보다 작을 때.
    """
    if not is_integer(value) or value < at_least:
        raise refusal(name, value, f"{at_least} 이상인 정수를 준다")
    return int(value)
