"""책에 싣는 훈련을 다시 돌리고, 결과를 companion/recorded/에 담는다.

기본 크기의 신경망을 내장 벽돌로 훈련한다. 훈련 상태는 저장소 바깥의 폴더에 쌓이므로, 멈추었다가 같은 명령을 다시
치면 멈춘 곳부터 이어 간다. 언제 멈추어도 잃는 것은 많아야 한 에포크이다.

훈련은 기계에 따라 bfloat16으로 하지만, 담을 때는 두 신경망을 float32로 되살린다. 마지막 샘플과 판별자의 답도 그 두
신경망으로 다시 구한다.
"""

import argparse
import json
import resource
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from PIL import Image

from companion import recorded, runs, sampling
from companion.data import load_bricks, preprocess, to_uint8, write_atomically
from companion.models import as_transposed, build_discriminator, build_generator, build_logit_model
from companion.settings import EPOCHS, Settings
from companion.training import build_dcgan
from tools import ROOT
from tools.makers import manifest

RECIPE = Settings(precision="auto")  # 학습률이 0이 되는 decay_steps는 훈련을 시작할 때 정한다.
BATCH_SIZE = 32
WEIGHT_EPOCHS = (1, 2, 4, *range(8, EPOCHS + 1, 8))  # 생성자의 가중치를 남길 때
EARLY_SAMPLES = (25, 50, 100, 200)
MOST_GRIDS = 24  # 책에 싣는 샘플 격자의 수. 하나가 0.1 MB쯤이다.
LARGEST_EXACT_KERNEL = 20_000  # 판별자의 첫 층과 마지막 층은 작아서 줄이지 않는다.
STAGE_EPOCHS = (1, 4, 8, 24, 64, EPOCHS)  # 책에 샘플을 싣는 때들. 모두 가중치도 남는 때이다.
STAGE_SAMPLES = 256
WALL = ROOT / "book" / "wall.png"
WALL_COLUMNS, WALL_ROWS = 12, 6
DEFAULT_RUN_DIR = Path.home() / ".cache" / "brickie-companion" / "recorded-run"


