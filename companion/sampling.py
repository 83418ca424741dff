"""잠재 벡터를 뽑고, 잇고, 옮길 방향을 찾고, 샘플을 격자로 늘어놓는다."""

import numpy as np


def latents(n: int, latent_dim: int = 100, seed: int = 0) -> np.ndarray:
    """표준 정규 분포에서 뽑은 `(n, latent_dim)` 크기의 float32 잠재 벡터이다. 시드가 같으면 늘 같다."""
    return np.random.default_rng(seed).standard_normal((n, latent_dim)).astype("float32")


def interpolate(start: np.ndarray, end: np.ndarray, n: int) -> np.ndarray:
    """두 잠재 벡터를 잇는 큰 호 위의 점 `(n, latent_dim)`이다. 길이도 고르게 바꾼다.

    정규 분포에서 뽑은 벡터는 길이가 거의 같다. 직선의 가운데는 그보다 훨씬 짧아서 생성자가 훈련 때 거의 보지
    못한 곳이므로, 구면을 따라 잇는다(Shoemake, 1985).
    """
    lengths = np.linalg.norm(start), np.linalg.norm(end)
    cosine = np.clip(start @ end / (lengths[0] * lengths[1]), -1, 1)
    angle = np.arccos(cosine)
    t = np.linspace(0, 1, n)[:, None]
    if np.isclose(np.sin(angle), 0):
        return ((1 - t) * start + t * end).astype("float32")
    weights = np.sin((1 - t) * angle), np.sin(t * angle)
    directions = (weights[0] * start / lengths[0] + weights[1] * end / lengths[1]) / np.sin(angle)
    return (directions * ((1 - t) * lengths[0] + t * lengths[1])).astype("float32")


def strongest_directions(kernel: np.ndarray, n: int) -> np.ndarray:
    """잠재 벡터를 옮길 때 생성자의 첫 층을 가장 크게 바꾸는 서로 직교하는 방향 `(n, latent_dim)`이다. 길이는 1이다.

    첫 커널을 행렬로 펴서 구한 오른쪽 특이 벡터이다. 특이 벡터는 부호가 정해지지 않으므로 크기가 가장 큰 성분이 양수가
    되게 맞춘다. 출처: Shen과 Zhou(2021), Closed-Form Factorization of Latent Semantics in GANs.

    Args:
        kernel: 첫 전치 합성곱의 커널. `latent_dim`이 마지막 축이다.
        n: 방향의 수.
    """
    _, _, vectors = np.linalg.svd(kernel.reshape(-1, kernel.shape[-1]), full_matrices=False)
    largest = np.take_along_axis(vectors, np.abs(vectors).argmax(1)[:, None], 1)
    return (vectors * np.sign(largest))[:n]


def tile(images: np.ndarray, columns: int) -> np.ndarray:
    """`(N, H, W, 채널)` 크기의 uint8 이미지를 `columns`열의 격자 한 장으로 이어 붙인다.

    격자의 크기는 흑백이면 `(행·H, 열·W)`, 컬러이면 `(행·H, 열·W, 3)`이다.

    Raises:
        ValueError: N이 `columns`로 나누어떨어지지 않을 때.
    """
    n, height, width, channels = images.shape
    if n % columns:
        raise ValueError(f"이미지 {n}장은 {columns}열로 나누어떨어지지 않는다.")
    grid = images.reshape(n // columns, columns, height, width, channels).swapaxes(1, 2)
    grid = grid.reshape(n // columns * height, columns * width, channels)
    return grid[..., 0] if channels == 1 else grid
