"""훈련법 하나를 시드 하나로 훈련하면서 잰다. 코어 하나만 쓰고, 같은 명령을 다시 치면 멈춘 곳부터 이어 간다.

    python -m tools.studies.train_one --recipe '{"dropout_rate": 0.3}' --seed 1 --state ~/.cache/brickie-experiments

`run_studies.py`가 이 프로그램을 여럿 띄운다.
"""

import argparse
import json
import os
import shutil
import time
from functools import cache
from pathlib import Path

TICK = 6_400  # 기록과 체크포인트 사이의 이미지 수. 견주는 배치 크기(16~128) 모두의 배수이다.
MEASUREMENTS = 5  # 훈련 한 번에 재는 횟수
SAMPLES = 1_500


@cache
def real_images():
    """KID를 잴 때 견주는 내장 벽돌과 그 특성이다."""
    import numpy as np

    from companion import evaluation
    from companion.data import load_bricks

    bricks = load_bricks().images
    real = bricks[np.random.default_rng(0).permutation(len(bricks))[:SAMPLES]]
    return bricks, evaluation.brick_features(real)


def kid_of(fake_features) -> float:
    """KID × 1000이다."""
    from companion import evaluation

    return 1000 * evaluation.kernel_distance(real_images()[1], fake_features, subsets=20).mean


def measure(generate, discriminator_logits, full: bool) -> dict:
    """이동 평균 생성자와 마지막 생성자가 만든 이미지, 그리고 판별자의 로짓을 잰다."""
    import numpy as np

    from companion import evaluation
    from companion.data import load_bricks, preprocess, to_uint8

    bricks, features = real_images()
    scores = {}
    for name in ("ema", "raw"):
        fake = to_uint8(generate(name))
        fake_features = evaluation.brick_features(fake)
        scores[name] = {"kid": kid_of(fake_features), "nyquist": evaluation.nyquist_share(fake)}
        if name == "ema":
            scores[name] |= {
                **evaluation.agreement(features, fake_features)._asdict(),
                **evaluation.part_coverage(fake)._asdict(),
                "diversity": evaluation.diversity(fake[:500]),
            }
            if full:
                nearest = evaluation.nearest_distances(fake, bricks)
                scores[name]["nearest_train"] = float(np.median(nearest))
        else:
            logits = discriminator_logits(preprocess(fake[:500]))
            scores["fake_logits"] = np.quantile(logits, (0.05, 0.5, 0.95)).tolist()
    heldout = load_bricks(split="heldout").images[:500]
    logits = discriminator_logits(preprocess(heldout))
    scores["real_logits"] = np.quantile(logits, (0.05, 0.5, 0.95)).tolist()
    return scores


