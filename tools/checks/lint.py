"""책의 글에서, 읽는 곳에 따라 깨지는 표기와 어긋난 용어와 코드에 묶지 않은 수를 찾는다.

쓰기:
    python -m tools.checks.lint                # 책과 README와 코드의 글을 모두 본다
    python -m tools.checks.lint book/이름.md   # 그 파일만

노트북인 페이지는 책과 Colab과 Jupyter에서 똑같이 보여야 하므로, 책에서만 풀리는 MyST 표기를 쓰지 않는다.
"""

import argparse
import ast
import re
import sys
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple
from unicodedata import east_asian_width

from markdown_it import MarkdownIt

from tools.checks import citations, settings, ties
from tools.checks import terms as glossary
from tools.checks.pages import TIE, Cell, Page, blank

MYST = [
    (re.compile(r"^\s*:::"), "지시자 `:::`은 Colab에서 글자로 보인다. `> **참고.** …`로 적는다."),
    (
        re.compile(r"^\s*```+\{"),
        "지시자는 Colab에서 글자로 보인다. `> **참고.** …`나 코드 셀로 적는다.",
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
        "할 일 목록은 책을 빌드할 때 멈추게 한다. 보통 목록으로 적는다.",
    ),
    (
        re.compile(r"""!\[[^\]]*\]\((?!https?:|data:)|<img[^>]*\bsrc=["'](?!https?:|data:)"""),
        "그림 파일은 Colab에서 보이지 않는다. 코드 셀에서 그린다.",
    ),
]
_MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])
_SHOWN_CODE = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
_FIGURE_NUMBER = re.compile(r"그림\s+\d[\d.]*(?:-\d+)?")
_WORDS = {"caption": "설명(caption)", "alt": "대체 글(alt)"}


class Problem(NamedTuple):
    """어느 파일의 몇째 줄이 왜 안 되는지이다."""

    path: Path
    line: int
    message: str

    def __str__(self) -> str:
        return f"{settings.name_of(self.path)}:{self.line}: {self.message}"


class Caption(NamedTuple):
    """그림 하나의 번호와, 그것을 적은 곳이다. 번호가 없는 그림은 number가 None이다."""

    path: Path
    line: int
    number: str | None


def check_page(path: Path) -> tuple[list[Problem], list[Caption]]:
    """마크다운 페이지 하나를 보고, 안 되는 곳과 그림의 번호를 돌려준다."""
    page = Page(path.read_text(encoding="utf-8"))
    problems = [
        *(_myst(path, page) if page.is_notebook else ()),
        *_headings(path, page.prose),
        *_unclosed_bold(path, page.prose),
        *_numbered_lines(path, page),
    ]
    if path.name not in settings.BOOK.without_terms:
        problems += _terms(path, page.words)
    if not any(path.match(pattern) for pattern in settings.BOOK.without_words):
        problems += _plain_words(path, blank(TIE, page.words))
    if path.name != "README.md":
        problems += [Problem(path, *found) for found in ties.check_page(path)]
    if path.name != settings.BOOK.references:
        cited = citations.check_page(page, citations.entries(settings.BOOK))
        problems += [Problem(path, *problem) for problem in cited]
    captions: list[Caption] = []
    for cell in page.cells:
        found, numbers = _figures(path, cell)
        problems += [*found, *_wide_code(path, cell), *_terms(path, cell.source, cell.line)]
        captions += numbers
    for shown in _SHOWN_CODE.finditer(page.text if page.is_notebook else ""):
        cell = Cell(*shown.span(1), page.line_of(shown.start(1)), (), shown[1])
        problems += _wide_code(path, cell)
    return problems, captions


def _myst(path: Path, page: Page) -> Iterator[Problem]:
    for number, line in enumerate(page.words.splitlines(), start=1):
        for pattern, why in MYST:
            if pattern.search(line):
                yield Problem(path, number, f"{why} ({line.strip()[:40]})")


def _headings(path: Path, prose: str) -> Iterator[Problem]:
    tokens = _MARKDOWN.parse(prose)
    lines = [t.map[0] + 1 for t in tokens if t.type == "heading_open" and t.tag == "h1" and t.map]
    if not lines:
        yield Problem(path, 1, "큰 제목(`# …`)이 없다. 페이지마다 하나를 둔다.")
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


def _numbered_lines(path: Path, page: Page) -> Iterator[Problem]:
    # Sphinx는 `\\`가 든 수식을 split으로 감싸고, MathJax는 그 안의 번호를 받지 않아 수식 대신 오류를 보인다.
    for match in re.finditer(r"\$\$(.*?)\$\$", page.prose, flags=re.DOTALL):
        if "\\tag" in match[1] and r"\\" in match[1]:
            why = r"번호(`\tag`)가 있는 수식에는 `\\` 대신 `\cr`를 쓴다."
            yield Problem(path, page.line_of(match.start()), why)


