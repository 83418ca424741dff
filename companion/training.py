"""DCGAN을 훈련한다.

`DCGAN` 하나가 4.2.4절의 훈련 루프 전부이다. `compile()`이 두 옵티마이저를 정하고 `train_step()`이 배치
하나로 두 신경망을 고친다. 나머지 일(에포크, 진행 막대, 기록, 체크포인트)은 Keras의 `fit()`과 콜백이 맡는다.
"""

import time
from collections.abc import Sequence
from dataclasses import asdict, replace
from functools import partial

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from companion.arguments import check_integer, check_list, check_model
from companion.models import (
    build_discriminator,
    build_generator,
    build_logit_model,
    dtype_policy,
)
from companion.settings import DEFAULTS, PRECISIONS, Settings, changed, check


@keras.saving.register_keras_serializable("companion")
class DCGAN(keras.Model):
    """판별자와 생성자를 한 스텝에 함께 훈련하는 모델이다.

    `dcgan(z)`는 이동 평균 생성자가 만든 이미지를 돌려준다.

    Args:
        discriminator: `build_discriminator()`로 지은 판별자.
        generator: `build_generator()`로 지은 생성자.
        latent_dim: 잠재 벡터의 길이.
        label_noise: 레이블에 섞는 잡음의 크기, [0, 0.5). 진짜 레이블은 [1 − 크기, 1], 가짜 레이블은
            [0, 크기]에서 고르게 뽑는다. 레이블이 [0, 1] 안에 머물러야 손실에 바닥이 있다. 바깥쪽으로
            섞으면(1 + 잡음, 0 − 잡음) 판별자의 로짓이 끝없이 커진다.
        ema_decay: 생성자 가중치 지수 이동 평균의 감쇠율 d, [0, 1). 최근 1 / (1 − d)스텝쯤의 평균이 된다.
            훈련 첫머리에는 min(d, (1 + n) / (10 + n))으로 낮추어 평균이 초기 가중치에 묶이지 않게 한다.
            평균을 쓰는 이유는 Yazıcı 외(2019)와 Karras 외(2018)를 보라.
        gradient_penalty: 진짜 이미지에 거는 그레이디언트 패널티(R1)의 세기 γ. 판별자의 목적은
            d_loss + γ/2 · E‖∇ₓ 로짓‖²이다. 진짜 둘레에서 판별자의 기울기를 눌러, 두 신경망이 서로의 둘레를 돌기만
            하고 가까워지지 못하는 것을 막는다(Mescheder 외, 2018). 0이면 없다. 배치 정규화를 쓰므로 한 이미지의
            로짓은 같은 배치의 다른 이미지에도 달렸고, 그 몫까지 이 기울기에 든다.
        penalty_interval: 패널티를 몇 스텝에 한 번 계산할지. 그만큼 곱해 걸므로 평균한 힘은 같고 계산은 준다(Karras
            외, 2020b).
        shift: 판별자가 보는 이미지를 옮기는 가장 큰 거리(픽셀). 진짜와 가짜를 한 장마다 가로세로로 −shift부터
            shift까지 고르게 뽑아 옮기므로, 판별자는 훈련 데이터를 통째로 외우기 어렵다. 가짜도 함께 옮기고 그
            그레이디언트를 생성자에게 돌려주므로 생성자는 옮기지 않은 것을 배운다(Zhao 외, 2020; Karras 외, 2020a). 패널티에
            더 보태는지는 기본 크기의 시드 다섯으로 가릴 수 없었다(`tools/studies/README.md`).
        seed: 잠재 벡터, 레이블 잡음, 옮길 거리를 뽑고 `train()`에서 데이터를 섞는 시드.
        settings: `build_dcgan()`으로 지었을 때 그 설정.

    Raises:
        ValueError: 수가 범위를 벗어나거나 두 신경망이 맞지 않을 때.
    """

    def __init__(
        self,
        discriminator: keras.Model,
        generator: keras.Model,
        *,
        latent_dim: int = DEFAULTS.latent_dim,
        label_noise: float = DEFAULTS.label_noise,
        ema_decay: float = DEFAULTS.ema_decay,
        gradient_penalty: float = DEFAULTS.gradient_penalty,
        penalty_interval: int = DEFAULTS.penalty_interval,
        shift: int = DEFAULTS.shift,
        seed: int = DEFAULTS.seed,
        settings: Settings | None = None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        check_model("discriminator", discriminator)
        check_model("generator", generator)
        if settings is not None:
            changed(settings, {})
        latent_dim, label_noise, ema_decay, gradient_penalty, penalty_interval, shift, seed, _ = (
            check(
                latent_dim=latent_dim,
                label_noise=label_noise,
                ema_decay=ema_decay,
                gradient_penalty=gradient_penalty,
                penalty_interval=penalty_interval,
                shift=shift,
                seed=seed,
                image_size=generator.output_shape[1],
            )
        )
        if generator.input_shape[1:] != (latent_dim,):
            raise ValueError(
                f"생성자는 길이 {generator.input_shape[-1]}인 잠재 벡터를 받는데 latent_dim이 "
                f"{latent_dim}이다. 둘을 같게 맞춘다."
            )
        if generator.output_shape[1:] != discriminator.input_shape[1:]:
            raise ValueError(
                f"생성자의 출력 크기 {generator.output_shape[1:]}와 판별자의 입력 크기 "
                f"{discriminator.input_shape[1:]}가 다르다. 같은 image_size와 channels로 짓는다."
            )
        self.discriminator = discriminator
        self.generator = generator
        self.ema_generator = keras.models.clone_model(generator)
        self.ema_generator.set_weights(generator.get_weights())
        self.discriminator_logits = build_logit_model(discriminator)
        self.latent_dim = latent_dim
        self.label_noise = label_noise
        self.ema_decay = ema_decay
        self.gradient_penalty = gradient_penalty
        self.penalty_interval = penalty_interval
        self.shift = shift
        self.seed = seed
        self.settings = settings
        self.seed_generator = keras.random.SeedGenerator(seed)
        self.d_loss = keras.metrics.Mean(name="d_loss")
        self.g_loss = keras.metrics.Mean(name="g_loss")
        self.d_real_accuracy = keras.metrics.Mean(name="d_real_accuracy")
        self.d_fake_accuracy = keras.metrics.Mean(name="d_fake_accuracy")
        self.penalty = keras.metrics.Mean(name="penalty") if gradient_penalty else None
        self.built = True

    def compile(self, d_optimizer=None, g_optimizer=None, jit_compile=False, **kwargs):
        """두 옵티마이저를 정한다.

        기본값은 둘 다 Adam, 학습률 2e-4, β₁ 0.5이다. Radford 외(2015)가 쓴 값이다. 상대가 계속 바뀌는
        훈련에서는 β₁을 0.9보다 줄여 오래된 그레이디언트를 빨리 잊는 편이 안정적이다.

        Args:
            d_optimizer: 판별자의 옵티마이저.
            g_optimizer: 생성자의 옵티마이저.
            jit_compile: XLA로 컴파일할지. CPU에서는 오히려 느려 기본값은 False이다.
            **kwargs: `keras.Model.compile()`에 그대로 넘긴다.
        """
        super().compile(jit_compile=jit_compile, **kwargs)
        self.d_optimizer = d_optimizer or keras.optimizers.Adam(2e-4, beta_1=0.5)
        self.g_optimizer = g_optimizer or keras.optimizers.Adam(2e-4, beta_1=0.5)
        # 장치가 여럿이면 Keras는 그레이디언트를 더한다. 장치의 수로 나누어 평균이 되게 한다.
        devices = tf.distribute.get_strategy().num_replicas_in_sync
        if devices > 1 and self.gradient_penalty:
            raise ValueError(
                f"장치가 {devices}개인데 gradient_penalty가 {self.gradient_penalty}이다. 패널티는 장치 하나에서만 "
                "계산하니 장치를 하나만 주거나 gradient_penalty를 0으로 둔다."
            )
        if devices > 1:
            self.d_optimizer.loss_scale_factor = self.g_optimizer.loss_scale_factor = devices
        # 먼저 지어 두어야 체크포인트를 불러올 때 모멘텀이 조용히 사라지지 않는다.
        self.d_optimizer.build(self.discriminator.trainable_variables)
        self.g_optimizer.build(self.generator.trainable_variables)

    def compile_from_config(self, config):
        """`.keras` 파일에는 옵티마이저의 상태가 없으므로 컴파일하지 않고 둔다."""

    def fit(self, *args, **kwargs):
        """`keras.Model.fit()` 그대로이다.

        Raises:
            ValueError: 컴파일하지 않은 모델일 때.
        """
        self.check_compiled()
        return super().fit(*args, **kwargs)

    def check_compiled(self):
        """컴파일하지 않았으면 ValueError를 낸다. `compiled`는 `.keras` 파일에서 불러온 모델에서도 참이라 쓰지 못한다."""
        if not hasattr(self, "d_optimizer"):
            raise ValueError(
                "컴파일하지 않은 모델이다. 새로 훈련하려면 compile()을 부른다. .keras 파일에서 불러온 모델은 훈련을 이어 "
                "가지 못하니, 이어 가려면 train()에 그때의 훈련 폴더를 준다."
            )

    @property
    def metrics(self):
        means = [self.d_loss, self.g_loss, self.d_real_accuracy, self.d_fake_accuracy]
        return [*means, self.penalty] if self.gradient_penalty else means

    def train_step(self, data):
        """배치 하나로 판별자와 생성자를 한 번씩 고치고, 에포크 평균 지표를 돌려준다.

        진짜와 가짜는 따로 판별자에 넣는다. 한 배치에 섞으면 배치 정규화가 두 무리의 통계를 섞고, 실험에서는 훈련이
        망가졌다(`tools/studies/README.md`).
        """
        real_images, _, _ = keras.utils.unpack_x_y_sample_weight(data)
        real_images = self._shifted(ops.convert_to_tensor(real_images))
        z = self.sample_latents(ops.shape(real_images)[0])

        step = partial(self._losses_and_gradients, real_images, z)
        if self.gradient_penalty:
            # tf.cond는 밖에서 지나간 계산을 두 번 미분하지 못하므로, 앞먹임부터 그레이디언트까지 통째로 고른다.
            is_due = ops.equal(self.d_optimizer.iterations % self.penalty_interval, 0)
            losses, logits, gradients = tf.cond(
                is_due, partial(step, with_penalty=True), partial(step, with_penalty=False)
            )
            self.penalty.update_state(losses[2], sample_weight=ops.cast(is_due, "float32"))
        else:
            losses, logits, gradients = step(with_penalty=False)
        self.d_optimizer.apply(gradients[0], self.discriminator.trainable_variables)
        self.g_optimizer.apply(gradients[1], self.generator.trainable_variables)
        self._update_ema()
        return self._updated_metrics(*losses[:2], *logits)

    def _losses_and_gradients(self, real_images, z, with_penalty):
        """두 손실과 패널티, 두 로짓, 두 신경망의 그레이디언트를 돌려준다."""
        with tf.GradientTape(persistent=True) as tape:
            fake_images = self._shifted(self.generator(z, training=True))
            with tf.GradientTape() as image_tape:
                image_tape.watch(real_images)
                real_logits = self.discriminator_logits(real_images, training=True)
            fake_logits = self.discriminator_logits(fake_images, training=True)
            d_loss = self._discriminator_loss(real_logits, fake_logits)
            g_loss = binary_cross_entropy(ops.ones_like(fake_logits), fake_logits)
            penalty = tf.constant(0.0)
            if with_penalty:
                slope = ops.cast(image_tape.gradient(real_logits, real_images), "float32")
                penalty = self.gradient_penalty / 2 * ops.mean(ops.sum(slope**2, axis=(1, 2, 3)))
            d_objective = d_loss + self.penalty_interval * penalty
        d_gradients = tape.gradient(d_objective, self.discriminator.trainable_variables)
        g_gradients = tape.gradient(g_loss, self.generator.trainable_variables)
        return (d_loss, g_loss, penalty), (real_logits, fake_logits), (d_gradients, g_gradients)

    def _updated_metrics(self, d_loss, g_loss, real_logits, fake_logits):
        """지표에 이 스텝을 더하고, 이름에서 에포크 평균으로 가는 사전을 돌려준다."""
        self.d_loss.update_state(d_loss)
        self.g_loss.update_state(g_loss)
        self.d_real_accuracy.update_state(ops.cast(real_logits > 0, "float32"))
        self.d_fake_accuracy.update_state(ops.cast(fake_logits < 0, "float32"))
        return {metric.name: metric.result() for metric in self.metrics}

    def _discriminator_loss(self, real_logits, fake_logits):
        """진짜는 1에, 가짜는 0에 가깝다고 답할수록 작아지는 손실을 돌려준다."""
        batch_size = ops.shape(real_logits)[0]
        real_noise = self.label_noise * self._draw(keras.random.uniform, batch_size, 1)
        fake_noise = self.label_noise * self._draw(keras.random.uniform, batch_size, 1)
        real_loss = binary_cross_entropy(1 - real_noise, real_logits)
        fake_loss = binary_cross_entropy(fake_noise, fake_logits)
        return (real_loss + fake_loss) / 2

    def _shifted(self, images):
        """이미지마다 `shift`픽셀까지 옮긴다. 새로 드러난 자리는 가장자리의 픽셀을 이어 채운다."""
        if not self.shift:
            return images
        n, height, width, _ = ops.shape(images)
        any_shift = partial(keras.random.randint, minval=-self.shift, maxval=self.shift + 1)
        shifts = self._draw(any_shift, n, 2)
        rows = ops.clip(ops.arange(height) + shifts[:, :1], 0, height - 1)
        columns = ops.clip(ops.arange(width) + shifts[:, 1:], 0, width - 1)
        images = tf.gather(ops.cast(images, "float32"), rows, axis=1, batch_dims=1)
        return tf.gather(images, columns, axis=2, batch_dims=1)

    def sample_latents(self, n):
        """다변량 표준 정규 분포에서 잠재 벡터 `n`개를 뽑는다."""
        return self._draw(keras.random.normal, n, self.latent_dim)

    def _draw(self, distribution, n, length):
        """난수 `(n, length)`를 뽑는다.

        장치가 여럿이면 모두에게 줄 만큼 뽑아 이 장치의 몫만 쓴다. 그래야 장치가 하나일 때와 같은 수가 된다.
        """
        replica = tf.distribute.get_replica_context()
        values = distribution((replica.num_replicas_in_sync * n, length), seed=self.seed_generator)
        start = replica.replica_id_in_sync_group * n
        return values[start : start + n]

    def _update_ema(self):
        """이동 평균 생성자를 지금의 생성자 쪽으로 조금 옮긴다. 배치 정규화의 통계도 함께 옮긴다."""
        steps = ops.cast(self.g_optimizer.iterations, "float32")
        decay = ops.minimum(self.ema_decay, (1 + steps) / (10 + steps))
        for average, current in zip(
            self.ema_generator.variables, self.generator.variables, strict=True
        ):
            average.assign(decay * average + (1 - decay) * current)

    def call(self, z, training=False):
        """잠재 벡터 `(N, latent_dim)`을 이동 평균 생성자로 이미지로 바꾼다. 범위는 [-1, 1]이다."""
        return self.ema_generator(z, training=training)

    @property
    def precision(self) -> str:
        """신경망을 지을 때의 dtype 정책 이름(`"float32"`나 `"mixed_bfloat16"`)이다."""
        return self.generator.layers[-1].dtype_policy.name

    def get_config(self):
        return {
            **super().get_config(),
            "discriminator": keras.saving.serialize_keras_object(self.discriminator),
            "generator": keras.saving.serialize_keras_object(self.generator),
            "latent_dim": self.latent_dim,
            "label_noise": self.label_noise,
            "ema_decay": self.ema_decay,
            "gradient_penalty": self.gradient_penalty,
            "penalty_interval": self.penalty_interval,
            "shift": self.shift,
            "seed": self.seed,
            "settings": self.settings and asdict(self.settings),
        }

    @classmethod
    def from_config(cls, config):
        for name in ("discriminator", "generator"):
            config[name] = keras.saving.deserialize_keras_object(config[name])
        if config["settings"]:
            config["settings"] = Settings(**config["settings"])
        return cls(**config)


@keras.saving.register_keras_serializable("companion")
class ConstantThenLinear(keras.optimizers.schedules.LearningRateSchedule):
    """절반까지는 그대로이고, 그 뒤로 곧게 줄어 `decay_steps`스텝에서 0이 되는 학습률이다.

    걸음이 줄면 배치마다 다른 잡음이 가중치를 덜 흔든다. 그래서 훈련이 끝나면 이동 평균과 마지막 가중치가 거의 같다.
    """

    def __init__(self, learning_rate: float, decay_steps: int):
        super().__init__()
        (self.learning_rate,) = check(learning_rate=learning_rate)
        self.decay_steps = check_integer("decay_steps", decay_steps, at_least=1)

    def __call__(self, step):
        left = 1 - ops.cast(step, "float32") / self.decay_steps
        return self.learning_rate * ops.clip(2 * left, 0, 1)

    def get_config(self):
        return {"learning_rate": self.learning_rate, "decay_steps": self.decay_steps}


def binary_cross_entropy(labels, logits):
    """로짓으로 계산한 이진 교차 엔트로피의 평균을 돌려준다.

    식은 max(a, 0) − a·y + log(1 + exp(−|a|))이고 y는 레이블, a는 로짓이다. 확률을 거치지 않으므로 로짓이
    아무리 커도 그레이디언트가 sigmoid(a) − y로 정확하다. 목록이나 정수는 실수의 텐서로 바꾼다.

    Raises:
        TypeError: 수의 배열로 바꿀 수 없을 때.
        ValueError: 레이블과 로짓이 비었거나 크기가 다를 때.
    """
    try:
        labels, logits = (ops.convert_to_tensor(values, "float32") for values in (labels, logits))
    except Exception:  # TensorFlow는 값에 따라 저마다 다른 예외를 낸다.
        raise TypeError("레이블이나 로짓을 수의 배열로 바꿀 수 없다. 수의 배열로 준다.") from None
    if 0 in labels.shape:
        raise ValueError(f"레이블의 크기가 {labels.shape}이다. 비어 있지 않은 배열을 준다.")
    if not labels.shape.is_compatible_with(logits.shape):
        raise ValueError(
            f"레이블의 크기 {labels.shape}와 로짓의 크기 {logits.shape}가 다르다. 같은 크기로 준다."
        )
    return ops.mean(tf.nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=logits))


