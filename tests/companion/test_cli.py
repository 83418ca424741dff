"""companion.cli: 명령이 하는 일과 종료 코드와 오류 문장을 확인한다."""

import argparse
import os
import signal
import subprocess
import sys
import warnings
from dataclasses import asdict
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

import companion
from companion import cli, data, runs, sampling, settings, training
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
    words = "--epochs 3 --batch-size 8 --precision float32 --base-channels 2 --upsampling resize"
    words += " --dropout-rate 0.1 --label-noise 0.2 --gradient-penalty 0.5 --penalty-interval 2"
    words += " --shift 3 --learning-rate 0.003 --seed 5 --devices CPU:0 CPU:1"
    assert cli.main(["train", str(tmp_path), *words.split()]) == 0
    steps_per_epoch = 12_500 // 8
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
        "batch_size": 8,
        "devices": ["CPU:0", "CPU:1"],
        **asdict(asked),
    }


def test_colour_goes_all_the_way(tmp_path, monkeypatch):
    rng = np.random.default_rng(0)
    (tmp_path / "pictures").mkdir()
    for i in range(8):
        pixels = rng.integers(0, 256, (64, 64, 3), "uint8")
        Image.fromarray(pixels).save(tmp_path / "pictures" / f"{i}.png")
    run = str(tmp_path / "run")
    command = ["train", run, "--source", str(tmp_path / "pictures"), "--channels", "3"]
    command += ["--batch-size", "4", "--epochs", "2", "--base-channels", "1"]
    command += ["--precision", "float32"]

    def interrupted(line, epochs):
        raise KeyboardInterrupt

    monkeypatch.setattr(runs, "progress_line", interrupted)
    assert cli.main(command) == 130
    monkeypatch.undo()
    assert cli.main(command) == 0
    with Image.open(tmp_path / "run" / "samples" / "step-0000004.png") as grid:
        assert grid.mode == "RGB" and grid.size == (512, 512)
    checkpoint = ["--checkpoint", run, "-n", "2"]
    assert cli.main(["sample", str(tmp_path / "grid.png"), *checkpoint]) == 0
    assert cli.main(["sample", str(tmp_path / "each"), "--separate", *checkpoint]) == 0
    images = runs.load_generator(run).predict(sampling.latents(2), verbose=0)
    grid, last = (Image.open(tmp_path / name) for name in ("grid.png", "each/brick-0001.png"))
    np.testing.assert_array_equal(grid, np.hstack(list(data.to_uint8(images))))
    np.testing.assert_array_equal(last, data.to_uint8(images[1]))


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
    columns = ["--interpolate", "--columns", "2"]
    assert cli.main(["sample", str(tmp_path / "walk.png"), *columns, *checkpoint]) == 0
    with Image.open(tmp_path / "walk.png") as walk:
        assert walk.size == (2 * 16, 2 * 16)


def test_a_last_row_that_is_not_full_ends_in_black(run_dir, tmp_path):
    checkpoint = ["--checkpoint", str(run_dir)]
    for n in (10, 16):
        assert cli.main(["sample", str(tmp_path / f"{n}.png"), "-n", str(n), *checkpoint]) == 0
    ten, sixteen = (np.asarray(Image.open(tmp_path / f"{n}.png")) for n in (10, 16))
    np.testing.assert_array_equal(ten[:, : 2 * 16], sixteen[:, : 2 * 16])
    np.testing.assert_array_equal(ten[:16], sixteen[:16])
    assert not ten[16:, 2 * 16 :].any()


@pytest.mark.parametrize(
    ("name", "kind"), [("a.jpg", "JPEG"), ("a.TIF", "TIFF"), ("a.webp", "WEBP")]
)
def test_the_type_of_a_sample_is_its_names(run_dir, tmp_path, name, kind):
    for _ in range(2):  # 두 번째는 제가 쓴 것을 덮는다
        command = ["sample", str(tmp_path / name), "--checkpoint", str(run_dir), "-n", "1"]
        assert cli.main(command) == 0
    with Image.open(tmp_path / name) as image:
        assert image.format == kind


