"""용어표 `book/glossary.csv`에서 페이지 `book/glossary.md`를 다시 만든다. 열의 뜻은 `tools/checks/terms.py`에 있다."""

import argparse
from pathlib import Path

from tools import ROOT
from tools.checks import terms

BOOK = ROOT / "book"
COLUMNS = {"korean": "용어", "english": "English", "definition": "뜻", "aliases": "다른 이름"}
INTRODUCTION = """# 용어집

이 책이 쓰는 말이다. **다른 이름**은 다른 책이나 문서에서 만날 수 있는 말이며, 이 책은 쓰지 않는다.
괄호 안에 쓰임을 적은 것은 그 경우에만 쓴다.

"""


def page(table: Path = BOOK / "glossary.csv") -> str:
    """용어표를 마크다운 페이지로 옮긴 글을 돌려준다."""
    lines = [list(COLUMNS.values()), ["---"] * len(COLUMNS)]
    for term in terms.read(table):
        lines.append([getattr(term, name).replace("|", "\\|") for name in COLUMNS])
    return INTRODUCTION + "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def main() -> None:
    argparse.ArgumentParser(description="용어집 페이지를 용어표에서 다시 만든다.").parse_args()
    (BOOK / "glossary.md").write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
