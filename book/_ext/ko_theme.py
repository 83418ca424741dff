"""테마가 영어로 남겨 둔 단추와 안내를 한국어로 옮기고, 읽어 주는 프로그램을 위한 이름이 빠진 곳에 이름을 준다.
스크립트가 없는 독자에게도 밝은 쪽의 색이 나오게 한다.
"""

import json
import re
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from sphinx.application import Sphinx

from book._ext.finishing import Pages, substitute

MESSAGES = {
    # Sphinx와 pydata-sphinx-theme
    "© Copyright %(copyright)s.": "© %(copyright)s",
    "Announcement": "알림",
    "Back to top": "맨 위로",
    "Breadcrumb": "현재 위치",
    "Home": "첫 페이지",
    "Link to this heading": "이 제목으로 오는 링크",
    "light/dark": "밝게/어둡게",
    "next page": "다음 페이지",
    "On this page": "이 페이지의 차례",
    "previous page": "이전 페이지",
    "Section Navigation": "차례",
    "Site navigation": "책의 차례",
    "Skip to main content": "본문으로 건너뛰기",
    # sphinx-book-theme
    "Launch interactive content": "실행하기",
    "Launch on": "여기서 실행:",
    "Repository": "저장소",
    "Show source": "원본 보기",
    "Source repositories": "저장소",
}
# 서식에 영어로 박혀 있거나 테마의 번역이 어색해 번역표로는 바꿀 수 없는 도움말
LABELS = {
    "전체 화면으로보기": "전체 화면으로 보기",
    "Main": "책의 차례",
    "Page": "이 페이지의 차례",
    "Version warning": "버전에 대한 알림",
    "Toggle primary sidebar": "책의 차례 여닫기",
    "Toggle secondary sidebar": "이 페이지의 차례 여닫기",
}
# copybutton.js가 제 나름으로 두는 번역표에 더할 것
COPY_BUTTON = {
    "copy": "베끼기",
    "copy_to_clipboard": "클립보드로 베끼기",
    "copy_success": "베꼈다",
    "copy_failure": "베끼지 못했다",
}
# 서식이 이름도 구역도 색도 주지 않은 요소와, 그 자리에 둘 것
MENDED = {
    '<summary aria-label="Toggle hidden content">': "<summary>",  # 안에 든 글이 이름이 된다
    '<summary><span class="toctree-toggle"': '<summary aria-label="아래 절 여닫기"><span class="toctree-toggle"',
    '<div class="bd-sidebar-primary': '<div role="complementary" aria-label="책의 이름과 차례" class="bd-sidebar-primary',
    ' data-theme="auto">': ' data-theme="light">',  # 스크립트가 없으면 auto에는 정해진 색이 없다
}


def name_controls(app: Sphinx, pages: Pages) -> None:
    """다 지은 페이지에서 번역표가 닿지 않는 도움말을 옮기고 빠진 것을 채운다."""
    script = Path(app.outdir) / "_static" / "copybutton.js"
    start = "const messages = {"
    korean = f"{start}\n  'ko': {json.dumps(COPY_BUTTON, ensure_ascii=False)},"
    code = script.read_text(encoding="utf-8")
    if code.count(start) != 1:
        raise ValueError(f"{script}에 번역표가 보이지 않으니 sphinx-copybutton의 버전을 확인한다.")
    script.write_text(code.replace(start, korean), encoding="utf-8")
    for english, korean in LABELS.items():
        substitute(pages, rf'\b(title|aria-label)="{re.escape(english)}"', rf'\1="{korean}"')
    for found, better in MENDED.items():
        substitute(pages, re.escape(found), better)


def setup(app: Sphinx) -> None:
    folder = Path(app.doctreedir) / "locale"
    catalog = Catalog(locale="ko")
    for english, korean in MESSAGES.items():
        catalog.add(english, korean)
    for name in ("sphinx", "booktheme"):
        file = folder / "ko" / "LC_MESSAGES" / f"{name}.mo"
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("wb") as stream:
            write_mo(stream, catalog)
        app.add_message_catalog(name, str(folder))