def test_what_another_wrote_is_never_replaced(run_dir, tmp_path, capsys):
    checkpoint = ["--checkpoint", str(run_dir), "-n", "2"]
    Image.new("L", (9, 9)).save(tmp_path / "photo.png")
    (tmp_path / "notes.png").write_text("notes")
    (tmp_path / "folder.png").mkdir()
    for name in ("photo.png", "notes.png", "folder.png"):
        before = (tmp_path / name).stat()
        assert cli.main(["sample", str(tmp_path / name), *checkpoint]) == 1
        assert f"{name}'는 이 명령이 쓴 이미지가 아니어서" in capsys.readouterr().err
        assert (tmp_path / name).stat() == before
    into = ["sample", str(tmp_path / "many"), "--separate", "--checkpoint", str(run_dir)]
    for n, code in (("2", 0), ("2", 0), ("3", 0), ("1", 1)):
        assert cli.main([*into, "-n", n]) == code
    assert "다른 파일이 있다(처음 것: 'brick-0001.png')" in capsys.readouterr().err
    Image.new("L", (9, 9)).save(tmp_path / "many" / "brick-0001.png")
    assert cli.main([*into, "-n", "3"]) == 1
    assert "덮어쓰지 않는다" in capsys.readouterr().err


MISTAKES = {
    "sample README.md": "'README.md'는 이미지 파일의 이름이 아니다",
    "sample new/": "'new/'는 이미지 파일의 이름이 아니다",
    "sample x.gif": "이미지 파일의 이름이 아니다",
    "sample x.png --separate": "'x.png'는 이미지 파일의 이름인데 --separate는 폴더에 쓴다",
    "sample new/x.png": "'new' 폴더가 없다",
    "sample x.png --checkpoint missing": "체크포인트 'missing'가 없다",
    "sample x.png --checkpoint ''": "--checkpoint가 비었다",
    "sample x.png -n 0": "-n이 0이다. 1 이상",
    "sample x.png -n 100000000": "한 번에 10,000장까지",
    "sample x.png --columns 0": "--columns가 0이다. 1 이상",
    "sample x --separate --columns 2": "--columns를 뺀다",
    "sample README.md --separate": "'README.md'는 폴더가 아니라 파일이다",
    "sample x.png --seed -1": "seed가 -1이다. 0 이상",
    "sample x.png --seed 99999999999999999999": "seed가 99999999999999999999이다. 4294967295 이하인",
    "sample x.webp -n 10000": "한 변이 80,000픽셀인데 WEBP 파일은 16,383픽셀까지",
    "sample x.jpg --interpolate -n 1024": "한 변이 65,536픽셀인데 JPEG 파일은 65,535픽셀까지",
    "sample README.md/x --separate": "README.md'는 폴더가 아니라 파일이어서",
    "data README.md/x": "README.md'는 폴더가 아니라 파일이어서 'README.md/x'를 만들 수 없다",
    "train README.md/x": "README.md'는 폴더가 아니라 파일이어서 'README.md/x'를 만들 수 없다",
    "data README.md": "'README.md'는 폴더가 아니라 파일이다",
    "data .": "'.' 폴더에 다른 파일이 있다(처음 것: 'README.md')",
    "train .": "'.' 폴더에 다른 파일이 있다(처음 것: 'README.md')",
    "train ''": "폴더의 이름이 비었다",
    "data ''": "폴더의 이름이 비었다",
    "train README.md": "'README.md'는 폴더가 아니라 파일이다",
    "train x --epochs 0": "epochs가 0이다",
    "train x --epochs 100000000": "한 에포크가 390스텝이니 11012736 이하로 준다",
    "train x --learning-rate -1": "learning_rate가 -1.0이다. 0보다 큰",
    "train x --learning-rate nan": "learning_rate가 nan이다",
    "train x --learning-rate 1e-50": "learning_rate가 1e-50이다. float32로는 0이므로 0보다 큰",
    "train x --dropout-rate 0.99999999": "float32로는 1이므로 0 이상 1 미만인",
    "train x --seed 4294967296": "seed가 4294967296이다. 4294967295 이하인 정수를 준다",
    "train x --seed -1": "seed가 -1이다",
    "train x --devices CPU:0 CPU:0": "서로 다른 장치를 준다",
    "train x --devices CPU:0 CPU:1 --batch-size 7": "2의 배수를 준다",
    "train x --batch-size 100000": "배치 크기가 100000인데 이미지가 12500장뿐이다",
    "train x --source missing": "'missing' 폴더가 없다",
    "train x --source ''": "source가 비었다",
    "train x --channels 3": "흑백뿐이니",
    "train x --background 300": "background가 300이다",
    "train x --background 255": "투명한 곳이 없으니 background를 뺀다",
}


