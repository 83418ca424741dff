"""companion.training: 손실과 그레이디언트, 훈련 스텝, 저장을 확인한다."""

import inspect

import keras
import numpy as np
import pytest
import tensorflow as tf

from companion import runs, training
from companion.models import build_discriminator, build_generator
from companion.settings import Settings
from companion.training import DCGAN, ConstantThenLinear, binary_cross_entropy, build_dcgan

SMALL = {"image_size": 16, "base_channels": 4, "latent_dim": 8}


def small_images(n=32):
    return np.random.default_rng(0).uniform(-1, 1, (n, 16, 16, 1)).astype("float32")


def dataset(n=32, batch_size=8):
    return tf.data.Dataset.from_tensor_slices(small_images(n)).batch(batch_size)


def test_cross_entropy_takes_lists_and_integers_and_refuses_other_sizes():
    expected = float(np.mean([np.log1p(np.exp(-2.0)), np.log1p(np.exp(1.0))]))
    for labels in ([1, 0], np.array([1, 0]), tf.constant([1, 0])):
        assert float(binary_cross_entropy(labels, [2, 1])) == pytest.approx(expected)
    with pytest.raises(ValueError, match="레이블의 크기"):
        binary_cross_entropy([1, 0], [[2], [1]])


@pytest.mark.parametrize("seed", [None, -1, 0.5])
def test_a_seed_that_is_no_seed_is_refused(seed):
    small = {"image_size": 16, "base_channels": 4}
    networks = build_discriminator(**small), build_generator(8, **small)
    with pytest.raises(ValueError, match="seed가"):
        DCGAN(*networks, latent_dim=8, seed=seed)


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
    history = dcgan.fit(dataset(), shuffle=False, epochs=2, callbacks=[keep], verbose=0).history
    assert set(history) == {"d_loss", "g_loss", "d_real_accuracy", "d_fake_accuracy", "penalty"}
    assert history["d_loss"] == [steps[3]["d_loss"], steps[7]["d_loss"]]
    # 둘째 에포크의 첫 값은 첫째 에포크와 이어지지 않고 새로 시작한 평균이다.
    second = build_dcgan(**SMALL)
    second.fit(dataset(), shuffle=False, epochs=1, verbose=0)
    second.reset_metrics()  # Keras 3.12의 train_on_batch는 스스로 지우지 않는다
    alone = second.train_on_batch(small_images(8), return_dict=True)
    assert steps[4]["d_loss"] == pytest.approx(float(alone["d_loss"]), rel=1e-6)


def test_same_seed_gives_the_same_weights_and_another_seed_others():
    def weights(seed):
        dcgan = build_dcgan(**SMALL, seed=seed, dropout_rate=0.3)
        dcgan.fit(dataset(), shuffle=False, epochs=1, verbose=0)
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
    dcgan.fit(dataset(), shuffle=False, epochs=1, callbacks=[saver], verbose=0)
    restored = build_dcgan(**SMALL, seed=1)
    restored.load_weights(path)
    z = np.ones((2, 8), "float32")
    np.testing.assert_array_equal(restored(z), dcgan(z))


def test_config_round_trip_builds_the_same_model():
    changes = {"label_noise": 0.2, "ema_decay": 0.9, "seed": 3, "dropout_rate": 0.3, "shift": 2}
    dcgan = build_dcgan(**SMALL, **changes, gradient_penalty=0.5, penalty_interval=2)
    # DCGAN이 받는 인자가 늘면 get_config()에도 있어야 한다.
    options = inspect.signature(DCGAN).parameters.keys() - {"discriminator", "generator", "kwargs"}
    defaults = {name: one.default for name, one in inspect.signature(DCGAN).parameters.items()}
    assert not [name for name in options if dcgan.get_config()[name] == defaults[name]]
    copy = DCGAN.from_config(dcgan.get_config())
    assert copy.get_config().keys() == dcgan.get_config().keys()
    for name in options:
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
    monkeypatch.setattr(
        training, "_seconds_a_step", lambda settings, _: seconds[settings.precision]
    )
    assert build_dcgan(**SMALL, precision="auto").precision == "mixed_bfloat16"
    seconds["float32"] = 0.5
    assert build_dcgan(**SMALL, precision="auto").precision == "float32"


