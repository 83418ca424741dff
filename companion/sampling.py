"""잠재 벡터를 뽑고, 잇고, 샘플을 격자로 늘어놓는다."""

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


def tile(images: np.ndarray, columns: int) -> np.ndarray:
    """`(N, H, W, 1)` 크기의 uint8 이미지를 `columns`열의 격자 한 장 `(행·H, 열·W)`로 이어 붙인다.

    Raises:
        ValueError: N이 `columns`로 나누어떨어지지 않을 때.
    """
    n, height, width = images.shape[:3]
    if n % columns:
        raise ValueError(f"이미지 {n}장은 {columns}열로 나누어떨어지지 않는다.")
    grid = images.reshape(n // columns, columns, height, width)
    return grid.transpose(0, 2, 1, 3).reshape(n // columns * height, columns * width)
