"""책의 페이지 `book/이름.md`와, 그것을 실행해 출력을 담은 `book/이름.ipynb`의 짝을 맞춘다.

쓰기:
    python -m tools.checks.notebooks check           # 짝이 어긋났으면 알리고 1로 끝난다. 아무것도 쓰지 않는다
    python -m tools.checks.notebooks run             # 모든 페이지를 실행해 .ipynb를 다시 만든다
    python -m tools.checks.notebooks run book/이름.md # 그 페이지만
    python -m tools.checks.notebooks text            # 실행하지 않고 글만 .ipynb로 옮긴다

사람은 `.md`만 고친다. `.ipynb`는 이 도구가 만들고, 두 번 만들어도 바이트까지 같다. 다시 실행한 출력이
저장된 것과 같게 보이면(`outputs.py`) 저장된 것을 그대로 둔다. 그래서 다른 기계에서 실행해도 그림
수백 장이 새로 저장되지 않는다. 다르면 새 출력을 담으므로, 바뀐 출력을 받아들이는 명령도 `run`이다.

`jupytext --sync`는 쓰지 않는다. 파일의 시각으로 어느 것이 새것인지 정하므로 `.md`를 고친 것을 버릴 수 있다.
"""

import argparse
import contextlib
import difflib
import hashlib
import json
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from subprocess import DEVNULL
from typing import Any

import jupytext
import nbformat
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode
from nbval.kernel import CURRENT_ENV_KERNEL_NAME, NbvalKernelspecManager

from tools.checks import settings
from tools.checks import ties as prose_ties
from tools.checks.colab_cell import colab_cell, repository
from tools.checks.outputs import compare_outputs
from tools.checks.pages import Page, strip_ties
from tools.checks.settings import name_of

METADATA = {
    "jupytext": {"formats": "ipynb,md:myst"},
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python", "pygments_lexer": "ipython3"},
}
CELL_TIMEOUT = 600  # 초
KERNEL_TIMEOUT = 300  # 초. 바쁜 기계에서는 커널이 뜨는 데 1분을 넘기기도 한다. nbval도 이것을 쓴다.
_TIES = "prose-ties"
_WIDGET_STATE = "application/vnd.jupyter.widget-state+json"
_WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


def pages() -> list[Path]:
    """노트북인 페이지(머리말에 jupytext가 있는 `.md`)를 이름순으로 돌려준다."""
    every = sorted(settings.BOOK.folder.glob("*.md"))
    return [path for path in every if Page(path.read_text(encoding="utf-8")).is_notebook]


def kernel_environment() -> dict[str, str]:
    """페이지를 실행하는 커널의 환경 변수를 돌려준다. 커널은 페이지의 폴더에서 뜨므로 저장소를 찾게 해 준다."""
    paths = [str(settings.BOOK.root), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(paths),
        "PYTHONHASHSEED": "0",
        "PIP_NO_INDEX": "1",  # 첫 셀이 모르는 사이에 인터넷에서 패키지를 받아 오지 않게 한다
        "TF_CPP_MIN_LOG_LEVEL": "3",
    }


def read_page(page: Path) -> NotebookNode:
    """`.md` 페이지를 출력이 없는 노트북으로 읽는다. 첫 셀은 `_config.yml`에서 만든 것으로 채운다."""
    text = _with_colab_cell(page.read_text(encoding="utf-8"))
    notebook = jupytext.reads(text, fmt="md:myst")
    for cell in notebook.cells:
        tags = cell.metadata.get("tags")
        cell.metadata = nbformat.from_dict({"tags": tags} if tags else {})
        if cell.cell_type == "markdown":
            cell.source = strip_ties(cell.source)
    notebook.metadata = nbformat.from_dict(METADATA)
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    _set_ids(notebook)
    return notebook


def _with_colab_cell(text: str) -> str:
    for cell in Page(text).cells[:1]:
        if settings.BOOK.package and "colab" in cell.tags:
            code = colab_cell(*repository()).rstrip("\n")
            return f"{text[: cell.start].rstrip()}\n\n{code}\n{text[cell.end :]}"
    return text


