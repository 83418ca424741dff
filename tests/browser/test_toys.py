"""놀이를 모두, 마우스로도 글쇠로도 움직여 본다."""

import re

import numpy as np
import pytest

from tests.browser.reading import BUILT

CANVAS = "(canvas) => canvas.toDataURL()"


def begin(one, page: str, name: str):
    """글쇠만으로 놀이를 시작한다."""
    one.open(page)
    button = one.page.locator(f"#{name} .play-start")
    button.focus()
    one.page.keyboard.press("Enter")
    one.page.wait_for_selector(f"#{name} .play-stage:not([hidden])")
    return one.page.locator(f"#{name}")


def wait_for_picture(canvas, comparison: str, picture: str):
    """캔버스의 그림이 `picture`와 같아지거나(`===`) 달라질(`!==`) 때까지 기다린다."""
    condition = f"([canvas, picture]) => canvas.toDataURL() {comparison} picture"
    canvas.page.wait_for_function(condition, arg=[canvas.element_handle(), picture])


def test_nothing_of_a_toy_is_read_before_its_button_is_pressed(reader):
    one = reader()
    one.open("book/4_2_3_generator")
    assert not any("laboratory" in url and url.endswith(".js") for url in one.requests)
    begin(one, "book/4_2_3_generator", "laboratory")
    assert any(url.endswith("laboratory-data.js") for url in one.requests)


def test_a_still_that_comes_late_does_not_push_its_button_away(reader):
    one = reader()
    one.page.route("**/_static/play/*.png", lambda route: route.abort())
    one.open("book/4_1_introduction")
    button = one.page.locator("#game .play-start")
    before = one.page.locator("#game .play-still").bounding_box()
    assert before["width"] / before["height"] == pytest.approx(2, rel=0.02)
    assert button.bounding_box()["y"] >= before["y"] + before["height"]
    one.errors.clear()  # 그림을 막은 것은 시험이다
    for page in (BUILT / "book").glob("*.html"):
        for still in re.findall(r'<img class="play-still"[^>]*>', page.read_text("utf-8")):
            assert re.search(r'width="\d+" height="\d+"', still)


def test_without_scripts_a_toy_is_a_picture_and_a_sentence(reader):
    one = reader(java_script_enabled=False)
    one.page.goto(one.base + "book/4_1_introduction.html")
    toy = one.page.locator("#game")
    assert toy.locator("img.play-still").is_visible()
    assert "스크립트가 켜져 있으면" in toy.inner_text()
    assert not toy.locator(".play-start").is_visible()


def test_the_game_is_played_with_the_keyboard_alone(reader):
    one = reader()
    toy = begin(one, "book/4_1_introduction", "game")
    for _ in range(10):
        one.page.keyboard.press("ArrowLeft")  # 고르고
        assert {"진짜", "가짜"} == {
            text.split(",")[0] for text in toy.locator(".play-truth").all_inner_texts()
        }
        one.page.keyboard.press("Enter")  # 답을 읽고 다음으로 간다
    score = toy.locator(".play-score").inner_text()
    assert "나는 10쌍 가운데" in score
    assert toy.locator(".play-answers tbody tr").count() == 10


def test_the_same_address_asks_the_same_questions(reader):
    def pictures(address):
        one = reader()
        one.page.goto(f"{one.base}book/4_1_introduction.html{address}")
        one.page.wait_for_selector("#game .play-choice")
        shown = one.page.eval_on_selector_all(
            "#game .play-tile", "all => all.map((n) => n.style.cssText)"
        )
        return one.page.url, shown

    url, first = pictures("#game=77,5")
    assert url.endswith("#game=77,5")
    assert pictures("#game=77,5")[1] == first
    assert pictures("#game=78,5")[1] != first


