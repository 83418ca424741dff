"""일부러 고장을 내고, 잃은 것이 있는지 본다.

하던 일을 정해진 순간에 죽이고, 디스크를 채우고, 파일을 깨뜨린다. 고장마다 정말 일어났는지(어떻게 죽었는지, 운영 체제가 준
오류 번호가 무엇인지)부터 확인한다. 죽이는 순간은 시드가 정하고 시드는 시험의 이름에 있다. `make faults`는 새 시드로 더 여러
번 죽인다. 다시 해 볼 때는 `make faults KILLS=1 SEED=그 수`라고 친다.
"""

import contextlib
import errno
import functools
import io
import json
import os
import pickle
import re
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import filelock
import numpy as np
import pytest

from companion import checkpoints, load_bricks
from companion.data import KAGGLE_CACHE_NAME
from tests.faults.victim import TASKS, fill_cache, train

ROOT = Path(__file__).resolve().parents[2]
SEED, KILLS = int(os.environ.get("SEED", 0)), int(os.environ.get("KILLS", 1))

killed = pytest.mark.parametrize("seed", range(SEED, SEED + KILLS))
while_doing = pytest.mark.parametrize("task", TASKS)


def contents(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.endswith(".lock")
    }


def unfinished(folder):
    return {name: content for name, content in contents(folder).items() if name.endswith(".part")}


def results(folder):
    """폴더에 남은 것에서 걸린 시간만 뺀 것이다. 두 훈련이 비트까지 같으면 이것이 같다."""

    def without_time(name, content):
        if name.endswith(".npz"):
            with np.load(io.BytesIO(content)) as arrays:
                return {k: arrays[k].tobytes() for k in arrays.files if k != "meta"}
        return re.sub(rb'"seconds": [\d.]+', b"", content)

    return {name: without_time(name, content) for name, content in contents(folder).items()}


@contextlib.contextmanager
def refused(folder, *words, number=None):
    """오류 번호가 `number`인 고장을 한국어 한 문장으로 알리고, `folder`의 파일은 하나도 바꾸지 않는지 본다."""
    before = contents(folder)
    with pytest.raises((ValueError, OSError, RuntimeError)) as caught:
        yield
    assert getattr(caught.value, "errno", None) == number
    assert re.search("[가-힣]", message := str(caught.value)) and "\n" not in message
    assert [word for word in words if word not in message] == [], message
    assert contents(folder) == before


# kill -9


def run_victim(task, folder, *when):
    command = [sys.executable, "-m", "tests.faults.victim", task, folder, *map(str, when)]
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)


@pytest.fixture(scope="module")
def unharmed(tmp_path_factory):
    """죽지 않고 끝낸 일의 결과와, 그동안 파일을 바꾼 차례를 돌려주는 함수이다."""

    @functools.cache
    def run(task):
        folder = tmp_path_factory.mktemp(task) / "unharmed"
        done = run_victim(task, folder)
        assert done.returncode == 0, done.stderr
        return results(folder), json.loads(done.stdout)

    return run


@while_doing
@killed
def test_a_kill_before_any_change_of_a_file_loses_nothing(task, seed, unharmed, tmp_path):
    expected, changes = unharmed(task)
    moment = np.random.default_rng(seed).integers(len(changes))
    died = run_victim(task, tmp_path / "killed", moment)
    assert died.returncode == -signal.SIGKILL, died.stderr
    TASKS[task](tmp_path / "killed")
    assert results(tmp_path / "killed") == expected


@while_doing
@killed
def test_a_kill_in_the_midst_of_a_file_loses_nothing(task, seed, unharmed, tmp_path):
    expected, changes = unharmed(task)
    opened = {path: moment for moment, (event, path, _) in enumerate(changes) if event == "open"}
    written = [(opened[path], size) for event, path, size in changes if event == "os.rename"]
    moments, sizes = np.transpose(written)
    # 오래 쓰는 파일일수록 쓰는 도중에 죽기 쉽다.
    rng = np.random.default_rng(seed)
    which = rng.choice(len(sizes), p=sizes / sizes.sum())
    size = rng.integers(sizes[which])
    died = run_victim(task, tmp_path / "killed", moments[which], size)
    assert died.returncode == -signal.SIGXFSZ, died.stderr
    assert [len(content) for content in unfinished(tmp_path / "killed").values()] == [size]
    TASKS[task](tmp_path / "killed")
    assert results(tmp_path / "killed") == expected


# 디스크


