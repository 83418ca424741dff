"""지은 책을 데비안의 chromium으로 연다. 책은 `make book`이 지은 것을 쓴다.

브라우저나 책이 없으면 이유를 말하고 건너뛴다. `.ci/run`에서는 `REQUIRE_BROWSER`를 주어 건너뛰지 못하게 한다.
"""

import functools
import http.server
import shutil
import sys
import threading

import pytest

from tests.browser.reading import BUILT, Handler, Reader, need


class Server(http.server.ThreadingHTTPServer):
    def handle_error(self, request, client_address):
        """다 받기 전에 떠난 사람은 오류가 아니다."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


@pytest.fixture(scope="session")
def served():
    """책을 내보내는 웹 서버의 주소. `/`로 끝난다."""
    need((BUILT / "book" / "index.html").is_file(), "지은 책이 없다. 먼저 `make book`을 한다.")
    handler = functools.partial(Handler, directory=str(BUILT))
    with Server(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture(scope="session")
def chromium():
    playwright = pytest.importorskip("playwright.sync_api")
    names = ("chromium", "chromium-browser", "google-chrome")
    program = next(filter(None, map(shutil.which, names)), None)
    need(program, "chromium이 없다. 데비안과 우분투에서는 `sudo apt install chromium`으로 깐다.")
    with playwright.sync_playwright() as api:
        browser = api.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def reader(chromium, served):
    """`reader(...)`로 읽는 사람을 만든다. 시험이 끝나면 모두 닫고, 오류와 바깥 요청이 없었는지 본다."""
    opened = []

    def make(*, folder=False, **options):
        base = BUILT.as_uri() + "/" if folder else served
        opened.append(Reader(chromium, base, **options))
        return opened[-1]

    yield make
    for one in opened:
        one.context.close()
        assert one.errors == []
        assert one.outside == []
