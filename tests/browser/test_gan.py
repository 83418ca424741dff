"""브라우저에서 훈련하는 작은 DCGAN의 그레이디언트와 훈련을 Keras와 비교한다. 지은 책은 쓰지 않는다."""

import os

import numpy as np
import pytest

from tools import ROOT

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
CLOSE = 1e-5
# 시드 하나로 지은 신경망의 한 배치에서 그레이디언트를 구한다. 수는 모두 목록으로 오간다.
ONE_STEP = """([engine, settings, batch]) => {
  const bytes = Uint8Array.from(atob(play.data.loops), (c) => c.charCodeAt(0));
  const gan = createGan(settings, ganLoops(), engine === "wasm" ? new WebAssembly.Module(bytes) : null);
  for (const [name, values] of Object.entries(batch)) gan[name].set(values);
  const losses = gan.gradients();
  const read = (parameters, what) => parameters.map((p) => [...p[what]]);
  return {
    ...losses,
    dValues: read(gan.dParameters, "value"), gValues: read(gan.gParameters, "value"),
    d: read(gan.dParameters, "gradient"), g: read(gan.gParameters, "gradient"),
  };
}"""
VARIANTS = {
    "smooth": {"upsampling": "smooth", "shift": 2},
    "transpose": {"upsampling": "transpose", "shift": 0},
}


@pytest.fixture(scope="module")
def page(chromium):
    """놀이의 코드만 읽은 빈 페이지이다."""
    page = chromium.new_page()
    page.add_script_tag(content="window.play = { data: {} };")
    for name in ("gan-loops.js", "gan-wasm.js", "gan.js"):
        page.add_script_tag(path=ROOT / "book" / "_play" / name)
    yield page
    page.close()


def batch_of(settings: dict) -> dict[str, np.ndarray]:
    random = np.random.default_rng(5)
    moves = random.integers(-settings["shift"], settings["shift"], (2, 16, 2), endpoint=True)
    return {
        "real": random.uniform(-1, 1, (16, 32, 32, 1)).astype("float32"),
        "z": random.standard_normal((16, 100)).astype("float32"),
        "realLabels": random.uniform(0.9, 1, 16).astype("float32"),
        "fakeLabels": random.uniform(0, 0.1, 16).astype("float32"),
        "movesReal": moves[0],
        "movesFake": moves[1],
    }


def networks(upsampling: str, d_values: list, g_values: list) -> tuple:
    """가중치가 같은 Keras의 생성자와 판별자이다."""
    from companion import build_discriminator, build_generator

    generator = build_generator(image_size=32, base_channels=8, upsampling=upsampling)
    discriminator = build_discriminator(32, base_channels=8, dropout_rate=0)
    for model, values in ((generator, g_values), (discriminator, d_values)):
        for variable, value in zip(model.trainable_variables, values, strict=True):
            variable.assign(np.reshape(value, variable.shape))
    return generator, discriminator


def of_keras(settings: dict, batch: dict, d_values: list, g_values: list) -> dict:
    """같은 가중치와 같은 배치로 Keras가 구한 손실과 그레이디언트이다."""
    import tensorflow as tf

    from companion.models import build_logit_model
    from companion.training import binary_cross_entropy

    generator, discriminator = networks(settings["upsampling"], d_values, g_values)
    logits = build_logit_model(discriminator)

    def moved(images, moves):
        rows = np.clip(np.arange(32) + moves[:, :1], 0, 31)
        columns = np.clip(np.arange(32) + moves[:, 1:], 0, 31)
        images = tf.gather(images, rows, axis=1, batch_dims=1)
        return tf.gather(images, columns, axis=2, batch_dims=1)

    with tf.GradientTape(persistent=True) as tape:
        fake = moved(generator(batch["z"], training=True), batch["movesFake"])
        on_real = logits(moved(batch["real"], batch["movesReal"]), training=True)
        on_fake = logits(fake, training=True)
        labels = (batch["realLabels"][:, None], batch["fakeLabels"][:, None])
        d_loss = sum(map(binary_cross_entropy, labels, (on_real, on_fake))) / 2
        g_loss = binary_cross_entropy(tf.ones_like(on_fake), on_fake)
    return {
        "dLoss": float(d_loss),
        "gLoss": float(g_loss),
        "d": tape.gradient(d_loss, discriminator.trainable_variables),
        "g": tape.gradient(g_loss, generator.trainable_variables),
    }


