import base64
import inspect
import io
import re
import subprocess
import sys

import keras
import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from matplotlib.text import Text
from PIL import Image

from companion import DCGAN, plotting
from companion.models import build_discriminator, build_generator
from companion.plotting import canvas, convolutions, curves, step

# 글꼴에 없는 글자가 있으면 matplotlib은 경고만 하고 네모를 그린다. matplotlib이 쓰는 패키지의 예고는 우리 일이 아니다.
pytestmark = pytest.mark.filterwarnings("error", "ignore::DeprecationWarning:matplotlib")

RANDOM = np.random.default_rng(0)
# 벽돌 이미지처럼 어두운 픽셀이 많다.
BRICKS = (255 * RANDOM.random((16, 64, 64, 1)) ** 4).astype(np.uint8)
INPUT = np.array([[1, 2], [3, 4]])
KERNEL = np.arange(16).reshape(4, 4) - 5
HISTORY = [
    {
        "images": 12_500 * epoch,
        "d_loss": 0.4 / epoch,
        "g_loss": 3 - 1 / epoch,
        "d_real_accuracy": 1 - 0.1 / epoch,
        "d_fake_accuracy": 1 - 0.2 / epoch,
    }
    for epoch in range(1, 8)
]
DENSE = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
TITLES = ("데이터", "판별자", "생성자", "훈련")


@pytest.fixture(scope="module")
def discriminator():
    return build_discriminator()


@pytest.fixture(scope="module")
def generators():
    return {name: build_generator(upsampling=name) for name in ("transpose", "resize")}


def model_figures(discriminator, generators):
    return {
        "discriminator": plotting.plot_architecture(discriminator),
        "generator": plotting.plot_architecture(generators["transpose"]),
        "resize generator": plotting.plot_architecture(generators["resize"]),
        "discriminator sizes": plotting.plot_size_steps(discriminator),
        "generator sizes": plotting.plot_size_steps(generators["transpose"]),
        "plan": plan(discriminator, generators["transpose"]),
    }


def plan(discriminator, generator, titles=TITLES, notes=("하나", "둘", "셋", "넷")):
    return plotting.plot_plan(BRICKS[:8], discriminator, generator, BRICKS[8:], titles, notes)


FIGURES = {
    "samples": lambda: plotting.plot_samples(BRICKS),
    "answers": lambda: plotting.plot_samples(
        BRICKS, 4, [f"{p:.2f}" for p in np.linspace(0, 1, 16)], ["real", "fake"] * 8
    ),
    "named rows": lambda: plotting.plot_samples(
        BRICKS, 8, ["0.97"] * 16, row_names=["홀드아웃", "훈련 벽돌"]
    ),
    "narrow answers": lambda: plotting.plot_samples(BRICKS, 8, ["0.97"] * 16),
    "training": lambda: plotting.plot_training_grids([0, 12_345], BRICKS.reshape(2, 8, 64, 64)),
    "interpolation": lambda: plotting.plot_interpolation(BRICKS[:8]),
    "neighbours": lambda: plotting.plot_neighbours(BRICKS[:8], BRICKS[8:], np.arange(8) / 9),
    "history": lambda: plotting.plot_history(HISTORY),
    "histogram": lambda: plotting.plot_pixel_histogram(BRICKS, BRICKS / 127.5 - 1),
    "activations": plotting.plot_activation_gradients,
    "step": lambda: plotting.plot_training_step(BRICKS[0], BRICKS[1, ..., 0]),
    "step in code": lambda: plotting.plot_training_step(BRICKS[0], BRICKS[1], code=True),
    "overlap": lambda: plotting.plot_transposed_convolution(INPUT, KERNEL),
    "zeros": lambda: plotting.plot_transposed_convolution(INPUT, KERNEL, view="zeros"),
    "large kernel": lambda: plotting.plot_transposed_convolution(
        INPUT, np.ones((5, 5)), 3, 0, view="zeros"
    ),
    "one value": lambda: plotting.plot_transposed_convolution([[2]], KERNEL, 2, 0),
    "upsampling": lambda: plotting.plot_upsampling_convolution(INPUT, KERNEL),
    "upsampling with a small kernel": lambda: plotting.plot_upsampling_convolution(
        INPUT, np.ones((3, 3))
    ),
    "overlap counts": plotting.plot_overlap_counts,
}


