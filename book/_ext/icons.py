"""테마의 그림 글자를 쓰는 것만 추려 작은 글꼴로 싣는다.

테마는 Font Awesome의 스크립트(gzip으로 0.5 MB)를 모든 페이지에서 읽고, `file://`에서는 막히는 방법으로 글꼴을 미리 읽는다.
책이 쓰는 그림 글자는 서른 남짓이므로, 다 지은 페이지를 훑어 그것만 든 글꼴을 CSS 안에 담고 나머지를 걷어 낸다.
"""

import base64
import io
import logging
import re
import shutil
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont
from sphinx.application import Sphinx

from book._ext.finishing import Pages, substitute

STYLES = {  # CSS 선택자 → 글꼴의 이름, 굵기, 파일
    ".fa-solid, .fas": ("Font Awesome 6 Free", 900, "fa-solid-900.ttf"),
    ".fa-regular, .far": ("Font Awesome 6 Free", 400, "fa-regular-400.ttf"),
    ".fa-brands, .fab": ("Font Awesome 6 Brands", 400, "fa-brands-400.ttf"),
}
SCRIPT_OR_PRELOAD = r'\n\s*<script [^>]*vendor/fontawesome/[^>]*></script>|\n\s*<link rel="preload"[^>]*fontawesome[^>]*>'
STYLESHEET = r'(<link href="[^"]*_static/)vendor/fontawesome/[^"]*"'
# 테마가 부르는 a11y_pygments는 모든 로거를 INFO로 바꾸어, 글꼴마다 수십 줄을 찍게 한다.
logging.getLogger("fontTools").setLevel(logging.WARNING)
COMMON = """
.fa-solid, .fas, .fa-regular, .far, .fa-brands, .fab {
  display: inline-block; font-style: normal; font-variant: normal; line-height: 1;
  text-rendering: auto; -webkit-font-smoothing: antialiased;
}
.fa-lg { font-size: 1.25em; line-height: 0.05em; vertical-align: -0.075em; }
"""


def slim(app: Sphinx, pages: Pages) -> None:
    """다 지은 페이지에서 큰 그림 글꼴을 걷어 내고 `_static/icons.css`를 쓰게 한다."""
    built = Path(app.outdir)
    (vendor,) = (built / "_static" / "vendor" / "fontawesome").glob("*")
    css = "".join(
        p.read_text(encoding="utf-8") for p in (built / "_static" / "styles").glob("*.css")
    )
    names = set(re.findall(r"\bfa-([a-z0-9-]+)", "".join(pages.values())))
    sheet = stylesheet(vendor, names, css)
    (built / "_static" / "icons.css").write_text(sheet, encoding="utf-8")
    shutil.copy(vendor / "LICENSE.txt", built / "_static" / "icons-LICENSE.txt")
    substitute(pages, SCRIPT_OR_PRELOAD, "")
    substitute(pages, STYLESHEET, r'\1icons.css"')
    shutil.rmtree(built / "_static" / "vendor")


def stylesheet(vendor: Path, names: set[str], css: str) -> str:
    """이름이 `names`인 그림 글자와 테마의 CSS에 글자로 적힌 그림 글자만 든 CSS이다."""
    all_icons = (vendor / "css" / "all.min.css").read_text(encoding="utf-8")
    codes = dict(re.findall(r'\.fa-([a-z0-9-]+)::?before\{content:"\\([0-9a-f]+)"', all_icons))
    for group in re.findall(
        r'((?:\.fa-[a-z0-9-]+::?before,?)+)\{content:"\\([0-9a-f]+)"', all_icons
    ):
        codes.update(dict.fromkeys(re.findall(r"\.fa-([a-z0-9-]+)", group[0]), group[1]))
    used = {name: codes[name] for name in sorted(names & codes.keys())}
    characters = {int(code, 16) for code in used.values()}
    characters |= {ord(c) for c in css if 0xE000 <= ord(c) <= 0xF8FF}
    characters |= {int(code, 16) for code in re.findall(r'"\\(f[0-9a-f]{3})"', css)}
    parts = [COMMON]
    for selector, (family, weight, file) in STYLES.items():
        font = base64.b64encode(subset_font(vendor / "webfonts" / file, characters)).decode()
        parts.append(
            f'@font-face {{ font-family: "{family}"; font-weight: {weight}; '
            f'src: url(data:font/woff;base64,{font}) format("woff"); }}\n'
            f'{selector} {{ font-family: "{family}"; font-weight: {weight}; }}\n'
        )
    parts += [f'.fa-{name}::before {{ content: "\\{code}"; }}\n' for name, code in used.items()]
    return "".join(parts)


def subset_font(path: Path, characters: set[int], flavor: str = "woff", family: str = "") -> bytes:
    """`characters`의 글자만 든 글꼴이다. `family`를 주면 글꼴 안에 적힌 이름을 그것으로 바꾼다."""
    font = TTFont(path)
    subsetter = subset.Subsetter(subset.Options(notdef_outline=False, name_IDs=[0, 1, 2, 4, 6]))
    subsetter.populate(unicodes=characters)
    subsetter.subset(font)
    if family:
        for name in [record for record in font["name"].names if record.nameID in (1, 4, 6)]:
            font["name"].setName(family, name.nameID, name.platformID, name.platEncID, name.langID)
    font.flavor = flavor
    stream = io.BytesIO()
    font.save(stream)
    return stream.getvalue()
