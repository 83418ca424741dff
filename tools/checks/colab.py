"""노트북을 Colab과 같은 버전의 파이썬과 패키지로, 빈 폴더에서, 고치지 않고 실행해 본다.

쓰기:
    python -m tools.checks.colab                 # 모든 페이지
    python -m tools.checks.colab 4_1_introduction # 그 페이지만

시험하는 것은 커밋한 내용(HEAD)이다. 첫 셀은 저장소에서 책의 패키지를 받아 설치하는데, GitHub 대신
HEAD의 복제본에서 받도록 git의 insteadOf로 주소를 돌린다. 저장소 주소가 아직 없으면 복사본에만
지어낸 주소를 넣는다. 환경은 `.venv-colab`에 만들어 두고 다시 쓴다.
"""

import argparse
import asyncio
import json
import os
import re
import subprocess
import sys
import tempfile
import textwrap
import time
from pathlib import Path

import nbformat
import yaml  # type: ignore[import-untyped]
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from tools import ROOT
from tools.checks import settings
from tools.checks.colab_cell import repository
from tools.setup import environment

REQUIREMENTS = ROOT / "tools" / "checks" / "colab_requirements.txt"
ENVIRONMENT = ROOT / ".venv-colab"
PYTHON = "3.13"
STAND_IN = "https://github.com/brickie/colab-check"
CELL_SECONDS = 600

# Colab이 글자 그대로 보이는 MyST 표기
MYST = re.compile(r"^:::|^```\{|\{(?:numref|ref|eq|doc|cite|glue|term)\}`|^\([\w-]+\)=\s*$", re.M)
# 설치된 패키지와, 이름을 준 패키지의 출처를 JSON으로 적는 글
SURVEY = """
import json
import sys
from importlib import metadata
found = {d.name: d.version for d in metadata.distributions()}
ours = list(metadata.distributions(name=sys.argv[1]))
origin = json.loads(ours[0].read_text("direct_url.json") or "{}") if ours else {}
print(json.dumps([found, origin]))
"""


def run(*command: object, **options) -> str:
    """명령을 돌려 표준 출력을 돌려준다. 실패하면 RuntimeError에 표준 오류를 담는다."""
    words = [str(word) for word in command]
    done = subprocess.run(words, capture_output=True, encoding="utf-8", errors="replace", **options)
    if done.returncode:
        raise RuntimeError(f"`{' '.join(words)}`가 실패했다.\n{done.stderr[-2000:]}")
    return done.stdout


def prepare() -> Path:
    """Colab의 버전을 깐 환경을 마련하고 그 파이썬을 돌려준다."""
    return environment.prepare(ENVIRONMENT, PYTHON, REQUIREMENTS.read_text(encoding="utf-8"))


def survey(python: Path) -> tuple[dict[str, str], dict]:
    """환경에 깔린 패키지의 버전과, 책의 패키지의 출처(direct_url.json)를 돌려준다."""
    packages, origin = json.loads(run(python, "-I", "-c", SURVEY, settings.BOOK.distribution))
    return packages, origin


def plant(python: Path, name: str, version: str) -> None:
    """책의 패키지와 이름이 같은 폴더 하나가 든 가짜 패키지를 깐다."""
    package = settings.BOOK.package
    with tempfile.TemporaryDirectory() as temporary:
        source = Path(temporary)
        (source / package).mkdir()
        (source / package / "__init__.py").write_text(
            f"__version__ = '{version}'\n", encoding="utf-8"
        )
        (source / "pyproject.toml").write_text(
            '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n'
            f'[project]\nname = "{name}"\nversion = "{version}"\n'
            f'[tool.setuptools]\npackages = ["{package}"]\n',
            encoding="utf-8",
        )
        run(python, "-m", "pip", "install", "--quiet", "--no-deps", source)


def reset(python: Path, before: str) -> None:
    """책의 패키지를 모두 지우고, `before`에 따라 옛 버전이나 이름만 같은 남의 패키지를 깔아 둔다."""
    book = settings.BOOK
    run(python, "-m", "pip", "uninstall", "--quiet", "-y", book.distribution, book.package)
    if before == "옛 버전":
        plant(python, book.distribution, "0.0.1")
    elif before == "남의 것":
        plant(python, book.package, "9.9")


def clone_head(folder: Path, ref: str) -> str:
    """HEAD를 `ref`라는 가지나 꼬리표로 가진 맨 저장소를 만들고, 커밋 이름을 돌려준다."""
    run("git", "clone", "--quiet", "--bare", ROOT, folder)
    commit = run("git", "rev-parse", "HEAD", cwd=ROOT).strip()
    kind = "tags" if ref.startswith("v") else "heads"
    run("git", "update-ref", f"refs/{kind}/{ref}", commit, cwd=folder)
    run("git", "config", "uploadpack.allowFilter", "true", cwd=folder)
    return commit


def kernel_environment(python: Path, url: str, mirror: Path) -> dict[str, str]:
    """노트북 커널이 볼 환경 변수. 이 저장소를 가리키는 것을 빼고, 주소를 복제본으로 돌린다."""
    hidden = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "JUPYTER_PATH", "MPLBACKEND")
    kept = {name: value for name, value in os.environ.items() if name not in hidden}
    return kept | {
        "PATH": f"{python.parent}{os.pathsep}{kept['PATH']}",
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.{mirror.as_uri()}.insteadOf",
        "GIT_CONFIG_VALUE_0": url,
    }