def test_the_step_in_code_names_only_what_the_training_has():
    training = inspect.getsource(DCGAN)
    names = set(re.findall(r"[A-Za-z_]+", " ".join(step._CODE))) - {"BCE"}
    assert {name for name in names if not re.search(rf"\b{name}\b", training)} == set()


@pytest.fixture(params=FIGURES)
def figure(request):
    return FIGURES[request.param]()


def texts_of(figure):
    """그림에 실제로 그려지는 글이다. 눈금의 범위를 벗어난 눈금 글은 그려지지 않는다."""
    hidden = set()
    for axis in (axis for axes in figure.axes for axis in (axes.xaxis, axes.yaxis)):
        low, high = sorted(axis.get_view_interval())
        for tick in [*axis.get_major_ticks(), *axis.get_minor_ticks()]:
            if not low <= tick.get_loc() <= high or not axis.axes.axison:
                hidden |= {tick.label1, tick.label2}
    texts = [text for text in figure.findobj(Text) if text not in hidden]
    return [text for text in texts if text.get_visible() and text.get_text()]


def check_is_readable(figure):
    """글자가 10포인트 이상이고, 잘리지 않고, 서로 겹치지 않는다."""
    width, height = figure.get_size_inches() * figure.dpi
    assert width <= plotting.WIDTH + 1
    figure.draw_without_rendering()
    boxes = []
    for text in texts_of(figure):
        assert text.get_fontsize() >= 10, text.get_text()
        box = text.get_window_extent()
        assert box.x0 >= 0 and box.y0 >= 0, text.get_text()
        assert box.x1 <= width and box.y1 <= height, text.get_text()
        for other_text, other in boxes:
            overlap = min(box.x1, other.x1) - max(box.x0, other.x0) > 1 and (
                min(box.y1, other.y1) - max(box.y0, other.y0) > 1
            )
            assert not overlap, f"{text.get_text()} / {other_text}"
        boxes.append((text.get_text(), box))


def picture_of(shown):
    encoded = re.search(r'src="data:image/png;base64,([^"]+)"', shown.html)[1]
    return Image.open(io.BytesIO(base64.b64decode(encoded)))


def words_of(figure):
    return [text.get_text() for text in texts_of(figure)]


def numbers_after(figure, title, count):
    """제목 다음에 적힌 행렬의 값들이다."""
    words = words_of(figure)
    start = words.index(title) + 1
    return np.array([float(word.replace("−", "-")) for word in words[start : start + count]])


def test_importing_plotting_leaves_tensorflow_out():
    code = "import sys, companion.plotting; assert not {'tensorflow', 'keras'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_every_figure_is_readable_on_a_phone_and_has_every_glyph(figure):
    check_is_readable(figure)


def test_the_architecture_figures_are_readable_too(discriminator, generators):
    for figure in model_figures(discriminator, generators).values():
        check_is_readable(figure)


@pytest.mark.parametrize("name", FIGURES)
def test_the_same_figure_is_the_same_bytes(name):
    first, second = (
        plotting.show(FIGURES[name](), caption="그림", alt="그림").html for _ in range(2)
    )
    assert first == second


def test_korean_text_uses_the_packaged_font():
    with mpl.rc_context():
        plotting.use_korean_font()
        found = mpl.font_manager.findfont(mpl.rcParams["font.family"][0], fallback_to_default=False)
    assert found == str(plotting.FONT)


def test_a_reader_s_own_figure_shows_korean_and_minus_signs():
    with mpl.rc_context():
        plotting.use_korean_font()
        figure, axes = plt.subplots()
        axes.plot([-1, 0, 1])
        axes.set_title("한글 −1 → 1 × α")
        plotting.show(figure, caption="그림", alt="그림")


def test_shown_figure_has_its_caption_and_alternative_text():
    shown = plotting.show(
        plotting.plot_overlap_counts(), caption='그림 1 <a> & "b"', alt='판 "셋" <b>'
    )
    assert 'alt="판 &quot;셋&quot; &lt;b&gt;"' in shown._repr_html_()
    assert "<figcaption>그림 1 &lt;a&gt; &amp; &quot;b&quot;</figcaption>" in shown._repr_html_()
    assert repr(shown) == '그림: 그림 1 <a> & "b"'


