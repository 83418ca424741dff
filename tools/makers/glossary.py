"""용어표 `book/glossary.csv`에서 쪽 `book/glossary.md`를 만든다.

쓰기:
    python -m tools.makers.glossary          # 쪽을 만든다
    python -m tools.makers.glossary --check  # 쪽이 용어표와 다르면 멈춘다
"""

import argparse
import csv
import sys
from pathlib import Path

from tools import ROOT

BOOK = ROOT / "book"
COLUMNS = {"korean": "용어", "english": "English", "definition": "뜻", "aliases": "다른 이름"}
INTRODUCTION = """# 용어집

이 책이 쓰는 말이다. **다른 이름**은 다른 책이나 문서에서 만날 수 있는 말이며, 이 책은 쓰지 않는다.
괄호 안에 쓰임을 적은 것은 그 경우에만 쓴다.

"""


def page(table: Path = BOOK / "glossary.csv") -> str:
    """용어표를 마크다운 쪽으로 옮긴 글을 돌려준다. 빈 칸이나 겹친 용어에는 ValueError를 낸다."""
    with table.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    seen: set[str] = set()
    lines = [list(COLUMNS.values()), ["---"] * len(COLUMNS)]
    for number, row in enumerate(rows, start=2):
        if not all(row[name] for name in ("korean", "english", "definition")):
            raise ValueError(f"{table.name}의 {number}째 줄에 용어, 영어, 뜻 가운데 빈 칸이 있다.")
        if row["korean"] in seen:
            raise ValueError(f"{table.name}의 {number}째 줄: '{row['korean']}'가 앞에도 있다.")
        seen.add(row["korean"])
        lines.append([row[name].replace("|", "\\|") for name in COLUMNS])
    return INTRODUCTION + "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def main() -> None:
    parser = argparse.ArgumentParser(description="용어 쪽을 만들거나 확인한다.")
    parser.add_argument("--check", action="store_true", help="만들지 않고 확인만 한다")
    target = BOOK / "glossary.md"
    if not parser.parse_args().check:
        target.write_text(page(), encoding="utf-8")
    elif target.read_text(encoding="utf-8") != page():
        sys.exit(
            "오류: glossary.md가 glossary.csv와 다르다. `python -m tools.makers.glossary`를 돌린다."
        )


if __name__ == "__main__":
    main()
