"""책에 따라 다른 것이 설정 한 곳에만 있는지 본다."""

import pytest

from tools.checks import settings


def test_the_checks_name_this_book_nowhere_but_in_its_settings():
    folder = settings.BOOK.root / "tools" / "checks"
    names = (settings.BOOK.package, settings.BOOK.distribution)
    assert all(names)
    found = [
        (file.name, name)
        for file in [*folder.glob("*.py"), *folder.glob("*.md")]
        for name in names
        if name in file.read_text(encoding="utf-8")
    ]
    assert found == []


def test_a_misspelt_name_is_refused(tmp_path):
    (tmp_path / "pyproject.toml").write_text("[tool.book-checks]\npage = 'book'\n")
    with pytest.raises(ValueError, match="모르는 이름 page이"):
        settings.read(tmp_path)


def test_a_book_that_says_nothing_has_the_usual_places(tmp_path):
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'lessons'\n")
    book = settings.read(tmp_path)
    assert (book.folder, book.package, book.distribution) == (tmp_path / "book", "", "lessons")
