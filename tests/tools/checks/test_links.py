"""만들어진 책 안의 링크 검사."""

import pytest

from tools.checks.links import broken_links, main


@pytest.fixture
def book(tmp_path):
    folder = tmp_path / "html"
    (folder / "book").mkdir(parents=True)
    (folder / "style.css").write_text("")
    (folder / "index.html").write_text('<a href="book/a.html">a</a>', encoding="utf-8")
    (folder / "book" / "a.html").write_text(
        '<h1 id="판별자">판별자</h1><a name="old"></a><img src="../style.css?v=1">',
        encoding="utf-8",
    )
    return folder


def add_link(book, link):
    (book / "b.html").write_text(f'<meta name="meta"><a href="{link}">b</a>', encoding="utf-8")


@pytest.mark.parametrize(
    "link",
    [
        "book/a.html#판별자",
        "book/a.html#%ED%8C%90%EB%B3%84%EC%9E%90",
        "book/a.html#old",
        "book/a.html#old=7,2",
        "./",
        "#",
        "#top",
        "https://example.com/none#x",
        "//example.com/none",
        "mailto:a@example.com",
        "data:image/png;base64,AAAA",
    ],
)
def test_a_link_that_arrives_or_leaves_the_book_is_accepted(book, link):
    add_link(book, link)
    assert broken_links(book) == []


@pytest.mark.parametrize(
    ("link", "reason"),
    [
        ("none.html", "그런 파일이 없다"),
        ("book/none.png", "그런 파일이 없다"),
        ("book/", "그런 파일이 없다"),
        ("book/a.html#생성자", "생성자라는 자리가 없다"),
        ("book/a.html#new=7", "new라는 자리가 없다"),
        ("#meta", "meta라는 자리가 없다"),
        ("../outside.html", "밖을 가리킨다"),
        ("/index.html", "/로 시작하는 주소"),
    ],
)
def test_a_link_that_goes_nowhere_is_reported_with_its_page(book, link, reason):
    (book.parent / "outside.html").write_text("")
    add_link(book, link)
    (found,) = broken_links(book)
    assert found.startswith(f"b.html: {link}: ")
    assert reason in found


def test_the_program_fails_when_a_link_is_broken(book, capsys):
    assert main([str(book)]) == 0
    add_link(book, "none.html")
    assert main([str(book)]) == 1
    assert "none.html" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["_static/macros.html", "404.html"])
def test_templates_and_the_page_for_any_address_are_left_out(book, name):
    (book / "_static").mkdir()
    (book / name).write_text('<a href="{{ none }}"><a href="/index.html">')
    assert broken_links(book) == []


def test_a_book_that_was_not_built_is_an_error(tmp_path, capsys):
    assert main([str(tmp_path)]) == 1
    assert "make book" in capsys.readouterr().err