def test_mistakes_are_one_sentence_before_tensorflow_is_loaded(tmp_path):
    """모두 한 프로그램에서 해 보아, 하나라도 TensorFlow를 불러오면 그 뒤가 모두 그렇다고 나온다."""
    code = (
        "import shlex, sys, time; from companion import cli, load_bricks; load_bricks()\n"
        "for line in sys.stdin.read().splitlines():\n"
        "    start = time.process_time()\n"
        "    code = cli.main(shlex.split(line))\n"
        "    took = time.process_time() - start\n"
        "    print(code, took < 0.5, 'tensorflow' in sys.modules)"
    )
    (tmp_path / "README.md").write_text("mine")
    done = subprocess.run(
        [sys.executable, "-c", code],
        input="\n".join(MISTAKES),
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        cwd=tmp_path,
    )
    assert done.stdout.splitlines() == ["1 True False"] * len(MISTAKES), done.stderr
    said = done.stderr.splitlines()
    for line, message in zip(said, MISTAKES.values(), strict=True):
        assert line.startswith("오류: ") and message in line
    assert [path.name for path in tmp_path.iterdir()] == ["README.md"]


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (
            ModuleNotFoundError("No module named 'keras.ops'", name="keras.ops"),
            "keras 패키지가 없다",
        ),
        (PermissionError(13, "Permission denied", "a\x1b[31m"), "'a\\x1b[31m': 권한이 없다."),
        (MemoryError("Unable to allocate"), "MemoryError가 났다(Unable to allocate). `python -m"),
        (ValueError("그 값은 안 된다."), "그 값은 안 된다."),
    ],
)
def test_any_error_becomes_one_sentence(error, sentence, monkeypatch, capsys):
    def fail(options):
        raise error

    monkeypatch.setattr(cli, "_data", fail)
    assert cli.main(["data", "x"]) == 1
    said = capsys.readouterr().err
    assert said.startswith(f"오류: {sentence}") and said.count("\n") == 1


