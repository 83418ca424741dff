"""연습 문제를 채점하는 틀이다. 채점 함수는 예외를 일으키지 않고, 무엇을 고칠지를 한 문장으로 찍는다."""

import functools
import inspect
import traceback
from collections.abc import Callable
from typing import Any

EMPTY = "아직 비어 있다. 힌트: "  # 책은 이렇게 시작하는 출력을 접힌 힌트로 바꾼다


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


def checker(hint: str, done: str = "") -> Callable[[Callable[[Any], None]], Callable[[Any], None]]:
    """채점 함수를 만드는 데코레이터이다.

    감싼 함수는 독자의 답(함수나 값) 하나를 받아 맞았는지, 무엇이 다른지, 비었는지를 찍는다. 답이 `...`이나
    None이거나, 답인 함수가 그것을 돌려주면 비었다고 보고 힌트를 찍는다. 답이 일으킨 예외는 글로 바꾸어 찍는다.

    Args:
        hint: 빈 답에 찍을 힌트.
        done: 맞았을 때 덧붙일 한 문장.
    """

    def decorate(check: Callable[[Any], None]) -> Callable[[Any], None]:
        @functools.wraps(check)
        def checked(answer: Any) -> None:
            try:
                if _is_empty(answer):
                    raise Empty
                check(_refusing_empty(answer) if _is_plain_function(answer) else answer)
            except Empty:
                print(f"{EMPTY}{hint}")
            except Wrong as wrong:
                print(f"아직 아니다. {wrong}")
            except (Exception, SystemExit) as error:
                what = f"{type(error).__name__}: {error}".removesuffix(": ")
                print(f"답을 실행하다가 {_line_of(answer, error)}멈췄다({what}).")
            else:
                print(f"맞다. {done}".rstrip())

        return checked

    return decorate


def _is_empty(value: Any) -> bool:
    return value is None or value is Ellipsis


def _line_of(answer: Any, error: BaseException) -> str:
    """독자가 쓴 줄 가운데 예외가 마지막으로 지난 것이다. 그런 줄이 없으면 빈 글이다."""
    code = getattr(inspect.unwrap(answer), "__code__", None)
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if code and frame.filename == code.co_filename]
    return f"{lines[-1]}째 줄에서 " if lines else ""


def _is_plain_function(answer: Any) -> bool:
    return callable(answer) and hasattr(answer, "__code__")


def _refusing_empty(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def called(*args: Any, **kwargs: Any) -> Any:
        result = function(*args, **kwargs)
        if _is_empty(result):
            raise Empty
        return result

    return called
