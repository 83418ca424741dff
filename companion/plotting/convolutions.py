"""크기를 키우는 두 방법을 숫자로 따라간다."""

import textwrap
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray

from companion.arguments import check_integer, check_list, check_numbers, is_integer, refusal
from companion.plotting.canvas import GENERATOR_COLOUR, INK, LINE, MUTED, WIDTH, Canvas, tint

_CELL_COLOURS = ("#aa3377", "#228833", "#b8860b", "#3388bb")


def _number(value: float) -> str:
    return f"{round(float(value), 2) + 0:g}".replace("-", "−")


def _draw_matrix(
    canvas: Canvas,
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
    canvas.write(x + columns * cell / 2, y - 18, title)
    for (row, column), value in np.ndenumerate(values):
        colour = "" if colours is None else str(colours[row, column])
        left, top = x + column * cell, y + row * cell
        face = tint(colour, 0.25) if colour else "white"
        canvas.box(left, top, cell, cell, facecolor=face, edgecolor=LINE, linewidth=0.8)
        if not np.isnan(value):
            text = _number(value)
            shade = MUTED if colours is not None and not colour else INK
            size = min(10.5, cell / len(text))
            canvas.write(left + cell / 2, top + cell / 2, text, fontsize=size, color=shade)
    if outline is not None:
        top, left, height, width = (n * cell for n in outline)
        style = {"fill": False, "edgecolor": GENERATOR_COLOUR, "linewidth": 2.4, "zorder": 3}
        canvas.box(x + left, y + top, width, height, **style)


def _check_matrices(values: ArrayLike, kernel: ArrayLike) -> tuple[NDArray[Any], NDArray[Any]]:
    """값을 적을 수 있을 만큼 작은 행렬인지 확인한다."""
    small = check_numbers("입력", values).astype(float)
    weights = check_numbers("커널", kernel).astype(float)
    if small.ndim != 2 or not 1 <= small.size <= 4 or max(small.shape) > 2:
        raise ValueError(f"입력의 크기가 {small.shape}이다. 2×2까지의 행렬을 준다.")
    if weights.ndim != 2 or weights.shape[0] != weights.shape[1] or not 1 <= len(weights) <= 5:
        raise ValueError(f"커널의 크기가 {weights.shape}이다. 5×5까지의 정사각 행렬을 준다.")
    return small, weights


def _source_colours(shape: tuple[int, ...]) -> NDArray[Any]:
    """입력 칸마다 다른 색이다."""
    return np.array(_CELL_COLOURS[: shape[0] * shape[1]]).reshape(shape)


def _insert_zeros(values: NDArray[Any], stride: int, margin: int, zero: Any) -> NDArray[Any]:
    """값 사이에 `stride` − 1칸, 둘레에 `margin`칸의 0을 넣는다. `zero`는 0이나, 색이면 빈 글이다."""
    rows, columns = ((n - 1) * stride + 1 for n in values.shape)
    spread = np.full((rows, columns), zero, values.dtype)
    spread[::stride, ::stride] = values
    return np.pad(spread, margin, constant_values=zero)


def _product_text(values: NDArray[Any], kernel: NDArray[Any]) -> str:
    """겹친 칸의 곱을 더하는 식이다. 0인 값은 적지 않는다."""
    terms = [
        f"{_number(value)}×{_number(weight) if weight >= 0 else f'({_number(weight)})'}"
        for value, weight in zip(values.ravel(), kernel.ravel(), strict=True)
        if value
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
        TypeError, ValueError: 크기나 값이 범위를 벗어날 때.
    """
    small, weights = _check_matrices(values, kernel)
    if not is_integer(stride) or not 1 <= stride <= 3:
        raise refusal("stride", stride, "1, 2, 3 중에서 고른다")
    if check_integer("padding", padding, at_least=0) >= len(weights):
        raise refusal("padding", padding, f"커널의 한 변 {len(weights)}보다 작게 준다")
    if min(small.shape) * stride - stride + len(weights) <= 2 * padding:
        raise ValueError(f"padding이 {padding}이면 출력에 남는 칸이 없다. 더 작게 준다.")
    if not isinstance(view, str) or view not in ("overlap", "zeros"):
        raise refusal("view", view, '"overlap"이나 "zeros"를 준다')
    if view == "overlap":
        return _plot_stamps(small, weights, stride, padding)
    margin = len(weights) - 1 - padding
    board = _insert_zeros(small, stride, margin, 0)
    colours = _insert_zeros(_source_colours(small.shape), stride, margin, "")
    titles = ("값 사이와 둘레에 0을 넣은 격자", "뒤집은 커널")
    return _plot_sliding(small, board, colours, weights[::-1, ::-1], titles)


def _stamps(small: NDArray[Any], kernel: NDArray[Any], stride: int) -> NDArray[Any]:
    """입력 값마다 커널을 찍은 격자 `(값의 수, 높이, 너비)`이다. 찍히지 않은 칸은 NaN이다."""
    k = len(kernel)
    rows, columns = ((n - 1) * stride + k for n in small.shape)
    boards = np.full((small.size, rows, columns), np.nan)
    for board, (row, column) in zip(boards, np.ndindex(small.shape), strict=True):
        top, left = row * stride, column * stride
        board[top : top + k, left : left + k] = small[row, column] * kernel
    return boards


def _plot_stamps(small: NDArray[Any], kernel: NDArray[Any], stride: int, padding: int) -> Figure:
    """입력 값마다 찍은 격자, 모두 더한 격자, 가장자리를 자른 출력을 놓는다."""
    boards = _stamps(small, kernel, stride)
    rows, columns = boards[0].shape
    cell = min(44.0, 300 / max(rows, columns))
    head = 70 + 44 * max(len(kernel), len(small))
    pitch = rows * cell + 60
    low = head + 46 + pitch * ((len(boards) + 1) // 2)
    canvas = Canvas(WIDTH, low + rows * cell + 16)
    colours = _source_colours(small.shape)

    _draw_matrix(canvas, small, 30, 46, title="입력", colours=colours)
    _draw_matrix(canvas, kernel, 366, 46, title="커널")
    for index, board in enumerate(boards):
        x, y = 30 + 336 * (index % 2), head + 46 + pitch * (index // 2)
        title = f"{_number(small.flat[index])} × 커널"
        shades = np.where(np.isnan(board), "", colours.flat[index])
        _draw_matrix(canvas, board, x, y, title=title, colours=shades, cell=cell)

    total = np.nansum(boards, axis=0)
    output = total[padding : rows - padding, padding : columns - padding]
    kept = (padding, padding, *output.shape)
    _draw_matrix(canvas, total, 30, low, title="모두 더하기", cell=cell, outline=kept)
    x, y = 366 + padding * cell, low + padding * cell
    title = f"가장자리 {padding}칸을 자른 출력" if padding else "출력"
    _draw_matrix(canvas, output, x, y, title=title, cell=cell, outline=(0, 0, *output.shape))
    return canvas.figure


def plot_upsampling_convolution(values: ArrayLike, kernel: ArrayLike) -> Figure:
    """업샘플링 다음 합성곱을 숫자로 따라간다. 행과 열을 두 번씩 되풀이하고 둘레에 0을 넣어 합성곱한다.

    합성곱은 스트라이드 1, `padding="same"`이다. Keras처럼 왼쪽과 위에 (k − 1) // 2칸을 넣는다.

    Args:
        values: 입력. 2×2까지의 행렬.
        kernel: 커널. 5×5까지의 정사각 행렬.

    Raises:
        ValueError: 크기가 범위를 벗어날 때.
    """
    small, weights = _check_matrices(values, kernel)
    before = (len(weights) - 1) // 2
    margins = (before, len(weights) - 1 - before)

    def enlarge(array: NDArray[Any], fill: Any) -> NDArray[Any]:
        return np.pad(array.repeat(2, 0).repeat(2, 1), margins, constant_values=fill)

    colours = enlarge(_source_colours(small.shape), "")
    titles = ("행과 열을 되풀이하고 둘레에 0을 넣은 격자", "커널")
    return _plot_sliding(small, enlarge(small, 0), colours, weights, titles)


def _plot_sliding(
    small: NDArray[Any],
    board: NDArray[Any],
    colours: NDArray[Any],
    kernel: NDArray[Any],
    titles: tuple[str, str],
) -> Figure:
    """입력, 합성곱할 격자, 커널, 출력을 차례로 놓는다. 출력의 왼쪽 위 칸을 계산하는 자리를 굵게 두른다."""
    windows = np.lib.stride_tricks.sliding_window_view(board, kernel.shape)
    output = (windows * kernel).sum(axis=(2, 3))
    cell = min(44.0, 470 / max(board.shape), 300 / max(output.shape))
    under = 46 + cell * len(board) + 66
    low = under + max(len(kernel), len(output)) * cell
    formula = textwrap.wrap(f"왼쪽 위 칸: {_product_text(windows[0, 0], kernel)}", 58)
    canvas = Canvas(WIDTH, low + 36 + 26 * len(formula))
    _draw_matrix(canvas, small, 30, 46, title="입력", colours=_source_colours(small.shape))
    seen = (0, 0, *kernel.shape)
    _draw_matrix(canvas, board, 200, 46, title=titles[0], colours=colours, cell=cell, outline=seen)
    _draw_matrix(canvas, kernel, 30, under, title=titles[1], cell=cell)
    _draw_matrix(canvas, output, 366, under, title="출력", cell=cell, outline=(0, 0, 1, 1))
    for row, line in enumerate(formula):
        canvas.write(30, low + 34 + 26 * row, line, ha="left", color=GENERATOR_COLOUR)
    return canvas.figure


def plot_overlap_counts(kernel_sizes: Sequence[int] = (3, 4, 5), stride: int = 2) -> Figure:
    """전치 합성곱의 출력 칸마다 도장이 몇 번 겹치는지를 가장자리가 아닌 곳에서 센다.

    한 방향으로 위치 j에 겹치는 도장은 ⌈(k − j mod stride) / stride⌉개이고, 두 방향의 수를 곱한다. 커널의 한 변 k가
    스트라이드로 나누어떨어지면 어디나 같다. 칸의 진하기는 평균에 대한 비율이다. 출처: Odena 외(2016), Deconvolution and Checkerboard Artifacts.

    Args:
        kernel_sizes: 커널의 한 변. 셋까지가 알맞다.
        stride: 스트라이드.

    Raises:
        ValueError: 커널이 없거나 스트라이드보다 작을 때.
    """
    stride = check_integer("stride", stride, at_least=1)
    kernel_sizes = [
        check_integer("kernel_sizes의 값", size, at_least=stride)
        for size in check_list("kernel_sizes", kernel_sizes)
    ]
    if not kernel_sizes:
        raise ValueError("kernel_sizes가 비었다. 커널의 한 변을 하나 이상 준다.")
    if max(kernel_sizes) > 99:
        raise refusal("kernel_sizes의 값", max(kernel_sizes), "그림에 적을 수 있게 99 이하로 준다")
    cells = 6
    column = (WIDTH - 10) / len(kernel_sizes)
    cell = min(44.0, (column - 24) / cells)
    board = cell * cells
    canvas = Canvas(WIDTH, board + 96)
    for index, k in enumerate(kernel_sizes):
        along = -(-(k - np.arange(cells) % stride) // stride)
        counts = np.outer(along, along)
        left = 5 + column * (index + 0.5) - board / 2
        for (i, j), count in np.ndenumerate(counts):
            x, y = left + j * cell, 44 + i * cell
            colour = tint(GENERATOR_COLOUR, 0.36 * float(count / counts.mean()))
            canvas.box(x, y, cell, cell, facecolor=colour, edgecolor="white", linewidth=1)
            canvas.write(x + cell / 2, y + cell / 2, str(count), fontsize=10.5)
        kinds = np.unique(counts)
        verdict = f"{'어디나 ' if len(kinds) == 1 else ''}{'·'.join(map(str, kinds))}번"
        canvas.write(left + board / 2, 22, f"커널 {k}×{k}")
        canvas.write(left + board / 2, 44 + board + 26, verdict, color=MUTED)
    return canvas.figure
