"""수를 코드에 묶은 표시(`<!--= 식 -->`, `<!--cite: 문헌 -->`)를 책에서 지운다.

노트북인 쪽은 `.ipynb`를 만들 때 이미 지웠고, 이것은 노트북이 아닌 쪽을 위한 것이다. 표시의 뜻은
`tools/checks/ties.py`에 있다.
"""

import re

from sphinx.application import Sphinx

_TIE = re.compile(r"<!--(?:=|cite:).*?-->", re.DOTALL)


def strip(app: Sphinx, page: str, source: list[str]) -> None:
    if app.env.doc2path(page).endswith(".md"):
        source[0] = _TIE.sub("", source[0])


def setup(app: Sphinx) -> None:
    app.connect("source-read", strip)
