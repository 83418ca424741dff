"""훈련의 속도와, 훈련에 드는 시간과 메모리를 잰다. 잰 값은 `results/`에 담고 표는 `tables.py`가 만든다.

재는 것마다 프로세스를 새로 띄운다. 모두 재면 두 코어에서 한 시간쯤 걸린다. PyTorch는 저장소의 것과 다른 환경에
설치한다(pytorch.py).
"""

import contextlib
import io
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from PIL import Image

from companion import evaluation, models, recorded, sampling
from companion.data import brick_batches, load_bricks, preprocess
from companion.training import build_dcgan
from tools import ROOT
from tools.studies import pytorch, run, train
from tools.studies.contenders import ATTEMPTS, CONTENDERS, PLAIN, endless_batches
from tools.studies.recipes import CHOSEN, Recipe
from tools.studies.tables import RESULTS

PEERS = ("companion-float32", "companion-bfloat16", "gradient-tape", "keras-io", "pytorch-float32")
BATCHES = (8, 16, 32, 64, 128)
PNGS = 1000
TARGET = 1000.0  # KID × 1000
SEEDS = (0, 1, 2)
# 훈련법과, KID를 잴 생성자이다. 베껴 쓰는 것은 책과 블로그에 널리 퍼진 꼴이고 이동 평균이 없다. 레이블 잡음의 부호는
# 고쳐진 쪽을 준다.
RACE: dict[str, tuple[Recipe, str]] = {
    "chosen": (CHOSEN, "ema"),
    "copied": (Recipe(batch_size=128, dropout_rate=0.3, loss="probabilities"), "raw"),
}


# ---------------------------------------------------------------- 후보끼리 번갈아 재기


