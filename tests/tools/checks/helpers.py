"""다른 폴더의 책을 고치고 검사하는 데 쓰는 것들이다."""

import base64
import io
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import nbformat
import numpy as np
import pytest
from PIL import Image

from tools.checks import settings


@contextmanager
def checking(root: Path) -> Iterator[None]:
    """검사가 보는 책을 잠시 `root`의 것으로 바꾼다."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "BOOK", settings.read(root))
        yield


class Results:
    """항목마다의 결과이다. 이름은 `페이지 항목` 꼴이다.

    Args:
        limits: 페이지 → 실패가 이만큼이면 나머지를 건너뛴다. 없는 페이지는 끝까지 본다.
    """

    def __init__(self, limits: dict[str, int]) -> None:
        self.limits = limits
        self.failed: dict[str, str] = {}
        self.passed: list[str] = []

    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        page = item.path.stem
        if sum(name.startswith(f"{page} ") for name in self.failed) >= self.limits.get(page, 1000):
            pytest.skip("볼 것을 다 보았다.")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        path, item = report.nodeid.split("::")
        if report.failed:
            self.failed[f"{Path(path).stem} {item}"] = report.longreprtext
        elif report.when == "call" and report.passed:
            self.passed.append(f"{Path(path).stem} {item}")


def nbval(root: Path, **limits: int) -> Results:
    """`root`의 책에서 저장된 출력을 검사한다. `limits`를 주면 거기에 적은 페이지만 본다."""
    results = Results(limits)
    with checking(root):
        folder = settings.BOOK.folder
        chosen = [str(folder / f"{page}.ipynb") for page in limits] or [str(folder)]
        options = ("--nbval", "--color=no", "-p", "no:cacheprovider", f"--rootdir={root}")
        pytest.main([*options, "-p", "tools.checks.nbval_figures", *chosen], plugins=[results])
    return results


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{path.name}에 {old!r}가 없다. 시험을 지금의 글이나 코드에 맞춘다."
    path.write_text(text.replace(old, new), encoding="utf-8")


def change_cells(path: Path, **changes: Callable[[nbformat.NotebookNode], None]) -> None:
    """노트북의 코드 셀 `cell_N`을 함수로 고친다. 파일의 꼴은 도구가 저장한 그대로이다."""
    notebook = nbformat.read(path, as_version=4)
    cells = [c for c in notebook.cells if c.cell_type == "code"]
    for name, change in changes.items():
        change(cells[int(name.removeprefix("cell_")) - 1])
    path.write_text(nbformat.writes(notebook).rstrip("\n") + "\n", encoding="utf-8")


def redrawn(picture: str, change: Callable[[np.ndarray], np.ndarray]) -> str:
    """base64로 적은 그림의 픽셀을 함수로 고친 것이다."""
    pixels = np.array(Image.open(io.BytesIO(base64.b64decode(picture))).convert("RGB"))
    stream = io.BytesIO()
    Image.fromarray(change(pixels)).save(stream, "png")
    return base64.b64encode(stream.getvalue()).decode()


def change_picture(change: Callable[[np.ndarray], np.ndarray]) -> Callable:
    """셀의 HTML 속의 그림을 고치는 함수를 만든다."""

    def edit_cell(cell: nbformat.NotebookNode) -> None:
        data = cell.outputs[0].data
        data["text/html"] = re.sub(
            r"(?<=base64,)[^\"]+", lambda found: redrawn(found[0], change), data["text/html"]
        )

    return edit_cell
