"""연습 문제의 `<!--value … -->` 자리에, 값을 적으면 맞았는지 말해 주는 물음을 넣는다. 파이썬이 없는 독자도 답할 수 있다.

표시 속은 YAML이고, 같은 연습의 풀이(접어 둔 코드)를 실행한 곳에서 식을 계산한다. 그래서 풀이를 고치면 물음도 따라 바뀐다.

    given: 식과 글에서 쓸 이름과 값. 적지 않아도 된다
    question: 물음. 중괄호 속은 식이다
    answer: 답을 계산하는 식. 정수나 실수나 글이다
    tolerance: 얼마까지 달라도 맞다고 볼지. 정수와 글에는 적지 않는다
    wrong: 흔히 적는 틀린 값의 식과, 그 값을 적었을 때 할 말
    way: 값을 구하는 길. `value`가 답이다
"""

import html
import json
import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import nbformat
import yaml
from docutils import nodes  # type: ignore[import-untyped]
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.transforms.post_transforms import SphinxPostTransform

from book._ext import address, worker
from book._ext.play_data import quiet
from tools.checks.pages import SOLUTION, imports_of

MARK = re.compile(r"<!--value\n(?P<data>.*?)-->", re.DOTALL)


class Question(NamedTuple):
    """값 하나를 묻는 물음이다. `expected`는 수이거나 글이다."""

    text: str
    expected: float | str
    tolerance: float
    wrong: dict[float | str, str]
    way: str

    @property
    def shown(self) -> str:
        if isinstance(self.expected, float):
            return f"{self.expected:,.0f}" if self.expected.is_integer() else f"{self.expected:.6g}"
        # 숫자로만 된 글은 번호를 이어 적은 것이다.
        return ", ".join(self.expected) + "번" if self.expected.isdigit() else self.expected

    @property
    def rule(self) -> str:
        if isinstance(self.expected, str):
            return "띄어쓰기와 쉼표는 보지 않는다."
        return (
            f"{self.tolerance:g}까지는 달라도 된다." if self.tolerance else "꼭 같은 수라야 맞다."
        )


def cells_of(page: Path) -> Sequence[Any]:
    return nbformat.read(page, as_version=4).cells


def questions_on(page: Path) -> list[Question]:
    """페이지의 물음을 적힌 차례대로 만든다. Keras가 드므로 따로 도는 프로세스에 맡기고 기다린다."""
    return worker.submit(_made, page).result()


@cache
def _made(page: Path) -> list[Question]:
    with quiet():  # TensorFlow의 알림을 버린다
        return list(questions_of(cells_of(page)))


def questions_of(cells: Sequence[Any]) -> Iterator[Question]:
    """페이지의 셀에서 물음을 적힌 차례대로 만든다."""
    imports = imports_of(cells)
    for cell in cells:
        marks = (
            [m["data"] for m in MARK.finditer(cell.source)] if "<!--value" in cell.source else []
        )
        solution = SOLUTION.search(cell.source)
        if marks and solution is None:
            raise ValueError(f"값을 묻는 셀에 접힌 풀이가 없다: {marks[0][:60]!r}")
        for data in marks:
            yield question(yaml.safe_load(data), f"{imports}\nimport keras\n{solution[1]}")  # type: ignore[index]