class Stages(keras.callbacks.Callback):
    """에포크마다 고르지 않은 샘플 256장과 판별자의 확률을, 때때로 두 생성자의 가중치를 남긴다.

    체크포인트를 쓴 뒤 남기기 전에 멈추었으면, 이어 갈 때 그 체크포인트의 모델로 남긴다.
    """

    def __init__(self, folder: Path, heldout: np.ndarray, steps_per_epoch: int):
        super().__init__()
        self.folder = folder
        self.heldout = heldout
        self.steps_per_epoch = steps_per_epoch

    def on_train_begin(self, logs=None):
        self.save_missing(self.model)

    def on_epoch_end(self, epoch, logs=None):
        self.save_missing(self.model)

    def save_missing(self, dcgan) -> None:
        """`dcgan`이 방금 끝낸 에포크에 남길 것 가운데 아직 없는 것을 남긴다."""
        epoch = int(dcgan.g_optimizer.iterations) // self.steps_per_epoch
        if epoch > 0 and not self.path("epoch", epoch).exists():
            self._save("epoch", epoch, {
                **stage_of(dcgan.ema_generator, dcgan.discriminator_logits, self.heldout),
                "cpu_seconds": time.process_time(),
                "peak_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            })  # fmt: skip
        if epoch in WEIGHT_EPOCHS and not self.path("weights", epoch).exists():
            self._save("weights", epoch, {
                f"{kind}/{index:03d}": np.asarray(variable)
                for kind in ("generator", "ema_generator")
                for index, variable in enumerate(getattr(dcgan, kind).weights)
            })  # fmt: skip

    def path(self, kind: str, epoch: int) -> Path:
        return self.folder / f"{kind}-{epoch:03d}.npz"

    def _save(self, kind: str, epoch: int, arrays: dict) -> None:
        self.folder.mkdir(exist_ok=True)
        write_atomically(self.path(kind, epoch), lambda file: np.savez(file, **arrays))


def stage_of(generator, logits_model, heldout: np.ndarray) -> dict[str, np.ndarray]:
    """샘플, 그리고 샘플과 홀드아웃 벽돌이 진짜일 확률이다."""

    def probabilities(images: np.ndarray) -> np.ndarray:
        logits = logits_model.predict(preprocess(images), batch_size=64, verbose=0)
        return 1 / (1 + np.exp(-logits[:, 0].astype("float64")))

    z = sampling.latents(STAGE_SAMPLES, generator.input_shape[-1])
    samples = to_uint8(generator.predict(z, batch_size=64, verbose=0))
    return {"samples": samples, "fake": probabilities(samples), "real": probabilities(heldout)}


def train_recipe(
    run_dir: Path, settings: Settings, epochs: int, images: np.ndarray, heldout: np.ndarray
):
    """`settings`대로 훈련한다. 정밀도는 처음에 한 번 재어 고르고 그 뒤로 바꾸지 않는다."""
    steps_per_epoch = len(images) // BATCH_SIZE
    stored = runs.stored_config(run_dir)
    dcgan = build_dcgan(
        settings,
        decay_steps=epochs * steps_per_epoch,
        precision=stored["training"]["precision"] if stored else settings.precision,
    )
    stages = Stages(run_dir / "stages", heldout, steps_per_epoch)
    runs.train(
        dcgan,
        images,
        run_dir=run_dir,
        epochs=epochs,
        batch_size=BATCH_SIZE,
        sample_steps=EARLY_SAMPLES,
        callbacks=[stages],
        verbose=1 if sys.stdout.isatty() else 2,  # 파일에는 에포크마다 한 줄만 쓴다.
    )
    stages.save_missing(dcgan)
    return dcgan


def export(run_dir: Path, dcgan, heldout: np.ndarray) -> None:
    """훈련 폴더의 결과를 companion/recorded/에 담는다."""
    folder = recorded.FOLDER
    folder.mkdir(exist_ok=True)
    history = [
        json.loads(line) for line in (run_dir / "history.jsonl").read_text("utf-8").splitlines()
    ]
    last = history[-1]["epoch"]
    epochs = [*(epoch for epoch in STAGE_EPOCHS if epoch < last), last]
    stages = [dict(np.load(run_dir / "stages" / f"epoch-{epoch:03d}.npz")) for epoch in epochs]
    generator, discriminator = as_chapter_networks(dcgan)
    stages[-1] |= stage_of(generator, build_logit_model(discriminator), heldout)
    grid_paths = choose_grids(sorted((run_dir / "samples").glob("step-*.png")))
    grids = [np.asarray(Image.open(path)) for path in grid_paths]
    grids[-1] = sampling.tile(stages[-1]["samples"][: runs.SAMPLE_COLUMNS**2], runs.SAMPLE_COLUMNS)

    save_json(folder / "history.json", history)
    np.savez_compressed(folder / "generator.npz", **half_precision(generator))
    np.savez_compressed(folder / "discriminator.npz", **quantize(discriminator))
    save_png(folder / "grids.png", np.concatenate(grids))
    save_png(
        folder / "stages.png",
        np.concatenate([sampling.tile(stage["samples"], 16) for stage in stages]),
    )
    save_json(
        folder / "stages.json",
        [
            {
                "images": history[epoch - 1]["images"],
                "fake": stage["fake"].round(6).tolist(),
                "real": stage["real"].round(6).tolist(),
            }
            for epoch, stage in zip(epochs, stages, strict=True)
        ],
    )
    manifest.update(
        "history.json", "generator.npz", "discriminator.npz", "grids.png", "stages.png",
        "stages.json",
        **json.loads((run_dir / "config.json").read_text(encoding="utf-8")),
        images=history[-1]["images"],
        seconds=history[-1]["seconds"],
        cpu_seconds=round(cpu_seconds(run_dir, len(history))),
        peak_memory_mb=[round(float(stage["peak_memory_mb"])) for stage in stages],
        grid_steps=[int(path.stem.removeprefix("step-")) for path in grid_paths],
    )  # fmt: skip
    wall = stages[-1]["samples"][: WALL_COLUMNS * WALL_ROWS]
    save_png(WALL, sampling.tile(wall, WALL_COLUMNS))


def as_chapter_networks(dcgan) -> tuple[keras.Model, keras.Model]:
    """이동 평균 생성자와 판별자를 float32로, 4.2절의 층으로 옮긴다."""
    discriminator = build_discriminator(**dcgan.settings.of_discriminator())
    discriminator.set_weights(dcgan.discriminator.get_weights())
    if dcgan.settings.upsampling == "smooth":
        return as_transposed(dcgan.ema_generator), discriminator
    generator = build_generator(**dcgan.settings.of_generator())
    generator.set_weights(dcgan.ema_generator.get_weights())
    return generator, discriminator


def cpu_seconds(run_dir: Path, epochs: int) -> float:
    """훈련에 든 CPU 시간(모든 코어의 합)이다. 멈추었다 이어 갔으면 프로세스마다의 시간을 더한다."""
    clocks = [
        float(np.load(run_dir / "stages" / f"epoch-{epoch:03d}.npz")["cpu_seconds"])
        for epoch in range(1, epochs + 1)
    ]
    ends = [now for now, after in zip(clocks, clocks[1:], strict=False) if after < now]
    return sum(ends) + clocks[-1]


def choose_grids(paths: list[Path]) -> list[Path]:
    """훈련 첫머리의 격자는 모두, 나머지는 고르게 골라 `MOST_GRIDS`장까지 남긴다. 마지막 것은 늘 남긴다."""
    early = len(EARLY_SAMPLES) + 1
    if len(paths) <= MOST_GRIDS:
        return paths
    rest = np.linspace(early, len(paths) - 1, MOST_GRIDS - early).round().astype(int)
    return paths[:early] + [paths[index] for index in rest]


def half_precision(model: keras.Model) -> dict[str, Any]:
    """모든 가중치를 float16으로 줄인다. 만든 이미지의 밝기가 한 단계 안에서만 달라진다."""
    variables = enumerate(weight_variables(model))
    return {f"{index:03d}": np.asarray(variable).astype("float16") for index, variable in variables}


def quantize(model: keras.Model) -> dict[str, Any]:
    """큰 합성곱 커널을 출력 채널마다 눈금을 하나씩 둔 8비트 정수로 줄인다. 나머지는 그대로 둔다."""
    weights = {}
    for index, variable in enumerate(weight_variables(model)):
        value = np.asarray(variable)
        key = f"{index:03d}"
        if value.ndim == 4 and value.size > LARGEST_EXACT_KERNEL:
            scale = np.abs(value).max(axis=(0, 1, 2), keepdims=True) / 127
            weights[f"{key}.scale"] = scale.astype("float32")
            value = np.rint(value / scale).astype("int8")
        weights[key] = value
    return weights


def weight_variables(model: keras.Model) -> list:
    """`model.get_weights()`와 같은 차례의 변수들이다. 드롭아웃의 난수 상태는 들지 않는다."""
    return [variable for layer in model.layers for variable in layer.weights]


def save_png(path: Path, pixels: np.ndarray) -> None:
    Image.fromarray(pixels).save(path, optimize=True)


def save_json(path: Path, value, indent=None) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=indent) + "\n", encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run-dir", type=Path, default=DEFAULT_RUN_DIR, help="훈련 상태를 둘 폴더")
    parser.add_argument("--epochs", type=int, default=EPOCHS, help="모두 몇 에포크를 훈련할지")
    parser.add_argument("--threads", type=int, help="TensorFlow가 쓸 스레드의 수")
    parser.add_argument(
        "--upsampling",
        default=RECIPE.upsampling,
        help="생성자가 크기를 키우는 방법(기본값 %(default)s)",
    )
    parser.add_argument(
        "--no-export", action="store_true", help="companion/recorded/를 고치지 않는다"
    )
    arguments = parser.parse_args()
    if arguments.threads:
        tf.config.threading.set_intra_op_parallelism_threads(arguments.threads)
        tf.config.threading.set_inter_op_parallelism_threads(arguments.threads)

    images = load_bricks().images
    heldout = load_bricks(split="heldout").images
    heldout = heldout[np.random.default_rng(0).permutation(len(heldout))[:STAGE_SAMPLES]]
    settings = replace(RECIPE, upsampling=arguments.upsampling)
    run_dir = arguments.run_dir / "full"
    dcgan = train_recipe(run_dir, settings, arguments.epochs, images, heldout)
    if not arguments.no_export:
        export(run_dir, dcgan, heldout)


if __name__ == "__main__":
    main()
