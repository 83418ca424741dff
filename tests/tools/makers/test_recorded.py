"""기록된 훈련을 담는 도구에서, 훈련하지 않고 볼 수 있는 것을 시험한다."""

from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest

from companion import checkpoints
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


IMAGES = np.random.default_rng(0).integers(0, 256, (64, 16, 16, 1), "uint8")


def train(run_dir):
    small = {"image_size": 16, "base_channels": 2, "latent_dim": 4, "precision": "float32"}
    settings = replace(train_recorded.RECIPE, **small)
    return train_recorded.train_recipe(run_dir, settings, 2, IMAGES, IMAGES[:8])


def stored(run_dir):
    return {
        path.name: {
            name: value
            for name, value in np.load(path).items()
            if name not in ("cpu_seconds", "peak_memory_mb")
        }
        for path in sorted((run_dir / "stages").iterdir())
    }


def assert_same(first, second):
    assert first.keys() == second.keys()
    for name, arrays in first.items():
        assert arrays.keys() == second[name].keys()
        assert all((value == second[name][key]).all() for key, value in arrays.items())


def test_the_schedule_ends_with_the_run_and_the_moments_hold_both_generators(tmp_path):
    dcgan = train(tmp_path)
    assert dcgan.settings.decay_steps == int(dcgan.g_optimizer.iterations) == 4
    moments = stored(tmp_path)
    assert list(moments) == [f"{kind}-{n:03d}.npz" for kind in ("epoch", "weights") for n in (1, 2)]
    last = moments["weights-002.npz"]
    for kind in ("generator", "ema_generator"):
        weights = getattr(dcgan, kind).get_weights()
        assert all((last[f"{kind}/{i:03d}"] == w).all() for i, w in enumerate(weights))
    assert (last["generator/000"] != last["ema_generator/000"]).any()


@pytest.mark.parametrize("epoch", [1, 2])
def test_stopped_between_checkpoint_and_stage_loses_nothing(tmp_path, monkeypatch, epoch):
    train(tmp_path / "whole")
    save = train_recorded.Stages.on_epoch_end

    def stop(stages, finished, logs=None):
        if finished + 1 == epoch:
            raise KeyboardInterrupt
        save(stages, finished, logs)

    monkeypatch.setattr(train_recorded.Stages, "on_epoch_end", stop)
    with pytest.raises(KeyboardInterrupt):
        train(tmp_path / "stopped")
    monkeypatch.undo()
    found = checkpoints.list_checkpoints(tmp_path / "stopped" / "checkpoints")
    assert found[-1].name == f"step-{2 * epoch:07d}.npz"
    train(tmp_path / "stopped")
    assert_same(stored(tmp_path / "whole"), stored(tmp_path / "stopped"))


def test_the_full_run_sees_about_1_600_000_images_and_keeps_a_dozen_moments():
    assert abs(train_recorded.EPOCHS * (12_500 // 32) * 32 - 1_600_000) < 12_480
    assert 12 <= len(train_recorded.WEIGHT_EPOCHS) <= 20
    assert train_recorded.WEIGHT_EPOCHS[-1] == train_recorded.EPOCHS
