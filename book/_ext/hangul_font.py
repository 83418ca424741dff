"""한글 글꼴에서 책이 쓰는 글자만 추려 싣는다.

Pretendard는 한 굵기가 0.3 MB 가까이 되지만 이 책이 쓰는 글자만 추리면 그 4분의 1이다. 글꼴을 고친 것에는 원래 이름을 쓸 수
없어(OFL 1.1) 이름을 바꾼다. 글꼴은 CSS 안에 담는다. `file://`로 연 책에서 다른 파일의 글꼴을 막는 브라우저가 있기
때문이다. 글은 글꼴을 기다리지 않고 먼저 보인다.
"""

import base64
import html
import re
import shutil
from functools import partial
from pathlib import Path

from sphinx.application import Sphinx

from book._ext import worker
from book._ext.finishing import Pages
from book._ext.icons import subset_font

FAMILY = "Brickie Sans"
REGULAR, BOLD = "Pretendard-Regular.subset.woff2", "Pretendard-Bold.subset.woff2"
SHEET = "hangul.css"
ALWAYS = {*range(0x20, 0x7F), *map(ord, "·…–—‘’“”×÷−→←↑↓≤≥≈")}
TAG = re.compile(r"<script\b.*?</script>|<style\b.*?</style>|<[^>]+>", re.DOTALL)
# 속성에 든 글 가운데 보이는 것이다. 값 물음의 힌트는 답한 뒤에 보인다.
LABEL = re.compile(r'(?:aria-label|title|placeholder|alt|data-answer)="([^"]*)"')


def characters(pages: Pages, built: Path) -> set[int]:
    """페이지에 보이는 글과, 나중에 보일 수 있는 스크립트의 글에 쓰인 글자이다."""
    used = set(ALWAYS)
    for text in pages.values():
        used.update(map(ord, html.unescape(TAG.sub("", text) + "".join(LABEL.findall(text)))))
    static = built / "_static"
    for script in (*static.glob("*.js"), *(static / "play").glob("*.js")):
        used.update(map(ord, script.read_text(encoding="utf-8")))
    return used


def embed(app: Sphinx, pages: Pages) -> None:
    """페이지의 글을 다 고친 다음에 불러야 쓰인 글자가 모두 든다."""
    built = Path(app.outdir)
    source = Path(app.srcdir) / "book" / "_vendor" / "pretendard"
    used = characters(pages, built)
    faces = []
    cut = partial(subset_font, characters=used, flavor="woff2", family=FAMILY)
    bold = worker.submit(cut, source / BOLD)  # 두 굵기를 나란히 추린다
    for weight, cut_font in ((400, cut(source / REGULAR)), (700, bold.result())):
        font = base64.b64encode(cut_font).decode()
        faces.append(
            f'@font-face {{ font-family: "{FAMILY}"; font-weight: {weight}; '
            f'src: url(data:font/woff2;base64,{font}) format("woff2"); }}\n'
        )
    static = built / "_static"
    (static / SHEET).write_text("".join(faces), encoding="utf-8")
    shutil.copy(source / "LICENSE.txt", static / "hangul-LICENSE.txt")
    shutil.rmtree(static / "pretendard", ignore_errors=True)


def link_sheet(app: Sphinx, page: str, template: str, context: dict, doctree) -> None:
    """글꼴이 글보다 먼저 오지 않게, 다 읽은 다음에 켜지는 스타일시트로 잇는다."""
    sheet = context["pathto"](f"_static/{SHEET}", resource=True)
    context["metatags"] = context.get("metatags", "") + (
        f'\n<link rel="stylesheet" href="{sheet}" media="print" onload="this.media=\'all\'">'
        f'<noscript><link rel="stylesheet" href="{sheet}"></noscript>'
    )


def setup(app: Sphinx) -> None:
    app.connect("html-page-context", link_sheet)
