"""글과 코드와 데이터를 하나씩 어긋나게 해 놓고, 책의 검사가 까닭을 짚어 실패하는지 본다.

저장소의 복사본에서 한 곳만 고친 뒤 README에 적힌 `pytest --nbval`을 그 쪽에 돌린다. 첫 실패에서 멈춘다.
"""

import base64
import io
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import numpy as np
import pytest
from PIL import Image

from tools.checks import notebooks

ROOT = notebooks.ROOT
DATA = ("bricks", "fonts", "recorded")


@pytest.fixture
def repository(tmp_path):
    """책을 검사하는 데 필요한 것만 옮긴 복사본이다. 큰 데이터는 파일마다 링크로 잇는다."""
    root = tmp_path / "repository"
    root.mkdir()
    for name in ("conftest.py", "pyproject.toml", "_config.yml", "_toc.yml"):
        shutil.copy(ROOT / name, root)
    no_caches = shutil.ignore_patterns("__pycache__", *DATA)
    for name in ("tools", "companion", "book"):
        shutil.copytree(ROOT / name, root / name, ignore=no_caches)
    for name in DATA:
        shutil.copytree(
            ROOT / "companion" / name, root / "companion" / name, copy_function=os.symlink
        )
    return root


def failure(root: Path, page: str, *arguments: str) -> str:
    """그 쪽의 검사가 실패하는지 보고 알림을 돌려준다."""
    command = [sys.executable, "-m", "pytest", "--nbval", f"book/{page}.ipynb", "--color=no"]
    done = subprocess.run(
        [*command, "--maxfail=1", *arguments], cwd=root, capture_output=True, text=True
    )
    assert done.returncode == 1, f"어긋났는데 실패하지 않았다.\n{done.stdout}\n{done.stderr}"
    report = re.search(r"^_{3,} (.*?)^=+ short test summary", done.stdout, re.DOTALL | re.MULTILINE)
    assert report, done.stdout
    return report[1]


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{path.name}에 {old!r}가 없다. 시험을 지금의 코드에 맞춘다."
    path.write_text(text.replace(old, new), encoding="utf-8")


def check_message(message: str, *parts: str) -> None:
    for part in (*parts, "make notebooks"):
        assert part in message, message


def test_the_copy_itself_agrees(repository):
    """아래 시험의 실패가 복사 때문이 아님을 보인다."""
    command = [sys.executable, "-m", "pytest", "--nbval", "book/4_2_dcgan.ipynb", "-q"]
    assert subprocess.run(command, cwd=repository, capture_output=True).returncode == 0


class TestCode:
    def test_another_stride(self, repository):
        edit(repository / "companion" / "models.py",
             'base_channels * 2**depth, kernel_size=4, strides=2, padding="same"',
             'base_channels * 2**depth, kernel_size=4, strides=1, padding="same"')  # fmt: skip
        message = failure(repository, "4_2_2_discriminator")
        check_message(message, "4_2_2_discriminator.ipynb의 코드 칸", "build_discriminator",
                      "모두 같은가: True", "모두 같은가: False")  # fmt: skip

    def test_another_slope_of_leaky_relu(self, repository):
        edit(
            repository / "companion" / "models.py", "layers.LeakyReLU(0.2)", "layers.LeakyReLU(0.3)"
        )
        message = failure(repository, "4_2_2_discriminator")
        check_message(message, "4_2_2_discriminator.ipynb의 코드 칸", "build_discriminator",
                      "모두 같은가: True", "모두 같은가: False")  # fmt: skip

    def test_another_scale_in_the_preprocessing(self, repository):
        edit(repository / "companion" / "data.py",
             '(pixels - 127.5) / 127.5',
             '(pixels - 127.5) / 128')  # fmt: skip
        message = failure(repository, "4_2_1_bricks")
        check_message(message, "4_2_1_bricks.ipynb의 코드 칸", "같은가", "True", "False")

    def test_another_label_in_the_training(self, repository):
        edit(repository / "companion" / "training.py",
             "binary_cross_entropy(1 - real_noise, real_logits)",
             "binary_cross_entropy(1 + real_noise, real_logits)")  # fmt: skip
        message = failure(repository, "4_2_4_training")
        check_message(message, "4_2_4_training.ipynb의 코드 칸", "1 - real_noise", "1 + real_noise")

    def test_another_label_in_a_figure(self, repository):
        edit(repository / "companion" / "plotting" / "cycle.py", "랜덤한 잡음", "랜덤한 소리")
        message = failure(repository, "4_1_introduction")
        check_message(message, "4_1_introduction.ipynb의 코드 칸 3", "그림", "_build/differences/")


