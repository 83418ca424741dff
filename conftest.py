"""pytest가 맨 먼저 읽는 파일이다. `pytest --nbval book/`에 그림의 비교를 더한다."""

import os
import random
import tempfile

import pytest

pytest_plugins = ["tools.checks.nbval_figures"]

# Keras, matplotlib, IPython, git은 홈 폴더의 설정을 읽고 그곳에 쓴다. 검사는 누가 해도 같아야 하므로 빈 홈을 준다.
# 죽은 프로그램과 커널이 남기는 임시 파일도 그곳에 두고 함께 지운다. 시험의 tmp_path는 원래 자리에 남는다.
os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", tempfile.gettempdir())
_HOME = tempfile.TemporaryDirectory(prefix="pytest-home-", ignore_cleanup_errors=True)
for _name in [name for name in os.environ if name.startswith("XDG_")]:
    del os.environ[_name]
os.environ["HOME"] = os.environ["TMPDIR"] = tempfile.tempdir = _HOME.name


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """시험마다 제 이름을 시드로 삼는다. Keras의 초기 가중치도 여기서 나오므로 실패가 되풀이된다."""
    random.seed(item.nodeid)


@pytest.fixture(autouse=True)
def matplotlib_settings():
    """그림을 그리는 함수가 바꾼 글꼴과 글자 크기가 다음 시험의 그림을 바꾸지 않게 한다."""
    import matplotlib as mpl  # 빈 홈을 준 다음에 불러야 사용자의 설정을 읽지 않는다.

    with mpl.rc_context():
        yield
