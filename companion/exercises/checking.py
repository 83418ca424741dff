"""연습 문제를 채점하는 틀이다. 채점 함수는 예외를 일으키지 않고, 무엇을 고칠지를 한 문장으로 찍는다."""

import collections.abc
import contextlib
import functools
import inspect
import itertools
import reprlib
import secrets
import traceback
import typing
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from companion.arguments import check_integer, is_number, with_particles

EMPTY = "아직 비어 있다. 힌트: "  # 책은 이렇게 시작하는 출력을 접힌 힌트로 바꾼다
_KINDS: dict[type, str] = {
    str: "글",
    list: "목록",
    tuple: "튜플",
    dict: "사전",
    set: "집합",
    frozenset: "집합",
}


class Empty(Exception):
    """아직 아무것도 쓰지 않은 답이다."""


class Wrong(Exception):
    """틀린 답이다. 무엇이 어떻게 다른지를 문장으로 담는다."""


def require(condition: Any, message: str) -> None:
    """조건이 거짓이면 채점을 멈추고 `message`를 독자에게 알린다.

    Raises:
        Wrong: 조건이 거짓일 때. 채점 함수(`checker`)가 받아 문장으로 찍는다.
    """
    if not condition:
        raise Wrong(message)


def numbers(answer: Any, shape: tuple[int, ...] | None = (), case: str = "") -> NDArray[np.float64]:
    """답을 크기가 `shape`인 수의 배열로 바꾼다. `shape`가 비면 수 하나이고, None이면 크기를 보지 않는다.

    Raises:
        Wrong: 수가 아니거나 크기가 다를 때.
    """
    found = None
    with contextlib.suppress(TypeError, ValueError, NotImplementedError):  # 집합, 들쭉날쭉한 목록
        given = np.asarray(answer)
        found = given.astype(float) if given.dtype.kind in "biufO" else None
    if found is None or shape not in (None, found.shape):
        place = f"크기가 {shape}인 배열" if shape else "수 하나"
        came = kind_of(answer)
        if shape and found is not None and type(answer) in (list, tuple):
            came = f"크기가 {found.shape}인 {_KINDS[type(answer)]}"
        raise Wrong(f"{case} {place}이(가) 올 자리에 {came}이(가) 왔다.".lstrip())
    return found


def integers(answer: Any) -> list[int]:
    """답을 정수의 목록으로 바꾼다. 튜플, 배열, 집합이어도 된다.

    Raises:
        Wrong: 정수를 한 줄로 늘어놓은 것이 아닐 때.
    """
    wrong = f"정수의 목록이 올 자리에 {kind_of(answer)}이(가) 왔다."
    try:
        found = numbers(list(answer), None)
    except (TypeError, Wrong):
        raise Wrong(wrong) from None
    whole = found.ndim == 1 and np.all(found == np.round(found))
    require(whole and not isinstance(answer, dict), wrong)
    return [int(number) for number in found]


def close(found: ArrayLike, expected: ArrayLike) -> bool:
    """두 값이 float32로 계산한 만큼 같으면 참이다. 정수는 꼭 같아야 한다.

    봐주는 차이는 `expected`에서 절댓값이 가장 큰 수의 10만분의 1이고, 그 수가 1보다 작으면 1의 10만분의 1이다.
    """
    expected = np.asarray(expected)
    exact = expected.dtype.kind in "iu"
    tolerance = 0 if exact else 1e-5 * np.max(np.abs(expected), initial=1)
    return np.allclose(found, expected, rtol=0, atol=tolerance)


def require_close(answer: Any, expected: Any, case: str, advice: str = "") -> None:
    """답이 `expected`와 크기도 값도 같아야 한다. 다르면 무엇이 나왔고 무엇이어야 하는지를 알린다.

    Raises:
        Wrong: 답이 다를 때.
    """
    found = numbers(answer, np.shape(expected), case)
    if close(found, expected):
        return
    digits = next(digits for digits in itertools.count(3) if _tells(found, expected, digits))
    first, second = text(found, digits), text(expected, digits)
    raise Wrong(f"{case} {first}이(가) 나왔다. {second}(이)어야 한다. {advice}".rstrip())


def _tells(found: NDArray[np.float64], expected: Any, digits: int) -> bool:
    """소수점 아래 `digits`자리까지 적은 두 값이 원래만큼 다르고, 0이 아닌 값이 0으로 보이지 않으면 참이다."""
    with np.errstate(invalid="ignore", over="ignore"):  # NaN과 무한대는 몇 자리를 적어도 같다.
        gap = found - expected
        lost = np.max(np.abs(np.round(found, digits) - np.round(expected, digits) - gap))
        vanished = not np.any(np.round(found, digits)) and np.any(np.round(found, 9))
        return not (vanished or lost > np.max(np.abs(gap)) / 2)


def text(value: Any, digits: int = 3) -> str:
    """수나 배열을 소수점 아래 `digits`자리까지 적는다."""
    if np.ndim(value):
        return "[" + ", ".join(text(item, digits) for item in np.asarray(value)) + "]"
    short = f"{float(np.round(value, digits)) + 0.0:,.{digits}f}"
    return short.rstrip("0").rstrip(".")