def build_dcgan(
    settings: Settings = DEFAULTS, *, devices: Sequence[str] | None = None, **changes
) -> DCGAN:
    """두 신경망을 짓고 컴파일한 `DCGAN`을 돌려준다.

    기본값은 이 장의 기록된 훈련에 쓴 값이다. 다만 학습률을 줄이려면 훈련의 길이를 알아야 하므로 `decay_steps`는 따로
    준다. 두 신경망은 4.2절에서 쌓은 그대로이고, 판별자의 드롭아웃만 0.3이 아니라 0이다.

    Args:
        settings: 짓는 데 쓸 값들.
        devices: 배치를 나누어 맡을 장치들. `["GPU:0", "GPU:1"]`처럼 준다. 배치 정규화의 통계와 그레이디언트를
            장치끼리 합치므로, 드롭아웃이 없으면 결과는 한 장치에서 훈련한 것과 반올림 오차만큼만 다르다.
            그레이디언트 패널티가 있으면 하나만 준다.
        **changes: `settings`에서 바꿀 값들. `build_dcgan(base_channels=16, seed=1)`처럼 준다.

    Raises:
        TypeError: 없는 설정의 이름을 줄 때.
        ValueError: 값이 범위를 벗어나거나 `devices`에 없는 장치가 있을 때.
    """
    settings = changed(settings, changes)
    if devices is not None:
        with mirrored(devices).scope():
            return build_dcgan(settings)
    if settings.precision == "auto":
        settings = replace(settings, precision=fastest_precision(settings))
    keras.utils.set_random_seed(settings.seed)
    with dtype_policy(settings.precision):
        dcgan = DCGAN(
            build_discriminator(**settings.of_discriminator()),
            build_generator(**settings.of_generator()),
            **settings.of_training(),
            settings=settings,
        )

    def adam():
        rate = settings.learning_rate
        if settings.decay_steps:
            rate = ConstantThenLinear(rate, settings.decay_steps)
        return keras.optimizers.Adam(rate, beta_1=settings.beta_1)

    dcgan.compile(adam(), adam())
    return dcgan