def test_every_control_of_the_game_works(reader):
    one = reader()
    toy = begin(one, "book/4_1_introduction", "game")
    toy.get_by_label("위조범의 솜씨").select_option(index=0)
    toy.get_by_label("문제 번호").fill("12")
    toy.get_by_text("이 번호로 다시").click()
    assert one.page.url.endswith("#game=12,0")
    for last in range(10):
        toy.locator(".play-choice").first.click()
        assert toy.locator(".play-choice").first.get_attribute("aria-pressed") == "true"
        toy.get_by_text("점수 보기" if last == 9 else "다음 쌍").click()
    judge = toy.locator(".play-score").inner_text()
    assert "판별자는" in judge
    toy.get_by_text("새 문제").click()
    assert "1/10" in toy.inner_text()
    assert not one.page.url.endswith("#game=12,0")


@pytest.mark.parametrize("text", ["1.5", "-5", "", "0", "100000"])
def test_a_number_that_no_address_can_carry_is_refused_at_the_field(reader, text):
    one = reader()
    toy = begin(one, "book/4_1_introduction", "game")
    before = one.page.url
    toy.get_by_label("문제 번호").fill(text)
    toy.get_by_text("이 번호로 다시").click()
    assert "1부터 99999까지의 정수" in toy.get_by_role("alert").inner_text()
    assert toy.locator(".play-choice").count() == 0 and one.page.url == before
    toy.get_by_text("새 문제").click()
    assert toy.locator(".play-choice").count() == 2


def test_one_number_has_one_address_however_it_is_written(reader):
    one = reader()
    toy = begin(one, "book/4_1_introduction", "game")
    toy.get_by_label("문제 번호").fill("1e3")
    toy.get_by_text("이 번호로 다시").click()
    assert "#game=1000," in one.page.url


@pytest.mark.parametrize("number", ["1.5", "-5", "", "123456"])
def test_an_address_that_names_no_game_does_not_open_another(reader, number):
    one = reader()
    one.page.goto(f"{one.base}book/4_1_introduction.html#game={number},5")
    one.page.wait_for_selector("#game .play-stage:not([hidden])")
    assert "정수를 적는다" in one.page.locator("#game").get_by_role("alert").inner_text()


def test_the_laboratory_makes_bricks_and_its_controls_move_them(reader):
    one = reader(folder=True)
    toy = begin(one, "book/4_2_3_generator", "laboratory")
    canvas = toy.locator("canvas").first
    one.page.wait_for_selector("#laboratory canvas[data-ready='1']")
    before = canvas.evaluate(CANVAS)
    slider = toy.locator("input[type=range]").first
    slider.focus()
    for _ in range(10):
        one.page.keyboard.press("ArrowRight")
    wait_for_picture(canvas, "!==", before)
    toy.get_by_text("가운데로").click()
    wait_for_picture(canvas, "===", before)
    toy.get_by_text("새 벽돌").click()
    wait_for_picture(canvas, "!==", before)


@pytest.mark.parametrize(("name", "count"), [("걷기", 3), ("산술", 4), ("층 들여다보기", 5)])
def test_each_tab_of_the_laboratory_draws_anew_when_asked(reader, name, count):
    one = reader(folder=True)
    toy = begin(one, "book/4_2_3_generator", "laboratory")
    one.page.wait_for_selector("#laboratory canvas[data-ready='1']")
    toy.get_by_label(name).check()
    one.page.wait_for_selector("#laboratory canvas[data-ready]")
    canvases = toy.locator("canvas")
    assert canvases.count() == count
    before = canvases.last.evaluate(CANVAS)
    toy.get_by_role("button").first.click()
    wait_for_picture(canvases.last, "!==", before)


def test_the_page_answers_while_the_generator_computes(reader):
    one = reader()
    begin(one, "book/4_2_3_generator", "laboratory")
    one.page.wait_for_selector("#laboratory canvas[data-ready='1']")
    longest = one.page.evaluate(
        """async () => {
          const generate = startGenerator(play.data.laboratory.layers);
          await generate(new Float32Array(100));
          const longest = [];
          let last = performance.now(), done = false;
          const tick = () => {
            const now = performance.now();
            longest[0] = Math.max(longest[0], now - last);
            last = now;
            if (!done) setTimeout(tick);
          };
          tick();
          for (let k = 0; k < 5; k++) {
            longest.unshift(0);
            await generate(new Float32Array(100).fill(k));
          }
          done = true;
          return longest.slice(0, 5);
        }"""
    )
    # 기계가 바쁘면 한 번은 늦을 수 있다. 계산이 쪽을 막으면 다섯 번 모두 늦는다.
    assert min(longest) < 100


