"""장치를 늘리면 얼마나 빨라질지, 잰 값으로 세운 식으로 어림한다.

스텝의 시간을 이미지 수에 비례하는 몫과 그렇지 않은 몫으로 나눈다. 배치 크기를 바꾸어 가며 재어 곧은 선을 긋는다.

    스텝의 시간 = 고정된 몫 + 이미지 한 장의 몫 × 배치

장치가 n개이면 이미지의 몫만 n으로 나뉘고, 그레이디언트를 합치는 시간이 더해진다. 합치는 데 옮기는 양은 장치마다
그레이디언트의 2(n - 1)/n배이다(ring all-reduce). 옮기는 빠르기는 장치를 잇는 길에 달렸으므로 잰 값이 아니라 고른 값이다.

    python -m tools.studies.scaling
"""

import argparse
import json
from pathlib import Path

import numpy as np

from companion.runs import environment
from tools.studies.compare import Contender

BATCHES = (8, 16, 32, 64, 128)
BANDWIDTHS = {"PCIe 3세대(12 GB/s)": 12e9, "10기가비트 이더넷(1.25 GB/s)": 1.25e9}


def measure(rounds: int) -> dict[str, list[float]]:
    """배치 크기마다 스텝의 초를 돌아가며 잰다."""
    contenders = {batch: Contender("no-dropout", batch) for batch in BATCHES}
    seconds: dict[str, list[float]] = {str(batch): [] for batch in BATCHES}
    try:
        for turn in range(rounds + 1):
            for batch, contender in contenders.items():
                steps = max(1, 64 // batch)
                taken = contender.run(steps)["seconds"] / steps
                if turn:  # 첫 번은 몸풀기이다.
                    seconds[str(batch)].append(taken)
            print(f"차례 {turn}/{rounds}", flush=True)
    finally:
        for contender in contenders.values():
            contender.close()
    return seconds


def fit(seconds: dict[str, list[float]]) -> tuple[float, float]:
    """(고정된 몫, 이미지 한 장의 몫)을 초로 돌려준다. 배치마다의 중앙값에 곧은 선을 긋는다."""
    batches = np.array([int(batch) for batch in seconds])
    medians = np.array([np.median(values) for values in seconds.values()])
    slope, intercept = np.polyfit(batches, medians, 1, w=1 / medians)
    return max(float(intercept), 0.0), float(slope)


def images_a_second(n: int, batch: int, fixed: float, each: float, gradients: int, rate: float):
    """장치가 `n`개이고 배치가 모두 `batch`일 때의 초당 이미지이다."""
    exchange = 2 * (n - 1) / n * gradients / rate
    return batch / (fixed + each * batch / n + exchange)


def gradient_bytes() -> int:
    from companion.models import build_discriminator, build_generator

    networks = build_discriminator(), build_generator()
    return 4 * sum(
        int(np.prod(v.shape)) for network in networks for v in network.trainable_variables
    )


def table(result: dict) -> str:
    fixed, each = fit(result["step_s"])
    gradients = result["gradient_bytes"]
    lines = [
        f"스텝의 시간 = {1000 * fixed:.0f} ms + {1000 * each:.1f} ms × 배치. 그레이디언트는 "
        f"{gradients / 1e6:.1f} MB이다.",
        "",
        "| 장치 | 배치(모두) | " + " | ".join(BANDWIDTHS) + " |",
        "| --- | --- |" + " --- |" * len(BANDWIDTHS),
    ]
    for batch in (128, 1024):
        alone = images_a_second(1, batch, fixed, each, gradients, 1.0)
        for n in (1, 2, 4, 8, 32):
            times = [
                images_a_second(n, batch, fixed, each, gradients, rate) / alone
                for rate in BANDWIDTHS.values()
            ]
            lines.append(f"| {n} | {batch} | " + " | ".join(f"{t:.1f}배" for t in times) + " |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=10, help="돌아가며 재는 횟수")
    parser.add_argument("--output", type=Path, help="값을 담을 JSON 파일")
    options = parser.parse_args()
    seconds = measure(options.rounds)
    result = {
        "step_s": seconds,
        "gradient_bytes": gradient_bytes(),
        "machine": environment(),
    }
    if options.output:
        options.output.write_text(json.dumps(result, ensure_ascii=False) + "\n")
    print(table(result))


if __name__ == "__main__":
    main()
