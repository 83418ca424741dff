"""파일을 끝까지 쓰거나 아예 쓰지 않고, 남의 파일을 덮지 않고, 패키지에 든 파일은 내용을 확인하며 읽는다."""

import errno
import hashlib
import json
import os
import re
import shutil
import uuid
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any, BinaryIO

UNFINISHED = ".part"  # 다 쓰지 못한 파일과 폴더의 이름은 이렇게 끝난다.
OURS = ".companion-"  # 우리가 만드는 임시 폴더의 이름은 이렇게 시작한다.
_TEMPORARY = re.compile(rf"(?:\..+\.[0-9a-f]{{32}}|{re.escape(OURS)}\w+){re.escape(UNFINISHED)}")

_RUN = {"config.json", "history.jsonl", "samples", "checkpoints"}
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
    """`write(파일)`로 임시 파일을 다 쓴 뒤 `path`로 이름을 바꾼다. 실패하면 임시 파일을 지운다."""
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


def visible(folder: Path) -> list[Path]:
    """폴더에 든 것을 이름 순으로 늘어놓는다. 숨긴 것과 파일 관리자가 만드는 것은 뺀다."""
    hidden = ("thumbs.db", "desktop.ini")
    found = [path for path in folder.iterdir() if path.name.lower() not in hidden]
    return sorted(path for path in found if not path.name.startswith("."))


def check_folder(folder: str | os.PathLike, ours: Collection[str] | None) -> Path:
    """새 폴더이거나, 비었거나, `ours`에 든 이름만 있는 폴더인지 보고 그 경로를 돌려준다. None이면 든 것은 보지 않는다.

    Raises:
        ValueError: 이름이 비었을 때.
        FileExistsError: 폴더가 아닌 파일이거나, 다른 것이 들었을 때.
    """
    if not os.fspath(folder):
        raise ValueError("폴더의 이름이 비었다. 새 폴더의 이름을 준다.")
    folder = Path(folder)
    if folder.is_dir() and ours is not None:
        others = [path.name for path in visible(folder) if path.name not in ours]
        if others:
            raise FileExistsError(
                f"{str(folder)!r} 폴더에 다른 파일이 있다(처음 것: {others[0]!r}). 새 폴더를 준다."
            )
    elif folder.exists() and not folder.is_dir():
        raise FileExistsError(f"{str(folder)!r}는 폴더가 아니라 파일이다. 새 폴더를 준다.")
    return folder


def has_checkpoints(folder: str | os.PathLike) -> bool:
    """훈련 폴더에 체크포인트가 하나라도 있는지 본다."""
    return any(Path(folder).glob("checkpoints/step-*.npz"))


def check_run_dir(folder: str | os.PathLike) -> Path:
    """새 폴더이거나, 비었거나, 하던 훈련이 든 폴더인지 본다. 훈련에는 다른 파일을 더 두어도 된다.

    Raises:
        ValueError: 이름이 비었을 때.
        FileExistsError: 폴더가 아닌 파일이거나, 훈련이 아닌 것이 들었을 때.
    """
    is_run = has_checkpoints(folder)
    folder = check_folder(folder, None if is_run else _RUN)
    if not is_run and (config := folder / "config.json").exists():
        try:
            content = json.loads(config.read_bytes())
            is_ours = isinstance(content, dict) and "environment" in content
        except (ValueError, RecursionError):
            is_ours = False
        if not is_ours:
            raise FileExistsError(
                f"{str(config)!r} 파일은 companion이 쓴 것이 아니다. 새 폴더를 준다."
            )
    return folder


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
