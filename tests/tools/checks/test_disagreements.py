"""글과 코드와 데이터를 어긋나게 해 놓고, 책의 검사가 이유를 짚어 실패하는지 본다.

저장소의 복사본 셋에서 여러 곳을 고친다. 페이지마다 어긋남을 하나나 둘만 넣고, 그만큼 실패하면 그 페이지를 그만 본다.
그래서 앞의 항목이 모두 되고 어긋난 항목만 안 되는지도 함께 본다.
"""

import os
import shutil
from collections import Counter
from pathlib import Path

import nbformat
import numpy as np
import pytest

from tests.tools.checks.helpers import change_cells, change_picture, checking, edit, nbval
from tools.checks import notebooks
from tools.checks.settings import BOOK

DATA = ("bricks", "fonts", "recorded")


def copy_repository(root: Path) -> Path:
    """책을 검사하는 데 필요한 것만 옮긴 복사본이다. 큰 데이터는 파일마다 링크로 잇는다."""
    root.mkdir()
    for name in ("pyproject.toml", "_config.yml", "_toc.yml"):
        shutil.copy(BOOK.root / name, root)
    ignored = shutil.ignore_patterns("__pycache__", "_[!_]*", *DATA)
    for name in (BOOK.package, BOOK.pages):
        shutil.copytree(BOOK.root / name, root / name, ignore=ignored)
    for name in DATA:
        source, target = (place / BOOK.package / name for place in (BOOK.root, root))
        shutil.copytree(source, target, copy_function=os.symlink)
    return root


def edit_code(folder: Path, old: str, new: str) -> None:
    """폴더에서 `old`가 든 파일 하나를 고친다."""
    files = sorted(folder.rglob("*.py"))
    (path,) = (file for file in files if old in file.read_text(encoding="utf-8"))
    edit(path, old, new)


def swap_tiles(picture: np.ndarray) -> np.ndarray:
    """맨 아랫줄의 첫 두 타일을 맞바꾼다. 타일은 사이의 흰 틈으로 찾는다."""
    dark = (picture < 250).any(axis=-1)
    size = 64
    bottom = np.flatnonzero(dark.sum(axis=1) > 2 * size)[-1] + 1
    filled = dark[bottom - size : bottom].all(axis=0)
    first, second = np.flatnonzero(np.diff(filled.astype(int)) == 1)[:2] + 1
    tiles = [picture[bottom - size : bottom, start : start + size] for start in (first, second)]
    tiles[0][:], tiles[1][:] = tiles[1].copy(), tiles[0].copy()
    return picture


def swap_file(path: Path, other: str) -> None:
    path.unlink()
    shutil.copy(BOOK.root / BOOK.package / path.parent.name / other, path)


# 복사본 → 페이지 → 넣은 어긋남의 수
LIMITS = {
    "code": {"4_1_introduction": 2, "4_2_1_bricks": 1, "4_2_4_training": 1},
    "data": {"4_1_introduction": 1, "4_2_1_bricks": 1, "4_2_2_discriminator": 1},
    "text": {"4_2_dcgan": 3, "4_2_3_generator": 2},
}  # fmt: skip


@pytest.fixture(scope="module")
def failures(tmp_path_factory):
    """복사본의 이름 → 실패한 항목과 그 알림이다."""
    folder = tmp_path_factory.mktemp("disagreements")
    copies = {name: copy_repository(folder / name) for name in LIMITS}

    book, code = (copies["code"] / name for name in (BOOK.pages, BOOK.package))
    edit_code(code, "랜덤한 잡음", "랜덤한 소리")
    change_cells(book / "4_1_introduction.ipynb", cell_4=change_picture(swap_tiles))
    edit_code(code, "- 127.5) / 127.5", "- 127.5) / 128")
    edit_code(code, "d_loss + self.penalty_interval *", "d_loss - self.penalty_interval *")

    code = copies["data"] / BOOK.package
    swap_file(code / "recorded" / "grids.png", "stages.png")
    swap_file(code / "bricks" / "train.png", "heldout.png")
    edit_code(code, "2**depth, kernel_size=4, strides=2", "2**depth, kernel_size=4, strides=1")

    book, code = (copies["text"] / name for name in (BOOK.pages, BOOK.package))
    edit_code(code, "layers.LeakyReLU(0.2)", "layers.LeakyReLU(0.3)")
    edit(book / "4_2_dcgan.md", "길이가 100<!--=", "길이가 101<!--=")
    with checking(copies["text"]):
        assert notebooks.carry_text(book / "4_2_dcgan.md") == []
    twin = book / "4_2_dcgan.ipynb"
    edit(twin, "64×64×1 | 1 |", "64×64×1 | 3 |")
    notebook = nbformat.read(twin, as_version=4)
    notebook.cells[-1].source += "\n\n덧붙인 글"
    twin.write_text(nbformat.writes(notebook).rstrip("\n") + "\n", encoding="utf-8")
    page = book / "4_2_3_generator.md"
    page.write_text(page.read_text(encoding="utf-8") + "\n덧붙인 글\n", encoding="utf-8")

    return {name: nbval(root, **LIMITS[name]).failed for name, root in copies.items()}


ACCEPT = "make notebooks"


@pytest.mark.parametrize(
    ("run", "item", "parts"),
    [
        ("code", "4_1_introduction cell 3", ("그림", "_build/differences/", ACCEPT)),
        ("code", "4_1_introduction cell 4", ("그림", "_build/differences/", ACCEPT)),
        ("code", "4_2_1_bricks prose", ("preprocess", "참이 아니다", "「같은 함수가")),
        ("code", "4_2_4_training cell", ("두 모델의 차이: 0e+00", ACCEPT)),
        ("data", "4_1_introduction cell", ("grids.png",)),
        ("data", "4_2_1_bricks cell", ("train.png",)),
        ("data", "4_2_2_discriminator cell",
         ("다른 것 0개", "다른 것 17개", ACCEPT)),
        ("text", "4_2_3_generator cell", ("다른 것 0개", "다른 것 4개", ACCEPT)),
        ("text", "4_2_dcgan cell 4", ("64×64×1 | 3 |", "64×64×1 | 1 |", ACCEPT)),
        ("text", "4_2_dcgan prose", ("4_2_dcgan.md:", "글에는 101인데", "값은 100이다", "「생성자는 길이가 101인")),
        ("text", "4_2_dcgan pair", ("4_2_dcgan.md의", "`.ipynb`를 고쳤으면", "덧붙인 글", ACCEPT)),
        ("text", "4_2_3_generator pair", ("4_2_3_generator.md의", "`.md`를 고쳤으면", "덧붙인 글", ACCEPT)),
    ],
    ids=["a label in a figure", "two swapped tiles", "a scale in the preprocessing",
         "a sign in the training", "a swapped recording", "a swapped data file", "a stride",
         "a slope of LeakyReLU", "a stored number", "a digit in a sentence",
         "a notebook edited without its page", "a page edited without its notebook"],
)  # fmt: skip
def test_each_disagreement_is_named_where_it_is(failures, run, item, parts):
    (message,) = (text for name, text in failures[run].items() if name.startswith(item))
    if " cell" in item:
        page, number = item.split(" cell")
        assert f"{page}.ipynb의 코드 셀{number}" in message
    for part in parts:
        assert part in message


@pytest.mark.parametrize("run", LIMITS)
def test_nothing_else_fails(failures, run):
    assert Counter(name.split()[0] for name in failures[run]) == LIMITS[run]
