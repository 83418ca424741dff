import base64
import io
import json
import re
import shutil
import subprocess
from html.parser import HTMLParser

import numpy as np
import pytest
from PIL import Image

from companion import explore
from companion.models import build_generator
from companion.sampling import latents, strongest_directions

FRAMES = np.random.default_rng(0).integers(0, 256, (3, 16, 24), dtype=np.uint8)
LABELS = ["0스텝", "100스텝", "2,000스텝"]


class Tags(HTMLParser):
    """태그의 (이름, 속성)을 모은다."""

    def __init__(self, page):
        super().__init__()
        self.tags = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def all(self, name):
        return [attributes for tag, attributes in self.tags if tag == name]


def scrubber(frames=FRAMES, labels=LABELS, title="훈련 되감기", alt="샘플"):
    return explore.frame_scrubber(frames, labels, title=title, alt=alt)


def decode(uri):
    encoded = uri.removeprefix("data:image/png;base64,")
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(encoded))), int)


@pytest.fixture(scope="module")
def generator():
    return build_generator(latent_dim=12, image_size=8, base_channels=4)


def test_scrubber_holds_every_frame_and_shows_the_last():
    images = Tags(scrubber().html).all("img")
    assert ["display:none" in image["style"] for image in images] == [True, True, False]
    assert [image["alt"] for image in images] == [f"샘플 ({label})" for label in LABELS]
    for image, frame in zip(images, FRAMES, strict=True):
        assert np.abs(decode(image["src"]) - frame).max() <= 2


def test_scrubber_slider_is_labelled_and_starts_at_the_last_frame():
    page = scrubber().html
    (slider,) = Tags(page).all("input")
    assert (slider["type"], slider["min"], slider["max"], slider["value"]) == (
        "range",
        "0",
        "2",
        "2",
    )
    assert slider["aria-valuetext"] == "2,000스텝"
    assert "<label>훈련 되감기 <input" in page
    assert ">2,000스텝</output>" in page


@pytest.mark.skipif(not shutil.which("node"), reason="node가 없다")
def test_moving_the_handle_of_the_scrubber_shows_that_frame_with_its_words():
    (slider,) = Tags(scrubber().html).all("input")
    code = """
        const frames = %s.map((label) => ({ style: {}, dataset: { label } })), output = {};
        const box = { querySelectorAll: () => frames, querySelector: () => output };
        const input = { value: "1", closest: () => box, setAttribute(k, v) { this[k] = v; } };
        new Function(%s).call(input);
        const shown = frames.map((frame) => frame.style.display);
        console.log(JSON.stringify([shown, output.textContent, input["aria-valuetext"]]));
    """
    code %= json.dumps(LABELS), json.dumps(slider["oninput"])
    done = subprocess.run(["node", "-e", code], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == [["none", "", "none"], LABELS[1], LABELS[1]]


def test_scrubber_needs_no_kernel_and_no_other_file():
    page = scrubber().html
    assert "<script" not in page
    assert "http" not in page
    assert "<noscript>" in page


def test_scrubber_name_depends_on_its_words_only():
    (first,), (same,), (other,) = (
        Tags(page.html).all("figure")
        for page in (scrubber(), scrubber(FRAMES[::-1]), scrubber(alt="다른 샘플"))
    )
    assert first["id"] == same["id"] != other["id"]
    assert scrubber().html == scrubber().html


def test_scrubber_escapes_its_words_and_reads_as_plain_text():
    page = scrubber(FRAMES[:1], ['<b>"1"'], title="<i>제목", alt='"샘플"')
    (image,) = Tags(page.html).all("img")
    assert image["alt"] == '"샘플" (<b>"1")'
    assert image["data-label"] == '<b>"1"'
    assert not Tags(page.html).all("b") and not Tags(page.html).all("i")
    assert repr(page) == "그림: <i>제목"


def test_scrubber_takes_floating_point_and_coloured_frames():
    images = Tags(scrubber(FRAMES / 127.5 - 1).html).all("img")
    assert np.abs(decode(images[1]["src"]) - FRAMES[1]).max() <= 2
    coloured = np.zeros((3, 4, 4, 3), np.uint8)
    coloured[..., 0] = 200
    assert len(Tags(scrubber(coloured).html).all("img")) == 3


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"frames": [], "labels": []}, "0장"),
        ({"labels": LABELS[:2]}, "3장, 글이 2개"),
        ({"frames": [FRAMES[0], FRAMES[1], FRAMES[2][:8]]}, "크기가 서로 다르다"),
        ({"title": " "}, "title가 비었거나"),
        ({"alt": ""}, "alt가 비었거나"),
    ],
)
def test_scrubber_refuses_what_it_cannot_show(changes, message):
    with pytest.raises(ValueError, match=message):
        scrubber(**changes)


def test_scrubber_takes_numbers_as_labels_and_anything_that_can_be_listed():
    by_numbers = scrubber(iter(FRAMES), np.array([0, 100, 2000]))
    assert by_numbers.html == scrubber(FRAMES, ["0", "100", "2000"]).html


def parts(explorer):
    picture, buttons, number, *sliders = explorer.children
    return picture, buttons.children, number, sliders


def test_explorer_starts_at_the_latent_vector_of_its_seed(generator):
    picture, _, number, sliders = parts(explore.latent_explorer(generator, 12, seed=3))
    assert np.abs(shown(picture) - image_of(generator, latents(1, 12, 3))).max() <= 3
    assert "alt=" in picture.value
    assert number.value == 3
    assert [slider.value for slider in sliders] == [0] * 4


def shown(picture):
    return decode(re.search(r'src="([^"]+)"', picture.value)[1])[::4, ::4]


def image_of(generator, z):
    return (np.asarray(generator(z))[0, ..., 0] + 1) * 127.5


def test_a_slider_moves_along_its_direction_and_the_centre_button_restores_the_image(generator):
    picture, (_, centre), _, sliders = parts(explore.latent_explorer(generator, 12))
    before = picture.value
    directions = strongest_directions(np.asarray(generator.trainable_variables[0]), 4)
    for slider, direction in zip(sliders, directions, strict=True):
        centre.click()
        slider.value = 4
        expected = image_of(generator, latents(1, 12) + 4 * direction)
        assert np.abs(shown(picture) - expected).max() <= 3
        assert picture.value != before
    centre.click()
    assert picture.value == before


def test_new_brick_button_draws_the_next_seed(generator):
    picture, (new_brick, _), number, _ = parts(explore.latent_explorer(generator, 12))
    before = picture.value
    new_brick.click()
    assert number.value == 1
    assert picture.value != before


def test_explorer_refuses_a_wrong_latent_dimension(generator):
    with pytest.raises(ValueError, match="길이 100"):
        explore.latent_explorer(generator)


@pytest.mark.parametrize(
    ("options", "message"),
    [({"seed": -1}, "seed가 -1"), ({"directions": 0}, "directions가 0"),
     ({"directions": 13}, "방향은 12개"), ({"generator": len}, "가중치가 없다")],
)  # fmt: skip
def test_explorer_refuses_what_it_cannot_move(generator, options, message):
    with pytest.raises(ValueError, match=message):
        explore.latent_explorer(**{"generator": generator, "latent_dim": 12, **options})
