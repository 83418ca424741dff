"""글을 읽고 쓰는 곳마다 인코딩을 적었는지 확인한다.

적지 않으면 로캘을 따르므로 한국어 윈도우에서는 cp949, `LC_ALL=C`에서는 ASCII가 된다. 파이썬의 EncodingWarning은 실행된
줄만, 그것도 따로 켜야 알리고, ruff의 PLW1514는 형을 아는 경로만 보므로 소스를 읽는다.
"""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = [
    path
    for folder in ("companion", "tools", "book/_ext")
    for path in sorted((ROOT / folder).rglob("*.py"))
]


def without_encoding(source):
    """인코딩을 적지 않고 글을 읽거나 쓰는 줄의 번호들이다."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call)
        and reads_or_writes_text(node)
        and "encoding" not in {keyword.arg for keyword in node.keywords}
    ]


def reads_or_writes_text(call):
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    given = {keyword.arg: ast.unparse(keyword.value) for keyword in call.keywords}
    if name in ("read_text", "write_text"):  # 둘째 것은 글 다음에 인코딩을 받는다.
        return len(call.args) < (1 if name == "read_text" else 2)
    if name == "open":
        rest = call.args if isinstance(call.func, ast.Attribute) else call.args[1:]
        mode = given.get("mode") or (ast.unparse(rest[0]) if rest else "'r'")
        return re.fullmatch("'[rwax]t?[+]?t?'", mode) is not None
    return given.get("text") == "True" or given.get("universal_newlines") == "True"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_text_is_read_and_written_with_an_encoding(path):
    assert without_encoding(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "call",
    ["path.read_text()", "path.write_text(text)", "open(path)", "open(path, 'w')", "path.open()", "self.path.open('a')",
     "subprocess.run(command, text=True)"],
)  # fmt: skip
def test_what_has_no_encoding_is_noticed(call):
    assert without_encoding(call) == [1]
    assert (
        without_encoding(call[:-1] + (", " if call[-2] != "(" else "") + "encoding='utf-8')") == []
    )


@pytest.mark.parametrize(
    "call", ["path.read_text('utf-8')", "open(path, 'rb')", "path.open('wb')", "Image.open(path)"]
)
def test_what_needs_no_encoding_is_left_alone(call):
    assert without_encoding(call) == []
