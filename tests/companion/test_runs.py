"""companion.runs: 기록, 정확한 재개, 무너진 훈련을 확인한다."""

import json

import keras
import numpy as np
import pytest
from PIL import Image

from companion import checkpoints, runs
from companion.training import build_dcgan

SMALL = {"image_size": 8, "base_channels": 2, "latent_dim": 4, "dropout_rate": 0.3}


def images(n=40):
    return np.random.default_rng(0).integers(0, 256, (n, 8, 8, 1), "uint8")


def run(run_dir, epochs, precision="float32", **arguments):
    dcgan = build_dcgan(**SMALL, precision=precision)
    arguments = {"batch_size": 8, "verbose": 0, **arguments}
    return dcgan, runs.train(dcgan, images(), run_dir=run_dir, epochs=epochs, **arguments)


def state(dcgan):
    return {k: np.asarray(v).copy() for k, v in checkpoints._variables(dcgan).items()}


def assert_same_state(first, second):
    first, second = state(first), state(second)
    assert first.keys() == second.keys()
    assert [name for name in first if (first[name] != second[name]).any()] == []


def without_seconds(history):
    return [{k: v for k, v in line.items() if k != "seconds"} for line in history]


def test_a_run_leaves_config_history_samples_and_checkpoints(tmp_path):
    _, history = run(tmp_path, epochs=3, sample_steps=[2])
    lines = [json.loads(line) for line in (tmp_path / "history.jsonl").read_text().splitlines()]
    assert lines == history
    assert [(line["epoch"], line["step"], line["images"]) for line in lines] == [
        (1, 5, 40),
        (2, 10, 80),
        (3, 15, 120),
    ]
    assert all(
        np.isfinite(line[name])
        for line in lines
        for name in ("d_loss", "g_loss", "d_real_accuracy", "d_fake_accuracy")
    )
    config = json.loads((tmp_path / "config.json").read_text())
    assert config["config"]["model"]["precision"] == "float32"
    assert config["environment"]["cores"] >= 1
    samples = sorted(path.name for path in (tmp_path / "samples").iterdir())
    assert samples == [f"step-{step:07d}.png" for step in (0, 2, 5, 10, 15)]
    assert np.asarray(Image.open(tmp_path / "samples" / samples[-1])).shape == (64, 64)
    assert len(checkpoints.list_checkpoints(tmp_path / "checkpoints")) == 2


@pytest.mark.parametrize("precision", ["float32", "mixed_bfloat16"])
def test_a_stopped_and_resumed_run_is_bit_identical(tmp_path, precision):
    whole, whole_history = run(tmp_path / "whole", 3, precision)
    run(tmp_path / "parts", 1, precision)
    run(tmp_path / "parts", 2, precision)
    parts, history = run(tmp_path / "parts", 3, precision)
    assert_same_state(whole, parts)
    assert without_seconds(history) == without_seconds(whole_history)
    for path in (tmp_path / "whole" / "samples").iterdir():
        assert path.read_bytes() == (tmp_path / "parts" / "samples" / path.name).read_bytes()


def test_ctrl_c_in_the_middle_of_an_epoch_loses_only_that_epoch(tmp_path):
    class Interrupt(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            if int(self.model.d_optimizer.iterations) == 8:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "stopped", 3, callbacks=[Interrupt()])
    resumed, _ = run(tmp_path / "stopped", 3)
    whole, _ = run(tmp_path / "whole", 3)
    assert_same_state(whole, resumed)


def test_a_finished_run_is_not_trained_again(tmp_path):
    first, history = run(tmp_path, 2)
    second, again = run(tmp_path, 2)
    assert_same_state(first, second)
    assert again == history


