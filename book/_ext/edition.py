"""페이지마다 꼬리말에 책의 버전과 날짜를 적고, 저장소의 주소가 있으면 잘못을 알리는 링크를 둔다.

날짜는 마지막 커밋의 것이고, git이 없으면 적지 않는다.
"""

import subprocess
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from docutils import nodes  # type: ignore[import-untyped]
from sphinx.application import Sphinx

from book._ext.address import is_known
from tools.checks import settings

FORM = "mistake.yml"  # .github/ISSUE_TEMPLATE에 있다
REPORT = "잘못된 곳 알리기"


@cache
def edition(source: Path) -> str:
    """`버전 0.1.0 · 2026-11-27`처럼 적는다."""
    command = ["git", "-C", str(source), "log", "-1", "--format=%cs"]
    try:
        done = subprocess.run(command, capture_output=True, encoding="utf-8")
    except OSError:  # git이 없다
        return f"버전 {settings.BOOK.version}"
    return " · ".join(filter(None, [f"버전 {settings.BOOK.version}", done.stdout.strip()]))


def report_link(repository: str, page: str, edition: str) -> str:
    """양식에 페이지와 버전을 미리 적어 여는 주소이다."""
    fields = {"template": FORM, "page": page, "edition": edition}
    return f"{repository.rstrip('/')}/issues/new?{urlencode(fields)}"


def add_edition(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    about = edition(Path(app.srcdir))
    repository = app.config.html_theme_options["repository_url"]
    if is_known(repository):
        about += f' · <a href="{report_link(repository, page, about)}">{REPORT}</a>'
    footer = app.config.html_theme_options.get("extra_footer", "")
    context["theme_extra_footer"] = f'{footer}<p class="edition">{about}</p>'


def setup(app: Sphinx) -> None:
    app.connect("html-page-context", add_edition, priority=900)
