"""검사를 돌려 볼 다른 책이다."""

import asyncio
import shutil
from pathlib import Path

import pytest

from tests.tools.checks.helpers import checking
from tools.checks import notebooks

ANOTHER_BOOK = Path(__file__).with_name("another_book")


@pytest.fixture(scope="session")
def another_book(tmp_path_factory):
    """다른 책의 페이지를 실행해 노트북을 만들어 둔 폴더이다. 고칠 시험은 복사해서 쓴다."""
    root = tmp_path_factory.mktemp("books") / "another_book"
    shutil.copytree(ANOTHER_BOOK, root)
    with checking(root):
        try:
            assert notebooks.main(["run"]) == 0
        except asyncio.CancelledError:
            # 바쁜 기계에서는 앞선 시험의 커널을 거두는 일과 겹쳐 기다리던 답이 드물게 취소된다.
            assert notebooks.main(["run"]) == 0
    return root
