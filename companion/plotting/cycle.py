"""GAN의 순환을 그린다."""

import numpy as np
from matplotlib import patches
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from companion.plotting.canvas import (
    DISCRIMINATOR_COLOUR,
    FAKE_COLOUR,
    GENERATOR_COLOUR,
    MUTED,
    REAL_COLOUR,
    WIDTH,
    arrow,
    as_pixels,
    new_canvas,
    tint,
    write,
)


def _box(axes: Axes, centre: tuple[float, float], width: float, text: str, colour: str) -> None:
    """둥근 상자에 이름(첫 줄)과 딸린 말(나머지 줄)을 쓴다."""
    (x, y), (name, *rest) = centre, text.split("\n")
    height = 40 + 26 * len(rest)
    box = patches.FancyBboxPatch(
        (x - width / 2, y - height / 2), width, height, "round,pad=0,rounding_size=10"
    )
    box.set(facecolor=tint(colour, 0.14), edgecolor=colour, linewidth=1.5)
    axes.add_patch(box)
    write(axes, x, y - 13 * len(rest), name, color=colour, fontsize=12.5)
    for row, line in enumerate(rest):
        write(axes, x, y - 13 * len(rest) + 26 * (row + 1), line, fontsize=10.5)


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
                facecolor=tint(colour, 0.45),
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
    figure, axes = new_canvas(WIDTH, 800)
    left, right, middle = 210.0, 490.0, 350.0
    _box(axes, (left, 60), 210, "잠재 벡터\n랜덤한 잡음", MUTED)
    _box(axes, (left, 200), 210, "생성자\n벽돌 위조범", GENERATOR_COLOUR)
    _box(axes, (right, 200), 210, "데이터셋\n브릭키의 생산 라인", MUTED)
    _picture(axes, (left, 370), fake, FAKE_COLOUR, 5)
    _picture(axes, (right, 370), real, REAL_COLOUR, 0)
    write(axes, left, 454, "가짜 이미지", color=FAKE_COLOUR)
    write(axes, right, 454, "진짜 이미지", color=REAL_COLOUR)
    _box(axes, (middle, 570), 290, "판별자\n벽돌 검사관", DISCRIMINATOR_COLOUR)
    _box(axes, (middle, 700), 290, "진짜일 확률\n0과 1 사이의 수 하나", MUTED)

    arrow(axes, (left, 94), (left, 166))
    arrow(axes, (left, 234), (left, 304), colour=FAKE_COLOUR)
    arrow(axes, (right, 234), (right, 304), colour=REAL_COLOUR)
    arrow(axes, (left + 40, 472), (middle - 60, 535), colour=FAKE_COLOUR)
    arrow(axes, (right - 40, 472), (middle + 60, 535), colour=REAL_COLOUR)
    arrow(axes, (middle, 604), (middle, 666), colour=DISCRIMINATOR_COLOUR)

    back = [(203.0, 700.0), (50.0, 700.0), (50.0, 200.0), (104.0, 200.0)]
    arrow(axes, *back, colour=GENERATOR_COLOUR)
    write(
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
    arrow(axes, *back, colour=DISCRIMINATOR_COLOUR)
    write(
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