def test_shown_picture_has_no_metadata_and_the_stated_size():
    picture = picture_of(plotting.show(FIGURES["step"](), caption="그림", alt="그림"))
    assert picture.width == plotting.WIDTH
    assert not {"Software", "Creation Time"} & set(picture.info)


def test_showing_a_figure_closes_it():
    figure = plt.figure()
    plotting.show(figure, caption="그림", alt="그림")
    assert not plt.fignum_exists(figure.number)


@pytest.mark.parametrize(("caption", "alt"), [("", "글"), ("글", "  ")])
def test_a_figure_without_caption_or_alternative_text_is_refused(caption, alt):
    with pytest.raises(ValueError, match="비었거나 글이 아니다"):
        plotting.show(Figure(), caption=caption, alt=alt)


def test_only_figures_are_shown():
    with pytest.raises(TypeError, match="list"):
        plotting.show([], caption="글", alt="글")


def decoded(picture):
    encoded = plotting.data_uri(picture).removeprefix("data:image/png;base64,")
    return Image.open(io.BytesIO(base64.b64decode(encoded)))


@pytest.mark.parametrize("shape", [(16, 16), (16, 16, 1), (16, 16, 3)])
def test_grey_pictures_become_small_grey_pngs_within_two_levels(shape):
    ramp = np.arange(256, dtype=np.uint8).reshape(16, 16)
    picture = np.broadcast_to(ramp.reshape(16, 16, *[1] * (len(shape) - 2)), shape)
    image = decoded(picture)
    assert image.mode == "L"
    assert np.abs(np.asarray(image, int) - ramp).max() <= 2


def test_coloured_pictures_keep_their_few_colours():
    picture = np.full((8, 8, 3), 255, np.uint8)
    picture[2:4] = 33, 102, 172
    image = decoded(picture)
    assert image.mode == "P"
    np.testing.assert_array_equal(np.asarray(image.convert("RGB")), picture)


def test_tiles_keep_every_pixel():
    shown = plotting.show(plotting.plot_samples(BRICKS, 4), caption="그림", alt="그림")
    picture = np.asarray(picture_of(shown), int)
    gap, size = 5, 128
    for index, brick in enumerate(BRICKS):
        y, x = (gap + i * (gap + size) for i in divmod(index, 4))
        tile = picture[y : y + size : 2, x : x + size : 2]
        assert np.abs(tile - brick[..., 0]).max() <= 2


def test_floating_point_images_are_drawn_as_their_uint8_counterparts():
    np.testing.assert_array_equal(plotting.as_pixels(BRICKS / 127.5 - 1), BRICKS)
    np.testing.assert_array_equal(plotting.as_pixels(BRICKS[..., 0]), BRICKS)
    for one in (BRICKS[0], np.repeat(BRICKS[0], 3, axis=-1)):
        with pytest.raises(ValueError, match=r"이미지 한 장이면 images\[:1\]처럼"):
            plotting.as_pixels(one)


@pytest.mark.parametrize(
    "images",
    [
        np.zeros((64, 64)),
        np.zeros((0, 64, 64)),
        np.zeros((2, 64, 64, 2)),
        np.full((1, 4, 4), 255.0),
        np.full((1, 4, 4), 256),
        np.full((1, 4, 4), -1),
        np.full((1, 4, 4), np.nan),
    ],
)
def test_images_of_a_wrong_shape_or_range_are_refused(images):
    with pytest.raises(ValueError, match="이미지[의에]"):
        plotting.plot_samples(images)


