"""companion.runs: 기록, 정확한 재개, 무너진 훈련을 확인한다."""

import json

import keras
import numpy as np
import pytest
from PIL import Image

from companion import checkpoints, data, runs
from companion.models import build_discriminator, build_generator
from companion.settings import Settings
from companion.training import DCGAN, build_dcgan

SMALL = {"image_size": 8, "base_channels": 2, "latent_dim": 4, "dropout_rate": 0.3, "shift": 1}
# 다섯 스텝인 에포크마다 패널티를 거는 스텝이 다르고, 학습률은 둘째 에포크의 가운데부터 줄어 셋째의 끝에서 0이 된다.
RECIPE = {"gradient_penalty": 0.02, "penalty_interval": 4, "shift": 2, "decay_steps": 15}


def images(n=40):
    return np.random.default_rng(0).integers(0, 256, (n, 8, 8, 1), "uint8")


def run(run_dir, epochs, precision="float32", settings=SMALL, **arguments):
    dcgan = build_dcgan(**settings, precision=precision)
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
    assert config["config"]["settings"]["precision"] == "float32"
    assert config["environment"]["cores"] >= 1
    samples = sorted(path.name for path in (tmp_path / "samples").iterdir())
    assert samples == [f"step-{step:07d}.png" for step in (0, 2, 5, 10, 15)]
    assert np.asarray(Image.open(tmp_path / "samples" / samples[-1])).shape == (64, 64)
    assert len(checkpoints.list_checkpoints(tmp_path / "checkpoints")) == 2


@pytest.mark.parametrize("precision", ["float32", "mixed_bfloat16"])
@pytest.mark.parametrize("recipe", [{}, RECIPE])
def test_a_stopped_and_resumed_run_is_bit_identical(tmp_path, precision, recipe):
    settings = {**SMALL, **recipe}
    whole, whole_history = run(tmp_path / "whole", 3, precision, settings)
    run(tmp_path / "parts", 1, precision, settings)
    run(tmp_path / "parts", 2, precision, settings)
    parts, history = run(tmp_path / "parts", 3, precision, settings)
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
    with pytest.raises(ValueError, match="batch_size: 그때 8, 지금 4"):
        run(tmp_path, 2, batch_size=4, steps_per_epoch=5)
    with pytest.raises(ValueError, match="shuffle_seed: 그때 42, 지금 1"):
        run(tmp_path, 2, seed=1)
    dcgan = build_dcgan(**SMALL, learning_rate=1e-3)
    with pytest.raises(ValueError, match="settings.learning_rate: 그때 0.0002, 지금 0.001"):
        runs.train(dcgan, images(), run_dir=tmp_path, epochs=2, batch_size=8)
    with pytest.raises(ValueError, match="data.sha256"):
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


@pytest.mark.parametrize(
    ("wrong", "error", "message"),
    [
        (images() / 255, TypeError, "float64.*to_uint8"),
        (images().astype("int64"), TypeError, "int64"),
        (images()[..., 0], ValueError, r"\(40, 8, 8\)인데 모델은 \(N, 8, 8, 1\)"),
        (images().repeat(2, axis=1), ValueError, r"\(40, 16, 8, 1\)"),
        (images().repeat(3, axis=3), ValueError, r"\(40, 8, 8, 3\).*channels"),
        (images(7), ValueError, "batch_size가 8인데 이미지는 7장"),
        (images(0), ValueError, "이미지는 0장"),
        ([np.zeros((8, 8, 1), "uint8"), np.zeros((4, 4, 1), "uint8")], ValueError, "서로 다르다"),
    ],
)
def test_images_that_the_model_cannot_take_are_refused_at_the_door(tmp_path, wrong, error, message):
    with pytest.raises(error, match=message):
        runs.train(build_dcgan(**SMALL), wrong, run_dir=tmp_path / "new", epochs=1, batch_size=8)
    assert not (tmp_path / "new").exists()


