"""용어가 그 뜻으로 쓰인 곳에만 이어지는지 본다."""

import pytest

from book._ext.glossary_links import links, pattern_of
from tools.checks import settings, terms

TABLE = settings.BOOK.root / settings.BOOK.terms


def found(text: str) -> list[str]:
    return [match["name"] for match in pattern_of(TABLE).finditer(text) if match["name"]]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("두 밀도의 비로 정해진다. 밀도와 커버리지를 잰다.", ["커버리지"]),
        ("둘의 균형을 지켜야 한다. 내시 균형이다.", ["내시 균형"]),
        ("닮은 정도를 커널 k로 잰다. 3차 다항\n커널이다. 4×4 커널이다.", ["커널"]),
        ("커널 거리는 커널의 거리이다.", ["커널 거리", "커널"]),
        ("노트북 커널이 늦게 뜬다.", ["노트북 커널"]),
        ("모델마다 크기가 다른 편향이 있다. 층에는 편향이 없다.", ["편향"]),
        ("전치\n합성곱은 합성곱을 뒤집는다.", ["전치\n합성곱", "합성곱"]),
        ("R3GAN과 DCGAN과 GANs가 아닌 GAN이다.", ["GAN"]),
    ],
)
def test_a_term_in_another_meaning_is_passed_over(text, names):
    assert found(text) == names


def test_each_other_meaning_holds_a_name_of_its_term():
    for term in terms.read(TABLE):
        for phrase in term.other_meanings:
            assert any(name in phrase for name in term.linked_names), phrase


def test_a_term_that_stands_alone_is_always_found():
    assert all(found(name) == [name] for name in links(TABLE))
