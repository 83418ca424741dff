"""그림 앞의 짐작이 골라 누르는 목록이 되고, 페이지마다 맞는 것이 하나인지 본다."""

import re

import pytest

from book._ext.predictions import OPENING
from tools.checks import notebooks

LIST = re.compile(rf"\*\*{re.escape(OPENING)}\*\*[^\n]*\n\n((?:- [^\n]*\n)+)")


def guesses(page) -> list[str]:
    return LIST.findall(page.read_text(encoding="utf-8"))


def test_there_are_thirty_over_the_chapter():
    assert sum(len(guesses(page)) for page in notebooks.pages()) >= 30


@pytest.mark.parametrize("page", notebooks.pages(), ids=lambda page: page.stem)
def test_each_has_options_and_one_that_the_data_make_right(page):
    assert guesses(page)
    assert page.read_text(encoding="utf-8").count(OPENING) == len(guesses(page))
    for options in guesses(page):
        assert options.count("\n") >= 2
        assert options.count("<!--right? ") == 1
