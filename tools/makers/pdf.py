"""지은 책을 PDF 하나로 찍는다. chromium이 있어야 한다.

python -m tools.makers.pdf    # _build/gan-book.pdf
"""

import argparse
import io
import shutil
import sys
from pathlib import Path

import yaml
from playwright.sync_api import sync_playwright
from pypdf import PdfReader, PdfWriter

from tools import ROOT

BUILT = ROOT / "_build" / "html"
PDF = ROOT / "_build" / "gan-book.pdf"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def chromium() -> str:
    """크로미움이나 크롬의 경로이다. 없으면 FileNotFoundError를 낸다."""
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        raise FileNotFoundError("chromium이 없으니 `sudo apt install chromium`으로 깐다.")
    return program


def reading_order(toc: Path = ROOT / "_toc.yml") -> list[str]:
    """`_toc.yml`에 적힌 차례의 페이지 이름이다. 확장자는 뺀다."""
    contents = yaml.safe_load(toc.read_text(encoding="utf-8"))
    order = [contents["root"]]

    def visit(entries: list[dict]) -> None:
        for entry in entries:
            order.append(entry["file"].rsplit(".", 1)[0])
            visit(entry.get("sections", []))

    for part in contents["parts"]:
        visit(part["chapters"])
    return order


def print_pages(order: list[str], built: Path = BUILT) -> list[tuple[str, bytes]]:
    """페이지마다 (제목, PDF)를 돌려준다.

    Raises:
        FileNotFoundError: chromium이나 지은 책이 없을 때.
    """
    program = chromium()
    missing = [page for page in order if not (built / f"{page}.html").is_file()]
    if missing:
        raise FileNotFoundError(f"{built}에 {missing[0]}.html이 없으니 먼저 `make book`을 한다.")
    printed = []
    with sync_playwright() as api:
        browser = api.chromium.launch(executable_path=program, args=["--no-sandbox"])
        page = browser.new_page(color_scheme="light", reduced_motion="reduce")
        for name in order:
            page.goto((built / f"{name}.html").as_uri())
            page.evaluate("() => window.MathJax?.startup?.promise")
            page.evaluate("() => document.fonts.ready.then(() => true)")
            title = page.locator("h1").first.evaluate("(h1) => h1.firstChild.textContent.trim()")
            pdf = page.pdf(
                format="A4",
                print_background=True,
                margin={"top": "18mm", "bottom": "18mm", "left": "18mm", "right": "18mm"},
            )
            printed.append((title, pdf))
            print(f"{name}: {len(pdf) / 1e6:.1f} MB", flush=True)
        browser.close()
    return printed


def bind(printed: list[tuple[str, bytes]], target: Path = PDF) -> Path:
    """페이지들을 이어 책갈피가 있는 PDF 하나로 묶는다. 되풀이된 글꼴은 하나로 합친다."""
    writer = PdfWriter()
    for title, pdf in printed:
        start = len(writer.pages)
        writer.append(PdfReader(io.BytesIO(pdf)), import_outline=False)
        writer.add_outline_item(title=title, page_number=start)
    writer.add_metadata({"/Title": "생성적 적대 신경망"})
    writer.compress_identical_objects()
    partial = target.with_suffix(".partial")
    writer.write(partial)
    partial.replace(target)
    return target


def main() -> None:
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    try:
        made = bind(print_pages(reading_order()))
    except FileNotFoundError as error:
        sys.exit(str(error))
    print(f"{made.relative_to(ROOT)}: {made.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
