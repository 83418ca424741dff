"""다른 책에서 `pytest --nbval`을 돌려, 플러그인이 무엇을 잡고 어떻게 알리는지 본다.

같은 페이지를 이름만 달리해 여럿 두고 저마다 다르게 고친 다음, 한 번에 검사한다.
"""

import re
import shutil

import numpy as np
import pytest
from PIL import Image

from tests.tools.checks.helpers import change_cells, change_picture, nbval, redrawn


def change_number(cell):
    cell.outputs[0].text = "값 3.15\n"


def lose_outputs(cell):
    cell.outputs = []


def was_never_run(cell):
    cell.execution_count, cell.outputs = None, []


def skip(cell):
    cell.metadata["tags"] = ["nbval-skip"]


def divide_by_zero(cell):
    cell.source = "1 / 0"


@pytest.fixture(scope="module")
def checked(another_book, tmp_path_factory):
    """검사한 책의 폴더와 항목마다의 결과이다."""
    root = tmp_path_factory.mktemp("checked") / "book"
    shutil.copytree(another_book, root)
    original = root / "pages" / "figures.ipynb"
    pages = {}
    for name in ("noisy", "changed", "widget", "raising", "skipped"):
        pages[name] = original.with_stem(name)
        shutil.copy(original, pages[name])
        shutil.copy(original.with_suffix(".md"), pages[name].with_suffix(".md"))
    change_cells(
        pages["noisy"],
        cell_3=change_picture(lambda pixels: pixels ^ 1),
        cell_4=change_picture(np.rot90),
    )
    change_cells(
        pages["changed"],
        cell_2=change_number,
        cell_3=change_picture(lambda pixels: np.hstack([pixels[:, 64:], pixels[:, :64]])),
        cell_4=change_picture(np.zeros_like),
        cell_6=lose_outputs,
        cell_7=was_never_run,
    )
    text = pages["widget"].read_text(encoding="utf-8")
    text = re.sub(r'(?<="data": ")iVBOR[^"]+', lambda found: redrawn(found[0], np.flipud), text)
    pages["widget"].write_text(text, encoding="utf-8")
    change_cells(pages["raising"], cell_7=divide_by_zero)
    change_cells(pages["skipped"], cell_7=skip)
    old = root / "_build" / "differences" / "figures-3-1.png"
    old.parent.mkdir(parents=True)
    old.touch()
    before = set(root.rglob("*"))
    results = nbval(root)
    assert not old.exists()
    return root, set(root.rglob("*")) - before, results


def failed(checked, page: str) -> dict[str, str]:
    """그 페이지에서 실패한 항목과 알림이다."""
    _, _, results = checked
    names = [name for name in results.failed if name.startswith(f"{page} ")]
    return {name.removeprefix(f"{page} "): results.failed[name] for name in names}


@pytest.mark.parametrize("page", ["figures", "numbers", "noisy"])
def test_what_agrees_or_another_machine_may_change_passes(checked, page):
    _, _, results = checked
    assert failed(checked, page) == {}
    cells = {"pair", *(f"cell {n}" for n in range(1, 8))}
    items = {"numbers": {"pair", "cell 1", "prose 1"}}.get(page, cells)
    assert {name for name in results.passed if name.startswith(page)} == {
        f"{page} {item}" for item in items
    }


def test_each_changed_output_is_reported_in_its_cell(checked):
    root, made, _ = checked
    reports = failed(checked, "changed")
    assert reports.keys() == {"pair", "cell 2", "cell 3", "cell 4", "cell 6", "cell 7"}
    for word in ("pages/changed.ipynb의 코드 셀 2", 'print("값", 3.14)', "`값 3.14`", "`값 3.15`",
                 "make notebooks"):  # fmt: skip
        assert word in reports["cell 2"]
    assert "그림" in reports["cell 3"]
    sheet = root / re.search(r"_build/differences/\S+\.png", reports["cell 3"])[0]
    with Image.open(sheet) as image:
        assert image.size == (3 * 128 + 16, 128)
    assert "비었다" in reports["cell 4"]
    assert "저장된 것은 0개인데 지금은 1개" in reports["cell 6"]
    assert "실행된 적이 없어" in reports["cell 7"]
    assert "7째 코드 셀이 실행되지 않았다" in reports["pair"]


def test_nothing_but_the_pictures_that_differ_is_left(checked):
    _, made, _ = checked
    left = {path.name for path in made if "__pycache__" not in path.parts}
    assert left == {"changed-3-1.png", "changed-4-1.png", "widget-5-1.png"}


def test_a_changed_picture_inside_a_widget_fails(checked):
    reports = failed(checked, "widget")
    assert reports.keys() == {"cell 5"}
    assert "그림" in reports["cell 5"]


def test_a_cell_that_raises_shows_its_error_in_the_page(checked):
    reports = failed(checked, "raising")
    assert reports.keys() == {"pair", "cell 7"}
    assert "pages/raising.ipynb의 코드 셀 7" in reports["cell 7"]
    assert "ZeroDivisionError" in reports["cell 7"]
    assert "\x1b" not in reports["cell 7"]


def test_a_skipped_cell_fails(checked):
    reports = failed(checked, "skipped")
    assert reports.keys() == {"pair", "cell 7"}
    assert "건너뛰" in reports["cell 7"]