def question(data: dict[str, Any], solution: str) -> Question:
    """표시에 적은 것과 풀이의 코드에서 물음 하나를 만든다.

    Raises:
        ValueError: 실수에 tolerance가 없거나, 흔한 오답이 맞는 답과 가려지지 않을 때.
    """
    scope: dict[str, Any] = {}
    exec(solution, scope)  # 저장소의 페이지에 적힌 풀이만 실행한다
    scope |= data.get("given", {})

    def valued(source: Any) -> float | str:
        found = eval(str(source), scope)
        return found if isinstance(found, str) else float(f"{found:.10g}")

    def filled(text: str) -> str:
        return eval(f"f{text!r}", scope)

    expected = scope["value"] = valued(data["answer"])
    tolerance = data.get("tolerance", 0)
    if isinstance(expected, float):
        if expected.is_integer():
            scope["value"] = int(expected)
        elif not tolerance:
            raise ValueError(f"`{data['answer']}`의 값이 {expected}이다. tolerance를 적는다.")
    if tolerance < 0:
        raise ValueError(f"`{data['answer']}`의 tolerance가 {tolerance}이다. 0보다 큰 수를 적는다.")
    wrong = {valued(source): filled(hint) for source, hint in data["wrong"].items()}
    for value in wrong:
        if is_right(value, expected, 2 * tolerance):
            raise ValueError(f"`{data['answer']}`의 흔한 오답 {value}이(가) 답과 같거나 가깝다.")
    return Question(filled(data["question"]), expected, tolerance, wrong, filled(data["way"]))


def is_right(value: float | str, expected: float | str, tolerance: float) -> bool:
    if isinstance(value, str) or isinstance(expected, str):
        return value == expected
    return abs(value - expected) <= tolerance + 1e-9


def marked_up(text: str) -> str:
    """`코드`만 알아보는 HTML이다."""
    return re.sub(r"`([^`]+)`", r'<code class="literal">\1</code>', html.escape(text))


def where_to_write(config: Config, page: str) -> str:
    """함수를 적어 볼 곳이다. 저장소의 주소가 정해졌으면 Colab이고, 아니면 파일의 이름이다."""
    file, theme = f"{page}.ipynb", config.html_theme_options
    repository = theme["repository_url"]
    if not address.is_known(repository):
        return f"<code>{file}</code>"
    place = repository.removeprefix("https://github.com/")
    url = (
        f"https://colab.research.google.com/github/{place}/blob/{theme['repository_branch']}/{file}"
    )
    return f'<a href="{html.escape(url)}">Colab</a>'


def shell(number: int, one: Question, where: str = "") -> str:
    answer = {
        "expected": one.expected,
        "tolerance": one.tolerance,
        "wrong": [[value, marked_up(hint)] for value, hint in one.wrong.items()],
    }
    name = f"value-{number}"
    keys = "text" if isinstance(one.expected, str) else "decimal"
    return (
        f'<div class="value-box"><p><strong>값으로 답하기.</strong> <span id="{name}-text">'
        f"{marked_up(one.text)}</span></p>"
        f'<form hidden data-answer="{html.escape(json.dumps(answer, ensure_ascii=False))}">'
        f'<label for="{name}">답</label> <input class="value-question" id="{name}" type="text" '
        f'inputmode="{keys}" autocomplete="off" aria-describedby="{name}-text {name}-rule"> '
        f'<button type="submit">확인</button> <span class="value-rule" id="{name}-rule">'
        f"{one.rule}</span></form>"
        f'<p class="value-verdict" role="status"></p><p class="value-code">코드로 풀려면 {where}에서 이 연습의 셀을 채운다.</p></div>'
        f"<details><summary>값을 구하는 길</summary><p>{marked_up(one.way)}</p></details>"
    )


class PlaceQuestions(SphinxPostTransform):
    default_priority = 400
    formats = ("html",)

    def run(self, **kwargs: object) -> None:
        places = [
            node
            for kind in (nodes.raw, nodes.comment)
            for node in self.document.findall(kind)
            if "<!--value\n" in (node.rawsource or node.astext())
        ]
        if not places:
            return
        found = questions_on(Path(self.env.doc2path(self.env.docname)))
        where = where_to_write(self.config, self.env.docname)
        for number, (node, one) in enumerate(zip(places, found, strict=True), start=1):
            node.replace_self(nodes.raw("", shell(number, one, where), format="html"))


def setup(app: Sphinx) -> None:
    app.add_post_transform(PlaceQuestions)
