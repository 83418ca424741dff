"""GAN의 순환을 그린다."""

from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from companion.arguments import check_numbers
from companion.plotting.canvas import (
    DISCRIMINATOR_COLOUR,
    FAKE_COLOUR,
    GENERATOR_COLOUR,
    MUTED,
    REAL_COLOUR,
    WIDTH,
    Canvas,
    as_pixels,
)


def _box(canvas: Canvas, centre: tuple[float, float], width: float, text: str, colour: str) -> None:
    """둥근 상자에 이름(첫 줄)과 딸린 말(둘째 줄)을 쓴다."""
    (x, y), (name, note) = centre, text.split("\n")
    canvas.rounded_box(x - width / 2, y - 33, width, 66, colour, 0.14)
    canvas.write(x, y - 13, name, color=colour, fontsize=12.5)
    canvas.write(x, y + 13, note, fontsize=10.5)


def _picture(canvas: Canvas, centre: tuple[float, float], image: ArrayLike, colour: str) -> None:
    """이미지를 색 테두리에 담아 놓는다."""
    x, y, side = centre[0] - 64, centre[1] - 64, 128
    canvas.image(as_pixels(check_numbers("이미지", image)[None])[0], x, y, side, side)
    canvas.box(x, y, side, side, fill=False, edgecolor=colour, linewidth=2)


def plot_gan_cycle(real: ArrayLike, fake: ArrayLike) -> Figure:
    """생성자(위조범)와 판별자(검사관)가 무엇을 주고받으며 훈련되는지 보인다.

    Args:
        real: 보일 진짜 이미지 한 장. `(H, W)`나 `(H, W, 1)` 크기이다.
        fake: 보일 가짜 이미지 한 장.

    Raises:
        ValueError: 이미지의 크기나 범위가 맞지 않을 때.
    """
    canvas = Canvas(WIDTH, 800)
    left, right, middle = 210.0, 490.0, 350.0
    _box(canvas, (left, 60), 210, "잠재 벡터\n랜덤한 잡음", MUTED)
    _box(canvas, (left, 200), 210, "생성자\n벽돌 위조범", GENERATOR_COLOUR)
    _box(canvas, (right, 200), 210, "데이터셋\n브릭키의 생산 라인", MUTED)
    _picture(canvas, (left, 370), fake, FAKE_COLOUR)
    _picture(canvas, (right, 370), real, REAL_COLOUR)
    canvas.write(left, 454, "가짜 이미지", color=FAKE_COLOUR)
    canvas.write(right, 454, "진짜 이미지", color=REAL_COLOUR)
    _box(canvas, (middle, 570), 290, "판별자\n벽돌 검사관", DISCRIMINATOR_COLOUR)
    _box(canvas, (middle, 700), 290, "진짜일 확률\n0과 1 사이의 수 하나", MUTED)

    canvas.arrow((left, 94), (left, 166))
    canvas.arrow((left, 234), (left, 304), colour=FAKE_COLOUR)
    canvas.arrow((right, 234), (right, 304), colour=REAL_COLOUR)
    canvas.arrow((left + 40, 472), (middle - 60, 535), colour=FAKE_COLOUR)
    canvas.arrow((right - 40, 472), (middle + 60, 535), colour=REAL_COLOUR)
    canvas.arrow((middle, 604), (middle, 666), colour=DISCRIMINATOR_COLOUR)

    back = [(203.0, 700.0), (50.0, 700.0), (50.0, 200.0), (104.0, 200.0)]
    canvas.arrow(*back, colour=GENERATOR_COLOUR)
    style = {"ha": "left", "va": "top", "fontsize": 10.5, "color": GENERATOR_COLOUR}
    canvas.write(62, 738, "속이지 못했으면\n위조법을 고친다", **style)
    back = [(497.0, 700.0), (640.0, 700.0), (640.0, 570.0), (497.0, 570.0)]
    canvas.arrow(*back, colour=DISCRIMINATOR_COLOUR)
    style = {"ha": "right", "va": "top", "fontsize": 10.5, "color": DISCRIMINATOR_COLOUR}
    canvas.write(640, 738, "틀렸으면\n검사법을 고친다", **style)
    return canvas.figure
