"""책의 글에서, 읽는 곳에 따라 깨지는 표기와 어긋난 용어를 찾는다.

쓰기:
    python -m tools.checks.lint                # 책과 README와 companion의 글을 모두 본다
    python -m tools.checks.lint book/이름.md   # 그 파일만

노트북인 쪽은 책과 Colab과 Jupyter에서 똑같이 보여야 하므로, 책에서만 풀리는 MyST 표기를 쓰지 않는다.
"""

import argparse
import ast
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from markdown_it import MarkdownIt

from tools import ROOT
from tools.checks import ties as prose_numbers

MYST = [
    (re.compile(r"^\s*:::"), "지시자 `:::`은 Colab에서 글자로 보인다. `> **참고.** …`로 적는다."),
    (
        re.compile(r"^\s*```+\{"),
        "지시자는 Colab에서 글자로 보인다. `> **참고.** …`나 코드 칸으로 적는다.",
    ),
    (re.compile(r"\{[a-z:_-]+\}`"), "역할은 Colab에서 글자로 보인다. 링크나 강조로 적는다."),
    (re.compile(r"^\s*\([\w-]+\)=\s*$"), "표적 줄은 Colab에서 글자로 보인다. 제목으로 링크한다."),
    (re.compile(r"\[\^[^\]]+\]"), "각주는 Colab에서 글자로 보인다. 본문에 풀어 적는다."),
    (
        re.compile(r"^\$\$\s*\([\w-]+\)"),
        "수식 이름표는 Colab에서 글자로 보인다. `\\tag{1}`로 적는다.",
    ),
    (re.compile(r"^\s*>\s*\[!"), "GitHub 알림은 책에서 글자로 보인다. `> **주의.** …`로 적는다."),
    (
        re.compile(r"^\s*[-*+] \[[ xX]\] "),
        "할 일 칸은 책을 빌드할 때 멈추게 한다. 보통 목록으로 적는다.",
    ),
]
RELATIVE_PICTURE = re.compile(
    r"""!\[[^\]]*\]\((?!https?:|data:)|<img[^>]*\bsrc=["'](?!https?:|data:)"""
)

# 정한 용어와 다른 말이다. 뜻이 여럿이라 글만으로 가릴 수 없는 말(단계, 묶음, 기울기, 핵 등)은 뺐다.
# 용어집 쪽은 다른 이름을 일부러 늘어놓으므로 보지 않는다.
TERMS = {
    "판별자": r"감별자|구분자|판별기",
    "생성자": r"(?<!난수 )생성기",
    "생성적 적대 신경망": r"적대적 생성 신경망|생성적 적대 네트워크",
    "전치 합성곱": r"역합성곱|디컨볼루션|전치합성곱|전치 컨볼루션",
    "합성곱": r"컨볼루션|컨벌루션",
    "그레이디언트": r"그래디언트|그라디언트|그레디언트|변화도",
    "레이블": r"라벨",
    "에포크": r"에폭|에포치|이폭",
    "배치 정규화": r"배치정규화|묶음 정규화",
    "잠재 공간": r"잠재공간",
    "잠재 벡터": r"잠재벡터|잠재 코드",
    "손실": r"손실함수|(?<!크)로스(?= |를|가|는|와|$)",
    "활성화 함수": r"활성화함수|활성 함수|활성함수",
    "이진 교차 엔트로피": r"크로스 ?엔트로피|교차엔트로피",
    "옵티마이저": r"최적화기|최적화 도구|옵티마이져",
    "스트라이드": r"보폭|스트라이드값",
    "특성 맵": r"특징 ?맵|피처 ?맵|특성맵",
    "하이퍼파라미터": r"하이퍼 파라미터|하이퍼 매개변수|초매개변수",
    "과대적합": r"과적합|오버피팅",
    "모드 붕괴": r"모드붕괴|모드 축소|모드 콜랩스",
    "체커보드": r"체스판 무늬|체커 보드",
    "오토인코더": r"오토 인코더|자기부호화기",
    "데이터셋": r"데이터 ?세트|데이터 셋",
    "잡음": r"노이즈",
    "샘플": r"표본",
    "랜덤": r"무작위",
    "픽셀": r"화소",
    "흑백": r"회색조",
    "층": r"레이어",
    "지표": r"메트릭",
    "드롭아웃": r"드랍아웃|드롭 아웃",
    "훈련": r"(?<!지도 )(?<!비지도 )(?<!전이 )(?<!강화 )(?<!기계 )(?<!심층 )학습(?!률)",
}
_TERMS = [(term, re.compile(pattern)) for term, pattern in TERMS.items()]
WITHOUT_TERMS = {"glossary.md"}

_MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])
_CODE_CELL = re.compile(r"^(`{3,})\{code-cell\}[^\n]*\n(.*?)^\1\s*$", re.DOTALL | re.MULTILINE)
_FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
# 보통 코드 블록(```python)과 글 속의 코드는 예로 적은 것이므로 보지 않고, 지시자(```{note})와 역할은 본다.
_EXAMPLE = re.compile(
    r"^(?P<mark>`{3,}|~{3,})(?!\{)[^\n]*\n.*?^(?P=mark)\s*$", re.DOTALL | re.MULTILINE
)
_INLINE_CODE = re.compile(r"(?<![}`])`(?!`)[^`\n]+`(?!`)")
_FIGURE_NUMBER = re.compile(r"그림\s+\d[\d.]*(?:-\d+)?")
# 그림을 보이는 함수와, 그것에 꼭 주어야 하는 것
_REQUIRED = {"show": ("caption", "alt"), "frame_scrubber": ("alt",)}
_WORDS = {"caption": "설명(caption)", "alt": "대체 글(alt)"}


class Problem(NamedTuple):
    """어느 파일의 몇째 줄이 왜 안 되는지이다."""

    path: Path
    line: int
    message: str

    def __str__(self) -> str:
        path = self.path.relative_to(ROOT) if self.path.is_relative_to(ROOT) else self.path
        return f"{path}:{self.line}: {self.message}"


class Caption(NamedTuple):
    """그림 하나의 번호와, 그것을 적은 곳이다. 번호가 없는 그림은 number가 None이다."""

    path: Path
    line: int
    number: str | None


def blank(pattern: re.Pattern[str], text: str) -> str:
    """맞는 곳을 지우되 줄 수는 그대로 둔다. 그래서 남은 글의 줄 번호가 맞다."""
    return pattern.sub(lambda match: "\n" * match[0].count("\n"), text)