@contextlib.contextmanager
def small_disk(folder, size):
    """`size`바이트짜리 디스크와, 그것을 읽기 전용으로 바꾸는 함수를 준다.

    관리자가 아니어도 되도록 따로 만든 사용자 이름 공간에 붙이고, 그 공간을 지키는 셸의 /proc으로 들여다본다.
    """
    script = """
        mount -t tmpfs -o size="$1" tmpfs "$2" && echo done && read -r _ &&
        mount -o remount,bind,ro "$2" && echo done && read -r _
    """
    command = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script, "sh"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    folder.mkdir()
    try:
        shell = subprocess.Popen([*command, str(size), folder], text=True, **pipes)
    except FileNotFoundError:
        pytest.skip("작은 디스크를 붙일 unshare 명령이 없다")

    def wait():
        if (said := shell.stdout.readline().strip()) != "done":
            pytest.skip(f"이 기계에서는 작은 디스크를 붙이지 못한다: {said}")

    def make_read_only():
        shell.stdin.write("\n")
        shell.stdin.flush()
        wait()

    with shell:
        wait()
        yield Path(f"/proc/{shell.pid}/root{folder}"), make_read_only


def test_a_full_disk_stops_training_and_more_room_lets_it_go_on(unharmed, tmp_path):
    expected, changes = unharmed("training")
    checkpoint = max(size for _, path, size in changes if ".npz" in path)
    room = int(2.5 * checkpoint)  # 둘은 들고 셋은 못 든다.
    with small_disk(tmp_path / "disk", room) as (disk, _):
        with pytest.raises(OSError, match="쓰지 못했다.*디스크") as full:
            train(disk / "run")
        assert full.value.errno == errno.ENOSPC
        assert unfinished(disk) == {}
        assert len(checkpoints.list_checkpoints(disk / "run" / "checkpoints")) == 2
        shutil.copytree(disk / "run", tmp_path / "moved")
    train(tmp_path / "moved")
    assert results(tmp_path / "moved") == expected


def test_a_full_disk_leaves_no_half_of_a_cache(unharmed, tmp_path):
    _, changes = unharmed("cache")
    size = max(size for _, _, size in changes)
    with (
        small_disk(tmp_path / "disk", size // 2) as (disk, _),
        refused(disk, "캐시를 쓰지 못했다", "디스크", number=errno.ENOSPC),
    ):
        fill_cache(disk / "cache", tmp_path / "kaggle")


def test_a_disk_that_became_read_only_is_said(tmp_path):
    with small_disk(tmp_path / "disk", 8_000_000) as (disk, make_read_only):
        train(disk / "run", epochs=1)
        make_read_only()
        with refused(disk, "쓰지 못했다", number=errno.EROFS):
            train(disk / "run")


def test_a_file_in_the_place_of_a_folder_is_said(tmp_path):
    (tmp_path / "file").write_text("폴더가 아니다")
    with refused(tmp_path, "폴더가 아니라 파일이어서", "file"):
        train(tmp_path / "file" / "run")


# 남의 훈련


@pytest.mark.parametrize(
    ("settings", "word"),
    [({"base_channels": 8}, "base_channels"), ({"label_noise": 0.2}, "label_noise")],
)
def test_a_folder_of_another_training_is_left_alone(settings, word, tmp_path):
    train(tmp_path, epochs=1)
    with refused(tmp_path, word):
        train(tmp_path, **settings)


def test_a_folder_in_use_is_left_alone(tmp_path):
    train(tmp_path, epochs=1)
    with filelock.FileLock(tmp_path / ".lock"), refused(tmp_path, "다른 훈련이 돌고 있다"):
        train(tmp_path)


def test_a_checkpoint_of_another_version_is_left_alone(tmp_path, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(checkpoints, "FORMAT_VERSION", 99)
        train(tmp_path, epochs=1)
    with refused(tmp_path, "99"):
        train(tmp_path)


def test_a_clock_set_back_changes_nothing(tmp_path, monkeypatch):
    train(tmp_path / "whole", epochs=2)
    train(tmp_path / "run", epochs=1)
    for path in (tmp_path / "run").rglob("*"):
        os.utime(path, (0, 0))
    with monkeypatch.context() as patch:
        patch.setattr(time, "time", lambda: 0.0)
        train(tmp_path / "run", epochs=2)
    assert results(tmp_path / "run") == results(tmp_path / "whole")
    lines = (tmp_path / "run" / "history.jsonl").read_text().splitlines()
    first, second = (json.loads(line)["seconds"] for line in lines)
    assert 0 < first < second


# 깨진 파일과 나쁜 파일


def damaged(content, position):
    """바이트 하나를 뒤집는다."""
    i = int(position * (len(content) - 1))
    return content[:i] + bytes([content[i] ^ 0xFF]) + content[i + 1 :]


READERS = {
    "bricks/train.png": "load_bricks()",
    "bricks/heldout.png": "load_bricks(split='heldout')",
    "recorded/generator.npz": "recorded.generator()",
    "recorded/discriminator.npz": "recorded.discriminator()",
    "recorded/grids.png": "recorded.grids()",
    "recorded/stages.png": "recorded.stages()",
    "recorded/stages.json": "recorded.stages()",
    "recorded/experiments.png": "recorded.experiment_samples()",
    "recorded/experiments.json": "recorded.experiments('recipe')",
    "recorded/history.json": "recorded.history()",
    "evaluator/classifier.npz": "evaluation._classifier()",
}
READ_EACH_DAMAGED = """
from pathlib import Path
from companion import evaluation, load_bricks, recorded
from tests.faults.test_faults import READERS, damaged
for name, reader in READERS.items():
    path = Path("companion", name)
    content = path.read_bytes()
    path.write_bytes(damaged(content, 0.5))
    try:
        eval(reader)
        print("거절하지 않았다")
    except ValueError as error:
        print(error)
    path.write_bytes(content)
"""


def test_every_damaged_file_of_the_package_is_named(tmp_path):
    shutil.copytree(ROOT / "companion", tmp_path / "companion")
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)]),
        "TF_CPP_MIN_LOG_LEVEL": "3",
    }
    command = [sys.executable, "-c", READ_EACH_DAMAGED]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    for name, said in zip(READERS, done.stdout.splitlines(), strict=True):
        assert str(tmp_path / "companion" / name) in said and "SHA-256" in said


