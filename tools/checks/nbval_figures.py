"""`pytest --nbval book/`에 그림 비교와 짝 맞추기를 더하는 pytest 플러그인이다. 루트의 conftest.py가 부른다.

nbval은 글과 HTML을 비교하지만 그림은 건너뛴다. 이 플러그인은 셀의 출력을 `outputs.py`로 비교하고,
노트북마다 원본 `.md`와 짝이 맞는지를 먼저 보며, 실패를 한국어 문장으로 알린다. 그리고 셀을 건너뛰거나
실행된 적이 없는 셀을 두면 실패한다. 실패한 그림은 `_build/differences/`에 나란히 붙여 남긴다.
"""

import base64
import os
import re
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from nbval.plugin import IPyNbCell, IPyNbFile, NbCellError

from tools.checks import notebooks, settings
from tools.checks import ties as prose_ties
from tools.checks.outputs import Difference, compare_outputs, save_side_by_side
from tools.checks.settings import name_of

ACCEPT = "바뀐 것이 맞으면 `make notebooks`로 받아들인다."
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def differences() -> Path:
    """다른 그림을 나란히 붙여 남기는 폴더이다."""
    return settings.BOOK.root / "_build" / "differences"


def pytest_configure(config: pytest.Config) -> None:
    # 사용자 폴더에 깔린 다른 파이썬의 커널이 아니라 pytest를 돌리는 파이썬으로 실행한다.
    if not config.option.nbval_kernel_name:
        config.option.nbval_current_env = True
    config.option.nbval_kernel_startup_timeout = notebooks.KERNEL_TIMEOUT


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(
    file_path: Path, parent: pytest.Collector
) -> Generator[None, list[pytest.Collector], list[pytest.Collector]]:
    collectors = yield
    return [
        BookNotebook.from_parent(parent, path=file_path) if isinstance(c, IPyNbFile) else c
        for c in collectors
    ]


class BookNotebook(IPyNbFile):
    """책의 노트북 하나이다. 첫 항목은 짝 맞추기이고 나머지는 코드 셀과 그 뒤의 글이다."""

    def collect(self) -> Iterator[pytest.Item]:
        yield PagePair.from_parent(self, name="pair")
        page = self.path.with_suffix(".md")
        ties = prose_ties.by_cell(page.read_text(encoding="utf-8")) if page.exists() else {}
        for number, cell in enumerate(super().collect(), start=1):
            yield BookCell.from_parent(
                self,
                name=f"cell {cell.cell_num + 1}",
                cell_num=cell.cell_num,
                cell=cell.cell,
                options=cell.options,
            )
            if number in ties:
                yield ProseNumbers.from_parent(self, name=f"prose {number}", ties=ties[number])

    def setup(self) -> None:
        for old in differences().glob(f"{self.path.stem}-*.png"):
            old.unlink()
        self.widgets: dict[str, Any] = {}
        with mock.patch.dict(os.environ, notebooks.kernel_environment()):
            super().setup()

    def get_kernel_message(self, timeout: float | None = None, stream: str = "iopub") -> Any:
        message = super().get_kernel_message(timeout, stream)
        if message["msg_type"].startswith("comm_"):
            self._follow_widget(message)
        return message

    def _follow_widget(self, message: Any) -> None:
        """커널이 알리는 위젯의 상태를, 노트북에 저장되는 꼴로 모은다. nbval은 이것을 버린다."""
        content = message["content"]
        data = content.get("data", {})
        if "state" not in data:
            return
        model = self.widgets.setdefault(content["comm_id"], {"state": {}, "buffers": []})
        model["state"].update(data["state"])
        model["model_name"] = model["state"].get("_model_name", "")
        for path, buffer in zip(data.get("buffer_paths", []), message["buffers"], strict=True):
            model["buffers"] = [b for b in model["buffers"] if b["path"] != path]
            model["buffers"].append({"path": path, "data": base64.b64encode(buffer).decode()})


class PagePair(pytest.Item):
    """노트북이 원본 페이지에서 만든 그대로인지 본다."""

    def runtest(self) -> None:
        found = notebooks.problems(self.path.with_suffix(".md"))
        if found:
            pytest.fail("\n".join(found), pytrace=False)

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, 0, f"{self.path.name} pair"


class ProseNumbers(pytest.Item):
    """코드 셀 뒤의 글에 적힌 수가, 그때까지 실행한 코드의 값과 같은지 본다."""

    def __init__(self, *, ties: list[prose_ties.Tie], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.ties = ties

    def runtest(self) -> None:
        notebook: Any = self.parent
        client = notebook.kernel.kc
        printed: list[str] = []

        def keep(message: Any) -> None:
            if message["msg_type"] == "stream" and message["content"]["name"] == "stdout":
                printed.append(message["content"]["text"])

        code = prose_ties.expression(self.ties)
        client.execute_interactive(code, store_history=False, output_hook=keep, timeout=60)
        page = name_of(self.path.with_suffix(".md"))
        found = prose_ties.compare(page, self.ties, "".join(printed))
        if found:
            remedy = "글의 수를 고치거나, 코드가 바뀐 것이 잘못이면 코드를 되돌린다."
            pytest.fail("\n".join([*found, remedy]), pytrace=False)

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, 0, f"{self.path.name} {self.name}"


class BookCell(IPyNbCell):
    """노트북의 코드 셀 하나이다."""

    differences: list[Difference]

    def runtest(self) -> None:
        self.differences = []
        if self.options["skip"]:
            self.raise_cell_error("건너뛰라는 꼬리표가 붙었다. 책에는 건너뛰는 셀을 두지 않는다.")
        if self.cell.execution_count is None:
            self.raise_cell_error(
                "실행된 적이 없어 비교할 출력이 없다. `make notebooks`로 실행한다."
            )
        super().runtest()

    def compare_outputs(self, test: Any, ref: Any, skip_compare: Any = None) -> bool:
        live = "live" in self.cell.metadata.get("tags", [])
        widgets = (notebooks.widget_state(self.parent.nb), self.parent.widgets)
        self.differences = compare_outputs(ref, test, live=live, widgets=widgets)
        self.comparison_traceback = [d.message for d in self.differences]
        return not self.differences

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> str:
        error = excinfo.value
        first_line = self.cell.source.splitlines()[0] if self.cell.source else ""
        where = f"{name_of(self.path)}의 코드 셀 {self.cell_num + 1}(첫 줄 `{first_line}`)"
        if not isinstance(error, NbCellError):
            return f"{where}을(를) 실행하지 못했다: {error!r}"
        if not self.differences:
            detail = error.inner_traceback or f" {error}"
            if self.config.option.color != "yes":
                detail = _COLOUR.sub("", detail)
            return f"{where}이(가) 멈췄다.{detail}".rstrip()
        lines = [f"{where}의 출력이 저장된 것과 다르다."]
        for number, difference in enumerate(self.differences, start=1):
            lines.append(f"  - {difference.message}")
            if difference.pictures:
                sheet = differences() / f"{self.path.stem}-{self.cell_num + 1}-{number}.png"
                save_side_by_side(difference.pictures, sheet)
                lines.append(f"    저장된 그림 | 지금 그림 | 다른 곳: {name_of(sheet)}")
        return "\n".join([*lines, ACCEPT])

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, 0, f"{self.path.name} cell {self.cell_num + 1}"
