"""책이 쓰는 브라우저 라이브러리를 npm에서 받아 `book/_vendor/`에 둔다.

쓰기:
    python -m tools.makers.vendor          # 다시 받는다(npm이 있어야 한다)
    python -m tools.makers.vendor --check  # 인터넷 없이, 있는 파일이 목록(SHA256SUMS)과 같은지 본다
"""

import argparse
import fnmatch
import hashlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tools import ROOT

VENDOR = ROOT / "book" / "_vendor"
SUMS = "SHA256SUMS"
OWN = [".gitattributes"]  # npm에서 오지 않는 것


@dataclass(frozen=True)
class Library:
    """npm 패키지 하나에서 가져올 것. `files`는 패키지 안의 이름 무늬 → `book/_vendor/` 안의 폴더."""

    spec: str
    sha256: str  # npm이 주는 패키지(.tgz)의 SHA-256
    files: dict[str, str]


LIBRARIES = [
    Library(
        "mathjax@3.2.2",
        "1b9c0a1c44df864e915690558e72adb9cc5203360daefd385084ced3b6c64c09",
        {
            "LICENSE": "mathjax",
            "es5/tex-mml-chtml.js": "mathjax",
            "es5/output/chtml/fonts/woff-v2/*.woff": "mathjax/output/chtml/fonts/woff-v2",
            # 아래 셋은 \boldsymbol, \cancel, \color를 처음 만날 때 읽는다.
            "es5/input/tex/extensions/boldsymbol.js": "mathjax/input/tex/extensions",
            "es5/input/tex/extensions/cancel.js": "mathjax/input/tex/extensions",
            "es5/input/tex/extensions/color.js": "mathjax/input/tex/extensions",
        },
    ),
    # 책을 지을 때 쓰인 글자만 추린다(book/_ext/hangul_font.py).
    Library(
        "pretendard@1.3.9",
        "0ffc240cee83be02520fb4ac1b2a0a51052b9d13506ade0ba90c591dbbb3bd53",
        {
            "dist/LICENSE.txt": "pretendard",
            "dist/web/static/woff2-subset/Pretendard-Regular.subset.woff2": "pretendard",
            "dist/web/static/woff2-subset/Pretendard-Bold.subset.woff2": "pretendard",
        },
    ),
]


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def checksums(folder: Path) -> str:
    """폴더 안 모든 파일의 SHA-256을 `sha256sum -c`가 읽는 꼴로 적는다."""
    files = sorted(p for p in folder.rglob("*") if p.is_file() and p.name != SUMS)
    return "".join(f"{digest(p)}  {p.relative_to(folder).as_posix()}\n" for p in files)


def extract(library: Library, archive: Path, into: Path) -> None:
    """패키지에서 필요한 파일만 꺼낸다. 무늬에 맞는 파일이 없으면 멈춘다."""
    with tarfile.open(archive) as tar:
        for pattern, folder in library.files.items():
            members = [m for m in tar if fnmatch.fnmatch(m.name, f"package/{pattern}")]
            if not members:
                raise FileNotFoundError(f"{library.spec}에 {pattern}이 없다. 버전을 확인한다.")
            for member in members:
                target = into / folder / Path(member.name).name
                target.parent.mkdir(parents=True, exist_ok=True)
                source = tar.extractfile(member)
                assert source is not None
                target.write_bytes(source.read())


def fetch(folder: Path = VENDOR) -> None:
    """패키지를 모두 받아 SHA-256을 맞춰 보고 `folder`를 새로 채운다."""
    with tempfile.TemporaryDirectory() as temporary:
        work = Path(temporary)
        fresh = work / "vendor"
        for library in LIBRARIES:
            packed = subprocess.run(
                ["npm", "pack", "--silent", library.spec],
                cwd=work, check=True, capture_output=True, encoding="utf-8",
            )  # fmt: skip
            archive = work / packed.stdout.split()[-1]
            if digest(archive) != library.sha256:
                raise ValueError(
                    f"{library.spec}의 SHA-256이 {digest(archive)}로, 적어 둔 값과 다르다. "
                    "쓰지 않고 멈춘다. 바뀐 이유를 확인한다."
                )
            extract(library, archive, fresh)
        for name in OWN:
            shutil.copy(folder / name, fresh / name)
        (fresh / SUMS).write_text(checksums(fresh), encoding="utf-8")
        shutil.rmtree(folder)
        shutil.copytree(fresh, folder)


def check(folder: Path = VENDOR) -> None:
    """`folder`의 파일이 SHA256SUMS와 한 글자라도 다르면 ValueError를 낸다."""
    if (folder / SUMS).read_text(encoding="utf-8") != checksums(folder):
        raise ValueError(
            f"{folder}의 파일이 {SUMS}와 다르다. `python -m tools.makers.vendor`로 다시 받는다."
        )


def main() -> None:
    parser = argparse.ArgumentParser(description="브라우저 라이브러리를 받거나 확인한다.")
    parser.add_argument("--check", action="store_true", help="받지 않고 확인만 한다")
    if parser.parse_args().check:
        check()
    else:
        fetch()
    size = sum(p.stat().st_size for p in VENDOR.rglob("*") if p.is_file())
    print(f"{VENDOR.name}: {size / 1e6:.1f} MB, {SUMS}와 같다.")


if __name__ == "__main__":
    try:
        main()
    except (OSError, ValueError) as error:
        sys.exit(f"오류: {error}")