OLDER, NEWEST, LAST = (f"checkpoints/step-{step:07d}.npz" for step in (8, 16, 24))


@pytest.fixture(scope="module")
def epochs(tmp_path_factory):
    """같은 훈련을 두 에포크, 세 에포크까지 한 폴더이다."""
    folders = {n: tmp_path_factory.mktemp("epochs") / "run" for n in (2, 3)}
    for n, folder in folders.items():
        train(folder, epochs=n)
    return folders


@pytest.mark.parametrize("position", [0.0, 0.5, 1.0])
def test_damaged_files_of_a_training_do_not_change_it(position, epochs, tmp_path, recwarn):
    expected = results(epochs[3])[LAST]
    files = contents(epochs[2])
    for names in ({OLDER}, {NEWEST}, files.keys() - {OLDER, NEWEST}):
        broken = tmp_path / "broken"
        shutil.copytree(epochs[2], broken)
        for name in names:
            (broken / name).write_bytes(damaged(files[name], position))
        train(broken, epochs=3)
        assert results(broken)[LAST] == expected, names
        # 압축 파일의 마지막 바이트는 내용이 아니어서 깨져도 읽을 수 있다.
        fell_back = any("부터 이어 간다" in str(w.message) for w in recwarn)
        assert fell_back == (names == {NEWEST} and position < 1), names
        recwarn.clear()
        shutil.rmtree(broken)


def zip_of(members):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


def test_a_hostile_file_runs_and_writes_nothing(tmp_path):
    trace, files = tmp_path / "trace", tmp_path / "files"

    class Bomb:
        def __reduce__(self):
            return (Path.touch, (trace,))

    bomb = np.array([Bomb()], dtype=object)
    array = io.BytesIO()
    np.save(array, bomb)
    attacks = {
        "pickle": pickle.dumps(bomb),
        "object array": zip_of({"meta.npy": array.getvalue()}),
        "outside": zip_of({"../trace": b"x", "meta.npy": b"x"}),
        "absolute": zip_of({str(trace): b"x"}),
        "not a zip": b"import os",
    }
    pickle.loads(attacks["pickle"])
    trace.unlink()  # 폭탄은 정말 터진다.
    files.mkdir()
    for name, content in attacks.items():
        for file in ("step-0000001.npz", KAGGLE_CACHE_NAME):
            (files / file).write_bytes(content)
        with refused(files, "체크포인트"):
            checkpoints.read_header(files / "step-0000001.npz")
        with refused(files, "캐시"):
            load_bricks("kaggle", cache_dir=files)
        (files / "images").mkdir(exist_ok=True)
        (files / "images" / "a.png").write_bytes(content)
        with refused(files, "a.png"):
            load_bricks(files / "images")
        assert list(tmp_path.iterdir()) == [files], name


# 이 시험들의 잣대


def overwrite(folder):
    (folder / "file").write_text("둘")
    raise ValueError("한국어로 거절한다")


@pytest.mark.parametrize(
    "action",
    [
        lambda folder: None,
        lambda folder: int("english message"),
        lambda folder: (folder / "없는 파일").read_bytes(),
        overwrite,
    ],
    ids=["accepted", "not Korean", "another error number", "changed a file"],
)
def test_a_poor_refusal_is_noticed(action, tmp_path):
    (tmp_path / "file").write_text("하나")
    with (
        pytest.raises((AssertionError, pytest.fail.Exception)),
        refused(tmp_path),
    ):
        action(tmp_path)


def test_a_disk_that_cannot_be_made_is_a_skip(tmp_path, monkeypatch):
    unshare = tmp_path / "unshare"
    unshare.write_text("#!/bin/sh\necho 허락하지 않는다 >&2\nexit 1\n")
    unshare.chmod(0o755)
    for path, reason in (
        (tmp_path, "허락하지 않는다"),
        (tmp_path / "empty", "unshare 명령이 없다"),
    ):
        monkeypatch.setenv("PATH", str(path))
        with (
            pytest.raises(pytest.skip.Exception, match=reason),
            small_disk(tmp_path / f"disk-{path.name}", 1),
        ):
            raise AssertionError("디스크 없이 시험했다")
