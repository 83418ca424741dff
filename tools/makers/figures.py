"""책의 그림을 모두 PNG로 꺼낸다. 수업 자료에 옮겨 쓰기 좋게 파일마다 설명과 쓰는 조건을 담고, 목록을 함께 적는다.

쓰기:
    python -m tools.makers.figures           # _build/figures/에 그림과 index.html을 쓴다
    python -m tools.makers.figures 폴더
"""

import argparse
import base64
import html
import io
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import nbformat
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from tools import ROOT
from tools.checks import notebooks

FOLDER = ROOT / "_build" / "figures"
LICENCE = "CC BY 4.0 (https://creativecommons.org/licenses/by/4.0/deed.ko)"
SOURCE = "「생성적 적대 신경망: 벽돌을 위조하는 신경망」"
_FIGURE = re.compile(
    r'<figure[^>]*><img src="data:image/png;base64,(?P<data>[^"]+)" alt="(?P<alt>[^"]*)"[^>]*>'
    r"<figcaption>(?P<caption>.*?)</figcaption></figure>",
    re.DOTALL,
)
_NUMBER = re.compile(r"그림 (\d[\d.]*-\d+)")


class Figure(NamedTuple):
    """노트북에 저장된 그림 하나이다. `number`는 `4.2.1-3` 꼴이다."""

    number: str
    caption: str
    alt: str
    picture: bytes

    @property
    def file(self) -> str:
        return f"{self.number}.png"

    @property
    def credit(self) -> str:
        return f"{SOURCE} 그림 {self.number}. {LICENCE}"


def figures_of(notebook: Path) -> Iterator[Figure]:
    """노트북의 출력에 담긴 그림을 차례대로 꺼낸다."""
    cells = nbformat.read(notebook, as_version=4).cells
    for output in (output for cell in cells for output in cell.get("outputs", [])):
        for found in _FIGURE.finditer(output.get("data", {}).get("text/html", "")):
            caption, alt = html.unescape(found["caption"]), html.unescape(found["alt"])
            number = _NUMBER.match(caption)
            if number is None:
                raise ValueError(f"{notebook.name}에 번호가 없는 그림이 있다: {caption[:40]!r}")
            yield Figure(number[1], caption, alt, base64.b64decode(found["data"]))


def write(figures: Sequence[Figure], folder: Path) -> None:
    """그림마다 PNG 하나와, 모두를 설명과 함께 늘어놓은 `index.html`을 쓴다."""
    folder.mkdir(parents=True, exist_ok=True)
    for one in figures:
        about = PngInfo()
        for key, text in (
            ("Title", one.caption),
            ("Description", one.alt),
            ("Copyright", one.credit),
        ):
            about.add_itxt(key, text)
        Image.open(io.BytesIO(one.picture)).save(folder / one.file, pnginfo=about, optimize=True)
    items = "".join(
        f'<figure><img src="{one.file}" alt="{html.escape(one.alt)}">'
        f"<figcaption>{html.escape(one.caption)}<br><small>{html.escape(one.credit)}</small></figcaption></figure>\n"
        for one in figures
    )
    page = (
        '<!doctype html><html lang="ko"><meta charset="utf-8"><title>책의 그림</title>'
        "<style>figure { max-width: 44rem; margin: 2rem auto } img { max-width: 100% }</style>\n"
        f"<h1>책의 그림 {len(figures)}점</h1>\n{items}</html>\n"
    )
    (folder / "index.html").write_text(page, encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="책의 그림을 PNG로 꺼낸다.")
    parser.add_argument(
        "folder", nargs="?", type=Path, default=FOLDER, help="없으면 _build/figures"
    )
    folder = parser.parse_args(arguments).folder
    found = [one for page in notebooks.pages() for one in figures_of(page.with_suffix(".ipynb"))]
    write(found, folder)
    print(f"그림 {len(found)}점을 {folder}에 썼다. 한눈에 보려면 {folder / 'index.html'}을 연다.")


if __name__ == "__main__":
    main()
