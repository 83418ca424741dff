"""모든 페이지를 열어 오류, 무게, 너비, 접근성을 본다."""

import gzip
from urllib.parse import unquote, urlsplit

import numpy as np
import pytest
from PIL import Image

from tests.browser.reading import BUILT, PAGES

WIDTHS = (360, 768, 1280)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_opens_from_a_folder_and_every_label_of_its_interface_is_korean(reader, page):
    one = reader(folder=True)
    one.open(page)
    assert one.page.title()
    labels = one.page.evaluate(
        """() => [...document.querySelectorAll("[title], [aria-label], [placeholder], button, label, legend")]
        .filter((node) => !node.closest("mjx-container, .cell_output, pre, sup"))
        .flatMap((node) => [node.title, node.ariaLabel, node.placeholder,
          /BUTTON|LABEL|LEGEND/.test(node.tagName) ? node.textContent : ""])
        .map((text) => (text || "").trim()).filter(Boolean)"""
    )
    names = {"Colab", "GitHub", "Ctrl+K", ".md", ".ipynb", ".pdf"}  # 이름은 옮기지 않는다
    english = [text for text in labels
               if not any("가" <= c <= "힣" for c in text) and any(c.isalpha() for c in text)]  # fmt: skip
    assert sorted(set(english) - names) == []


def loaded(one) -> dict[str, int]:
    """처음 열 때 받은 파일과, gzip으로 줄인 크기이다."""
    sizes = {}
    for url in dict.fromkeys(one.requests):
        if url.startswith(one.base):
            path = BUILT / unquote(urlsplit(url).path).lstrip("/")
            sizes[path.relative_to(BUILT).as_posix()] = len(gzip.compress(path.read_bytes(), 6))
    return sizes


# 글 속의 식은 옆으로 밀 수 없으므로 한 줄에 들어가야 한다.
CUT_FORMULAS = """async () => {
  await window.MathJax?.startup?.promise;
  return [...document.querySelectorAll("span.math:has(mjx-math)")]
    .filter((span) => span.querySelector("mjx-math").getBoundingClientRect().width > span.clientWidth + 1)
    .map((span) => span.textContent);
}"""


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_light_at_first_view_and_no_wider_than_the_screen(reader, page):
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

    for width in WIDTHS:
        one.page.set_viewport_size({"width": width, "height": 800})
        wide = one.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{width}px 화면에서 {wide}px"
        assert one.page.evaluate(CUT_FORMULAS) == [], f"{width}px 화면에서 잘린다"


# 코드의 낱말은 종류마다 색이 같으므로 하나씩만 남긴다. 수천 개를 다 보면 오래 걸린다.
ONE_OF_EACH_TOKEN = """() => {
  const seen = new Set();
  for (const token of document.querySelectorAll("pre span[class]:not(:has(*))")) {
    if (seen.has(token.className)) token.replaceWith(token.textContent);
    seen.add(token.className);
  }
}"""


@pytest.mark.parametrize("page", PAGES)
def test_axe_finds_nothing(reader, page):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    one = reader(color_scheme="light")
    one.open(page)
    one.page.evaluate(
        "document.querySelectorAll('.play-start').forEach((button) => button.click())"
    )
    one.page.wait_for_function("!document.querySelector('.play-start')", timeout=60_000)
    # 글꼴이 다 온 다음에야 테마가 넘치는 코드를 키보드로 밀 수 있게 한다.
    one.page.wait_for_function(
        "[...document.querySelectorAll('pre')].every((node) => node.scrollWidth <= node.clientWidth || node.tabIndex === 0)"
    )
    one.page.evaluate(ONE_OF_EACH_TOKEN)
    assert violations(axe, one) == []
    # 어두운 화면에서 달라지는 것은 색뿐이다.
    one.page.emulate_media(color_scheme="dark")
    one.page.wait_for_function(
        "document.documentElement.dataset.theme === 'dark' && "
        "document.getAnimations().every((move) => move.timeline !== document.timeline || move.playState === 'finished')"
    )
    assert violations(axe, one, runOnly=["color-contrast", "link-in-text-block"]) == []
    # 그림의 잉크는 흰 종이에 맞추었으니 어두운 화면에서도 흰 종이에 놓인다.
    papers = one.page.locator(".bd-article figure img").evaluate_all(
        "(images) => images.map((image) => getComputedStyle(image).backgroundColor)"
    )
    assert set(papers) <= {"rgb(255, 255, 255)"}


