"""그림의 비교가 다른 기계의 그림은 같다고 하고 바뀐 그림은 다르다고 하는지 본다."""

import base64
import io
from functools import cache

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from tools.checks.outputs import (
    compare_outputs,
    compare_pictures,
    compare_structure,
    decode,
    is_blank,
    save_side_by_side,
    split_pictures,
)

DPIS = [72, 144]


def pixels(figure: Figure) -> np.ndarray:
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    picture = np.asarray(canvas.buffer_rgba()).copy()
    picture.flags.writeable = False
    return picture


@cache
def curves(
    dpi=100, *, moved=0.0, title="Step 1234: loss 0.35", legend=True, width=1.5, size=(6, 3.6)
):
    """손실 곡선 두 개를 그린다. moved는 세로축 길이에 대한 비율이다."""
    figure = Figure(figsize=size, dpi=dpi, layout="constrained")
    axes = figure.add_subplot(xlim=(0, 10), ylim=(-1.3, 1.3), xlabel="step", ylabel="loss")
    x = np.linspace(0, 10, 200)
    axes.plot(x, np.sin(x) + 2.6 * moved, lw=width, label="d_loss")
    axes.plot(x, np.cos(x), lw=width, label="g_loss")
    axes.set_title(title)
    if legend:
        axes.legend()
    return pixels(figure)


@cache
def grid(dpi=100, *, swapped=None, cmap="gray", side=4, brightness=1.0):
    """벽돌 대신 원 몇 개가 든 64×64 타일을 늘어놓는다."""
    rng = np.random.default_rng(0)
    y, x = np.mgrid[:64, :64]
    tiles = []
    for _ in range(side**2):
        tile = np.zeros((64, 64))
        for _ in range(3):
            centre_x, centre_y, radius = rng.uniform(16, 48, 2).tolist() + [rng.uniform(6, 16)]
            inside = (x - centre_x) ** 2 + (y - centre_y) ** 2 < radius**2
            tile = np.maximum(tile, inside * rng.uniform(0.2, 0.8))
        tiles.append(brightness * tile)
    if swapped:
        first, second = swapped
        tiles[first], tiles[second] = tiles[second], tiles[first]
    rows = [np.hstack(tiles[start : start + side]) for start in range(0, side**2, side)]
    figure = Figure(figsize=(4, 4), dpi=dpi)
    figure.subplots().imshow(np.vstack(rows), cmap=cmap, vmin=0, vmax=1)
    return pixels(figure)


def moved_half_a_pixel(picture: np.ndarray, *, along_x=True, along_y=True) -> np.ndarray:
    moved = picture.astype(float)
    for axis in [a for a, wanted in ((0, along_y), (1, along_x)) if wanted]:
        moved = (
            moved
            + np.concatenate([moved.take([0], axis), moved], axis).take(
                range(moved.shape[axis]), axis
            )
        ) / 2
    return moved.round().astype(np.uint8)