def test_resume_refuses_other_settings_and_names_them(tmp_path):
    run(tmp_path, 1)
    before = (tmp_path / "history.jsonl").read_bytes()
    with pytest.raises(ValueError, match="batch_size"):
        run(tmp_path, 2, batch_size=4, steps_per_epoch=5)
    with pytest.raises(ValueError, match="seed"):
        run(tmp_path, 2, seed=1)
    dcgan = build_dcgan(**SMALL, learning_rate=1e-3)
    with pytest.raises(ValueError, match="d_learning_rate"):
        runs.train(dcgan, images(), run_dir=tmp_path, epochs=2, batch_size=8)
    with pytest.raises(ValueError, match="data"):
        runs.train(build_dcgan(**SMALL), 255 - images(), run_dir=tmp_path, epochs=2, batch_size=8)
    assert (tmp_path / "history.jsonl").read_bytes() == before


def test_resume_on_another_machine_goes_on_and_says_it_is_not_bit_identical(tmp_path, monkeypatch):
    run(tmp_path, 1)
    here = runs.environment()
    monkeypatch.setattr(runs, "environment", lambda: {**here, "processor": "다른 CPU"})
    with pytest.warns(UserWarning, match="비트까지 같지는 않다"):
        _, history = run(tmp_path, 2)
    assert len(history) == 2


def test_a_history_without_checkpoints_is_not_overwritten(tmp_path):
    run(tmp_path, 1)
    before = (tmp_path / "history.jsonl").read_bytes()
    for path in checkpoints.list_checkpoints(tmp_path / "checkpoints"):
        path.unlink()
    with pytest.raises(ValueError, match="체크포인트가 없다"):
        run(tmp_path, 1)
    assert (tmp_path / "history.jsonl").read_bytes() == before


def test_nan_stops_the_run_at_once_and_names_number_and_step(tmp_path):
    run(tmp_path, 1)

    class Spoil(keras.callbacks.Callback):
        def on_train_batch_begin(self, batch, logs=None):
            if batch == 2:
                kernel = self.model.discriminator.trainable_variables[0]
                kernel.assign(kernel * np.nan)

    good = checkpoints.list_checkpoints(tmp_path / "checkpoints")
    with pytest.raises(FloatingPointError, match=r"8스텝에서 d_loss.*step-0000005.npz은 온전하다"):
        run(tmp_path, 2, callbacks=[Spoil()])
    assert checkpoints.list_checkpoints(tmp_path / "checkpoints") == good


def test_nan_before_the_first_checkpoint_is_said_too(tmp_path):
    dcgan = build_dcgan(**SMALL)
    dcgan.generator.trainable_variables[0].assign(dcgan.generator.trainable_variables[0] * np.nan)
    with pytest.raises(FloatingPointError, match="1스텝에서.*아직 체크포인트가 없다"):
        runs.train(dcgan, images(), run_dir=tmp_path, epochs=1, batch_size=8, verbose=0)


def test_two_runs_in_one_folder_are_refused(tmp_path):
    class Second(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            with pytest.raises(RuntimeError, match="다른 훈련이 돌고 있다"):
                run(tmp_path, 1)

    run(tmp_path, 1, callbacks=[Second()])


def test_integers_of_numpy_are_recorded_as_pythons(tmp_path):
    run(tmp_path, np.int64(1), batch_size=np.int64(8))
    config = json.loads((tmp_path / "config.json").read_text())["config"]
    assert config["batch_size"] == 8


@pytest.mark.parametrize(
    "arguments", [{"epochs": 0}, {"epochs": True}, {"epochs": 1, "batch_size": -1}]
)
def test_impossible_numbers_are_refused(tmp_path, arguments):
    with pytest.raises(ValueError, match="1 이상인 정수"):
        run(tmp_path / "new", **arguments)
    assert not (tmp_path / "new").exists()


def test_progress_line_tells_the_time_left(tmp_path, capsys):
    run(tmp_path, 2, verbose=1)
    assert "에포크 2/2: 이미지 80장" in capsys.readouterr().out
    line = {"epoch": 1, "images": 12_000, "seconds": 120.0}
    assert runs.progress_line(line, 41) == (
        "에포크 1/41: 이미지 12,000장, 초당 100장, 남은 시간 약 1시간 20분"
    )
    assert [runs.duration(s) for s in (20, 119, 3600)] == ["20초", "2분", "1시간 0분"]