def worst(one: list, other: list) -> float:
    return max(np.abs(np.ravel(a) - np.ravel(b)).max() for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize("settings", VARIANTS.values(), ids=VARIANTS)
def test_javascript_webassembly_and_keras_find_the_same_gradients(page, settings):
    batch = batch_of(settings)
    sent = {name: values.ravel().tolist() for name, values in batch.items()}
    js, wasm = (page.evaluate(ONE_STEP, [engine, settings, sent]) for engine in ("js", "wasm"))
    keras = of_keras(settings, batch, js["dValues"], js["gValues"])
    for network in ("d", "g"):
        assert max(np.abs(np.ravel(g)).max() for g in js[network]) > 0.01
        found = {
            "자바스크립트와 WebAssembly": worst(js[network], wasm[network]),
            "WebAssembly와 Keras": worst(wasm[network], keras[network]),
            "자바스크립트와 Keras": worst(js[network], keras[network]),
        }
        print(settings["upsampling"], network, {k: f"{v:.1e}" for k, v in found.items()})
        assert max(found.values()) < CLOSE
    for loss in ("dLoss", "gLoss"):
        assert js[loss] == pytest.approx(keras[loss], abs=CLOSE)
        assert wasm[loss] == pytest.approx(keras[loss], abs=CLOSE)


# 같은 시드로 100스텝을 훈련한다. 끝의 판별자와, 50스텝에서의 판별자를 돌려준다.
HUNDRED_STEPS = """(settings) => {
  const bytes = Uint8Array.from(atob(play.data.loops), (c) => c.charCodeAt(0));
  const gan = createGan({ seed: 4, ...settings }, ganLoops(), new WebAssembly.Module(bytes));
  const bricks = Uint8Array.from({ length: 64 * 1024 }, (_, i) => (i % 1024 > 500 ? 200 : 0));
  const weights = () => gan.dParameters.flatMap(({ value }) => [...value]);
  let half, result;
  for (let k = 1; k <= 100; k++) {
    result = gan.step(bricks);
    if (k === 50) { half = weights(); if (settings.freezeHalfway) gan.settings.frozen = true; }
  }
  return { ...result, half, end: weights(), sample: [...gan.sample()] };
}"""


def test_a_seed_repeats_its_training_to_the_bit(page):
    assert page.evaluate(HUNDRED_STEPS, {}) == page.evaluate(HUNDRED_STEPS, {})
    other = page.evaluate(HUNDRED_STEPS, {"seed": 5})
    assert other["sample"] != page.evaluate(HUNDRED_STEPS, {})["sample"]


def test_a_frozen_inspector_stops_learning_and_the_forger_does_not(page):
    free = page.evaluate(HUNDRED_STEPS, {})
    frozen = page.evaluate(HUNDRED_STEPS, {"freezeHalfway": True})
    assert free["half"] == frozen["half"] == frozen["end"] != free["end"]
    assert frozen["gLoss"] < free["gLoss"]  # 멈춘 검사관은 곧 속는다


@pytest.mark.parametrize(
    "settings", [{"batchNorm": False}, {"upsampling": "transpose"}, {"shift": 2}, {"generatorRate": 1e-4}]
)  # fmt: skip
def test_every_recipe_trains_a_hundred_steps_with_finite_numbers(page, settings):
    result = page.evaluate(HUNDRED_STEPS, settings)
    assert result["seen"] == 1600
    assert np.isfinite([result["dLoss"], result["gLoss"], *result["sample"]]).all()
    assert np.std(result["sample"]) > 0.01


INSPECTED = """(settings) => {
  const bytes = Uint8Array.from(atob(play.data.loops), (c) => c.charCodeAt(0));
  const gan = createGan({ seed: 4, ...settings }, ganLoops(), new WebAssembly.Module(bytes));
  const bricks = Uint8Array.from({ length: 64 * 1024 }, (_, i) => (i % 1024 > 500 ? 200 : 0));
  for (let k = 0; k < 20; k++) gan.step(bricks);
  const { maps, logit, gradient } = gan.inspect(21);
  const read = (parameters) => parameters.map(({ value }) => [...value]);
  return {
    maps: maps.map((map) => [...map]), logit, gradient: [...gradient], fixed: [...gan.fixed],
    dValues: read(gan.dParameters), gValues: read(gan.averages),
  };
}"""


@pytest.mark.parametrize("upsampling", ["smooth", "transpose"])
def test_what_the_zoom_shows_is_what_keras_computes(page, upsampling):
    import keras
    import tensorflow as tf

    from companion.models import build_logit_model

    shown = page.evaluate(INSPECTED, {"upsampling": upsampling})
    generator, discriminator = networks(upsampling, shown["dValues"], shown["gValues"])
    leaky = keras.layers.LeakyReLU
    activated = [layer.output for layer in generator.layers if isinstance(layer, leaky)]
    watching = keras.Model(generator.input, [*activated, generator.output])
    latents = np.reshape(shown["fixed"], (-1, 100)).astype("float32")
    *maps, images = watching(latents, training=True)
    for map_, found in zip([*maps, images], shown["maps"], strict=True):
        np.testing.assert_allclose(np.ravel(found), np.ravel(map_[21]), atol=1e-4)

    batch = tf.Variable(images[16:32])
    with tf.GradientTape() as tape:
        logit = build_logit_model(discriminator)(batch, training=True)[21 - 16, 0]
    gradient = tape.gradient(logit, batch)[21 - 16]
    assert shown["logit"] == pytest.approx(float(logit), abs=1e-4)
    np.testing.assert_allclose(np.ravel(shown["gradient"]), np.ravel(gradient), atol=1e-4)
    assert np.abs(gradient).max() > 1e-3
