"""놀이의 데이터가 Keras의 모델을 그대로 담는지 본다. 브라우저의 계산은 tests/browser가 확인한다."""

import base64

import keras
import numpy as np
import pytest
from keras import layers

from book._ext import play_data


@pytest.fixture(scope="module")
def generator():
    """기울기와 엡실론이 기본값과 다르고, 이동 평균이 채널마다 다른 작은 생성자이다."""
    keras.utils.set_random_seed(0)
    inputs = layers.Input((5,))
    x = layers.Reshape((1, 1, 5))(inputs)
    for filters, stride, padding in ((6, 1, "valid"), (4, 2, "same")):
        x = layers.Conv2DTranspose(filters, 4, strides=stride, padding=padding, use_bias=False)(x)
        x = layers.BatchNormalization(epsilon=0.3)(x)
        x = layers.LeakyReLU(0.45)(x)
    last = layers.Conv2DTranspose(1, 4, 2, padding="same", use_bias=False, activation="tanh")
    model = keras.Model(inputs, last(x))
    model.set_weights([np.random.default_rng(1).uniform(0.1, 1, w.shape) for w in model.weights])
    return model


def array_of(text: str, kind: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), kind)


def image_of(data: list[dict], z: np.ndarray) -> np.ndarray:
    """`generator.js`처럼, 데이터에 적힌 것만으로 이미지를 계산한다."""
    x = z.reshape(1, 1, -1)
    for layer in data:
        k, stride, padding = layer["kernelSize"], layer["stride"], layer["padding"]
        high, low = array_of(layer["high"], "int8"), array_of(layer["low"], "uint8")
        integers = (256 * high.astype(int) + low).reshape(-1, layer["inChannels"])
        kernel = integers * array_of(layer["scale"], "<f4")[:, None]
        kernel = kernel.reshape(k, k, layer["outChannels"], layer["inChannels"])
        full = (layer["size"] - 1) * stride + k
        total = np.zeros((full, full, layer["outChannels"]))
        for row, column in np.ndindex(x.shape[:2]):
            top, left = row * stride, column * stride
            total[top : top + k, left : left + k] += kernel @ x[row, column]
        kept = slice(padding, padding + layer["outSize"])
        x = total[kept, kept] + array_of(layer["bias"], "<f4")
        x = np.tanh(x) if layer["activation"] == "tanh" else np.where(x < 0, layer["slope"] * x, x)
    return x


def test_the_data_alone_give_the_images_of_keras(generator):
    data = [play_data.packed(**layer) for layer in play_data.folded(generator)]
    latents = np.random.default_rng(2).standard_normal((8, 5)).astype("float32")
    made = np.stack([image_of(data, z) for z in latents])
    np.testing.assert_allclose(made, generator.predict(latents, verbose=0), atol=2 / 127.5)


def test_sizes_and_slopes_are_those_of_the_layers(generator):
    found = play_data.folded(generator)
    assert [(layer["size"], layer["outSize"]) for layer in found] == [(1, 4), (4, 8), (8, 16)]
    assert [layer["slope"] for layer in found] == [0.45, 0.45, 1]
    assert [layer["activation"] for layer in found] == ["linear", "linear", "tanh"]


def test_a_layer_unknown_to_the_browser_is_refused():
    inputs = layers.Input((4, 4, 2))
    model = keras.Model(inputs, layers.UpSampling2D(2)(inputs))
    with pytest.raises(ValueError, match="UpSampling2D"):
        play_data.folded(model)
