"""잴 것을 모두 재고 `tools/studies/speed.md`의 표를 다시 쓴다. `make bench`가 부른다. 두 코어에서 한 시간쯤 걸린다.

재는 동안 기계에서 다른 일을 하지 않는다. PyTorch는 저장소의 것과 다른 환경 `.venv-bench`에 깐다.

    make bench                                             # 재고 표를 쓴다
    python -m tools.studies.bench --tables    # 이미 잰 값으로 표만 쓴다
"""

import argparse
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from tools import ROOT
from tools.studies import compare, other_costs, profile_step, scaling, time_to_kid

STUDIES = Path(__file__).parent
RESULTS = STUDIES / "results"
README = STUDIES / "speed.md"
PEERS = ("companion-float32", "companion-bfloat16", "gradient-tape", "keras-io", "pytorch-float32")

# 결과의 이름마다 재는 명령과 표를 만드는 함수이다.
MEASUREMENTS: dict[str, tuple[list[str], Callable[[dict], str]]] = {
    "batch-128": (["compare", *compare.CONTENDERS], compare.table),
    "batch-32": (["compare", "--batch", "32", *PEERS, *compare.ATTEMPTS], compare.table),
    "profile-32": (["profile_step", "--batch", "32"], profile_step.table),
    "profile-128": (["profile_step", "--batch", "128"], profile_step.table),
    "other-costs": (["other_costs"], other_costs.table),
    "scaling": (["scaling"], scaling.table),
    "time-to-kid": (["time_to_kid"], time_to_kid.table),
}


def install_pytorch() -> None:
    environment = compare.PYTORCH_PYTHON.parent.parent
    if not compare.PYTORCH_PYTHON.exists():
        subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    requirements = STUDIES / "requirements.txt"
    pip = [str(compare.PYTORCH_PYTHON), "-m", "pip", "install", "--quiet", "-r", str(requirements)]
    subprocess.run(pip, check=True)


def measure(names: list[str]) -> None:
    for name in names:
        program, *arguments = MEASUREMENTS[name][0]
        output = RESULTS / f"{name}.json"
        print(f"■ {name}", flush=True)
        command = [
            sys.executable,
            "-m",
            f"tools.studies.{program}",
            *arguments,
            "--output",
            str(output),
        ]
        environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
        subprocess.run(command, check=True, cwd=ROOT, env=environment)


def with_tables(text: str) -> str:
    """`<!-- 이름 -->`과 `<!-- 끝 -->` 사이를 잰 값의 표로 바꾼다."""

    def fill(match: re.Match) -> str:
        path = RESULTS / f"{match[1]}.json"
        made = "아직 잰 것이 없다."
        if path.exists():
            made = MEASUREMENTS[match[1]][1](json.loads(path.read_text(encoding="utf-8")))
        return f"<!-- {match[1]} -->\n{made}\n<!-- 끝 -->"

    return re.sub(r"<!-- ([a-z0-9-]+) -->.*?<!-- 끝 -->", fill, text, flags=re.DOTALL)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help=", ".join(MEASUREMENTS))
    parser.add_argument("--tables", action="store_true", help="재지 않고 표만 다시 쓴다")
    options = parser.parse_args()
    if not options.tables:
        install_pytorch()
        measure(options.names or list(MEASUREMENTS))
    README.write_text(with_tables(README.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
