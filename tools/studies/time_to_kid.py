"""KID가 정한 값에 이르기까지 걸리는 CPU 시간을, 고른 훈련법과 널리 베껴 쓰는 훈련법에서 잰다.

코어 하나씩 쓰는 훈련을 코어의 수만큼 나란히 돌린다. 두 훈련법 모두 `companion`의 코드로 훈련하므로, 재는 것은 코드의
빠르기가 아니라 훈련법의 차이이다. KID를 재는 시간은 넣지 않는다. `make bench`가 부른다.

    python -m tools.studies.time_to_kid --output tools/studies/results/time-to-kid.json
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tools import ROOT
from tools.studies.recipes import CHOSEN, Recipe
from tools.studies.train_one import vectors

TARGET = 1000.0  # KID × 1000
STEP = 6_400  # 이만큼의 이미지마다 잰다
MOST_IMAGES = 96_000
SEEDS = (0, 1, 2)
RECIPES = {
    "chosen": CHOSEN,
    # 책과 블로그에 널리 퍼진 꼴이다. 레이블 잡음의 부호는 고쳐진 쪽을 준다.
    "copied": Recipe(batch_size=128, dropout_rate=0.3, loss="probabilities"),
}
SAMPLED = {"chosen": "ema_generator", "copied": "generator"}  # 베껴 쓰는 꼴에는 이동 평균이 없다


def until_target(name: str, seed: int) -> dict:
    """KID가 목표에 이를 때까지 훈련하고, 잰 값들을 돌려준다. `MOST_IMAGES`를 넘으면 거기서 멈춘다."""
    import keras
    import tensorflow as tf

    from companion import runs, sampling
    from companion.data import load_bricks, to_uint8
    from companion.evaluation import brick_features
    from tools.studies.recipe_dcgan import build
    from tools.studies.train_one import SAMPLES, kid_of

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    recipe = RECIPES[name]
    steps = STEP // recipe.batch_size
    dcgan = build(recipe, seed, MOST_IMAGES // recipe.batch_size)
    measured: list[dict] = []

    class UntilTarget(keras.callbacks.Callback):
        def on_train_begin(self, logs=None):
            self.seconds, self.clock = 0.0, time.process_time()

        def on_epoch_end(self, epoch, logs=None):
            self.seconds += time.process_time() - self.clock
            generator = getattr(dcgan, SAMPLED[name])
            fake = generator.predict(sampling.latents(SAMPLES), batch_size=100, verbose=0)
            kid = kid_of(brick_features(to_uint8(fake)))
            line = {"images": (epoch + 1) * STEP, "cpu_seconds": self.seconds, "kid": kid}
            measured.append({key: float(f"{value:.6g}") for key, value in line.items()})
            dcgan.stop_training = kid <= TARGET
            self.clock = time.process_time()

    with tempfile.TemporaryDirectory() as folder:
        runs.train(
            dcgan,
            load_bricks(as_arrays=True).images,
            run_dir=folder,
            epochs=MOST_IMAGES // STEP,
            batch_size=recipe.batch_size,
            steps_per_epoch=steps,
            seed=42 + seed,
            callbacks=[UntilTarget()],
            verbose=0,
        )
    return {"recipe": name, "seed": seed, "measured": measured}


def run_all(jobs: int) -> dict:
    """훈련법과 시드마다 프로세스를 하나씩 띄운다."""
    from companion.runs import environment

    def run_one(pair) -> dict:
        name, seed = pair
        command = [sys.executable, "-m", "tools.studies.time_to_kid", "--one", name, str(seed)]
        found = subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        result = json.loads(found.stdout.splitlines()[-1])
        last = result["measured"][-1]
        print(f"{name}, 시드 {seed}: 이미지 {last['images']:,.0f}장, CPU {last['cpu_seconds']:,.0f}초",
              flush=True)  # fmt: skip
        return result

    pairs = [(name, seed) for seed in SEEDS for name in RECIPES]
    with ThreadPoolExecutor(jobs) as pool:
        runs = list(pool.map(run_one, pairs))
    machine = {**environment(), "vectors": vectors()}
    return {"target": TARGET, "machine": machine, "runs": runs}


def reached(run: dict) -> float | None:
    """목표에 이른 CPU 초이다. 이르지 못했으면 None이다."""
    return next((m["cpu_seconds"] for m in run["measured"] if m["kid"] <= TARGET), None)


def table(result: dict) -> str:
    machine = result["machine"]
    lines = [
        f"{machine['processor']}({machine['vectors']}). KID×1000이 {result['target']:,.0f} 아래로 내려가기까지의 CPU 시간(코어 하나)이다. "
        "좁은 신경망(너비 16)을 썼다.",
        "",
        "| 시드 | 고른 훈련법 | 베껴 쓰는 훈련법 | 몇 배 |",
        "| --- | --- | --- | --- |",
    ]
    for seed in SEEDS:
        runs = {run["recipe"]: run for run in result["runs"] if run["seed"] == seed}
        ours, theirs = reached(runs["chosen"]), reached(runs["copied"])
        if ours is None:
            raise ValueError(f"시드 {seed}의 고른 훈련법이 목표에 이르지 못했다.")
        last = runs["copied"]["measured"][-1]
        found = (
            f"{theirs:,.0f}초 | {theirs / ours:.1f}배"
            if theirs is not None
            else f"{last['cpu_seconds']:,.0f}초에도 {last['kid']:,.0f} | "
            f"{last['cpu_seconds'] / ours:.1f}배 넘게"
        )
        lines.append(f"| {seed} | {ours:,.0f}초 | {found} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, help="결과를 쓸 JSON 파일")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="나란히 돌릴 훈련의 수")
    parser.add_argument("--one", nargs=2, metavar=("훈련법", "시드"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(until_target(options.one[0], int(options.one[1]))))
        return
    result = run_all(options.jobs)
    if options.output:
        options.output.write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n")
    print(table(result))


if __name__ == "__main__":
    main()