def violations(axe, one, **options) -> list[str]:
    """수식은 MathJax가 그리고 읽을 글도 함께 내므로 보지 않는다."""
    context = {"exclude": [["mjx-container"]]}
    options |= {"preload": False, "resultTypes": ["violations"]}
    found = axe.run(one.page, context, options).response["violations"]
    return [f"{v['id']}: {n['target']} {n['html'][:120]}" for v in found for n in v["nodes"]]


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


def test_the_first_page_is_still_asks_one_pair_and_opens_the_rest_in_place(reader):
    one = reader()
    one.open("book/index")
    page = one.page
    assert page.locator("img[src*='wall.png']").is_visible()  # 움직임은 누를 때에만 시작한다
    assert page.locator("canvas.wall").count() == 0
    first = [url for url in one.requests if "/play/game-" in url]
    assert sum((BUILT / urlsplit(url).path.lstrip("/")).stat().st_size for url in first) <= 20_000

    answer = page.locator(".play-first details")
    assert not answer.locator("p").is_visible()
    page.get_by_role("button", name="왼쪽 벽돌이 진짜이다").press("Enter")
    said = answer.locator("p").inner_text()
    assert said.startswith("맞혔다." if "왼쪽이 진짜이다" in said else "속았다.")
    page.get_by_role("button", name="열 쌍 더 하기").press("Enter")
    page.wait_for_selector("#game .play-choice .play-tile")
    assert not page.locator(".play-first").is_visible()  # 인쇄할 때만 다시 보인다

    page.get_by_role("button", name="잡음에서 나타나는 모습 보기").click()
    page.wait_for_selector("canvas.wall")
    page.wait_for_selector(".wall-words button:enabled", timeout=30_000)
    shown = page.locator("canvas.wall").evaluate(
        "(c) => [...c.getContext('2d').getImageData(0, 0, c.width, c.height).data].filter((_, i) => i % 4 === 0)"
    )
    with Image.open(BUILT.parents[1] / "book" / "wall.png") as wall:
        expected = np.asarray(wall.convert("L")).ravel()
    # 책에 싣는 그림은 회색을 서른두 단계로 줄인 것이다.
    assert np.abs(np.array(shown) - expected).max() <= 6


def test_a_value_is_judged_a_guess_is_echoed_and_what_was_known_is_remembered(reader):
    one = reader()
    one.open("book/4_2_3_generator")
    page = one.page
    exercise = page.locator("section:has(> h3:has-text('4.2.3-2'))")
    field, verdict = exercise.locator("input.value-question"), exercise.locator(".value-verdict")
    for typed, said in (
        ("19", "가장자리를 자르지 않았다"),
        ("열", "수로 읽을 수 없다"),
        ("34/2칸", "맞다."),
    ):
        field.fill(typed)
        field.press("Enter")
        assert said in verdict.inner_text()

    right = page.locator("ul.prediction").first.locator(".right button")
    wrong = page.locator("ul.prediction").first.locator("li:not(.right) button").first
    echo = page.locator(".prediction-echo:not(:empty)")
    wrong.press("Enter")
    guess, result = wrong.inner_text().rstrip("."), right.inner_text().rstrip(".")
    assert echo.inner_text() == f"짐작은 ‘{guess}’, 결과는 ‘{result}’이다."
    right.press("Enter")
    assert echo.inner_text().startswith("짐작한 대로이다")
    assert page.locator("ul.prediction [aria-pressed=true]").count() == 1

    known = page.locator(".recall-known input").first
    known.evaluate("(box) => { box.closest('details').open = true; }")
    known.check()
    page.reload()
    assert known.is_checked()
    page.get_by_role("button", name="표시 지우기").click()
    assert not known.is_checked()
    assert page.evaluate("localStorage.getItem('brickie-recall')") == "{}"