def test_the_generator_in_the_browser_gives_the_images_of_keras(reader):
    from companion import recorded
    from companion.data import to_uint8

    z = np.random.default_rng(7).standard_normal((24, 100)).astype("float32")
    expected = to_uint8(recorded.generator().predict(z, verbose=0))
    one = reader()
    begin(one, "book/4_2_3_generator", "laboratory")
    images, milliseconds = one.page.evaluate(
        """async (latents) => {
          const generate = startGenerator(play.data.laboratory.layers);
          const images = [], times = [];
          for (const z of latents) {
            const { maps, milliseconds } = await generate(Float32Array.from(z));
            images.push([...maps[maps.length - 1]]);
            times.push(milliseconds);
          }
          return [images, times];
        }""",
        z.tolist(),
    )
    made = to_uint8(np.array(images).reshape(len(z), 64, 64, 1))
    difference = np.abs(made.astype(int) - expected.astype(int))
    print(f"가장 큰 차이 {difference.max()}, 벽돌 하나에 {np.median(milliseconds):.0f} ms(중앙값)")
    assert difference.max() <= 2


def test_rewinding_moves_pictures_and_words_together(reader):
    one = reader()
    toy = begin(one, "book/4_2_4_training", "rewind")
    slider = toy.locator("input[type=range]")
    last = toy.inner_text(), toy.locator(".play-stage img").get_attribute("src")
    slider.focus()
    one.page.keyboard.press("Home")
    first = toy.inner_text(), toy.locator(".play-stage img").get_attribute("src")
    assert first[0] != last[0]
    assert first[1] != last[1]
    one.page.keyboard.press("End")
    assert (toy.inner_text(), toy.locator(".play-stage img").get_attribute("src")) == last
    for button in toy.get_by_role("group").get_by_role("button").all():
        button.click()
    assert (toy.inner_text(), toy.locator(".play-stage img").get_attribute("src")) == last
    toy.get_by_text("처음부터 틀기").click()
    one.page.wait_for_function("document.querySelector('#rewind input').value >= 2")
    toy.get_by_text("멈추기").click()
    assert int(slider.input_value()) >= 2


@pytest.mark.parametrize(
    ("kind", "kernel", "count"),
    [
        ("전치 합성곱", "3", {1, 2, 4}),
        ("전치 합성곱", "4", {1, 2, 4}),
        ("업샘플링", "3", {4, 6, 9}),
    ],
)
def test_touching_a_convolution_shows_what_meets(reader, kind, kernel, count):
    one = reader()
    page = "book/4_2_3_generator"
    toy = begin(one, page, "convolution")
    option = toy.locator("option", has_text=kind).first.inner_text()
    toy.locator("select").first.select_option(option)
    toy.locator("select").last.select_option(kernel)
    shown = {int(text) for text in toy.locator("button.play-pixel").all_inner_texts()}
    assert shown == count
    toy.locator("button.play-pixel").first.click()
    one.page.keyboard.press("ArrowDown")
    one.page.keyboard.press("ArrowRight")
    words = toy.locator("[aria-live]").inner_text()
    assert "출력 2행 2열은" in words
    assert toy.locator(".play-on").count() >= 3


SEEN = "Number(document.querySelector('#forger .play-stage').dataset.seen || 0)"


def forger(one):
    """위조범의 훈련 지켜보기를 시작하고, 처음으로 되돌려 처음 그림이 나올 때까지 기다린다."""
    toy = begin(one, "book/4_2_4_training", "forger")
    wait_until(one, f"{SEEN} > 0")  # 단추 하나로 배우기 시작한다
    toy.get_by_role("button", name="처음부터").click()
    seen(one, 0)
    return toy