def test_lists_and_other_integers_are_images_too():
    np.testing.assert_array_equal(plotting.as_pixels(BRICKS.astype("int64")), BRICKS)
    np.testing.assert_array_equal(plotting.as_pixels(list(BRICKS[..., 0])), BRICKS)
    figure = plotting.plot_samples(BRICKS[:2], np.int64(2), titles=np.array(["0.1", "0.9"]))
    assert words_of(figure) == ["0.1", "0.9"]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: plotting.plot_samples(BRICKS, columns=0), "columns가 0이다"),
        (lambda: plotting.plot_training_grids([0], BRICKS[:1, ..., 0]), "grids의 크기"),
        (lambda: plotting.plot_training_grids([0], BRICKS[None], n=0), "n이 0이다"),
        (lambda: plotting.plot_neighbours(BRICKS[:1], BRICKS[1:2], 0.5), r"거리의 크기가 \(\)"),
        (lambda: plotting.plot_pixel_histogram([], []), "픽셀의 크기"),
        (lambda: plotting.plot_pixel_histogram(BRICKS, BRICKS), "전처리한 뒤의 픽셀이 0부터"),
        (lambda: plotting.plot_training_step(BRICKS, BRICKS), "이미지의 크기"),
        (lambda: plotting.plot_transposed_convolution(INPUT, KERNEL, 1.5), "stride가 1.5이다"),
        (lambda: plotting.plot_transposed_convolution([[np.nan]], KERNEL), "입력에 NaN"),
        (lambda: plotting.plot_upsampling_convolution([[1], [1, 2]], KERNEL), "입력의 값을 수의"),
        (lambda: plotting.plot_overlap_counts((3.5,)), "kernel_sizes의 값이 3.5이다"),
        (lambda: plotting.plot_architecture("model"), "str에는 층이 없다"),
        (lambda: plotting.plot_size_steps(DENSE), r"\(한 변, 한 변, 채널\) 크기인 층이 없다"),
        (lambda: plotting.plot_history(0.5), "훈련 기록이 float"),
        (
            lambda: plotting.plot_history([{**HISTORY[0], "d_loss": None}, {}]),
            "d_loss",
        ),
    ],
)
def test_what_cannot_be_drawn_is_refused_in_one_sentence(call, message):
    with pytest.raises((TypeError, ValueError), match=message) as caught:
        call()
    assert len(str(caught.value).splitlines()) == 1


def test_the_history_of_fit_is_drawn_over_its_epochs():
    columns = {name: [line[name] for line in HISTORY] for name in HISTORY[0] if name != "images"}
    figure = plotting.plot_history(columns)
    assert "에포크" in words_of(figure)
    (first, *_) = figure.axes[0].lines
    np.testing.assert_array_equal(first.get_xdata(), np.arange(len(HISTORY)) + 1)


def test_labels_must_match_the_images():
    with pytest.raises(ValueError, match="titles가 3개"):
        plotting.plot_samples(BRICKS, titles=["0"] * 3)
    with pytest.raises(ValueError, match="kinds가 1개"):
        plotting.plot_samples(BRICKS, kinds=["real"])
    with pytest.raises(ValueError, match="fakes"):
        plotting.plot_samples(BRICKS[:1], kinds=["fakes"])
    with pytest.raises(ValueError, match="row_names가 1개인데 줄은 2개"):
        plotting.plot_samples(BRICKS[:9], row_names=["하나"])


def test_a_row_is_named_at_its_left():
    figure = plotting.plot_samples(BRICKS[:6], columns=4, row_names=["위", "아래"])
    places = {text.get_text(): text.get_position() for text in texts_of(figure)}
    assert places["위"][0] == places["아래"][0] and places["위"][1] < places["아래"][1]


def test_frames_tell_real_from_fake():
    def frames(figure):
        return [mpl.colors.to_hex(patch.get_edgecolor()) for patch in figure.axes[0].patches]

    real, fake = plotting.REAL_COLOUR, plotting.FAKE_COLOUR
    assert frames(plotting.plot_samples(BRICKS[:2], kinds=["real", "fake"])) == [real, fake]
    assert (
        frames(plotting.plot_neighbours(BRICKS[:2], BRICKS[2:4], [0, 0])) == [fake] * 2 + [real] * 2
    )


def test_an_interpolation_is_counted_from_zero_to_one():
    words = words_of(plotting.plot_interpolation(BRICKS[:3]))
    assert words == ["t = 0.00", "t = 0.50", "t = 1.00"]


def test_training_grids_need_one_step_a_row():
    with pytest.raises(ValueError, match="steps가 1개"):
        plotting.plot_training_grids([0], BRICKS.reshape(2, 8, 64, 64))


def test_training_grids_show_the_first_columns_only():
    figure = plotting.plot_training_grids([0, 10, 2000], np.zeros((3, 16, 8, 8), np.uint8), n=4)
    assert words_of(figure) == ["스텝", "0", "10", "2,000"]


