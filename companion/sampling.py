"""잠재 벡터를 뽑고, 잇고, 옮길 방향을 찾고, 샘플을 격자로 늘어놓는다."""

import numpy as np
from numpy.typing import ArrayLike

from companion.arguments import check_integer, check_numbers

MOST_VALUES = 10**8  # 한 번에 뽑는 수. float32로 400 MB이고, 뽑는 동안에는 그 세 배가 든다.
SHORTEST = 1e-6  # 방향을 알 수 있는 가장 짧은 길이


def latents(n: int, latent_dim: int = 100, seed: int = 0) -> np.ndarray:
    """표준 정규 분포에서 뽑은 `(n, latent_dim)` 크기의 float32 잠재 벡터이다. 시드가 같으면 늘 같다.

    Raises:
        ValueError: 수가 범위를 벗어나거나, 벡터가 너무 많아 메모리에 담을 수 없을 때.
    """
    latent_dim = check_integer("latent_dim", latent_dim, at_least=1)
    n = _check_count(n, latent_dim)
    seed = check_integer("seed", seed, at_least=0)
    return np.random.default_rng(seed).standard_normal((n, latent_dim)).astype("float32")


def _check_count(n: int, latent_dim: int) -> int:
    """길이가 `latent_dim`인 벡터 `n`개를 한 번에 담을 수 있는지 본다."""
    n = check_integer("n", n, at_least=1)
    if n * latent_dim > MOST_VALUES:
        raise ValueError(
            f"길이 {latent_dim:,}인 잠재 벡터 {n:,}개는 한 번에 메모리에 담기에 너무 많다. "
            f"{MOST_VALUES // latent_dim:,}개까지 나누어 만든다."
        )
    return n


def interpolate(start: ArrayLike, end: ArrayLike, n: int) -> np.ndarray:
    """두 잠재 벡터를 잇는 큰 호 위의 점 `(n, latent_dim)`이다. 길이도 고르게 바꾼다.

    정규 분포에서 뽑은 벡터는 길이가 거의 같다. 직선의 가운데는 그보다 훨씬 짧아서 생성자가 훈련 때 거의 보지
    못한 곳이므로, 구면을 따라 잇는다(Shoemake, 1985).

    Raises:
        TypeError, ValueError: 두 벡터가 길이가 같은 1차원 배열이 아니거나, 길이가 0이거나, 서로 정반대라서 지나갈 호가
            정해지지 않을 때.
    """
    start = check_numbers("start", start, ndim=1).astype("float64")
    end = check_numbers("end", end, ndim=1).astype("float64")
    n = _check_count(n, len(start))
    if start.shape != end.shape:
        raise ValueError(
            f"start의 크기가 {start.shape}, end의 크기가 {end.shape}이다. 길이가 같은 두 벡터를 준다."
        )
    lengths = np.linalg.norm(start), np.linalg.norm(end)
    if min(lengths) < SHORTEST:
        raise ValueError("start나 end의 길이가 0이라 방향이 없다. 0이 아닌 벡터를 준다.")
    first, last = start / lengths[0], end / lengths[1]
    # 출발점과 직교하는 방향으로 돌린다. 두 벡터가 정반대에 가까워도 점들은 구면을 벗어나지 않는다.
    cosine = first @ last
    side = last - cosine * first
    sine = np.linalg.norm(side)
    if sine < SHORTEST and cosine < 0:
        raise ValueError(
            "start와 end가 정반대라서 지나갈 호가 하나로 정해지지 않는다. 한쪽을 조금 옮기거나 다른 벡터를 준다."
        )
    t = np.linspace(0, 1, n)[:, None]
    angles = t * np.arctan2(sine, cosine)
    directions = np.cos(angles) * first + np.sin(angles) * side / max(sine, SHORTEST)
    return (directions * ((1 - t) * lengths[0] + t * lengths[1])).astype("float32")


def strongest_directions(kernel: ArrayLike, n: int) -> np.ndarray:
    """잠재 벡터를 옮길 때 생성자의 첫 층을 가장 크게 바꾸는 서로 직교하는 방향 `(n, latent_dim)`이다. 길이는 1이다.

    첫 커널을 행렬로 펴서 구한 오른쪽 특이 벡터이다. 특이 벡터는 부호가 정해지지 않으므로 크기가 가장 큰 성분이 양수가
    되게 맞춘다. 출처: Shen과 Zhou(2021), Closed-Form Factorization of Latent Semantics in GANs.

    Args:
        kernel: 첫 전치 합성곱의 커널. `latent_dim`이 마지막 축이다.
        n: 방향의 수. `latent_dim`까지 줄 수 있다.

    Raises:
        TypeError, ValueError: 커널이 2차원 이상의 유한한 수가 아니거나, 방향의 수가 범위를 벗어날 때.
    """
    n = check_integer("n", n, at_least=1)
    kernel = check_numbers("kernel", kernel)
    if kernel.ndim < 2:
        raise ValueError(f"kernel의 크기가 {kernel.shape}이다. 2차원 이상의 배열을 준다.")
    _, _, vectors = np.linalg.svd(kernel.reshape(-1, kernel.shape[-1]), full_matrices=False)
    if n > len(vectors):
        raise ValueError(
            f"n이 {n}인데 커널에서 구할 수 있는 방향은 {len(vectors)}개이다. 줄여 준다."
        )
    largest = np.take_along_axis(vectors, np.abs(vectors).argmax(1)[:, None], 1)
    return (vectors * np.sign(largest))[:n]


def tile(images: ArrayLike, columns: int) -> np.ndarray:
    """이미지 `(N, H, W, C)`를 `columns`열의 격자 한 장으로 이어 붙인다. 읽는 차례대로 놓는다.

    흑백이면 `(행·H, 열·W)`, 컬러이면 `(행·H, 열·W, C)` 크기이다.

    Raises:
        ValueError: 이미지가 4차원이 아니거나, 비었거나, N이 `columns`로 나누어떨어지지 않을 때.
    """
    images = check_numbers("이미지", images)
    columns = check_integer("columns", columns, at_least=1)
    if images.ndim != 4:
        raise ValueError(f"이미지의 크기가 {images.shape}이다. (N, H, W, C) 크기의 배열을 준다.")
    n, height, width, channels = images.shape
    if n % columns:
        raise ValueError(f"이미지 {n}장은 {columns}열로 나누어떨어지지 않는다.")
    grid = images.reshape(n // columns, columns, height, width, channels).swapaxes(1, 2)
    sheet = grid.reshape(n // columns * height, columns * width, channels)
    return sheet[..., 0] if channels == 1 else sheet