def test_the_answer_of_a_guess_is_folded_until_one_guesses_or_asks(reader):
    one = reader()
    one.open("book/4_2_2_discriminator")
    page = one.page
    answers = page.locator(".prediction-answer")
    count = page.locator("ul.prediction").count()
    covers = page.locator(".prediction-cover")
    assert answers.count() == covers.count() == count

    figure = answers.first.locator("figure")
    # 접어 둔 것은 한 줄이고, 펴도 누른 자리의 위는 움직이지 않는다.
    assert not figure.is_visible() and answers.first.bounding_box()["height"] < 120
    look = page.get_by_role("button", name="그냥 보기").first
    look.scroll_into_view_if_needed()
    top = answers.first.bounding_box()["y"]
    look.press("Enter")
    assert figure.is_visible()
    assert answers.first.evaluate("(node) => node === document.activeElement")
    assert answers.first.bounding_box()["y"] == top

    assert not answers.nth(1).locator("pre").is_visible()
    page.locator("ul.prediction").nth(1).locator("button").first.press("Enter")
    assert answers.nth(1).locator("pre").is_visible()
    assert covers.count() == count - 2
    for k in range(2, count):
        page.locator("ul.prediction").nth(k).locator("button").last.press("Enter")
    assert page.locator(".prediction-waiting").count() == 0

    page.reload()
    page.emulate_media(media="print")
    assert answers.last.locator("pre, figure, table").first.is_visible()
    assert not page.locator(".prediction-cover").first.is_visible()


@pytest.mark.parametrize("page", ["book/4_2_4_training", "book/4_2_4_experiments"])
def test_nothing_between_a_guess_and_the_next_words_gives_it_away(reader, page):
    one = reader()
    one.open(page)
    shown = one.page.evaluate(
        """() => [...document.querySelectorAll("ul.prediction")].flatMap((list) => {
          const found = [];
          let next = list.nextElementSibling;
          for (; next?.matches(".prediction-echo, .cell"); next = next.nextElementSibling) {
            found.push(...next.querySelectorAll(".cell_output > :not(.prediction-cover)"));
          }
          return found.filter((node) => node.checkVisibility()).map((node) => node.textContent.trim());
        })"""
    )
    assert shown == []


def test_an_address_leads_past_a_covered_answer(reader):
    one = reader()
    one.open("book/4_2_2_discriminator")
    name = one.page.locator("section:has(> h2)").nth(-2).get_attribute("id")
    one.page.goto("about:blank")
    one.open(f"book/4_2_2_discriminator.html#{name}")
    one.page.wait_for_function(
        "(id) => Math.abs(document.getElementById(id).getBoundingClientRect().top) < 300", arg=name
    )
    assert one.page.locator(".prediction-waiting").count()


def test_the_contents_of_a_page_close_on_a_phone_when_one_is_chosen(reader):
    one = reader(width=360, height=740)
    one.open("book/4_1_introduction")
    one.page.locator("button.secondary-toggle:visible").click()
    entry = one.page.locator('.bd-sidebar-secondary a[href^="#"]').nth(2)
    entry.click()
    one.page.wait_for_function(
        "!document.getElementById('pst-secondary-sidebar-checkbox').checked && scrollY > 300"
    )


def test_the_hint_of_an_exercise_is_folded_and_fits_a_phone(reader):
    one = reader(width=360, height=740)
    one.open("book/4_1_introduction")
    exercise = one.page.locator("section:has(> h3:has-text('4.1-4'))")
    hint = exercise.locator("details:has(> summary:text-is('힌트'))")
    assert "아직 비어 있다" not in one.page.locator("article").inner_text()
    assert not hint.locator("p").is_visible()
    hint.locator("summary").press("Enter")
    assert hint.locator("p").is_visible()
    assert hint.locator("p").evaluate("(p) => p.scrollWidth <= p.clientWidth")


def test_without_scripts_and_on_paper_a_value_question_still_asks(reader):
    one = reader(java_script_enabled=False)
    one.page.goto(one.base + "book/4_2_2_discriminator.html")
    box = one.page.locator(".value-box").nth(1)
    assert "출력의 한 변은 얼마인가" in box.inner_text()
    assert not box.locator("input").is_visible()
    options = one.page.locator("ul.prediction").first
    assert options.locator("li").count() >= 2 and options.locator("button").count() == 0
    assert one.page.locator(".prediction-answer").count() == 0
    assert one.page.locator(".cell_output figure").first.is_visible()
    colour = one.page.locator("article a").first.evaluate("(a) => getComputedStyle(a).color")
    assert colour != one.page.locator("article p").first.evaluate(
        "(p) => getComputedStyle(p).color"
    )
    one.page.emulate_media(media="print")
    drawn = box.evaluate("(box) => getComputedStyle(box, '::after').content")
    assert drawn.startswith('"답: __')
