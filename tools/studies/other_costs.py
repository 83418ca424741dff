"""훈련 스텝 밖에서 드는 시간과 메모리를 잰다: 입력, 샘플 만들기, 평가, 오래 돌릴 때의 메모리.

입력은 두 길을 번갈아 잰다. 하나는 에포크마다 400×400 PNG를 풀어 64×64로 줄이는 흔한 길이고, 하나는 `load_bricks()`의
데이터셋이다. PNG는 우리 렌더러의 벽돌을 400×400으로 키운 것이다.

    python -m tools.studies.other_costs
"""

import argparse
import contextlib
import io
import json
import os
import resource
import tempfile
import time
from collections import deque
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image

from companion.runs import environment
from tools.studies.compare import spread

PNGS = 1000


def seconds_of(action: Callable[[], object]) -> tuple[float, float]:
    """벽시계와 CPU의 초이다."""
    wall, cpu = time.perf_counter(), time.process_time()
    action()
    return time.perf_counter() - wall, time.process_time() - cpu


def input_cost(rounds: int) -> dict[str, list[float]]:
    """이미지 한 장을 배치에 담기까지의 CPU 밀리초를 두 길로 잰다."""
    import keras
    import tensorflow as tf

    from companion.data import load_bricks, preprocess

    bricks = load_bricks().images
    cached = load_bricks().dataset(batch_size=128)
    costs: dict[str, list[float]] = {"png": [], "cached": []}
    with tempfile.TemporaryDirectory() as folder:
        chosen = np.random.default_rng(0).permutation(len(bricks))[:PNGS]
        for number, index in enumerate(chosen):
            picture = Image.fromarray(bricks[index, ..., 0])
            large = picture.resize((400, 400), Image.Resampling.BICUBIC)
            large.save(Path(folder) / f"{number:04d}.png")
        with contextlib.redirect_stdout(io.StringIO()):
            pngs = keras.utils.image_dataset_from_directory(
                folder, labels=None, color_mode="grayscale", image_size=(64, 64), batch_size=128,
                shuffle=True, seed=42, interpolation="bilinear",
            ).map(preprocess, num_parallel_calls=tf.data.AUTOTUNE)  # fmt: skip
        counts = {"png": PNGS, "cached": len(bricks)}
        for turn in range(rounds + 1):
            for name, dataset in (("png", pngs), ("cached", cached)):
                _, cpu = seconds_of(partial(deque, dataset, maxlen=0))
                if turn:  # 첫 번은 몸풀기이다.
                    costs[name].append(1000 * cpu / counts[name])
    return costs


def sampling_rate(rounds: int) -> list[float]:
    """기록된 생성자가 1초에 만드는 이미지의 수이다."""
    from companion import recorded, sampling

    generator, z = recorded.generator(), sampling.latents(1024)
    generator.predict(z, batch_size=128, verbose=0)
    return [
        len(z) / seconds_of(lambda: generator.predict(z, batch_size=128, verbose=0))[0]
        for _ in range(rounds)
    ]


def evaluation_seconds() -> dict[int, float]:
    """이미지 한 벌의 지표를 모두 재는 시간이다."""
    from companion import evaluation
    from companion.data import load_bricks

    bricks = load_bricks().images
    order = np.random.default_rng(0).permutation(len(bricks))
    times = {}
    for n in (1500, 5000):
        fake, real = bricks[order[:n]], bricks[order[n : 2 * n]]
        evaluation.evaluate(fake[:200], real=real[:200])  # 신경망을 미리 불러온다.
        times[n] = seconds_of(partial(evaluation.evaluate, fake, real=real))[0]
    return times


def memory_of_a_run(minutes: float) -> list[tuple[int, float]]:
    """작은 신경망을 오래 훈련하며 몇 스텝마다 지금 쓰는 메모리(MB)를 적는다."""
    from companion.data import brick_batches, load_bricks
    from companion.training import build_dcgan

    dcgan = build_dcgan(base_channels=8)
    batches = brick_batches(load_bricks().images, 32, seed=0)
    points: list[tuple[int, float]] = []
    end = time.monotonic() + 60 * minutes
    while time.monotonic() < end or len(points) < 2:
        dcgan.fit(batches, steps_per_epoch=200, shuffle=False, verbose=0)
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        megabytes = pages * resource.getpagesize() / 1e6
        points.append((int(dcgan.g_optimizer.iterations), megabytes))
    return points


def table(result: dict) -> str:
    costs = {name: np.array(values) for name, values in result["input_cpu_ms"].items()}
    (first_step, first), (last_step, last) = result["memory_mb"][0], result["memory_mb"][-1]
    half = result["memory_mb"][len(result["memory_mb"]) // 2]
    evaluations = ", ".join(f"{int(n):,}장씩 {s:.0f}초" for n, s in result["evaluation_s"].items())
    return "\n".join([
        "| 무엇 | 잰 값 |",
        "| --- | --- |",
        f"| 400×400 PNG를 푸는 입력 | 한 장에 {spread(costs['png'], '.3f')} CPU-ms |",
        f"| `load_bricks()`의 입력 | 한 장에 {spread(costs['cached'], '.4f')} CPU-ms |",
        f"| 둘의 비 | {spread(costs['png'] / costs['cached'], '.0f')}배 |",
        f"| 샘플 만들기(기본 크기) | 1초에 {spread(result['samples_a_second'], '.0f')}장 |",
        f"| 모든 지표의 평가 | {evaluations} |",
        f"| 작은 신경망을 오래 훈련할 때 쓰는 메모리 | {first_step:,}스텝 {first:,.0f} MB, "
        f"{half[0]:,}스텝 {half[1]:,.0f} MB, {last_step:,}스텝 {last:,.0f} MB |",
    ])  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=8, help="번갈아 재는 횟수")
    parser.add_argument("--minutes", type=float, default=3, help="메모리를 지켜볼 시간(분)")
    parser.add_argument("--output", type=Path, help="값을 담을 JSON 파일")
    options = parser.parse_args()
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    result = {
        "memory_mb": memory_of_a_run(options.minutes),
        "input_cpu_ms": input_cost(options.rounds),
        "samples_a_second": sampling_rate(options.rounds),
        "evaluation_s": {str(n): s for n, s in evaluation_seconds().items()},
        "machine": environment(),
    }
    if options.output:
        options.output.write_text(json.dumps(result, ensure_ascii=False) + "\n")
    print(table(result))


if __name__ == "__main__":
    main()
