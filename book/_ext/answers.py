"""가르치는 이를 위한 페이지의 `<!--answers-->` 자리에 모든 연습의 값과 풀이를 페이지마다 접어 넣는다.

값도 풀이도 연습이 있는 페이지에서 읽으므로 따로 적어 두지 않는다.
"""

import html
import re
from pathlib import Path

from docutils import nodes  # type: ignore[import-untyped]
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

from book._ext.progress import CHAPTER, reading_order
from book._ext.value_questions import cells_of, marked_up, questions_on
from tools.checks.pages import SOLUTION

MARK = "<!--answers-->"
_EXERCISE = re.compile(r"^### (연습 .+)$", re.MULTILINE)


def folded(page: Path, title: str) -> str:
    """페이지 하나의 연습을 모두 담아 접은 HTML이다."""
    cells = cells_of(page)
    text = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    names, solutions = _EXERCISE.findall(text), SOLUTION.findall(text)
    items = "".join(
        f"<p><strong>{html.escape(name)}</strong><br>{marked_up(one.text)} <strong>{one.shown}</strong></p>"
        f"<pre><code>{html.escape(solution)}</code></pre>"
        for name, one, solution in zip(names, questions_on(page), solutions, strict=True)
    )
    return f"<details><summary>{html.escape(title)}</summary>{items}</details>"


class PlaceAnswers(SphinxPostTransform):
    default_priority = 400
    formats = ("html",)

    def run(self, **kwargs: object) -> None:
        for kind in (nodes.raw, nodes.comment):
            for node in list(self.document.findall(kind)):
                if (node.rawsource or node.astext()).strip() in (MARK, MARK[4:-3]):
                    pages = [name for name in reading_order(self.app) if name.startswith(CHAPTER)]
                    text = "".join(
                        folded(Path(self.env.doc2path(name)), self.env.titles[name].astext())
                        for name in pages
                    )
                    node.replace_self(nodes.raw("", text, format="html"))


def setup(app: Sphinx) -> None:
    app.add_post_transform(PlaceAnswers)
