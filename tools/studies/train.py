"""훈련법 하나를 시드 하나로 훈련하면서 잰다. 멈춘 폴더에서 다시 부르면 멈춘 곳부터 이어 간다."""

import json
import shutil
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from companion import evaluation, runs, sampling
from companion.checkpoints import list_checkpoints, read_header
from companion.data import load_bricks, preprocess, to_uint8
from companion.files import write_atomically
from tools.studies.recipe_dcgan import RecipeDCGAN, build
from tools.studies.recipes import Recipe

TICK = 6_400  # 기록과 체크포인트 사이의 이미지 수. 비교하는 배치 크기(16~128) 모두의 배수이다.
MEASUREMENTS = 5  # 훈련 한 번에 재는 횟수
SAMPLES = 1_500
COLUMNS = ("d_loss", "g_loss", "d_real_accuracy", "d_fake_accuracy")


def use_one_core() -> None:
    """텐서를 처음 만들기 전에 부른다."""
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)


def train(
    recipe: Recipe,
    seed: int,
    folder: Path,
    until: Callable[[dict[str, Any]], bool] | None = None,
) -> dict[str, Any]:
    """끝까지 훈련하고 결과를 사전으로 돌려준다. 손실이 무너지면 거기까지의 결과와 이유를 돌려준다.

    `until`을 주면 틱마다 재고, 잰 것에 `until`이 참이면 멈춘다.
    """
    ticks = recipe.images // TICK
    measure_every = 1 if until else max(1, ticks // MEASUREMENTS)
    steps = TICK // recipe.batch_size
    dcgan = build(recipe, seed, ticks * steps)

    class Ticks(keras.callbacks.Callback):
        """틱마다 훈련에 든 CPU 시간을 적고, 정해진 틱에서 잰다. 재는 데 든 시간은 넣지 않는다."""

        def on_train_begin(self, logs: Any = None) -> None:
            before = read_ticks(folder)
            self.cpu_seconds = before[-1]["cpu_seconds"] if before else 0.0
            self.clock = time.process_time()

        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            self.cpu_seconds += time.process_time() - self.clock
            tick = {"images": (epoch + 1) * TICK, "cpu_seconds": self.cpu_seconds}
            if (epoch + 1) % measure_every == 0:
                tick |= measure(dcgan, full=epoch + 1 == ticks)
            write_json(folder / f"tick-{epoch + 1:03d}.json", tick)
            if until and until(tick):
                dcgan.stop_training = True
            self.clock = time.process_time()

    forget_unmeasured(folder)
    result = {"recipe": recipe.changes, "seed": seed, "machine": machine()}
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
            verbose=0,
        )
    except FloatingPointError as error:
        result["error"] = str(error)
        path = folder / "history.jsonl"
        lines = path.read_text("utf-8").splitlines() if path.exists() else []
        history = [json.loads(line) for line in lines]
    result["ticks"] = [
        {**tick, **{name: line[name] for name in COLUMNS}}
        for tick, line in zip(read_ticks(folder), history, strict=False)
    ]
    return rounded(result)


def measure(dcgan: RecipeDCGAN, full: bool) -> dict[str, Any]:
    """이동 평균 생성자와 마지막 생성자가 만든 이미지, 그리고 판별자의 로짓을 잰다."""
    bricks, features = real_images()

    def generated(generator: keras.Model) -> np.ndarray:
        z = latents(dcgan.recipe.latent, dcgan.latent_dim)
        return to_uint8(generator.predict(z, batch_size=100, verbose=0))

    def scores(fake: np.ndarray, fake_features: np.ndarray) -> dict[str, Any]:
        kid = evaluation.kernel_distance(features, fake_features, subsets=20).mean
        return {"kid": 1000 * kid, "nyquist": evaluation.nyquist_share(fake)}

    def logits(images: np.ndarray) -> list[float]:
        inputs = preprocess(images[:500])
        found = dcgan.discriminator_logits.predict(inputs, batch_size=100, verbose=0)
        return np.quantile(found[:, 0], (0.05, 0.5, 0.95)).tolist()

    ema, raw = generated(dcgan.ema_generator), generated(dcgan.generator)
    ema_features, raw_features = evaluation.brick_features(ema), evaluation.brick_features(raw)
    measured: dict[str, Any] = {
        "ema": {
            **scores(ema, ema_features),
            **evaluation.agreement(features, ema_features)._asdict(),
            **evaluation.part_coverage(ema)._asdict(),
            "diversity": evaluation.diversity(ema[:500]),
        },
        "raw": scores(raw, raw_features),
        "fake_logits": logits(raw),
        "real_logits": logits(load_bricks(split="heldout").images),
    }
    if full:
        measured["ema"]["nearest_train"] = float(
            np.median(evaluation.nearest_distances(ema, bricks))
        )
    return measured


@cache
def real_images() -> tuple[np.ndarray, np.ndarray]:
    """내장 벽돌과, KID를 잴 때 비교하는 벽돌의 특성이다."""
    bricks = load_bricks().images
    real = bricks[np.random.default_rng(0).permutation(len(bricks))[:SAMPLES]]
    return bricks, evaluation.brick_features(real)


def latents(kind: str, latent_dim: int) -> np.ndarray:
    if kind == "uniform":
        z = np.random.default_rng(0).uniform(-1, 1, (SAMPLES, latent_dim))
        return z.astype("float32")
    return sampling.latents(SAMPLES, latent_dim)


def machine() -> dict[str, Any]:
    """기계와 라이브러리, 그리고 프로세서가 한 번에 다루는 벡터의 종류이다. CPU 시간은 이것이 같은 기계끼리만 비교한다."""
    cpuinfo = Path("/proc/cpuinfo")
    flags = cpuinfo.read_text(encoding="utf-8").split() if cpuinfo.exists() else []
    return {**runs.environment(), "vectors": "AVX-512" if "avx512f" in flags else "AVX2"}


def read_ticks(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(path.read_text("utf-8")) for path in sorted(folder.glob("tick-*.json"))]


def forget_unmeasured(folder: Path) -> None:
    """체크포인트를 쓴 뒤 재기 전에 멈추었으면, 그 체크포인트를 지워 그 틱을 다시 하게 한다."""
    found = list_checkpoints(folder / "checkpoints")
    if not found:
        return
    if len(read_header(found[-1])["history"]) > len(read_ticks(folder)):
        if len(found) > 1:
            found[-1].unlink()
        else:
            shutil.rmtree(folder)


def rounded(value: Any) -> Any:
    """저장할 실수를 유효 숫자 여섯 자리로 줄인다."""
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [rounded(item) for item in value]
    return float(f"{value:.6g}") if isinstance(value, float) else value


def write_json(path: Path, value: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(value, ensure_ascii=False) + "\n"
    write_atomically(path, lambda file: file.write(text.encode()))
