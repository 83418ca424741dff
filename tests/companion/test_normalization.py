"""한 번에 계산하는 배치 정규화가 Keras의 것과 같은 수를 내는지 본다."""

from functools import partial

import keras
import numpy as np
import pytest
import tensorflow as tf

from companion import models
from companion.normalization import BatchNormalization
from companion.training import build_dcgan

IMAGES = np.random.default_rng(0).normal(1, 3, (8, 5, 6, 7)).astype("float32")


def results(kind, precision, training, inputs=IMAGES, **options) -> dict[str, np.ndarray]:
    """출력과 그레이디언트와 이동 평균을 모두 돌려준다."""
    layer = kind(momentum=0.9, dtype=precision, **options)
    layer.build(inputs.shape)
    rng = np.random.default_rng(1)
    for variable in layer.variables:
        variable.assign(rng.uniform(0.5, 2, variable.shape))
    x = tf.cast(inputs, layer.compute_dtype)
    with tf.GradientTape() as tape:
        tape.watch(x)
        outputs = layer(x, training=training)
        loss = tf.reduce_sum(tf.cast(outputs, "float32") ** 3)
    gradients = tape.gradient(loss, [x, *layer.trainable_variables])
    found = {"outputs": outputs, "d_inputs": gradients[0]}
    found |= {f"d_{i}": gradient for i, gradient in enumerate(gradients[1:])}
    found |= {variable.name: variable.value for variable in layer.variables}
    return {name: np.asarray(tf.cast(value, "float32")) for name, value in found.items()}


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize(("precision", "tolerance"), [("float32", 1e-5), ("mixed_bfloat16", 1e-2)])
def test_same_numbers_as_keras(precision, tolerance, training):
    ours = results(BatchNormalization, precision, training)
    theirs = results(keras.layers.BatchNormalization, precision, training)
    assert ours.keys() == theirs.keys()
    for name, expected in theirs.items():
        scale = np.abs(expected).max()
        np.testing.assert_allclose(ours[name], expected, atol=tolerance * scale, err_msg=name)


def test_it_can_be_differentiated_twice_where_keras_cannot():
    """그레이디언트 패널티가 하는 일이다. 견줄 것은 식을 그대로 적은 정규화이다."""
    images = np.random.default_rng(0).normal(1, 3, (3, 2, 2, 2)).astype("float32")

    def twice(normalize):
        x = tf.constant(images)
        with tf.GradientTape() as outer:
            outer.watch(x)
            with tf.GradientTape() as inner:
                inner.watch(x)
                total = tf.reduce_sum(normalize(x) ** 4)
            slopes = tf.reduce_sum(images**2 * inner.gradient(total, x) ** 2)
        return np.asarray(outer.gradient(slopes, x))

    def plain(x):
        mean = tf.reduce_mean(x, axis=(0, 1, 2))
        variance = tf.reduce_mean((x - mean) ** 2, axis=(0, 1, 2))
        return (x - mean) / tf.sqrt(variance + 1e-3)

    expected = twice(plain)
    ours, theirs = (
        np.abs(twice(partial(kind(), training=True)) - expected).max()
        for kind in (BatchNormalization, keras.layers.BatchNormalization)
    )
    assert ours < 1e-4 * np.abs(expected).max() < theirs


@pytest.mark.parametrize(
    ("inputs", "options"),
    [(IMAGES[:, 0, 0], {}), (IMAGES, {"scale": False}), (IMAGES, {"axis": 1})],
    ids=["vectors", "no-scale", "other-axis"],
)
def test_other_cases_are_left_to_keras(inputs, options):
    ours = results(BatchNormalization, "float32", True, inputs, **options)
    theirs = results(keras.layers.BatchNormalization, "float32", True, inputs, **options)
    for name, expected in theirs.items():
        np.testing.assert_array_equal(ours[name], expected, err_msg=name)


def test_a_frozen_layer_uses_the_moving_statistics():
    layer = BatchNormalization()
    layer.build(IMAGES.shape)
    layer.trainable = False
    layer(IMAGES, training=True)
    np.testing.assert_array_equal(layer.moving_mean, np.zeros(7))


def test_a_few_steps_train_as_with_the_layer_of_keras(monkeypatch):
    images = np.random.default_rng(2).uniform(-1, 1, (8, 16, 16, 1)).astype("float32")

    def trained():
        dcgan = build_dcgan(image_size=16, base_channels=4)
        logs = [dcgan.train_on_batch(images, return_dict=True) for _ in range(3)]
        return logs[-1]

    ours = trained()
    monkeypatch.setattr(models, "BatchNormalization", keras.layers.BatchNormalization)
    theirs = trained()
    for name in ("d_loss", "g_loss"):
        assert ours[name] == pytest.approx(theirs[name], rel=1e-3)


def test_survives_saving(tmp_path):
    model = models.build_discriminator(image_size=16, base_channels=4)
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    assert any(type(layer) is BatchNormalization for layer in again.layers)
    images = np.ones((2, 16, 16, 1), "float32")
    np.testing.assert_array_equal(again(images), model(images))
