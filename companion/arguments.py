"""함수가 받은 인자를 확인한다."""

from numbers import Integral


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
