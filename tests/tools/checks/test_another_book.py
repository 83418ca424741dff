"""검사들을 다른 책에서 README에 적힌 대로 써 본다."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np

from tests.tools.checks.helpers import change_cells, change_picture, checking, edit
from tools.checks import notebooks, settings


def checks(root: Path, *stages: str) -> tuple[int, str]:
    command = [sys.executable, "-m", "tools.checks", "--only", *stages]
    env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(command, cwd=root, env=env, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def test_another_book_passes_and_what_goes_wrong_in_it_is_named(another_book, tmp_path):
    root = tmp_path / "book"
    shutil.copytree(another_book, root)
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(
        settings.BOOK.root / "tools" / "checks", root / "tools" / "checks", ignore=ignored
    )
    code, output = checks(root, "lint", "pairs", "book", "links")
    assert code == 0, output
    assert "4 passed, 0 failed" in output

    edit(root / "pages" / "index.md", "다룬다", "인티저 일곱과 8을 다룬다")
    edit(root / "pages" / "numbers.md", "가장 큰 것은 16", "가장 큰 것은 15")
    with checking(root):
        assert notebooks.carry_text(root / "pages" / "numbers.md") == []
    change_cells(root / "pages" / "figures.ipynb", cell_3=change_picture(np.fliplr))
    code, output = checks(root, "lint", "nbval")
    assert code == 1
    for words in (
        "'인티저'은(는) 이 책이 쓰지 않는 말이다. '정수'",
        "index.md:3: 8이(가) 코드에 묶이지 않았다",
        "numbers.md:17: 글에는 15인데",
        "pages/figures.ipynb의 코드 셀 3",
        "2 failed, 9 passed",
        "0 passed, 2 failed",
    ):
        assert words in output, output
