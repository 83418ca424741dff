"""페이지의 제목 아래에 장의 어디쯤인지와 읽는 데 걸리는 시간을 적는다."""

import math

from docutils import nodes  # type: ignore[import-untyped]
from sphinx.application import Sphinx

CHAPTER = "book/4_"
CHARACTERS_PER_MINUTE = 500  # 코드와 식 사이를 오가며 읽는 속도로 어림했다


def reading_minutes(doctree: nodes.document) -> int:
    """문단에 든 글자를 세어 어림한 시간(분)을 올림한 것이다. 코드와 출력은 세지 않는다."""
    letters = sum(len("".join(p.astext().split())) for p in doctree.findall(nodes.paragraph))
    return math.ceil(letters / CHARACTERS_PER_MINUTE)


def add_progress(app: Sphinx, doctree: nodes.document, page: str) -> None:
    if app.builder.format != "html" or not page.startswith(CHAPTER):
        return
    pages = [name for name in reading_order(app) if name.startswith(CHAPTER)]
    number, total = pages.index(page) + 1, len(pages)
    title = next(doctree.findall(nodes.title))
    title.parent.insert(
        title.parent.index(title) + 1,
        nodes.raw(
            "",
            f'<p class="progress-line"><progress value="{number}" max="{total}" '
            f'aria-label="이 장에서 읽는 곳"></progress> {number}/{total} · '
            f"약 {reading_minutes(doctree)}분</p>",
            format="html",
        ),
    )


def reading_order(app: Sphinx) -> list[str]:
    """`_toc.yml`에 적힌 차례의 페이지들이다."""
    order: list[str] = []

    def visit(page: str) -> None:
        order.append(page)
        for child in app.env.toctree_includes.get(page, []):
            visit(child)

    visit(app.config.root_doc)
    return order


def setup(app: Sphinx) -> None:
    app.connect("doctree-resolved", add_progress)
