"""pytest가 맨 먼저 읽는 파일이다. `pytest --nbval book/`에 그림 견주기를 더한다."""

import os
import random
import tempfile

import pytest

pytest_plugins = ["tools.checks.nbval_figures"]

# Keras, matplotlib, IPython, git은 홈 폴더의 설정을 읽고 그곳에 쓴다. 검사는 누가 해도 같아야 하므로 빈 홈을 준다.
_HOME = tempfile.TemporaryDirectory(prefix="pytest-home-")
for _name in [name for name in os.environ if name.startswith("XDG_")]:
    del os.environ[_name]
os.environ["HOME"] = _HOME.name


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """시험마다 제 이름을 시드로 삼는다. Keras의 초기 가중치도 여기서 나오므로 실패가 되풀이된다."""
    random.seed(item.nodeid)