def _terms(path: Path, text: str, first_line: int = 1) -> Iterator[Problem]:
    for term, pattern in _forbidden(settings.BOOK):
        for match in pattern.finditer(text):
            message = f"'{match[0]}'은(는) 이 책이 쓰지 않는 말이다. '{term}'(으)로 적는다."
            yield Problem(path, first_line + text.count("\n", 0, match.start()), message)


def _plain_words(path: Path, text: str) -> Iterator[Problem]:
    for pattern, better in settings.BOOK.words.items():
        for match in re.finditer(pattern, text):
            message = f"'{match[0]}'보다 나은 말이 있다. '{better}'(으)로 적는다."
            yield Problem(path, 1 + text.count("\n", 0, match.start()), message)


@cache
def _forbidden(book: settings.Book) -> list[tuple[str, re.Pattern[str]]]:
    terms = glossary.read(book.root / book.terms) if book.terms else []
    return [(term.names[0], re.compile(term.forbid)) for term in terms if term.forbid]


def _figures(path: Path, cell: Cell) -> tuple[list[Problem], list[Caption]]:
    """코드 셀에서 그림을 보이는 호출마다 설명과 대체 글이 있는지 본다."""
    try:
        tree = cell.tree()
    except SyntaxError as error:
        line = error.lineno or cell.line
        return [Problem(path, line, f"파이썬 문법에 맞지 않는다: {error.msg}.")], []
    problems, captions = [], []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = ast.unparse(node.func)
        if settings.BOOK.figures and name in ("plt.show", "pyplot.show"):
            why = f"`{name}()`은 설명이 없다. `show(…)`로 보인다."
            problems.append(Problem(path, node.lineno, why))
            continue
        given = {k.arg: k.value for k in node.keywords}
        for key in settings.BOOK.figures.get(name.split(".")[-1], ()):
            value = given.get(key)
            if value is None or (isinstance(value, ast.Constant) and not str(value.value).strip()):
                message = f"`{name}(…)`에 그림의 {_WORDS.get(key, key)}이 없다."
                problems.append(Problem(path, node.lineno, message))
        if "caption" in given:
            match = _FIGURE_NUMBER.match(_leading_text(given["caption"]))
            captions.append(Caption(path, node.lineno, match[0] if match else None))
    return problems, captions


def _wide_code(path: Path, cell: Cell) -> Iterator[Problem]:
    """접지 않고 보이는 코드에서 화면 밖으로 넘치는 줄을 찾는다. 한글은 두 칸이다."""
    widest = settings.BOOK.code_width
    if not widest or ("hide-input" in cell.tags and "colab" not in cell.tags):
        return
    for number, line in enumerate(cell.source.splitlines(), start=cell.line):
        width = sum(2 if east_asian_width(letter) in "WF" else 1 for letter in line)
        if width > widest:
            why = f"코드의 줄이 {width}칸이다. {widest}칸이 넘으면 화면에서 잘리므로 나눈다."
            yield Problem(path, number, f"{why} ({line.strip()[:40]})")


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
    """파이썬 파일의 글(주석, 독스트링, 메시지)에서 어긋난 용어와 쓰지 않을 말을 찾는다."""
    text = path.read_text(encoding="utf-8")
    cited = [
        Problem(path, *found)
        for found in citations.check_code(text, citations.entries(settings.BOOK))
    ]
    return [*_terms(path, text), *_plain_words(path, text), *cited]


def check(paths: Sequence[Path]) -> list[Problem]:
    """파일들에서 안 되는 곳을 모두 찾아 파일과 줄의 차례로 돌려준다."""
    problems: list[Problem] = []
    captions: list[Caption] = []
    for path in paths:
        if path.suffix == ".js" or path.parent.name.startswith("_"):
            problems += _plain_words(path, path.read_text(encoding="utf-8"))
        elif path.suffix == ".py":
            problems += check_code(path)
        else:
            found, numbers = check_page(path)
            problems += found
            captions += numbers
    references = settings.BOOK.folder / settings.BOOK.references
    if references in paths:
        problems += [Problem(references, *found) for found in _uncited()]
    return sorted([*problems, *_figure_numbers(captions)])


def _uncited() -> Iterator[tuple[int, str]]:
    book = settings.BOOK
    pages = (p for p in book.folder.glob("*.md") if p.name != book.references)
    code = (p for p in book.source_files() if p.suffix == ".py")
    texts = [[path.read_text(encoding="utf-8") for path in paths] for paths in (pages, code)]
    return citations.check_references(citations.entries(book), *texts)


def every_file() -> list[Path]:
    book = settings.BOOK
    pages = [*sorted(book.folder.glob("*.md")), book.root / "README.md"]
    code = sorted((book.root / book.package).glob("**/*.py")) if book.package else []
    # 책의 확장과 놀이에도 독자가 읽는 말이 있다.
    code += sorted(p for kind in ("py", "js") for p in book.folder.glob(f"_*/*.{kind}"))
    return [*(p for p in pages if p.exists()), *code]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="책의 글에서 깨지는 표기와 어긋난 용어를 찾는다.")
    parser.add_argument("files", nargs="*", type=Path, help="없으면 책과 README와 코드 모두")
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