def test_auto_precision_really_times_steps():
    settings = Settings(image_size=16, base_channels=2, channels=3)
    assert training._seconds_a_step(settings, batch_size=4, steps=1) > 0


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
        ({"label_noise": 0.4999999999}, "label_noise가 .* float32로는 0.5이므로"),
        ({"ema_decay": 0.99999999999}, "ema_decay가 .* float32로는 1이므로 0 이상 1 미만인"),
        ({"beta_1": 0.999999999}, "beta_1이 .* float32로는 1이므로"),
        ({"dropout_rate": 0.99999999}, "dropout_rate가 .* float32로는 1이므로"),
        ({"learning_rate": 1e-42}, "learning_rate가 1e-42이다. float32로는 0이므로"),
        ({"learning_rate": 1e39}, "learning_rate가 1e\\+39이다. float32로는 inf이므로"),
        ({"gradient_penalty": 1e39}, "gradient_penalty가 .* float32로는 inf이므로"),
        ({"seed": 2**32}, "seed가 4294967296이다. 4294967295 이하인"),
        ({"channels": 10**8}, "channels가 100000000.*메모리에 담을 수 없다"),
        ({"kernel_size": 10**4, "upsampling": "resize"}, "kernel_size가 10000이면"),
        ({"upsampling": ["smooth", "resize"]}, "upsampling이 .*가운데에서 고른다"),
        ({"label_noise": -0.1}, "label_noise"),
        ({"ema_decay": 1.0}, "ema_decay"),
        ({"precision": "float16"}, "precision이 'float16'"),
        ({"gradient_penalty": np.nan}, "gradient_penalty가 nan이다"),
        ({"gradient_penalty": np.inf}, "gradient_penalty가 inf이다"),
        ({"gradient_penalty": -0.1}, "gradient_penalty가 -0.1이다"),
        ({"penalty_interval": 0}, "penalty_interval이 0이다"),
        ({"penalty_interval": 2.5}, "penalty_interval이 2.5이다"),
        ({"penalty_interval": True}, "penalty_interval이 True이다"),
        ({"shift": -1}, "shift가 -1이다"),
        ({"shift": 1.5}, "shift가 1.5이다"),
        ({"shift": 8}, "shift가 8인데 이미지의 한 변이 16이다"),
        ({"learning_rate": 0}, "learning_rate가 0이다"),
        ({"learning_rate": -1e-3}, "learning_rate가 -0.001이다"),
        ({"learning_rate": np.nan}, "learning_rate가 nan이다"),
        ({"learning_rate": np.inf}, "learning_rate가 inf이다"),
        ({"beta_1": 1}, "beta_1이 1이다"),
        ({"decay_steps": 0}, "decay_steps가 0이다"),
        ({"kernel_size": True}, "kernel_size가 True이다"),
        ({"seed": -1}, "seed가 -1이다"),
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


def test_numpy_numbers_are_numbers():
    settings = Settings(image_size=np.int64(16), shift=np.int32(2), learning_rate=np.float32(0.5))
    assert settings == Settings(image_size=16, shift=2, learning_rate=0.5)
    assert [type(value) for value in (settings.image_size, settings.learning_rate)] == [int, float]
    assert build_generator(image_size=np.int64(16), base_channels=np.int64(2)).count_params() > 0


@pytest.mark.parametrize("shift", [-1, 8, 1.5])
def test_hand_made_models_are_checked_too(shift):
    networks = build_discriminator(16, base_channels=4), build_generator(image_size=16)
    with pytest.raises(ValueError, match="shift"):
        DCGAN(*networks, shift=shift)


# ---------------------------------------------------------------- 그레이디언트 패널티


def penalty_of(dcgan, images):
    """이 모델이 이 스텝에 진짜에 거는 패널티를 텐서로 돌려준다."""
    z = tf.zeros((len(images), dcgan.latent_dim))
    losses, _, _ = dcgan._losses_and_gradients(tf.constant(images), z, with_penalty=True)
    return losses[2]


def derivative(function, array, step):
    """`function`을 `array`의 칸마다 가운데 차분으로 미분한다."""
    slopes = np.zeros_like(array)
    for place in np.ndindex(array.shape):
        nearby = [array.copy(), array.copy()]
        nearby[0][place] += step
        nearby[1][place] -= step
        up, down = (float(function(tf.constant(one))) for one in nearby)
        slopes[place] = (up - down) / (2 * step)
    return slopes


