"""마크다운 페이지를 읽는다. 페이지를 보는 검사는 모두 이것을 쓴다."""

import ast
import re
from collections.abc import Sequence
from functools import cached_property
from typing import Any, NamedTuple

# 수와 판정을 코드에 묶은 표시이다. 뜻은 ties.py에 있다.
TIE = re.compile(r"<!--(?P<kind>=|\?|right\?|cite:|untied:)\s*(?P<source>.*?)\s*-->", re.DOTALL)
RIGHT = "<!--right-->"  # 짐작의 맞는 것에서, 식을 지우고 남기는 표시
# 책 밖으로 가는 링크이다. 주소가 참고 문헌의 것이면 출처이다(citations.py).
LINK = re.compile(r"(?<!!)\[(?P<text>[^\]\[]+)\]\((?P<url>https?://[^)\s]+)\)")
_TIE_ON_ITS_OWN_LINE = re.compile(rf"\n[ \t]*{TIE.pattern}[ \t]*(?=\n|\Z)", re.DOTALL)
# 책의 확장이 읽는 데이터이다. 여러 줄에 걸친 주석이고, 첫 줄에는 이름만 있다.
_DATA = re.compile(r"<!--\w+\n.*?-->", re.DOTALL)
CODE_SPAN = re.compile(r"(?<![}`])`(?!`)([^`\n]+)`(?!`)")
_FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
_CODE_CELL = re.compile(
    r"^(?P<mark>`{3,})\{code-cell\}[^\n]*\n(?P<options>(?::[^\n]*\n)*)(?P<source>.*?)^(?P=mark)[ \t]*$",
    re.DOTALL | re.MULTILINE,
)
_BLOCK = r"^(?P<mark>`{3,}|~{3,})%s[^\n]*\n.*?^(?P=mark)[ \t]*$"
_FENCE = re.compile(_BLOCK % "", re.DOTALL | re.MULTILINE)
_EXAMPLE = re.compile(_BLOCK % r"(?!\{)", re.DOTALL | re.MULTILINE)
# 연습 문제의 접어 둔 풀이의 코드
SOLUTION = re.compile(r"<summary>풀이</summary>.*?^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_MAGIC = re.compile(r"^[ \t]*[%!].*$", re.MULTILINE)


def blank(pattern: re.Pattern[str], text: str) -> str:
    """맞는 곳을 빈칸으로 바꾼다. 남은 글의 자리와 줄 번호는 그대로이다."""
    return pattern.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)


def strip_ties(text: str) -> str:
    """묶음을 지운 글이다. 책과 노트북에는 이것을 담는다. 짐작의 맞는 것에는 표시만 남긴다."""
    text = _TIE_ON_ITS_OWN_LINE.sub("", text)
    return TIE.sub(lambda match: RIGHT if match["kind"] == "right?" else "", text)


def python(source: str) -> str:
    """셀의 코드에서 매직 명령(`%…`, `!…`)의 줄을 비운 것이다."""
    return _MAGIC.sub("", source)


class Cell(NamedTuple):
    """코드 셀 하나이다. 코드는 페이지의 글에서 start와 end 사이에 있고, line째 줄에서 시작한다."""

    start: int
    end: int
    line: int
    tags: tuple[str, ...]
    source: str

    def tree(self) -> ast.Module:
        """줄 번호가 페이지의 것인 구문 트리이다. 문법이 틀렸으면 SyntaxError를 낸다."""
        return ast.parse("\n" * (self.line - 1) + python(self.source))


class Page:
    """페이지의 글을 여러 검사가 보는 꼴로 나눈 것이다."""

    def __init__(self, text: str) -> None:
        self.text = text

    @property
    def is_notebook(self) -> bool:
        return self.text.startswith("---\njupytext:\n")

    @cached_property
    def cells(self) -> list[Cell]:
        return [
            Cell(
                match.start("source"),
                match.end("source"),
                self.line_of(match.start("source")),
                tuple(re.findall(r"[\w-]+", "".join(re.findall(r":tags:(.*)", match["options"])))),
                match["source"],
            )
            for match in _CODE_CELL.finditer(self.text)
        ]

    @cached_property
    def prose(self) -> str:
        """머리말과 코드 셀을 비운 글이다."""
        return blank(_CODE_CELL, blank(_FRONT_MATTER, self.text))

    @cached_property
    def unfenced(self) -> str:
        """글에서 코드 블록과 지시자와 데이터도 비운 것이다."""
        return blank(_DATA, blank(_FENCE, self.prose))

    @cached_property
    def words(self) -> str:
        """글에서 예로 적은 코드를 비운 것이다. 지시자(```{note})와 역할({doc}`…`)은 남는다."""
        return blank(CODE_SPAN, blank(_EXAMPLE, self.prose))

    @property
    def fences(self) -> list[str]:
        """코드 셀과 코드 블록이다."""
        return [match[0] for match in _FENCE.finditer(self.text)]

    def line_of(self, position: int) -> int:
        return self.text.count("\n", 0, position) + 1


def imports_of(cells: Sequence[Any]) -> str:
    """페이지의 코드 셀에 있는 import를 모은 코드이다. 첫 셀(colab)의 것은 뺀다."""
    return "\n".join(
        ast.unparse(node)
        for cell in cells
        if cell.cell_type == "code" and "colab" not in cell.metadata.get("tags", [])
        for node in ast.parse(python(cell.source)).body
        if isinstance(node, ast.Import | ast.ImportFrom)
    )
