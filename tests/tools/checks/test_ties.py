"""글 속의 수를 코드에 묶는 도구를 시험한다."""

import re

import numpy as np
import pytest

from tools.checks import ties as prose_ties
from tools.checks.pages import TIE, Page, strip_ties
from tools.checks.settings import BOOK
from tools.checks.ties import agrees, check_page, mismatch, problem_of, read

PAGES = sorted(BOOK.folder.glob("*.md"))
CELL = "```{code-cell} ipython3\nx = 12  # 34\n```\n"


def only_tie(text: str) -> prose_ties.Tie:
    (tie,) = read(text).ties
    return tie


def untied(text: str) -> list[str]:
    return [written for _, written, _ in read(text).untied]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("모두 2,765,312개이다.", ["2,765,312"]),
        ("30%에서 -2.5로, 약 277만이다.", ["30", "-2.5", "277"]),
        ("64 → 32 → 1이고 4×8이다.", ["64", "32", "4", "8"]),
        ("$a + 3$은 그냥 두고 $a = 12$는 본다.", ["12"]),
        ("$$\n4 \\times 4 = 131{,}072 \\tag{2}\n$$", ["131,072"]),
        ("- 하나\n- 70개\n\n| 이름 | 수 |\n| --- | --- |\n| 층 | 21 |", ["70", "21"]),
        ("> **참고.** 9번 읽는다.", ["9"]),
        ("<details>\n<summary>풀이</summary>\n\n답은 26이다.\n\n</details>", ["26"]),
    ],
)
def test_numbers_that_need_a_tie(text, numbers):
    assert untied(text) == numbers


@pytest.mark.parametrize(
    "text",
    [
        "# 4.2.2 판별자",
        "### 연습 4.2.2-1 다른 스트라이드",
        "[4.2.3절](4_2_3_generator.ipynb)과 4.2.4절의 그림 4.2.4-2와 식 (1)을 본다.",
        "2장에서 다룬 지도 학습이다.",
        "1. 첫째\n2. 둘째",
        "0과 1 사이, [-1, 1]과 0.5와 255이다.",
        "Python 3.13의 float32와 T4와 2차원, 8비트와 $\\beta_1$과 L1 거리이다.",
        "`kernel_size=4`와 $x^2 + 3$을 본다.",
        "[글](https://example.com/2024/10)과 arXiv:1406.2661을 본다.",
        "```python\nx = 12\n```",
        CELL,
    ],
)
def test_numbers_that_need_none(text):
    assert untied(text) == []


def test_a_tie_covers_the_numbers_before_it_and_no_others():
    page = read("처음 3<!--= a -->과 4<!--= b -->, 끝 5.\n\n다른 문단 6<!--= c -->.")
    assert [[n.written for n in tie.numbers] for tie in page.ties] == [["3"], ["4"], ["6"]]
    assert [written for _, written, _ in page.untied] == ["5"]


def test_a_verdict_covers_no_number():
    page = read('시드 3이 모두 못하다<!--? "못하다": worse -->. 끝 5<!--= b -->.')
    assert [[n.written for n in tie.numbers] for tie in page.ties] == [[], ["3", "5"]]
    assert untied('시드 3이 못하다<!--? "못하다": worse -->.') == ["3"]
    assert (
        only_tie('앞이다. 뒤가 못하다<!--? "못하다": worse --> 그렇다.').sentence
        == "뒤가 못하다 그렇다."
    )


def test_a_tie_knows_its_place():
    text = (
        f"---\njupytext:\n---\n\n# 쪽\n\n{CELL}\n앞 문장이다. 값은 7<!--= x -->이다. 뒤 문장이다.\n"
    )
    tie = only_tie(text)
    assert (tie.line, tie.after_cell, tie.sentence) == (11, 1, "값은 7이다.")


def test_a_tie_in_a_code_block_is_no_tie():
    assert read("```text\n3<!--= x -->\n```").ties == []


@pytest.mark.parametrize(
    ("written", "true", "same"),
    [
        ("2,765,312", 2765312.0, True), ("2,765,313", 2765312.0, False), ("0.42", 0.4249, True),
        ("0.42", 0.4251, False), ("90", 89.6, True), ("90", 90.6, False), ("-2.5", -2.5, True),
        ("−1", -1.0, True), ("277", 276.53, True), ("여섯", 6.0, True), ("열두", 12.0, True),
        ("3", float("nan"), False), ("3", float("inf"), False),
    ],
)  # fmt: skip
def test_written_numbers_agree_to_their_last_digit(written, true, same):
    number = prose_ties.Number(written, 0, True)
    assert agrees(number, true) is same