def mirrored(devices: Sequence[str]) -> tf.distribute.MirroredStrategy:
    """장치마다 같은 가중치를 두고 배치를 나누어 맡기는 전략이다.

    Raises:
        TypeError: `devices`가 목록이 아닐 때.
        ValueError: `devices`가 비었거나 이 기계에 없는 장치나 같은 장치가 있을 때.
    """
    devices = [str(device) for device in check_list("devices", devices)]
    found = [device.name.removeprefix("/device:") for device in tf.config.list_logical_devices()]
    missing = [device for device in devices if device not in found]
    if missing or not devices or len(set(devices)) < len(devices):
        raise ValueError(
            f"devices가 {devices}인데 이 기계에 있는 장치는 {found}이다. 그 가운데에서 서로 다른 것을 고른다."
        )
    return tf.distribute.MirroredStrategy(devices)


def fastest_precision(settings: Settings = DEFAULTS, batch_size: int = 32) -> str:
    """이 기계에서 훈련 스텝이 더 빠른 정밀도의 이름을 돌려준다.

    GPU가 있으면 재지 않는다. bfloat16 연산기가 있는 GPU(연산 능력 8.0 이상)에서는 `"mixed_bfloat16"`,
    T4처럼 없는 GPU에서는 `"float32"`이다. CPU에서는 두 정밀도로 몇 스텝씩 훈련해 보고 고른다.
    """
    gpus = tf.config.list_physical_devices("GPU")
    if gpus:
        details = tf.config.experimental.get_device_details(gpus[0])
        has_bfloat16 = details.get("compute_capability", (0, 0)) >= (8, 0)
        return "mixed_bfloat16" if has_bfloat16 else "float32"
    return min(
        PRECISIONS, key=lambda name: _seconds_a_step(replace(settings, precision=name), batch_size)
    )


def _seconds_a_step(settings: Settings, batch_size: int, steps: int = 3) -> float:
    dcgan = build_dcgan(settings)
    images = np.zeros((batch_size, *dcgan.discriminator.input_shape[1:]), "float32")
    dcgan.train_on_batch(images)
    seconds = []
    for _ in range(steps):
        start = time.perf_counter()
        dcgan.train_on_batch(images)
        seconds.append(time.perf_counter() - start)
    return min(seconds)
