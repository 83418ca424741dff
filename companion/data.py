"""벽돌 이미지를 읽고, 훈련에 맞게 바꾸고, 배치로 흘려보낸다.

데이터는 한 방향으로 흐른다. 파일(내장 PNG, Kaggle, 폴더) → uint8 배열 `(N, 64, 64, 1)` → [-1, 1] 범위의 float32
배치. 배열은 uint8로 들고 있다가 배치를 만들 때만 실수로 바꾸므로 메모리를 적게 쓴다.
"""

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import tensorflow as tf
from PIL import Image

FOLDER = Path(__file__).parent / "bricks"
IMAGE_SIZE = 64


class Bricks(NamedTuple):
    """벽돌 이미지와 그 이름표이다."""

    images: np.ndarray
    parts: np.ndarray
    part_names: list[str]
    poses: np.ndarray
    cameras: np.ndarray


def preprocess(img):
    """[0, 255] 범위의 픽셀을 [-1, 1] 범위의 float32로 바꾼다."""
    return (tf.cast(img, "float32") - 127.5) / 127.5


def to_uint8(x) -> np.ndarray:
    """[-1, 1] 범위의 이미지를 [0, 255] 범위의 uint8로 되돌린다. 반올림하고 범위를 벗어난 값은 자른다."""
    return np.clip(np.rint(np.asarray(x, "float32") * 127.5 + 127.5), 0, 255).astype("uint8")


@cache
def _embedded(split: str) -> Bricks:
    manifest = json.loads((FOLDER / "manifest.json").read_text(encoding="utf-8"))
    entry = manifest["splits"][split]
    path = FOLDER / entry["file"]
    if hashlib.sha256(path.read_bytes()).hexdigest() != entry["sha256"]:
        raise ValueError(f"{path}의 내용이 기록된 SHA-256과 다르다. companion을 다시 설치한다.")
    atlas = np.asarray(Image.open(path))
    rows = atlas.shape[0] // IMAGE_SIZE
    tiles = atlas.reshape(rows, IMAGE_SIZE, entry["columns"], IMAGE_SIZE).transpose(0, 2, 1, 3)
    images = np.ascontiguousarray(tiles).reshape(-1, IMAGE_SIZE, IMAGE_SIZE, 1)
    images.flags.writeable = False
    first, last = entry["poses"]
    poses = np.arange(first, last + 1)
    part, pose, camera = np.meshgrid(
        np.arange(len(manifest["parts"])), poses, manifest["cameras"], indexing="ij"
    )
    return Bricks(images, part.ravel(), manifest["parts"], pose.ravel(), camera.ravel())


def load_bricks(
    source="embedded", *, split="train", as_arrays=False, batch_size=128, shuffle=True, seed=42
):
    bricks = _embedded(split)
    if as_arrays:
        return bricks
    dataset = tf.data.Dataset.from_tensor_slices(bricks.images)
    if shuffle:
        dataset = dataset.shuffle(len(bricks.images), seed=seed)
    return dataset.batch(batch_size).map(preprocess).prefetch(2)


def export_bricks(folder, *, split="train", limit=None):
    bricks = _embedded(split)
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for image, part, pose, camera in list(
        zip(bricks.images, bricks.parts, bricks.poses, bricks.cameras, strict=True)
    )[:limit]:
        name = f"{bricks.part_names[part]} {pose:03d}{camera}.png"
        Image.fromarray(image[..., 0]).save(folder / name)


def brick_batches(images, batch_size, *, seed=42, start_step=0):
    """끝없이 이어지는 배치이다. i째 배치는 (seed, i)만으로 정해진다."""
    n = len(images)
    steps_per_epoch = n // batch_size
    pixels = tf.constant(images)

    def batch(step):
        epoch, position = step // steps_per_epoch, step % steps_per_epoch
        indices = tf.range(position * batch_size, (position + 1) * batch_size)
        shuffled = tf.random.experimental.index_shuffle(
            indices, tf.stack([tf.constant(seed, tf.int64), epoch]), n - 1
        )
        return preprocess(tf.gather(pixels, shuffled))

    return tf.data.Dataset.range(start_step, 2**62).map(batch).prefetch(2)
