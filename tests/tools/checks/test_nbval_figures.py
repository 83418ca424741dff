"""작은 저장소에서 `pytest --nbval book/`을 돌려, 플러그인이 무엇을 잡고 어떻게 알리는지 본다."""

import base64
import io
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

FIGURE = """\
stream = io.BytesIO()
tiles = np.indices((64, 64)).sum(0) * np.ones((2, 2))[:, :, None, None]
tiles[0, 1] = 255 - tiles[0, 1]
Image.fromarray(np.block(list(map(list, tiles))).astype(np.uint8)).save(stream, "png")
picture = base64.b64encode(stream.getvalue()).decode()
HTML(f'<figure><img src="data:image/png;base64,{picture}" alt="타일"></figure>')"""
CELLS = [
    ("colab", "# 이 칸은 tools/checks/notebooks.py가 채운다"),
    ("", "import base64, io, os\nimport numpy as np\nfrom IPython.display import HTML\nfrom PIL import Image\nimport companion"),
    ("", 'print("값", companion.VALUE)'),
    ("hide-input", FIGURE),
    ("live", FIGURE.replace("255 - ", "170 - ")),
    ("", "import ipywidgets\nipywidgets.Image(value=stream.getvalue())"),
    ("", "sorted(k for k in os.environ if k == 'PYTEST_PLANTED')"),
    ("", "1 + 1"),
]  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """companion과 쪽 하나가 든 저장소이다. 도구와 설정은 이 저장소의 것이다."""
    root = tmp_path_factory.mktemp("made")
    for name in ("conftest.py", "pyproject.toml", "_config.yml", "tools"):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, root / name)
    (root / "_toc.yml").touch()
    (root / "companion").mkdir()
    (root / "companion" / "__init__.py").write_text("VALUE = 3.14\n")
    (root / "book").mkdir()
    head = "---\njupytext:\n  formats: ipynb,md:myst\nkernelspec:\n  display_name: Python 3\n"
    text = head + "  language: python\n  name: python3\n---\n\n# 쪽\n"
    for tag, code in CELLS:
        text += f"\n```{{code-cell}} ipython3\n{f':tags: [{tag}]' if tag else ''}\n\n{code}\n```\n"
    (root / "book" / "page.md").write_text(text.replace("ipython3\n\n\n", "ipython3\n"), "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "tools.checks.notebooks", "run"],
        cwd=root,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return root


@pytest.fixture
def repository(made, tmp_path):
    shutil.copytree(made, tmp_path / "copy")
    return tmp_path / "copy"


def nbval(root: Path, *arguments: str) -> tuple[int, dict[str, str], str]:
    """`pytest --nbval book/`의 종료 코드, 실패한 칸마다의 알림, 마지막 줄을 돌려준다."""
    command = [sys.executable, "-m", "pytest", "--nbval", "book/", "--color=no", *arguments]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True)
    parts = re.split(r"^_{3,} page\.ipynb (pair|cell \d+) _{3,}$", done.stdout, flags=re.MULTILINE)
    reports = dict(zip(parts[1::2], parts[2::2], strict=True))
    return done.returncode, reports, done.stdout.strip().splitlines()[-1]


def change_cells(root: Path, **changes) -> None:
    path = root / "book" / "page.ipynb"
    notebook = nbformat.read(path, as_version=4)
    cells = [c for c in notebook.cells if c.cell_type == "code"]
    for name, change in changes.items():
        change(cells[int(name.removeprefix("cell_")) - 1])
    path.write_text(nbformat.writes(notebook).rstrip("\n") + "\n", encoding="utf-8")


def change_picture(change):
    """HTML 속의 그림을 고치는 함수를 만든다."""

    def edit(cell):
        data = cell.outputs[0].data
        stored = re.search(r"base64,([^\"]+)", data["text/html"])[1]
        pixels = np.asarray(Image.open(io.BytesIO(base64.b64decode(stored)))).copy()
        stream = io.BytesIO()
        Image.fromarray(change(pixels)).save(stream, "png")
        new = base64.b64encode(stream.getvalue()).decode()
        data["text/html"] = data["text/html"].replace(stored, new)

    return edit


