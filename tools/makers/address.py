"""저장소의 주소를 `_config.yml`에 적고, 노트북의 첫 셀을 실행하지 않고 그 주소로 바꾼다.

쓰기:
    python -m tools.makers.address                  # git remote의 주소를 적는다
    python -m tools.makers.address https://github.com/이름/저장소
    python -m tools.makers.address --check 주소      # 적힌 주소와 다르면 알리고 1로 끝난다. 아무것도 쓰지 않는다
"""

import argparse
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tools.checks import notebooks, settings
from tools.checks.colab_cell import repository

# https://github.com/이름/저장소, git@github.com:이름/저장소.git, ssh://git@github.com/이름/저장소
_FORMS = re.compile(
    r"(?:https?://(?:[^@/]+@)?|ssh://git@|git@)github\.com[:/]([\w.-]+)/([\w.-]+?)(?:\.git)?/?"
)
_SETTING = re.compile(r"^(repository:\n(?:[ #].*\n)*?  url: )\S+", re.MULTILINE)


def normalised(url: str) -> str:
    """GitHub 저장소의 주소를 `https://github.com/이름/저장소`로 맞춘다. 그 밖의 주소이면 ValueError를 낸다."""
    found = _FORMS.fullmatch(url.strip())
    if found is None:
        raise ValueError(
            f"{url!r}은(는) GitHub 저장소의 주소가 아니다. https://github.com/이름/저장소처럼 적는다."
        )
    return f"https://github.com/{found[1]}/{found[2]}"


def remote(root: Path) -> str:
    """`git remote`의 `origin` 주소이다. 없으면 ValueError를 낸다."""
    command = ["git", "-C", str(root), "remote", "get-url", "origin"]
    try:
        done = subprocess.run(command, capture_output=True, encoding="utf-8")
    except OSError:
        done = None
    if done is None or done.returncode:
        raise ValueError("git에 origin의 주소가 없다. `make address URL=주소`처럼 적는다.")
    return done.stdout.strip()


def write(root: Path, url: str) -> None:
    """`_config.yml`에 주소를 적는다. 다른 글과 주석은 그대로 둔다."""
    config = root / "_config.yml"
    text, count = _SETTING.subn(rf"\g<1>{url}", config.read_text(encoding="utf-8"))
    if count != 1:
        raise ValueError(f"{config}에 repository의 url 줄이 없다. `  url: 주소`를 적어 둔다.")
    config.write_text(text, encoding="utf-8", newline="\n")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("url", nargs="?", help="저장소의 주소. 없으면 git remote의 것")
    parser.add_argument("--check", action="store_true", help="적힌 주소와 같은지 보기만 한다")
    options = parser.parse_args(arguments)
    root = settings.BOOK.root
    try:
        url = normalised(options.url or remote(root))
        if not options.check:
            write(root, url)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    if not options.check:
        print(f"저장소의 주소를 {url}로 적었다.")
        return notebooks.main(["text"])
    written, _ = repository()
    if written.lower() != url.lower():
        print(
            f"_config.yml의 주소는 {written}인데 이곳은 {url}이다. `make address URL={url}`을 하고 커밋한 다음 다시 "
            "싣는다.",
            file=sys.stderr,
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