def _set_ids(notebook: NotebookNode) -> None:
    """셀의 번호를 내용에서 만든다. 그래서 다시 만들어도, 앞에 셀이 끼어도 번호가 그대로이다."""
    seen: dict[str, int] = {}
    for cell in notebook.cells:
        digest = hashlib.sha1(f"{cell.cell_type}\0{cell.source}".encode()).hexdigest()[:8]
        count = seen[digest] = seen.get(digest, -1) + 1
        cell["id"] = digest if count == 0 else f"{digest}-{count}"


def serialise(notebook: NotebookNode) -> str:
    """노트북을 파일에 적을 글로 바꾼다. 실행할 때마다 달라지는 것(시각, 위젯 번호)을 없앤다."""
    notebook = _renumber_widgets(notebook)
    number = 0
    for cell in notebook.cells:
        if cell.cell_type == "code":
            number += 1
            cell.execution_count = number
            for output in cell.outputs:
                if output.output_type == "execute_result":
                    output.execution_count = number
    nbformat.validate(notebook)
    return nbformat.writes(notebook).rstrip("\n") + "\n"


def widget_state(notebook: NotebookNode) -> dict[str, Any]:
    """노트북에 저장된 위젯의 상태(번호 → 모델)이다. 위젯이 없으면 비었다."""
    return notebook.metadata.get("widgets", {}).get(_WIDGET_STATE, {}).get("state", {})


def _renumber_widgets(notebook: NotebookNode) -> NotebookNode:
    """위젯의 번호를, 페이지에 나오는 차례대로 0부터 다시 매긴다."""
    state = widget_state(notebook)
    if not state:
        return notebook

    def text_of(model: Any) -> str:
        return json.dumps(model, sort_keys=True)

    waiting = [
        output["data"][_WIDGET_VIEW]["model_id"]
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if _WIDGET_VIEW in output.get("data", {})
    ]
    order: list[str] = []
    while waiting:  # 페이지에 보이는 위젯에서 가리켜서 닿는 차례
        model = waiting.pop(0)
        if model in state and model not in order:
            order.append(model)
            waiting += re.findall(r"IPY_MODEL_([0-9a-f]{32})", text_of(state[model]))
    numbers = {model: f"{n:032x}" for n, model in enumerate(order)}

    def renumbered(text: str) -> str:
        return re.sub(r"[0-9a-f]{32}", lambda m: numbers.get(m[0], m[0]), text)

    def content(model: str) -> str:  # 아직 번호가 없는 것을 가린 내용
        masked = renumbered(text_of(state[model]))
        return re.sub(r"IPY_MODEL_(?!0{20})[0-9a-f]{32}", "?", masked)

    # 슬라이더 연결처럼 아무도 가리키지 않는 것은 내용의 차례로 잇는다.
    for model in sorted(set(state) - set(order), key=content):
        numbers[model] = f"{len(numbers):032x}"
    notebook = nbformat.reads(renumbered(nbformat.writes(notebook)), as_version=4)
    stored = notebook.metadata.widgets[_WIDGET_STATE]
    stored["state"] = nbformat.from_dict(dict(sorted(stored["state"].items())))
    return notebook


def problems(page: Path) -> list[str]:
    """페이지와 노트북의 짝에서 어긋난 곳을 문장으로 적어 돌려준다. 맞으면 빈 목록이다."""
    name, target = name_of(page), page.with_suffix(".ipynb")
    if not page.exists():
        return [f"{name_of(target)}의 원본 {name}이(가) 없다. `.ipynb`는 `.md`에서 만든다."]
    text = page.read_text(encoding="utf-8")
    first = [tag for cell in Page(text).cells[:1] for tag in cell.tags]
    if settings.BOOK.package and "colab" not in first:
        return [
            f"{name}의 첫 코드 셀에 `:tags: [colab]`이 없다. "
            f"첫 셀은 {settings.BOOK.package} 패키지를 갖추는 셀이다."
        ]
    if _with_colab_cell(text) != text:
        return [
            f"{name}의 첫 셀이 `_config.yml`과 `tools/checks/colab_cell.py`가 만드는 것과 다르다. {_REMEDY}"
        ]
    if not target.exists():
        return [f"{name}을(를) 실행한 {name_of(target)}이(가) 없다. {_REMEDY}"]
    try:
        stored = nbformat.read(target, as_version=4)
    except (nbformat.reader.NotJSONError, nbformat.ValidationError) as error:
        return [f"{name_of(target)}을(를) 노트북으로 읽을 수 없다({error}). {_REMEDY}"]
    expected = read_page(page)
    if message := _first_difference(expected, stored, name, target.name):
        return [message]
    found = [f"{name_of(target)}의 {m}" for m in _bad_outputs(stored)]
    if not found and serialise(_take_outputs(expected, stored)) != target.read_text("utf-8"):
        found = [f"{name_of(target)}을(를) 이 도구가 아닌 것이 저장했다. {_REMEDY}"]
    return found


