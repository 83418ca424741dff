"""companion.files: 파일이 온전하거나 아예 없는지, 패키지의 파일을 확인하며 읽는지 확인한다."""

import errno
import hashlib
import os
import re
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from companion.files import (
    OURS,
    UNFINISHED,
    check_folder,
    check_path,
    check_run_dir,
    is_special,
    locked,
    read_packaged,
    remove_unfinished,
    write_atomically,
    write_error,
)

ROOT = Path(__file__).parents[2]


def test_a_packaged_file_is_read_whole(tmp_path):
    (tmp_path / "a").write_bytes(b"brick")
    assert read_packaged(tmp_path / "a", hashlib.sha256(b"brick").hexdigest()) == b"brick"
    assert read_packaged(tmp_path / "a") == b"brick"


def test_a_packaged_file_that_changed_is_named(tmp_path):
    (tmp_path / "a").write_bytes(b"bricj")
    with pytest.raises(
        ValueError,
        match=f"{re.escape(repr(str(tmp_path / 'a')))} .*SHA-256과 다르다.*다시 설치한다",
    ):
        read_packaged(tmp_path / "a", hashlib.sha256(b"brick").hexdigest())


def test_a_packaged_file_that_is_missing_is_named(tmp_path):
    with pytest.raises(
        FileNotFoundError,
        match=f"{re.escape(repr(str(tmp_path / 'a')))} 파일이 없다.*다시 설치한다",
    ):
        read_packaged(tmp_path / "a", "")


def test_a_file_is_written_over_the_old_one_and_nothing_else_stays(tmp_path):
    for content in (b"old and long", b"new"):
        write_atomically(tmp_path / "a", lambda file, content=content: file.write(content))
        assert (tmp_path / "a").read_bytes() == content
    assert os.listdir(tmp_path) == ["a"]


def test_the_old_file_stays_until_the_new_one_is_whole(tmp_path):
    (tmp_path / "a").write_bytes(b"old")

    def write(file):
        file.write(b"new")
        file.flush()
        assert (tmp_path / "a").read_bytes() == b"old"

    write_atomically(tmp_path / "a", write)
    assert (tmp_path / "a").read_bytes() == b"new"


def test_a_file_is_on_the_disk_before_it_takes_its_name(tmp_path, monkeypatch):
    done = []
    for name in ("fsync", "replace"):
        call = getattr(os, name)
        monkeypatch.setattr(
            os, name, lambda *given, name=name, call=call: done.append(name) or call(*given)
        )
    write_atomically(tmp_path / "a", lambda file: file.write(b"new"))
    assert done == ["fsync", "replace"]


def test_a_link_stays_and_what_it_points_to_is_written(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real" / "a")
    for content in (b"first", b"second"):
        write_atomically(tmp_path / "link", lambda file, content=content: file.write(content))
        assert (tmp_path / "link").is_symlink()
        assert (tmp_path / "real" / "a").read_bytes() == content
    assert os.listdir(tmp_path / "real") == ["a"]


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "full"), KeyboardInterrupt()])
def test_a_write_that_fails_leaves_the_old_file_alone(tmp_path, error):
    (tmp_path / "a").write_bytes(b"old")

    def write(file):
        file.write(b"half")
        raise error

    with pytest.raises(type(error)):
        write_atomically(tmp_path / "a", write)
    assert os.listdir(tmp_path) == ["a"] and (tmp_path / "a").read_bytes() == b"old"


def test_what_a_killed_program_leaves_is_removed_and_nothing_else(tmp_path):
    code = (
        "import os, pathlib, sys; from companion.files import write_atomically;"
        "write_atomically(pathlib.Path(sys.argv[1], 'a'), lambda file: os._exit(9))"
    )
    (tmp_path / f"{OURS}x1{UNFINISHED}" / "inside").mkdir(parents=True)
    theirs = [".hidden", f".movie.mkv{UNFINISHED}", "a", f"finished{UNFINISHED}"]
    for name in theirs:
        (tmp_path / name).write_bytes(b"kept")
    (tmp_path / f".cache{UNFINISHED}").mkdir()
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], cwd=ROOT)
    assert done.returncode == 9 and len(os.listdir(tmp_path)) == 7
    remove_unfinished(tmp_path)
    assert sorted(os.listdir(tmp_path)) == sorted([*theirs, f".cache{UNFINISHED}"])


