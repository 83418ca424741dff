"""파일을 끝까지 쓰거나 아예 쓰지 않고, 남의 파일을 덮지 않고, 패키지에 든 파일은 내용을 확인하며 읽는다."""

import contextlib
import errno
import hashlib
import json
import os
import re
import shutil
import uuid
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from filelock import FileLock, Timeout

from companion.arguments import subject

UNFINISHED = ".part"  # 다 쓰지 못한 파일과 폴더의 이름은 이렇게 끝난다.
OURS = ".companion-"  # 우리가 만드는 임시 폴더의 이름은 이렇게 시작한다.
_TEMPORARY = re.compile(rf"(?:\..+\.[0-9a-f]{{32}}|{re.escape(OURS)}\w+){re.escape(UNFINISHED)}")

CHECKPOINT = re.compile(r"step-(\d{7,})\.npz")
_RUN = {
    "config.json": None,
    "history.jsonl": None,
    "samples": re.compile(r"step-\d{7,}\.png"),
    "checkpoints": CHECKPOINT,
}
_REASONS = {
    errno.EACCES: "권한이 없다",
    errno.EPERM: "권한이 없다",
    errno.EROFS: "읽기 전용이다",
    errno.ENOSPC: "디스크에 남은 자리가 없다",
    errno.EDQUOT: "디스크에 남은 자리가 없다",
    errno.EFBIG: "이 디스크가 담을 수 있는 것보다 크다",
    errno.EEXIST: "같은 이름의 파일이 있다",
    errno.ENOTDIR: "경로의 가운데에 폴더가 아닌 파일이 있다",
    errno.EISDIR: "같은 이름의 폴더가 있다",
    errno.ENOENT: "그런 파일이나 폴더가 없다",
    errno.ENAMETOOLONG: "이름이 너무 길다",
}


