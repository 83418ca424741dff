"""훈련 스텝의 빠르기를 후보끼리 견준다.

후보마다 프로세스를 하나씩 띄워 두고, 한 차례에 한 후보씩 돌아가며 몇 스텝을 시킨다. 기계가 잠깐 느려져도 같은 차례의
시간끼리 견주므로 비율은 덜 흔들린다. 차례마다 이 기계의 행렬 곱 빠르기도 함께 잰다.

    python -m tools.studies.compare                                   # 모든 후보, 배치 128
    python -m tools.studies.compare companion-float32 keras-io --batch 32
"""

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from companion.runs import environment
from tools import ROOT
from tools.studies.contenders import ATTEMPTS, CONTENDERS

BASELINE = "companion-float32"
PYTORCH_PYTHON = ROOT / ".venv-bench" / "bin" / "python"


class Contender:
    """따로 띄운 프로세스 하나이다."""

    def __init__(self, name: str, batch: int):
        python = str(PYTORCH_PYTHON) if name.startswith("pytorch") else sys.executable
        command = [python, "-m", "tools.studies.contenders", name, "--batch", str(batch)]
        self.name = name
        self.rounds: list[dict] = []
        self.process = subprocess.Popen(
            command,
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self.first = self._answer()

    def run(self, steps: int) -> dict:
        assert self.process.stdin
        print(steps, file=self.process.stdin, flush=True)
        return self._answer()

    def close(self) -> None:
        self.process.kill()
        self.process.wait()

    def _answer(self) -> dict:
        assert self.process.stdout
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"후보 {self.name}이(가) 멈췄다. contenders.py를 따로 돌려 본다.")
        return json.loads(line)


def count_flops() -> float:
    """스텝 하나가 이미지 한 장에 쓰는 셈의 수이다. 합성곱과 전치 합성곱만 센다.

    생성자는 앞먹임과, 가중치와 입력의 그레이디언트를 한 번씩 셈한다. 판별자는 진짜와 가짜마다 앞먹임과, 가중치와
    입력의 그레이디언트를 한 번씩, 그리고 생성자의 손실에서 입력의 그레이디언트를 한 번 더 셈한다. 입력이 변수로
    이어지지 않는 첫 층의 것은 뺀다.
    """
    from keras import layers

    from companion.models import build_discriminator, build_generator

    def multiplications(model):
        for layer in model.layers:
            if isinstance(layer, (layers.Conv2D, layers.Conv2DTranspose)):
                is_transposed = isinstance(layer, layers.Conv2DTranspose)
                picture = layer.input.shape if is_transposed else layer.output.shape
                yield float(np.prod(layer.kernel.shape)) * picture[1] * picture[2]

    d, g = list(multiplications(build_discriminator())), list(multiplications(build_generator()))
    forward = 2 * sum(d) + sum(g)
    weights = 2 * sum(d) + sum(g)
    inputs = 2 * sum(d[1:]) + sum(d) + sum(g[1:])
    return 2 * (forward + weights + inputs)


def matmul_gflops(dtype: str, size: int = 2048, repeats: int = 3) -> float:
    """이 기계가 size×size 행렬 둘을 곱하는 빠르기이다."""
    import tensorflow as tf

    a, b = (tf.cast(tf.random.normal((size, size)), dtype) for _ in range(2))
    tf.matmul(a, b).numpy()
    start = time.perf_counter()
    for _ in range(repeats):
        tf.matmul(a, b).numpy()
    return repeats * 2 * size**3 / (time.perf_counter() - start) / 1e9


def compare(names: list[str], batch: int, rounds: int, images: int) -> dict:
    """후보들을 돌아가며 재어, 차례마다의 값을 모두 담은 결과를 돌려준다."""
    steps = max(1, images // batch)
    contenders = []
    rates: dict[str, list[float]] = {"float32": [], "bfloat16": []}
    try:
        for name in names:
            contenders.append(Contender(name, batch))
            print(f"{name}: 첫 스텝까지 {contenders[-1].first['first_step_seconds']:.1f}초")
        for contender in contenders:
            contender.run(max(2, steps))  # 몸풀기
        for turn in range(rounds):
            for dtype, measured in rates.items():
                measured.append(matmul_gflops(dtype))
            start = turn % len(contenders)  # 늘 같은 후보가 먼저 하지 않게 한다.
            for contender in contenders[start:] + contenders[:start]:
                contender.rounds.append(contender.run(steps))
            print(f"차례 {turn + 1}/{rounds}", flush=True)
    finally:
        for contender in contenders:
            contender.close()
    return {
        "batch": batch,
        "steps_a_round": steps,
        "flops_an_image": count_flops(),
        "matmul_gflops": rates,
        "machine": environment(),
        "contenders": {c.name: {"first": c.first, "rounds": c.rounds} for c in contenders},
    }


def spread(values, form: str) -> str:
    """중앙값과, 괄호 안에 가운데 절반의 범위이다."""
    low, middle, high = np.quantile(values, (0.25, 0.5, 0.75))
    return f"{middle:{form}} ({low:{form}}~{high:{form}})"


def table(result: dict) -> str:
    """초당 이미지, 같은 차례의 기준에 대한 비율, float32 행렬 곱에 대한 몫을 표로 만든다."""
    images = result["batch"] * result["steps_a_round"]
    contenders = result["contenders"]

    def seconds(name):
        return np.array([turn["seconds"] for turn in contenders[name]["rounds"]])

    baseline = seconds(BASELINE if BASELINE in contenders else next(iter(contenders)))
    matmul, machine = np.array(result["matmul_gflops"]["float32"]), result["machine"]
    lines = [
        "| 후보 | 초당 이미지 | 기준의 몇 배 | 행렬 곱의 몇 % | 첫 스텝 | 최대 메모리 |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for name, values in contenders.items():
        rate = images / seconds(name)
        share = 100 * rate * result["flops_an_image"] / 1e9 / matmul
        first, peak = values["first"]["first_step_seconds"], values["rounds"][-1]["peak_mb"]
        lines.append(
            f"| {name} | {spread(rate, '.1f')} | {spread(baseline / seconds(name), '.2f')} | "
            f"{spread(share, '.0f')} | {first:.1f}초 | {peak:,.0f} MB |"
        )
    rates = ", ".join(
        f"{name} {spread(measured, '.0f')}" for name, measured in result["matmul_gflops"].items()
    )
    return "\n".join([
        f"{machine['processor']}, 코어 {machine['cores']}개. "
        f"배치 {result['batch']}, 차례 {len(baseline)}번, 한 차례에 {result['steps_a_round']}스텝. "
        "중앙값(가운데 절반의 범위)이다.",
        f"행렬 곱(GFLOP/s): {rates}. 훈련은 이미지 한 장에 "
        f"{result['flops_an_image'] / 1e9:.2f} GFLOP이다.",
        "",
        *lines,
    ])  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help=", ".join([*CONTENDERS, *ATTEMPTS]))
    parser.add_argument("--batch", type=int, default=128, help="배치 크기")
    parser.add_argument("--rounds", type=int, default=16, help="돌아가며 재는 횟수")
    parser.add_argument("--images", type=int, default=128, help="한 차례에 한 후보가 볼 이미지")
    parser.add_argument("--output", type=Path, help="값을 담을 JSON 파일")
    options = parser.parse_args()
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    result = compare(
        options.names or list(CONTENDERS), options.batch, options.rounds, options.images
    )
    if options.output:
        options.output.write_text(json.dumps(result, ensure_ascii=False) + "\n")
    print(table(result))


if __name__ == "__main__":
    main()