def execute(notebook: NotebookNode, folder: Path, python: Path, env: dict[str, str]) -> None:
    """노트북을 `folder`에서 그 파이썬의 커널로 실행해 출력을 제자리에 채운다."""
    kernels = folder.parent / "kernels"
    (kernels / "colab").mkdir(parents=True, exist_ok=True)
    argv = [str(python), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    spec = {"argv": argv, "display_name": "Colab", "language": "python"}
    (kernels / "colab" / "kernel.json").write_text(json.dumps(spec), encoding="utf-8")
    manager = AsyncKernelManager(
        kernel_name="colab", kernel_spec_manager=KernelSpecManager(kernel_dirs=[str(kernels)])
    )
    resources = {"metadata": {"path": str(folder)}}
    client = NotebookClient(notebook, km=manager, timeout=CELL_SECONDS, resources=resources)

    async def to_the_end() -> None:
        try:  # 커널이 제 표준 오류에 쓰는 것은 노트북의 출력이 아니다
            await client.async_execute(env=env, stderr=subprocess.DEVNULL)
        finally:
            await manager.shutdown_kernel(now=True)

    asyncio.run(to_the_end())


def complaints(notebook: NotebookNode) -> list[str]:
    """실행한 노트북에서 Colab의 독자가 보면 안 되는 것을 찾는다."""
    found = []
    for number, cell in enumerate(notebook.cells, start=1):
        shown = [cell.source] if cell.cell_type == "markdown" else []
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                found.append(f"{number}번째 셀이 {output.ename}로 멈췄다.")
            elif output.get("name") == "stderr":
                found.append(f"{number}번째 셀의 표준 오류: {output.text.strip()[:300]}")
            shown += [output.get("text", ""), *output.get("data", {}).values()]
        for text in shown:
            if residue := MYST.search(text if isinstance(text, str) else ""):
                found.append(f"{number}번째 셀에 MyST 표기 {residue[0]!r}가 글자로 보인다.")
    return found


def check(page: str, before: str, python: Path, mirror: Path, commit: str) -> list[str]:
    """페이지 하나를 새 런타임처럼 실행하고 잘못된 점을 모두 돌려준다."""
    reset(python, before)
    packages, _ = survey(python)
    text = run("git", "show", f"HEAD:{page}", cwd=ROOT)
    url, _ = repository()
    if settings.BOOK.placeholder in url:
        text, url = text.replace(url, STAND_IN), STAND_IN
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "content"
        folder.mkdir()
        (folder / Path(page).name).write_text(text, encoding="utf-8")
        notebook = nbformat.reads(text, as_version=4)
        try:
            execute(notebook, folder, python, kernel_environment(python, url, mirror))
        except CellExecutionError as error:
            return [textwrap.shorten(f"{error.ename}: {error.evalue}", 800), str(error)[-1500:]]
        except (CellTimeoutError, DeadKernelError) as error:
            return [f"끝까지 돌지 못했다: {str(error)[-800:]}"]
    found = complaints(notebook)
    after, origin = survey(python)
    ours = {settings.BOOK.distribution}
    for name in sorted((packages.keys() | after.keys()) - ours):
        if packages.get(name) != after.get(name):
            found.append(f"{name}이 {packages.get(name)}에서 {after.get(name)}로 바뀌었다.")
    if origin.get("vcs_info", {}).get("commit_id") != commit:
        found.append(
            f"{settings.BOOK.package} 패키지가 HEAD에서 오지 않았다: {origin or '설치되지 않았다'}."
        )
    return found


def pages(names: list[str]) -> list[str]:
    """차례에 있는 노트북의 이름. `names`를 주면 그 이름이 든 것만 고른다."""
    table = yaml.safe_load(run("git", "show", "HEAD:_toc.yml", cwd=ROOT))
    chapters = [chapter for part in table["parts"] for chapter in part["chapters"]]
    chapters += [section for chapter in chapters for section in chapter.get("sections", [])]
    found = sorted(c["file"] for c in chapters if c["file"].endswith(".ipynb"))
    chosen = [f for f in found if not names or any(name in f for name in names)]
    if not chosen:
        raise ValueError(f"{', '.join(names)}라는 페이지가 없다. 있는 페이지: {', '.join(found)}")
    return chosen


def main() -> None:
    parser = argparse.ArgumentParser(description="노트북을 Colab의 버전으로 실행해 본다.")
    parser.add_argument("names", nargs="*", help="페이지 이름의 일부. 없으면 모두")
    chosen = pages(parser.parse_args().names)
    tested = (settings.BOOK.package, settings.BOOK.pages, "_config.yml")
    if run("git", "status", "--porcelain", "--", *tested, cwd=ROOT):
        print("주의: 커밋하지 않은 변경은 시험하지 않는다.")
    python, failed = prepare(), 0
    with tempfile.TemporaryDirectory() as temporary:
        mirror = Path(temporary) / "repository.git"
        commit = clone_head(mirror, repository()[1])
        for number, page in enumerate(chosen):
            # 첫 두 페이지에서는 옛 버전과 이름만 같은 남의 패키지가 먼저 깔려 있는 런타임을 흉내 낸다.
            before = ("옛 버전", "남의 것")[number] if number < 2 else "없음"
            start = time.perf_counter()
            found = check(page, before, python, mirror, commit)
            seconds = time.perf_counter() - start
            verdict = "잘못됨" if found else "좋음"
            print(f"{verdict}  {page}  {seconds:.0f}초 (먼저 깔린 패키지: {before})", flush=True)
            print(textwrap.indent("\n".join(found), "    "), end="\n" if found else "", flush=True)
            failed += bool(found)
    print(f"{len(chosen) - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    try:
        main()
    except (OSError, RuntimeError, ValueError) as problem:
        sys.exit(f"오류: {problem}")
