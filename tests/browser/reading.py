"""지은 책을 내보내는 웹 서버와, 그 책을 읽는 사람."""

import functools
import gzip
import http.server
import os
from pathlib import Path

import pytest

from tools import ROOT

BUILT = ROOT / "_build" / "html"
PAGES = ["book/index", "book/4_1_introduction", "book/4_2_dcgan", "book/4_2_1_bricks",
         "book/4_2_2_discriminator", "book/4_2_3_generator", "book/4_2_4_training",
         "book/4_2_4_experiments", "book/4_2_4_results",
         "book/glossary", "book/references", "book/teaching", "book/troubleshooting", "search"]  # fmt: skip


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
