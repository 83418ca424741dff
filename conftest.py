"""pytest가 맨 먼저 읽는 파일이다. `pytest --nbval book/`에 그림 견주기를 더한다."""

import random

import pytest

pytest_plugins = ["tools.checks.nbval_figures"]


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """시험마다 제 이름을 시드로 삼는다. Keras의 초기 가중치도 여기서 나오므로 실패가 되풀이된다."""
    random.seed(item.nodeid)