def test_lists_and_loaded_bricks_are_trained_on_as_their_arrays_are(tmp_path):
    bricks = data.Bricks(images(), *[np.zeros(40)] * 4)
    _, expected = run(tmp_path / "array", 1)
    for name, given in (("list", list(images())), ("bricks", bricks)):
        dcgan = build_dcgan(**SMALL)
        arguments = {"run_dir": tmp_path / name, "batch_size": 8, "verbose": 0}
        history = runs.train(dcgan, given, epochs=1, **arguments)
        assert without_seconds(history) == without_seconds(expected)


def test_a_model_that_is_not_compiled_is_refused_at_the_door(tmp_path):
    small = {"image_size": 8, "base_channels": 2}
    networks = build_discriminator(**small), build_generator(4, **small)
    with pytest.raises(ValueError, match="컴파일하지 않은"):
        runs.train(
            DCGAN(*networks, latent_dim=4, shift=1), images(), run_dir=tmp_path / "new", epochs=1
        )
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    ("seed", "advice"),
    [(-1, "0 이상인"), (0.5, "0 이상인"), (True, "0 이상인"), (2**32, "4294967295 이하인")],
)
def test_a_seed_that_is_no_seed_is_refused(tmp_path, seed, advice):
    with pytest.raises(ValueError, match=f"seed가 .*이다. {advice} 정수"):
        run(tmp_path / "new", 1, seed=seed)
    assert not (tmp_path / "new").exists()


def test_the_largest_seed_of_a_model_shuffles_too(tmp_path):
    run(tmp_path, 1, settings={**SMALL, "seed": 2**32 - 1})
    config = json.loads((tmp_path / "config.json").read_text())["config"]
    assert config["shuffle_seed"] == 41


def test_progress_line_tells_the_time_left(tmp_path, capsys):
    run(tmp_path, 2, verbose=1)
    assert "에포크 2/2: 이미지 80장" in capsys.readouterr().out
    line = {"epoch": 1, "images": 12_000, "seconds": 120.0}
    assert runs.progress_line(line, 41) == (
        "에포크 1/41: 이미지 12,000장, 초당 100장, 남은 시간 약 1시간 20분"
    )
    assert [runs.duration(s) for s in (20, 119, 3600)] == ["20초", "2분", "1시간 0분"]


def test_the_progress_is_on_lines_of_its_own(tmp_path, capsys):
    run(tmp_path, 2, verbose=1)
    said = capsys.readouterr().out.splitlines()
    ours = [i for i, line in enumerate(said) if line.startswith("에포크 ")]
    assert len(ours) == 2
    bars = [i for i, line in enumerate(said) if "5/5" in line]
    # 막대를 끝낸 다음에 한 줄로 알리고, 그 뒤에 같은 막대가 되풀이되지 않는다.
    assert bars[0] < ours[0] < bars[-1] < ours[1]
    assert not [i for i in bars if ours[0] < i < said.index("Epoch 2/2")]


