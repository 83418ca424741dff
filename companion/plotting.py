"""책의 그림을 그린다.

그림을 그리는 함수는 모두 matplotlib `Figure`를 돌려주고, `show()`가 설명과 대체 글을 붙여 노트북에 보인다. 그림은
휴대 전화에서도 읽히게 폭을 700픽셀로 잡고, 늘 흰 바탕에 그린다. 진짜와 가짜, 판별자와 생성자의 색은 책 전체에서 같다.

이미지는 0~255의 uint8이나 [-1, 1]의 실수이고 크기는 `(N, H, W)`나 `(N, H, W, C)`이다. C는 1이나 3이다. 신경망은
Keras의 함수형 모델을 받지만, 이 파일은 TensorFlow를 불러오지 않는다.
"""

import base64
import html
import io
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib import font_manager, patches
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.ticker import NullFormatter
from numpy.typing import ArrayLike, NDArray
from PIL import Image

from companion.data import to_uint8

# 색맹도 가릴 수 있는 색이다. 진짜와 가짜는 파랑과 주황, 판별자와 생성자는 청록과 자주로 한다.
REAL_COLOUR = "#2166ac"
FAKE_COLOUR = "#d95f02"
DISCRIMINATOR_COLOUR = "#00796b"
GENERATOR_COLOUR = "#8e3a9d"

_INK, _MUTED, _LINE = "#1f2328", "#5b6470", "#b8bfc8"
_CELL_COLOURS = ("#aa3377", "#228833", "#b8860b", "#3388bb")

WIDTH = 700
"""그림의 폭(픽셀)이다."""
DPI = 130
FONT = Path(__file__).parent / "fonts" / "BrickieGothic.ttf"


# ── 글꼴과 보이기 ──


@cache
def _register_font() -> str:
    font_manager.fontManager.addfont(FONT)
    return font_manager.FontProperties(fname=FONT).get_name()


def use_korean_font() -> None:
    """꾸러미에 든 한글 글꼴로 그림의 글자를 쓰게 한다.

    matplotlib의 설정(`rcParams`)에서 글꼴과 글자 크기를 바꾼다. 한글 글꼴에 없는 글자(예: 음수 부호 U+2212)는
    DejaVu Sans로 쓴다. 이 모듈의 함수는 스스로 이것을 부르므로, 직접 그림을 그리기 전에만 부르면 된다.
    """
    mpl.rcParams["font.family"] = [_register_font(), "DejaVu Sans"]
    mpl.rcParams["font.size"] = 11


@dataclass(frozen=True)
class HtmlPicture:
    """노트북이 HTML로 보여 주는 그림이다. 글로는 `그림: 설명`이 된다."""

    html: str
    caption: str

    def _repr_html_(self) -> str:
        return self.html

    def __repr__(self) -> str:
        return f"그림: {self.caption}"


def show(figure: Figure, *, caption: str, alt: str) -> HtmlPicture:
    """그림을 설명과 대체 글이 딸린 HTML로 바꾸고 닫는다. 칸의 마지막 줄에 쓴다.

    같은 그림은 늘 같은 바이트가 된다. 그림은 130 dpi로 그리고 색 수를 줄여 작게 만든다.

    Args:
        figure: matplotlib 그림.
        caption: 그림 아래에 적을 설명. 무엇을 볼지 적는다.
        alt: 그림을 볼 수 없는 독자에게 읽어 줄 글.

    Raises:
        TypeError: `figure`가 matplotlib `Figure`가 아닐 때.
        ValueError: 설명이나 대체 글이 비었을 때.
    """
    if not isinstance(figure, Figure):
        raise TypeError(f"figure가 {type(figure).__name__}이다. matplotlib의 Figure를 준다.")
    if not caption.strip() or not alt.strip():
        raise ValueError("caption이나 alt가 비었다. 그림의 설명과 대체 글을 모두 적는다.")
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=DPI, facecolor="white", metadata={"Software": None})
    plt.close(figure)
    picture = np.asarray(Image.open(buffer).convert("RGB"))
    return HtmlPicture(
        '<figure style="margin:0.5em 0;text-align:center">'
        f'<img src="{data_uri(picture)}" alt="{html.escape(alt)}" '
        'style="max-width:100%;height:auto;background:#fff">'
        f"<figcaption>{html.escape(caption)}</figcaption></figure>",
        caption,
    )


def data_uri(picture: NDArray[np.uint8]) -> str:
    """uint8 그림 `(H, W)`나 `(H, W, 1)`이나 `(H, W, 3)`을 색 수를 줄인 PNG로 만들어 data URI로 돌려준다.

    회색뿐인 그림은 밝기를 64단계로(오차 2 이하), 색이 있는 그림은 256색으로 줄인다. 점을 흩뿌리지 않는다.
    """
    if picture.ndim == 3 and (picture == picture[..., :1]).all():
        picture = np.ascontiguousarray(picture[..., 0])
    image = Image.fromarray(picture)
    if image.mode == "L":
        image = image.point([round(round(v / 255 * 63) * 255 / 63) for v in range(256)])
    else:
        image = image.quantize(256, dither=Image.Dither.NONE)
    buffer = io.BytesIO()
    image.save(buffer, format="PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")


# ── 함께 쓰는 도구: 단위가 픽셀이고 y가 아래로 커지는 도화지 ──


def _canvas(width: float, height: float) -> tuple[Figure, Axes]:
    use_korean_font()
    figure = Figure(figsize=(width / DPI, height / DPI), dpi=DPI)
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set(xlim=(0, width), ylim=(height, 0))
    axes.set_axis_off()
    return figure, axes


def _panels(rows: int, height: float, **options: Any) -> tuple[Figure, NDArray[Any]]:
    """세로로 늘어놓은 그래프 `rows`개이다."""
    use_korean_font()
    figure = Figure(
        figsize=(WIDTH / DPI, height / DPI),
        dpi=DPI,
        layout=ConstrainedLayoutEngine(w_pad=0.07, h_pad=0.07),
    )
    panels = figure.subplots(rows, 1, **options)
    for axes in panels:
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(color="#e3e6ea", linewidth=0.8)
        axes.set_axisbelow(True)
    return figure, panels


def _text(axes: Axes, x: float, y: float, text: str, **options: Any) -> None:
    axes.text(x, y, text, **{"ha": "center", "va": "center", "color": _INK, **options})


def _arrow(axes: Axes, *points: tuple[float, float], colour: str = _MUTED) -> None:
    """점들을 잇고 마지막 점에 화살촉을 단다."""
    if len(points) > 2:
        axes.plot(*zip(*points[:-1], strict=True), color=colour, linewidth=1.6)
    arrow = {"arrowstyle": "-|>", "color": colour, "linewidth": 1.6, "shrinkA": 0, "shrinkB": 0}
    axes.annotate("", points[-1], points[-2], arrowprops={**arrow, "mutation_scale": 13})


