"""companion.sampling: 잠재 벡터와 보간과 격자를 확인한다."""

import numpy as np
import pytest

from companion.sampling import interpolate, latents, strongest_directions, tile


def test_tile_puts_images_in_reading_order():
    tiles = np.arange(4, dtype="uint8").reshape(4, 1, 1, 1)
    assert tile(tiles, 2).tolist() == [[0, 1], [2, 3]]
    with pytest.raises(ValueError, match="나누어떨어지지"):
        tile(tiles, 3)


def test_tile_keeps_colours():
    tiles = np.arange(6, dtype="uint8").reshape(2, 1, 1, 3)
    assert tile(tiles, 2).tolist() == [[[0, 1, 2], [3, 4, 5]]]


def test_latents_depend_only_on_the_seed():
    assert (latents(3) == latents(5)[:3]).all()
    assert (latents(3, seed=1) != latents(3)).all()


def test_latents_are_standard_normal():
    z = latents(10_000, 10)
    assert z.shape == (10_000, 10) and z.dtype == np.float32
    assert abs(z.mean()) < 0.02 and abs(z.std() - 1) < 0.02


def test_interpolation_walks_the_sphere_at_a_steady_pace():
    start, end = latents(2)
    path = interpolate(start, end, 9)
    np.testing.assert_allclose(path[[0, -1]], [start, end], rtol=1e-5)
    lengths = np.linalg.norm(path, axis=1)
    low, high = sorted([lengths[0], lengths[-1]])
    assert (lengths >= low - 1e-4).all() and (lengths <= high + 1e-4).all()
    directions = path / lengths[:, None]
    steps = np.linalg.norm(np.diff(directions, axis=0), axis=1)
    np.testing.assert_allclose(steps, steps[0], rtol=1e-4)


def test_interpolation_between_equal_latents_stays_there():
    start = latents(1)[0]
    np.testing.assert_allclose(interpolate(start, start, 3), [start] * 3, rtol=1e-6)


def test_directions_are_orthogonal_and_strongest_first_and_have_one_sign():
    kernel = np.random.default_rng(0).standard_normal((4, 4, 6, 12)).astype("float32")
    directions = strongest_directions(kernel, 5)
    np.testing.assert_allclose(directions @ directions.T, np.eye(5), atol=1e-5)
    effects = np.linalg.norm(kernel.reshape(-1, 12) @ directions.T, axis=0)
    assert (np.diff(effects) <= 1e-5).all()
    assert (directions.max(1) >= -directions.min(1)).all()
