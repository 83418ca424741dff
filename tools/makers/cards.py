"""첫 페이지에 실을 작은 그림들을 `book/cards/`에 그린다: 페이지마다의 카드와 훈련 한 스텝의 그림.

모두 저장소의 벽돌과 기록된 훈련에서 나오므로, 훈련을 새로 하면 다시 그린다.
"""

import argparse
import base64
import io
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from PIL import Image

from book._ext import play_data
from companion import plotting, recorded
from companion.data import IMAGE_SIZE, load_bricks
from companion.files import write_atomically
from companion.plotting.canvas import DPI, Canvas, tint
from tools import ROOT

FOLDER = ROOT / "book" / "cards"
SIZE = 480, 270
COLUMNS, ROWS = 7, 4


def dark() -> Canvas:
    """벽돌처럼 바탕이 검은 도화지이다."""
    canvas = Canvas(*SIZE)
    canvas.figure.set_facecolor("black")
    return canvas


def wall(images: np.ndarray) -> Figure:
    """이미지를 가로 7장, 세로 4장으로 늘어놓는다."""
    canvas, (width, height) = dark(), SIZE
    left = (width - COLUMNS * IMAGE_SIZE) / 2
    top = (height - ROWS * IMAGE_SIZE) / 2
    for k, image in enumerate(plotting.as_pixels(images[: COLUMNS * ROWS])):
        x, y = left + k % COLUMNS * IMAGE_SIZE, top + k // COLUMNS * IMAGE_SIZE
        canvas.image(image, x, y, IMAGE_SIZE, IMAGE_SIZE)
    return canvas.figure


def enlarged(image: np.ndarray, side: float) -> np.ndarray:
    """한 변을 `side`픽셀로 매끄럽게 키운 이미지이다."""
    size = (round(side), round(side))
    return np.asarray(Image.fromarray(image[..., 0]).resize(size, Image.Resampling.LANCZOS))[
        ..., None
    ]


def pair(real: np.ndarray, fake: np.ndarray) -> Figure:
    """진짜와 가짜를 색 테두리에 담아 나란히 놓는다."""
    canvas, side = dark(), 3 * IMAGE_SIZE
    colours = plotting.REAL_COLOUR, plotting.FAKE_COLOUR
    for x, image, colour in zip((32, 256), (real, fake), colours, strict=True):
        canvas.image(enlarged(image, side), x, 39, side, side)
        canvas.box(x, 39, side, side, fill=False, edgecolor=colour, linewidth=4)
    return canvas.figure


def funnel(parts: list[tuple[int, str]], image: np.ndarray, at: int) -> Figure:
    """한 변이 두 배나 절반씩 달라지는 네모들이다. `at`째 네모에는 이미지를 담는다."""
    canvas, (width, height) = dark(), SIZE
    gap = 10
    scale = (width - 48 - gap * (len(parts) - 1)) / sum(side for side, _ in parts)
    scale = min(scale, (height - 40) / IMAGE_SIZE)
    x = (width - scale * sum(side for side, _ in parts) - gap * (len(parts) - 1)) / 2
    for k, (side, colour) in enumerate(parts):
        length = side * scale
        y = (height - length) / 2
        if k == at:
            canvas.image(enlarged(image, length), x, y, length, length)
        style = {"edgecolor": tint(colour, 0.6), "linewidth": 2}
        canvas.box(x, y, length, length, fill=k != at, facecolor=colour, **style)
        x += length + gap
    return canvas.figure


def drawings() -> dict[str, Callable[[], Figure]]:
    """파일의 이름마다 그리는 일이다."""
    heldout = load_bricks(split="heldout").images
    _, (k, n) = play_data.alike_pairs()  # 첫째 쌍은 게임이 묻는다
    spread = load_bricks().images[:: len(load_bricks().images) // (COLUMNS * ROWS)]
    _, grids = recorded.grids()
    moments = np.geomspace(1, len(grids), ROWS).round().astype(int) - 1
    samples = list(recorded.stages().values())[-1]["samples"]
    real, fake = play_data.judged_bricks()[k], samples[n]
    recipes = [group[:COLUMNS] for group in recorded.experiment_samples().values()]
    discriminator = [(64 >> k, plotting.DISCRIMINATOR_COLOUR) for k in range(5)]
    generator = [(64 >> k, plotting.GENERATOR_COLOUR) for k in (4, 3, 2, 1, 0)]
    return {
        "introduction": partial(pair, real, fake),
        "dcgan": partial(funnel, generator + discriminator[1:], fake, 4),
        "bricks": partial(wall, spread),
        "discriminator": partial(funnel, discriminator, real, 0),
        "generator": partial(funnel, generator, fake, 4),
        "training": partial(wall, np.concatenate([grids[m, :COLUMNS, ..., None] for m in moments])),
        "experiments": partial(wall, np.concatenate(recipes[-ROWS:])),
        "results": partial(wall, np.concatenate([heldout[::57][:14], samples[:14]])),
        "step": partial(plotting.plot_training_step, real, fake),
    }


def save(figure: Figure, path: Path) -> int:
    """색 수를 줄인 PNG로 적고 크기(바이트)를 돌려준다."""
    stream = io.BytesIO()
    figure.savefig(stream, format="png", dpi=DPI, metadata={"Software": None})
    picture = np.asarray(Image.open(stream).convert("RGB"))
    content = base64.b64decode(plotting.data_uri(picture).split(",")[1])
    write_atomically(path, lambda stream: stream.write(content))
    return len(content)


def main() -> None:
    argparse.ArgumentParser(description=str(__doc__).splitlines()[0]).parse_args()
    FOLDER.mkdir(exist_ok=True)
    for name, draw in drawings().items():
        print(f"{name}.png: {save(draw(), FOLDER / f'{name}.png'):,}바이트")


if __name__ == "__main__":
    main()
