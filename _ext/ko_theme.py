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
    "next page": "다음 쪽",
    "On this page": "이 쪽의 차례",
    "previous page": "이전 쪽",
    "Section Navigation": "차례",
    "Site navigation": "책의 차례",
    "Skip to main content": "본문으로 건너뛰기",
    # sphinx-book-theme
    "Launch interactive content": "실행하기",
    "Launch on": "여기서 실행:",
    "Open issue": "잘못 알리기",
    "Repository": "저장소",
    "Show source": "원본 보기",
    "Source repositories": "저장소",
}
# 서식에 영어로 박혀 있거나 테마의 번역이 어색해 번역표로는 바꿀 수 없는 도움말
LABELS = {
    "전체 화면으로보기": "전체 화면으로 보기",
    "Main": "책의 차례",
    "Page": "이 쪽의 차례",
    "Toggle hidden content": "숨긴 내용 여닫기",
    "Toggle primary sidebar": "책의 차례 여닫기",
    "Toggle secondary sidebar": "이 쪽의 차례 여닫기",
}
COPY_BUTTON = {
    "copy": "베끼기",
    "copy_to_clipboard": "클립보드로 베끼기",
    "copy_success": "베꼈다",
    "copy_failure": "베끼지 못했다",
}
SCRIPT = """
messages.ko = %s;  // copybutton.js가 제 나름으로 두는 번역표
locale = "ko";
document.addEventListener("DOMContentLoaded", () => {
  const labels = %s;
  for (const element of document.querySelectorAll("[title], [aria-label]")) {
    for (const name of ["title", "aria-label"]) {
      const korean = labels[element.getAttribute(name)];
      if (korean) element.setAttribute(name, korean);
    }
  }
});
"""


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
    tables = (json.dumps(table, ensure_ascii=False) for table in (COPY_BUTTON, LABELS))
    app.add_js_file(None, body=SCRIPT % tuple(tables), priority=900)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
