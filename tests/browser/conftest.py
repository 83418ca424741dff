"""지은 책을 데비안의 chromium으로 연다. 책은 `make book`이 지은 것을 쓴다.

브라우저나 책이 없으면 까닭을 말하고 건너뛴다. `.ci/run`에서는 `REQUIRE_BROWSER`를 주어 건너뛰지 못하게 한다.
"""

import functools
import gzip
import http.server
import os
import shutil
import threading
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BUILT = ROOT / "_build" / "html"
PAGES = ["book/index", "book/4_1_introduction", "book/4_2_dcgan", "book/4_2_1_bricks",
         "book/4_2_2_discriminator", "book/4_2_3_generator", "book/4_2_4_training",
         "book/glossary", "book/references", "book/troubleshooting", "search"]  # fmt: skip


def need(found: object, reason: str) -> None:
    """`found`가 없으면 건너뛴다. 건너뛰면 안 되는 곳에서는 실패한다."""
    if not found:
        (pytest.fail if os.environ.get("REQUIRE_BROWSER") else pytest.skip)(reason)


class Handler(http.server.SimpleHTTPRequestHandler):
    """흔한 웹 서버처럼 글을 gzip으로 줄여 보낸다."""

    def do_GET(self):
        path = Path(self.translate_path(self.path))
        if path.suffix not in (".html", ".js", ".css", ".svg") or not path.is_file():
            return super().do_GET()
        body = packed(path)
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(path)))
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        return None

    def log_message(self, *arguments):
        pass


@functools.cache
def packed(path: Path) -> bytes:
    return gzip.compress(path.read_bytes(), 6)


@pytest.fixture(scope="session")
def served():
    """책을 내보내는 웹 서버의 주소. `/`로 끝난다."""
    need((BUILT / "book" / "index.html").is_file(), "지은 책이 없다. 먼저 `make book`을 한다.")
    handler = functools.partial(Handler, directory=str(BUILT))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
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


class Reader:
    """책을 읽는 사람 하나. 오류와, 책 밖으로 나간 요청을 적어 둔다."""

    def __init__(self, browser, base: str, width=1280, height=900, **options):
        self.base = base
        self.context = browser.new_context(viewport={"width": width, "height": height}, **options)
        self.page = self.context.new_page()
        self.errors: list[str] = []
        self.requests: list[str] = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", self._note)
        self.page.on("request", lambda request: self.requests.append(request.url))

    def _note(self, message):
        if message.type in ("error", "warning"):
            self.errors.append(message.text)

    def open(self, page: str):
        self.page.goto(
            f"{self.base}{page}.html" if "." not in page.split("/")[-1] else self.base + page
        )
        self.settle()
        return self.page

    def settle(self):
        """수식을 다 그릴 때까지 기다린다."""
        self.page.wait_for_load_state("load")
        self.page.evaluate("() => window.MathJax?.startup?.promise")

    @property
    def outside(self) -> list[str]:
        inside = (self.base, "data:", "blob:")
        return [url for url in self.requests if not url.startswith(inside)]


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
