"""기록된 훈련을 담는 도구에서, 훈련하지 않고 볼 수 있는 것을 시험한다."""

from pathlib import Path

import keras
import numpy as np
import pytest

from tools.makers import recorded as train_recorded


@pytest.mark.parametrize(
    ("clocks", "total"),
    [
        ([10.0, 20.0, 30.0], 30.0),
        ([10.0, 20.0, 5.0, 9.0], 29.0),
        ([10.0, 5.0, 4.0], 19.0),
        ([7.0], 7.0),
    ],
)
def test_cpu_time_is_summed_over_the_processes(tmp_path, clocks, total):
    (tmp_path / "stages").mkdir()
    for epoch, clock in enumerate(clocks, start=1):
        np.savez(tmp_path / "stages" / f"epoch-{epoch:03d}.npz", cpu_seconds=clock)
    assert train_recorded.cpu_seconds(tmp_path, len(clocks)) == total


def test_a_quantized_kernel_is_off_by_half_a_step_of_its_own_channel():
    model = keras.Sequential([keras.Input((8, 8, 64)), keras.layers.Conv2D(32, 4, name="large")])
    kernel, bias = model.get_weights()
    kernel *= np.logspace(-3, 0, 32, dtype="float32")  # 채널마다 크기가 다르다.
    model.set_weights([kernel, bias + 1])
    weights = train_recorded.quantize(model)
    assert weights["000"].dtype == np.int8
    off = np.abs(weights["000"] * weights["000.scale"] - kernel).max(axis=(0, 1, 2))
    assert (off <= np.abs(kernel).max(axis=(0, 1, 2)) / 127 / 2 * 1.001).all()
    np.testing.assert_array_equal(weights["001"], bias + 1)


def test_all_early_grids_and_the_last_are_kept():
    paths = [
        Path(f"step-{step:07d}.png") for step in (0, 25, 50, 100, 200, *range(390, 16000, 390))
    ]
    kept = train_recorded.choose_grids(paths)
    assert len(kept) == train_recorded.MOST_GRIDS
    assert kept[:5] == paths[:5] and kept[-1] == paths[-1]
    assert kept == sorted(set(kept))
    assert train_recorded.choose_grids(paths[:9]) == paths[:9]
