"""이미지를 늘어놓은 그림이다."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib import patches
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray

from companion.plotting.canvas import (
    FAKE_COLOUR,
    MUTED,
    REAL_COLOUR,
    WIDTH,
    as_pixels,
    new_canvas,
    write,
)


@dataclass(frozen=True)
class _Tiles:
    figure: Figure
    axes: Axes
    corners: list[tuple[int, int]]
    size: tuple[int, int]  # 타일의 (너비, 높이)

    def write(self, index: int, text: str, **options: Any) -> None:
        """타일 바로 위에 글을 쓴다."""
        x, y = self.corners[index]
        write(self.axes, x + self.size[0] / 2, y - 4, text, va="bottom", fontsize=10, **options)

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
    figure, axes = new_canvas(sheet_size[1], sheet_size[0])
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
    write(tiles.axes, 76, 14, "스텝", ha="right", fontsize=10, color=MUTED)
    for row, step in enumerate(steps):
        y = tiles.corners[row * columns][1] + tiles.size[1] / 2
        write(tiles.axes, 76, y, f"{step:,}", ha="right", fontsize=10)
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
        write(tiles.axes, 56, y, name, ha="right", color=colour)
        for column in range(n):
            tiles.frame(row * n + column, colour)
    for index, gap in enumerate(gaps.reshape(n, k).T.ravel()):
        tiles.write(n + index, f"{gap:.3f}")
    return tiles.figure
