"""코드로 보지 않고 이유만 적은 비교가 페이지마다 몇인지 센다. 늘리려면 여기서도 고쳐야 한다."""

from collections import Counter

from tools.checks import notebooks, ties

ALLOWED = {
    "4_1_introduction": 1,
    "4_2_1_bricks": 4,
    "4_2_2_discriminator": 2,
    "4_2_3_generator": 2,
    "4_2_4_experiments": 5,
    "4_2_4_results": 4,
}


def test_comparisons_without_an_expression_are_counted():
    found = Counter(
        page.stem
        for page in notebooks.pages()
        for tie in ties.read(page.read_text(encoding="utf-8")).ties
        if tie.kind == ties.UNTIED
    )
    assert dict(found) == ALLOWED
