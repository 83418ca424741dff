"""페이지와 노트북의 짝을 맞추는 도구를 작은 저장소에서 시험하고, 책의 노트북이 규칙을 지키는지 본다."""

import json
import re
import shutil
from dataclasses import replace

import nbformat
import psutil
import pytest
import yaml
from nbclient.exceptions import CellExecutionError
from nbval.plugin import find_comment_markers, find_metadata_tags

from tests.tools.checks.helpers import change_cells, change_picture, edit
from tools.checks import notebooks, settings

ROOT = settings.BOOK.root
BOOK = sorted((ROOT / "book").glob("*.ipynb"))
REASON = "# 출력을 견주지 않는 까닭: "

PAGE = """\
---
jupytext:
  formats: ipynb,md:myst
  text_representation:
    extension: .md
    format_name: myst
kernelspec:
  display_name: Python 3
  language: python
  name: python3
---

# 시험하는 페이지

```{code-cell} ipython3
:tags: [colab]

# 이 셀은 tools/checks/notebooks.py가 채운다
```

글이다. $x$

```{code-cell} ipython3
import os
import sys

print("값", 3.14)
```

```{code-cell} ipython3
:tags: [hide-input]

import base64, io
import numpy as np
from IPython.display import HTML
from PIL import Image

stream = io.BytesIO()
Image.fromarray(np.linspace(0, 255, 4800).astype(np.uint8).reshape(60, 80)).save(stream, "png")
picture = base64.b64encode(stream.getvalue()).decode()
HTML(f'<figure><img src="data:image/png;base64,{picture}" alt="기울어진 밝기"></figure>')
```

```{code-cell} ipython3
import ipywidgets as widgets

slider = widgets.FloatSlider(0.5, min=-3.0, max=3.0, description="성분 1")
widgets.VBox([widgets.Image(value=stream.getvalue(), format="png"), slider])
```

```{code-cell} ipython3
2 + 2
```
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """페이지 하나를 실행해 둔 작은 저장소이다."""
    root = tmp_path_factory.mktemp("made")
    (root / "book").mkdir()
    (root / "companion").mkdir()
    (root / "_toc.yml").touch()
    shutil.copy(ROOT / "_config.yml", root)
    (root / "book" / "page.md").write_text(PAGE, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "BOOK", replace(settings.BOOK, root=root))
        assert notebooks.main(["run"]) == 0
    return root


@pytest.fixture
def book(made, tmp_path, monkeypatch):
    """실행해 둔 저장소의 복사본에서 `book` 폴더를 돌려준다. 시험이 마음대로 고쳐도 된다."""
    root = tmp_path / "copy"
    shutil.copytree(made, root)
    monkeypatch.setattr(settings, "BOOK", replace(settings.BOOK, root=root))
    return root / "book"


def children() -> set[int]:
    """이 프로세스가 띄운, 아직 살아 있는 프로세스들이다."""
    process = psutil.Process()
    alive = [child for child in process.children() if child.status() != psutil.STATUS_ZOMBIE]
    return {child.pid for child in alive}


class TestRun:
    def test_running_again_gives_the_same_bytes(self, book, capsys):
        before = (book / "page.ipynb").read_bytes()
        assert notebooks.main(["run", "--fresh", str(book / "page.md")]) == 0
        assert (book / "page.ipynb").read_bytes() == before
        assert notebooks.main(["check"]) == 0

    def test_no_kernel_outlives_its_page(self, book):
        before = children()
        notebooks.run(book / "page.md")
        assert children() <= before

    def test_a_page_without_code_becomes_no_notebook(self, book, capsys):
        (book / "prose.md").write_text("# 글뿐인 페이지\n", encoding="utf-8")
        assert notebooks.main(["run", str(book / "prose.md")]) == 1
        assert "prose.md에는 실행할 코드가 없어" in capsys.readouterr().err
        assert not (book / "prose.ipynb").exists()

    def test_only_an_output_that_looks_different_is_replaced_and_named(self, book):
        page, twin = book / "page.md", book / "page.ipynb"
        change_cells(twin, cell_3=change_picture(lambda pixels: pixels ^ 1))
        disturbed = twin.read_bytes()
        edit(twin, "값 3.14", "값 3.15")
        edit(twin, '"value": 0.5', '"value": 0.6')
        (text, widget), wrong = notebooks.run(page)
        assert wrong == []
        assert "코드 셀 2" in text and "`값 3.15`" in text
        assert "위젯" in widget and "0.6" in widget
        assert twin.read_bytes() == disturbed

    def test_a_cell_that_raises_leaves_the_notebook_alone(self, book, capsys):
        before = (book / "page.ipynb").read_bytes()
        edit(book / "page.md", "2 + 2", "2 / 0")
        with pytest.raises(CellExecutionError, match="ZeroDivisionError"):
            notebooks.run(book / "page.md")
        assert (book / "page.ipynb").read_bytes() == before
        assert [p.name for p in book.iterdir() if p.suffix == ".tmp"] == []

    def test_the_kernel_finds_the_repository_and_stays_off_the_network(self, monkeypatch):
        monkeypatch.setenv("PYTHONPATH", "/somewhere")
        environment = notebooks.kernel_environment()
        assert environment["PYTHONPATH"].startswith(str(ROOT))
        assert environment["PYTHONPATH"].endswith("/somewhere")
        assert environment["PIP_NO_INDEX"] == "1"

    def test_an_unknown_page_is_refused(self, book, capsys):
        assert notebooks.main(["run", str(book / "missing.md")]) == 1
        assert "missing.md" in capsys.readouterr().err


class TestNotebookFile:
    def test_nothing_in_it_depends_on_the_time(self, book):
        text = (book / "page.ipynb").read_text(encoding="utf-8")
        assert '"execution"' not in text
        assert not re.search(r"20\d\d-\d\d-\d\dT", text)

    def test_cells_keep_their_ids_when_a_cell_is_put_in_front(self, book):
        before = {c.source: c.id for c in notebooks.read_page(book / "page.md").cells}
        edit(
            book / "page.md", "글이다.", "새 글이다.\n\n```{code-cell} ipython3\n1\n```\n\n글이다."
        )
        after = {c.source: c.id for c in notebooks.read_page(book / "page.md").cells}
        assert before.items() <= after.items()

    def test_equal_cells_get_different_ids(self, book):
        edit(book / "page.md", "2 + 2\n```", "2 + 2\n```\n\n```{code-cell} ipython3\n2 + 2\n```")
        ids = [c.id for c in notebooks.read_page(book / "page.md").cells]
        assert len(set(ids)) == len(ids)

    def test_widgets_are_renumbered_in_the_order_they_are_seen(self):
        def notebook(box, slider, link):
            cell = nbformat.v4.new_code_cell("box")
            view = {"application/vnd.jupyter.widget-view+json": {"model_id": box}}
            cell.outputs = [nbformat.v4.new_output("display_data", view)]
            made = nbformat.v4.new_notebook(cells=[cell])
            cell["id"] = "a"
            state = {
                link: {"model_name": "LinkModel", "state": {"source": f"IPY_MODEL_{slider}"}},
                slider: {"model_name": "IntSliderModel", "state": {"value": 3}},
                box: {"model_name": "VBoxModel", "state": {"children": [f"IPY_MODEL_{slider}"]}},
            }
            made.metadata["widgets"] = {
                "application/vnd.jupyter.widget-state+json": {"state": state, "version_major": 2}
            }
            return made

        first = notebooks.serialise(notebook(*("a" * 32, "b" * 32, "c" * 32)))
        second = notebooks.serialise(notebook(*("9" * 32, "1" * 32, "5" * 32)))
        assert first == second
        assert "0" * 32 in first

    def test_the_first_cell_comes_from_the_configuration(self, book):
        config = book.parent / "_config.yml"
        url = yaml.safe_load(config.read_text(encoding="utf-8"))["repository"]["url"]
        for name in ("page.md", "page.ipynb"):
            assert url in (book / name).read_text("utf-8")
        edit(config, url, "https://github.com/someone/gan")
        assert "_config.yml" in notebooks.problems(book / "page.md")[0]
        assert notebooks.main(["text"]) == 0  # 첫 셀은 실행하지 않고 옮긴다
        for name in ("page.md", "page.ipynb"):
            assert "https://github.com/someone/gan" in (book / name).read_text("utf-8")
        assert notebooks.problems(book / "page.md") == []


class TestCheck:
    def test_a_fresh_pair_has_no_problems_and_nothing_is_written(self, book):
        before = {p: (p.stat().st_mtime_ns, p.read_bytes()) for p in book.iterdir()}
        assert notebooks.main(["check"]) == 0
        assert {p: (p.stat().st_mtime_ns, p.read_bytes()) for p in book.iterdir()} == before

    @pytest.mark.parametrize(
        ("name", "old", "new", "words"),
        [
            ("page.md", "글이다.", "고친 글이다.", ["page.md의 3째 셀", "고친 글이다"]),
            ("page.md", "2 + 2", "2 + 3", ["2 + 3", "make notebooks"]),
            ("page.md", "[hide-input]", "[hide-cell]", ["hide-cell"]),
            ("page.md", "2 + 2\n```", "2 + 2\n```\n\n끝이다.", ["8셀", "7셀"]),
            ("page.md", ":tags: [colab]\n", "", ["첫 코드 셀", "colab"]),
            ("page.ipynb", "글이다.", "고친 글이다.", [".ipynb`를 고쳤으면", "고친 글이다"]),
            ("page.ipynb", "2 + 2", "2 + 3", ["2 + 3"]),
            ("page.ipynb", '"hide-input"', '"hide-cell"', ["hide-cell"]),
            ("page.ipynb", '"stdout"', '"stderr"', ["2째 코드 셀", "표준 오류"]),
            ("page.ipynb", '\n "cells"', '\n  "cells"', ["이 도구가 아닌 것"]),
            ("page.ipynb", '"cells"', '"cell', ["읽을 수 없다"]),
        ],
    )
    def test_each_disagreement_is_named(self, book, capsys, name, old, new, words):
        edit(book / name, old, new)
        assert notebooks.main(["check"]) == 1
        message = capsys.readouterr().out
        for word in words:
            assert word in message

    def test_a_missing_twin_is_named(self, book, capsys):
        (book / "page.ipynb").rename(book / "other.ipynb")
        assert notebooks.main(["check"]) == 1
        message = capsys.readouterr().out
        assert "page.ipynb이(가) 없다" in message
        assert "book/other.md이(가) 없다" in message

    @pytest.mark.parametrize("number", [2, 3])
    def test_a_cell_that_was_never_run_is_named(self, book, number):
        def forget(cell):
            cell.execution_count, cell.outputs = None, []

        change_cells(book / "page.ipynb", **{f"cell_{number}": forget})
        (message,) = notebooks.problems(book / "page.md")
        assert f"{number}째 코드 셀이 실행되지 않았다" in message

    def test_an_edit_is_never_thrown_away_whatever_the_times(self, book):
        """jupytext --sync는 시각이 늦은 것을 골라 다른 것의 고침을 버린다."""
        edit(book / "page.md", "글이다.", "고친 글이다.")
        (book / "page.ipynb").touch()
        assert notebooks.problems(book / "page.md")
        assert "고친 글이다" in (book / "page.md").read_text(encoding="utf-8")


class TestText:
    def test_prose_is_carried_without_running(self, book):
        edit(book / "page.md", "글이다.", "고친 글이다.")
        outputs = [c.get("outputs") for c in nbformat.read(book / "page.ipynb", 4).cells]
        assert notebooks.main(["text"]) == 0
        assert notebooks.problems(book / "page.md") == []
        assert [c.get("outputs") for c in nbformat.read(book / "page.ipynb", 4).cells] == outputs

    def test_changed_code_is_refused(self, book, capsys):
        edit(book / "page.md", "2 + 2", "2 + 3")
        before = (book / "page.ipynb").read_bytes()
        assert notebooks.main(["text"]) == 1
        assert "run" in capsys.readouterr().out
        assert (book / "page.ipynb").read_bytes() == before


def code_cells():
    for path in BOOK:
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type == "code":
                yield path, cell


def options(cell) -> dict:
    return dict([*(find_metadata_tags(cell.metadata) or ()), *find_comment_markers(cell.source)])


class TestBook:
    def test_the_table_of_contents_lists_every_notebook(self):
        listed = re.findall(r"book/\w+\.ipynb", (ROOT / "_toc.yml").read_text(encoding="utf-8"))
        assert sorted(listed) == [f"book/{p.name}" for p in BOOK]

    def test_no_cell_is_skipped_or_allowed_to_fail(self):
        bad = [(p.name, c.source) for p, c in code_cells()
               if options(c).keys() & {"skip", "check_exception"}]  # fmt: skip
        assert bad == []

    def test_at_most_three_outputs_are_not_compared_and_each_says_why(self):
        ignored = [(p.name, c.source) for p, c in code_cells() if options(c).get("check") is False]
        assert len(ignored) <= 3
        for name, source in ignored:
            assert any(len(line) > len(REASON) + 10 for line in source.splitlines()
                       if line.startswith(REASON)), name  # fmt: skip

    def test_at_most_ten_cells_train(self):
        assert sum("live" in c.metadata.get("tags", []) for _, c in code_cells()) <= 10

    def test_every_stored_picture_has_a_text_for_those_who_cannot_see_it(self):
        for path, cell in code_cells():
            for output in cell.outputs:
                data = output.get("data", {})
                assert not [k for k in data if k.startswith("image/")], (path.name, cell.source)
                for tag in re.findall(r"<img\b[^>]*>", data.get("text/html", "")):
                    assert re.search(r'\balt="[^"]*\S', tag), (path.name, cell.source)

    def test_the_saved_file_is_one_that_jupyter_can_open(self):
        for path in BOOK:
            nbformat.validate(json.loads(path.read_text(encoding="utf-8")))

    def test_the_repository_address_is_written_only_once(self):
        config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
        for path in BOOK:
            text = path.read_text(encoding="utf-8")
            assert text.count(config["repository"]["url"]) == 1, path.name
