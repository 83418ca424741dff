"""지은 책을 압축 파일 하나로 묶는다. 풀어서 index.html을 열면 인터넷 없이 모두 움직인다.

python -m tools.makers.offline    # _build/gan-book.zip
"""

import argparse
import sys
import zipfile
from pathlib import Path

from tools import ROOT

BUILT = ROOT / "_build" / "html"
ZIP = ROOT / "_build" / "gan-book.zip"
LEFT_OUT = ("404.html",)  # 웹 서버에서만 쓰인다
OLDEST = (1980, 1, 1, 0, 0, 0)  # 같은 책에서는 언제나 같은 파일이 나오게 한다


def pack(built: Path = BUILT, target: Path = ZIP) -> Path:
    """`built`의 책을 `target`에 묶는다. 폴더 하나로 풀린다.

    Raises:
        FileNotFoundError: 지은 책이 없을 때.
    """
    if not (built / "index.html").is_file():
        raise FileNotFoundError(f"{built}에 지은 책이 없으니 먼저 `make book`을 한다.")
    files = [p for p in sorted(built.rglob("*"))
             if p.is_file() and p.relative_to(built).parts[0] not in LEFT_OUT]  # fmt: skip
    partial = target.with_suffix(".partial")
    with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in files:
            name = f"{target.stem}/{path.relative_to(built).as_posix()}"
            info = zipfile.ZipInfo(name, OLDEST)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            archive.writestr(info, path.read_bytes())
    partial.replace(target)
    return target


def main() -> None:
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    try:
        made = pack()
    except FileNotFoundError as error:
        sys.exit(str(error))
    print(f"{made.relative_to(ROOT)}: {made.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