def train(recipe, seed: int, folder: Path, verbose: int = 1) -> dict:
    """끝까지 훈련하고 결과를 사전으로 돌려준다. 손실이 무너지면 거기까지의 결과와 까닭을 돌려준다."""
    import keras
    import numpy as np

    from companion import runs
    from companion.data import load_bricks
    from tools.studies.recipe_dcgan import build

    ticks = recipe.images // TICK
    measure_every = max(1, ticks // MEASUREMENTS)
    steps = TICK // recipe.batch_size
    dcgan = build(recipe, seed, ticks * steps)

    def latents():
        generator = np.random.default_rng(0)
        if recipe.latent == "uniform":
            return generator.uniform(-1, 1, (SAMPLES, dcgan.latent_dim)).astype("float32")
        return generator.standard_normal((SAMPLES, dcgan.latent_dim)).astype("float32")

    def generate(name):
        generator = {"ema": dcgan.ema_generator, "raw": dcgan.generator}[name]
        return generator.predict(latents(), batch_size=100, verbose=0)

    def logits(images):
        return dcgan.discriminator_logits.predict(images, batch_size=100, verbose=0)[:, 0]

    class Ticks(keras.callbacks.Callback):
        """틱마다 훈련에 든 CPU 시간을 적고, 정해진 틱에서 잰다. 재는 데 든 시간은 넣지 않는다."""

        def on_train_begin(self, logs=None):
            before = read_ticks(folder)
            self.cpu_seconds = before[-1]["cpu_seconds"] if before else 0.0
            self.clock = time.process_time()

        def on_epoch_end(self, epoch, logs=None):
            self.cpu_seconds += time.process_time() - self.clock
            tick = {"images": (epoch + 1) * TICK, "cpu_seconds": self.cpu_seconds}
            if (epoch + 1) % measure_every == 0:
                tick |= measure(generate, logits, full=epoch + 1 == ticks)
            write_json(tick_path(folder, epoch + 1), tick)
            self.clock = time.process_time()

    forget_unmeasured(folder)
    machine = {**runs.environment(), "vectors": vectors()}
    result = {"recipe": recipe.changes, "seed": seed, "machine": machine}
    try:
        history = runs.train(
            dcgan,
            load_bricks().images,
            run_dir=folder,
            epochs=ticks,
            batch_size=recipe.batch_size,
            steps_per_epoch=steps,
            seed=42 + seed,
            callbacks=[Ticks()],
            verbose=verbose,
        )
    except FloatingPointError as error:
        result["error"] = str(error)
        path = folder / "history.jsonl"
        lines = path.read_text().splitlines() if path.exists() else []
        history = [json.loads(line) for line in lines]
    columns = ("d_loss", "g_loss", "d_real_accuracy", "d_fake_accuracy")
    result["ticks"] = [
        {**tick, **{name: line[name] for name in columns}}
        for tick, line in zip(read_ticks(folder), history, strict=False)
    ]
    return rounded(result)


def vectors() -> str:
    """프로세서가 한 번에 다루는 벡터의 종류이다. CPU 시간은 이것이 같은 기계끼리만 견준다."""
    cpuinfo = Path("/proc/cpuinfo")
    flags = cpuinfo.read_text(encoding="utf-8").split() if cpuinfo.exists() else []
    return "AVX-512" if "avx512f" in flags else "AVX2"


def tick_path(folder: Path, tick: int) -> Path:
    return folder / f"tick-{tick:03d}.json"


def read_ticks(folder: Path) -> list[dict]:
    return [json.loads(path.read_text()) for path in sorted(folder.glob("tick-*.json"))]


def forget_unmeasured(folder: Path) -> None:
    """체크포인트를 쓴 뒤 재기 전에 멈추었으면, 그 체크포인트를 지워 그 틱을 다시 하게 한다."""
    from companion.checkpoints import list_checkpoints, read_checkpoint

    found = list_checkpoints(folder / "checkpoints")
    if not found:
        return
    header, _ = read_checkpoint(found[-1])
    if len(header["history"]) > len(read_ticks(folder)):
        if len(found) > 1:
            found[-1].unlink()
        else:
            shutil.rmtree(folder)


def rounded(value):
    """저장할 실수를 유효 숫자 여섯 자리로 줄인다."""
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [rounded(item) for item in value]
    return float(f"{value:.6g}") if isinstance(value, float) else value


def write_json(path: Path, value) -> None:
    from companion.files import write_atomically

    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(value, ensure_ascii=False) + "\n"
    write_atomically(path, lambda file: file.write(text.encode()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--recipe", default="{}", help="기준과 다른 설정의 JSON")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--state", type=Path, required=True, help="훈련 상태를 둘 폴더")
    parser.add_argument("--quiet", action="store_true", help="진행 막대를 그리지 않는다")
    options = parser.parse_args()
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    import tensorflow as tf

    from tools.studies.recipes import Recipe

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    recipe = Recipe(**json.loads(options.recipe))
    folder = options.state / recipe.name / f"seed-{options.seed}"
    result = train(recipe, options.seed, folder, verbose=not options.quiet)
    write_json(folder / "result.json", result)


if __name__ == "__main__":
    main()
