"""companion.models: 본문의 신경망과 층 하나까지 같은지 확인한다."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from companion.models import (
    SmoothConv2DTranspose,
    as_transposed,
    build_discriminator,
    build_generator,
    build_logit_model,
    dtype_policy,
)


def summary(model):
    """층의 종류와 설정을, 이름과 난수처럼 뜻 없는 것을 빼고 늘어놓는다."""
    meaningless = {"name", "seed", "dtype", "trainable", "build_config", "batch_shape", "ragged"}
    return [
        (
            type(layer).__name__,
            {k: v for k, v in layer.get_config().items() if k not in meaningless},
            tuple(layer.output.shape),
        )
        for layer in model.layers
    ]


def seed_discriminator():
    discriminator_input = layers.Input(shape=(64, 64, 1))
    x = layers.Conv2D(64, kernel_size=4, strides=2, padding="same", use_bias=False)(
        discriminator_input
    )
    x = layers.LeakyReLU(0.2)(x)
    x = layers.Dropout(0.3)(x)
    for filters in (128, 256, 512):
        x = layers.Conv2D(filters, kernel_size=4, strides=2, padding="same", use_bias=False)(x)
        x = layers.BatchNormalization(momentum=0.9)(x)
        x = layers.LeakyReLU(0.2)(x)
        x = layers.Dropout(0.3)(x)
    x = layers.Conv2D(
        1, kernel_size=4, strides=1, padding="valid", use_bias=False, activation="sigmoid"
    )(x)
    return keras.Model(discriminator_input, layers.Flatten()(x))


def seed_generator():
    generator_input = layers.Input(shape=(100,))
    x = layers.Reshape((1, 1, 100))(generator_input)
    x = layers.Conv2DTranspose(512, kernel_size=4, strides=1, padding="valid", use_bias=False)(x)
    x = layers.BatchNormalization(momentum=0.9)(x)
    x = layers.LeakyReLU(0.2)(x)
    for filters in (256, 128, 64):
        x = layers.Conv2DTranspose(
            filters, kernel_size=4, strides=2, padding="same", use_bias=False
        )(x)
        x = layers.BatchNormalization(momentum=0.9)(x)
        x = layers.LeakyReLU(0.2)(x)
    x = layers.Conv2DTranspose(
        1, kernel_size=4, strides=2, padding="same", use_bias=False, activation="tanh"
    )(x)
    return keras.Model(generator_input, x)


def test_discriminator_is_the_chapters_network_layer_by_layer():
    model = build_discriminator()
    assert model.count_params() == 2_765_312
    assert summary(model) == summary(seed_discriminator())


def test_generator_is_the_chapters_network_layer_by_layer():
    model = build_generator()
    assert model.count_params() == 3_576_576
    assert summary(model) == summary(seed_generator())


def test_resize_generator_upsamples_then_convolves_with_bias_in_every_doubling():
    model = build_generator(upsampling="resize")
    assert model.count_params() == 3_577_025
    names = [type(layer).__name__ for layer in model.layers]
    assert names.count("UpSampling2D") == 4
    assert names.count("Conv2DTranspose") == 1
    for position, layer in enumerate(model.layers):
        if isinstance(layer, layers.UpSampling2D):
            assert layer.size == (2, 2)
            convolution = model.layers[position + 1]
            assert type(convolution).__name__ == "Conv2D"
            assert convolution.use_bias and convolution.strides == (1, 1)
    assert model.output_shape == (None, 64, 64, 1)
    assert model.layers[-1].activation is keras.activations.tanh


def test_a_smooth_layer_is_upsampling_and_a_three_by_three_convolution():
    x = np.random.default_rng(0).standard_normal((2, 5, 7, 3)).astype("float32")
    smooth = SmoothConv2DTranspose(4, activation="tanh")
    found = np.asarray(smooth(x))
    convolution = layers.Conv2D(4, 3, padding="same", use_bias=False, activation="tanh")
    grown = layers.UpSampling2D(2)(x)
    convolution.build(grown.shape)
    kernel = np.asarray(smooth.kernel)[::-1, ::-1].transpose(0, 1, 3, 2)
    convolution.set_weights([kernel])
    np.testing.assert_allclose(found, convolution(grown), atol=2e-6)
    assert smooth.compute_output_shape((2, 5, 7, 3)) == found.shape


def test_a_smooth_kernel_sums_to_the_same_on_every_pixel():
    smooth = SmoothConv2DTranspose(2)
    smooth.build((None, 4, 4, 3))
    kernel = np.asarray(smooth.smooth_kernel())
    sums = [kernel[row::2, column::2].sum(axis=(0, 1)) for row in (0, 1) for column in (0, 1)]
    for other in sums[1:]:
        np.testing.assert_allclose(other, sums[0], atol=1e-6)


def test_a_smooth_generator_becomes_the_chapters_network_with_the_same_images():
    smooth = build_generator(upsampling="smooth", base_channels=4)
    rng = np.random.default_rng(0)
    smooth.set_weights([rng.uniform(0.1, 0.5, w.shape) for w in smooth.get_weights()])
    plain = as_transposed(smooth)
    assert summary(plain) == summary(build_generator(base_channels=4))
    z = rng.standard_normal((3, 100)).astype("float32")
    np.testing.assert_allclose(smooth(z), plain(z), atol=1e-5)


def test_only_a_smooth_generator_can_become_transposed():
    with pytest.raises(ValueError, match="smooth"):
        as_transposed(build_generator(base_channels=2))


def test_a_smooth_generator_is_saved_and_loaded_as_it_is(tmp_path):
    model = build_generator(upsampling="smooth", image_size=16, base_channels=2)
    model.save(tmp_path / "generator.keras")
    loaded = keras.models.load_model(tmp_path / "generator.keras")
    z = np.ones((2, 100), "float32")
    np.testing.assert_array_equal(model(z), loaded(z))


@pytest.mark.parametrize("image_size", [8, 16, 32, 128])
def test_small_and_large_networks_fit_each_other(image_size):
    discriminator = build_discriminator(image_size=image_size, base_channels=2, channels=3)
    generator = build_generator(
        latent_dim=5, image_size=image_size, base_channels=2, channels=3, upsampling="resize"
    )
    images = generator(np.zeros((2, 5), "float32"))
    assert images.shape == (2, image_size, image_size, 3)
    assert discriminator(images).shape == (2, 1)


def test_zero_dropout_rate_leaves_the_dropout_layers_out():
    model = build_discriminator(image_size=16, base_channels=2, dropout_rate=0.0)
    assert not any(isinstance(layer, layers.Dropout) for layer in model.layers)


def test_generator_output_stays_between_minus_one_and_one():
    images = build_generator(base_channels=2)(100 * np.ones((2, 100), "float32"))
    assert np.abs(images).max() <= 1


@pytest.mark.parametrize(
    ("build", "arguments", "message"),
    [
        (build_discriminator, {"image_size": 60}, "image_size가 60"),
        (build_discriminator, {"image_size": 4}, "image_size가 4"),
        (build_discriminator, {"image_size": 64.0}, "image_size가 64.0"),
        (build_discriminator, {"base_channels": 0}, "base_channels"),
        (build_discriminator, {"dropout_rate": 1.0}, "dropout_rate"),
        (build_generator, {"image_size": -64}, "image_size가 -64"),
        (build_generator, {"latent_dim": 0}, "latent_dim"),
        (build_generator, {"upsampling": "bilinear"}, "upsampling이 'bilinear'"),
        (build_generator, {"upsampling": "smooth", "kernel_size": 3}, "kernel_size가 3"),
    ],
)
def test_impossible_shapes_are_refused_in_one_sentence(build, arguments, message):
    with pytest.raises(ValueError, match=message):
        build(**arguments)


def test_logit_model_gives_the_logit_of_the_discriminators_probability():
    discriminator = build_discriminator(image_size=16, base_channels=4)
    logit_model = build_logit_model(discriminator)
    images = np.random.default_rng(0).uniform(-1, 1, (8, 16, 16, 1)).astype("float32")
    logits = logit_model(images)
    np.testing.assert_allclose(tf.sigmoid(logits), discriminator(images), rtol=1e-6)
    assert {id(v) for v in logit_model.trainable_variables} == {
        id(v) for v in discriminator.trainable_variables
    }


def test_logit_model_is_float32_under_mixed_precision():
    with dtype_policy("mixed_bfloat16"):
        discriminator = build_discriminator(image_size=16, base_channels=4)
        logits = build_logit_model(discriminator)(np.zeros((2, 16, 16, 1), "float32"))
    assert keras.config.dtype_policy().name == "float32"
    assert discriminator.layers[1].compute_dtype == "bfloat16"
    assert logits.dtype == "float32"


def test_a_dtype_policy_is_put_back_after_an_error():
    with pytest.raises(ZeroDivisionError), dtype_policy("mixed_bfloat16"):
        1 / 0  # noqa: B018
    assert keras.config.dtype_policy().name == "float32"


def test_logit_model_survives_saving(tmp_path):
    logit_model = build_logit_model(build_discriminator(image_size=16, base_channels=4))
    logit_model.save(tmp_path / "logits.keras")
    restored = keras.models.load_model(tmp_path / "logits.keras")
    images = np.ones((2, 16, 16, 1), "float32")
    np.testing.assert_array_equal(restored(images), logit_model(images))


def test_logit_model_refuses_a_network_that_does_not_end_in_sigmoid_and_flatten():
    model = keras.Sequential([keras.Input((4, 4, 1)), layers.Conv2D(1, 4), layers.Flatten()])
    with pytest.raises(ValueError, match="build_discriminator"):
        build_logit_model(model)