def test_penalty_and_its_gradient_agree_with_finite_differences():
    dcgan = build_dcgan(
        image_size=8,
        base_channels=2,
        latent_dim=4,
        gradient_penalty=0.5,
        penalty_interval=1,
        shift=0,
    )
    images = np.random.default_rng(0).uniform(-1, 1, (3, 8, 8, 1)).astype("float32")

    # 배치 정규화 때문에 한 이미지는 다른 이미지의 로짓도 바꾸므로, 로짓의 합을 미분한다.
    @tf.function
    def logits(x):
        return tf.reduce_sum(dcgan.discriminator_logits(x, training=True))

    slopes = derivative(logits, images, step=1e-2)
    expected = 0.5 / 2 * (slopes**2).sum() / 3
    assert float(penalty_of(dcgan, images)) == pytest.approx(expected, rel=0.02)

    kernel = dcgan.discriminator.layers[-2].kernel
    before = np.array(kernel)

    @tf.function
    def penalty(value):
        kernel.assign(value)
        return penalty_of(dcgan, images)

    with tf.GradientTape() as tape:
        value = penalty_of(dcgan, images)
    found = np.asarray(tape.gradient(value, kernel.value))
    np.testing.assert_allclose(derivative(penalty, before, 1e-2), found, rtol=0.02, atol=1e-4)
    assert np.abs(found).max() > 1e-3


def pull_of_the_penalty(run_eagerly):
    """패널티가 판별자의 변수들을 한 스텝에 끄는 만큼이다. 학습률이 1인 경사 하강법으로 잰다."""
    changes = []
    for gradient_penalty in (0.5, 0.0):
        dcgan = build_dcgan(**SMALL, gradient_penalty=gradient_penalty, penalty_interval=2)
        before = [np.array(variable) for variable in dcgan.discriminator.trainable_variables]
        optimizers = keras.optimizers.SGD(1.0), keras.optimizers.SGD(0.0)
        dcgan.compile(*optimizers, run_eagerly=run_eagerly)
        dcgan.train_on_batch(small_images(8))
        after = map(np.array, dcgan.discriminator.trainable_variables)
        changes.append([now - then for now, then in zip(after, before, strict=True)])
    return [with_it - without for with_it, without in zip(*changes, strict=True)]


def test_the_compiled_step_feels_the_whole_penalty():
    compiled, eager = pull_of_the_penalty(run_eagerly=False), pull_of_the_penalty(run_eagerly=True)
    for one, other in zip(compiled, eager, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-3, atol=1e-5)
    assert min(np.abs(pull).max() for pull in eager if pull.ndim == 4) > 1e-3


def test_accuracies_are_the_shares_of_right_answers(monkeypatch):
    dcgan = build_dcgan(**SMALL)
    dcgan.compile(run_eagerly=True)
    answers = iter([[0.2, 2.0, -0.2, 3.0], [0.2, -0.2, -3.0, -4.0]])  # 진짜 셋, 가짜 셋을 맞혔다
    call = dcgan.discriminator_logits.call
    monkeypatch.setattr(
        dcgan.discriminator_logits,
        "call",
        lambda x, **kw: 0 * call(x, **kw) + tf.constant(next(answers))[:, None],
    )
    logs = dcgan.train_on_batch(small_images(4), return_dict=True)
    assert (float(logs["d_real_accuracy"]), float(logs["d_fake_accuracy"])) == (0.75, 0.75)
    expected = np.mean([np.log1p(np.exp(a)) for a in (-0.2, 0.2, 3.0, 4.0)])
    assert float(logs["g_loss"]) == pytest.approx(expected, rel=1e-5)


def weights_after(steps, **settings):
    dcgan = build_dcgan(**SMALL, **settings)
    logs = [dcgan.train_on_batch(small_images(8), return_dict=True) for _ in range(steps)]
    return dcgan, logs