def kind_of(value: Any) -> str:
    """독자에게 알릴, 값이 어떤 것인지이다."""
    if inspect.isroutine(value):
        return "함수"
    if hasattr(value, "shape"):
        if shape := tuple(value.shape):
            return f"크기가 {shape}인 배열"
        value = np.asarray(value).item()
    if is_number(value):
        return f"수 {value}"
    if known := _KINDS.get(type(value)):
        return f"{known} {reprlib.repr(value)}"
    return f"자료형이 {type(value).__name__}인 값"


def new_seed() -> int:
    """채점할 값을 뽑을 새 시드이다. 독자가 쓰는 난수를 건드리지 않는다."""
    return secrets.randbelow(100_000)


def draw(rng: np.random.Generator, count: int, *ranges: tuple[int, int]) -> list[tuple[int, ...]]:
    """범위마다 정수를 하나씩 뽑은 튜플 `count`개이다. 범위의 두 끝도 나온다."""
    low, high = np.transpose(ranges)
    drawn = rng.integers(low, high, (count, len(ranges)), endpoint=True)
    return [tuple(case) for case in drawn.tolist()]


def checker(hint: str, done: str = "") -> Callable[[Callable[..., None]], Callable[..., None]]:
    """채점 함수를 만드는 데코레이터이다.

    감싼 함수는 독자의 답(함수나 값) 하나를 받아 맞았는지, 무엇이 다른지, 비었는지를 찍는다. 답이 `...`이나
    None이거나, 답인 함수의 몸이 비었으면 힌트를 찍는다. 감싼 함수의 인자가 `Callable`로 적혔으면 답은 함수여야
    하고, 부를 때마다 배열과 목록을 복사해서 준다. 답이 일으킨 예외는 글로 바꾸어 찍는다.

    감쌀 함수가 답 다음에 난수 발생기를 받으면, 부를 때마다 새 시드로 만들어 주고, 틀린 답에는 그 시드를 알린다.
    독자가 `seed`로 시드를 주면 그것을 쓴다.

    Args:
        hint: 빈 답에 찍을 힌트.
        done: 맞았을 때 덧붙일 한 문장.
    """

    def decorate(check: Callable[..., None]) -> Callable[..., None]:
        first, *others = inspect.signature(check).parameters.values()
        wants_function = typing.get_origin(first.annotation) is collections.abc.Callable

        def grade(answer: Any, *rng: np.random.Generator, again: str = "") -> None:
            try:
                if answer is None or answer is Ellipsis:
                    raise Empty
                check(_guarded(answer) if wants_function else answer, *rng)
            except Empty:
                print(f"{EMPTY}{hint}")
            except Wrong as wrong:
                print(with_particles(f"아직 아니다. {wrong}") + again)
            except (Exception, SystemExit) as error:
                what = f"{type(error).__name__}: {error}".splitlines()[0].removesuffix(": ")
                print(f"답을 실행하다가 {_line_of(answer, error)}멈췄다({what}).{again}")
            else:
                print(f"맞다. {done}".rstrip())

        def fixed(answer: Any) -> None:
            grade(answer)

        def drawn(answer: Any, seed: int | None = None) -> None:
            try:
                seed = check_integer("seed", new_seed() if seed is None else seed, at_least=0)
            except ValueError as error:
                print(error)
            else:
                again = with_particles(f"같은 값으로 다시 채점하려면 seed={seed}을(를) 준다.")
                grade(answer, np.random.default_rng(seed), again=f" {again}")

        checked: Callable[..., None] = drawn if others else fixed
        signature = inspect.signature(checked)
        functools.update_wrapper(checked, check)
        checked.__signature__ = signature  # type: ignore[attr-defined]
        return checked

    return decorate


def _line_of(answer: Any, error: BaseException) -> str:
    """독자가 쓴 줄 가운데 예외가 마지막으로 지난 것이다. 그런 줄이 없으면 빈 글이다."""
    code = getattr(inspect.unwrap(answer), "__code__", None)
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if code and frame.filename == code.co_filename]
    return f"{lines[-1]}번째 줄에서 " if lines else ""


def _untouched() -> None: ...


def _guarded(function: Any) -> Callable[..., Any]:
    """답인 함수가 받은 것을 고쳐도 채점이 흔들리지 않고, 빈 것을 돌려주면 채점을 멈추게 감싼다."""
    # 케라스의 모델과 층은 부를 수 있지만 함수가 아니다.
    require(
        callable(function) and not hasattr(function, "weights"),
        f"함수가 올 자리에 {kind_of(function)}이(가) 왔다. 부르지 말고 함수의 이름을 넘긴다.",
    )

    @functools.wraps(function)
    def called(*args: Any) -> Any:
        result = function(*(a.copy() if isinstance(a, np.ndarray | list) else a for a in args))
        code = getattr(function, "__code__", None)
        stub = code and code.co_code == _untouched.__code__.co_code
        if result is Ellipsis or (result is None and stub):
            raise Empty
        require(
            result is not None,
            "아무것도 돌려주지 않았다. return이 있는지, 어떤 값을 넣어도 거기에 닿는지 본다.",
        )
        return result

    return called
