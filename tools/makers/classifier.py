"""companion.evaluation이 특성을 뽑는 데 쓰는 분류 신경망을 훈련해 companion/evaluator/에 담는다.

내장 훈련 벽돌의 부품과 카메라를 맞히게 훈련하고, 홀드아웃 벽돌로 정확도를 잰다. 두 코어 CPU에서 몇 분 걸린다.
"""

import argparse
import hashlib
import io
import json
import os
import platform
import time

import numpy as np

from companion.data import load_bricks, preprocess
from companion.evaluation import FOLDER, build_classifier, classifier_variables
from companion.files import write_atomically

EPOCHS = 40
BATCH_SIZE = 128
LEARNING_RATE = 2e-3
SHIFT = 4  # 픽셀. 벽돌의 자리가 아니라 모양을 보게 한다.
CAMERAS = ("L", "R")


def shifted_batches(bricks, seed: int):
    """에포크마다 새로 섞고 가로세로로 몇 픽셀 옮긴 배치를 내놓는 데이터셋이다."""
    import tensorflow as tf

    targets = (bricks.parts.astype("int32"), cameras(bricks))

    def shift(image, target):
        image = tf.pad(
            preprocess(image), [[SHIFT, SHIFT], [SHIFT, SHIFT], [0, 0]], constant_values=-1.0
        )
        offset = tf.random.uniform([2], 0, 2 * SHIFT + 1, "int32")
        return tf.image.crop_to_bounding_box(image, offset[0], offset[1], 64, 64), target

    dataset = tf.data.Dataset.from_tensor_slices((bricks.images, targets))
    return dataset.shuffle(len(bricks.images), seed=seed).map(shift).batch(BATCH_SIZE).prefetch(2)


def cameras(bricks) -> np.ndarray:
    return np.searchsorted(CAMERAS, bricks.cameras).astype("int32")


def train(epochs: int, seed: int):
    """훈련한 신경망과 홀드아웃 정확도를 돌려준다."""
    import keras

    keras.utils.set_random_seed(seed)
    bricks, heldout = load_bricks(), load_bricks(split="heldout")
    model = build_classifier(parts=len(bricks.part_names))
    steps = epochs * -(-len(bricks.images) // BATCH_SIZE)
    model.compile(
        keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(LEARNING_RATE, steps)),
        loss=[keras.losses.SparseCategoricalCrossentropy(from_logits=True)] * 2,
        metrics=[["accuracy"], ["accuracy"]],
    )
    model.fit(shifted_batches(bricks, seed), epochs=epochs, verbose=2)
    logits = model.predict(preprocess(heldout.images), batch_size=256, verbose=0)
    truth = (heldout.parts, cameras(heldout))
    accuracies = [float(np.mean(x.argmax(axis=1) == y)) for x, y in zip(logits, truth, strict=True)]
    return model, accuracies


def save(model, accuracies: list[float], settings: dict) -> None:
    """가중치를 float16으로, 훈련 벽돌에서 잰 특성의 평균과 표준 편차와 함께 담는다."""
    import keras

    bricks = load_bricks()
    arrays = {
        f"{index:03d}": np.asarray(variable).astype("float16")
        for index, variable in enumerate(classifier_variables(model))
    }
    for index, variable in enumerate(classifier_variables(model)):
        variable.assign(arrays[f"{index:03d}"].astype("float32"))
    trunk = keras.Model(model.inputs, model.get_layer("features").output)
    features = trunk.predict(preprocess(bricks.images), batch_size=256, verbose=0)
    arrays |= {"mean": features.mean(axis=0), "std": features.std(axis=0) + 1e-6}
    stream = io.BytesIO()
    np.savez_compressed(stream, allow_pickle=False, **arrays)
    FOLDER.mkdir(exist_ok=True)
    write_atomically(FOLDER / "classifier.npz", lambda file: file.write(stream.getvalue()))
    manifest = {
        "sha256": hashlib.sha256(stream.getvalue()).hexdigest(),
        "part_names": bricks.part_names,
        "parameters": model.count_params(),
        "heldout_part_accuracy": round(accuracies[0], 4),
        "heldout_camera_accuracy": round(accuracies[1], 4),
        **settings,
    }
    text = json.dumps(manifest, ensure_ascii=False, indent=2) + "\n"
    write_atomically(FOLDER / "manifest.json", lambda file: file.write(text.encode()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    start = time.monotonic()
    model, accuracies = train(options.epochs, options.seed)
    settings = {
        "epochs": options.epochs,
        "batch_size": BATCH_SIZE,
        "learning_rate": LEARNING_RATE,
        "seed": options.seed,
        "processor": platform.processor() or platform.machine(),
    }
    save(model, accuracies, settings)
    print(
        f"홀드아웃 정확도: 부품 {accuracies[0]:.3f}, 카메라 {accuracies[1]:.3f}. "
        f"{time.monotonic() - start:.0f}초 걸렸다."
    )


if __name__ == "__main__":
    main()