def test_neighbours_and_distances_must_match_the_samples():
    with pytest.raises(ValueError, match="neighbours"):
        plotting.plot_neighbours(BRICKS[:4], BRICKS[:6], np.zeros(6))
    with pytest.raises(ValueError, match=r"거리의 크기가 \(3,\)"):
        plotting.plot_neighbours(BRICKS[:4], BRICKS[4:8], np.zeros(3))


def test_the_plan_has_no_arrow_between_its_boxes(discriminator, generators):
    figure = plan(discriminator, generators["transpose"])
    arrows = [text for text in figure.axes[0].texts if getattr(text, "arrow_patch", None)]
    assert arrows and all(text.xy[1] == text.get_position()[1] for text in arrows)  # 가로뿐이다


def test_each_distance_stands_above_its_neighbour():
    figure = plotting.plot_neighbours(BRICKS[:3], BRICKS[3:6], [0.1, 0.2, 0.3])
    places = {text.get_text(): text.get_position() for text in texts_of(figure)}
    sample, neighbour = places["샘플"], places["훈련"]
    across = [places[name] for name in ("0.100", "0.200", "0.300")]
    assert across == sorted(across)
    assert all(sample[1] < y < neighbour[1] for _, y in [*across, places["거리"]])


def test_architecture_is_read_from_the_discriminator(discriminator):
    words = words_of(plotting.plot_architecture(discriminator))
    sizes = [word for word in words if re.fullmatch(r"[\d,×]+", word)]
    assert sizes == ["64×64×1", "32×32×64", "16×16×128", "8×8×256", "4×4×512", "1×1×1", "1"]
    assert words.count("Conv2D 4×4, 스트라이드 2, same") == 4
    assert "Conv2D 4×4, 스트라이드 1, valid" in words
    assert "배치 정규화 → LeakyReLU(0.2) → 드롭아웃(0.3)" in words
    assert words[-1] == f"파라미터는 모두 {discriminator.count_params():,}개"


def test_architecture_is_read_from_both_generators(generators):
    for name, model in generators.items():
        words = words_of(plotting.plot_architecture(model))
        sizes = [word for word in words if re.fullmatch(r"[\d,×]+", word)]
        expected = ["100", "1×1×100", "4×4×512", "8×8×256", "16×16×128", "32×32×64", "64×64×1"]
        assert sizes == expected
        assert "tanh" in words
        assert words.count("UpSampling2D 2×2") == (4 if name == "resize" else 0)
        assert words[-1] == f"파라미터는 모두 {model.count_params():,}개"


def test_architecture_follows_other_widths_and_layers():
    inputs = keras.Input((8, 8, 1))
    x = keras.layers.Conv2D(6, 3, padding="same")(inputs)
    x = keras.layers.Conv2D(6, 3, padding="same", activation="relu")(x)
    x = keras.layers.Activation("tanh")(x)
    x = keras.layers.Dense(3)(keras.layers.GlobalAveragePooling2D()(x))
    words = words_of(plotting.plot_architecture(keras.Model(inputs, x)))
    assert words.count("8×8×6") == 2
    assert "relu → tanh" in words
    assert {"GlobalAveragePooling2D", "Dense", "파라미터 21개"} <= set(words)


def test_a_model_without_known_sizes_is_refused():
    model = keras.Sequential([keras.layers.Dense(1)])
    with pytest.raises(ValueError, match="함수형 모델"):
        plotting.plot_architecture(model)


def test_size_steps_list_sides_channels_and_values(discriminator):
    words = words_of(plotting.plot_size_steps(discriminator))
    numbers = [int(word.replace(",", "")) for word in words if word[0].isdigit()]
    sides, channels, values = np.reshape(numbers, (6, 3)).T
    assert sides.tolist() == [64, 32, 16, 8, 4, 1]
    assert channels.tolist() == [1, 64, 128, 256, 512, 1]
    assert values.tolist() == (sides * sides * channels).tolist()