def line_of(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1


def check_page(path: Path) -> tuple[list[Problem], list[Caption]]:
    """마크다운 쪽 하나를 보고, 안 되는 곳과 그림의 번호를 돌려준다."""
    text = path.read_text(encoding="utf-8")
    notebook = text.startswith("---\njupytext:\n")
    body = blank(_FRONT_MATTER, text)
    prose = blank(_CODE_CELL, body)
    problems = [
        *(_myst(path, prose) if notebook else ()),
        *_headings(path, prose),
        *_unclosed_bold(path, prose),
        *_numbered_lines(path, prose),
    ]
    if path.name not in WITHOUT_TERMS:
        problems += _terms(path, blank(_INLINE_CODE, blank(_EXAMPLE, prose)))
    if path.name != "README.md":
        problems += [Problem(path, *found) for found in prose_numbers.check_page(path)]
    captions: list[Caption] = []
    for match in _CODE_CELL.finditer(body):
        first_line = line_of(body, match.start(2))
        found, numbers = _figures(path, match[2], first_line)
        problems += [*found, *_terms(path, match[2], first_line)]
        captions += numbers
    return problems, captions


def _myst(path: Path, prose: str) -> Iterator[Problem]:
    visible = blank(_INLINE_CODE, blank(_EXAMPLE, prose))
    for number, line in enumerate(visible.splitlines(), start=1):
        for pattern, why in MYST:
            if pattern.search(line):
                yield Problem(path, number, f"{why} ({line.strip()[:40]})")
        if RELATIVE_PICTURE.search(line):
            why = "그림 파일은 Colab에서 보이지 않는다. 코드 칸에서 그린다."
            yield Problem(path, number, f"{why} ({line.strip()[:40]})")


def _headings(path: Path, prose: str) -> Iterator[Problem]:
    tokens = _MARKDOWN.parse(prose)
    lines = [t.map[0] + 1 for t in tokens if t.type == "heading_open" and t.tag == "h1" and t.map]
    if not lines:
        yield Problem(path, 1, "큰 제목(`# …`)이 없다. 쪽마다 하나를 둔다.")
    for line in lines[1:]:
        yield Problem(path, line, "큰 제목(`# …`)이 둘 이상이다. `## …`으로 적는다.")


def _unclosed_bold(path: Path, prose: str) -> Iterator[Problem]:
    for token in _MARKDOWN.parse(prose):
        line = (token.map[0] if token.map else 0) + 1
        for child in token.children or []:
            if child.type in ("softbreak", "hardbreak"):
                line += 1
            elif child.type == "text" and "**" in child.content:
                why = "`**`가 굵은 글씨로 풀리지 않는다. 닫는 `**` 앞의 괄호나 부호를 밖으로 뺀다."
                yield Problem(path, line, f"{why} ({child.content.strip()[:40]})")


def _numbered_lines(path: Path, prose: str) -> Iterator[Problem]:
    # Sphinx는 `\\`가 든 수식을 split으로 감싸고, MathJax는 그 안의 번호를 받지 않아 수식 대신 오류를 보인다.
    for match in re.finditer(r"\$\$(.*?)\$\$", prose, flags=re.DOTALL):
        if "\\tag" in match[1] and r"\\" in match[1]:
            why = r"번호(`\tag`)가 있는 수식에는 `\\` 대신 `\cr`를 쓴다."
            yield Problem(path, line_of(prose, match.start()), why)


def _terms(path: Path, text: str, first_line: int = 1) -> Iterator[Problem]:
    for term, pattern in _TERMS:
        for match in pattern.finditer(text):
            message = f"'{match[0]}'은(는) 이 책이 쓰지 않는 말이다. '{term}'(으)로 적는다."
            yield Problem(path, first_line + line_of(text, match.start()) - 1, message)


def _figures(path: Path, code: str, first_line: int) -> tuple[list[Problem], list[Caption]]:
    """코드 칸에서 그림을 보이는 호출마다 설명과 대체 글이 있는지 본다."""
    options = re.match(r"(?::[^\n]*\n)+", code)
    offset = options[0].count("\n") if options else 0
    source = re.sub(r"^\s*[%!].*$", "", "\n".join(code.splitlines()[offset:]), flags=re.MULTILINE)
    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        line = first_line + offset + (error.lineno or 1) - 1
        return [Problem(path, line, f"파이썬 문법에 맞지 않는다: {error.msg}.")], []
    problems, captions = [], []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        line = first_line + offset + node.lineno - 1
        name = ast.unparse(node.func)
        if name in ("plt.show", "pyplot.show"):
            problems.append(Problem(path, line, f"`{name}()`은 설명이 없다. `show(…)`로 보인다."))
            continue
        given = {k.arg: k.value for k in node.keywords}
        for key in _REQUIRED.get(name.split(".")[-1], ()):
            value = given.get(key)
            if value is None or (isinstance(value, ast.Constant) and not str(value.value).strip()):
                message = f"`{name}(…)`에 그림의 {_WORDS[key]}이 없다."
                problems.append(Problem(path, line, message))
        if "caption" in given:
            match = _FIGURE_NUMBER.match(_leading_text(given["caption"]))
            captions.append(Caption(path, line, match[0] if match else None))
    return problems, captions


def _leading_text(node: ast.expr) -> str:
    """글 상수의 값이나, f-문자열에서 처음 나오는 보통 글이다."""
    first = node.values[0] if isinstance(node, ast.JoinedStr) and node.values else node
    return str(first.value) if isinstance(first, ast.Constant) else ""


def _figure_numbers(captions: Sequence[Caption]) -> Iterator[Problem]:
    first: dict[str, Caption] = {}
    for caption in captions:
        if caption.number is None:
            message = "그림의 설명이 번호로 시작하지 않는다. `그림 4.2.1-1 …`처럼 적는다."
            yield Problem(caption.path, caption.line, message)
        elif (earlier := first.setdefault(caption.number, caption)) is not caption:
            where = f"{earlier.path.name}:{earlier.line}"
            message = f"'{caption.number}'이 {where}에도 있다. 번호를 바꾼다."
            yield Problem(caption.path, caption.line, message)


def check_code(path: Path) -> list[Problem]:
    """파이썬 파일의 글(주석, 독스트링, 메시지)에서 어긋난 용어를 찾는다."""
    return list(_terms(path, path.read_text(encoding="utf-8")))


def check(paths: Sequence[Path]) -> list[Problem]:
    """파일들에서 안 되는 곳을 모두 찾아 파일과 줄의 차례로 돌려준다."""
    problems: list[Problem] = []
    captions: list[Caption] = []
    for path in paths:
        if path.suffix == ".py":
            problems += check_code(path)
        else:
            found, numbers = check_page(path)
            problems += found
            captions += numbers
    return sorted([*problems, *_figure_numbers(captions)])


def every_file() -> list[Path]:
    pages = [*sorted((ROOT / "book").glob("*.md")), ROOT / "README.md"]
    return [*(p for p in pages if p.exists()), *sorted((ROOT / "companion").glob("**/*.py"))]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="책의 글에서 깨지는 표기와 어긋난 용어를 찾는다.")
    parser.add_argument("files", nargs="*", type=Path, help="없으면 책과 README와 companion 모두")
    files = [p.resolve() for p in parser.parse_args(arguments).files] or every_file()
    missing = [p for p in files if not p.exists()]
    if missing:
        print(f"{missing[0]}이(가) 없다. 파일 이름을 확인한다.", file=sys.stderr)
        return 1
    problems = check(files)
    for problem in problems:
        print(problem)
    print(f"파일 {len(files)}개에서 고칠 곳 {len(problems)}개를 찾았다.")
    return int(bool(problems))


if __name__ == "__main__":
    sys.exit(main())
