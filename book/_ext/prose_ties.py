"""수를 코드에 묶은 표시(`<!--= 식 -->`, `<!--cite: 문헌 -->`)를 책에서 지운다.

노트북인 페이지는 `.ipynb`를 만들 때 이미 지웠고, 이것은 노트북이 아닌 페이지를 위한 것이다. 표시의 뜻은
`tools/checks/ties.py`에 있다.
"""

from sphinx.application import Sphinx

from tools.checks.pages import strip_ties


def strip(app: Sphinx, page: str, source: list[str]) -> None:
    if app.env.doc2path(page).endswith(".md"):
        source[0] = strip_ties(source[0])


def setup(app: Sphinx) -> None:
    app.connect("source-read", strip)