def _tint(colour: str, amount: float) -> tuple[float, float, float]:
    """흰색에 `colour`를 `amount`만큼(0~1) 섞은 색이다."""
    red, green, blue = (1 - amount * (1 - channel) for channel in to_rgb(colour))
    return red, green, blue


def as_pixels(images: ArrayLike) -> NDArray[np.uint8]:
    """이미지를 `(N, H, W, C)` 크기, 0~255의 uint8로 맞춘다. 실수는 [-1, 1]을 [0, 255]로 옮겨 반올림한다.

    Raises:
        ValueError: 크기나 범위가 맞지 않을 때.
    """
    array = np.asarray(images)
    if array.ndim == 3:
        array = array[..., None]
    if array.ndim != 4 or array.shape[-1] not in (1, 3) or not array.size:
        raise ValueError(
            f"이미지의 크기가 {np.shape(images)}이다. (N, H, W, 1)이나 (N, H, W) 크기로 준다."
        )
    if array.dtype == np.uint8:
        return array
    if not np.abs(array).max() <= 1.001:  # NaN도 여기서 걸린다
        raise ValueError(
            f"이미지의 값이 {array.min():g}부터 {array.max():g}까지이다. "
            "0~255의 uint8이나 [-1, 1]의 실수로 준다."
        )
    return to_uint8(array)


def _number(value: float) -> str:
    return f"{round(float(value), 2) + 0:g}".replace("-", "−")


# ── 이미지를 늘어놓은 그림 ──


@dataclass(frozen=True)
class _Tiles:
    figure: Figure
    axes: Axes
    corners: list[tuple[int, int]]
    size: tuple[int, int]  # 타일의 (너비, 높이)

    def write(self, index: int, text: str, **options: Any) -> None:
        """타일 바로 위에 글을 쓴다."""
        x, y = self.corners[index]
        _text(self.axes, x + self.size[0] / 2, y - 4, text, va="bottom", fontsize=10, **options)

    def frame(self, index: int, colour: str) -> None:
        x, y = self.corners[index]
        box = patches.Rectangle((x - 1, y - 1), self.size[0] + 2, self.size[1] + 2)
        box.set(fill=False, edgecolor=colour, linewidth=2)
        self.axes.add_patch(box)