_REMEDY = "`make notebooks`로 다시 만든다."


def _first_difference(page: NotebookNode, stored: NotebookNode, name: str, twin: str) -> str | None:
    """글, 코드, 꼬리표가 처음으로 다른 셀을 문장으로 적는다."""
    cells, twin_cells = (
        [(c.cell_type, c.source, c.metadata.get("tags", [])) for c in n.cells]
        for n in (page, stored)
    )
    for number, (cell, other) in enumerate(zip(cells, twin_cells, strict=False), start=1):
        if cell != other:
            lines = difflib.unified_diff(
                cell[1].splitlines(), other[1].splitlines(), name, twin, lineterm="", n=0
            )
            detail = "\n".join(f"    {line}" for line in [*lines][:12])
            if not detail:
                detail = f"    {name}: {cell[0]} {cell[2]}\n    {twin}: {other[0]} {other[2]}"
            return (
                f"{name}의 {number}째 셀이 {twin}과 다르다. `.md`를 고쳤으면 `make notebooks`로 다시 "
                f"만들고, `.ipynb`를 고쳤으면 그 고침을 `.md`로 옮긴다.\n{detail}"
            )
    if len(cells) != len(twin_cells):
        return f"{name}은(는) {len(cells)}셀인데 {twin}은(는) {len(twin_cells)}셀이다. {_REMEDY}"
    return None


def _bad_outputs(notebook: NotebookNode) -> list[str]:
    """실행되지 않은 셀, 책에 실으면 안 되는 출력(예외, 표준 오류), 모자란 위젯의 상태를 찾는다."""
    found = []
    # GitHub는 저장된 위젯에 state가 없으면 노트북을 열지 못한다.
    stored = notebook.metadata.get("widgets")
    if stored is not None and not (set(stored) == {_WIDGET_STATE} and widget_state(notebook)):
        found.append(f"위젯 상태가 `{_WIDGET_STATE}`의 `state`에 있지 않다. {_REMEDY}")
    for number, cell in enumerate((c for c in notebook.cells if c.cell_type == "code"), start=1):
        if cell.execution_count is None:
            found.append(f"{number}째 코드 셀이 실행되지 않았다. {_REMEDY}")
        for output in cell.outputs:
            if output.output_type == "error" and "raises-exception" not in cell.metadata.get(
                "tags", []
            ):
                found.append(f"{number}째 코드 셀이 {output.ename}로 멈췄다: {output.evalue}")
            elif output.output_type == "stream" and output.name == "stderr":
                found.append(
                    f"{number}째 코드 셀에 표준 오류가 남았다: {output.text.strip()[:200]}"
                )
    return found


def _take_outputs(page: NotebookNode, stored: NotebookNode) -> NotebookNode:
    """`page`의 셀에 `stored`의 같은 셀이 가진 출력과 위젯을 옮겨 담는다."""
    outputs = {c.id: c for c in stored.cells if c.cell_type == "code"}
    for cell in page.cells:
        if cell.cell_type == "code" and cell.id in outputs:
            cell.outputs = outputs[cell.id].outputs
    if "widgets" in stored.metadata:
        page.metadata["widgets"] = stored.metadata["widgets"]
    return page


