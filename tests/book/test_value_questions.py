"""연습의 값 물음이 쪽에 실린 풀이에서 나오고, 연습마다 하나는 있는지 본다."""

import json
import re
from pathlib import Path

import nbformat
import pytest

from book._ext import hangul_font, value_questions
from book._ext.value_questions import MARK, question, questions_of
from tools.checks import notebooks

DATA = {
    "given": {"size": 28},
    "question": "한 변이 {size}이면?",
    "answer": "half(size)",
    "wrong": {"size": "그대로이다.", "half(size) - 1": "하나 모자란다."},
    "way": "{size}의 절반은 {value}이다.",
}
HALF = "def half(size):\n    return size / 2\n"


def cells_with(solution: str) -> list:
    mark = "question: 얼마인가?\nanswer: half(6)\nwrong: {6: 그대로이다.}\nway: '{value}이다.'\n"
    text = f"<!--value\n{mark}-->\n\n<details>\n<summary>풀이</summary>\n\n```python\n{solution}```\n\n</details>"
    return [nbformat.v4.new_markdown_cell(text)]


def test_the_value_follows_the_solution_on_the_page():
    (before,) = questions_of(cells_with(HALF))
    (after,) = questions_of(cells_with(HALF.replace("/ 2", "/ 3")))
    assert (before.expected, before.way) == (3, "3이다.")
    assert (after.expected, after.way) == (2, "2이다.")


def test_the_value_of_a_page_of_the_book_follows_its_solution():
    (page,) = (page for page in notebooks.pages() if page.stem == "4_2_4_training")
    cells = notebooks.read_page(page).cells
    first, second, before = (one.expected for one in questions_of(cells))
    for cell in cells:
        cell.source = cell.source.replace(
            "return rate * average +", "return rate * average + value +"
        )
    assert before == 5
    assert [one.expected for one in questions_of(cells)] == [first, second, 11]


def test_question_hints_and_way_are_filled_from_the_same_place():
    one = question(DATA, HALF)
    assert one.text == "한 변이 28이면?"
    assert one.wrong == {28: "그대로이다.", 13: "하나 모자란다."}
    assert one.way == "28의 절반은 14이다."


@pytest.mark.parametrize(
    ("answer", "shown"),
    [("12 ** 3 * 1200", "2,073,600"), ("'4568'", "4, 5, 6, 8번"), ("'ㄹㄴㅁ'", "ㄹㄴㅁ")],
)
def test_an_answer_is_shown_as_one_writes_it(answer, shown):
    assert question(DATA | {"answer": answer, "wrong": {}, "way": ""}, HALF).shown == shown


def test_a_fraction_needs_a_tolerance_and_says_it():
    with pytest.raises(ValueError, match="tolerance를 적는다"):
        question(DATA | {"given": {"size": 5}}, HALF)
    one = question(DATA | {"given": {"size": 5}, "tolerance": 0.01}, HALF)
    assert one.rule == "0.01까지는 달라도 된다."


def test_a_typical_mistake_that_equals_the_answer_is_refused():
    with pytest.raises(ValueError, match="답과 같거나 가깝다"):
        question(DATA | {"wrong": {"size / 2": "?"}}, HALF)


def test_a_question_without_a_solution_is_refused():
    cells = cells_with(HALF)
    cells[0].source = cells[0].source.replace("풀이", "도움말")
    with pytest.raises(ValueError, match="접힌 풀이가 없다"):
        list(questions_of(cells))


@pytest.mark.parametrize("page", notebooks.pages(), ids=lambda page: page.stem)
def test_each_exercise_asks_for_a_value_and_knows_a_typical_mistake(page):
    cells = notebooks.read_page(page).cells
    exercises = [k for k, cell in enumerate(cells) if "exercise" in cell.metadata.get("tags", [])]
    assert all(len(MARK.findall(cells[k + 1].source)) >= 1 for k in exercises)
    found = list(questions_of(cells))
    assert len(found) >= len(exercises)
    assert all(one.wrong for one in found)


def test_the_answer_is_carried_by_the_field_and_the_question_by_the_text():
    html = value_questions.shell(2, question(DATA, HALF))
    (data,) = re.findall(r'data-answer="([^"]*)"', html)
    answer = json.loads(data.replace("&quot;", '"'))
    assert answer["expected"] == 14
    assert [value for value, _ in answer["wrong"]] == [28, 13]
    assert "한 변이 28이면?" in html and "28의 절반은 14이다." in html
    assert "<form hidden" in html  # 스크립트가 없으면 물음과 길만 보인다


def test_the_letters_of_a_hint_are_in_the_font(tmp_path):
    pages = {Path("a.html"): value_questions.shell(1, question(DATA, HALF))}
    hints = "".join(DATA["wrong"].values())
    assert set(map(ord, hints)) <= hangul_font.characters(pages, tmp_path)