def test_history_draws_the_recorded_numbers():
    lines = [line for axes in plotting.plot_history(HISTORY).axes for line in axes.lines]
    for line, name, label, colour in zip(
        lines,
        ["d_loss", "g_loss", "d_real_accuracy", "d_fake_accuracy"],
        ["판별자의 손실", "생성자의 손실", "진짜를 맞힌 비율", "가짜를 맞힌 비율"],
        [plotting.DISCRIMINATOR_COLOUR, plotting.GENERATOR_COLOUR,
         plotting.REAL_COLOUR, plotting.FAKE_COLOUR],
        strict=True,
    ):  # fmt: skip
        np.testing.assert_allclose(line.get_ydata(), [row[name] for row in HISTORY])
        np.testing.assert_allclose(line.get_xdata(), [row["images"] for row in HISTORY])
        assert (line.get_label(), line.get_color()) == (label, colour)


def test_image_counts_are_written_in_ten_thousands():
    assert [curves._count_text(n) for n in (0, 5_000, 10_000, 125_000)] == [
        "0",
        "5,000",
        "1만",
        "12.5만",
    ]


def test_an_empty_or_incomplete_history_is_refused():
    with pytest.raises(ValueError, match="비었다"):
        plotting.plot_history([])
    with pytest.raises(ValueError, match="g_loss.*d_loss, images"):
        plotting.plot_history([{"images": 1, "d_loss": 0.5}])


def test_histogram_bars_add_up_to_all_pixels():
    for axes in plotting.plot_pixel_histogram(BRICKS, BRICKS / 127.5 - 1).axes:
        assert sum(bar.get_height() for bar in axes.patches) == pytest.approx(100)


def test_derivatives_peak_at_one_and_a_quarter():
    assert {"1", "0.25"} <= set(words_of(plotting.plot_activation_gradients()))


def keras_convolution(layer, values, kernel):
    """Keras의 층이 계산한 값이다."""
    layer.build((None, *values.shape, 1))
    layer.set_weights([kernel[..., None, None].astype("float32")])
    return np.asarray(layer(values[None, ..., None].astype("float32")))[0, ..., 0]


@pytest.mark.parametrize(
    ("view", "title"), [("overlap", "가장자리 1칸을 자른 출력"), ("zeros", "출력")]
)
def test_transposed_convolution_agrees_with_keras(view, title):
    layer = keras.layers.Conv2DTranspose(1, 4, strides=2, padding="same", use_bias=False)
    expected = keras_convolution(layer, INPUT, KERNEL)
    figure = plotting.plot_transposed_convolution(INPUT, KERNEL, view=view)
    np.testing.assert_allclose(numbers_after(figure, title, 16), expected.ravel())


def test_both_views_give_the_same_output_without_padding():
    outputs = [
        numbers_after(
            plotting.plot_transposed_convolution(INPUT, KERNEL[:3, :3], 3, 0, view), "출력", 36
        )
        for view in ("overlap", "zeros")
    ]
    np.testing.assert_array_equal(*outputs)


@pytest.mark.parametrize("size", [3, 4])
def test_upsampling_convolution_agrees_with_keras(size):
    kernel = KERNEL[:size, :size]
    enlarged = INPUT.repeat(2, 0).repeat(2, 1)
    layer = keras.layers.Conv2D(1, size, padding="same", use_bias=False)
    expected = keras_convolution(layer, enlarged, kernel)
    figure = plotting.plot_upsampling_convolution(INPUT, kernel)
    np.testing.assert_allclose(numbers_after(figure, "출력", 16), expected.ravel())


def test_the_first_output_cell_is_worked_out():
    figure = plotting.plot_transposed_convolution([[3]], [[1, -2], [4, 5]], 1, 0, view="zeros")
    assert words_of(figure)[-1] == "왼쪽 위 칸: 3×1 = 3"
    figure = plotting.plot_transposed_convolution([[3, 2]], [[1, -2], [4, 5]], 1, 0, view="zeros")
    assert numbers_after(figure, "출력", 6).tolist() == [3, -4, -4, 12, 23, 10]
    figure = plotting.plot_upsampling_convolution([[3]], [[1, -2], [4, 5]])
    assert words_of(figure)[-1] == "왼쪽 위 칸: 3×1 + 3×(−2) + 3×4 + 3×5 = 24"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((np.ones((3, 3)), KERNEL), "입력의 크기"),
        ((INPUT, np.ones((2, 3))), "커널의 크기"),
        ((INPUT, np.ones((6, 6))), "커널의 크기"),
        ((INPUT, KERNEL, 0), "stride가 0"),
        ((INPUT, KERNEL, 2, 4), "padding이 4"),
        (([[1]], KERNEL, 2, 2), "남는 칸이 없다"),
        ((INPUT, KERNEL, 2, 1, "other"), "view가 'other'"),
    ],
)
def test_a_transposed_convolution_too_big_to_write_down_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        plotting.plot_transposed_convolution(*arguments)


