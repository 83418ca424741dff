"""글에 적은 출처를 참고 문헌의 항목과 맞춘다.

출처는 보통의 링크로 적는다. 글은 참고 문헌에 굵게 적은 제목이고 주소는 그 항목의 첫 주소이다.

    지침 다섯을 내놓았다([Radford 등, 2015](https://arxiv.org/abs/1511.06434)).

Colab에서는 그대로 보이고, 책에서는 괄호째 항목으로 가는 위 첨자가 된다(`book/_ext/citations.py`). 코드의 주석에는
`Radford 외, 2015`처럼 이름과 연도만 적는다.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from tools.checks import settings
from tools.checks.pages import LINK, TIE, Page, blank

_ENTRY = re.compile(r"^\*\*(?P<title>[^*\n]+)\.\*\*(?P<about>.*)(?P<support>\n\n- )?", re.MULTILINE)
_YEAR = re.compile(r", (?P<year>\d{4}[a-z]?)$")
# 같은 문장에서 링크 바로 앞에 적은 연도이다.
_SAID = re.compile(r"(?P<year>(?:19|20)\d\d)년[^.\n년]{0,40}\($")
_LIBRARY = re.compile(r"https?://(?:www\.)?(?:arxiv\.org|doi\.org)/")
_NAME = "[A-Z][A-Za-z\u00c0-\u024f-]+"
_NAMED = re.compile(
    rf"(?P<name>{_NAME})(?: [외등]|[과와] {_NAME})?(?:, ?| ?\()(?P<year>(?:19|20)\d\d)"
)


class Entry(NamedTuple):
    """참고 문헌의 항목 하나이다. `supports`는 무엇을 빌렸는지 적었는지이다."""

    title: str
    url: str
    supports: bool
    line: int

    @property
    def year(self) -> str:
        found = _YEAR.search(self.title)
        return found["year"] if found else ""

    @property
    def surname(self) -> str:
        """제목에 연도가 있는 글의 첫째 저자이다. 데이터와 도구에는 없다."""
        found = re.match(_NAME, self.title)
        return found[0] if found and self.year else ""


def read(path: Path) -> list[Entry]:
    """참고 문헌의 항목을 적힌 차례대로 돌려준다. 페이지가 없으면 비었다."""
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    listed = []
    for match in _ENTRY.finditer(text):
        link = LINK.search(match["about"])
        line = text.count("\n", 0, match.start()) + 1
        url = link["url"] if link else ""
        listed.append(Entry(match["title"], url, bool(match["support"]), line))
    return listed


@cache
def entries(book: settings.Book) -> tuple[Entry, ...]:
    """책의 참고 문헌이다. 참고 문헌이 없는 책에서는 출처를 보지 않는다."""
    return tuple(read(book.folder / book.references))


def check_page(page: Page, listed: Sequence[Entry]) -> Iterator[tuple[int, str]]:
    """항목과 어긋난 링크와, 링크 없이 이름을 적은 글을 찾는다."""
    if not listed:
        return
    by_url = {entry.url: entry for entry in listed}
    by_title = {entry.title: entry for entry in listed}
    links = list(LINK.finditer(page.words))
    for match in links:
        line = page.line_of(match.start())
        title, url = " ".join(match["text"].split()), match["url"]
        if url in by_url and by_url[url].title != title:
            yield (
                line,
                f"'{title}'의 주소는 참고 문헌의 '{by_url[url].title}'이다. 이름과 연도를 맞춘다.",
            )
        elif title in by_title and by_title[title].url != url:
            yield line, f"'{title}'의 주소가 참고 문헌과 다르다. {by_title[title].url}로 적는다."
        elif (said := _SAID.search(page.words[: match.start()])) and said["year"] not in title:
            yield line, f"글에는 {said['year']}년인데 '{title}'을(를) 들었다. 연도를 확인한다."
        elif url not in by_url and (_LIBRARY.match(url) or _YEAR.search(title)):
            yield line, f"'{title}'이(가) 참고 문헌에 없다. 항목을 더한다."
    linked = {" ".join(match["text"].split()) for match in links}
    for match in TIE.finditer(page.prose):
        if match["kind"] == "cite:" and (title := " ".join(match["source"].split())) not in linked:
            why = f"`cite: {title}`만 있고 링크가 없다. 페이지에 한 번은 링크한다."
            yield page.line_of(match.start()), why
    yield from _without_link(page, listed)


def _without_link(page: Page, listed: Sequence[Entry]) -> Iterator[tuple[int, str]]:
    start = 0
    for paragraph in re.split(r"(\n[ \t]*\n)", page.words):
        names = (re.match(_NAME, match["text"]) for match in LINK.finditer(paragraph))
        linked = {name[0] for name in names if name}
        rest = blank(TIE, blank(LINK, paragraph))
        named = {match["name"]: match.start() for match in _NAMED.finditer(rest)}
        for entry in listed:
            if entry.surname and (
                match := re.search(rf"(?<![A-Za-z-]){entry.surname}(?![A-Za-z-])", rest)
            ):
                named.setdefault(entry.surname, match.start())
        for name, position in named.items():
            if name not in linked:
                why = f"'{name}'의 글을 말하면서 링크가 없다. `([이름, 연도](주소))`로 적는다."
                yield page.line_of(start + position), why
        start += len(paragraph)


def check_code(text: str, listed: Sequence[Entry]) -> Iterator[tuple[int, str]]:
    """코드의 글에 적은 이름과 연도가 참고 문헌에 있는지 본다."""
    names = {(entry.surname, entry.year[:4]) for entry in listed}
    for match in _NAMED.finditer(text):
        if names and (match["name"], match["year"]) not in names:
            why = f"'{match[0]}'이(가) 참고 문헌에 없다. 이름과 연도를 확인하거나 항목을 더한다."
            yield text.count("\n", 0, match.start()) + 1, why


def check_references(
    listed: Sequence[Entry], pages: Iterable[str], code: Iterable[str]
) -> Iterator[tuple[int, str]]:
    """주소나 쓰임이 없는 항목과, 어느 페이지도 코드도 들지 않은 항목을 찾는다."""
    cited = {match["url"] for text in pages for match in LINK.finditer(text)}
    in_code = {(m["name"], m["year"]) for text in code for m in _NAMED.finditer(text)}
    seen: set[str] = set()
    for entry in listed:
        if not entry.url:
            yield entry.line, f"'{entry.title}'에 주소가 없다. DOI나 arXiv의 주소를 적는다."
        elif entry.url in seen:
            yield entry.line, f"'{entry.title}'의 주소가 다른 항목에도 있다."
        if not entry.supports:
            yield entry.line, f"'{entry.title}'에서 무엇을 빌렸는지 없다. `- `로 적는다."
        if entry.url not in cited and (entry.surname, entry.year[:4]) not in in_code:
            yield entry.line, f"'{entry.title}'을(를) 드는 글이 없다. 쓰는 곳에 링크하거나 뺀다."
        seen.add(entry.url)