def test_the_penalty_falls_on_every_nth_step_times_n_and_the_others_are_plain():
    # 앞선 스텝의 차이가 섞이지 않게, 스텝의 번호를 손으로 정해 한 스텝씩만 훈련한다.
    def momentums_after(step, **settings):
        dcgan = build_dcgan(**SMALL, **settings)
        dcgan.d_optimizer.iterations.assign(step)
        dcgan.train_on_batch(small_images(8))
        return np.concatenate([np.ravel(np.asarray(v)) for v in dcgan.d_optimizer.variables[2:]])

    lazy = {"gradient_penalty": 0.5, "penalty_interval": 3}
    np.testing.assert_array_equal(momentums_after(2, **lazy), momentums_after(2))
    strong = momentums_after(3, gradient_penalty=1.5, penalty_interval=1)
    np.testing.assert_allclose(momentums_after(3, **lazy), strong, rtol=1e-3, atol=1e-7)
    assert np.abs(strong - momentums_after(3)).max() > 1e-3


def test_d_loss_leaves_the_penalty_out_and_its_mean_counts_only_penalized_steps():
    _, plain = weights_after(1, gradient_penalty=0)
    dcgan, logs = weights_after(5, gradient_penalty=0.5, penalty_interval=4)
    assert float(logs[0]["d_loss"]) == float(plain[0]["d_loss"])
    assert "penalty" not in plain[0] and "penalty" in dcgan.metrics_names
    dcgan = build_dcgan(**SMALL, gradient_penalty=0.5, penalty_interval=4)
    history = dcgan.fit(dataset(), shuffle=False, epochs=1, verbose=0).history
    assert history["penalty"] == [pytest.approx(float(logs[0]["penalty"]), rel=1e-5)]
    assert history["penalty"][0] > 0


def test_penalty_works_in_bfloat16_with_sums_in_float32():
    settings = {"gradient_penalty": 0.5, "penalty_interval": 1}
    single, mixed = (
        penalty_of(build_dcgan(**SMALL, precision=precision, **settings), small_images(8))
        for precision in ("float32", "mixed_bfloat16")
    )
    assert mixed.dtype == tf.float32
    assert float(mixed) == pytest.approx(float(single), rel=0.1)
    _, logs = weights_after(3, precision="mixed_bfloat16", shift=2, **settings)
    assert all(np.isfinite(list(map(float, line.values()))).all() for line in logs)


# ---------------------------------------------------------------- 옮기기


def found_shifts(moved, image, largest):
    """`moved`의 장마다, `image`를 (세로, 가로)로 몇 픽셀 옮긴 것인지 찾는다."""
    padded = np.pad(image[..., 0], largest, mode="edge")
    size = image.shape[0]
    places = [(i, j) for i in range(2 * largest + 1) for j in range(2 * largest + 1)]
    candidates = {
        padded[i : i + size, j : j + size].tobytes(): (i - largest, j - largest) for i, j in places
    }
    return [candidates[one[..., 0].tobytes()] for one in np.asarray(moved)]


def test_images_move_by_whole_pixels_uniformly_and_their_edges_go_on():
    dcgan = build_dcgan(**SMALL, shift=2)
    image = small_images(1)
    moved = dcgan._shifted(np.repeat(image, 2000, axis=0))
    shifts = np.array(found_shifts(moved, image[0], 2))
    for axis in (0, 1):
        counts = np.bincount(shifts[:, axis] + 2, minlength=5)
        assert counts.sum() == 2000 and np.abs(counts - 400).max() < 80
    assert len(np.unique(shifts, axis=0)) == 25


def test_white_pictures_stay_white_and_no_shift_leaves_images_alone():
    white = np.ones((4, 16, 16, 1), "float32")
    assert (np.asarray(build_dcgan(**SMALL, shift=3)._shifted(white)) == 1).all()
    images = small_images(4)
    assert build_dcgan(**SMALL, shift=0)._shifted(images) is images


