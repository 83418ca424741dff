"""이미지를 늘어놓은 그림이다."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray

from companion.arguments import check_integer, check_list, check_numbers
from companion.plotting.canvas import FAKE_COLOUR, MUTED, REAL_COLOUR, WIDTH, Canvas, as_pixels


class _Tiles(Canvas):
    """이미지를 `columns`열로 늘어놓은 도화지이다. 픽셀 하나가 그림에서도 정수 개의 픽셀이 되게 키운다.

    `left`와 `top`은 글을 쓸 여백, `above`는 타일마다 위에 둘 여백, `gap`은 타일 사이(픽셀)이다.
    """

    def __init__(
        self,
        images: NDArray[np.uint8],
        columns: int,
        *,
        left: int = 0,
        top: int = 0,
        above: int = 0,
        gap: int = 5,
    ) -> None:
        n, height, width, _ = images.shape
        scale = max(1, ((WIDTH - left) // columns - gap) // width)
        self.width, self.height = width * scale, height * scale
        across, down = self.width + gap, self.height + gap + above
        self.corners = [
            (left + gap + i % columns * across, top + gap + above + i // columns * down)
            for i in range(n)
        ]
        sheet_width = left + gap + columns * across
        sheet_height = self.corners[-1][1] + self.height + gap
        sheet = np.full((sheet_height, sheet_width, 3), 255, np.uint8)
        for image, (x, y) in zip(images, self.corners, strict=True):
            tile = image.repeat(scale, 0).repeat(scale, 1)
            sheet[y : y + self.height, x : x + self.width] = tile
        super().__init__(sheet_width, sheet_height)
        self.image(sheet, 0, 0, sheet_width, sheet_height)

    def write_above(self, index: int, text: str) -> None:
        x, y = self.corners[index]
        self.write(x + self.width / 2, y - 4, text, va="bottom", fontsize=10)

    def frame(self, index: int, colour: str) -> None:
        (x, y), style = self.corners[index], {"fill": False, "edgecolor": colour, "linewidth": 2}
        self.box(x - 1, y - 1, self.width + 2, self.height + 2, **style)


def plot_samples(
    images: ArrayLike,
    columns: int = 8,
    titles: Sequence[str] | None = None,
    kinds: Sequence[str] | None = None,
    row_names: Sequence[str] | None = None,
) -> Figure:
    """이미지를 격자로 늘어놓는다.

    Args:
        images: `(N, H, W, C)`나 `(N, H, W)` 크기의 이미지. 0~255의 정수나 [-1, 1]의 실수.
        columns: 열의 수.
        titles: 이미지마다 위에 적을 짧은 글 N개. 예: 판별자가 답한 확률.
        kinds: 이미지마다 "real"이나 "fake" N개. 주면 진짜는 파랑, 가짜는 주황 테두리를 두른다.
        row_names: 줄마다 왼쪽에 적을 짧은 글. 길면 왼쪽을 그만큼 넓힌다.

    Raises:
        ValueError: 이미지의 크기나 범위, `titles`나 `kinds`나 `row_names`의 수가 맞지 않을 때.
    """
    pixels = as_pixels(images)
    columns = check_integer("columns", columns, at_least=1)
    colours = {"real": REAL_COLOUR, "fake": FAKE_COLOUR}
    titles, kinds, row_names = (
        None if given is None else [str(text) for text in check_list(name, given)]
        for name, given in (("titles", titles), ("kinds", kinds), ("row_names", row_names))
    )
    for name, labels in (("titles", titles), ("kinds", kinds)):
        if labels is not None and len(labels) != len(pixels):
            raise ValueError(f"{name}가 {len(labels)}개인데 이미지는 {len(pixels)}장이다.")
    if kinds is not None and not set(kinds) <= set(colours):
        raise ValueError(
            f'kinds에 {sorted(set(kinds) - set(colours))}이(가) 있다. "real"이나 "fake"를 준다.'
        )
    columns = min(columns, len(pixels))
    rows = -(-len(pixels) // columns)
    if row_names is not None and len(row_names) != rows:
        raise ValueError(f"row_names가 {len(row_names)}개인데 줄은 {rows}개이다.")
    left = 0 if row_names is None else max(90, 17 * max(map(len, row_names)))
    tiles = _Tiles(
        pixels,
        columns,
        left=left,
        above=0 if titles is None else 22,
        gap=5 if kinds is None else 10,
    )
    for index, title in enumerate(() if titles is None else titles):
        tiles.write_above(index, title)
    for index, kind in enumerate(() if kinds is None else kinds):
        tiles.frame(index, colours[kind])
    for row, name in enumerate(() if row_names is None else row_names):
        y = tiles.corners[row * columns][1] + tiles.height / 2
        tiles.write(left - 4, y, name, ha="right", fontsize=10)
    return tiles.figure


def plot_training_grids(
    steps: Sequence[int], grids: ArrayLike, n: int = 8, heading: str = "스텝"
) -> Figure:
    """훈련하는 동안 같은 잠재 벡터가 무엇이 되었는지 보인다. 행은 때, 열은 잠재 벡터이다.

    Args:
        steps: 때마다의 스텝 수 T개.
        grids: 때마다의 샘플. `(T, N, H, W)`나 `(T, N, H, W, C)` 크기.
        n: 때마다 보일 샘플의 수.
        heading: 왼쪽에 적는 수가 무엇인지.

    Raises:
        ValueError: `steps`의 수가 T와 다르거나, 샘플의 크기나 범위가 맞지 않을 때.
    """
    steps = check_numbers("steps", steps, ndim=1).tolist()
    grids = check_numbers("grids", grids)
    n = check_integer("n", n, at_least=1)
    if grids.ndim not in (4, 5):
        raise ValueError(
            f"grids의 크기가 {grids.shape}이다. (T, N, H, W)나 (T, N, H, W, C)로 준다."
        )
    grids = grids[:, :n]
    if len(steps) != len(grids):
        raise ValueError(f"steps가 {len(steps)}개인데 grids는 {len(grids)}줄이다.")
    columns = grids.shape[1]
    tiles = _Tiles(as_pixels(grids.reshape(-1, *grids.shape[2:])), columns, left=80, top=24)
    tiles.write(76, 14, heading, ha="right", fontsize=10, color=MUTED)
    for row, step in enumerate(steps):
        y = tiles.corners[row * columns][1] + tiles.height / 2
        tiles.write(76, y, f"{step:,}", ha="right", fontsize=10)
    return tiles.figure


def plot_interpolation(images: ArrayLike) -> Figure:
    """잠재 공간의 두 점을 잇는 길 위의 이미지를 차례로 보인다. 위의 수 t는 온 거리의 비율(0~1)이다."""
    pixels = as_pixels(images)
    places = np.linspace(0, 1, len(pixels))
    return plot_samples(pixels, columns=4, titles=[f"t = {t:.2f}" for t in places])


def plot_neighbours(
    samples: ArrayLike, neighbours: ArrayLike, distances: Sequence[float] | NDArray[np.floating]
) -> Figure:
    """샘플과, 샘플마다 가장 가까운 훈련 이미지를 위아래로 놓고 거리를 적는다.

    Args:
        samples: 샘플 `(N, H, W, C)`. 8장쯤이 알맞다.
        neighbours: 샘플마다 가장 가까운 훈련 이미지. `samples`와 같은 크기.
        distances: 거리 `(N,)`.

    Raises:
        ValueError: 크기가 서로 맞지 않을 때.
    """
    fake, near = as_pixels(samples), as_pixels(neighbours)
    n = len(fake)
    if near.shape != fake.shape:
        raise ValueError(f"neighbours의 크기 {near.shape}이 샘플의 크기 {fake.shape}과 다르다.")
    distances = check_numbers("거리", distances, ndim=1)
    if len(distances) != n:
        raise ValueError(f"거리의 크기가 {distances.shape}인데 이웃은 {n}장이다.")
    tiles = _Tiles(np.concatenate([fake, near]), n, left=60, above=24, gap=8)
    for row, (name, colour) in enumerate((("샘플", FAKE_COLOUR), ("훈련", REAL_COLOUR))):
        y = tiles.corners[row * n][1] + tiles.height / 2
        tiles.write(56, y, name, ha="right", color=colour)
        for column in range(n):
            tiles.frame(row * n + column, colour)
    tiles.write(56, tiles.corners[n][1] - 4, "거리", ha="right", va="bottom", fontsize=10)
    for index, distance in enumerate(distances):
        tiles.write_above(n + index, f"{distance:.3f}")
    return tiles.figure
