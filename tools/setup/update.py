"""패키지를 새 버전으로 올리고, 페이지를 다시 실행하고, 달라진 출력을 나란히 보이는 페이지를 만든다.

다섯 단계가 이어진다.
  lock    pyproject.toml의 범위 안에서 가장 새 버전을 골라 requirements.txt와 environment.yml에 적는다.
  run     .venv를 다시 만들고 노트북을 모두 다시 실행한다.
  report  커밋된 출력과 새 출력을 비교하여 _build/update/index.html에 나란히 보인다.
  colab   Google Colab의 버전이 tools/checks/colab_requirements.txt와 달라졌는지 알린다.
  learn   새 버전으로 좁은 신경망을 훈련해, 저장된 훈련보다 못 배우면 알린다.
단계의 이름을 적으면 그것만 한다. .venv를 다시 만드는 동안에도 돌아야 하므로 표준 라이브러리만 쓴다.
"""

import argparse
import difflib
import json
import os
import re
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterable, Sequence
from datetime import date
from html import escape
from itertools import zip_longest
from pathlib import Path
from typing import Any, NamedTuple

from tools.setup.environment import ROOT, python_of

STEPS = ("lock", "run", "report", "colab", "learn")
EXTRAS = ("book", "test", "browser", "render", "kaggle", "evaluation")
OLDEST_PYTHON = "3.10"
CONDA_PYTHON = "3.12"
REPORT = ROOT / "_build" / "update" / "index.html"
COLAB_LIST = ROOT / "tools" / "checks" / "colab_requirements.txt"
COLAB_NOW = "https://raw.githubusercontent.com/googlecolab/backend-info/main/pip-freeze.txt"


