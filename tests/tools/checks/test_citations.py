"""출처의 링크와 참고 문헌이 서로 맞는지 본다."""

import pytest

from tools.checks import citations, lint, settings
from tools.checks.pages import Page

REFERENCES = """\
# 참고 문헌

**Kim과 Lee, 2015.** *글*. [arXiv:1501.00001](https://arxiv.org/abs/1501.00001), 코드 [a/b](https://github.com/a/b)

- 무엇을 빌렸다.

**벽돌 데이터.** [주소](https://example.com/bricks)

- 이미지이다.
"""
KIM = "[Kim과 Lee, 2015](https://arxiv.org/abs/1501.00001)"


@pytest.fixture
def listed(tmp_path):
    path = tmp_path / "references.md"
    path.write_text(REFERENCES, encoding="utf-8")
    return citations.read(path)


def test_entries_have_the_title_in_bold_and_the_first_address(listed):
    assert [(e.title, e.url, e.supports, e.year, e.surname) for e in listed] == [
        ("Kim과 Lee, 2015", "https://arxiv.org/abs/1501.00001", True, "2015", "Kim"),
        ("벽돌 데이터", "https://example.com/bricks", True, "", ""),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (f"나왔다({KIM}).", None),
        (f"2015년에 나왔다({KIM}).", None),
        (f"2014년에 나왔다({KIM}).", "연도를 확인한다"),
        ("나왔다([Kim과 Lee,\n2015](https://arxiv.org/abs/1501.00001)).", None),
        ("[다른 곳](https://example.com)이다.", None),
        (KIM.replace("2015]", "2016]"), "이름과 연도를 맞춘다"),
        (KIM.replace("Lee", "Park"), "이름과 연도를 맞춘다"),
        (KIM.replace("00001)", "00002)"), "주소가 참고 문헌과 다르다"),
        ("[Park, 2020](https://example.com/park)", "참고 문헌에 없다"),
        ("[글](https://arxiv.org/abs/1501.00009)", "참고 문헌에 없다"),
        ("Kim과 Lee(2015)는 그렇게 말했다.", "'Kim'의 글을 말하면서 링크가 없다"),
        ("Park(2020)은 그렇게 말했다.", "'Park'의 글을 말하면서 링크가 없다"),
        ("Kim의 논문이 권한다.", "'Kim'의 글을 말하면서 링크가 없다"),
        (f"Kim의 논문이 권한다({KIM}).", None),
        ("표의 값 5<!--cite: Kim과 Lee, 2015 -->이다.", "링크가 없다"),
        (f"{KIM}\n\n표의 값 5<!--cite: Kim과 Lee, 2015 -->이다.", None),
    ],
)
def test_a_link_agrees_with_its_entry(listed, text, message):
    found = [why for _, why in citations.check_page(Page(text), listed)]
    assert not found if message is None else [why for why in found if message in why], found


def test_the_line_of_a_missing_link_is_told(listed):
    text = f"글({KIM}).\n\n둘째 문단.\nKim이 말했다."
    assert [line for line, _ in citations.check_page(Page(text), listed)] == [4]


def test_every_entry_is_cited_and_says_what_it_supports(listed):
    def found(pages, code=()):
        return [why for _, why in citations.check_references(listed, pages, code)]

    brick = "[벽돌 데이터](https://example.com/bricks)"
    assert found([KIM, brick]) == []
    assert found([brick], ['"""Kim과 Lee(2015)의 식이다."""']) == []
    (why,) = found([brick])
    assert "'Kim과 Lee, 2015'을(를) 드는 글이 없다" in why
    bare = [entry._replace(supports=False) for entry in listed]
    assert len(list(citations.check_references(bare, [KIM, brick], ()))) == 2
    twice = [*listed, listed[0]._replace(title="Kim, 2015")]
    assert len(list(citations.check_references(twice, [KIM, brick], ()))) == 1


def test_works_named_in_code_are_listed(listed):
    assert not list(citations.check_code("# Kim 외, 2015\n", listed))
    ((line, why),) = citations.check_code("x = 1\n# Park 외(2020)\n", listed)
    assert line == 2 and "'Park 외(2020'" in why


def test_a_wrong_year_in_the_real_book_fails(tmp_path):
    page = settings.BOOK.folder / "4_2_dcgan.md"
    text = page.read_text(encoding="utf-8")
    wrong = tmp_path / page.name
    wrong.write_text(text.replace("[Radford 등, 2015]", "[Radford 등, 2016]", 1), encoding="utf-8")
    problems, _ = lint.check_page(wrong)
    assert any("이름과 연도를 맞춘다" in problem.message for problem in problems)
