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
    # 표준 편차의 1배, 2배, 3배 안에 드는 비율과 네 제곱의 평균은 정규 분포의 것이다.
    shares = [(np.abs(z) < n).mean() for n in (1, 2, 3)]
    np.testing.assert_allclose(shares, [0.6827, 0.9545, 0.9973], atol=0.005)
    assert (z.astype("float64") ** 4).mean() == pytest.approx(3, abs=0.1)
    assert abs(np.corrcoef(z.T) - np.eye(10)).max() < 0.05


def test_latents_of_a_seed_stay_what_they_were_recorded_with():
    """책의 격자와 단계는 이 벡터로 만든 것이라, 달라지면 기록과 맞지 않는다."""
    np.testing.assert_allclose(
        latents(2, 3, seed=0),
        [[0.125730, -0.132105, 0.640423], [0.104900, -0.535669, 0.361595]],
        atol=1e-6,
    )


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


def test_interpolation_between_near_opposite_latents_keeps_its_length():
    start, other = latents(2).astype("float64")
    for nudge in (1e-1, 1e-3, 1e-5):
        path = interpolate(start, nudge * other - start, 9)
        lengths = np.linalg.norm(path, axis=1)
        np.testing.assert_allclose(lengths, lengths[0], rtol=2 * nudge)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (([1.0, 0.0], [-1.0, 0.0], 5), ValueError, "정반대"),
        (([0.0, 0.0], [1.0, 0.0], 5), ValueError, "길이가 0"),
        (([1.0, 0.0], [1.0], 5), ValueError, "길이가 같은"),
        (([[1.0, 0.0]], [[0.0, 1.0]], 5), ValueError, "1차원 배열"),
        (([1.0, np.nan], [1.0, 0.0], 5), ValueError, "start에 NaN"),
        ((["a"], ["b"], 5), TypeError, "start의 값을 수의 배열로"),
        (([1.0, 0.0], [0.0, 1.0], 0), ValueError, "n이 0이다"),
    ],
)
def test_interpolation_refuses_what_has_no_arc(arguments, error, message):
    with pytest.raises(error, match=message):
        interpolate(*arguments)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: latents(0), "n이 0"),
        (lambda: latents(3, seed=-1), "seed가 -1"),
        (lambda: latents(10**8), "1,000,000개까지"),
        (lambda: strongest_directions(np.ones((4, 3)), 4), "방향은 3개"),
        (lambda: strongest_directions(np.ones(4), 1), r"\(4,\)"),
        (lambda: strongest_directions(np.full((4, 3), np.inf), 1), "kernel에 NaN"),
        (lambda: tile(np.zeros((4, 2, 2, 1), "uint8"), 0), "columns가 0"),
        (lambda: tile(np.zeros((4, 2, 2), "uint8"), 2), r"\(N, H, W, C\)"),
        (lambda: tile(np.zeros((0, 2, 2, 1), "uint8"), 2), r"\(0, 2, 2, 1\)"),
    ],
)
def test_impossible_sizes_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_colour_pictures_are_tiled_as_their_channels_are():
    images = np.random.default_rng(0).integers(0, 256, (6, 4, 5, 3), "uint8")
    sheet = tile(images, np.int64(3))
    assert sheet.shape == (8, 15, 3)
    for channel in range(3):
        assert (sheet[..., channel] == tile(images[..., [channel]], 3)).all()


def test_directions_are_orthogonal_and_strongest_first_and_have_one_sign():
    kernel = np.random.default_rng(0).standard_normal((4, 4, 6, 12)).astype("float32")
    directions = strongest_directions(kernel, 5)
    np.testing.assert_allclose(directions @ directions.T, np.eye(5), atol=1e-5)
    effects = np.linalg.norm(kernel.reshape(-1, 12) @ directions.T, axis=0)
    assert (np.diff(effects) <= 1e-5).all()
    assert (directions.max(1) >= -directions.min(1)).all()