@pytest.mark.parametrize(("size", "stride"), [(3, 2), (4, 2), (5, 2), (5, 3)])
def test_overlap_counts_agree_with_stamping_ones(size, stride):
    layer = keras.layers.Conv2DTranspose(1, size, strides=stride, use_bias=False)
    counts = keras_convolution(layer, np.ones((8, 8)), np.ones((size, size)))
    start = 2 * stride
    figure = plotting.plot_overlap_counts((size,), stride)
    shown = [int(word) for word in words_of(figure) if word.isdigit()]
    assert shown == counts[start : start + 6, start : start + 6].astype(int).ravel().tolist()


def test_even_overlap_is_said_to_be_even():
    words = words_of(plotting.plot_overlap_counts())
    assert {"어디나 4번", "1·2·4번", "4·6·9번"} <= set(words)


@pytest.mark.parametrize(("sizes", "stride"), [((), 2), ((2,), 3), ((3,), 0)])
def test_kernels_smaller_than_the_stride_are_refused(sizes, stride):
    with pytest.raises(ValueError, match="kernel_sizes|stride가 0"):
        plotting.plot_overlap_counts(sizes, stride)


def test_the_plan_reads_both_networks(discriminator, generators):
    words = words_of(plan(discriminator, generators["transpose"]))
    sizes = [word for word in words if re.fullmatch(r"[\d,×]+", word)]
    down = ["64×64×1", "32×32×64", "16×16×128", "8×8×256", "4×4×512", "1×1×1"]
    assert sizes == [*down, "100", *reversed(down[1:-1]), "64×64×1"]
    assert [word for word in words if word in TITLES] == list(TITLES)


def test_the_plan_needs_a_title_and_a_note_for_each_box(discriminator, generators):
    with pytest.raises(ValueError, match="titles가 3개"):
        plan(discriminator, generators["transpose"], titles=TITLES[:3])


def test_a_table_is_markdown_with_numbers_on_the_right():
    shown = plotting.table(
        {"이름": ["하나", "둘"], "수": ["1,234", "-5.6%"], "섞인 열": [1, "없다"]}
    )
    lines = [
        "| 이름 | 수 | 섞인 열 |",
        "| --- | ---: | --- |",
        "| 하나 | 1,234 | 1 |",
        "| 둘 | -5.6% | 없다 |",
    ]
    assert shown._repr_markdown_().split("\n") == repr(shown).split("\n") == lines


@pytest.mark.parametrize("columns", [{}, {"가": [1, 2], "나": [1]}])
def test_columns_of_different_lengths_are_refused(columns):
    with pytest.raises(ValueError, match="같은 개수"):
        plotting.table(columns)


def test_the_table_of_layers_counts_what_the_model_counts(discriminator):
    rows = [
        [cell.strip() for cell in row.split("|")[1:-1]]
        for row in repr(plotting.layer_table(discriminator)).split("\n")[2:]
    ]
    assert rows[:2] == [["InputLayer", "64×64×1", "0"], ["Conv2D", "32×32×64", "1,024"]]
    assert rows[-1] == ["모두", "", f"{discriminator.count_params():,}"]
    assert sum(int(row[2].replace(",", "")) for row in rows[:-1]) == discriminator.count_params()


@pytest.mark.parametrize(
    ("colours", "least"),
    [
        ((canvas.INK, canvas.MUTED), 4.5),
        ((canvas.REAL_COLOUR, canvas.FAKE_COLOUR, canvas.DISCRIMINATOR_COLOUR), 3),
        ((canvas.GENERATOR_COLOUR, *convolutions._CELL_COLOURS), 3),
    ],
    ids=["글", "선", "칸"],
)
def test_ink_stands_out_on_white_paper(colours, least):
    """WCAG 2의 명암비이다: https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio"""
    for colour in colours:
        rgb = np.array(mpl.colors.to_rgb(colour))
        linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
        assert 1.05 / (linear @ (0.2126, 0.7152, 0.0722) + 0.05) >= least, colour