def wait_until(one, condition: str):
    one.page.wait_for_function(f"() => {condition}", timeout=60_000)


RESTING = "!document.querySelector('#forger .play-score').textContent.includes('초당')"


def seen(one, images: int):
    one.page.wait_for_selector(f"#forger canvas[data-seen='{images}']")


def test_the_forger_learns_rests_out_of_sight_and_starts_again(reader):
    one = reader(folder=True)
    toy = forger(one)
    assert toy.locator(".play-stage").get_attribute("data-engine") == "wasm"
    toy.get_by_role("button", name="시작").press("Enter")
    wait_until(one, f"{SEEN} >= 1000")
    assert "검사관이 맞힌 비율" in toy.inner_text()
    gaps = one.page.evaluate(  # 배우는 동안에도 쪽은 곧 답한다
        """() => new Promise((resolve) => {
          const gaps = [];
          let last = performance.now();
          const tick = () => {
            gaps.push(performance.now() - last);
            last = performance.now();
            if (gaps.length < 100) setTimeout(tick, 10);
            else resolve(gaps);
          };
          tick();
        })"""
    )
    assert np.median(gaps) < 100

    one.page.evaluate("scrollTo({ top: document.body.scrollHeight, behavior: 'instant' })")
    wait_until(one, RESTING)
    resting = one.page.evaluate(SEEN)
    toy.locator("canvas").first.scroll_into_view_if_needed()
    wait_until(one, f"{SEEN} > {resting}")

    toy.get_by_role("button", name="멈춤").press("Enter")
    wait_until(one, RESTING)
    paused = one.page.evaluate(SEEN)
    toy.get_by_role("button", name="한 스텝").click()
    wait_until(one, f"{SEEN} === {paused} + 16")
    assert toy.locator(".play-film canvas").count() >= 3
    assert "장을 보았을 때" in toy.locator("canvas").first.get_attribute("aria-label")
    toy.get_by_role("button", name="처음부터").click()
    wait_until(one, "document.querySelectorAll('#forger .play-film canvas').length === 1")


def test_a_seed_of_the_forger_repeats_and_stands_in_the_address(reader):
    one = reader(folder=True)
    one.open("book/4_1_introduction")
    one.page.get_by_role("link", name="위조범의 훈련 지켜보기").click()
    one.page.wait_for_url("**/4_2_4_training.html#forger")
    one.page.goto(f"{one.base}book/4_2_4_training.html#forger=7")
    one.page.reload()  # 같은 쪽에서 주소의 꼬리만 바꾸면 놀이가 열리지 않는다
    pictures = []
    for seed in (None, 8, 7):
        if seed:
            one.page.get_by_label("시드").fill(str(seed))
            one.page.get_by_label("시드").press("Enter")
            assert one.page.url.endswith(f"#forger={seed}")
        seen(one, 0)
        for images in (16, 32):
            one.page.get_by_role("button", name="한 스텝").click()
            seen(one, images)
        pictures.append(one.page.locator("#forger canvas").first.evaluate(CANVAS))
    assert pictures[0] == pictures[2] != pictures[1]

    one.page.emulate_media(media="print")  # 종이에는 멈춘 그림이 나온다
    assert one.page.locator("#forger .play-still").is_visible()
    assert not one.page.locator("#forger canvas").first.is_visible()


