"""만들어진 책 안의 링크가 모두 닿는지 본다.

폴더에 든 모든 HTML에서 책 안을 가리키는 href와 src를 모아, 그 파일이 있는지, `#` 뒤의 이름이
그 페이지에 있는지 본다. 책 밖의 주소는 보지 않으므로 인터넷이 없어도 된다.
"""

import argparse
import sys
from collections.abc import Sequence
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from tools.checks import settings


class Page(NamedTuple):
    """페이지 하나에 든 링크와, `#`로 가리킬 수 있는 이름."""

    links: list[str]
    anchors: set[str]


class _Collector(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.page = Page([], set())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value for name, value in attrs if value is not None}
        self.page.links.extend(values[name] for name in ("href", "src") if name in values)
        anchors = ("id", "name") if tag == "a" else ("id",)
        self.page.anchors.update(values[name] for name in anchors if name in values)


def read_page(path: Path) -> Page:
    collector = _Collector()
    collector.feed(path.read_text(encoding="utf-8"))
    return collector.page


def broken_links(folder: Path) -> list[str]:
    """folder의 책에서 닿지 않는 링크를 "페이지: 링크: 이유" 꼴로 돌려준다.

    Raises:
        FileNotFoundError: folder에 HTML이 하나도 없을 때.
    """
    folder = folder.resolve()
    # _static에는 페이지가 아니라 테마의 틀이 들어 있고, 404.html은 어느 주소에서나 열리게 /로 시작하는 주소만 쓴다.
    paths = (
        p
        for p in sorted(folder.rglob("*.html"))
        if "_static" not in p.parts and p.name != "404.html"
    )
    pages = {path: read_page(path) for path in paths}
    if not pages:
        raise FileNotFoundError(f"{folder}에 만들어진 책이 없으니 먼저 `make book`을 한다.")
    found = []
    for path, page in pages.items():
        for link in dict.fromkeys(page.links):
            reason = _why_broken(link, path, folder, pages)
            if reason:
                found.append(f"{path.relative_to(folder).as_posix()}: {link[:200]}: {reason}")
    return found


def _why_broken(link: str, path: Path, folder: Path, pages: dict[Path, Page]) -> str:
    parts = urlsplit(link)
    if parts.scheme or parts.netloc:
        return ""
    place = unquote(parts.path)
    if place.startswith("/"):
        return "책을 어디에 두느냐에 따라 달라지는, /로 시작하는 주소이다"
    target = (path.parent / place).resolve() if place else path
    if target.is_dir():
        target /= "index.html"
    if not target.is_relative_to(folder):
        return "책의 폴더 밖을 가리킨다"
    if not target.is_file():
        return "그런 파일이 없다"
    anchor = unquote(parts.fragment).split("=")[0]  # `#놀이=번호`는 그 놀이의 자리이다
    if anchor in ("", "top") or target not in pages or anchor in pages[target].anchors:
        return ""
    return f"그 페이지에 {anchor}라는 자리가 없다"


def main(arguments: Sequence[str] | None = None) -> int:
    """닿지 않는 링크를 적어 보이고 0(없음)이나 1(있음)을 돌려준다."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "folder",
        nargs="?",
        type=Path,
        default=settings.BOOK.root / "_build" / "html",
        help="책의 폴더(기본값 _build/html)",
    )
    folder = parser.parse_args(arguments).folder
    try:
        found = broken_links(folder)
    except FileNotFoundError as error:
        print(error, file=sys.stderr)
        return 1
    print(*found, f"닿지 않는 링크: {len(found)}개", sep="\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