def drawn_half_a_pixel_away(draw, dpi):
    """네 배로 그린 그림을 줄여, 제자리의 것과 반 픽셀 옮겨 앉은 것을 만든다."""
    large = draw(4 * dpi).astype(float)
    height, width = (n // 4 * 4 for n in large.shape[:2])
    moved = np.pad(large, ((2, 4), (2, 4), (0, 0)), "edge")
    return [
        p[:height, :width].reshape(height // 4, 4, width // 4, 4, 4).mean((1, 3)).astype(np.uint8)
        for p in (large, moved)
    ]


def encoded(picture: np.ndarray, **options) -> str:
    stream = io.BytesIO()
    Image.fromarray(picture).save(stream, "png", **options)
    return base64.b64encode(stream.getvalue()).decode()


@pytest.mark.parametrize("dpi", DPIS)
@pytest.mark.parametrize("draw", [curves, grid])
class TestSamePicture:
    def test_equal_pixels_pass(self, draw, dpi):
        assert compare_pictures(draw(dpi), draw(dpi)) is None

    def test_noise_of_two_levels_passes(self, draw, dpi):
        picture = draw(dpi)
        noise = np.random.default_rng(1).integers(-2, 3, picture.shape)
        noise[..., 3] = 0
        assert compare_pictures(picture, (picture + noise).clip(0, 255).astype(np.uint8)) is None

    @pytest.mark.parametrize(("x", "y"), [(True, False), (False, True), (True, True)])
    def test_shift_by_half_a_pixel_passes(self, draw, dpi, x, y):
        picture = draw(dpi)
        moved = moved_half_a_pixel(picture, along_x=x, along_y=y)
        assert compare_pictures(picture, moved) is None

    def test_drawing_half_a_pixel_away_passes(self, draw, dpi):
        assert compare_pictures(*drawn_half_a_pixel_away(draw, dpi)) is None

    def test_reduction_to_a_palette_passes(self, draw, dpi):
        picture = draw(dpi)
        reduced = Image.fromarray(picture).convert("RGB").quantize(64).convert("RGBA")
        assert compare_pictures(picture, np.asarray(reduced)) is None


def test_a_picture_moved_by_a_whole_pixel_passes():
    picture = curves()
    moved = np.roll(picture, 1, axis=1)
    moved[:, 0] = picture[:, 0]
    assert compare_pictures(picture, moved) is None


@pytest.mark.parametrize(
    "settings",
    [
        {"text.hinting_factor": 16},
        {"text.hinting": "no_autohint"},
    ],
)
def test_text_hinted_differently_passes(settings):
    with mpl.rc_context(settings):
        assert compare_pictures(curves(), curves.__wrapped__()) is None


@pytest.mark.parametrize("dpi", DPIS)
class TestChangedPicture:
    @pytest.mark.parametrize("options", [{}, {"width": 0.7}, {"size": (3, 1.5)}])
    def test_curve_moved_by_five_percent_of_the_axis_fails(self, dpi, options):
        assert compare_pictures(curves(dpi, **options), curves(dpi, moved=0.05, **options))

    def test_missing_legend_fails(self, dpi):
        assert compare_pictures(curves(dpi), curves(dpi, legend=False))

    @pytest.mark.parametrize("digits", ["38", "68", "56", "08", "17", "98", "35", "23"])
    def test_one_changed_digit_in_the_title_fails(self, dpi, digits):
        pictures = [curves(dpi, title=f"Step 12{digit}4: loss 0.35") for digit in digits]
        assert compare_pictures(*pictures)

    @pytest.mark.parametrize("options", [{}, {"brightness": 0.2}, {"side": 8}])
    def test_two_swapped_tiles_fail(self, dpi, options):
        assert compare_pictures(grid(dpi, **options), grid(dpi, swapped=(1, 9), **options))

    @pytest.mark.parametrize("cmap", ["gray", "viridis", "coolwarm"])
    def test_turned_colour_map_fails(self, dpi, cmap):
        assert compare_pictures(grid(dpi, cmap=cmap), grid(dpi, cmap=f"{cmap}_r"))

    def test_a_faint_change_of_a_wide_region_fails(self, dpi):
        stored, new = curves(dpi), curves(dpi).copy()
        new[40:100, 40:100, :3] = np.maximum(new[40:100, 40:100, :3], 15) - 15
        assert compare_pictures(stored, new)

    def test_changed_size_fails(self, dpi):
        picture = curves(dpi)
        assert "크기" in compare_pictures(picture, picture[:-1]).message

    def test_changed_transparency_fails(self, dpi):
        stored, new = curves(dpi), curves(dpi).copy()
        new[: dpi // 4, :, :] = 0
        assert compare_pictures(stored, new)


def test_the_message_says_where_the_pictures_differ():
    stored, new = curves(), curves().copy()
    new[40:60, 70:90, :3] = 0
    message = compare_pictures(stored, new).message
    x, y = (
        int(message.split(word)[1].split("에서 ")[1].split("픽셀")[0].split(",")[0])
        for word in ("왼쪽", "위")
    )
    assert 68 <= x <= 92
    assert 38 <= y <= 62


def html(*pictures: str) -> list[dict]:
    """companion이 그림을 보이는 꼴의 출력을 만든다."""
    figures = "".join(
        f'<figure><img src="data:image/png;base64,{p}" alt="선"><figcaption>손실 0.35</figcaption>'
        "</figure>"
        for p in pictures
    )
    return [{"output_type": "display_data", "metadata": {}, "data": {"text/html": figures}}]


def test_pictures_inside_html_are_compared_as_pictures():
    stored, noisy, moved = curves(), curves().copy(), curves(moved=0.05)
    noisy[::2, ::3, 0] ^= 1
    assert encoded(stored) != encoded(noisy)
    assert compare_outputs(html(encoded(stored)), html(encoded(noisy))) == []
    assert len(compare_outputs(html(encoded(stored)), html(encoded(moved)))) == 1


def test_every_frame_inside_html_is_compared():
    frames = [encoded(curves(title=f"Step {n}")) for n in (100, 200, 300, 400)]
    (difference,) = compare_outputs(html(*frames), html(*frames[:2], frames[3], frames[2])[:1])[:1]
    assert "그림 3" in difference.message
    assert compare_outputs(html(*frames), html(*frames[:3]))


def test_pictures_in_script_strings_are_found():
    picture = encoded(grid(72))
    broken = "\\\n".join(picture[i : i + 76] for i in range(0, len(picture), 76))
    text = f'frames = ["data:image/png;base64,{picture}", "data:image/png;base64,{broken}"];'
    assert split_pictures(text) == ('frames = ["[그림 1]", "[그림 2]"];', [picture, picture])


@pytest.mark.parametrize("text", ["손실 0.36", 'alt="다른 선"', "<b>"])
def test_the_html_around_a_picture_is_compared_as_text(text):
    stored, new = html(encoded(curves())), html(encoded(curves()))
    new[0]["data"]["text/html"] = new[0]["data"]["text/html"].replace(
        {"손실 0.36": "손실 0.35", 'alt="다른 선"': 'alt="선"', "<b>": "<figure>"}[text], text
    )
    (difference,) = compare_outputs(stored, new)
    assert text in difference.message


@pytest.mark.parametrize("kind", ["image/png", "image/jpeg"])
def test_plain_picture_outputs_are_compared(kind):
    def output(picture):
        return [{"output_type": "display_data", "metadata": {}, "data": {kind: encoded(picture)}}]

    assert compare_outputs(output(grid()), output(grid())) == []
    assert compare_outputs(output(grid()), output(grid(swapped=(1, 9))))


def test_every_frame_of_an_animation_is_compared():
    def gif(*frames):
        stream = io.BytesIO()
        images = [Image.fromarray(f).convert("RGB") for f in frames]
        images[0].save(stream, "gif", save_all=True, append_images=images[1:])
        return base64.b64encode(stream.getvalue()).decode()

    first, second, third = grid(72), grid(72, swapped=(1, 9)), grid(72, swapped=(2, 5))
    assert len(list(decode(gif(first, second)))) == 2
    assert compare_outputs(html(gif(first, second)), html(gif(first, second))) == []
    assert compare_outputs(html(gif(first, second)), html(gif(first, third)))
    assert compare_outputs(html(gif(first, second)), html(gif(first)))


def test_a_broken_picture_is_a_difference_not_a_crash():
    (difference,) = compare_outputs(html(encoded(grid(72))), html("AAAA"))
    assert "풀리지 않는다" in difference.message


class TestLiveCell:
    def test_other_contents_of_the_same_size_pass(self):
        assert compare_structure(grid(), grid(swapped=(1, 9), brightness=0.7)) is None

    def test_a_size_other_by_more_than_eight_pixels_fails(self):
        assert compare_structure(curves(), curves()[8:]) is None
        assert compare_structure(curves(), curves()[:, 9:])

    def test_blank_picture_fails(self):
        picture = curves()
        assert compare_structure(picture, np.full_like(picture, 255))
        assert is_blank(np.full_like(picture, 7))
        assert not is_blank(picture)
        with_a_speck = np.full_like(picture, 255)
        with_a_speck[::20, ::20, :3] = 0  # 400픽셀에 하나
        assert not is_blank(with_a_speck)

    def test_count_of_pictures_and_text_are_still_compared(self):
        one, other = encoded(grid()), encoded(grid(swapped=(1, 9)))
        assert compare_outputs(html(one), html(other), live=True) == []
        assert compare_outputs(html(one, other), html(one), live=True)
        changed = html(other)
        changed[0]["data"]["text/html"] = changed[0]["data"]["text/html"].replace("0.35", "0.36")
        assert compare_outputs(html(one), changed, live=True)


class TestText:
    def stream(self, text, name="stdout"):
        return {"output_type": "stream", "name": name, "text": text}

    def test_equal_text_split_into_other_pieces_passes(self):
        pieces = [self.stream("가\n"), self.stream("나\n")]
        assert compare_outputs([self.stream(["가\n", "나\n"])], pieces) == []

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("손실 0.35\n", "손실 0.36\n"),
            ("가\n나\n", "가\n"),
            ("", "가\n"),
            ("가\n", "가"),
            ("가", "가 "),
        ],
    )
    def test_any_changed_letter_fails(self, old, new):
        assert compare_outputs([self.stream(old)], [self.stream(new)])

    def test_the_message_quotes_both_lines(self):
        (difference,) = compare_outputs(
            [self.stream("하나\n총 2,765,312개\n")], [self.stream("하나\n총 2,765,313개\n")]
        )
        for part in ("2째 줄", "`총 2,765,312개`", "`총 2,765,313개`"):
            assert part in difference.message

    def test_standard_error_is_not_mixed_with_standard_output(self):
        assert compare_outputs([self.stream("가")], [self.stream("가", "stderr")])

    def test_missing_and_added_displays_fail(self):
        result = {"output_type": "execute_result", "metadata": {}, "data": {"text/plain": "1"}}
        assert compare_outputs([result], [])
        assert compare_outputs([], [result])
        assert compare_outputs([result], [{**result, "data": {"text/html": "1"}}])


def test_the_three_pictures_are_saved_side_by_side(tmp_path):
    difference = compare_pictures(curves(72), curves(72, moved=0.05))
    path = tmp_path / "new folder" / "page-3-1.png"
    save_side_by_side(difference.pictures, path)
    height, width = curves(72).shape[:2]
    with Image.open(path) as sheet:
        assert sheet.size == (3 * width + 16, height)
