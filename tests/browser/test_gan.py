"""브라우저에서 훈련하는 작은 DCGAN의 그레이디언트와 훈련을 Keras와 비교한다. 지은 책은 쓰지 않는다."""

import base64
import os
from functools import cache

import numpy as np
import pytest

from tools import ROOT

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
CLOSE = 1e-5
# 배열은 글(base64)로 오간다. 목록으로 옮기는 것보다 훨씬 빠르다.
HELPERS = """
window.play = { data: {} };
const packed = (values) => {
  const bytes = new Uint8Array(Float32Array.from(values).buffer);
  let text = "";
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return { floats: btoa(text) };
};
const read = (parameters, what = "value") => parameters.map((parameter) => packed(parameter[what]));
const wasm = () => new WebAssembly.Module(Uint8Array.from(atob(play.data.loops), (c) => c.charCodeAt(0)));
const trainer = (settings) => createGan({ seed: 4, ...settings }, ganLoops(), wasm());
const halves = Uint8Array.from({ length: 64 * 1024 }, (_, i) => (i % 1024 > 500 ? 200 : 0)); // 아래의 절반이 밝은 이미지들
"""
# 시드 하나로 지은 신경망의 한 배치에서 그레이디언트를 구한다.
ONE_STEP = """([engine, settings, batch]) => {
  const gan = createGan(settings, ganLoops(), engine === "wasm" ? wasm() : null);
  for (const [name, values] of Object.entries(batch)) gan[name].set(values);
  const losses = gan.gradients();
  return {
    ...losses,
    dValues: read(gan.dParameters), gValues: read(gan.gParameters),
    d: read(gan.dParameters, "gradient"), g: read(gan.gParameters, "gradient"),
  };
}"""
VARIANTS = {
    "smooth": {"upsampling": "smooth", "shift": 2},
    "transpose": {"upsampling": "transpose", "shift": 0},
    "mixed": {"upsampling": "smooth", "shift": 2, "mixed": True},
}


@pytest.fixture(scope="module")
def page(chromium):
    """놀이의 코드만 읽은 빈 페이지이다."""
    page = chromium.new_page()
    page.add_script_tag(content=HELPERS)
    for name in ("gan-loops.js", "gan-wasm.js", "gan.js"):
        page.add_script_tag(path=ROOT / "book" / "_play" / name)
    yield page
    page.close()


def asked(page, script: str, argument) -> dict:
    """페이지에서 계산하고, 글로 온 배열을 편다."""

    def opened(value):
        if isinstance(value, list):
            return [opened(one) for one in value]
        if not isinstance(value, dict):
            return value
        if "floats" in value:
            return np.frombuffer(base64.b64decode(value["floats"]), "<f4")
        return {name: opened(one) for name, one in value.items()}

    return opened(page.evaluate(script, argument))


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


@cache
def built(upsampling: str) -> tuple:
    from companion import build_discriminator, build_generator

    generator = build_generator(image_size=32, base_channels=8, upsampling=upsampling)
    return generator, build_discriminator(32, base_channels=8, dropout_rate=0)