@pytest.mark.parametrize(
    ("text", "value", "message"),
    [
        ("3<!--= x -->", [3.0], None),
        ("64 → 32 → 1<!--= sizes -->", [64.0, 32.0, 1.0], None),
        ("여섯<!--= n --> 단계", [6.0], None),
        ("3<!--= x -->", [4.0], "글에는 3인데 `x`의 값은 4이다"),
        ("64 → 32<!--= sizes -->", [64.0, 33.0], "글에는 32인데 `sizes`의 값은 33이다"),
        ("3<!--= x -->", [3.0, 4.0], "값은 2개인데 앞에 적힌 수는 1개"),
        ("8장과 3<!--= x -->", [3.0], "8은(는) 묶이지 않았다"),
        ("3<!--= x -->", "NameError: x", "계산하지 못했다(NameError: x)"),
        ('큰 배치가 못하다<!--? "못하다": worse -->.', [1.0], None),
        (
            '큰 배치가 못하다<!--? "못하다": worse -->.',
            [0.0],
            '`"못하다": worse`이(가) 참이 아니다',
        ),
        ('모두 못하다<!--? "못하다": worse -->.', [1.0, 0.0], "참이 아니다"),
        ('모두 못하다<!--? "못하다": worse -->.', [], "참이 아니다"),
        ('못하다<!--? "못하다": worse -->.', "NameError: x", "계산하지 못했다(NameError: x)"),
    ],
)
def test_values_are_compared(text, value, message):
    found = mismatch(only_tie(text), value)
    assert found is None if message is None else message in found


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("32<!--= 32 -->", "이름이 없다"),
        ("32<!--= 4 * 8 -->", "이름이 없다"),
        ("32<!--= int(32) -->", "이름이 없다"),
        ("32<!--= 0 * x + 32 -->", "32이(가) 그대로 있다"),
        ("32<!--= x +  -->", "파이썬 식이 아니다"),
        ("글<!--= x -->", "묶을 수가 앞에 없다"),
        ('못하다<!--? "못하다": 2 > 1 -->', "이름이 없다"),
        ("못하다<!--? worse -->", "문장의 말이 없다"),
        ('낫다<!--? "못하다": worse -->', "글은 「낫다」이다"),
        ('앞이 낫다. 뒤가 못하다<!--? "낫다": x, "못하다": y -->', "「뒤가 못하다」이다"),
        ('- 왼쪽 <!--right? "오른쪽": y > x -->', "「- 왼쪽」이다"),
        ('- 왼쪽이 아닌 쪽 <!--right? "왼쪽": y > x -->', "「- 왼쪽이 아닌 쪽」이다"),
        (
            '뒤가 못하다고 할 수 없다<!--? "뒤가 못하다": worse -->',
            "글은 「뒤가 못하다고 할 수 없다」이다",
        ),
        ('큰 배치가 못하다<!--? "못하다": worse -->', "「큰 배치가 못하다」이다"),
        ("2015<!--cite: 없는 글, 1999 -->", "참고 문헌 페이지에"),
    ],
)
def test_ties_that_prove_nothing_are_refused(text, message):
    assert message in (problem_of(only_tie(text)) or "")


def test_the_right_guess_is_tied_to_what_the_next_cell_shows():
    text = f'{CELL}\n**먼저 짐작해 보자.** 어느 쪽일까?\n\n- 왼쪽 <!--right? "어느 쪽일까? - 왼쪽": y > x -->\n- 12<!--= x -->쪽\n\n{CELL}'
    groups = prose_ties.by_cell(text)
    assert {cell: [tie.source for tie in ties] for cell, ties in groups.items()} == {
        1: ["x"],
        2: ['"어느 쪽일까? - 왼쪽": y > x'],
    }
    assert list(groups) == [1, 2]  # 실행하는 차례이다
    assert "참이 아니다" in mismatch(groups[2][0], [0.0])
    assert strip_ties(text).count("<!--") == 1 and "- 왼쪽 <!--right-->" in strip_ties(text)