def run(page: Path, *, fresh: bool = False) -> tuple[list[str], list[str]]:
    """페이지를 실행해 노트북으로 저장하고, 새로 담은 셀과 코드의 값과 다른 글 속의 수를 문장으로 적어 돌려준다.

    저장된 것과 같게 보이는 출력은 저장된 것을 둔다. `fresh`이면 모두 새로 담는다.

    Raises:
        CellExecutionError: 셀이 예외로 멈췄을 때. 아무것도 저장하지 않는다.
    """
    _refresh_colab_cell(page)
    notebook, target = read_page(page), page.with_suffix(".ipynb")
    ties = _insert_ties(page, notebook)
    manager = AsyncKernelManager(
        kernel_name=CURRENT_ENV_KERNEL_NAME, kernel_spec_manager=NbvalKernelspecManager()
    )
    client = NotebookClient(
        notebook,
        km=manager,
        # TensorFlow가 C++에서 바로 쓰는 알림은 언제 도착할지 몰라 다음 셀에 붙기도 하므로 받지 않는다.
        extra_arguments=["--IPKernelApp.capture_fd_output=False"],
        timeout=CELL_TIMEOUT,
        startup_timeout=KERNEL_TIMEOUT,
        record_timing=False,
        coalesce_streams=True,
        resources={"metadata": {"path": str(page.parent)}},
    )
    # 우리가 만든 매니저이므로 커널도 우리가 끝내라고 해야 한다.
    client.execute(env=kernel_environment(), stderr=DEVNULL, cleanup_kc=True)
    wrong = _take_ties(page, notebook, ties)
    widgets = notebook.metadata.get("widgets")
    notebook.metadata = nbformat.from_dict(METADATA)
    if widgets:
        notebook.metadata["widgets"] = widgets
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
    old = None
    if target.exists() and not fresh:
        with contextlib.suppress(nbformat.reader.NotJSONError, nbformat.ValidationError):
            old = nbformat.read(target, as_version=4)
    changed = _keep_equal_outputs(notebook, old)
    _write(target, serialise(notebook))
    return changed, wrong


def _insert_ties(page: Path, notebook: NotebookNode) -> dict[int, list[prose_ties.Tie]]:
    """글에 묶인 수를 계산하는 셀을, 그 글 앞의 코드 셀 뒤에 잠시 끼운다."""
    ties = prose_ties.by_cell(page.read_text(encoding="utf-8"))
    cells, number = [], 0
    for cell in notebook.cells:
        cells.append(cell)
        if cell.cell_type == "code":
            number += 1
            if number in ties:
                source = prose_ties.expression(ties[number])
                cells.append(nbformat.v4.new_code_cell(source, metadata={"tags": [_TIES]}))
    notebook.cells = cells
    return ties


def _take_ties(
    page: Path, notebook: NotebookNode, ties: dict[int, list[prose_ties.Tie]]
) -> list[str]:
    """끼웠던 셀을 빼고, 계산한 값과 다른 수를 문장으로 돌려준다."""
    cells = [c for c in notebook.cells if _TIES in c.metadata.get("tags", [])]
    notebook.cells = [c for c in notebook.cells if c not in cells]
    return [
        message
        for cell, group in zip(cells, ties.values(), strict=True)
        for message in prose_ties.compare(page.name, group, cell.outputs[0].text)
    ]


def _keep_equal_outputs(notebook: NotebookNode, old: NotebookNode | None) -> list[str]:
    before = {c.id: c for c in old.cells if c.cell_type == "code"} if old else {}
    changed = []
    equal: list[NotebookNode] = []
    for number, cell in enumerate((c for c in notebook.cells if c.cell_type == "code"), start=1):
        stored = before.get(cell.id)
        if old is None or stored is None or stored.execution_count is None:
            changed.append(f"코드 셀 {number}: 새 셀이다")
            continue
        differences = compare_outputs(
            stored.outputs,
            cell.outputs,
            live="live" in cell.metadata.get("tags", []),
            widgets=(widget_state(old), widget_state(notebook)),
        )
        changed += [f"코드 셀 {number}: {d.message}" for d in differences]
        if not differences:
            equal.append(cell)
    # 위젯의 상태는 페이지 하나에 함께 저장되므로, 위젯이 든 셀이 모두 같을 때에만 옛것을 둔다.
    widgets = [c for c in notebook.cells if _has_widget(c)]
    keep_widgets = all(cell in equal for cell in widgets)
    for cell in equal:
        if keep_widgets or cell not in widgets:
            cell.outputs = before[cell.id].outputs
    if old and widgets and keep_widgets:
        notebook.metadata["widgets"] = old.metadata["widgets"]
    return changed


