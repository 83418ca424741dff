"""experiments/의 훈련법이 뜻한 것을 하고, 멈추었다 이어도 같은 결과를 내는지 본다."""

import json
import os
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from recipe_dcgan import build, doubling
from recipes import STUDIES, Recipe

from companion.data import load_bricks, preprocess
from companion.training import build_dcgan

EXPERIMENTS = Path(__file__).parents[1] / "experiments"
TINY = {"base_channels": 2, "batch_size": 64, "images": 12_800}


@pytest.fixture(scope="module")
def batches():
    images = load_bricks(as_arrays=True).images[:96]
    return np.split(np.asarray(preprocess(images)), 3)


def trained(dcgan, batches):
    for batch in batches:
        dcgan.train_on_batch(batch)
    return [*dcgan.discriminator.get_weights(), *dcgan.ema_generator.get_weights()]


def test_the_baseline_is_the_companions_own_training_to_the_bit(batches):
    ours = trained(build_dcgan(base_channels=4, dropout_rate=0.0, seed=3), batches)
    recipe = Recipe(base_channels=4)
    theirs = trained(build(recipe, seed=3, steps=3), batches)
    assert all(np.array_equal(a, b) for a, b in zip(ours, theirs, strict=True))


@pytest.fixture(scope="module")
def baseline(batches):
    return trained(build(Recipe(base_channels=2), seed=0, steps=3), batches)


@pytest.mark.parametrize(
    "changes",
    [
        recipe.changes
        for recipe in dict.fromkeys(r for study in STUDIES.values() for r in study.recipes)
        if len(recipe.changes) == 1
        and not {"batch_size", "base_channels", "images"} & recipe.changes.keys()
    ],
    ids=lambda changes: ",".join(f"{key}={value}" for key, value in changes.items()),
)
def test_every_recipe_of_a_study_trains_and_differs_from_the_baseline(changes, batches, baseline):
    dcgan = build(Recipe(**{**changes, "base_channels": 2}), seed=0, steps=3)
    weights = trained(dcgan, batches)
    assert all(np.isfinite(w.astype("float32")).all() for w in weights)
    if "ema_decay" in changes:  # 첫머리의 감쇠율은 어느 쪽이나 낮추어 잡은 값이다.
        assert dcgan.ema_decay == changes["ema_decay"]
        return
    same = len(weights) == len(baseline) and all(
        a.shape == b.shape and np.array_equal(a, b) for a, b in zip(weights, baseline, strict=True)
    )
    assert not same


@pytest.mark.parametrize(
    ("labels", "real", "fake"),
    [("none", (1, 1), (0, 0)), ("one_sided", (0.9, 0.9), (0, 0)),
     ("inward", (0.9, 1), (0, 0.1)), ("outward", (1, 1.1), (-0.1, 0))],
)  # fmt: skip
def test_labels_lie_where_the_recipe_says(labels, real, fake):
    dcgan = build(Recipe(labels=labels, base_channels=2), seed=0, steps=1)
    for values, (low, high) in zip(dcgan._labels(1000), (real, fake), strict=True):
        values = np.asarray(values)
        assert values.min() >= low - 1e-6 and values.max() <= high + 1e-6
        assert np.ptp(values) >= 0.9 * (high - low)


def test_clipped_probabilities_lose_the_gradient_that_logits_keep():
    gradients = {}
    for loss in ("logits", "probabilities"):
        dcgan = build(Recipe(loss=loss, base_channels=2), seed=0, steps=1)

        @tf.function
        def gradient(logits, dcgan=dcgan):
            return tf.gradients(dcgan._cross_entropy(tf.ones((1, 1)), logits), logits)[0]

        gradients[loss] = float(gradient(tf.constant([[-20.0]]))[0, 0])
    assert gradients["logits"] == pytest.approx(-1, abs=1e-6)
    assert gradients["probabilities"] == 0


def test_the_shift_moves_half_of_the_images_and_keeps_their_pixels():
    dcgan = build(Recipe(augmentation="shift", base_channels=2), seed=0, steps=1)
    images = np.asarray(preprocess(load_bricks(as_arrays=True).images[:200]))
    moved = np.asarray(dcgan._augment(tf.constant(images)))
    changed = (moved != images).any(axis=(1, 2, 3))
    assert 0.35 < changed.mean() < 0.65
    inside = slice(16, 48)  # 4픽셀 옮겨도 이 안의 화소는 화면을 벗어나지 않는다.
    first = images[np.flatnonzero(changed)[0], :, :, 0]
    seen = moved[np.flatnonzero(changed)[0], :, :, 0]
    assert any(
        np.array_equal(seen[inside, inside], first[16 + dy : 48 + dy, 16 + dx : 48 + dx])
        for dy in range(-4, 5)
        for dx in range(-4, 5)
    )


def test_a_kernel_of_five_and_relu_change_only_what_they_name():
    five = build(Recipe(generator_kernel=5, discriminator_kernel=5, base_channels=2), 0, 1)
    assert {layer.kernel_size for layer in doubling(five.generator)} == {(5, 5)}
    assert {layer.kernel_size for layer in doubling(five.discriminator)} == {(5, 5)}
    assert five.generator.output_shape == (None, 64, 64, 1)
    relu = build(Recipe(generator_activation="relu", base_channels=2), 0, 1)
    kinds = {type(layer) for layer in relu.generator.layers}
    assert keras.layers.ReLU in kinds and keras.layers.LeakyReLU not in kinds
    assert keras.layers.LeakyReLU in {type(layer) for layer in relu.discriminator.layers}


def test_the_normal_initializer_reaches_every_kernel():
    dcgan = build(Recipe(initializer="normal", base_channels=16), 0, 1)
    kernels = [v for v in dcgan.trainable_variables if v.name == "kernel"]
    for kernel in kernels:
        assert np.std(kernel) == pytest.approx(0.02, rel=0.1)


def run_once(state: Path, *more: str) -> subprocess.Popen:
    command = [sys.executable, str(EXPERIMENTS / "train_one.py"), "--quiet",
               "--recipe", json.dumps(TINY), "--state", str(state), *more]  # fmt: skip
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    return subprocess.Popen(command, env=environment)


def result_of(state: Path) -> dict:
    (path,) = state.glob("*/seed-0/result.json")
    return json.loads(path.read_text(encoding="utf-8"))


def test_a_killed_run_goes_on_to_the_same_scores(tmp_path):
    assert run_once(tmp_path / "whole").wait() == 0
    process = run_once(tmp_path / "killed")
    while not list((tmp_path / "killed").glob("*/seed-0/tick-001.json")):
        assert process.poll() is None
    process.kill()
    process.wait()
    assert run_once(tmp_path / "killed").wait() == 0

    def scores(result):
        return [{**tick, "cpu_seconds": 0} for tick in result["ticks"]]

    assert scores(result_of(tmp_path / "killed")) == scores(result_of(tmp_path / "whole"))