def test_switches_act_and_a_sample_is_looked_into_down_to_one_multiplication(reader):
    one = reader(folder=True)
    toy = forger(one)
    step = toy.get_by_role("button", name="한 스텝")
    step.click()
    seen(one, 16)
    toy.get_by_label("검사관 얼리기").check()
    step.click()
    seen(one, 32)

    picture = toy.locator("canvas").first
    box = picture.bounding_box()
    picture.click(position={"x": 2.5 * box["width"] / 8, "y": 1.5 * box["height"] / 6})
    answer = toy.get_by_text("번 샘플: 검사관은")
    answer.wait_for()
    assert "11번 샘플" in answer.inner_text()
    maps = toy.locator(".play-inside canvas")
    assert maps.count() == 9
    products = toy.locator(".play-products td")
    toy.get_by_text("입력 채널 1의 곱 16개").wait_for()
    assert products.count() == 16

    box = maps.nth(2).bounding_box()  # 위조범의 8×8 특성 맵, 열여섯 채널
    maps.nth(2).click(position={"x": box["width"] * 17.5 / 32, "y": box["height"] * 2.5 / 32})
    sums = toy.get_by_text("위조범의 8×8 특성 맵, 채널 3, 3행 2열")
    sums.wait_for()
    assert products.count() == 4
    for cell in products.all_inner_texts():
        numbers = re.findall(r"-?\d+\.\d+", cell.replace("−", "-"))
        x, weight, product = map(float, numbers)
        assert x * weight == pytest.approx(product, abs=0.002)
    toy.get_by_label("층").select_option("위조범의 4×4 특성 맵")
    toy.get_by_text("잠재 벡터의 수 100개의 곱을").wait_for()
    assert products.count() == 1
    toy.get_by_label("층").select_option("위조범의 샘플")
    toy.get_by_text("tanh를 지나면").wait_for()
    toy.get_by_label("층").select_option("검사관의 로짓")
    toy.get_by_text("이 합이 로짓이다").wait_for()

    before = maps.last.evaluate(CANVAS)
    toy.get_by_label("샘플 번호").fill("48")
    toy.get_by_role("button", name="들여다보기").press("Enter")
    toy.get_by_text("48번 샘플").wait_for()
    assert maps.last.evaluate(CANVAS) != before

    step.click()  # 배우고 나면 들여다본 것은 옛것이다
    seen(one, 48)
    assert maps.count() == 0
    assert not products.first.is_visible()
    toy.get_by_role("button", name="들여다보기").press("Enter")
    toy.get_by_text("훈련 계속하기").click()  # 들여다보던 곳에서 바로 훈련으로 돌아간다
    assert maps.count() == 0 and toy.get_by_text("멈춤").is_visible()
    one.page.wait_for_function(
        "Math.abs(document.querySelector('#forger .play-stage').getBoundingClientRect().top) < 200"
    )

    toy.get_by_text("멈춤").click()
    toy.get_by_label("검사관 얼리기").check()
    toy.get_by_label("배치 정규화 빼기").check()
    seen(one, 0)
    assert "처음부터 다시 한다. 검사관 얼리기는 껐다." in toy.inner_text()
    # 배우기 전의 검사관을 얼리면 아무도 배우지 못하므로 다시 시작할 때 얼린 것을 푼다.
    assert not toy.get_by_label("검사관 얼리기").is_checked()


def test_the_forger_learns_without_webassembly_and_says_when_a_number_breaks(reader):
    one = reader(folder=True)
    one.open("book/4_2_4_training")
    one.page.evaluate(
        """() => {
          const define = play.define;
          play.define = (name, begin) => define(name, (stage, data) => {
            play.data.loops = btoa("no module");
            begin(stage, data);
          });
        }"""
    )
    toy = one.page.locator("#forger")
    toy.locator(".play-start").click()
    one.page.wait_for_selector("#forger .play-stage[data-engine='js']")
    assert "WebAssembly를 쓸 수 없어" in toy.locator("[role=status]").inner_text()
    wait_until(one, f"{SEEN} > 16")

    one.page.evaluate(
        """() => {
          window.createGan = function createGan({ samples }) {
            const step = () => ({ seen: 16, dLoss: NaN, gLoss: 1, right: 0 });
            return { settings: {}, step, sample: () => new Float32Array(samples * 1024) };
          };
        }"""
    )
    toy.get_by_role("button", name="처음부터").click()
    toy.get_by_role("button", name="시작").click()
    toy.get_by_text("NaN").wait_for()
    assert toy.get_by_role("button", name="시작").is_visible()