def test_verdicts_are_evaluated_where_numbers_are(tmp_path):
    text = f'{CELL}\n큰 배치가 못하다<!--? "큰 배치가 못하다": x > 20 -->. 값은 12<!--= x -->이다.'
    assert [tie.source for tie in prose_ties.by_cell(text)[1]] == [
        '"큰 배치가 못하다": x > 20',
        "x",
    ]
    page = tmp_path / "plain.md"
    page.write_text(
        '이름이 길다<!--? "이름이 길다": len(companion.__name__) > 99 -->.', encoding="utf-8"
    )
    ((_, message),) = check_page(page)
    assert "참이 아니다" in message


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("값이 12<!--= x -->이다. 큰 배치가 못하다.", ["못하다"]),
        ('값이 12<!--= x -->이다. 큰 배치가 못하다<!--? "못하다": x > 20 -->.', []),
        ('큰 배치가 못하다<!--? "못하다": x > 20 -->. 작은 배치가 낫다.', ["낫다"]),
        ('큰 배치가 못하고 작은 배치가 낫다<!--? "못하고": x > 20 -->.', ["낫다"]),
        ('큰 배치가 못하고 작은 배치가 낫다<!--? "못하고": x, "낫다": y -->.', []),
        ("12<!--= max(x) -->가 가장 크다.", ["가장 크다"]),
        ("한 변이 두<!--= b / a --> 배가 된다.", []),
        ("한 변이 두 배가 된다. 값은 12<!--= x -->이다.", ["두 배"]),
        ("꼭대기가 가장 높다<!--untied: 위에서 미분했다 -->.", []),
        ("12<!--= x -->가 '낫다'이다. 더 나은지 모른다면, 가장 좋은지를 잰다.", []),
        ("거리가 12<!--= x -->이다. 이쪽이 훨씬 더 낮다.", []),
        (
            "거리가 12<!--= x -->이다. 저쪽보다 훨씬 더 낮고 저쪽에 비해 흐리다.",
            ["보다 훨씬 더 낮고", "에 비해"],
        ),
        ("묶음이 없는 문단에서는 이야기가 더 낫다.", []),
    ],
)
def test_a_comparison_needs_something_that_sees_it(text, words):
    assert [word for _, word, _ in prose_ties.untied_verdicts(Page(text))] == words


def test_a_comparison_in_a_caption_needs_an_assert(tmp_path):
    show = 'show(f, caption="그림 4.1-1 왼쪽이 가장 크다.", alt="막대")'
    path = tmp_path / "page.md"
    for code, count in (
        (show, 1),
        (f"assert a > b\n{show}", 1),
        (f'assert a > b, "왼쪽이 가장 크다"\n{show}', 0),
    ):
        path.write_text(f"```{{code-cell}} ipython3\n{code}\n```\n", encoding="utf-8")
        assert sum("가장 크다" in message for _, message in check_page(path)) == count


def test_the_words_of_an_assert_stand_in_a_caption(tmp_path):
    show = 'show(f, caption="그림 4.1-1 오른쪽이 가장 " "작다.", alt="막대")'
    path = tmp_path / "page.md"
    for words, count in (("오른쪽이 가장 작다", 0), ("왼쪽이 가장 작다", 1)):
        code = f'assert a > b, "{words}"\n{show}'
        path.write_text(f"```{{code-cell}} ipython3\n{code}\n```\n", encoding="utf-8")
        assert sum("글에 없다" in message for _, message in check_page(path)) == count


def test_a_comparison_left_untied_says_why():
    for nothing in ("", "그렇다"):
        assert "이유를 한 마디로" in problem_of(only_tie(f"가장 높다<!--untied: {nothing} -->"))
    assert problem_of(only_tie("가장 높다<!--untied: 위에서 미분했다 -->")) is None


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("앞이 낫다", "못하다"),
        ("앞이 못하다", "낫다"),
        ("앞은 가릴 수 없다", "낫다"),
        ("앞이 나았다", "못하다"),
    ],
)
def test_a_verdict_by_the_rule_is_the_one_its_expression_names(words, said):
    tie = only_tie(f'{words}<!--? "{words}": verdict(a, b) == "{said}" -->')
    assert f"식에는 ['{said}']뿐이다" in problem_of(tie)
    assert problem_of(only_tie(f'{words}<!--? "{words}": verdict(a, b) < c -->')) is None


