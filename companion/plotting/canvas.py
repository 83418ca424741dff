"""그림의 색과 글꼴, 도화지, 노트북에 보이기이다."""

import base64
import html
import io
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib import font_manager, patches
from matplotlib import pyplot as plt
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray
from PIL import Image

from companion.arguments import check_numbers, check_texts
from companion.data import to_uint8

# 색맹도 가릴 수 있는 색이다. 진짜와 가짜는 파랑과 주황, 판별자와 생성자는 청록과 자주로 한다.
REAL_COLOUR = "#2166ac"
FAKE_COLOUR = "#d95f02"
DISCRIMINATOR_COLOUR = "#00796b"
GENERATOR_COLOUR = "#8e3a9d"

INK, MUTED, LINE = "#1f2328", "#5b6470", "#b8bfc8"

WIDTH = 700
"""그림의 폭(픽셀)이다."""
DPI = 130
FONT = Path(__file__).parents[1] / "fonts" / "BrickieGothic.ttf"


@cache
def _register_font() -> str:
    font_manager.fontManager.addfont(FONT)
    return font_manager.FontProperties(fname=FONT).get_name()


def use_korean_font() -> None:
    """패키지에 든 한글 글꼴로 그림의 글자를 쓰게 한다.

    matplotlib의 설정(`rcParams`)에서 글꼴과 글자 크기를 바꾼다. 한글 글꼴에 없는 글자(예: 음수 부호 U+2212)는
    DejaVu Sans로 쓴다. `plot_`으로 시작하는 함수는 스스로 이것을 부르므로, 직접 그림을 그리기 전에만 부르면 된다.
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
    """그림을 설명과 대체 글이 딸린 HTML로 바꾸고 닫는다. 셀의 마지막 줄에 쓴다.

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
    check_texts(caption=caption, alt=alt)
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
    picture = as_pixels(check_numbers("그림", picture)[None])[0]
    if (picture == picture[..., :1]).all():
        picture = np.ascontiguousarray(picture[..., 0])
    image = Image.fromarray(picture)
    if image.mode == "L":
        image = image.point([round(round(v / 255 * 63) * 255 / 63) for v in range(256)])
    else:
        image = image.quantize(256, dither=Image.Dither.NONE)
    buffer = io.BytesIO()
    image.save(buffer, format="PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")


def as_pixels(images: ArrayLike) -> NDArray[np.uint8]:
    """이미지를 `(N, H, W, C)` 크기, 0~255의 uint8로 맞춘다. 실수는 [-1, 1]을 [0, 255]로 옮겨 반올림한다.

    Raises:
        TypeError, ValueError: 수의 배열이 아니거나, 크기나 범위가 맞지 않을 때.
    """
    array = check_numbers("이미지", images)
    if array.ndim == 3 and array.shape[-1] in (1, 3):
        raise ValueError(
            f"이미지의 크기가 {array.shape}이다. 이미지 한 장이면 images[:1]처럼 (1, H, W, C) 크기로 준다."
        )
    if array.ndim == 3:
        array = array[..., None]
    if array.ndim != 4 or array.shape[-1] not in (1, 3) or not array.size:
        raise ValueError(
            f"이미지의 크기가 {np.shape(images)}이다. (N, H, W, 1)이나 (N, H, W) 크기로 준다."
        )
    if array.dtype == np.uint8:
        return array
    low, high = float(array.min()), float(array.max())
    is_integer = array.dtype.kind in "ui"
    if low < (0 if is_integer else -1.001) or high > (255 if is_integer else 1.001):
        raise ValueError(
            f"이미지의 값이 {low:g}부터 {high:g}까지이다. 0~255의 정수나 [-1, 1]의 실수로 준다."
        )
    return array.astype("uint8") if is_integer else to_uint8(array)


class Canvas:
    """단위가 픽셀이고 y가 아래로 커지는 도화지이다."""

    def __init__(self, width: float, height: float) -> None:
        use_korean_font()
        self.figure = Figure(figsize=(width / DPI, height / DPI), dpi=DPI)
        self.axes = self.figure.add_axes((0.0, 0.0, 1.0, 1.0))
        self.axes.set(xlim=(0, width), ylim=(height, 0))
        self.axes.set_axis_off()

    def write(self, x: float, y: float, text: str, **options: Any) -> None:
        self.axes.text(x, y, text, **{"ha": "center", "va": "center", "color": INK, **options})

    def arrow(
        self, *points: tuple[float, float], colour: str = MUTED, dashed: bool = False
    ) -> None:
        """점들을 잇고 마지막 점에 화살촉을 단다."""
        line: dict[str, Any] = {"color": colour, "linewidth": 1.6}
        line["linestyle"] = "--" if dashed else "-"
        if len(points) > 2:
            self.axes.plot(*zip(*points[:-1], strict=True), **line)
        style = {**line, "arrowstyle": "-|>", "mutation_scale": 13}
        ends = {"shrinkA": 0, "shrinkB": 0}
        self.axes.annotate("", points[-1], points[-2], arrowprops={**style, **ends})

    def box(self, x: float, y: float, width: float, height: float, **style: Any) -> None:
        """왼쪽 위가 (x, y)인 사각형을 그린다."""
        self.axes.add_patch(patches.Rectangle((x, y), width, height, **style))

    def rounded_box(
        self, x: float, y: float, width: float, height: float, colour: str, shade: float
    ) -> None:
        """모서리가 둥근 상자를 그리고, 테두리의 색을 `shade`만큼 섞은 색으로 채운다."""
        box = patches.FancyBboxPatch((x, y), width, height, "round,pad=0,rounding_size=10")
        box.set(facecolor=tint(colour, shade), edgecolor=colour, linewidth=1.5)
        self.axes.add_patch(box)

    def image(
        self,
        pixels: NDArray[np.uint8],
        x: float,
        y: float,
        width: float,
        height: float,
        zorder: float = 0,
    ) -> None:
        """`(H, W, 1)`이나 `(H, W, 3)` 크기의 이미지를 왼쪽 위가 (x, y)인 자리에 놓는다."""
        colours = np.broadcast_to(pixels, (*pixels.shape[:2], 3))
        extent = (x, x + width, y + height, y)
        self.axes.imshow(
            colours, extent=extent, aspect="auto", interpolation="nearest", zorder=zorder
        )


def tint(colour: str, amount: float) -> tuple[float, float, float]:
    """흰색에 `colour`를 `amount`만큼(0~1) 섞은 색이다."""
    red, green, blue = (1 - amount * (1 - channel) for channel in to_rgb(colour))
    return red, green, blue
