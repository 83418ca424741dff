"""PyTorch가 든 환경을 따로 만들고, 쌍둥이(twin.py)의 테스트를 그 안에서 돌린다.

쓰기:
    python -m tools.studies.pytorch                     # tests/tools/studies/test_twin.py
    python -m tools.studies.pytorch -k gradients        # 이것만. pytest의 선택지는 모두 된다

환경은 `.venv-pytorch`에 만들어 두고 다시 쓴다. PyTorch 말고는 지금 돌고 있는 환경과 버전이 같다. 속도를 비교하는
PyTorch 후보(contenders.py)도 여기에서 돈다.
"""

import argparse
import subprocess
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from tools import ROOT
from tools.checks import lowest
from tools.setup import environment

ENVIRONMENT = ROOT / ".venv-pytorch"
# GPU가 없는 버전은 https://download.pytorch.org/whl/cpu 에 있다.
PYTORCH = "torch==2.13.0"


def prepare() -> Path:
    """환경을 마련하고 그 파이썬을 돌려준다."""
    _, packages = lowest.promises()
    names = [*(package.name for package in packages), *lowest.TEST_TOOLS]
    pins = [f"{name}=={version(name)}" for name in names]
    running = "{}.{}".format(*sys.version_info)
    return environment.prepare(ENVIRONMENT, running, "\n".join([PYTORCH, *pins, ""]))


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    _, words = parser.parse_known_args(arguments)
    command = [str(prepare()), "-m", "pytest", "tests/tools/studies/test_twin.py", *words]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (OSError, RuntimeError) as problem:
        sys.exit(f"오류: {problem}")
