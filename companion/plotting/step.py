"""한 스텝에 무엇이 어디로 흐르는지 그린다. 이 장의 표지 그림이다."""

from typing import NamedTuple

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


class _Words(NamedTuple):
    """그림의 자리마다 적을 말이다. 상자에는 이름과 딸린 말을 두 줄로 적는다."""

    latent: str
    generator: str
    data: str
    fake: str
    real: str
    discriminator: str
    on_fake: str
    on_real: str
    g_loss: str
    d_loss: str


_STORY = _Words(
    latent="잠재 벡터 z\n랜덤한 잡음",
    generator="생성자 G\n벽돌 위조범",
    data="데이터셋\n브릭키의 생산 라인",
    fake="가짜 이미지 G(z)",
    real="진짜 이미지 x",
    discriminator="판별자 D\n벽돌 검사관",
    on_fake="D(G(z))",
    on_real="D(x)",
    g_loss="생성자의 손실\n가짜에 1을 바란다",
    d_loss="판별자의 손실\n진짜에 1, 가짜에 0을 바란다",
)
# companion.DCGAN과 4.2.4절의 train_step()에 있는 이름이다. 시험이 거기에 있는지 본다.
_CODE = _Words(
    latent="z\nself.sample_latents(…)",
    generator="self.generator\nself.g_optimizer",
    data="data\n데이터셋의 배치",
    fake="fake_images",
    real="real_images",
    discriminator="self.discriminator_logits\nself.d_optimizer",
    on_fake="fake_logits",
    on_real="real_logits",
    g_loss="g_loss\n레이블이 모두 1인 BCE",
    d_loss="d_loss\n진짜는 1, 가짜는 0인 BCE",
)


def _box(canvas: Canvas, x: float, y: float, width: float, text: str, colour: str) -> None:
    """가운데가 (x, y)인 둥근 상자에 이름(첫 줄)과 딸린 말(둘째 줄)을 쓴다."""
    name, note = text.split("\n")
    canvas.rounded_box(x - width / 2, y - 33, width, 66, colour, 0.14)
    canvas.write(x, y - 13, name, color=colour, fontsize=12.5)
    canvas.write(x, y + 13, note, fontsize=10.5)


def _picture(canvas: Canvas, x: float, y: float, image: ArrayLike, colour: str) -> None:
    """이미지를 색 테두리에 담아 놓는다."""
    x, y, side = x - 64, y - 64, 128
    canvas.image(as_pixels(check_numbers("이미지", image)[None])[0], x, y, side, side)
    canvas.box(x, y, side, side, fill=False, edgecolor=colour, linewidth=2)


def plot_training_step(real: ArrayLike, fake: ArrayLike, *, code: bool = False) -> Figure:
    """훈련 한 스텝의 계산(실선)과 두 손실의 그레이디언트(점선)가 어디서 어디로 가는지 보인다.

    생성자의 손실에서 나온 그레이디언트는 판별자를 지나 생성자에 이르고, 판별자의 손실에서 나온 것은 판별자에서 멈춘다.

    Args:
        real: 보일 진짜 이미지 한 장. `(H, W)`나 `(H, W, 1)` 크기이다.
        fake: 보일 가짜 이미지 한 장.
        code: 이야기의 말 대신 `DCGAN.train_step()`의 이름을 적을지.

    Raises:
        ValueError: 이미지의 크기나 범위가 맞지 않을 때.
    """
    words = _CODE if code else _STORY
    left, right, middle = 210.0, 490.0, 350.0
    canvas = Canvas(WIDTH, 790)

    _box(canvas, left, 42, 250, words.latent, MUTED)
    _box(canvas, left, 150, 250, words.generator, GENERATOR_COLOUR)
    _box(canvas, right, 150, 250, words.data, MUTED)
    _picture(canvas, left, 290, fake, FAKE_COLOUR)
    _picture(canvas, right, 290, real, REAL_COLOUR)
    canvas.write(left, 372, words.fake, color=FAKE_COLOUR)
    canvas.write(right, 372, words.real, color=REAL_COLOUR)
    _box(canvas, middle, 480, 580, words.discriminator, DISCRIMINATOR_COLOUR)
    canvas.write(left, 575, words.on_fake, color=FAKE_COLOUR, fontsize=12.5)
    canvas.write(right, 575, words.on_real, color=REAL_COLOUR, fontsize=12.5)
    _box(canvas, 200, 690, 280, words.g_loss, GENERATOR_COLOUR)
    _box(canvas, 520, 690, 300, words.d_loss, DISCRIMINATOR_COLOUR)

    canvas.arrow((left, 75), (left, 117))
    for x, colour in ((left, FAKE_COLOUR), (right, REAL_COLOUR)):
        for top, bottom in ((183, 226), (388, 447), (513, 558)):
            canvas.arrow((x, top), (x, bottom), colour=colour)
    canvas.arrow((left, 592), (left, 657), colour=FAKE_COLOUR)
    canvas.arrow((left + 40, 592), (left + 210, 657), colour=FAKE_COLOUR)
    canvas.arrow((right, 592), (right, 657), colour=REAL_COLOUR)

    canvas.arrow((105, 657), (105, 183), dashed=True, colour=GENERATOR_COLOUR)
    note = {"fontsize": 10, "color": GENERATOR_COLOUR}
    canvas.write(95, 585, "판별자를\n지나서", ha="right", linespacing=1.5, **note)
    canvas.write(95, 290, "생성자를\n고친다", ha="right", linespacing=1.5, **note)
    canvas.arrow((610, 657), (610, 513), dashed=True, colour=DISCRIMINATOR_COLOUR)
    canvas.axes.plot((320, 320), (447, 414), "--", color=DISCRIMINATOR_COLOUR, linewidth=1.6)
    canvas.axes.plot((306, 334), (413, 413), color=DISCRIMINATOR_COLOUR, linewidth=3)
    note = {"fontsize": 10, "color": DISCRIMINATOR_COLOUR}
    canvas.write(622, 585, "판별자를\n고친다", ha="left", linespacing=1.5, **note)
    canvas.write(342, 420, "더 가지 않는다", ha="left", **note)
    canvas.write(middle, 760, "실선은 계산, 점선은 손실의 그레이디언트가 가는 길", color=MUTED)
    return canvas.figure