def test_where_nothing_may_be_written_is_said_before_tensorflow_is_loaded(
    tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr(cli.os, "access", lambda path, mode: path != tmp_path)
    monkeypatch.setattr(cli, "_import_tensorflow", lambda quiet: pytest.fail("불러왔다"))
    for command in ("train new/run", "sample a.png", "sample new --separate"):
        name, place, *options = command.split()
        assert cli.main([name, str(tmp_path / place), *options]) == 1
        assert "쓸 수 없다. 권한을 고치거나" in capsys.readouterr().err


def test_a_checkpoint_that_is_none_is_said_without_advice_to_delete_it(tmp_path, capsys):
    (tmp_path / "README.md").write_text("mine")
    command = ["sample", str(tmp_path / "x.png"), "--checkpoint", str(tmp_path / "README.md")]
    assert cli.main(command) == 1
    said = capsys.readouterr().err
    assert "README.md'를 읽을 수 없다" in said and "지우" not in said


def test_warnings_are_said_without_the_line_of_code(monkeypatch, capsys):
    monkeypatch.setattr(cli, "_data", lambda options: warnings.warn("바꾸었다.", stacklevel=1))
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        assert cli.main(["data", "x"]) == 0
    assert capsys.readouterr().err == "주의: 바꾸었다.\n"


def test_nothing_of_tensorflow_is_said(run_dir, tmp_path):
    command = [sys.executable, "-m", "companion", "sample", str(tmp_path / "a.png"), "-n", "1"]
    done = subprocess.run(
        [*command, "--checkpoint", str(run_dir)], capture_output=True, encoding="utf-8", cwd=ROOT
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{str(tmp_path / 'a.png')!r}에 샘플 1장을 썼다.\n"


@pytest.mark.parametrize("quiet", [True, False])
def test_standard_error_is_given_back_after_tensorflow_is_loaded(quiet, capfd, monkeypatch):
    def talk():
        os.write(2, b"lines of TensorFlow\n")
        raise ImportError("broken")

    fake = SimpleNamespace(config=SimpleNamespace(list_logical_devices=talk))
    monkeypatch.setitem(sys.modules, "tensorflow", fake)
    with pytest.raises(ImportError):
        cli._import_tensorflow(quiet=quiet)
    os.write(2, b"after\n")
    assert capfd.readouterr().err == ("" if quiet else "lines of TensorFlow\n") + "after\n"


@pytest.mark.parametrize(
    ("variables", "encoding"),
    [
        ({"PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "LC_ALL": "C"}, "ascii"),
        ({"PYTHONIOENCODING": "cp949"}, "cp949"),
    ],
)
def test_an_encoding_without_hangul_stops_nothing(variables, encoding, tmp_path):
    environment = {**os.environ, **variables}
    for arguments in (["data", str(tmp_path / "bricks"), "--limit", "3"], ["train", "--help"]):
        done = subprocess.run(
            [sys.executable, "-m", "companion", *arguments],
            env=environment,
            cwd=ROOT,
            capture_output=True,
        )
        assert (done.returncode, done.stderr) == (0, b"")
        hangul = "벽돌" if "data" in arguments else "쓰는 방법"
        said = done.stdout.decode(encoding)
        assert (
            hangul in said or hangul.encode("unicode_escape").decode().replace("\\x20", " ") in said
        )
    assert len(list((tmp_path / "bricks").iterdir())) == 3


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="늘 가득 찬 장치가 없다")
@pytest.mark.parametrize(
    ("target", "code", "said"),
    [("| true", 141, ""), ("> /dev/full", 1, "오류: 디스크에 남은 자리가 없다.\n")],
)
def test_a_report_that_cannot_be_written_loses_no_file(target, code, said, tmp_path):
    command = f"'{sys.executable}' -m companion data '{tmp_path}/bricks' --limit 3 {target}; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], cwd=ROOT, capture_output=True, encoding="utf-8")
    assert (done.returncode, done.stderr) == (code, said)
    assert len(list((tmp_path / "bricks").iterdir())) == 3


def test_debug_shows_where_the_error_came_from(tmp_path):
    with pytest.raises(ValueError):
        cli.main(["--debug", "sample", str(tmp_path / "x.png"), "-n", "0"])


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="파이프가 없는 운영 체제이다")
def test_pipes_are_refused_and_not_waited_for(tmp_path, monkeypatch, capsys):
    os.mkfifo(tmp_path / "a.png")
    os.mkfifo(tmp_path / "config.json")
    for command in ("sample a.png", "train ."):
        name, place = command.split()
        assert cli.main([name, str(tmp_path / place)]) == 1
    told = capsys.readouterr().err
    assert "a.png'는 이 명령이 쓴 이미지가 아니어서" in told
    assert "다른 파일이 있다(처음 것: 'a.png')" in told


def test_a_link_to_an_image_of_ours_is_written_through(run_dir, tmp_path, capsys):
    (tmp_path / "link.png").symlink_to("real.png")
    command = ["sample", str(tmp_path / "link.png"), "--checkpoint", str(run_dir), "-n", "1"]
    for _ in range(2):
        assert cli.main(command) == 0
    assert (tmp_path / "link.png").is_symlink()
    (tmp_path / "dead.png").symlink_to("missing/real.png")
    assert cli.main(["sample", str(tmp_path / "dead.png"), "-n", "1"]) == 1
    assert "missing' 폴더가 없다" in capsys.readouterr().err
    with Image.open(tmp_path / "real.png") as image:
        assert image.size == (16, 16)


def test_the_side_of_a_format_is_that_of_the_networks_images(run_dir, tmp_path, capsys):
    """한 변이 16인 생성자라서, 64라면 담지 못할 만큼 이어도 담을 수 있다."""
    command = ["sample", str(tmp_path / "a.webp"), "--checkpoint", str(run_dir), "--interpolate"]
    assert cli.main([*command, "-n", "512"]) == 0
    assert cli.main([*command, "-n", "1024"]) == 1
    assert "한 변이 16,384픽셀인데" in capsys.readouterr().err


def test_a_run_of_the_recorded_length_is_trained_unless_told_otherwise(tmp_path, monkeypatch):
    given = {}
    monkeypatch.setattr(
        training, "build_dcgan", lambda settings, **_: SimpleNamespace(precision="")
    )
    monkeypatch.setattr(
        runs, "train", lambda _, images, **options: given.update(options) or [{"images": 0}]
    )
    assert cli.main(["train", str(tmp_path), "--precision", "float32"]) == 0
    assert (given["epochs"], given["batch_size"]) == (settings.EPOCHS, 32)


def test_there_are_no_more_columns_than_samples(run_dir, tmp_path):
    command = ["sample", str(tmp_path / "a.png"), "--checkpoint", str(run_dir), "-n", "3"]
    assert cli.main([*command, "--columns", "9"]) == 0
    with Image.open(tmp_path / "a.png") as image:
        assert image.size == (3 * 16, 16)


def test_an_empty_run_folder_is_said(tmp_path, capsys):
    assert cli.main(["sample", str(tmp_path / "x.png"), "--checkpoint", str(tmp_path)]) == 1
    assert "체크포인트가 없다" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_cleans_up_and_ends_with_its_number(name, monkeypatch, tmp_path, capsys):
    number = getattr(signal, name)
    usual = signal.default_int_handler if name == "SIGINT" else signal.SIG_DFL
    before = signal.signal(
        number, usual
    )  # 뒤에서 도는 셸은 신호를 무시하게 해 두고 시험을 부르기도 한다.

    def replace(*_):
        os.kill(os.getpid(), number)

    monkeypatch.setattr(data.os, "replace", replace)
    try:
        assert cli.main(["data", str(tmp_path), "--limit", "3"]) == 128 + number
        assert capsys.readouterr().err == "멈추었다. 같은 명령을 다시 치면 처음부터 다시 쓴다.\n"
        assert list(tmp_path.iterdir()) == [] and signal.getsignal(number) == usual
    finally:
        signal.signal(number, before)


def test_a_signal_that_nohup_ignores_stays_ignored(monkeypatch):
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    monkeypatch.setattr(cli, "_data", lambda options: os.kill(os.getpid(), signal.SIGHUP))
    try:
        assert cli.main(["data", "x"]) == 0
    finally:
        signal.signal(signal.SIGHUP, before)


def test_what_is_said_after_a_stop_is_true_for_the_command(monkeypatch, tmp_path, capsys):
    def interrupted(options):
        raise KeyboardInterrupt

    for command in ("_train", "_sample"):
        monkeypatch.setattr(cli, command, interrupted)
    assert cli.main(["train", str(tmp_path)]) == 130
    assert "체크포인트가 아직 없으므로 처음부터" in capsys.readouterr().err
    (tmp_path / "checkpoints").mkdir()
    (tmp_path / "checkpoints" / "step-0000001.npz").touch()
    assert cli.main(["train", str(tmp_path)]) == 130
    assert "마지막 체크포인트부터 이어 간다" in capsys.readouterr().err
    assert cli.main(["sample", "x.png"]) == 130
    assert "처음부터 다시 만든다" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "빠진 인자가 있다: 명령"),
        (["sample"], "빠진 인자가 있다: out"),
        (["sample", "x.png", "-n", "two"], "-n: 'two'는 수(int)가 아니다"),
        (["sample", "x.png", "-n"], "-n: 값 하나를 준다"),
        (["train", "x", "--devices"], "--devices: 값을 하나 이상 준다"),
        (["train", "x", "--upsampling", "up"], "'up'는 없다. 'transpose', "),
        (["sing"], "'sing'는 없다. 'train', "),
        (["data", "x", "--bogus"], "모르는 인자가 있다: --bogus"),
        (["sample", "x", "--s"], "--s는 --seed, --separate 가운데 어느 것인지 알 수 없다"),
        (["sample", "x", "--separate", "--interpolate"], "--separate와 함께 쓰지 못한다"),
        (["sample", "x", "--separate=1"], "값을 받지 않는데 '1'를 주었다"),
    ],
)
def test_wrong_usage_exits_with_two_and_says_why_in_korean(
    arguments, sentence, capsys, monkeypatch
):
    monkeypatch.setattr(argparse, "_", str)
    with pytest.raises(SystemExit) as usage:
        cli.main(arguments)
    said = capsys.readouterr().err
    assert usage.value.code == 2 and said.startswith("쓰는 방법: ")
    assert "오류: " in said and sentence in said
    assert not {"usage", "error", "argument", "invalid", "choose", "expected"} & set(said.split())


def test_help_is_korean(capsys, monkeypatch):
    monkeypatch.setattr(argparse, "_", str)
    for command in ([], ["train"], ["sample"], ["data"]):
        with pytest.raises(SystemExit) as help_exit:
            cli.main([*command, "--help"])
        assert help_exit.value.code == 0
        said = capsys.readouterr().out
        assert "쓰는 방법: " in said and "선택지:" in said and "이 도움말을 보이고 끝난다" in said
        assert "usage" not in said and "options" not in said


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