def _has_widget(cell: NotebookNode) -> bool:
    return any(_WIDGET_VIEW in output.get("data", {}) for output in cell.get("outputs", []))


def _refresh_colab_cell(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    if (filled := _with_colab_cell(text)) != text:
        _write(page, filled)


def carry_text(page: Path) -> list[str]:
    """실행하지 않고 글과 꼬리표와 첫 셀만 노트북으로 옮긴다. 다른 코드가 바뀌었으면 옮기지 않고 이유를 돌려준다."""
    target = page.with_suffix(".ipynb")
    if not target.exists():
        return [f"{name_of(target)}이(가) 없다. `run`으로 먼저 실행한다."]
    expected, stored = read_page(page), nbformat.read(target, as_version=4)
    codes, stored_codes = (
        [
            c.source
            for c in n.cells
            if c.cell_type == "code" and "colab" not in c.metadata.get("tags", [])
        ]
        for n in (expected, stored)
    )
    if codes != stored_codes:
        return [f"{name_of(page)}의 코드가 바뀌었다. `run`으로 다시 실행한다."]
    _refresh_colab_cell(page)
    _write(target, serialise(_take_outputs(expected, stored)))
    return []


def _write(path: Path, text: str) -> None:
    """반쯤 쓴 파일이 남지 않도록 옆에 쓰고 이름을 바꾼다."""
    temporary = path.with_name(path.name + ".tmp")
    temporary.write_text(text, encoding="utf-8", newline="\n")
    temporary.replace(path)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="페이지(.md)와 노트북(.ipynb)의 짝을 맞춘다.")
    parser.add_argument("command", choices=["check", "run", "text"])
    parser.add_argument("pages", nargs="*", type=Path, help="책의 .md나 .ipynb. 없으면 모두")
    parser.add_argument("--fresh", action="store_true", help="run: 같아 보이는 출력도 새로 담는다")
    options = parser.parse_intermixed_args(arguments)
    chosen = [p.resolve().with_suffix(".md") for p in options.pages] or pages()
    for page in chosen:
        if options.command != "check" and not page.exists():
            print(f"{page}이(가) 없다. `book/이름.md`를 적는다.", file=sys.stderr)
            return 1
        if options.command != "check" and not has_code(page):
            print(
                f"{name_of(page)}에는 실행할 코드가 없어 노트북을 만들지 않는다.", file=sys.stderr
            )
            return 1
    if options.command == "run":
        return _run_all(chosen, fresh=options.fresh)
    if options.command == "text":
        found = [message for page in chosen for message in carry_text(page)]
    else:
        if not options.pages:
            chosen = sorted(
                {*chosen, *(p.with_suffix(".md") for p in settings.BOOK.folder.glob("*.ipynb"))}
            )
        found = [message for page in chosen for message in problems(page)]
    print("\n".join(found) or f"{len(chosen)}페이지의 짝이 맞다.")
    return int(bool(found))


def has_code(page: Path) -> bool:
    return any(cell.cell_type == "code" for cell in read_page(page).cells)


def _run_all(chosen: Sequence[Path], *, fresh: bool) -> int:
    failed = False
    for page in chosen:
        try:
            changed, wrong = run(page, fresh=fresh)
        except CellExecutionError as error:
            print(f"{name_of(page)}: 셀이 멈췄으므로 저장하지 않는다.\n{error}", file=sys.stderr)
            failed = True
            continue
        print(
            f"{name_of(page)}: "
            + ("바뀐 출력이 없다." if not changed else "새로 담은 출력이 있다.")
        )
        for message in changed:
            print(f"  {message}")
        for message in [*wrong, *problems(page)]:
            print(message, file=sys.stderr)
            failed = True
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
