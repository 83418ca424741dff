"""진짜 설정과 확장으로 작은 책을 짓는다."""

import shutil
import subprocess
import sys
from pathlib import Path

import yaml

from tools import ROOT
from tools.makers import address

ADDRESS = "https://github.com/Brickie/gan-book"


def lay_out(source, chapters, url=ADDRESS):
    """진짜 `_config.yml`과 확장이 든 책의 폴더를 차린다. 저장소의 주소만 `url`로 바꾼다."""
    for name in ("companion", "tools"):
        (source / name).symlink_to(ROOT / name)
    shutil.copy(ROOT / "_config.yml", source)
    address.write(source, url)
    (source / "book").mkdir()
    machinery = ("_ext", "_play", "_static", "_vendor")
    for name in (*machinery, "glossary.csv", "glossary.md", "references.md", "wall.png"):
        (source / "book" / name).symlink_to(ROOT / "book" / name)
    toc = {"format": "jb-book", "root": "book/index", "chapters": chapters}
    (source / "_toc.yml").write_text(yaml.safe_dump(toc), encoding="utf-8")


def build(source, *options):
    program = shutil.which("jupyter-book", path=str(Path(sys.executable).parent))
    command = [program, "build", *options, "."]
    return subprocess.run(command, cwd=source, capture_output=True, encoding="utf-8")
