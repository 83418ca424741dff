"""곡선과 히스토그램이다."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.ticker import NullFormatter
from numpy.typing import ArrayLike, NDArray

from companion.arguments import check_numbers, history_lines
from companion.plotting.canvas import (
    DISCRIMINATOR_COLOUR,
    DPI,
    FAKE_COLOUR,
    GENERATOR_COLOUR,
    LINE,
    MUTED,
    REAL_COLOUR,
    WIDTH,
    use_korean_font,
)


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


def _values(history: Sequence[Mapping[str, float]], name: str) -> NDArray[np.float64]:
    try:
        return np.array([line[name] for line in history], float)
    except (TypeError, ValueError) as error:
        raise ValueError(f"훈련 기록의 {name}에 수가 아닌 값이 있다. 기록을 확인한다.") from error
    except KeyError as error:
        known = ", ".join(sorted({key for line in history for key in line}))
        raise ValueError(
            f"훈련 기록에 {name}이(가) 없는 줄이 있다. 있는 이름은 {known}이다."
        ) from error


def plot_history(history: Any) -> Figure:
    """훈련 기록의 손실과 정확도를 위아래로 그린다. 가로축은 훈련에 쓴 이미지의 수, 그것이 없으면 에포크이다.

    Args:
        history: 줄마다 `d_loss`, `g_loss`, `d_real_accuracy`, `d_fake_accuracy`와 `images`가 있는 사전의 목록이나,
            `fit()`이 돌려준 것. `fit()`의 기록에는 `images`가 없다.

    Raises:
        TypeError, ValueError: 기록이 아니거나, 비었거나, 이름이 빠진 줄이 있을 때.
    """
    history = history_lines(history)
    has_images = any("images" in line for line in history)
    images = _values(history, "images") if has_images else np.arange(1.0, len(history) + 1)
    figure, (losses, accuracies) = _panels(2, 760, sharex=True)
    curves = [
        (losses, "d_loss", "판별자의 손실", DISCRIMINATOR_COLOUR, "-"),
        (losses, "g_loss", "생성자의 손실", GENERATOR_COLOUR, "--"),
        (accuracies, "d_real_accuracy", "진짜를 맞힌 비율", REAL_COLOUR, "-"),
        (accuracies, "d_fake_accuracy", "가짜를 맞힌 비율", FAKE_COLOUR, ":"),
    ]
    marker = "o" if len(history) < 15 else ""
    for axes, name, label, colour, style in curves:
        values = _values(history, name)
        axes.plot(images, values, style, color=colour, label=label, marker=marker, markersize=4)
    losses.set(ylabel="손실", ylim=(0, None))
    rates = np.concatenate([line.get_ydata() for line in accuracies.lines])
    lowest = np.min(rates, initial=0.9, where=np.isfinite(rates))
    accuracies.set(
        ylabel="판별자의 정확도",
        ylim=(lowest - 0.02, 1.02),
        xlabel="본 이미지의 수" if has_images else "에포크",
    )
    accuracies.xaxis.set_major_formatter(_count_text)
    for axes in (losses, accuracies):
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, frameon=False)
    return figure


def _count_text(count: float, _: int | None = None) -> str:
    """눈금에 적을 장수이다. 만 장부터는 '만'으로 적는다."""
    return f"{count / 10_000:g}만" if count >= 10_000 else f"{count:,.0f}"


def plot_pixel_histogram(before: ArrayLike, after: ArrayLike) -> Figure:
    """전처리하기 전([0, 255])과 뒤([-1, 1])의 픽셀 값을 위아래로 비교한다. 세로축은 로그 눈금이다.

    Raises:
        TypeError, ValueError: 픽셀이 없거나 범위를 벗어날 때.
    """
    sides = [
        (before, (0, 255), "전처리하기 전: 0부터 255까지", MUTED),
        (after, (-1, 1), "전처리한 뒤: −1부터 1까지", REAL_COLOUR),
    ]
    checked = []
    for pixels, (low, high), title, _ in sides:
        values = check_numbers("픽셀", pixels).astype(float).ravel()
        if values.min() < low or values.max() > high:
            raise ValueError(
                f"{title.partition(':')[0]}의 픽셀이 {values.min():g}부터 {values.max():g}까지이다. "
                f"{low}부터 {high}까지의 값을 준다."
            )
        checked.append(values)
    figure, panels = _panels(2, 640)
    for axes, values, (_, (low, high), title, colour) in zip(panels, checked, sides, strict=True):
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
    functions.axhline(0, color=LINE, linewidth=1)
    functions.legend(loc="upper left", frameon=False)
    functions.set(ylabel="출력")
    derivatives.set(ylabel="도함수", xlabel="입력", ylim=(-0.03, 1.15))
    return figure
