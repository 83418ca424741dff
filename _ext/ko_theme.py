"""테마가 영어로 남겨 둔 단추와 안내를 한국어로 옮긴다."""

import json
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from sphinx.application import Sphinx

MESSAGES = {
    # Sphinx와 pydata-sphinx-theme
    "© Copyright %(copyright)s.": "© %(copyright)s",
    "Announcement": "알림",
    "Back to top": "맨 위로",
    "Breadcrumb": "현재 위치",
    "Home": "첫 쪽",
    "Link to this heading": "이 제목으로 오는 링크",
    "light/dark": "밝게/어둡게",
    "On this page": "이 쪽의 차례",
    "Section Navigation": "차례",
    "Site navigation": "책의 차례",
    "Skip to main content": "본문으로 건너뛰기",
    # sphinx-book-theme
    "Download notebook file": "노트북 파일 내려받기",
    "Download source file": "원본 파일 내려받기",
    "Download this page": "이 쪽 내려받기",
    "Fullscreen mode": "전체 화면",
    "Launch interactive content": "실행하기",
    "Launch on": "여기서 실행:",
    "Open an issue": "저장소에 알리기",
    "Open issue": "잘못 알리기",
    "Print to PDF": "PDF로 인쇄",
    "Repository": "저장소",
    "Show source": "원본 보기",
    "Source repositories": "저장소",
    "Source repository": "저장소",
}
COPY_BUTTON = {
    "copy": "베끼기",
    "copy_to_clipboard": "클립보드로 베끼기",
    "copy_success": "베꼈다",
    "copy_failure": "베끼지 못했다",
}


def setup(app: Sphinx) -> dict[str, object]:
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
    # 베끼기 단추는 자바스크립트 안에 제 나름의 번역표를 둔다(copybutton.js의 messages).
    body = f"messages.ko = {json.dumps(COPY_BUTTON, ensure_ascii=False)}; locale = 'ko';"
    app.add_js_file(None, body=body, priority=900)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