def test_agreeing_pages_pass_and_leave_nothing_but_caches(repository):
    before = {p for p in repository.rglob("*") if p.is_file()}
    code, reports, last = nbval(repository)
    assert (code, reports) == (0, {})
    assert f"{len(CELLS) + 1} passed" in last
    assert "skipped" not in last
    new = {p.relative_to(repository).parts for p in repository.rglob("*") if p.is_file()} - {
        p.relative_to(repository).parts for p in before
    }
    assert all({".pytest_cache", "__pycache__"} & set(parts) for parts in new)


def test_each_changed_output_is_reported_in_its_cell(repository):
    (repository / "companion" / "__init__.py").write_text("VALUE = 3.15\n")

    def swap_tiles(pixels):
        return np.hstack([pixels[:, 64:], pixels[:, :64]])

    def add_noise(pixels):
        return pixels ^ 1

    def blank(pixels):
        return np.zeros_like(pixels)

    def lose_outputs(cell):
        cell.outputs = []

    def was_never_run(cell):
        cell.execution_count, cell.outputs = None, []

    change_cells(
        repository,
        cell_4=change_picture(swap_tiles),
        cell_5=change_picture(blank),
        cell_7=lose_outputs,
        cell_8=was_never_run,
    )
    code, reports, _ = nbval(repository)
    assert code == 1
    assert reports.keys() == {"pair", "cell 3", "cell 4", "cell 5", "cell 7", "cell 8"}

    for word in ("book/page.ipynb의 코드 칸 3", 'print("값", companion.VALUE)', "`값 3.14`",
                 "`값 3.15`", "make notebooks"):  # fmt: skip
        assert word in reports["cell 3"]
    assert "그림" in reports["cell 4"]
    sheet = re.search(r"_build/differences/\S+\.png", reports["cell 4"])[0]
    with Image.open(repository / sheet) as image:
        assert image.size == (3 * 128 + 16, 128)
    assert "비었다" in reports["cell 5"]
    assert "저장된 것은 0개인데 지금은 1개" in reports["cell 7"]
    assert "실행된 적이 없어" in reports["cell 8"]
    assert "8째 코드 칸이 실행되지 않았다" in reports["pair"]

    change_cells(repository, cell_4=change_picture(swap_tiles))
    code, reports, _ = nbval(repository, "-k", "pair")
    assert not list((repository / "_build" / "differences").glob("page-*.png"))


def test_what_another_machine_may_change_passes(repository):
    change_cells(
        repository,
        cell_4=change_picture(lambda pixels: pixels ^ 1),
        cell_5=change_picture(lambda pixels: pixels.T[::-1]),
    )
    assert nbval(repository)[0] == 0


def test_a_changed_picture_inside_a_widget_fails(repository):
    path = repository / "book" / "page.ipynb"
    text = path.read_text(encoding="utf-8")
    stored = re.search(r'"data": "(iVBOR[^"]+)"', text)[1]
    pixels = np.asarray(Image.open(io.BytesIO(base64.b64decode(stored))))
    stream = io.BytesIO()
    Image.fromarray(np.flipud(pixels)).save(stream, "png")
    path.write_text(text.replace(stored, base64.b64encode(stream.getvalue()).decode()), "utf-8")
    code, reports, _ = nbval(repository)
    assert code == 1
    assert reports.keys() == {"cell 6"}
    assert "그림" in reports["cell 6"]


def test_a_cell_that_raises_shows_its_error_in_the_page(repository):
    (repository / "companion" / "__init__.py").write_text("")
    code, reports, _ = nbval(repository, "--maxfail=1")
    assert code == 1
    assert "book/page.ipynb의 코드 칸 3" in reports["cell 3"]
    assert "AttributeError" in reports["cell 3"]
    assert "\x1b" not in reports["cell 3"]


def test_a_skipped_cell_fails(repository):
    def skip(cell):
        cell.metadata["tags"] = ["nbval-skip"]

    change_cells(repository, cell_8=skip)
    code, reports, last = nbval(repository)
    assert code == 1
    assert "건너뛰" in reports["cell 8"]
    assert "skipped" not in last