class Contender:
    """따로 띄운 프로세스 하나이다. 한 차례에 이미지 `images`장만큼 훈련한다."""

    def __init__(self, name: str, batch: int, images: int):
        python = pytorch.prepare() if name.startswith("pytorch") else sys.executable
        self.name = name
        self.steps = max(1, images // batch)
        self.rounds: list[dict[str, float]] = []
        self.process = subprocess.Popen(
            [python, "-m", "tools.studies.contenders", name, "--batch", str(batch)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
        )
        self.first = self._answer()

    def run(self, steps: int) -> dict[str, float]:
        assert self.process.stdin
        print(steps, file=self.process.stdin, flush=True)
        return self._answer()

    def close(self) -> None:
        self.process.kill()
        self.process.wait()

    def _answer(self) -> dict[str, float]:
        assert self.process.stdout
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"후보 {self.name}이(가) 멈췄다. contenders.py를 따로 돌려 본다.")
        return json.loads(line)


@contextlib.contextmanager
def contenders(
    names_and_batches: Sequence[tuple[str, int]], images: int
) -> Iterator[list[Contender]]:
    """후보들을 띄우고 몸을 풀게 한다. 끝나면 닫는다."""
    with contextlib.ExitStack() as stack:
        found = []
        for name, batch in names_and_batches:
            found.append(Contender(name, batch, images))
            stack.callback(found[-1].close)
            print(f"{name}: 첫 스텝까지 {found[-1].first['first_step_seconds']:.1f}초", flush=True)
        for contender in found:
            contender.run(max(2, contender.steps))
        yield found


def take_turns(contenders: Sequence[Contender], turn: int) -> None:
    """모두 한 차례씩 돌린다. 늘 같은 후보가 먼저 하지 않게 한다."""
    start = turn % len(contenders)
    for contender in [*contenders[start:], *contenders[:start]]:
        contender.rounds.append(contender.run(contender.steps))


def compare(names: Sequence[str], batch: int, rounds: int = 16, images: int = 128) -> dict:
    """후보들을 돌아가며 잰다. 차례마다 이 기계의 행렬 곱 속도도 함께 잰다."""
    rates: dict[str, list[float]] = {"float32": [], "bfloat16": []}
    with contenders([(name, batch) for name in names], images) as found:
        for turn in range(rounds):
            for dtype, measured in rates.items():
                measured.append(matmul_gflops(dtype))
            take_turns(found, turn)
            print(f"차례 {turn + 1}/{rounds}", flush=True)
    return {
        "batch": batch,
        "steps_a_round": found[0].steps,
        "flops_an_image": count_flops(),
        "matmul_gflops": rates,
        "contenders": {c.name: {"first": c.first, "rounds": c.rounds} for c in found},
    }


def scaling(rounds: int = 10) -> dict:
    """배치 크기마다 스텝의 초를 돌아가며 잰다."""
    with contenders([("no-dropout", batch) for batch in BATCHES], images=64) as found:
        for turn in range(rounds):
            take_turns(found, turn)
    networks = models.build_discriminator(), models.build_generator()
    sizes = [np.prod(v.shape) for network in networks for v in network.trainable_variables]
    return {
        "step_s": {
            str(batch): [measured["seconds"] / contender.steps for measured in contender.rounds]
            for batch, contender in zip(BATCHES, found, strict=True)
        },
        "gradient_bytes": 4 * int(sum(sizes)),
    }


def count_flops() -> float:
    """스텝 하나가 이미지 한 장에 쓰는 연산의 수이다. 합성곱과 전치 합성곱만 센다.

    생성자는 순전파와, 가중치와 입력의 그레이디언트를 한 번씩 계산한다. 판별자는 진짜와 가짜마다 순전파와, 가중치와
    입력의 그레이디언트를 한 번씩, 그리고 생성자의 손실에서 입력의 그레이디언트를 한 번 더 계산한다. 입력이 변수로
    이어지지 않는 첫 층의 것은 뺀다.
    """
    from keras import layers

    def multiplications(model: keras.Model) -> Iterator[float]:
        for layer in model.layers:
            if isinstance(layer, (layers.Conv2D, layers.Conv2DTranspose)):
                is_transposed = isinstance(layer, layers.Conv2DTranspose)
                picture = layer.input.shape if is_transposed else layer.output.shape
                yield float(np.prod(layer.kernel.shape)) * picture[1] * picture[2]

    d = list(multiplications(models.build_discriminator()))
    g = list(multiplications(models.build_generator()))
    forward = weights = 2 * sum(d) + sum(g)
    inputs = 2 * sum(d[1:]) + sum(d) + sum(g[1:])
    return 2 * (forward + weights + inputs)


def matmul_gflops(dtype: str, size: int = 2048, repeats: int = 3) -> float:
    """이 기계가 size×size 행렬 둘을 곱하는 속도이다."""
    a, b = (tf.cast(tf.random.normal((size, size)), dtype) for _ in range(2))
    tf.matmul(a, b).numpy()
    seconds, _ = seconds_of(lambda: [tf.matmul(a, b).numpy() for _ in range(repeats)])
    return repeats * 2 * size**3 / seconds / 1e9


def seconds_of(action: Callable[[], object]) -> tuple[float, float]:
    """벽시계와 CPU의 초이다."""
    wall, cpu = time.perf_counter(), time.process_time()
    action()
    return time.perf_counter() - wall, time.process_time() - cpu


# ---------------------------------------------------------------- 스텝 하나의 시간이 드는 곳


def profile(batch: int, steps: int = 10) -> dict:
    """연산의 종류마다 스텝에 든 밀리초이다.

    연산을 한 번에 하나씩만 돌려(연산 안에서는 모든 코어를 쓴다) 시간을 더하면 스텝 전체가 되게 한다.
    """
    tf.config.threading.set_inter_op_parallelism_threads(1)
    dcgan = build_dcgan(**{**PLAIN, "dropout_rate": 0.0})
    images = tf.constant(next(endless_batches(batch)))
    function = tf.function(dcgan.train_step, reduce_retracing=True)

    def run_steps(n: int) -> None:
        for _ in range(n):
            {name: float(value) for name, value in function(images).items()}

    run_steps(2)
    with tempfile.TemporaryDirectory() as folder:
        tf.profiler.experimental.start(folder)
        wall, _ = seconds_of(partial(run_steps, steps))
        tf.profiler.experimental.stop()
        by_kind = operations(next(Path(folder).rglob("*.xplane.pb")))
    return {
        "batch": batch,
        "precision": "float32",
        "step_ms": wall * 1000 / steps,
        "ops_ms": {kind: total / 1e9 / steps for kind, total in by_kind.items()},
    }


def operations(path: Path) -> dict[str, float]:
    """프로파일에서 연산의 종류마다 걸린 피코초를 더한다."""
    from tensorflow.tsl.profiler.protobuf import xplane_pb2

    space = xplane_pb2.XSpace()
    space.ParseFromString(path.read_bytes())
    totals: dict[str, float] = defaultdict(float)
    for plane in space.planes:
        if plane.name != "/host:CPU":
            continue
        for line in plane.lines:
            for event in line.events:
                name = plane.event_metadata[event.metadata_id].name
                if match := re.fullmatch(r"[^:]+:_?(?:Mkl|MklNative)?(?:Native)?(\w+)", name):
                    totals[match[1]] += event.duration_ps
    return dict(sorted(totals.items(), key=lambda item: -item[1]))


# ---------------------------------------------------------------- 스텝 밖에서 드는 것


def other_costs(rounds: int = 8, minutes: float = 3) -> dict:
    return {
        "memory_mb": memory_of_a_run(minutes),
        "input_cpu_ms": input_cost(rounds),
        "samples_a_second": sampling_rate(rounds),
        "evaluation_s": evaluation_seconds(),
    }


def memory_of_a_run(minutes: float) -> list[tuple[int, float]]:
    """작은 신경망을 오래 훈련하며 몇 스텝마다 지금 쓰는 메모리(MB)를 적는다."""
    dcgan = build_dcgan(base_channels=8)
    batches = brick_batches(load_bricks().images, 32, seed=0)
    points: list[tuple[int, float]] = []
    end = time.monotonic() + 60 * minutes
    while time.monotonic() < end or len(points) < 2:
        dcgan.fit(batches, steps_per_epoch=200, shuffle=False, verbose=0)
        pages = int(Path("/proc/self/statm").read_text("utf-8").split()[1])
        points.append((int(dcgan.g_optimizer.iterations), pages * resource.getpagesize() / 1e6))
    return points


def input_cost(rounds: int) -> dict[str, list[float]]:
    """이미지 한 장을 배치에 담기까지의 CPU 밀리초를 두 길로 번갈아 잰다.

    하나는 에포크마다 400×400 PNG를 풀어 64×64로 줄이는 흔한 길이고, 하나는 `load_bricks()`의 데이터셋이다. PNG는
    우리 렌더러의 벽돌을 400×400으로 키운 것이다.
    """
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
    z = sampling.latents(1024)
    predict = partial(recorded.generator().predict, z, batch_size=128, verbose=0)
    predict()
    return [len(z) / seconds_of(predict)[0] for _ in range(rounds)]


def evaluation_seconds() -> dict[str, float]:
    """이미지 한 벌의 지표를 모두 재는 시간이다."""
    bricks = load_bricks().images
    order = np.random.default_rng(0).permutation(len(bricks))
    times = {}
    for n in (1500, 5000):
        fake, real = bricks[order[:n]], bricks[order[n : 2 * n]]
        evaluation.evaluate(fake[:200], real=real[:200])  # 신경망을 미리 불러온다.
        times[str(n)] = seconds_of(partial(evaluation.evaluate, fake, real=real))[0]
    return times


# ---------------------------------------------------------------- 같은 품질에 이르기까지


def time_to_kid(jobs: int | None = os.cpu_count(), seeds: Sequence[int] = SEEDS) -> dict:
    """고른 훈련법과 널리 베껴 쓰는 훈련법이 KID `TARGET`에 이르기까지, 틱마다의 CPU 시간과 KID이다.

    두 훈련법 모두 `companion`의 코드로 훈련하므로, 재는 것은 코드의 속도가 아니라 훈련법의 차이이다.
    """
    with tempfile.TemporaryDirectory() as folder:
        tasks = [(name, seed, Path(folder)) for seed in seeds for name in RACE]
        for name, seed, _ in run.side_by_side(train_to_target, tasks, jobs or 1):
            print(f"{name}, 시드 {seed}", flush=True)
        found = [
            json.loads((Path(folder) / f"{n}-{s}.json").read_text("utf-8")) for n, s, _ in tasks
        ]
    return {"target": TARGET, "runs": found}


def train_to_target(name: str, seed: int, folder: Path, images: int = 96_000) -> None:
    """KID가 목표에 이를 때까지 훈련한다. 이미지를 `images`장 보면 거기서 멈춘다."""
    recipe, which = RACE[name]
    train.use_one_core()
    result = train.train(
        replace(recipe, images=images),
        seed,
        folder / f"{name}-{seed}",
        until=lambda tick: tick[which]["kid"] <= TARGET,
    )
    measured = [
        {"images": tick["images"], "cpu_seconds": tick["cpu_seconds"], "kid": tick[which]["kid"]}
        for tick in result["ticks"]
    ]
    line = {"recipe": name, "seed": seed, "measured": measured}
    train.write_json(folder / f"{name}-{seed}.json", line)


# 결과의 이름마다 재는 함수이다.
MEASUREMENTS: dict[str, Callable[[], dict[str, Any]]] = {
    "batch-128": partial(compare, [*CONTENDERS], 128),
    "batch-32": partial(compare, [*PEERS, *ATTEMPTS], 32),
    "profile-32": partial(profile, 32),
    "profile-128": partial(profile, 128),
    "other-costs": other_costs,
    "scaling": scaling,
    "time-to-kid": time_to_kid,
}


def measure(name: str, folder: Path = RESULTS) -> None:
    train.write_json(folder / f"{name}.json", {**MEASUREMENTS[name](), "machine": train.machine()})
