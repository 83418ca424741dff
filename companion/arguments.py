"""함수가 받은 인자를 확인한다."""

import math
from numbers import Integral, Real


def is_integer(value: object) -> bool:
    """정수이면 참이다. NumPy의 정수는 정수이고 `True`는 아니다."""
    return isinstance(value, Integral) and not isinstance(value, bool)


def is_number(value: object) -> bool:
    """유한한 실수이면 참이다. `True`는 아니다."""
    return isinstance(value, Real) and not isinstance(value, bool) and math.isfinite(value)


def check_integer(name: str, value: object, *, at_least: int) -> int:
    """`at_least` 이상인 정수를 파이썬의 int로 돌려준다. NumPy의 정수도 받고, 참과 거짓은 정수로 보지 않는다.

    Args:
        name: 오류에 적을 인자의 이름.

    Raises:
        ValueError: 정수가 아니거나 `at_least`보다 작을 때.
    """
    if not isinstance(value, Integral) or isinstance(value, bool) or value < at_least:
        raise ValueError(f"{name}이(가) {value!r}이다. {at_least} 이상인 정수를 준다.")
    return int(value)