def _tiles(
    images: NDArray[np.uint8],
    columns: int,
    *,
    left: int = 0,
    top: int = 0,
    above: int = 0,
    gap: int = 5,
) -> _Tiles:
    """이미지를 `columns`열로 늘어놓는다. 픽셀 하나가 그림에서도 정수 개의 픽셀이 되게 키운다.

    `left`와 `top`은 글을 쓸 여백, `above`는 타일마다 위에 둘 여백, `gap`은 타일 사이(픽셀)이다.
    """
    n, height, width, _ = images.shape
    scale = max(1, ((WIDTH - left) // columns - gap) // width)
    width, height = width * scale, height * scale
    corners = [
        (
            left + gap + i % columns * (width + gap),
            top + gap + i // columns * (height + gap + above) + above,
        )
        for i in range(n)
    ]
    sheet_size = (corners[-1][1] + height + gap, left + gap + columns * (width + gap))
    sheet = np.full((*sheet_size, 3), 255, np.uint8)
    for image, (x, y) in zip(images, corners, strict=True):
        sheet[y : y + height, x : x + width] = image.repeat(scale, 0).repeat(scale, 1)
    figure, axes = _canvas(sheet_size[1], sheet_size[0])
    extent = (0, sheet_size[1], sheet_size[0], 0)
    axes.imshow(sheet, extent=extent, aspect="auto", interpolation="nearest")
    return _Tiles(figure, axes, corners, (width, height))


def plot_samples(
    images: ArrayLike,
    columns: int = 8,
    titles: Sequence[str] | None = None,
    kinds: Sequence[str] | None = None,
) -> Figure:
    """이미지를 격자로 늘어놓는다.

    Args:
        images: `(N, H, W, C)`나 `(N, H, W)` 크기의 이미지. uint8이나 [-1, 1]의 실수.
        columns: 열의 수.
        titles: 이미지마다 위에 적을 짧은 글 N개. 예: 판별자가 답한 확률.
        kinds: 이미지마다 "real"이나 "fake" N개. 주면 진짜는 파랑, 가짜는 주황 테두리를 두른다.

    Raises:
        ValueError: 이미지의 크기나 범위, `titles`나 `kinds`의 수가 맞지 않을 때.
    """
    pixels = as_pixels(images)
    colours = {"real": REAL_COLOUR, "fake": FAKE_COLOUR}
    for name, labels in (("titles", titles), ("kinds", kinds)):
        if labels is not None and len(labels) != len(pixels):
            raise ValueError(f"{name}가 {len(labels)}개인데 이미지는 {len(pixels)}장이다.")
    if kinds is not None and not set(kinds) <= set(colours):
        raise ValueError(
            f'kinds에 {sorted(set(kinds) - set(colours))}이(가) 있다. "real"이나 "fake"를 준다.'
        )
    tiles = _tiles(
        pixels,
        min(columns, len(pixels)),
        above=0 if titles is None else 22,
        gap=5 if kinds is None else 10,
    )
    for index, title in enumerate(titles or ()):
        tiles.write(index, title)
    for index, kind in enumerate(kinds or ()):
        tiles.frame(index, colours[kind])
    return tiles.figure


def plot_training_grids(steps: Sequence[int], grids: ArrayLike, n: int = 8) -> Figure:
    """훈련하는 동안 같은 잠재 벡터가 무엇이 되었는지 보인다. 행은 때, 열은 잠재 벡터이다.

    Args:
        steps: 때마다의 스텝 수 T개.
        grids: 때마다의 샘플. `(T, N, H, W)`나 `(T, N, H, W, C)` 크기.
        n: 때마다 보일 샘플의 수.

    Raises:
        ValueError: `steps`의 수가 T와 다를 때.
    """
    grids = np.asarray(grids)[:, :n]
    if len(steps) != len(grids):
        raise ValueError(f"steps가 {len(steps)}개인데 grids는 {len(grids)}줄이다.")
    columns = grids.shape[1]
    tiles = _tiles(as_pixels(grids.reshape(-1, *grids.shape[2:])), columns, left=80, top=24)
    _text(tiles.axes, 76, 14, "스텝", ha="right", fontsize=10, color=_MUTED)
    for row, step in enumerate(steps):
        y = tiles.corners[row * columns][1] + tiles.size[1] / 2
        _text(tiles.axes, 76, y, f"{step:,}", ha="right", fontsize=10)
    return tiles.figure


def plot_interpolation(images: ArrayLike, columns: int = 4) -> Figure:
    """잠재 공간의 두 점을 잇는 길 위의 이미지를 차례로 보인다. 위의 수 t는 온 거리의 비율(0~1)이다."""
    pixels = as_pixels(images)
    places = np.linspace(0, 1, len(pixels))
    return plot_samples(pixels, columns, [f"t = {t:.2f}" for t in places])


def plot_neighbours(samples: ArrayLike, neighbours: ArrayLike, distances: ArrayLike) -> Figure:
    """샘플과, 샘플마다 가장 가까운 훈련 이미지를 위아래로 놓고 거리를 적는다.

    Args:
        samples: 샘플 `(N, H, W, C)`. 8장쯤이 알맞다.
        neighbours: 가까운 훈련 이미지. `(N, H, W, C)`나, 가까운 것부터 k장인 `(N, k, H, W, C)`.
        distances: 거리. `(N,)`나 `(N, k)`.

    Raises:
        ValueError: 크기가 서로 맞지 않을 때.
    """
    fake = as_pixels(samples)
    n = len(fake)
    near = np.asarray(neighbours)
    if near.size % fake.size:
        raise ValueError(
            f"neighbours의 크기 {near.shape}이(가) 샘플의 크기 {fake.shape}과(와) 맞지 않는다."
        )
    k = near.size // fake.size
    gaps = np.asarray(distances, float)
    if gaps.size != n * k:
        raise ValueError(f"거리는 {gaps.size}개인데 이웃은 {n * k}장이다.")
    by_rank = as_pixels(near.reshape(-1, *fake.shape[1:])).reshape(n, k, *fake.shape[1:])
    rows = np.concatenate([fake[None], by_rank.swapaxes(0, 1)])
    tiles = _tiles(rows.reshape(-1, *fake.shape[1:]), n, left=60, above=24, gap=8)
    for row in range(k + 1):
        name = "샘플" if row == 0 else "이웃" if k == 1 else f"이웃 {row}"
        y = tiles.corners[row * n][1] + tiles.size[1] / 2
        colour = FAKE_COLOUR if row == 0 else REAL_COLOUR
        _text(tiles.axes, 56, y, name, ha="right", color=colour)
        for column in range(n):
            tiles.frame(row * n + column, colour)
    for index, gap in enumerate(gaps.reshape(n, k).T.ravel()):
        tiles.write(n + index, f"{gap:.3f}")
    return tiles.figure


# ── 신경망의 구조 ──


@dataclass
class _Group:
    """크기를 바꾸는 층 하나와, 크기를 그대로 두는 뒤따르는 층들이다."""

    layers: list[Any]
    shape: tuple[int, ...]

    @property
    def size_text(self) -> str:
        return "×".join(f"{n:,}" for n in self.shape)

    @property
    def parameters(self) -> int:
        return sum(layer.count_params() for layer in self.layers)


def _groups(model: Any) -> list[_Group]:
    """모델의 층을 크기가 바뀌는 곳에서 나눈다. 크기는 `layer.output.shape`에서 읽는다."""
    groups: list[_Group] = []
    for layer in model.layers:
        try:
            shape = tuple(layer.output.shape[1:])
        except AttributeError as error:
            raise ValueError(
                f"층 {layer.name}의 출력 크기를 알 수 없다. 함수형 모델(keras.Model)을 준다."
            ) from error
        # 업샘플링은 바로 뒤의 합성곱과 한 묶음으로 본다.
        after_upsampling = bool(groups) and _class_name(groups[-1].layers[-1]) == "UpSampling2D"
        new = _has_kernel(layer) or not groups or shape != groups[-1].shape
        if new and not after_upsampling:
            groups.append(_Group([layer], shape))
        else:
            groups[-1].layers.append(layer)
            groups[-1].shape = shape
    return groups


def _class_name(layer: Any) -> str:
    return type(layer).__name__


def _has_kernel(layer: Any) -> bool:
    return "kernel_size" in layer.get_config() or "units" in layer.get_config()


def _layer_text(layer: Any) -> str:
    """층의 이름과 설정이다. 설정은 층에서 읽는다."""
    settings = layer.get_config()
    match _class_name(layer):
        case "InputLayer":
            return "입력"
        case "BatchNormalization":
            return "배치 정규화"
        case "LeakyReLU":
            return f"LeakyReLU({settings['negative_slope']:g})"
        case "Dropout":
            return f"드롭아웃({settings['rate']:g})"
        case "UpSampling2D":
            return "UpSampling2D {}×{}".format(*settings["size"])
        case "Activation":
            return str(settings["activation"])
        case name if "kernel_size" in settings:
            rows, columns = settings["kernel_size"]
            stride = settings["strides"][0]
            return f"{name} {rows}×{columns}, 스트라이드 {stride}, {settings['padding']}"
        case name:
            return name


def _group_texts(group: _Group) -> list[str]:
    """묶음을 설명하는 글을 줄마다 나누어 돌려준다. 커널이 있는 층은 저마다 한 줄을 쓴다."""
    lines = [_layer_text(group.layers[0])]
    additions: list[str] = []
    for layer in group.layers[1:]:
        (lines if _has_kernel(layer) else additions).append(_layer_text(layer))
    for layer in group.layers:
        activation = layer.get_config().get("activation", "linear")
        if _has_kernel(layer) and activation != "linear":
            additions.insert(0, str(activation))
    if additions:
        lines.append(" → ".join(additions))
    if group.parameters:
        lines.append(f"파라미터 {group.parameters:,}개")
    return lines


def _network_colour(groups: list[_Group]) -> str:
    """이미지를 받으면 판별자, 벡터를 받으면 생성자의 색이다."""
    return DISCRIMINATOR_COLOUR if len(groups[0].shape) == 3 else GENERATOR_COLOUR


def _block_size(shape: tuple[int, ...]) -> tuple[float, float]:
    """텐서를 나타내는 상자의 (한 변, 두께)이다. 로그 눈금이라 두 배마다 같은 만큼 커진다."""
    if len(shape) < 3:
        return 18 + 12 * float(np.log2(shape[-1])), 0.0
    return 18 + 12 * float(np.log2(shape[0])), 4 + 4.5 * float(np.log2(shape[-1]))


def _draw_block(axes: Axes, x: float, y: float, shape: tuple[int, ...], colour: str) -> None:
    """가운데가 (x, y)인 직육면체를 그린다. 벡터는 가로로 긴 막대로 그린다."""
    side, depth = _block_size(shape)
    height = side if len(shape) == 3 else 18
    left, right, top, bottom = x - side / 2, x + side / 2, y - height / 2, y + height / 2
    back = np.array([depth * 0.7, -depth * 0.45])
    left, right, top, bottom = (
        left - back[0] / 2,
        right - back[0] / 2,
        top - back[1] / 2,
        bottom - back[1] / 2,
    )
    front = np.array([(left, top), (right, top), (right, bottom), (left, bottom)])
    faces = [
        (front, 0.35),
        (np.array([front[0], front[1], front[1] + back, front[0] + back]), 0.18),
        (np.array([front[1], front[2], front[2] + back, front[1] + back]), 0.6),
    ]
    for corners, amount in faces:
        axes.add_patch(
            patches.Polygon(
                corners,
                facecolor=_tint(colour, amount),
                edgecolor=colour,
                linewidth=1.2,
                joinstyle="round",
            )
        )


def plot_architecture(model: Any, title: str | None = None) -> Figure:
    """모델의 구조를 위에서 아래로 그린다.

    크기를 바꾸는 층마다 한 줄이다. 상자의 한 변과 두께는 텐서의 한 변과 채널 수를 로그 눈금으로 나타내고, 옆에
    출력의 크기, 층의 설정, 뒤따르는 층, 파라미터 수(훈련하지 않는 것도 넣어)를 적는다. 모두 모델에서 읽는다.

    Args:
        model: Keras의 함수형 모델. 이미지를 받으면 판별자의 색, 벡터를 받으면 생성자의 색으로 그린다.
        title: 그림의 제목. 없으면 쓰지 않는다.

    Raises:
        ValueError: 층의 출력 크기를 알 수 없을 때.
    """
    groups = _groups(model)
    colour = _network_colour(groups)
    texts = [_group_texts(group) for group in groups]
    heights = [
        max(_block_size(group.shape)[0] * (len(group.shape) == 3) + 44, 28 + 24 * len(lines) + 34)
        for group, lines in zip(groups, texts, strict=True)
    ]
    top = 20.0 if title is None else 56.0
    figure, axes = _canvas(WIDTH, top + sum(heights) + 44)
    if title is not None:
        _text(axes, WIDTH / 2, 30, title, fontsize=13)
    previous = None
    for group, lines, height in zip(groups, texts, heights, strict=True):
        y = top + height / 2
        block = _block_size(group.shape)
        half = (block[0] if len(group.shape) == 3 else 18) / 2 + block[1] * 0.225
        if previous is not None:
            _arrow(axes, (110, previous + 4), (110, y - half - 4))
        _draw_block(axes, 110, y, group.shape, colour)
        line_y = y - 12 * len(lines) + 7
        left = {"ha": "left", "va": "baseline"}
        _text(axes, 225, line_y, group.size_text, fontsize=13, color=colour, **left)
        for line in lines:
            line_y += 25
            shade = _MUTED if line.startswith("파라미터") else _INK
            _text(axes, 225, line_y, line, fontsize=10.5, color=shade, **left)
        previous = y + half
        top += height
    total = sum(group.parameters for group in groups)
    _text(axes, 225, top + 18, f"파라미터는 모두 {total:,}개", ha="left")
    return figure


def plot_size_steps(model: Any) -> Figure:
    """모델을 지나는 이미지의 한 변과 채널 수를, 한 변을 실제 비율로 그린 사각형과 표로 보인다.

    Args:
        model: Keras의 함수형 모델. 출력이 `(한 변, 한 변, 채널)` 크기인 층만 그린다.

    Raises:
        ValueError: 층의 출력 크기를 알 수 없을 때.
    """
    groups = _groups(model)
    colour = _network_colour(groups)
    shapes = [group.shape for group in groups if len(group.shape) == 3]
    sides = [shape[0] for shape in shapes]
    left, gap = 92, 26
    cell = (WIDTH - left - 10) / len(shapes)
    scale = (cell * len(shapes) - gap * len(shapes)) / sum(max(side, 8) for side in sides)
    floor = 30 + max(sides) * scale
    figure, axes = _canvas(WIDTH, floor + 170)
    x = float(left)
    for index, (side, _, channels) in enumerate(shapes):
        width = max(side, 8) * scale
        centre = x + width / 2
        square = patches.Rectangle(
            (centre - side * scale / 2, floor - side * scale), side * scale, side * scale
        )
        square.set(facecolor=_tint(colour, 0.3), edgecolor=colour, linewidth=1.2)
        axes.add_patch(square)
        column = left + cell * (index + 0.5)
        axes.plot([centre, column], [floor + 4, floor + 34], color=_LINE, linewidth=1)
        for row, value in enumerate((side, channels, side * side * channels)):
            _text(
                axes,
                column,
                floor + 52 + 40 * row,
                f"{value:,}",
                color=colour if row < 2 else _MUTED,
            )
        x += width + gap
    for row, name in enumerate(("한 변", "채널", "값의 수")):
        _text(axes, left - 10, floor + 52 + 40 * row, name, ha="right", color=_MUTED)
    return figure


# ── 곡선과 히스토그램 ──


def _values(history: Sequence[Mapping[str, float]], name: str) -> NDArray[np.float64]:
    try:
        return np.array([line[name] for line in history], float)
    except KeyError as error:
        known = ", ".join(sorted({key for line in history for key in line}))
        raise ValueError(
            f"훈련 기록에 {name}이(가) 없는 줄이 있다. 있는 이름은 {known}이다."
        ) from error


def plot_history(history: Sequence[Mapping[str, float]]) -> Figure:
    """훈련 기록의 손실과 정확도를 위아래로 그린다. 가로축은 훈련에 쓴 이미지의 수이다.

    Args:
        history: 줄마다 `images`, `d_loss`, `g_loss`, `d_real_accuracy`, `d_fake_accuracy`가 있는 사전의 목록.

    Raises:
        ValueError: 기록이 비었거나 이름이 빠진 줄이 있을 때.
    """
    if not history:
        raise ValueError("훈련 기록이 비었다. 적어도 한 줄이 있는 기록을 준다.")
    images = _values(history, "images")
    figure, (losses, accuracies) = _panels(2, 760, sharex=True)
    curves = [
        (losses, "d_loss", "판별자의 손실", DISCRIMINATOR_COLOUR, "-"),
        (losses, "g_loss", "생성자의 손실", GENERATOR_COLOUR, "--"),
        (accuracies, "d_real_accuracy", "진짜를 맞힌 비율", REAL_COLOUR, "-"),
        (accuracies, "d_fake_accuracy", "가짜를 맞힌 비율", FAKE_COLOUR, "--"),
    ]
    marker = "o" if len(history) < 15 else ""
    for axes, name, label, colour, style in curves:
        values = _values(history, name)
        axes.plot(images, values, style, color=colour, label=label, marker=marker, markersize=4)
    losses.set(ylabel="손실", ylim=(0, None))
    accuracies.set(ylabel="판별자의 정확도", ylim=(-0.02, 1.02), xlabel="훈련에 쓴 이미지의 수")
    accuracies.xaxis.set_major_formatter(_count_text)
    for axes in (losses, accuracies):
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, frameon=False)
    return figure


def _count_text(count: float, _: int | None = None) -> str:
    """눈금에 적을 장수이다. 만 장부터는 '만'으로 적는다."""
    return f"{count / 10_000:g}만" if count >= 10_000 else f"{count:,.0f}"


def plot_pixel_histogram(before: ArrayLike, after: ArrayLike) -> Figure:
    """전처리하기 전([0, 255])과 뒤([-1, 1])의 픽셀 값을 위아래로 견준다. 세로축은 로그 눈금이다."""
    figure, panels = _panels(2, 640)
    sides = [
        (before, (0, 255), "전처리하기 전: 0부터 255까지", _MUTED),
        (after, (-1, 1), "전처리한 뒤: −1부터 1까지", REAL_COLOUR),
    ]
    for axes, (pixels, (low, high), title, colour) in zip(panels, sides, strict=True):
        values = np.asarray(pixels, float).ravel()
        margin = (high - low) / 126
        axes.hist(
            values,
            bins=np.linspace(low - margin, high + margin, 65).tolist(),
            weights=np.full(values.size, 100 / values.size),
            color=colour,
        )
        axes.set_yscale("log")
        axes.set_title(title, loc="left", fontsize=11)
        axes.set_xticks(np.linspace(low, high, 3))
        axes.set_ylabel("픽셀의 비율(%)")
        axes.xaxis.set_major_formatter("{x:g}")
        axes.yaxis.set_major_formatter("{x:g}")
        axes.yaxis.set_minor_formatter(NullFormatter())
    panels[1].set_xlabel("픽셀 값")
    return figure


def plot_activation_gradients() -> Figure:
    """tanh와 시그모이드(위), 둘의 도함수(아래)를 그린다. 0에서 도함수는 1과 0.25이다."""
    x = np.linspace(-5, 5, 401)
    tanh, sigmoid = np.tanh(x), 1 / (1 + np.exp(-x))
    curves = [
        ("tanh", GENERATOR_COLOUR, "-", tanh, 1 - tanh**2),
        ("시그모이드", DISCRIMINATOR_COLOUR, "--", sigmoid, sigmoid * (1 - sigmoid)),
    ]
    figure, (functions, derivatives) = _panels(2, 760, sharex=True)
    for name, colour, style, values, slopes in curves:
        functions.plot(x, values, style, color=colour, label=name, linewidth=2)
        derivatives.plot(x, slopes, style, color=colour, linewidth=2)
        peak = float(slopes.max())
        derivatives.plot(0, peak, "o", color=colour, markersize=5)
        derivatives.annotate(
            f"{peak:g}", (0, peak), (10, 4), textcoords="offset points", color=colour
        )
    functions.axhline(0, color=_LINE, linewidth=1)
    functions.legend(loc="upper left", frameon=False)
    functions.set(ylabel="출력")
    derivatives.set(ylabel="도함수", xlabel="입력", ylim=(-0.03, 1.15))
    return figure


# ── GAN의 순환 ──


def _box(axes: Axes, centre: tuple[float, float], width: float, text: str, colour: str) -> None:
    """둥근 상자에 이름(첫 줄)과 딸린 말(나머지 줄)을 쓴다."""
    (x, y), (name, *rest) = centre, text.split("\n")
    height = 40 + 26 * len(rest)
    box = patches.FancyBboxPatch(
        (x - width / 2, y - height / 2), width, height, "round,pad=0,rounding_size=10"
    )
    box.set(facecolor=_tint(colour, 0.14), edgecolor=colour, linewidth=1.5)
    axes.add_patch(box)
    _text(axes, x, y - 13 * len(rest), name, color=colour, fontsize=12.5)
    for row, line in enumerate(rest):
        _text(axes, x, y - 13 * len(rest) + 26 * (row + 1), line, fontsize=10.5)


def _brick(axes: Axes, centre: tuple[float, float], colour: str, wobble: float) -> None:
    """벽돌 그림이다. `wobble`만큼(픽셀) 비뚤게 그려 위조품의 서투름을 나타낸다."""
    x, y = centre
    shapes = [
        [(-44, -6), (44, -6 - wobble), (44 - wobble, 34), (-44, 34 - wobble)],
        [(-32, -22), (-8, -22 + wobble), (-8, -6), (-32, -6)],
        [(8, -22), (32 + wobble, -22), (32, -6 - wobble), (8, -6)],
    ]
    for corners in shapes:
        axes.add_patch(
            patches.Polygon(
                np.array(corners) + (x, y - 4),
                facecolor=_tint(colour, 0.45),
                edgecolor=colour,
                linewidth=1.5,
                joinstyle="round",
            )
        )


def _picture(
    axes: Axes, centre: tuple[float, float], image: ArrayLike | None, colour: str, wobble: float
) -> None:
    """이미지를 색 테두리에 담아 놓는다. 이미지가 없으면 벽돌 그림을 놓는다."""
    x, y, half = *centre, 64
    if image is None:
        _brick(axes, centre, colour, wobble)
    else:
        pixels = np.broadcast_to(as_pixels(np.asarray(image)[None])[0], (*np.shape(image)[:2], 3))
        limits = axes.get_xlim(), axes.get_ylim()
        extent = (x - half, x + half, y + half, y - half)
        axes.imshow(pixels, extent=extent, aspect="auto", interpolation="nearest")
        axes.set(xlim=limits[0], ylim=limits[1])
    frame = patches.Rectangle((x - half, y - half), 2 * half, 2 * half)
    frame.set(fill=False, edgecolor=colour, linewidth=2)
    axes.add_patch(frame)


def plot_gan_cycle(real: ArrayLike | None = None, fake: ArrayLike | None = None) -> Figure:
    """생성자(위조범)와 판별자(검사관)가 무엇을 주고받으며 훈련되는지 보인다.

    Args:
        real: 보일 진짜 이미지 한 장 `(H, W, 1)`. 없으면 벽돌 그림을 놓는다.
        fake: 보일 가짜 이미지 한 장 `(H, W, 1)`.
    """
    figure, axes = _canvas(WIDTH, 800)
    left, right, middle = 210.0, 490.0, 350.0
    _box(axes, (left, 60), 210, "잠재 벡터\n랜덤한 잡음", _MUTED)
    _box(axes, (left, 200), 210, "생성자\n벽돌 위조범", GENERATOR_COLOUR)
    _box(axes, (right, 200), 210, "데이터셋\n브릭키의 생산 라인", _MUTED)
    _picture(axes, (left, 370), fake, FAKE_COLOUR, 5)
    _picture(axes, (right, 370), real, REAL_COLOUR, 0)
    _text(axes, left, 454, "가짜 이미지", color=FAKE_COLOUR)
    _text(axes, right, 454, "진짜 이미지", color=REAL_COLOUR)
    _box(axes, (middle, 570), 290, "판별자\n벽돌 검사관", DISCRIMINATOR_COLOUR)
    _box(axes, (middle, 700), 290, "진짜일 확률\n0과 1 사이의 수 하나", _MUTED)

    _arrow(axes, (left, 94), (left, 166))
    _arrow(axes, (left, 234), (left, 304), colour=FAKE_COLOUR)
    _arrow(axes, (right, 234), (right, 304), colour=REAL_COLOUR)
    _arrow(axes, (left + 40, 472), (middle - 60, 535), colour=FAKE_COLOUR)
    _arrow(axes, (right - 40, 472), (middle + 60, 535), colour=REAL_COLOUR)
    _arrow(axes, (middle, 604), (middle, 666), colour=DISCRIMINATOR_COLOUR)

    back = [(203.0, 700.0), (50.0, 700.0), (50.0, 200.0), (104.0, 200.0)]
    _arrow(axes, *back, colour=GENERATOR_COLOUR)
    _text(
        axes,
        62,
        738,
        "속이지 못했으면\n위조법을 고친다",
        color=GENERATOR_COLOUR,
        ha="left",
        va="top",
        fontsize=10.5,
    )
    back = [(497.0, 700.0), (640.0, 700.0), (640.0, 570.0), (497.0, 570.0)]
    _arrow(axes, *back, colour=DISCRIMINATOR_COLOUR)
    _text(
        axes,
        640,
        738,
        "틀렸으면\n검사법을 고친다",
        color=DISCRIMINATOR_COLOUR,
        ha="right",
        va="top",
        fontsize=10.5,
    )
    return figure


# ── 크기를 키우는 두 방법 ──


def _draw_matrix(
    axes: Axes,
    values: NDArray[Any],
    x: float,
    y: float,
    *,
    title: str,
    colours: NDArray[Any] | None = None,
    cell: float = 44,
    outline: tuple[int, ...] | None = None,
) -> None:
    """행렬을 칸마다 값을 적어 그린다. NaN인 칸은 비운다. (x, y)는 왼쪽 위이고 제목은 그 위에 쓴다.

    `colours`는 칸마다의 색(빈 글은 흰색)이고, `outline`은 굵은 테두리를 두를 곳(행, 열, 행의 수, 열의 수)이다.
    """
    rows, columns = values.shape
    _text(axes, x + columns * cell / 2, y - 18, title)
    for (row, column), value in np.ndenumerate(values):
        colour = "" if colours is None else str(colours[row, column])
        box = patches.Rectangle((x + column * cell, y + row * cell), cell, cell)
        face = _tint(colour, 0.25) if colour else "white"
        box.set(facecolor=face, edgecolor=_LINE, linewidth=0.8)
        axes.add_patch(box)
        if not np.isnan(value):
            text, place = _number(value), (x + (column + 0.5) * cell, y + (row + 0.5) * cell)
            shade = _MUTED if colours is not None and not colour else _INK
            _text(axes, *place, text, fontsize=min(10.5, cell / len(text)), color=shade)
    if outline is not None:
        top, left, height, width = (n * cell for n in outline)
        box = patches.Rectangle((x + left, y + top), width, height, zorder=3)
        box.set(fill=False, edgecolor=GENERATOR_COLOUR, linewidth=2.4)
        axes.add_patch(box)


def _check_matrices(values: ArrayLike, kernel: ArrayLike) -> tuple[NDArray[Any], NDArray[Any]]:
    """값을 적을 수 있을 만큼 작은 행렬인지 확인한다."""
    small, weights = np.asarray(values, float), np.asarray(kernel, float)
    if small.ndim != 2 or not 1 <= small.size <= 4 or max(small.shape) > 2:
        raise ValueError(f"입력의 크기가 {small.shape}이다. 2×2까지의 행렬을 준다.")
    if weights.ndim != 2 or weights.shape[0] != weights.shape[1] or not 1 <= len(weights) <= 5:
        raise ValueError(f"커널의 크기가 {weights.shape}이다. 5×5까지의 정사각 행렬을 준다.")
    return small, weights


def _source_colours(shape: tuple[int, ...]) -> NDArray[Any]:
    """입력 칸마다 다른 색이다."""
    return np.array(_CELL_COLOURS[: shape[0] * shape[1]]).reshape(shape)


def _convolve(values: NDArray[Any], kernel: NDArray[Any]) -> NDArray[Any]:
    """스트라이드 1, 패딩 없는 합성곱(교차 상관)이다."""
    windows = np.lib.stride_tricks.sliding_window_view(values, kernel.shape)
    return np.einsum("ijkl,kl->ij", windows, kernel)


def _insert_zeros(values: NDArray[Any], stride: int, margin: int, fill: Any = 0) -> NDArray[Any]:
    """값 사이에 `stride` − 1칸, 둘레에 `margin`칸의 0(`fill`)을 넣는다."""
    rows, columns = ((n - 1) * stride + 1 + 2 * margin for n in values.shape)
    spread = np.full((rows, columns), fill, values.dtype)
    end_row, end_column = rows - margin, columns - margin
    spread[margin:end_row:stride, margin:end_column:stride] = values
    return spread


def _product_text(values: NDArray[Any], kernel: NDArray[Any]) -> str:
    """겹친 칸의 곱을 더하는 식이다. 0인 값은 적지 않는다."""
    pairs = zip(values.ravel(), kernel.ravel(), strict=True)
    terms = [
        f"{_number(a)}×{_number(b)}" if b >= 0 else f"{_number(a)}×({_number(b)})"
        for a, b in pairs
        if a
    ]
    return f"{' + '.join(terms) or '0'} = {_number((values * kernel).sum())}"


def plot_transposed_convolution(
    values: ArrayLike,
    kernel: ArrayLike,
    stride: int = 2,
    padding: int = 1,
    view: str = "overlap",
) -> Figure:
    """전치 합성곱을 숫자로 따라간다. 출력의 한 변은 (n − 1)·stride + k − 2·padding이다.

    같은 계산을 두 가지로 볼 수 있다. `view="overlap"`은 입력 값마다 커널을 도장처럼 찍어 겹친 곳을 더하고 가장자리를
    `padding`칸 자른다. `view="zeros"`는 값 사이와 둘레에 0을 넣은 다음, 뒤집은 커널로 스트라이드 1인 합성곱을 한다.

    Args:
        values: 입력. 2×2까지의 행렬.
        kernel: 커널. 5×5까지의 정사각 행렬.
        stride: 스트라이드. 1 이상.
        padding: 출력의 둘레에서 자를 칸 수. 0 이상이고 커널의 한 변보다 작다. Keras의 `padding="same"`에서
            커널이 4, 스트라이드가 2이면 1이다.
        view: "overlap"이나 "zeros".

    Raises:
        ValueError: 크기나 값이 범위를 벗어날 때.
    """
    small, weights = _check_matrices(values, kernel)
    if not 1 <= stride <= 3:
        raise ValueError(f"stride가 {stride}이다. 1, 2, 3 중에서 고른다.")
    if not 0 <= padding < len(weights):
        raise ValueError(
            f"padding이 {padding}이다. 0 이상이고 커널의 한 변 {len(weights)}보다 작게 준다."
        )
    if min(small.shape) * stride - stride + len(weights) <= 2 * padding:
        raise ValueError(f"padding이 {padding}이면 출력에 남는 칸이 없다. 더 작게 준다.")
    if view not in ("overlap", "zeros"):
        raise ValueError(f'view가 {view!r}이다. "overlap"이나 "zeros"를 준다.')
    draw = _plot_stamps if view == "overlap" else _plot_zero_insertion
    return draw(small, weights, stride, padding)


def _stamps(small: NDArray[Any], kernel: NDArray[Any], stride: int) -> NDArray[Any]:
    """입력 값마다 커널을 찍은 판 `(값의 수, 높이, 너비)`이다. 찍히지 않은 칸은 NaN이다."""
    k = len(kernel)
    rows, columns = ((n - 1) * stride + k for n in small.shape)
    boards = np.full((small.size, rows, columns), np.nan)
    for board, (row, column) in zip(boards, np.ndindex(small.shape), strict=True):
        top, left = row * stride, column * stride
        board[top : top + k, left : left + k] = small[row, column] * kernel
    return boards


def _plot_stamps(small: NDArray[Any], kernel: NDArray[Any], stride: int, padding: int) -> Figure:
    """입력 값마다 찍은 판, 모두 더한 판, 가장자리를 자른 출력을 놓는다."""
    boards = _stamps(small, kernel, stride)
    rows, columns = boards[0].shape
    cell = min(44.0, 300 / max(rows, columns))
    head = 70 + 44 * max(len(kernel), len(small))
    pitch = rows * cell + 60
    low = head + 46 + pitch * ((len(boards) + 1) // 2)
    figure, axes = _canvas(WIDTH, low + rows * cell + 16)
    colours = _source_colours(small.shape)

    _draw_matrix(axes, small, 30, 46, title="입력", colours=colours)
    _draw_matrix(axes, kernel, 366, 46, title="커널")
    for index, board in enumerate(boards):
        x, y = 30 + 336 * (index % 2), head + 46 + pitch * (index // 2)
        title = f"{_number(small.flat[index])} × 커널"
        shades = np.where(np.isnan(board), "", colours.flat[index])
        _draw_matrix(axes, board, x, y, title=title, colours=shades, cell=cell)

    total = np.nansum(boards, axis=0)
    output = total[padding : rows - padding, padding : columns - padding]
    kept = (padding, padding, *output.shape)
    _draw_matrix(axes, total, 30, low, title="모두 더하기", cell=cell, outline=kept)
    x, y = 366 + padding * cell, low + padding * cell
    title = f"가장자리 {padding}칸을 자른 출력" if padding else "출력"
    _draw_matrix(axes, output, x, y, title=title, cell=cell, outline=(0, 0, *output.shape))
    return figure


def _plot_zero_insertion(
    small: NDArray[Any], kernel: NDArray[Any], stride: int, padding: int
) -> Figure:
    margin = len(kernel) - 1 - padding
    board = _insert_zeros(small, stride, margin)
    colours = _insert_zeros(_source_colours(small.shape), stride, margin, "")
    titles = ("값 사이와 둘레에 0을 넣은 판", "뒤집은 커널")
    return _plot_sliding(small, board, colours, kernel[::-1, ::-1], titles)


def plot_upsampling_convolution(values: ArrayLike, kernel: ArrayLike, factor: int = 2) -> Figure:
    """업샘플링 다음 합성곱을 숫자로 따라간다. 행과 열을 `factor`번 되풀이하고 둘레에 0을 넣어 합성곱한다.

    합성곱은 스트라이드 1, `padding="same"`이다. Keras처럼 왼쪽과 위에 (k − 1) // 2칸을 넣는다.

    Args:
        values: 입력. 2×2까지의 행렬.
        kernel: 커널. 5×5까지의 정사각 행렬.
        factor: 한 변을 키우는 배수. 2나 3.

    Raises:
        ValueError: 크기나 값이 범위를 벗어날 때.
    """
    small, weights = _check_matrices(values, kernel)
    if factor not in (2, 3):
        raise ValueError(f"factor가 {factor}이다. 2나 3을 준다.")
    before = (len(weights) - 1) // 2
    margins = (before, len(weights) - 1 - before)

    def enlarge(array: NDArray[Any], fill: Any) -> NDArray[Any]:
        return np.pad(array.repeat(factor, 0).repeat(factor, 1), margins, constant_values=fill)

    colours = enlarge(_source_colours(small.shape), "")
    titles = ("행과 열을 되풀이하고 둘레에 0을 넣은 판", "커널")
    return _plot_sliding(small, enlarge(small, 0), colours, weights, titles)


def _plot_sliding(
    small: NDArray[Any],
    board: NDArray[Any],
    colours: NDArray[Any],
    kernel: NDArray[Any],
    titles: tuple[str, str],
) -> Figure:
    """입력, 합성곱할 판, 커널, 출력을 차례로 놓는다. 출력의 왼쪽 위 칸을 계산하는 자리를 굵게 두른다."""
    output = _convolve(board, kernel)
    cell = min(44.0, 470 / max(board.shape), 300 / max(output.shape))
    under = 46 + cell * len(board) + 66
    low = under + max(len(kernel), len(output)) * cell
    window = board[: len(kernel), : len(kernel)]
    formula = textwrap.wrap(f"왼쪽 위 칸: {_product_text(window, kernel)}", 58)
    figure, axes = _canvas(WIDTH, low + 36 + 26 * len(formula))
    _draw_matrix(axes, small, 30, 46, title="입력", colours=_source_colours(small.shape))
    seen = (0, 0, *kernel.shape)
    _draw_matrix(axes, board, 200, 46, title=titles[0], colours=colours, cell=cell, outline=seen)
    _draw_matrix(axes, kernel, 30, under, title=titles[1], cell=cell)
    _draw_matrix(axes, output, 366, under, title="출력", cell=cell, outline=(0, 0, 1, 1))
    for row, line in enumerate(formula):
        _text(axes, 30, low + 34 + 26 * row, line, ha="left", color=GENERATOR_COLOUR)
    return figure


def plot_overlap_counts(kernel_sizes: Sequence[int] = (3, 4, 5), stride: int = 2) -> Figure:
    """전치 합성곱의 출력 칸마다 도장이 몇 번 겹치는지를 가장자리가 아닌 곳에서 센다.

    한 방향으로 위치 j에 겹치는 도장은 ⌈(k − j mod stride) / stride⌉개이고, 두 방향의 수를 곱한다. 커널의 한 변 k가
    스트라이드로 나누어떨어지면 어디나 같다. 칸의 진하기는 평균에 견준 비율이다. 출처: Odena 외(2016), Deconvolution and Checkerboard Artifacts.

    Args:
        kernel_sizes: 커널의 한 변. 셋까지가 알맞다.
        stride: 스트라이드.

    Raises:
        ValueError: 커널이 없거나 스트라이드보다 작을 때.
    """
    if not kernel_sizes or stride < 1 or min(kernel_sizes) < stride:
        raise ValueError(
            f"kernel_sizes가 {tuple(kernel_sizes)}, stride가 {stride}이다. "
            "커널의 한 변을 스트라이드 이상으로 준다."
        )
    cells = 6
    column = (WIDTH - 10) / len(kernel_sizes)
    cell = min(44.0, (column - 24) / cells)
    board = cell * cells
    figure, axes = _canvas(WIDTH, board + 96)
    for index, k in enumerate(kernel_sizes):
        along = -(-(k - np.arange(cells) % stride) // stride)
        counts = np.outer(along, along)
        left = 5 + column * (index + 0.5) - board / 2
        for (i, j), count in np.ndenumerate(counts):
            box = patches.Rectangle((left + j * cell, 44 + i * cell), cell, cell)
            shade = 0.36 * float(count / counts.mean())
            box.set(facecolor=_tint(GENERATOR_COLOUR, shade), edgecolor="white", linewidth=1)
            axes.add_patch(box)
            x, y = left + (j + 0.5) * cell, 44 + (i + 0.5) * cell
            _text(
                axes,
                x,
                y,
                str(count),
                fontsize=10.5,
            )
        kinds = "·".join(map(str, np.unique(counts)))
        even = counts.min() == counts.max()
        _text(axes, left + board / 2, 22, f"커널 {k}×{k}")
        verdict = f"어디나 {kinds}번" if even else f"{kinds}번"
        _text(axes, left + board / 2, 44 + board + 26, verdict, color=_MUTED)
    return figure


# ── 만들 것의 얼개 ──


def plot_plan(
    real: ArrayLike,
    discriminator: Any,
    generator: Any,
    fake: ArrayLike,
    titles: Sequence[str],
    notes: Sequence[str],
) -> Figure:
    """데이터, 판별자, 생성자, 훈련한 결과를 위에서 아래로 잇는다. 신경망의 크기는 모델에서 읽는다.

    Args:
        real: 첫 상자에 늘어놓을 진짜 이미지 `(N, H, W, C)`. 64×64라면 8장까지가 알맞다.
        discriminator: 둘째 상자에 그릴 Keras의 함수형 모델.
        generator: 셋째 상자에 그릴 Keras의 함수형 모델.
        fake: 넷째 상자에 늘어놓을 가짜 이미지. `real`과 같은 꼴이다.
        titles: 상자 네 개의 제목.
        notes: 제목 아래에 적을 글 네 줄.

    Raises:
        ValueError: 제목이나 글이 네 개가 아니거나, 이미지의 크기나 범위가 맞지 않을 때.
    """
    contents: tuple[Any, ...] = (as_pixels(real), discriminator, generator, as_pixels(fake))
    if len(titles) != len(contents) or len(notes) != len(contents):
        raise ValueError(
            f"titles가 {len(titles)}개, notes가 {len(notes)}개이다. 상자마다 하나씩 네 개를 준다."
        )
    colours = (REAL_COLOUR, DISCRIMINATOR_COLOUR, GENERATOR_COLOUR, FAKE_COLOUR)
    heights = [174 if isinstance(content, np.ndarray) else 236 for content in contents]
    gap, top = 30, 6.0
    figure, axes = _canvas(WIDTH, sum(heights) + gap * (len(contents) - 1) + 12)
    boxes = zip(contents, heights, colours, titles, notes, strict=True)
    for index, (content, height, colour, title, note) in enumerate(boxes):
        frame = patches.FancyBboxPatch((8, top), WIDTH - 16, height, "round,pad=0,rounding_size=10")
        frame.set(facecolor=_tint(colour, 0.05), edgecolor=colour, linewidth=1.5)
        axes.add_patch(frame)
        _text(axes, 28, top + 26, title, ha="left", color=colour, fontsize=12.5)
        _text(axes, 28, top + 56, note, ha="left", fontsize=10.5)
        if isinstance(content, np.ndarray):
            _draw_strip(axes, content, top + 120)
        else:
            _draw_chain(axes, content, top + 138, colour)
        top += height + gap
        if index < len(contents) - 1:
            _arrow(axes, (WIDTH / 2, top - gap + 3), (WIDTH / 2, top - 3))
    return figure


def _draw_strip(axes: Axes, pixels: NDArray[np.uint8], y: float) -> None:
    """이미지를 한 줄로 늘어놓는다. 한 픽셀을 그림의 한 픽셀로 그린다."""
    n, height, width, _ = pixels.shape
    gap = (WIDTH - 56 - n * width) / max(n - 1, 1)
    limits = axes.get_xlim(), axes.get_ylim()
    for index, image in enumerate(pixels):
        left = round(28 + index * (width + gap))
        extent = (left, left + width, y + height / 2, y - height / 2)
        colours = np.broadcast_to(image, (height, width, 3))
        # 상자가 이미지를 가리지 않게 그 위에 그린다.
        axes.imshow(colours, extent=extent, aspect="auto", interpolation="nearest", zorder=2)
    axes.set(xlim=limits[0], ylim=limits[1])


def _draw_chain(axes: Axes, model: Any, y: float, colour: str) -> None:
    """입력과, 커널이 있는 층마다의 출력을 직육면체로 이어 그리고 크기를 적는다."""
    groups = _groups(model)
    shown = [g for i, g in enumerate(groups) if i == 0 or any(map(_has_kernel, g.layers))]
    widths = [_block_size(g.shape)[0] + 0.7 * _block_size(g.shape)[1] for g in shown]
    gap = (WIDTH - 80 - sum(widths)) / (len(shown) - 1)
    x = 32.0
    for index, (group, width) in enumerate(zip(shown, widths, strict=True)):
        if index:
            _arrow(axes, (x - gap + 3, y), (x - 3, y), colour=colour)
        _draw_block(axes, x + width / 2, y, group.shape, colour)
        _text(axes, x + width / 2, y + 76, group.size_text, fontsize=10.5, color=colour)
        x += width + gap