def main(arguments: Sequence[str] | None = None) -> int:
    """고른 단계를 하고 0(됨)이나 1(안 됨)을 돌려준다."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("steps", nargs="*", metavar="단계", help=f"{', '.join(STEPS)}(모두)")
    parser.add_argument(
        "--keep", action="store_true", help="lock에서 이미 적힌 버전은 두고 모자란 것만 더한다"
    )
    parser.add_argument("--write", action="store_true", help="colab에서 새 버전을 목록에 적는다")
    options = parser.parse_args(arguments)
    unknown = set(options.steps) - set(STEPS)
    if unknown:
        parser.error(
            f"{', '.join(sorted(unknown))}라는 단계는 없다. {', '.join(STEPS)} 가운데 고른다."
        )
    chosen = options.steps or STEPS
    try:
        if "lock" in chosen:
            lock(upgrade=not options.keep)
        if "run" in chosen:
            _run(sys.executable, "-m", "tools.setup.environment")
            _run(python_of(ROOT / ".venv"), "-m", "tools.checks.notebooks", "run")
        if "report" in chosen:
            report()
        if "colab" in chosen:
            follow_colab(write=options.write)
        if "learn" in chosen:
            _run(python_of(ROOT / ".venv"), "-m", "tools.studies", "again")
    except subprocess.CalledProcessError as error:
        command = " ".join(map(str, error.cmd))
        print(f"{error.stderr or ''}\n위의 이유로 멈추었다: {command}", file=sys.stderr)
        return 1
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _run(*command: str | Path, capture: bool = False) -> str:
    result = subprocess.run(
        list(map(str, command)),
        cwd=ROOT,
        check=True,
        text=True,
        encoding="utf-8",
        capture_output=capture,
    )
    return result.stdout or ""


# 판 올리기


def lock(*, upgrade: bool) -> None:
    """requirements.txt와 environment.yml을 다시 적는다. 둘 다 만들어진 다음에야 바꾼다.

    uv는 쓰고 버릴 환경에 깐다. 이 컴퓨터에만 있는 설정이 섞이지 않게 uv의 설정은 읽지 않는다.
    """
    print("패키지의 버전을 고른다.", flush=True)
    current = ROOT / "requirements.txt"
    # 적힌 명령이 컴퓨터마다 달라지지 않게 한다.
    header = "python3 -m tools.setup.update lock"
    extras = [word for name in EXTRAS for word in ("--extra", name)]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _run(sys.executable, "-m", "venv", folder / "uv")
        python = python_of(folder / "uv")
        _run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "uv")
        # 덤(coverage[toml])까지 적어야 새 버전이 나온 뒤에도 pip가 적힌 버전만 본다.
        uv = (
            *(python, "-m", "uv", "pip", "compile", "--quiet", "--no-config", "--universal"),
            "--no-strip-extras",
        )
        for variable in [variable for variable in os.environ if variable.startswith("UV_")]:
            del os.environ[variable]

        new = folder / "requirements.txt"
        if current.exists():
            new.write_text(current.read_text(encoding="utf-8"), encoding="utf-8")
        _run(
            *(*uv, "--generate-hashes", "--python-version", OLDEST_PYTHON, *extras),
            *("--custom-compile-command", header, *(["--upgrade"] if upgrade else [])),
            *("pyproject.toml", "--output-file", new),
        )
        pins = _run(
            *(*uv, "--no-deps", "--no-header", "--no-annotate"),
            *("--python-version", CONDA_PYTHON, new),
            capture=True,
        )
        text = new.read_text(encoding="utf-8")
    refuse_local_sources(text)
    current.write_text(text, encoding="utf-8")
    (ROOT / "environment.yml").write_text(conda_environment(pins.splitlines()), encoding="utf-8")
    print("requirements.txt와 environment.yml을 적었다.")


def refuse_local_sources(text: str) -> None:
    """잠근 목록에 색인이나 폴더의 주소가 섞였으면 ValueError를 낸다. 다른 컴퓨터에서는 닿지 않는다."""
    for number, line in enumerate(text.splitlines(), 1):
        if not line.lstrip().startswith("#") and re.search(r"^\s*-(?!-hash)|://| @ |/", line):
            raise ValueError(
                f"requirements.txt {number}줄에 패키지를 얻는 곳이 적혀 있다: {line.strip()}"
            )


def conda_environment(pins: Iterable[str]) -> str:
    """environment.yml의 내용을 돌려준다. pins는 "이름==버전" 꼴의 줄이다."""
    listed = "\n".join(f"      - {pin}" for pin in pins)
    return (
        "# conda를 쓰는 독자의 환경. requirements.txt와 버전이 같다.\n"
        "# tools/setup/update.py가 만드니 손으로 고치지 않는다.\n"
        "name: brickie-companion\n"
        "channels:\n"
        "  - conda-forge\n"
        "dependencies:\n"
        f"  - python={CONDA_PYTHON}\n"
        "  - pip\n"
        "  - pip:\n"
        f"{listed}\n"
        "      - -e .\n"
    )


def version_changes(old: str, new: str) -> list[tuple[str, str, str]]:
    """잠근 목록 둘에서 버전이 다른 패키지를 (이름, 옛 버전, 새 버전)으로 돌려준다. 없는 쪽은 ""이다."""
    before, after = _versions(old), _versions(new)
    names = sorted(before.keys() | after.keys())
    rows = [(name, before.get(name, ""), after.get(name, "")) for name in names]
    return [row for row in rows if row[1] != row[2]]


def _versions(text: str) -> dict[str, str]:
    found: dict[str, list[str]] = {}
    for name, version in re.findall(r"^([\w.-]+)(?:\[[^]]*\])?==([^\s;]+)", text, flags=re.M):
        found.setdefault(name, []).append(version)
    return {name: ", ".join(versions) for name, versions in found.items()}


# Colab의 목록


def follow_colab(*, write: bool) -> None:
    """Colab이 지금 갖춘 버전이 COLAB_LIST와 다르면 알리고, write이면 새 버전을 적는다.

    Raises:
        OSError: 새 버전을 적어야 하는데 받지 못했을 때.
        ValueError: 받은 것이 버전의 목록이 아닐 때.
    """
    try:
        with urllib.request.urlopen(COLAB_NOW, timeout=30) as answer:
            freeze = answer.read().decode()
    except OSError as error:
        message = f"{COLAB_NOW}를 받지 못해 Colab의 버전이 달라졌는지 모른다: {error}"
        if write:
            raise OSError(message) from error
        print(message)
        return
    listed = COLAB_LIST.read_text(encoding="utf-8")
    now = _versions(freeze.lower())
    if not now:
        raise ValueError(f"{COLAB_NOW}에 버전의 목록이 없으니 주소가 바뀌었는지 본다.")
    moved = [
        f"{name} {version} → {now.get(name, '목록에 없음')}"
        for name, version in _versions(listed).items()
        if now.get(name) != version
    ]
    if not moved:
        print("Colab의 버전은 적어 둔 그대로이다.")
        return
    print(f"Colab의 버전이 적어 둔 것과 다르다: {', '.join(moved)}.")
    if not write:
        print("`python3 -m tools.setup.update colab --write`로 적고 `make colab`으로 해 본다.")
        return
    new = re.sub(
        r"^([\w.-]+)==(.+)", lambda m: f"{m[1]}=={now.get(m[1], m[2])}", listed, flags=re.M
    )
    new = re.sub(r"\d{4}-\d\d-\d\d", date.today().isoformat(), new, count=1)
    COLAB_LIST.write_text(new, encoding="utf-8")


# 달라진 출력


class Output(NamedTuple):
    """노트북 셀의 출력 하나. kind는 "html"이나 "text"이다."""

    kind: str
    content: str


class Change(NamedTuple):
    """옛 노트북과 새 노트북에서 달라진 셀 하나. 없던 셀이면 old가, 없어진 셀이면 new가 비어 있다."""

    source: str
    tags: tuple[str, ...]
    pairs: list[tuple[Output | None, Output | None]]


def changed_cells(old: dict[str, Any], new: dict[str, Any]) -> list[Change]:
    """출력이 달라진 셀을 새 노트북의 차례로 돌려준다. 셀은 id로 짝을 짓고, 없어진 셀은 끝에 온다."""
    before = {cell["id"]: cell for cell in old["cells"] if cell["cell_type"] == "code"}
    after = {cell["id"]: cell for cell in new["cells"] if cell["cell_type"] == "code"}
    changes = []
    for name in [*after, *(name for name in before if name not in after)]:
        cell = after.get(name) or before[name]
        both = zip_longest(outputs(before.get(name)), outputs(after.get(name)))
        pairs = [(one, other) for one, other in both if one != other]
        if pairs:
            tags = tuple(cell["metadata"].get("tags", ()))
            changes.append(Change(_joined(cell["source"]), tags, pairs))
    return changes


def outputs(cell: dict[str, Any] | None) -> list[Output]:
    """셀의 출력을 읽는 이가 보는 꼴로 돌려준다. 잇달은 표준 출력은 하나로 합친다."""
    found: list[Output] = []
    stream = ""
    for output in cell["outputs"] if cell else []:
        name = output.get("name", "")
        if output["output_type"] == "stream" and name == stream:
            found[-1] = Output("text", found[-1].content + _joined(output["text"]))
        else:
            found.append(_output(output))
        stream = name
    return found


def _output(output: dict[str, Any]) -> Output:
    if output["output_type"] == "stream":
        return Output("text", _joined(output["text"]))
    if output["output_type"] == "error":
        return Output("text", f"{output['ename']}: {output['evalue']}")
    data = output["data"]
    if "text/html" in data:
        return Output("html", _joined(data["text/html"]))
    for kind in ("image/png", "image/jpeg"):
        if kind in data:
            encoded = re.sub(r"\s", "", _joined(data[kind]))
            return Output("html", f'<img src="data:{kind};base64,{encoded}" alt="출력 그림">')
    if "image/svg+xml" in data:
        return Output("html", _joined(data["image/svg+xml"]))
    return Output("text", _joined(data.get("text/plain", json.dumps(data, sort_keys=True))))


def _joined(text: str | list[str]) -> str:
    return text if isinstance(text, str) else "".join(text)


# 보고서

STYLE = """
body { max-width: 80rem; margin: 2rem auto; padding: 0 1rem; font-family: sans-serif; line-height: 1.6; }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: 1rem; }
iframe { width: 100%; height: 26rem; border: 1px solid #888; resize: vertical; }
pre { padding: .5rem; background: #f4f4f4; overflow-x: auto; }
table { border-collapse: collapse; } td, th { padding: 0 .5rem; vertical-align: top; }
table.diff { font-family: monospace; } .diff_header, .diff_next { color: #666; }
.diff_add { background: #c8f0c8; } .diff_chg { background: #fff0b0; } .diff_sub { background: #f8d0d0; }
.overlay { display: inline-grid; isolation: isolate; background: #000; }
.overlay img { grid-area: 1 / 1; max-width: 100%; }
.overlay img + img { mix-blend-mode: difference; }
"""


def page(changes: dict[str, list[Change]], versions: Sequence[tuple[str, str, str]]) -> str:
    """비교한 결과를 보이는 HTML 페이지를 돌려준다.

    Args:
        changes: 노트북의 이름 → 달라진 셀. 달라진 것이 없는 노트북도 빈 목록으로 넣는다.
        versions: `version_changes()`가 돌려준 것.
    """
    rows = "".join(
        f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in versions
    )
    summary = "".join(
        f'<li><a href="#{escape(name)}">{escape(name)}</a>: '
        f"{f'달라진 셀 {len(cells)}개' if cells else '그대로다'}</li>"
        for name, cells in changes.items()
    )
    sections = "".join(
        f'<section id="{escape(name)}"><h2>{escape(name)}</h2>'
        f"{''.join(map(_cell, cells)) or '<p>달라진 출력이 없다.</p>'}</section>"
        for name, cells in changes.items()
    )
    return (
        '<!doctype html><html lang="ko"><head><meta charset="utf-8"><title>달라진 출력</title>'
        f"<style>{STYLE}</style></head><body><h1>달라진 출력</h1>"
        "<p>왼쪽이 커밋된 출력, 오른쪽이 새 출력이다. 괜찮으면 커밋하고, 아니면 페이지나 코드를 고친다.</p>"
        f"<ul>{summary}</ul><details><summary>버전이 달라진 패키지 {len(versions)}개</summary>"
        f"<table><tr><th>패키지</th><th>옛 버전</th><th>새 버전</th></tr>{rows}</table></details>"
        f"{sections}</body></html>\n"
    )


def _cell(change: Change) -> str:
    live = "<p>훈련하는 셀이라 실행할 때마다 조금씩 다르다.</p>" if "live" in change.tags else ""
    code = f"<details><summary>코드</summary><pre>{escape(change.source)}</pre></details>"
    title = next(iter(change.source.strip().splitlines()), "")
    body = "".join(_pair(old, new) for old, new in change.pairs)
    return f"<h3><code>{escape(title)}</code></h3>{live}{code}{body}"


def _pair(old: Output | None, new: Output | None) -> str:
    if "html" not in {output.kind for output in (old, new) if output}:
        before = old.content.splitlines() if old else []
        after = new.content.splitlines() if new else []
        return difflib.HtmlDiff(wrapcolumn=60).make_table(
            before, after, "옛것", "새것", context=True
        )
    sides = "".join(_frame(output, side) for output, side in ((old, "옛 출력"), (new, "새 출력")))
    overlays = "".join(
        f'<span class="overlay"><img src="{one}" alt="옛 그림"><img src="{other}" alt="새 그림"></span> '
        for one, other in zip(_images(old), _images(new), strict=False)
        if one != other
    )
    if overlays:
        overlays = f"<details><summary>차이만 보기(같은 곳은 검다)</summary>{overlays}</details>"
    return f'<div class="pair">{sides}</div>{overlays}'


def _frame(output: Output | None, side: str) -> str:
    if output is None:
        return f"<p>({side} 없음)</p>"
    content = output.content if output.kind == "html" else f"<pre>{escape(output.content)}</pre>"
    # 출력에 든 스크립트와 id가 서로 섞이지 않게 따로 가둔다.
    return f'<iframe title="{side}" sandbox="allow-scripts" srcdoc="{escape(content)}"></iframe>'


def _images(output: Output | None) -> list[str]:
    return re.findall(r"data:image/[\w+.-]+;base64,[\w+/=]+", output.content if output else "")


def report() -> None:
    """커밋된 노트북과 지금의 노트북을 비교하여 REPORT에 쓴다."""
    changes = {}
    for path in sorted((ROOT / "book").glob("*.ipynb")):
        old = _committed(path) or '{"cells": []}'
        changes[path.stem] = changed_cells(
            json.loads(old), json.loads(path.read_text(encoding="utf-8"))
        )
    requirements = ROOT / "requirements.txt"
    versions = version_changes(_committed(requirements), requirements.read_text(encoding="utf-8"))
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    REPORT.write_text(page(changes, versions), encoding="utf-8")
    count = sum(map(len, changes.values()))
    print(
        f"달라진 셀 {count}개, 버전이 달라진 패키지 {len(versions)}개: {REPORT}를 브라우저로 열어 본다."
    )


def _committed(path: Path) -> str:
    """마지막 커밋에 담긴 내용. 거기에 없던 파일이면 ""이다."""
    name = path.relative_to(ROOT).as_posix()
    if not _run("git", "ls-tree", "--name-only", "HEAD", name, capture=True):
        return ""
    return _run("git", "show", f"HEAD:{name}", capture=True)


if __name__ == "__main__":
    sys.exit(main())
