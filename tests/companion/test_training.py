"""companion.training: 손실과 그레이디언트, 훈련 스텝, 저장을 확인한다."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from companion import training
from companion.models import build_discriminator, build_generator
from companion.training import DCGAN, binary_cross_entropy, build_dcgan

SMALL = {"image_size": 16, "base_channels": 4, "latent_dim": 8}


def small_images(n=32):
    return np.random.default_rng(0).uniform(-1, 1, (n, 16, 16, 1)).astype("float32")


def dataset(n=32, batch_size=8):
    return tf.data.Dataset.from_tensor_slices(small_images(n)).batch(batch_size)


def test_saturated_discriminator_still_gives_the_generator_the_exact_gradient():
    dcgan = build_dcgan(**SMALL)
    dcgan.train_on_batch(small_images(8))
    kernel = dcgan.discriminator.layers[-2].kernel
    fake = tf.constant(np.tile(small_images(1), (4, 1, 1, 1)))
    logit = float(dcgan.discriminator_logits(fake)[0, 0])
    kernel.assign(kernel * (-40 / logit))
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(fake)
        logits = dcgan.discriminator_logits(fake)
        sum_of_logits = tf.reduce_sum(logits)
        g_loss = binary_cross_entropy(tf.ones_like(logits), logits)
    np.testing.assert_allclose(logits, -40, rtol=1e-4)
    # d(-log sigmoid(a))/da = sigmoid(a) - 1 이고 a = -40 이면 -1 이다. 평균이므로 4로 나눈다.
    np.testing.assert_allclose(tape.gradient(g_loss, logits), -np.ones((4, 1)) / 4, rtol=1e-6)
    through_logits = -tape.gradient(sum_of_logits, fake) / 4
    np.testing.assert_allclose(tape.gradient(g_loss, fake), through_logits, rtol=1e-4)
    assert np.abs(through_logits).max() > 0


@pytest.mark.parametrize("logit", [-40.0, -2.0, 0.0, 3.0, 40.0])
@pytest.mark.parametrize("label", [0.0, 0.05, 0.95, 1.0])
def test_loss_gradient_is_sigmoid_minus_label(logit, label):
    logits = tf.constant([[logit]])
    with tf.GradientTape() as tape:
        tape.watch(logits)
        loss = binary_cross_entropy(tf.constant([[label]]), logits)
    expected = 1 / (1 + np.exp(-logit)) - label
    np.testing.assert_allclose(tape.gradient(loss, logits), [[expected]], atol=1e-6)


def test_labels_stay_inside_zero_and_one(monkeypatch):
    labels = []
    original = training.binary_cross_entropy
    monkeypatch.setattr(
        training,
        "binary_cross_entropy",
        lambda label, logit: labels.append(np.asarray(label)) or original(label, logit),
    )
    dcgan = build_dcgan(**SMALL, label_noise=0.1)
    dcgan.compile(run_eagerly=True)
    dcgan.train_on_batch(small_images(32))
    real, fake, generated = labels
    assert 0.9 <= real.min() < 0.95 < real.max() <= 1.0
    assert 0.0 <= fake.min() < 0.05 < fake.max() <= 0.1
    assert (generated == 1).all()


def test_one_step_changes_both_networks_and_leaves_the_average_behind():
    dcgan = build_dcgan(**SMALL)
    before = [w.copy() for w in dcgan.get_weights()]
    dcgan.train_on_batch(small_images(8))
    assert all(
        (a != b).any() for a, b in zip(before, dcgan.get_weights(), strict=True) if a.ndim == 4
    )
    generators = zip(dcgan.ema_generator.variables, dcgan.generator.variables, strict=True)
    assert all((np.asarray(average) != current).any() for average, current in generators)


def test_average_follows_the_ramped_formula_including_batch_statistics():
    dcgan = build_dcgan(**SMALL, ema_decay=0.3)
    averages = [np.array(v) for v in dcgan.generator.variables]
    for step in range(1, 5):
        dcgan.train_on_batch(small_images(8))
        decay = min(0.3, (1 + step) / (10 + step))  # 셋째 스텝부터 0.3이다.
        averages = [
            decay * average + (1 - decay) * np.array(current)
            for average, current in zip(averages, dcgan.generator.variables, strict=True)
        ]
    for average, variable in zip(averages, dcgan.ema_generator.variables, strict=True):
        np.testing.assert_allclose(variable, average, rtol=1e-5, atol=1e-7)
    assert any("moving_variance" in v.path for v in dcgan.ema_generator.variables)


def test_real_and_fake_batches_are_normalized_separately():
    dcgan = build_dcgan(**SMALL)
    dcgan.compile(run_eagerly=True)
    sizes = []
    call = dcgan.discriminator_logits.call
    dcgan.discriminator_logits.call = lambda x, **kw: sizes.append(x.shape[0]) or call(x, **kw)
    dcgan.train_on_batch(small_images(8))
    assert sizes == [8, 8]


def test_fit_logs_are_means_over_the_epoch():
    dcgan = build_dcgan(**SMALL)
    steps = []
    keep = keras.callbacks.LambdaCallback(
        on_train_batch_end=lambda batch, logs: steps.append(dict(logs))
    )
    history = dcgan.fit(dataset(), epochs=2, callbacks=[keep], verbose=0).history
    assert set(history) == {"d_loss", "g_loss", "d_real_accuracy", "d_fake_accuracy"}
    assert history["d_loss"] == [steps[3]["d_loss"], steps[7]["d_loss"]]
    # 둘째 에포크의 첫 값은 첫째 에포크와 이어지지 않고 새로 시작한 평균이다.
    second = build_dcgan(**SMALL)
    second.fit(dataset(), epochs=1, verbose=0)
    second.reset_metrics()  # Keras 3.12의 train_on_batch는 스스로 지우지 않는다
    alone = second.train_on_batch(small_images(8), return_dict=True)
    assert steps[4]["d_loss"] == pytest.approx(float(alone["d_loss"]), rel=1e-6)


def test_same_seed_gives_the_same_weights_and_another_seed_others():
    def weights(seed):
        dcgan = build_dcgan(**SMALL, seed=seed, dropout_rate=0.3)
        dcgan.fit(dataset(), epochs=1, verbose=0)
        return dcgan.get_weights()

    first, again, other = weights(0), weights(0), weights(1)
    assert all((a == b).all() for a, b in zip(first, again, strict=True))
    assert any((a != b).any() for a, b in zip(first, other, strict=True))


def test_defaults_are_adam_with_the_documented_settings():
    dcgan = DCGAN(
        build_discriminator(16, base_channels=4), build_generator(image_size=16, base_channels=4)
    )
    dcgan.compile()
    for optimizer in (dcgan.d_optimizer, dcgan.g_optimizer):
        assert isinstance(optimizer, keras.optimizers.Adam)
        assert float(optimizer.learning_rate) == pytest.approx(2e-4)
        assert float(optimizer.beta_1) == 0.5


def test_works_with_model_checkpoint(tmp_path):
    dcgan = build_dcgan(**SMALL)
    path = tmp_path / "best.weights.h5"
    saver = keras.callbacks.ModelCheckpoint(
        path, save_weights_only=True, monitor="g_loss", mode="min"
    )
    dcgan.fit(dataset(), epochs=1, callbacks=[saver], verbose=0)
    restored = build_dcgan(**SMALL, seed=1)
    restored.load_weights(path)
    z = np.ones((2, 8), "float32")
    np.testing.assert_array_equal(restored(z), dcgan(z))


def test_config_round_trip_builds_the_same_model():
    dcgan = build_dcgan(**SMALL, label_noise=0.2, ema_decay=0.9, seed=3, dropout_rate=0.3)
    copy = DCGAN.from_config(dcgan.get_config())
    assert copy.get_config().keys() == dcgan.get_config().keys()
    for name in ("latent_dim", "label_noise", "ema_decay", "seed"):
        assert getattr(copy, name) == getattr(dcgan, name)
    assert copy.generator.count_params() == dcgan.generator.count_params()
    assert len(copy.discriminator.layers) == len(dcgan.discriminator.layers)


def test_mixed_precision_keeps_variables_and_losses_in_float32():
    dcgan = build_dcgan(**SMALL, precision="mixed_bfloat16")
    assert dcgan.precision == "mixed_bfloat16"
    assert keras.config.dtype_policy().name == "float32"
    dcgan.train_on_batch(small_images(8))
    assert dcgan.discriminator_logits(small_images(2)).dtype == "float32"
    assert dcgan.generator(np.zeros((2, 8), "float32")).dtype == "bfloat16"
    for network in (dcgan.generator, dcgan.discriminator):
        assert all(str(variable.dtype) == "float32" for variable in network.variables)


def test_auto_precision_takes_the_faster_one_on_a_cpu(monkeypatch):
    seconds = {"float32": 2.0, "mixed_bfloat16": 1.0}
    monkeypatch.setattr(training, "_seconds_a_step", lambda name, *_: seconds[name])
    assert build_dcgan(**SMALL, precision="auto").precision == "mixed_bfloat16"
    seconds["float32"] = 0.5
    assert build_dcgan(**SMALL, precision="auto").precision == "float32"


def test_auto_precision_really_times_steps():
    assert training._seconds_a_step("float32", 16, 2, batch_size=4, steps=1) > 0


@pytest.mark.parametrize(
    ("capability", "precision"), [((7, 5), "float32"), ((8, 0), "mixed_bfloat16")]
)
def test_auto_precision_follows_the_gpus_capability(monkeypatch, capability, precision):
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind=None: ["gpu"])
    monkeypatch.setattr(
        tf.config.experimental,
        "get_device_details",
        lambda gpu: {"compute_capability": capability},
    )
    assert training.fastest_precision() == precision


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"label_noise": 0.5}, "label_noise"),
        ({"label_noise": -0.1}, "label_noise"),
        ({"ema_decay": 1.0}, "ema_decay"),
        ({"precision": "float16"}, "precision이 'float16'"),
    ],
)
def test_impossible_settings_are_refused_in_one_sentence(arguments, message):
    with pytest.raises(ValueError, match=message):
        build_dcgan(**SMALL, **arguments)


def test_networks_that_do_not_fit_are_refused():
    discriminator = build_discriminator(16, base_channels=4)
    with pytest.raises(ValueError, match="latent_dim"):
        DCGAN(discriminator, build_generator(8, image_size=16, base_channels=4))
    with pytest.raises(ValueError, match="출력 크기"):
        DCGAN(discriminator, build_generator(image_size=32, base_channels=4))