def test_good_ties_pass():
    for text in (
        "32<!--= x -->",
        "2014<!--cite: Goodfellow 등, 2014 -->",
        "30<!--= 100 * x -->",
        '위가 **더 멀고** 아래가 가깝다<!--? "위가 더 멀고": x > y, "아래가 가깝다": y < z -->.',
        '값이 3<!--= y -->이라서, 뒤가 못하다<!--? "뒤가 못하다": x > y -->.',
        '앞이 낫지만 뒤는 가릴 수 없다<!--? "앞이 낫지만 뒤는 가릴 수 없다": x == ["낫다", "가릴 수 없다"] -->.',
        '앞이 낫고<!--? "앞이 낫고": x > y -->, 뒤가 못하다<!--? "뒤가 못하다": x < y -->.',
        '| 이름 | 따른다<!--? "따른다": x > y --> |',
    ):
        assert [problem_of(tie) for tie in read(text).ties if problem_of(tie)] == []


def test_digits_in_captions_and_unknown_code_are_found(tmp_path):
    show = 'show(f, caption="그림 4.1-1 벽돌 72장", alt=f"{n}장")'
    text = f"```{{code-cell}} ipython3\n{show}\n```\n\n`strides=7`과 `show(f`이다.\n"
    path = tmp_path / "page.md"
    path.write_text(text, encoding="utf-8")
    assert [(line, message.split("을(를)")[0]) for line, message in check_page(path)] == [
        (2, "그림의 글에 72"),
        (5, "`strides=7`이(가) 페이지의 코드나 출력에 없다. 코드에 있는 그대로 적는다."),
    ]


def test_the_code_that_computes_ties_reports_errors_and_arrays():
    ties = read(
        "3<!--= np.arange(4)[3] -->, 4와 5<!--= [4, a] -->, 6<!--= companion.nothing -->"
    ).ties
    values = prose_ties.evaluate_plain(ties)
    assert values[0] == [3.0]
    assert values[1] == "NameError: name 'a' is not defined"
    (verdict,) = read(
        '위가 크고, 아래가 작다<!--? "위가 크고": np.arange(3) < 9, "아래가 작다": [] -->.'
    ).ties
    assert prose_ties.evaluate_plain([verdict]) == [[1.0, 0.0]]
    assert "AttributeError" in values[2]


def test_ties_of_a_plain_page_are_computed(tmp_path):
    path = tmp_path / "page.md"
    path.write_text(
        "# 글\n\n이름은 9<!--= len(companion.__name__) -->자이고 32<!--= len(companion.__name__) -->이다.\n"
    )
    ((line, message),) = check_page(path)
    assert (line, message) == (3, "글에는 32인데 `len(companion.__name__)`의 값은 9이다.")


def test_the_command_counts_and_fails(tmp_path, capsys):
    path = tmp_path / "page.md"
    path.write_text("# 글\n\n7장이다.\n", encoding="utf-8")
    assert prose_ties.main([str(path)]) == 1
    assert "page.md:3: 7이(가)" in capsys.readouterr().out
    assert prose_ties.main([]) == 0


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_changed_digit_would_be_seen(page):
    """적힌 수를 참값으로 삼고, 마지막 자리를 하나 바꾼 글이 모두 다르다고 나오는지 본다."""
    for tie in read(page.read_text(encoding="utf-8")).ties:
        if tie.kind != "=":
            continue
        number = tie.numbers[-1]
        true = float(number.value)
        assert mismatch(tie._replace(numbers=(number,)), [true]) is None
        step = 10.0 ** number.value.as_tuple().exponent
        for other in (true + step, true - step):
            assert mismatch(tie._replace(numbers=(number,)), [other])


def test_notebooks_carry_no_ties():
    for page in PAGES:
        notebook = page.with_suffix(".ipynb")
        if notebook.exists():
            assert not re.search(TIE, notebook.read_text(encoding="utf-8"))


def test_numpy_values_can_be_tied():
    (tie,) = read("5<!--= np.float32(2) + np.int64(3) -->").ties
    assert prose_ties.evaluate_plain([tie]) == [[float(np.float32(5))]]
