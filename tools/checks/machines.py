"""다른 종류의 기계를 흉내 내어 `pytest --nbval book/`을 그대로 돌려 보고 결과를 표로 보인다.

쓰기:
    python -m tools.checks.machines                        # 모두
    python -m tools.checks.machines --only avx2 one-core   # 이것만
    python -m tools.checks.machines book/4_2_dcgan.ipynb --only avx2

페이지의 출력은 어느 기계에서나 같아야 한다. 기계가 다르면 부동소수점 연산의 차례가 달라져 끝자리가 달라지므로,
페이지는 끝자리를 찍지 않는다. 여기의 변형은 연산의 차례를 실제로 바꾼다.

- plain: 있는 그대로이다. 나머지와 비교할 때 쓴다.
- no-onednn: TensorFlow의 합성곱과 행렬곱이 oneDNN이 아니라 Eigen의 것을 쓴다.
- avx2: AVX-512와 AMX가 없는 프로세서를 흉내 낸다. oneDNN, XLA, NumPy, OpenBLAS가 AVX2까지만 쓴다.
  TensorFlow에 컴파일되어 들어간 Eigen의 코드와 C 라이브러리의 수학 함수는 막지 못한다.
- one-core: 코어 하나만 쓴다. 스레드 수에 따라 나누어 더하는 차례가 달라진다.
- other: 위의 셋을 한꺼번에 한다. oneDNN을 저절로 켜지 않는 옛 CPU와 같다.
- colab: 커널만 Colab의 버전(파이썬 3.13, TensorFlow 2.20, Keras 3.13, NumPy 2.1, matplotlib 3.10.0,
  ipywidgets 7.7.1)으로 띄운다. 비교하는 쪽은 .venv이다. 파이썬 3.13이 있어야 한다.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from tools import ROOT
from tools.checks import colab as colab_check

# NumPy의 버전마다 이름이 다르고, 모르는 이름을 주면 경고한다.
_NUMPY_USES = np.show_config(mode="dicts")["SIMD Extensions"].get("found", [])
_NUMPY_AVX512 = " ".join(name for name in _NUMPY_USES if re.match("AVX512|X86_V4", name))


@dataclass(frozen=True)
class Variant:
    """흉내 낼 기계 하나이다. cores가 None이면 코어를 모두 쓴다."""

    title: str
    environment: Mapping[str, str] = field(default_factory=dict)
    cores: int | None = None
    kernel: Callable[[], Path] | None = None


NO_ONEDNN = {"TF_ENABLE_ONEDNN_OPTS": "0"}
AVX2 = {
    "ONEDNN_MAX_CPU_ISA": "AVX2",
    "XLA_FLAGS": "--xla_cpu_max_isa=AVX2",
    "NPY_DISABLE_CPU_FEATURES": _NUMPY_AVX512,
    "OPENBLAS_CORETYPE": "Haswell",
}
VARIANTS = {
    "plain": Variant("있는 그대로"),
    "no-onednn": Variant("oneDNN 없이", NO_ONEDNN),
    "avx2": Variant("AVX2까지만", AVX2),
    "one-core": Variant("코어 하나", cores=1),
    "other": Variant("셋을 한꺼번에", {**NO_ONEDNN, **AVX2}, cores=1),
    "colab": Variant("Colab의 판", kernel=colab_check.prepare),
}


@dataclass(frozen=True)
class Result:
    """변형 하나를 돌린 결과이다."""

    name: str
    code: int
    summary: str
    seconds: float


def run(name: str, arguments: Sequence[str] = ("book",)) -> Result:
    """변형 하나에서 pytest를 돌린다. pytest의 출력은 그대로 보인다."""
    variant = VARIANTS[name]
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pytest", "--nbval", "--color=no", *arguments]
        environment = {**os.environ, **variant.environment}
        try:
            if variant.kernel:
                install_kernel(variant.kernel(), Path(folder), name)
                command.append(f"--nbval-kernel-name={name}")
                environment["JUPYTER_PATH"] = folder
            if variant.cores:
                command = [*_pinned(variant.cores), *command]
        except (OSError, RuntimeError) as error:
            return Result(name, 1, str(error), time.monotonic() - start)
        lines = []
        with subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
        ) as process:
            for line in process.stdout or ():
                print(line, end="", flush=True)
                lines.append(line)
    summary = re.sub(r"^=+ | in [\d.:s ()]+=+$", "", lines[-1].strip()) if lines else "출력이 없다"
    return Result(name, process.returncode, summary, time.monotonic() - start)


def _pinned(cores: int) -> list[str]:
    """명령 앞에 붙여, 쓸 수 있는 코어 가운데 앞의 몇 개만 쓰게 하는 말이다."""
    if not hasattr(os, "sched_setaffinity"):
        raise OSError("이 운영 체제에서는 코어의 수를 줄일 수 없다. 리눅스에서 돌린다.")
    chosen = sorted(os.sched_getaffinity(0))[:cores]
    program = (
        f"import os, sys; os.sched_setaffinity(0, {chosen}); os.execv(sys.argv[1], sys.argv[1:])"
    )
    return [sys.executable, "-c", program]


def install_kernel(python: Path, folder: Path, name: str) -> None:
    """그 파이썬으로 뜨는 커널을 `folder`에 적는다. 사용자의 폴더는 건드리지 않는다."""
    target = folder / "kernels" / name
    target.mkdir(parents=True)
    argv = [str(python), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    text = json.dumps({"argv": argv, "display_name": name, "language": "python"})
    (target / "kernel.json").write_text(text, encoding="utf-8")


def table(results: Sequence[Result]) -> str:
    """결과를 한 줄에 하나씩 적는다. 마지막 줄은 `N passed, N failed`이다."""
    lines = ["", "■ 변형마다의 결과"]
    for result in results:
        verdict = "됨   " if result.code == 0 else "안 됨"
        title = VARIANTS[result.name].title
        lines.append(
            f"{verdict} {result.name:10}{result.seconds:6.0f}초  {title}: {result.summary}"
        )
    failed = sum(result.code != 0 for result in results)
    return "\n".join([*lines, f"{len(results) - failed} passed, {failed} failed"])


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("pages", nargs="*", help="이 노트북만. 없으면 book/ 모두")
    parser.add_argument(
        "--only", nargs="+", metavar="이름", choices=[*VARIANTS], help=f"{', '.join(VARIANTS)}"
    )
    options = parser.parse_intermixed_args(arguments)
    results = []
    for name in options.only or VARIANTS:
        print(f"\n■ {VARIANTS[name].title} ({name})", flush=True)
        results.append(run(name, options.pages or ["book"]))
    print(table(results))
    return int(any(result.code for result in results))


if __name__ == "__main__":
    sys.exit(main())