def test_one_draw_serves_both_losses_and_the_gradient_comes_back_from_where_it_went():
    dcgan = build_dcgan(**SMALL, shift=3, gradient_penalty=0.5, penalty_interval=1)
    dcgan.compile(run_eagerly=True)
    seen = []
    call = dcgan.discriminator_logits.call
    dcgan.discriminator_logits.call = lambda x, **kw: seen.append(np.array(x)) or call(x, **kw)
    image = small_images(1)
    dcgan.train_on_batch(np.repeat(image, 8, axis=0))
    assert len(seen) == 2  # 진짜 한 번, 가짜 한 번
    assert len(set(found_shifts(seen[0], image[0], 3))) > 1
    # 옮긴 가짜는 가장자리의 픽셀이 이어져 되풀이된다. 그대로인 가짜는 그렇지 않다.
    edges = [(fake[0] == fake[1]).all() or (fake[-1] == fake[-2]).all() for fake in seen[1]]
    assert any(edges)

    images = tf.Variable(small_images(4))
    with tf.GradientTape() as tape:
        moved = dcgan._shifted(images)
        total = tf.reduce_sum(moved[:, 8, 8, 0])
    shifts = [found_shifts(moved[i : i + 1], np.array(images[i]), 3)[0] for i in range(4)]
    gradient = np.asarray(tf.convert_to_tensor(tape.gradient(total, images)))
    for one, (row, column) in zip(gradient, shifts, strict=True):
        expected = np.zeros((16, 16, 1))
        expected[8 + row, 8 + column] = 1
        np.testing.assert_array_equal(one, expected)


def test_generator_learns_through_the_shift():
    moved, _ = weights_after(1, shift=3)
    still = build_dcgan(**SMALL, shift=3)
    for after, before in zip(
        moved.generator.trainable_variables, still.generator.trainable_variables, strict=True
    ):
        assert (np.array(after) != np.array(before)).any()


# ---------------------------------------------------------------- 학습률


def test_rate_is_constant_for_half_and_then_falls_to_zero_at_the_end():
    schedule = ConstantThenLinear(0.2, 100)
    rates = [float(schedule(step)) for step in (0, 50, 75, 99, 100, 101)]
    assert rates == pytest.approx([0.2, 0.2, 0.1, 0.004, 0, 0], abs=1e-7)
    copy = keras.optimizers.schedules.deserialize(keras.optimizers.schedules.serialize(schedule))
    assert float(copy(75)) == float(schedule(75))


def test_decay_steps_gives_both_networks_the_falling_rate():
    dcgan, _ = weights_after(3, decay_steps=4, learning_rate=0.01)
    for optimizer in (dcgan.d_optimizer, dcgan.g_optimizer):
        assert float(optimizer.learning_rate) == pytest.approx(0.005)
    dcgan.train_on_batch(small_images(8))
    before = dcgan.get_weights()
    dcgan.train_on_batch(small_images(8))
    kernels = [
        (a == b).all() for a, b in zip(before, dcgan.get_weights(), strict=True) if a.ndim == 4
    ]
    assert any(kernels)  # 학습률이 0이 된 뒤에는 두 신경망이 멎는다.


@pytest.mark.parametrize(
    "changes",
    [
        {"upsampling": "transpose", "kernel_size": 3},
        {"upsampling": "resize", "kernel_size": 5},
        {"upsampling": "smooth", "channels": 3},
        {"gradient_penalty": 0.1, "shift": 2, "decay_steps": 9, "dropout_rate": 0.3},
        {"precision": "mixed_bfloat16", "latent_dim": 3},
    ],
)
def test_a_saved_model_comes_back_whole_and_says_that_it_does_not_go_on(tmp_path, changes):
    dcgan = build_dcgan(**{**SMALL, **changes})
    images = np.repeat(small_images(8), dcgan.settings.channels, axis=-1)
    dcgan.train_on_batch(images)
    dcgan.save(tmp_path / "dcgan.keras")
    again = keras.models.load_model(tmp_path / "dcgan.keras")
    assert again.settings == dcgan.settings
    z = dcgan.sample_latents(4)
    np.testing.assert_array_equal(again(z), dcgan(z))
    np.testing.assert_array_equal(
        again.discriminator_logits(images), dcgan.discriminator_logits(images)
    )
    with pytest.raises(ValueError, match="훈련 폴더를 준다"):
        again.fit(images, verbose=0)
    pixels = np.zeros((8, 16, 16, dcgan.settings.channels), "uint8")
    with pytest.raises(ValueError, match="훈련 폴더를 준다"):
        runs.train(again, pixels, run_dir=tmp_path / "run", epochs=1, batch_size=8)
    assert not (tmp_path / "run").exists()
    again.compile()
    again.fit(images, verbose=0)