def networks(upsampling: str, d_values: list, g_values: list) -> tuple:
    """가중치가 같은 Keras의 생성자와 판별자이다."""
    generator, discriminator = built(upsampling)
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
        real = moved(batch["real"], batch["movesReal"])
        if settings.get("mixed"):
            on_real, on_fake = tf.split(logits(tf.concat([real, fake], 0), training=True), 2)
        else:
            on_real, on_fake = logits(real, training=True), logits(fake, training=True)
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
    js, wasm = (asked(page, ONE_STEP, [engine, settings, sent]) for engine in ("js", "wasm"))
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
  const gan = trainer(settings);
  let half, result;
  for (let k = 1; k <= 100; k++) {
    result = gan.step(halves);
    if (k === 50) { half = read(gan.dParameters); if (settings.freezeHalfway) gan.settings.frozen = true; }
  }
  return { ...result, half, end: read(gan.dParameters), sample: packed(gan.sample()) };
}"""


def same(one: list, other: list) -> bool:
    return all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


@pytest.fixture(scope="module")
def trained(page):
    return asked(page, HUNDRED_STEPS, {})


def test_a_seed_repeats_its_training_to_the_bit(page, trained):
    again, other = (asked(page, HUNDRED_STEPS, {"seed": seed}) for seed in (4, 5))
    assert same(trained["end"], again["end"])
    assert np.array_equal(trained["sample"], again["sample"])
    assert not np.array_equal(trained["sample"], other["sample"])


def test_a_frozen_inspector_stops_learning_and_the_forger_does_not(page, trained):
    frozen = asked(page, HUNDRED_STEPS, {"freezeHalfway": True})
    assert same(trained["half"], frozen["half"])
    assert same(frozen["half"], frozen["end"])
    assert not same(frozen["end"], trained["end"])
    assert frozen["gLoss"] < trained["gLoss"]  # 멈춘 검사관은 곧 속는다


@pytest.mark.parametrize(
    "settings",
    [{"batchNorm": False}, {"upsampling": "transpose"}, {"shift": 0}, {"generatorRate": 1e-4}, {"mixed": True}],
)  # fmt: skip
def test_every_recipe_trains_a_hundred_steps_with_finite_numbers(page, settings):
    result = asked(page, HUNDRED_STEPS, settings)
    assert result["seen"] == 1600
    assert np.isfinite([result["dLoss"], result["gLoss"], *result["sample"]]).all()
    assert np.std(result["sample"]) > 0.01


# 몇 스텝의 뽑은 수와 그레이디언트, 고친 가중치를 모두 적는다.
FEW_STEPS = """(settings) => {
  const gan = trainer(settings);
  const bricks = Uint8Array.from({ length: 64 * 1024 }, (_, i) => (i * 7919 + (i >> 10) * 31) % 256);
  const weights = () => ({ d: read(gan.dParameters), g: read(gan.gParameters), averages: read(gan.averages) });
  const drawn = ["real", "z", "realLabels", "fakeLabels", "movesReal", "movesFake"];
  const latents = packed(gan.fixed), before = weights(), steps = [];
  for (let k = 0; k < 3; k++) {
    steps.push({
      ...gan.step(bricks), after: weights(), dGradients: read(gan.dParameters, "gradient"), gGradients: read(gan.gParameters, "gradient"),
      batch: Object.fromEntries(drawn.map((name) => [name, packed(gan[name])])),
    });
  }
  return { before, steps, bricks: packed(bricks), latents, latentsAfter: packed(gan.fixed), sample: packed(gan.sample()), again: packed(gan.sample()) };
}"""
FEW = {
    "upsampling": "smooth", "shift": 2, "generatorRate": 2e-3, "discriminatorRate": 1e-3, "ema": 0.27,
}  # fmt: skip


@pytest.fixture(scope="module")
def few(page):
    """세 스텝의 훈련이다. `ema`가 작아서 이동 평균의 비율이 셋째 스텝에서 그 값에 이른다."""
    return asked(page, FEW_STEPS, FEW)


def test_every_step_follows_the_gradients_of_keras_and_the_rules_of_adam(few):
    weights = few["before"]
    moments = {name: [np.zeros((2, len(w))) for w in weights[name]] for name in ("d", "g")}
    averages = [np.array(w, float) for w in weights["averages"]]
    for t, step in enumerate(few["steps"], start=1):
        shapes = {
            "real": (16, 32, 32, 1), "z": (16, 100), "movesReal": (16, 2), "movesFake": (16, 2),
        }  # fmt: skip
        batch = {
            name: np.reshape(v, shapes.get(name, -1)).astype(
                "int" if "moves" in name else "float32"
            )
            for name, v in step["batch"].items()
        }
        keras = of_keras(FEW, batch, weights["d"], weights["g"])
        for name, rate in (("d", FEW["discriminatorRate"]), ("g", FEW["generatorRate"])):
            assert worst(step[f"{name}Gradients"], keras[name]) < CLOSE
            for k, found in enumerate(step[f"{name}Gradients"]):
                gradient, (m, v) = np.array(found), moments[name][k]
                m += 0.5 * (gradient - m)
                v += 0.001 * (gradient**2 - v)
                corrected = rate * np.sqrt(1 - 0.999**t) / (1 - 0.5**t)
                size = corrected * m / (np.sqrt(v) + 1e-7)
                moved = np.array(step["after"][name][k]) - weights[name][k]
                np.testing.assert_allclose(moved, -size, atol=1e-3 * rate)
        keep = min(FEW["ema"], (1 + t) / (10 + t))
        for average, now, found in zip(
            averages, step["after"]["g"], step["after"]["averages"], strict=True
        ):
            average += (1 - keep) * (np.array(now) - average)
            np.testing.assert_allclose(found, average, atol=1e-6)
        weights = step["after"]
        assert step["dLoss"] == pytest.approx(keras["dLoss"], abs=CLOSE)
        assert step["seen"] == 16 * t


def test_every_step_draws_bricks_labels_moves_and_latents_for_each_image(few):
    bricks = np.reshape(few["bricks"], (64, -1)) / 127.5 - 1
    for step in few["steps"]:
        batch = {name: np.array(values) for name, values in step["batch"].items()}
        distance = np.abs(batch["real"].reshape(16, 1, -1) - bricks).max(axis=2)
        assert (distance.min(axis=1) < 1e-6).all()
        assert len(set(distance.argmin(axis=1))) > 8
        for labels, low in ((batch["realLabels"], 0.9), (batch["fakeLabels"], 0)):
            assert low <= labels.min() < low + 0.03 < low + 0.07 < labels.max() <= low + 0.1
        moves = np.stack([batch["movesReal"], batch["movesFake"]]).reshape(2, 16, 2)
        assert all(set(np.unique(one)) == {-2, -1, 0, 1, 2} for one in moves)
        assert min(len(np.unique(one, axis=0)) for one in moves) > 4  # 이미지마다 따로 뽑는다
        assert (moves[0] != moves[1]).any()
        assert (moves[..., 0] != moves[..., 1]).any()
        assert abs(np.mean(batch["z"])) < 0.1
        assert np.std(batch["z"]) == pytest.approx(1, abs=0.1)
    first, second = (np.array(step["batch"]["z"]) for step in few["steps"][:2])
    assert abs(np.corrcoef(first, second)[0, 1]) < 0.1


def test_the_watched_latents_stay_the_same_while_it_learns(page, few):
    assert np.array_equal(few["latents"], few["latentsAfter"])
    assert np.array_equal(few["sample"], few["again"])
    other = asked(page, "(seed) => packed(trainer({ seed }).fixed)", 5)
    assert np.array_equal(other, few["latents"])


INSPECTED = """(settings) => {
  const gan = trainer(settings);
  for (let k = 0; k < 20; k++) gan.step(halves);
  const { z, forger, inspector, logit, gradient } = gan.inspect(21);
  // 특성 맵마다 모서리와 가운데의 값이 나온 곱셈
  const origins = [["forger", forger], ["inspector", [...inspector, [logit]]]].flatMap(([network, maps]) =>
    maps.flatMap((map, depth) => [0, Math.floor(map.length * 0.4), map.length - 1].map((i) => {
      const found = gan.origin(network, depth, i);
      return { network, depth, i, ...found, inputs: packed(found.inputs), weights: packed(found.weights) };
    })));
  return {
    z: packed(z), forger: forger.map(packed), inspector: inspector.map(packed), logit, gradient: packed(gradient),
    fixed: packed(gan.fixed), origins, dValues: read(gan.dParameters), gValues: read(gan.averages),
  };
}"""


@pytest.mark.parametrize("upsampling", ["smooth", "transpose"])
def test_what_the_zoom_shows_is_what_keras_computes(page, upsampling):
    import tensorflow as tf

    from companion.models import build_logit_model

    shown = asked(page, INSPECTED, {"upsampling": upsampling})
    generator, discriminator = networks(upsampling, shown["dValues"], shown["gValues"])
    latents = np.reshape(shown["fixed"], (-1, 100)).astype("float32")
    judged = tf.Variable(generator(latents, training=True)[16:32])
    logits = build_logit_model(discriminator)
    stages = {
        "forger": stages_of(generator, latents, 21),
        "inspector": stages_of(logits, judged, 21 - 16),
    }
    close = {"atol": 1e-4, "rtol": 0}
    np.testing.assert_array_equal(shown["z"], latents[21])
    for network, found in stages.items():
        for values, stage in zip(shown[network], found, strict=False):
            np.testing.assert_allclose(np.ravel(values), np.ravel(stage["value"]), **close)
    assert len(shown["forger"]) == len(stages["forger"])
    assert len(shown["inspector"]) == len(stages["inspector"]) - 1  # 마지막은 로짓이다

    for one in shown["origins"]:
        stage = stages[one["network"]][one["depth"]]
        y, x, c = np.unravel_index(one["i"], stage["value"].shape)
        inputs = window(stage["input"], one["network"], y, x, one["window"])
        np.testing.assert_allclose(one["inputs"], inputs.ravel(), **close)
        products = np.multiply(one["inputs"], one["weights"])
        assert products.sum() == pytest.approx(one["sum"], abs=1e-4)
        assert one["value"] == pytest.approx(float(stage["value"][y, x, c]), abs=1e-4)
        if "sum" in stage:
            assert one["sum"] == pytest.approx(float(stage["sum"][y, x, c]), abs=1e-4)
        else:  # tanh는 Keras에서 합성곱 층에 들어 있다
            assert np.tanh(one["sum"]) == pytest.approx(one["value"], abs=1e-4)
        assert ("normalized" in one) == ("scaled" in stage)
        if "scaled" in stage:
            scaled = one["gamma"] * one["normalized"] + one["beta"]
            assert scaled == pytest.approx(float(stage["scaled"][y, x, c]), abs=1e-4)

    with tf.GradientTape() as tape:
        logit = logits(judged, training=True)[21 - 16, 0]
    gradient = tape.gradient(logit, judged)[21 - 16]
    assert shown["logit"] == pytest.approx(float(logit), abs=1e-4)
    np.testing.assert_allclose(np.ravel(shown["gradient"]), np.ravel(gradient), **close)
    assert np.abs(gradient).max() > 1e-3


def stages_of(model, images, place: int) -> list[dict[str, np.ndarray]]:
    """합성곱마다 `place`번 이미지의 입력과 합, 배치 정규화를 지난 값, 활성화 함수를 지난 값이다."""
    import keras

    wanted: list[dict] = []
    for layer in model.layers:
        kind = type(layer).__name__
        if "Conv" in kind:
            last = getattr(getattr(layer, "activation", None), "__name__", "linear")
            wanted.append({"input": layer.input, "value": layer.output})
            if last == "linear":
                wanted[-1]["sum"] = layer.output
        elif "Normalization" in kind:
            wanted[-1]["scaled"] = layer.output
        elif "LeakyReLU" in kind:
            wanted[-1]["value"] = layer.output
    watching = keras.Model(model.input, [list(stage.values()) for stage in wanted])
    found = watching(images, training=True)
    return [
        {name: np.reshape(value[place], (1, 1, 1) if value.shape[1:] == (1,) else value.shape[1:])
         for name, value in zip(stage, values, strict=True)}
        for stage, values in zip(wanted, found, strict=True)
    ]  # fmt: skip


def window(inputs: np.ndarray, network: str, y: int, x: int, size: int) -> np.ndarray:
    """출력의 `(y, x)`가 만나는 입력의 창이다. 밖으로 나간 자리는 0이다."""
    if size == len(inputs):
        return inputs
    padded = np.pad(inputs, ((1, 1), (1, 1), (0, 0)))
    top, left = (2 * y, 2 * x) if network == "inspector" else ((y + 1) // 2, (x + 1) // 2)
    return padded[top : top + size, left : left + size]