def read_packaged(path: Path, sha256: str | None = None) -> bytes:
    """패키지에 든 파일을 읽는다. `sha256`을 주면 내용의 SHA-256이 그것과 같은지 확인한다.

    Raises:
        FileNotFoundError: 파일이 없을 때.
        ValueError: 내용이 기록된 SHA-256과 다를 때.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise FileNotFoundError(f"{str(path)!r} 파일이 없다. companion을 다시 설치한다.") from None
    if sha256 is not None and hashlib.sha256(content).hexdigest() != sha256:
        raise ValueError(
            f"{str(path)!r} 파일의 내용이 기록된 SHA-256과 다르다. companion을 다시 설치한다."
        )
    return content


def write_atomically(path: Path, write: Callable[[BinaryIO], Any]) -> None:
    """`write(파일)`로 임시 파일을 다 쓴 뒤 `path`로 이름을 바꾼다. 실패하면 임시 파일을 지운다.

    `path`가 링크이면 링크는 그대로 두고 링크가 가리키는 파일을 쓴다.
    """
    if path.is_symlink():
        path = Path(os.path.realpath(path))
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex}{UNFINISHED}")
    try:
        with open(temporary, "xb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def remove_unfinished(folder: Path) -> None:
    """쓰는 도중에 죽은 프로그램이 남긴 임시 파일과 폴더를 지운다. 폴더의 잠금을 쥐고 부른다.

    우리가 지은 이름만 지운다. 이름이 비슷한 남의 파일은 그대로 둔다.
    """
    for path in folder.glob(f".*{UNFINISHED}"):
        if not _TEMPORARY.fullmatch(path.name):
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


@contextlib.contextmanager
def locked(folder: Path, what: str, busy: str = "") -> Iterator[None]:
    """폴더를 만들고, 다른 프로그램이 함께 쓰지 못하게 잠근다. 누가 잠갔으면 기다린다.

    Args:
        folder: 잠글 폴더.
        what: 쓰지 못하면 오류에 적을 목적어.
        busy: 주면 기다리지 않고 이 글로 RuntimeError를 낸다.

    Raises:
        OSError: 폴더를 만들거나 그곳에 쓸 수 없을 때.
    """
    path = folder / ".lock"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(path).acquire(timeout=0 if busy else -1)
    except Timeout:
        raise RuntimeError(busy) from None
    except OSError as error:
        raise write_error(error, what, folder) from error
    with lock:
        try:
            yield
        finally:
            with contextlib.suppress(OSError):  # 윈도우는 열린 파일을 지우지 못한다.
                path.unlink()


def visible(folder: Path) -> list[Path]:
    """폴더에 든 것을 이름 순으로 늘어놓는다. 숨긴 것과 파일 관리자가 만드는 것은 뺀다.

    Raises:
        OSError: 폴더를 읽지 못할 때.
    """
    hidden = ("thumbs.db", "desktop.ini")
    try:
        found = [path for path in folder.iterdir() if path.name.lower() not in hidden]
    except OSError as error:
        raise write_error(error, "폴더를", folder, "읽지") from error
    return sorted(path for path in found if not path.name.startswith("."))


def check_path(name: str, path: Any, advice: str = "파일이나 폴더의 경로를 준다") -> Path:
    """경로로 쓸 수 있는 값인지 보고 `Path`로 돌려준다. `name`과 `advice`는 오류에 적는다.

    Raises:
        TypeError: 글도 경로도 아닐 때.
        ValueError: 비었거나 운영 체제가 받지 않는 글자가 들었을 때.
    """
    if not isinstance(path, str | os.PathLike) or not isinstance(os.fspath(path), str):
        raise TypeError(f"{name}의 자료형이 {type(path).__name__}이다. {advice}.")
    if not os.fspath(path):
        raise ValueError(f"{subject(name)} 비었다. {advice}.")
    if "\0" in os.fspath(path):
        raise ValueError(f"{name}에 널 문자가 있다. {advice}.")
    return Path(path)


def is_special(path: Path) -> bool:
    """파이프나 소켓이나 장치인지 본다. 그런 것은 읽기 시작하면 끝나지 않는다."""
    return path.exists() and not path.is_file() and not path.is_dir()


def check_folder(folder: str | os.PathLike, ours: Collection[str] | None) -> Path:
    """새 폴더이거나, 비었거나, `ours`에 든 이름만 있는 폴더인지 보고 그 경로를 돌려준다. None이면 든 것은 보지 않는다.

    Raises:
        TypeError, ValueError: 경로가 아니거나 비었을 때.
        FileExistsError: 폴더가 아닌 파일이거나, 다른 것이 들었을 때.
        NotADirectoryError: 폴더를 만들 곳이 폴더가 아닐 때.
    """
    folder = check_path("폴더의 이름", folder, "새 폴더의 이름을 준다")
    there = nearest(folder)
    if there != folder and not os.path.isdir(there):
        raise NotADirectoryError(
            f"{str(there)!r}는 폴더가 아니라 파일이어서 {str(folder)!r}를 만들 수 없다. 새 폴더를 준다."
        )
    if os.path.isdir(folder):
        _check_contents(folder, ours)
    elif os.path.lexists(folder):
        raise FileExistsError(f"{str(folder)!r}는 폴더가 아니라 파일이다. 새 폴더를 준다.")
    return folder


def nearest(path: Path) -> Path:
    """경로를 거슬러 오르며 처음 만나는, 있는 파일이나 폴더이다."""
    return next(place for place in (path, *path.absolute().parents) if os.path.exists(place))


def _check_contents(folder: Path, ours: Collection[str] | None) -> None:
    others = [path.name for path in visible(folder) if ours is not None and path.name not in ours]
    if others:
        raise FileExistsError(
            f"{str(folder)!r} 폴더에 다른 파일이 있다(처음 것: {others[0]!r}). 새 폴더를 준다."
        )


def has_checkpoints(folder: str | os.PathLike) -> bool:
    """훈련 폴더에 체크포인트가 하나라도 있는지 본다."""
    return any(CHECKPOINT.fullmatch(path.name) for path in Path(folder).glob("checkpoints/*.npz"))


def check_run_dir(folder: str | os.PathLike) -> Path:
    """새 폴더이거나, 비었거나, 하던 훈련이 든 폴더인지 본다. 훈련에는 다른 파일을 더 두어도 된다.

    Raises:
        TypeError, ValueError: 경로가 아니거나 비었거나, 기록만 있고 체크포인트가 없을 때.
        FileExistsError: 폴더가 아닌 파일이거나, 훈련이 아닌 것이 들었을 때.
        NotADirectoryError: 폴더를 만들 곳이 폴더가 아닐 때.
    """
    folder = check_path("폴더의 이름", folder, "새 폴더의 이름을 준다")
    is_run = has_checkpoints(folder)
    check_folder(folder, None if is_run else _RUN)
    for name, pattern in () if is_run else _RUN.items():
        path = folder / name
        if path.exists() and not (
            _holds_only(path, pattern) if pattern else _is_file_of_ours(path)
        ):
            raise FileExistsError(f"{str(path)!r}는 companion이 쓴 것이 아니다. 새 폴더를 준다.")
    if not is_run and (folder / "history.jsonl").exists():
        raise ValueError(f"{str(folder)!r}에 기록은 있는데 체크포인트가 없다. 새 폴더를 준다.")
    return folder


def _holds_only(folder: Path, pattern: re.Pattern) -> bool:
    return folder.is_dir() and all(pattern.fullmatch(path.name) for path in visible(folder))


def _is_file_of_ours(path: Path) -> bool:
    """`config.json`이면 우리가 쓴 것인지 내용을 본다. 기록은 체크포인트가 없으면 쓰지 않으므로 보지 않는다."""
    if path.name != "config.json" or not path.is_file():
        return path.is_file()
    try:
        content = json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        return False
    return isinstance(content, dict) and {*content} == {"config", "environment"}


def reason(error: OSError) -> str:
    """파일을 읽거나 쓰지 못한 이유이다."""
    return _REASONS.get(error.errno or 0, error.strerror or str(error))


def write_error(error: OSError, what: str, path: Path, verb: str = "쓰지") -> OSError:
    """쓰거나 읽다가 난 오류를 무엇을 왜 못했는지 말해 주는 같은 종류의 오류로 바꾼다."""
    told = type(OSError(error.errno, ""))(
        f"{what} {verb} 못했다({reason(error)}). 그 이유를 없애거나 다른 폴더를 준다: {str(path)!r}"
    )
    told.errno = error.errno
    return told
