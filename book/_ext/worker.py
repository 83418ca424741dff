"""오래 걸리는 계산을 따로 도는 프로세스 하나에 맡긴다. Keras를 읽는 데만 책을 짓는 시간의 5분의 1이 든다."""

import os
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from functools import cache
from multiprocessing import parent_process
from threading import Thread
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


def submit(function: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> Future[T]:
    """계산을 맡긴다. 맡긴 차례대로 한다. `result()`는 끝나기를 기다려 값을 주거나 거기서 난 예외를 일으킨다."""
    return _pool().submit(function, *arguments, **named)


@cache
def _pool() -> ProcessPoolExecutor:
    return ProcessPoolExecutor(1, initializer=_die_with_parent)


def _die_with_parent() -> None:
    """책을 짓던 프로세스가 죽으면 따라 끝난다. 남으면 그 출력을 기다리는 쪽이 멈춰 선다."""

    def follow() -> None:
        if parent := parent_process():
            parent.join()
        os._exit(1)

    Thread(target=follow, daemon=True).start()
