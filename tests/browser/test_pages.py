"""모든 페이지를 열어 오류, 무게, 너비, 접근성을 본다."""

import gzip
from urllib.parse import unquote, urlsplit

import numpy as np
import pytest
from PIL import Image

from tests.browser.reading import BUILT, PAGES

WIDTHS = (360, 768, 1280)


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("folder", [False, True], ids=["http", "folder"])
def test_a_page_opens_without_errors_or_requests_to_the_outside(reader, page, folder):
    one = reader(folder=folder)
    one.open(page)
    assert one.page.title()


def loaded(one) -> dict[str, int]:
    """처음 열 때 받은 파일과, gzip으로 줄인 크기이다."""
    sizes = {}
    for url in dict.fromkeys(one.requests):
        if url.startswith(one.base):
            path = BUILT / unquote(urlsplit(url).path).lstrip("/")
            sizes[path.relative_to(BUILT).as_posix()] = len(gzip.compress(path.read_bytes(), 6))
    return sizes


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_light_at_first_view(reader, page):
    one = reader()
    one.open(page)
    one.page.wait_for_load_state("networkidle")
    sizes = loaded(one)
    # MathJax는 수식이 있는 페이지만, 찾기의 색인은 찾기 페이지만 읽는다.
    scripts = {name: size for name, size in sizes.items()
               if name.endswith(".js") and "mathjax" not in name and name != "searchindex.js"}  # fmt: skip
    print(page, sum(sizes.values()), sum(scripts.values()))
    assert sum(sizes.values()) <= 1_500_000
    assert sum(scripts.values()) <= 300_000


@pytest.mark.parametrize("page", PAGES)
def test_no_page_is_wider_than_the_screen(reader, page):
    one = reader()
    one.open(page)
    for width in WIDTHS:
        one.page.set_viewport_size({"width": width, "height": 800})
        wide = one.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{width}px 화면에서 {wide}px"


@pytest.mark.parametrize("page", PAGES)
def test_axe_finds_nothing(reader, page):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    one = reader(color_scheme="light")
    one.open(page)
    for button in one.page.query_selector_all(".play-start"):
        button.click()
    one.page.wait_for_function("!document.querySelector('.play-start')", timeout=60_000)
    # 글꼴이 다 온 다음에야 테마가 넘치는 코드를 키보드로 밀 수 있게 한다.
    one.page.wait_for_function(
        "[...document.querySelectorAll('pre')].every((node) => node.scrollWidth <= node.clientWidth || node.tabIndex === 0)"
    )
    assert violations(axe, one) == []
    # 어두운 화면에서 달라지는 것은 색뿐이다.
    one.page.emulate_media(color_scheme="dark")
    one.page.wait_for_function("document.documentElement.dataset.theme === 'dark'")
    assert violations(axe, one, runOnly=["color-contrast", "link-in-text-block"]) == []


def violations(axe, one, **options) -> list[str]:
    found = axe.run(one.page, options={"preload": False, **options}).response["violations"]
    return [f"{v['id']}: {n['target']} {n['html'][:120]}" for v in found for n in v["nodes"]]


def test_every_visible_label_of_the_interface_is_korean(reader):
    one = reader()
    labels = set()
    for page in PAGES:
        one.open(page)
        labels |= set(
            one.page.evaluate(
                """() => [...document.querySelectorAll("[title], [aria-label], [placeholder], button, label, legend")]
                .filter((node) => !node.closest("mjx-container, .cell_output, pre"))
                .flatMap((node) => [node.title, node.ariaLabel, node.placeholder,
                  /BUTTON|LABEL|LEGEND/.test(node.tagName) ? node.textContent : ""])
                .map((text) => (text || "").trim()).filter(Boolean)"""
            )
        )
    names = {"Colab", "GitHub", "Ctrl+K", ".md", ".ipynb", ".pdf"}  # 이름은 옮기지 않는다
    english = [text for text in labels
               if not any("가" <= c <= "힣" for c in text) and any(c.isalpha() for c in text)]  # fmt: skip
    assert sorted(set(english) - names) == []


def test_an_unknown_address_is_answered_in_korean():
    text = (BUILT / "404.html").read_text(encoding="utf-8")
    assert "그런 페이지가 없다" in text


def test_a_term_opens_its_meaning_where_it_is_tapped(reader):
    one = reader(width=390, height=800, has_touch=True)
    one.open("book/4_1_introduction")
    term = one.page.locator("a.term").first
    meaning = term.get_attribute("title")
    address = one.page.url
    term.tap()
    note = one.page.locator(".term-note:visible")
    assert meaning in note.inner_text()
    one.page.keyboard.press("Escape")
    assert note.count() == 0
    assert one.page.url == address


def test_a_choice_of_a_quiz_answers_at_once(reader):
    one = reader()
    one.open("book/4_2_2_discriminator")
    choice = one.page.locator("h2:has-text('스스로 확인하기') ~ details").first
    choice.locator("summary").focus()
    one.page.keyboard.press("Enter")
    assert choice.locator("p").inner_text().startswith(("맞다", "아니다"))


def test_the_wall_on_the_first_page_ends_with_the_last_bricks(reader):
    one = reader()
    one.open("book/index")
    one.page.wait_for_selector(".wall-words button:enabled", timeout=30_000)
    shown = one.page.locator("canvas.wall").evaluate(
        "(c) => [...c.getContext('2d').getImageData(0, 0, c.width, c.height).data].filter((_, i) => i % 4 === 0)"
    )
    with Image.open(BUILT.parents[1] / "book" / "wall.png") as wall:
        expected = np.asarray(wall.convert("L")).ravel()
    # 책에 싣는 그림은 회색을 서른두 단계로 줄인 것이다.
    assert np.abs(np.array(shown) - expected).max() <= 6


def test_the_wall_stays_still_for_who_wants_no_motion(reader):
    one = reader(reduced_motion="reduce")
    one.open("book/index")
    one.page.wait_for_selector(".wall-words button")
    assert one.page.locator("canvas.wall").count() == 0
    assert one.page.locator("img[src*=wall]").is_visible()
