"""책의 패키지의 단위 시험을 pyproject.toml이 약속한 가장 낮은 버전의 파이썬과 패키지로 돌린다.

쓰기:
    python -m tools.checks.lowest                               # tests/패키지 모두
    python -m tools.checks.lowest tests/패키지/test_models.py   # 이것만. pytest의 선택지도 된다

새 버전에만 있는 것을 쓰면 여기서 걸린다. 환경은 `.venv-lowest`에 만들어 두고 다시 쓴다. 아래쪽 경계가 없는 패키지는
그때의 가장 새 버전이다.
"""

import argparse
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from tools import ROOT
from tools.checks import settings
from tools.setup import environment

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ENVIRONMENT = ROOT / ".venv-lowest"
READERS_EXTRAS = (
    "evaluation",
    "kaggle",
)  # 나머지는 책을 만드는 사람의 것이라 requirements.txt로 깐다
TEST_TOOLS = ("jupytext", "nbclient", "nbval", "pytest", "pytest-xdist", "pyyaml")


def promises() -> tuple[str, list[Requirement]]:
    """pyproject.toml이 독자에게 약속한 파이썬의 범위와 패키지의 범위를 돌려준다."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    asked = [*project["dependencies"], *(line for name in READERS_EXTRAS for line in extras[name])]
    return project["requires-python"], [Requirement(line) for line in asked]


def lower_bound(range_: SpecifierSet | str) -> str:
    """`>=`로 적힌 아래쪽 경계를 돌려준다.

    Raises:
        ValueError: 아래쪽 경계가 없을 때.
    """
    bounds = [part.version for part in SpecifierSet(str(range_)) if part.operator == ">="]
    if len(bounds) != 1:
        raise ValueError(f"{str(range_)!r}에 아래쪽 경계가 없으니 pyproject.toml에 `>=`로 적는다.")
    return bounds[0]


def prepare() -> Path:
    """가장 낮은 버전을 깐 환경을 마련하고 그 파이썬을 돌려준다."""
    python, packages = promises()
    pins = [f"{package.name}=={lower_bound(package.specifier)}" for package in packages]
    return environment.prepare(
        ENVIRONMENT, lower_bound(python), "\n".join([*pins, *TEST_TOOLS, ""])
    )


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    _, words = parser.parse_known_args(arguments)
    workers = ("-n", "2", "--dist", "loadfile", "-W", "ignore")
    chosen = words or [f"tests/{settings.BOOK.package}"]
    command = [str(prepare()), "-m", "pytest", *workers, *chosen]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (OSError, RuntimeError, ValueError) as problem:
        sys.exit(f"오류: {problem}")
