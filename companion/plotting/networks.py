"""신경망의 구조와, 신경망을 잇는 장의 구조를 그린다."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib import patches
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray

from companion.arguments import check_list, check_model
from companion.plotting.canvas import (
    DISCRIMINATOR_COLOUR,
    FAKE_COLOUR,
    GENERATOR_COLOUR,
    INK,
    LINE,
    MUTED,
    REAL_COLOUR,
    WIDTH,
    Canvas,
    as_pixels,
    tint,
)


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
    layers = getattr(model, "layers", ())
    if not layers:
        raise ValueError(f"{type(model).__name__}에는 층이 없다. 함수형 모델(keras.Model)을 준다.")
    for layer in layers:
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


def _block_size(shape: tuple[int, ...]) -> tuple[float, float, float]:
    """텐서를 나타내는 직육면체의 (너비, 높이, 두께)이다. 로그 눈금이라 두 배마다 같은 만큼 커진다.

    벡터는 가로로 긴 막대이다.
    """
    if len(shape) < 3:
        return 18 + 12 * float(np.log2(shape[-1])), 18.0, 0.0
    side = 18 + 12 * float(np.log2(shape[0]))
    return side, side, 4 + 4.5 * float(np.log2(shape[-1]))


def _draw_block(canvas: Canvas, x: float, y: float, shape: tuple[int, ...], colour: str) -> None:
    """가운데가 (x, y)인 직육면체를 그린다."""
    width, height, depth = _block_size(shape)
    back = np.array([depth * 0.7, -depth * 0.45])
    signs = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)])
    front = np.array([x, y]) + signs * (width / 2, height / 2) - back / 2
    top = np.array([front[0], front[1], front[1] + back, front[0] + back])
    side = np.array([front[1], front[2], front[2] + back, front[1] + back])
    for corners, shade in ((front, 0.35), (top, 0.18), (side, 0.6)):
        face = patches.Polygon(corners, facecolor=tint(colour, shade), edgecolor=colour)
        face.set(linewidth=1.2, joinstyle="round")
        canvas.axes.add_patch(face)


def plot_architecture(model: Any) -> Figure:
    """모델의 구조를 위에서 아래로 그린다.

    크기를 바꾸는 층마다 한 줄이다. 상자의 한 변과 두께는 텐서의 한 변과 채널 수를 로그 눈금으로 나타내고, 옆에
    출력의 크기, 층의 설정, 뒤따르는 층, 파라미터 수(훈련하지 않는 것도 넣어)를 적는다. 모두 모델에서 읽는다.

    Args:
        model: Keras의 함수형 모델. 이미지를 받으면 판별자의 색, 벡터를 받으면 생성자의 색으로 그린다.

    Raises:
        ValueError: 층의 출력 크기를 알 수 없을 때.
    """
    groups = _groups(model)
    colour = _network_colour(groups)
    texts = [_group_texts(group) for group in groups]
    heights = [
        max(_block_size(group.shape)[1] + 44, 62 + 24 * len(lines))
        for group, lines in zip(groups, texts, strict=True)
    ]
    top, left = 20.0, {"ha": "left", "va": "baseline"}
    canvas = Canvas(WIDTH, top + sum(heights) + 44)
    previous = None
    for group, lines, height in zip(groups, texts, heights, strict=True):
        y = top + height / 2
        _, block_height, depth = _block_size(group.shape)
        half = block_height / 2 + depth * 0.225
        if previous is not None:
            canvas.arrow((110, previous + 4), (110, y - half - 4))
        _draw_block(canvas, 110, y, group.shape, colour)
        line_y = y - 12 * len(lines) + 7
        canvas.write(225, line_y, group.size_text, fontsize=13, color=colour, **left)
        for line in lines:
            line_y += 25
            shade = MUTED if line.startswith("파라미터") else INK
            canvas.write(225, line_y, line, fontsize=10.5, color=shade, **left)
        previous = y + half
        top += height
    total = sum(group.parameters for group in groups)
    canvas.write(225, top + 18, f"파라미터는 모두 {total:,}개", ha="left")
    return canvas.figure


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
    if not shapes:
        raise ValueError(
            "출력이 (한 변, 한 변, 채널) 크기인 층이 없다. 이미지를 다루는 모델을 준다."
        )
    sides = [shape[0] for shape in shapes]
    left, gap = 92, 26
    column_width = (WIDTH - left - 10) / len(shapes)
    scale = (column_width - gap) * len(shapes) / sum(max(side, 8) for side in sides)
    floor = 30 + max(sides) * scale
    canvas = Canvas(WIDTH, floor + 170)
    x = float(left)
    for index, (side, _, channels) in enumerate(shapes):
        size, width = side * scale, max(side, 8) * scale
        centre = x + width / 2
        style = {"facecolor": tint(colour, 0.3), "edgecolor": colour, "linewidth": 1.2}
        canvas.box(centre - size / 2, floor - size, size, size, **style)
        column = left + column_width * (index + 0.5)
        canvas.axes.plot([centre, column], [floor + 4, floor + 34], color=LINE, linewidth=1)
        for row, value in enumerate((side, channels, side * side * channels)):
            shade = colour if row < 2 else MUTED
            canvas.write(column, floor + 52 + 40 * row, f"{value:,}", color=shade)
        x += width + gap
    for row, name in enumerate(("한 변", "채널", "값의 수")):
        canvas.write(left - 10, floor + 52 + 40 * row, name, ha="right", color=MUTED)
    return canvas.figure


def plot_plan(
    real: ArrayLike,
    discriminator: Any,
    generator: Any,
    fake: ArrayLike,
    titles: Sequence[str],
    notes: Sequence[str],
) -> Figure:
    """데이터, 판별자, 생성자, 훈련한 결과를 위에서 아래로 늘어놓는다. 신경망의 크기는 모델에서 읽는다.

    상자 사이에는 화살표가 없다. 만드는 차례이지 데이터가 흐르는 길이 아니다.

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
    check_model("discriminator", discriminator)
    check_model("generator", generator)
    titles, notes = check_list("titles", titles), check_list("notes", notes)
    if len(titles) != len(contents) or len(notes) != len(contents):
        raise ValueError(
            f"titles가 {len(titles)}개, notes가 {len(notes)}개이다. 상자마다 하나씩 네 개를 준다."
        )
    colours = (REAL_COLOUR, DISCRIMINATOR_COLOUR, GENERATOR_COLOUR, FAKE_COLOUR)
    heights = [174 if isinstance(content, np.ndarray) else 236 for content in contents]
    gap, top = 16, 6.0
    canvas = Canvas(WIDTH, sum(heights) + gap * (len(contents) - 1) + 12)
    boxes = zip(contents, heights, colours, titles, notes, strict=True)
    for content, height, colour, title, note in boxes:
        canvas.rounded_box(8, top, WIDTH - 16, height, colour, 0.05)
        canvas.write(28, top + 26, title, ha="left", color=colour, fontsize=12.5)
        canvas.write(28, top + 56, note, ha="left", fontsize=10.5)
        if isinstance(content, np.ndarray):
            _draw_strip(canvas, content, top + 120)
        else:
            _draw_chain(canvas, content, top + 138, colour)
        top += height + gap
    return canvas.figure


