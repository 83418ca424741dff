"""companion.cli: 명령이 하는 일과 종료 코드와 오류 문장을 확인한다."""

import os
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

import companion
from companion import cli, runs, sampling, training
from companion.settings import Settings
from companion.training import build_dcgan

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def run_dir(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    images = np.random.default_rng(0).integers(0, 256, (16, 16, 16, 1), "uint8")
    dcgan = build_dcgan(image_size=16, base_channels=2, latent_dim=4, upsampling="resize")
    runs.train(dcgan, images, run_dir=folder, epochs=1, batch_size=8, verbose=0)
    return folder


def test_train_command_trains_and_resumes_with_the_stored_precision(tmp_path, capsys, monkeypatch):
    folder = tmp_path / "bricks"
    assert cli.main(["data", str(folder), "--split", "heldout", "--limit", "32"]) == 0
    poses = [int(path.stem[-4:-1]) for path in folder.glob("*.png")]
    assert len(poses) == 32 and min(poses) >= 125
    command = ["train", str(tmp_path / "run"), "--source", str(folder), "--base-channels", "1"]
    command += ["--batch-size", "16", "--epochs", "2"]

    def interrupted(line, epochs):
        raise KeyboardInterrupt

    monkeypatch.setattr(runs, "progress_line", interrupted)
    assert cli.main([*command, "--precision", "mixed_bfloat16"]) == 130
    monkeypatch.undo()
    assert cli.main([*command[:-1], "3"]) == 1
    assert "--epochs가 3인데" in (error := capsys.readouterr().err) and "2에포크에" in error
    assert cli.main(command) == 0
    assert cli.main(command) == 0
    assert runs.stored_config(tmp_path / "run")["training"]["precision"] == "mixed_bfloat16"
    said = capsys.readouterr().out
    assert "64장을 본 훈련" in said
    assert said.count("--precision mixed_bfloat16을 준다") == 2  # 처음에는 고르라고 맡기지 않았다
    decay_steps = runs.stored_config(tmp_path / "run")["settings"]["decay_steps"]
    assert decay_steps == 2 * 32 // 16


def test_every_option_of_train_reaches_the_training(tmp_path, monkeypatch):
    given = {}

    def build_dcgan(settings, **options):
        given.update(asdict(settings), **options)
        return SimpleNamespace(precision=settings.precision)

    monkeypatch.setattr(training, "build_dcgan", build_dcgan)
    monkeypatch.setattr(
        runs, "train", lambda _, images, **options: given.update(options) or [{"images": 0}]
    )
    words = "--epochs 3 --batch-size 7 --precision float32 --base-channels 2 --upsampling resize"
    words += " --dropout-rate 0.1 --label-noise 0.2 --gradient-penalty 0.5 --penalty-interval 2"
    words += " --shift 3 --learning-rate 0.003 --seed 5 --devices CPU:0 CPU:1"
    assert cli.main(["train", str(tmp_path), *words.split()]) == 0
    steps_per_epoch = 12_500 // 7
    asked = Settings(
        base_channels=2,
        upsampling="resize",
        dropout_rate=0.1,
        label_noise=0.2,
        gradient_penalty=0.5,
        penalty_interval=2,
        shift=3,
        learning_rate=0.003,
        decay_steps=3 * steps_per_epoch,
        precision="float32",
        seed=5,
    )
    assert given == {
        "run_dir": tmp_path,
        "epochs": 3,
        "batch_size": 7,
        "devices": ["CPU:0", "CPU:1"],
        **asdict(asked),
    }


def test_sample_command_writes_a_grid_of_the_average_generator(run_dir, tmp_path):
    options = ["-n", "16", "--columns", "4", "--seed", "3"]
    assert (
        cli.main(["sample", str(tmp_path / "a.png"), "--checkpoint", str(run_dir), *options]) == 0
    )
    grid = np.asarray(Image.open(tmp_path / "a.png"))
    newest = run_dir / "checkpoints" / "step-0000002.npz"
    generator = runs.load_generator(newest)
    images = generator.predict(sampling.latents(16, 4, seed=3), verbose=0)
    expected = np.clip(np.rint(images * 127.5 + 127.5), 0, 255).astype("uint8")
    np.testing.assert_array_equal(grid, sampling.tile(expected, 4))


def test_sample_command_writes_single_files_and_interpolations(run_dir, tmp_path):
    checkpoint = ["--checkpoint", str(run_dir), "-n", "3"]
    assert cli.main(["sample", str(tmp_path / "many"), "--separate", *checkpoint]) == 0
    assert sorted(path.name for path in (tmp_path / "many").iterdir()) == [
        "brick-0000.png",
        "brick-0001.png",
        "brick-0002.png",
    ]
    assert cli.main(["sample", str(tmp_path / "walk.png"), "--interpolate", *checkpoint]) == 0
    with Image.open(tmp_path / "walk.png") as walk:
        assert walk.size == (3 * 16, 16)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["sample", "x.png", "--checkpoint", "missing-run"], "missing-run"),
        (["sample", "x.png", "-n", "0"], "1 이상"),
        (["train", "x", "--source", "missing-folder"], "missing-folder"),
    ],
)
def test_user_errors_are_one_sentence_without_a_traceback(
    arguments, message, capsys, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    assert cli.main(arguments) == 1
    error = capsys.readouterr().err
    assert error.startswith("오류: ") and message in error and "Traceback" not in error
    assert list(tmp_path.iterdir()) == []


def test_debug_shows_where_the_error_came_from(tmp_path):
    with pytest.raises(ValueError):
        cli.main(["--debug", "sample", str(tmp_path / "x.png"), "-n", "0"])


def test_an_empty_run_folder_is_said(tmp_path, capsys):
    assert cli.main(["sample", str(tmp_path / "x.png"), "--checkpoint", str(tmp_path)]) == 1
    assert "체크포인트가 없다" in capsys.readouterr().err


def test_ctrl_c_ends_with_130(monkeypatch, tmp_path, capsys):
    def interrupted(options):
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "_train", interrupted)
    assert cli.main(["train", str(tmp_path)]) == 130
    assert "이어 간다" in capsys.readouterr().err


def test_wrong_usage_exits_with_two_and_help_is_korean(capsys):
    with pytest.raises(SystemExit) as usage:
        cli.main(["sample"])
    assert usage.value.code == 2
    for command in ([], ["train"], ["sample"], ["data"]):
        with pytest.raises(SystemExit) as help_exit:
            cli.main([*command, "--help"])
        assert help_exit.value.code == 0
        assert "벽돌" in (text := capsys.readouterr().out) or "훈련" in text


def test_module_runs_as_a_program():
    result = subprocess.run(
        [sys.executable, "-m", "companion", "--help"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
    )
    assert "train" in result.stdout and "sample" in result.stdout


def test_import_is_quick_for_it_loads_nothing_but_the_standard_library():
    code = (
        "import sys; before = set(sys.modules); import companion;"
        "print(*{name.partition('.')[0] for name in set(sys.modules) - before})"
    )
    result = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert set(result.stdout.split()) - sys.stdlib_module_names == {"companion"}


def test_every_public_name_can_be_had_and_unknown_ones_are_said():
    assert set(companion.__all__) <= set(dir(companion))
    for name in companion.__all__:
        assert getattr(companion, name) is not None
    with pytest.raises(AttributeError, match="build_nothing"):
        companion.build_nothing  # noqa: B018