@pytest.mark.parametrize(
    ("number", "kind", "reason"),
    [
        (errno.ENOSPC, OSError, "디스크에 남은 자리가 없다"),
        (errno.EACCES, PermissionError, "권한이 없다"),
        (errno.EROFS, OSError, "읽기 전용이다"),
        (errno.ENOTDIR, NotADirectoryError, "폴더가 아닌 파일"),
        (errno.EIO, OSError, "as told"),
    ],
)
def test_a_write_error_says_what_where_and_why_and_keeps_its_kind(number, kind, reason):
    error = write_error(OSError(number, "as told"), "샘플을", Path("/out/a\x1b.png"))
    assert type(error) is kind and error.errno == number
    assert re.fullmatch(rf"샘플을 쓰지 못했다\(.*{reason}.*\)\..*: '/out/a\\x1b\.png'", str(error))


def test_a_folder_is_new_or_empty_or_holds_only_what_is_ours(tmp_path):
    for name in (".DS_Store", "Thumbs.db", "desktop.ini", "._a", ".hidden"):
        (tmp_path / name).write_text("")
    assert check_folder(tmp_path, ["a"]) == tmp_path
    assert check_folder(tmp_path / "new", ["a"]) == tmp_path / "new"
    (tmp_path / "a").write_text("")
    assert check_folder(str(tmp_path), ["a"]) == tmp_path
    (tmp_path / "b\n").write_text("")
    with pytest.raises(FileExistsError, match=r"다른 파일이 있다\(처음 것: 'b\\n'\)"):
        check_folder(tmp_path, ["a"])
    with pytest.raises(FileExistsError, match="폴더가 아니라 파일이다"):
        check_folder(tmp_path / "a", [])
    with pytest.raises(ValueError, match="이름이 비었다"):
        check_folder("", [])
    for below in ("a/new", "a/new/er"):
        with pytest.raises(
            NotADirectoryError, match="a'는 폴더가 아니라 파일이어서 .*만들 수 없다"
        ):
            check_folder(tmp_path / below, [])


@pytest.mark.parametrize("path", [None, 3, b"a", ["a"], "", "a\0b"])
def test_what_is_no_path_is_said(path):
    with pytest.raises((TypeError, ValueError), match="^폴더[의가에] .*경로를 준다.$"):
        check_path("폴더", path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="파이프가 없는 운영 체제이다")
def test_pipes_and_devices_are_special_and_files_and_folders_are_not(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "file").touch()
    found = [is_special(tmp_path / name) for name in ("pipe", "file", ".", "missing")]
    assert found == [True, False, False, False]


def test_a_locked_folder_is_waited_for_or_refused_and_nothing_stays(tmp_path):
    with locked(tmp_path / "new", "이미지를"):
        with (
            pytest.raises(RuntimeError, match="^쓰는 중이다.$"),
            locked(tmp_path / "new", "이미지를", "쓰는 중이다."),
        ):
            pass
        waiting = threading.Thread(target=lambda: locked(tmp_path / "new", "").__enter__())
        waiting.start()
        waiting.join(0.2)
        assert waiting.is_alive()
    waiting.join(10)
    assert not waiting.is_alive()


def test_a_run_folder_is_new_or_empty_or_a_run(tmp_path):
    (tmp_path / "config.json").write_text('{"config": {}, "environment": {}}')
    (tmp_path / "samples").mkdir()
    assert check_run_dir(tmp_path) == tmp_path
    for foreign in ("[]", '{"model": "bert"}', '{"environment": {}}', "", "\x80"):
        (tmp_path / "config.json").write_text(foreign, "latin-1")
        with pytest.raises(FileExistsError, match="config.json'는 companion이 쓴 것이 아니다"):
            check_run_dir(tmp_path)
    (tmp_path / "config.json").unlink()
    for name, inside in (
        ("samples", "song.wav"),
        ("samples", "step-12.png"),
        ("checkpoints", "mine.npz"),
        ("checkpoints", "step-100.npz"),
    ):
        (tmp_path / name).mkdir(exist_ok=True)
        (tmp_path / name / inside).write_text("")
        with pytest.raises(FileExistsError, match=f"{name}'는 companion이 쓴 것이 아니다"):
            check_run_dir(tmp_path)
        (tmp_path / name / inside).unlink()
    (tmp_path / "samples" / "step-0000000.png").write_text("")
    check_run_dir(tmp_path)  # 첫 체크포인트 전에 멈춘 훈련
    (tmp_path / "notes.txt").write_text("")
    with pytest.raises(FileExistsError, match="notes.txt"):
        check_run_dir(tmp_path)
    (tmp_path / "checkpoints" / "step-0000001.npz").write_text("")
    assert check_run_dir(tmp_path) == tmp_path  # 훈련에는 적어 둔 것을 더 두어도 된다
