"""book/symptoms/의 그림을 만든다. 신경망이나 보이는 법을 일부러 망가뜨리고, 고르지 않은 샘플 여덟 장을 늘어놓는다.

쓰기:
    python -m tools.makers.symptoms            # 기록된 생성자로 금방 만드는 것
    python -m tools.makers.symptoms --train    # 망가뜨려 훈련해야 하는 것. 두 코어에서 10분쯤

훈련하는 것은 실험(`tools/studies`)이 망가뜨린 훈련법 그대로이다.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np
from PIL import Image

from companion import recorded, sampling
from companion.data import brick_batches, load_bricks, to_uint8
from companion.models import build_generator
from tools import ROOT
from tools.studies.recipe_dcgan import build
from tools.studies.recipes import Recipe, spoiled

FOLDER = ROOT / "book" / "symptoms"
SHOWN = 8
SPOILED = {
    "healthy": spoiled(),
    "unit-range": spoiled(real_range="unit"),
    "mixed-batches": spoiled(batches="mixed"),
    "large-beta": spoiled(beta_1=0.99),
}


def generated(generator: keras.Model) -> Any:
    return np.asarray(generator(sampling.latents(SHOWN), training=False))


def trained(recipe: Recipe) -> np.ndarray:
    """시드 0으로 훈련한 이동 평균 생성자의 샘플이다."""
    steps = recipe.images // recipe.batch_size
    dcgan = build(recipe, 0, steps)
    batches = brick_batches(load_bricks().images, recipe.batch_size, seed=42)
    dcgan.fit(batches, steps_per_epoch=steps, shuffle=False, verbose=0)
    return to_uint8(generated(dcgan.ema_generator))


def forgotten() -> np.ndarray:
    """다 훈련한 생성자에서 배치 정규화의 이동 통계만 처음으로 되돌린다."""
    generator = recorded.generator()
    for layer in generator.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.moving_mean.assign(np.zeros(layer.moving_mean.shape))
            layer.moving_variance.assign(np.ones(layer.moving_variance.shape))
    return to_uint8(generated(generator))


def shown() -> dict[str, np.ndarray]:
    """훈련하지 않고도 만드는 그림들이다."""
    real = load_bricks().images[:: len(load_bricks().images) // SHOWN][:SHOWN]
    right = generated(recorded.generator())
    return {
        "right": to_uint8(right),
        "untrained": to_uint8(generated(build_generator())),
        "forgotten": forgotten(),
        "clipped": (255 * right.clip(0, 1)).round().astype("uint8"),
        "twice": to_uint8((real / np.float32(255) - 127.5) / 127.5),
    }


def save(name: str, images: np.ndarray, folder: Path = FOLDER) -> None:
    folder.mkdir(exist_ok=True)
    strip = sampling.tile(images, SHOWN)
    Image.fromarray(np.asarray(strip).squeeze()).save(folder / f"{name}.png", optimize=True)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="망가진 훈련의 그림을 만든다.")
    parser.add_argument("--train", action="store_true", help="망가뜨려 훈련해야 하는 것")
    if parser.parse_args(arguments).train:
        for name, recipe in SPOILED.items():
            save(name, trained(recipe))
    else:
        keras.utils.set_random_seed(0)
        for name, images in shown().items():
            save(name, images)


if __name__ == "__main__":
    main()