class TestStoredOutput:
    def test_another_number(self, repository):
        edit(repository / "book" / "4_2_dcgan.ipynb", "(None, 64, 64, 1)", "(None, 64, 64, 3)")
        message = failure(repository, "4_2_dcgan")
        check_message(
            message, "4_2_dcgan.ipynb의 코드 칸 8", "(None, 64, 64, 3)", "(None, 64, 64, 1)"
        )

    def test_two_swapped_tiles_in_a_figure(self, repository):
        path = repository / "book" / "4_1_introduction.ipynb"
        cells = nbformat.read(path, as_version=4).cells
        (cell,) = (c for c in cells if "plot_training_grids(" in c.source)
        stored = re.search(r"base64,([^\"]+)", cell.outputs[0].data["text/html"])[1]
        picture = np.asarray(Image.open(io.BytesIO(base64.b64decode(stored))).convert("RGB"))
        stream = io.BytesIO()
        Image.fromarray(with_two_tiles_swapped(picture)).save(stream, "png")
        edit(path, stored, base64.b64encode(stream.getvalue()).decode())
        message = failure(repository, "4_1_introduction")
        check_message(message, "4_1_introduction.ipynb의 코드 칸 4", "그림", "_build/differences/")


def with_two_tiles_swapped(picture: np.ndarray) -> np.ndarray:
    """타일 사이의 흰 틈을 찾아 맨 아랫줄의 첫 두 타일을 맞바꾼 그림을 돌려준다."""
    dark = (picture < 250).any(axis=-1)
    size = 64
    bottom = np.flatnonzero(dark.sum(axis=1) > 2 * size)[-1] + 1
    filled = dark[bottom - size : bottom].all(axis=0)
    starts = np.flatnonzero(np.diff(filled.astype(int)) == 1) + 1
    first, second = (
        (slice(bottom - size, bottom), slice(start, start + size)) for start in starts[:2]
    )
    swapped = picture.copy()
    swapped[first], swapped[second] = picture[second], picture[first]
    return swapped


class TestProse:
    def test_another_digit_in_a_sentence(self, repository):
        path = repository / "book" / "4_2_2_discriminator.md"
        edit(path, "전체의 76<!--=", "전체의 77<!--=")
        twin = path.with_suffix(".ipynb")
        edit(twin, "전체의 76%", "전체의 77%")
        done = failure(repository, "4_2_2_discriminator", "-k", "not pair")
        for part in ("4_2_2_discriminator.md:", "77", "75.8", "전체의 77%를 차지한다.」"):
            assert part in done


class TestPair:
    def test_a_notebook_edited_without_its_page(self, repository):
        path = repository / "book" / "4_2_dcgan.ipynb"
        notebook = nbformat.read(path, as_version=4)
        notebook.cells[-1].source += "\n\n덧붙인 글"
        path.write_text(nbformat.writes(notebook).rstrip("\n") + "\n", encoding="utf-8")
        message = failure(repository, "4_2_dcgan", "-k", "pair")
        check_message(message, "book/4_2_dcgan.md의", "`.ipynb`를 고쳤으면", "덧붙인 글")

    def test_a_page_edited_without_its_notebook(self, repository):
        path = repository / "book" / "4_2_dcgan.md"
        path.write_text(path.read_text(encoding="utf-8") + "\n덧붙인 글\n", encoding="utf-8")
        message = failure(repository, "4_2_dcgan", "-k", "pair")
        check_message(message, "book/4_2_dcgan.md의", "`.md`를 고쳤으면", "덧붙인 글")


class TestData:
    @pytest.mark.parametrize(
        ("page", "name", "other"),
        [
            ("4_2_1_bricks", "bricks/train.png", "bricks/heldout.png"),
            ("4_1_introduction", "recorded/grids.png", "recorded/stages.png"),
        ],
    )
    def test_a_swapped_file(self, repository, page, name, other):
        path = repository / "companion" / name
        path.unlink()
        shutil.copy(ROOT / "companion" / other, path)
        message = failure(repository, page)
        for part in (f"{page}.ipynb의 코드 칸", Path(name).name):
            assert part in message, message
