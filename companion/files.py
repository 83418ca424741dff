"""파일을 끝까지 쓰거나 아예 쓰지 않고, 패키지에 든 파일은 내용을 확인하며 읽는다."""

import hashlib
import os
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

UNFINISHED = ".part"  # 다 쓰지 못한 파일의 이름은 이렇게 끝난다.


def read_packaged(path: Path, sha256: str | None = None) -> bytes:
    """패키지에 든 파일을 읽는다. `sha256`을 주면 내용의 SHA-256이 그것과 같은지 확인한다.

    Raises:
        FileNotFoundError: 파일이 없을 때.
        ValueError: 내용이 기록된 SHA-256과 다를 때.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise FileNotFoundError(f"{path} 파일이 없다. companion을 다시 설치한다.") from None
    if sha256 is not None and hashlib.sha256(content).hexdigest() != sha256:
        raise ValueError(
            f"{path} 파일의 내용이 기록된 SHA-256과 다르다. companion을 다시 설치한다."
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
    """쓰는 도중에 죽은 프로그램이 남긴 임시 파일을 지운다. 폴더의 잠금을 쥐고 부른다."""
    for path in folder.glob(f".*{UNFINISHED}"):
        path.unlink(missing_ok=True)


def write_error(error: OSError, what: str, path: Path) -> OSError:
    """쓰다가 난 오류를 무엇을 할지 말해 주는 오류로 바꾼다."""
    return OSError(
        error.errno,
        f"{what} 쓰지 못했다({error.strerror}). 디스크의 남은 자리와 쓰기 권한을 확인하거나 다른 폴더를 준다",
        str(path),
    )