def _draw_strip(canvas: Canvas, pixels: NDArray[np.uint8], y: float) -> None:
    """이미지를 한 줄로 늘어놓는다. 한 픽셀을 그림의 한 픽셀로 그린다."""
    n, height, width, _ = pixels.shape
    gap = (WIDTH - 56 - n * width) / max(n - 1, 1)
    for index, image in enumerate(pixels):
        x = round(28 + index * (width + gap))
        # 상자가 이미지를 가리지 않게 그 위에 그린다.
        canvas.image(image, x, y - height / 2, width, height, zorder=2)


def _draw_chain(canvas: Canvas, model: Any, y: float, colour: str) -> None:
    """입력과, 커널이 있는 층마다의 출력을 직육면체로 이어 그리고 크기를 적는다."""
    groups = _groups(model)
    shown = [g for i, g in enumerate(groups) if i == 0 or any(map(_has_kernel, g.layers))]
    sizes = [_block_size(group.shape) for group in shown]
    widths = [width + 0.7 * depth for width, _, depth in sizes]
    gap = (WIDTH - 80 - sum(widths)) / (len(shown) - 1)
    x = 32.0
    for index, (group, width) in enumerate(zip(shown, widths, strict=True)):
        if index:
            canvas.arrow((x - gap + 3, y), (x - 3, y), colour=colour)
        _draw_block(canvas, x + width / 2, y, group.shape, colour)
        canvas.write(x + width / 2, y + 76, group.size_text, fontsize=10.5, color=colour)
        x += width + gap