def test_an_error_starts_on_a_line_of_its_own(tmp_path, capsys):
    class Broken(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(tmp_path, 1, verbose=1, callbacks=[Broken()])
    assert capsys.readouterr().out.endswith("\n")


def test_a_folder_of_other_things_is_left_alone(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(FileExistsError, match="notes.txt"):
        run(tmp_path, 1)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_the_models_seed_decides_the_order_of_the_images_too(tmp_path):
    config = {}
    for seed in (0, 1):
        run(tmp_path / str(seed), 1, settings={**SMALL, "seed": seed})
        config[seed] = json.loads((tmp_path / str(seed) / "config.json").read_text())["config"]
    assert config[0]["shuffle_seed"] != config[1]["shuffle_seed"]
    again, _ = run(tmp_path / "again", 1, settings={**SMALL, "seed": 1})
    assert again.settings.seed == config[1]["settings"]["seed"] == 1


def test_a_schedule_that_ends_before_the_run_is_refused_with_both_numbers(tmp_path):
    with pytest.raises(ValueError, match="14스텝에서 0이 되는데 훈련은 15스텝"):
        run(tmp_path / "new", 3, settings={**SMALL, "decay_steps": 14})
    assert not (tmp_path / "new").exists()


def test_a_trained_model_is_not_recorded_as_a_fresh_run(tmp_path):
    dcgan, _ = run(tmp_path / "first", 1)
    with pytest.raises(ValueError, match="이미 훈련한"):
        runs.train(dcgan, images(), run_dir=tmp_path / "second", epochs=2, batch_size=8)
    assert not (tmp_path / "second" / "config.json").exists()


def test_the_penalty_is_a_column_of_its_own(tmp_path):
    _, history = run(tmp_path, 1, settings={**SMALL, **RECIPE})
    assert history[0]["penalty"] > 0


@pytest.mark.parametrize(
    "shape",
    [
        {"kernel_size": 5, "upsampling": "transpose"},
        {"upsampling": "resize"},
        {"upsampling": "smooth", "image_size": 16, "channels": 3, "latent_dim": 7},
    ],
)
def test_a_generator_comes_back_with_every_shape_it_can_have(tmp_path, shape):
    dcgan = build_dcgan(**{**SMALL, **shape})
    step = checkpoints.save_checkpoint(tmp_path, dcgan, 0)
    generator = runs.load_generator(step)
    z = np.random.default_rng(0).standard_normal((2, dcgan.latent_dim)).astype("float32")
    np.testing.assert_allclose(generator(z), dcgan(z), rtol=1e-5, atol=1e-6)


def test_a_damaged_newest_checkpoint_gives_the_generator_of_the_one_before(tmp_path):
    dcgan, _ = run(tmp_path, 2)
    older, newest = checkpoints.list_checkpoints(tmp_path / "checkpoints")
    expected = runs.load_generator(older).get_weights()
    content = newest.read_bytes()
    newest.write_bytes(content[: len(content) // 2])
    with pytest.warns(UserWarning, match="step-0000010.*이번에는 step-0000005.npz를 쓴다"):
        weights = runs.load_generator(tmp_path).get_weights()
    assert all((a == b).all() for a, b in zip(weights, expected, strict=True))
    older.write_bytes(b"half")
    with pytest.raises(checkpoints.CheckpointError, match="step-0000010"):
        runs.load_generator(tmp_path)


def test_samples_beyond_the_range_of_pixels_do_not_stop_the_training(tmp_path):
    networks = (
        build_discriminator(8, base_channels=2),
        build_generator(4, "transpose", image_size=8, base_channels=2),
    )
    last = networks[1].layers[-1]
    last.activation = keras.activations.linear
    last.kernel.assign(100 * last.kernel)
    dcgan = DCGAN(*networks, latent_dim=4, shift=1)
    dcgan.ema_generator = networks[1]
    dcgan.compile()
    runs.train(dcgan, images(), run_dir=tmp_path, epochs=1, batch_size=8, verbose=0)
    assert np.asarray(Image.open(tmp_path / "samples" / "step-0000000.png")).max() == 255


def test_a_generator_made_by_hand_is_not_loaded_as_ours(tmp_path):
    def altered(settings=None):
        return DCGAN(
            build_discriminator(8, base_channels=2),
            build_generator(4, "resize", image_size=8, base_channels=2),
            latent_dim=4,
            shift=1,
            settings=settings,
        )

    for step, settings in enumerate(
        [None, Settings(image_size=8, base_channels=2, latent_dim=4, shift=1)]
    ):
        dcgan = altered(settings)
        dcgan.compile()
        path = checkpoints.save_checkpoint(tmp_path, dcgan, step)
        with pytest.raises(
            checkpoints.CheckpointError, match=r"build_dcgan\(\)으로 지은 것이 아니"
        ):
            runs.load_generator(path)
