"""다 지은 HTML을 한 번 읽어, 정해진 순서로 고치고, 한 번에 쓴다. 순서는 `__init__.py`의 `STEPS`에 있다."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from sphinx.application import Sphinx

Pages = dict[Path, str]
Step = Callable[[Sphinx, Pages], None]


def finish(app: Sphinx, steps: Sequence[Step]) -> None:
    """`steps`의 함수들을 차례로 부른다. 함수는 경로에서 글로 가는 사전을 제자리에서 고친다."""
    pages = {path: path.read_text(encoding="utf-8") for path in Path(app.outdir).rglob("*.html")}
    for step in steps:
        step(app, pages)
    for path, text in pages.items():
        path.write_text(text, encoding="utf-8")


def substitute(pages: Pages, pattern: str, new: str) -> None:
    """모든 페이지에서 정규 표현식 `pattern`을 `new`로 바꾼다.

    Raises:
        ValueError: 어느 페이지에도 그 꼴이 없을 때. 테마가 바뀌어 고칠 자리를 잃었다는 뜻이다.
    """
    total = 0
    for path, text in pages.items():
        pages[path], count = re.subn(pattern, new, text)
        total += count
    if not total:
        raise ValueError(
            f"지은 책에 {pattern!r} 꼴이 하나도 없다. 테마의 버전을 확인하고 book/_ext/를 고친다."
        )
