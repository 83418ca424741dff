"""DCGAN을 훈련한다.

`DCGAN` 하나가 4.2.4절의 훈련 루프 전부이다. `compile()`이 두 옵티마이저를 정하고 `train_step()`이 배치
하나로 두 신경망을 고친다. 나머지 일(에포크, 진행 막대, 기록, 체크포인트)은 Keras의 `fit()`과 콜백이 맡는다.
"""

import time
from collections.abc import Sequence

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from companion.models import (
    build_discriminator,
    build_generator,
    build_logit_model,
    dtype_policy,
)

PRECISIONS = ("float32", "mixed_bfloat16")


@keras.saving.register_keras_serializable("companion")
class DCGAN(keras.Model):
    """판별자와 생성자를 한 스텝에 함께 훈련하는 모델이다.

    `dcgan(z)`는 이동 평균 생성자가 만든 이미지를 돌려준다.

    Args:
        discriminator: `build_discriminator()`로 지은 판별자.
        generator: `build_generator()`로 지은 생성자.
        latent_dim: 잠재 벡터의 길이.
        label_noise: 레이블에 섞는 잡음의 크기, [0, 0.5). 진짜 레이블은 [1 − 크기, 1], 가짜 레이블은
            [0, 크기]에서 고르게 뽑는다. 기본값 0.1. 레이블이 [0, 1] 안에 머물러야 손실에 바닥이 있다. 바깥쪽으로
            섞으면(1 + 잡음, 0 − 잡음) 판별자의 로짓이 끝없이 커진다.
        ema_decay: 생성자 가중치 지수 이동 평균의 감쇠율, [0, 1). 기본값 0.995는 최근 200스텝쯤의 평균이다.
            훈련 첫머리에는 min(감쇠율, (1 + n) / (10 + n))으로 낮추어 평균이 처음 가중치에 묶이지 않게 한다.
            평균을 쓰는 까닭은 Yazıcı 외(2019)와 Karras 외(2018)를 보라.
        seed: 잠재 벡터와 레이블 잡음을 뽑는 시드.

    Raises:
        ValueError: `label_noise`나 `ema_decay`가 범위를 벗어날 때.
    """

    def __init__(
        self,
        discriminator: keras.Model,
        generator: keras.Model,
        *,
        latent_dim: int = 100,
        label_noise: float = 0.1,
        ema_decay: float = 0.995,
        seed: int = 0,
        **kwargs,
    ):
        super().__init__(**kwargs)
        if not 0 <= label_noise < 0.5:
            raise ValueError(f"label_noise가 {label_noise!r}이다. 0 이상 0.5 미만인 수를 준다.")
        if not 0 <= ema_decay < 1:
            raise ValueError(f"ema_decay가 {ema_decay!r}이다. 0 이상 1 미만인 수를 준다.")
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
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)
        self.d_loss = keras.metrics.Mean(name="d_loss")
        self.g_loss = keras.metrics.Mean(name="g_loss")
        self.d_real_accuracy = keras.metrics.Mean(name="d_real_accuracy")
        self.d_fake_accuracy = keras.metrics.Mean(name="d_fake_accuracy")
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
        if devices > 1:
            self.d_optimizer.loss_scale_factor = self.g_optimizer.loss_scale_factor = devices
        # 먼저 지어 두어야 체크포인트를 불러올 때 모멘텀이 조용히 사라지지 않는다.
        self.d_optimizer.build(self.discriminator.trainable_variables)
        self.g_optimizer.build(self.generator.trainable_variables)

    @property
    def metrics(self):
        return [self.d_loss, self.g_loss, self.d_real_accuracy, self.d_fake_accuracy]

    def train_step(self, data):
        """배치 하나로 판별자와 생성자를 한 번씩 고치고, 에포크 평균 지표를 돌려준다.

        진짜와 가짜는 따로 판별자에 넣는다. 한 배치에 섞으면 배치 정규화가 두 무리의 통계를 섞고, 실험에서는 훈련이
        망가졌다(`tools/studies/README.md`).
        """
        real_images, _, _ = keras.utils.unpack_x_y_sample_weight(data)
        batch_size = ops.shape(real_images)[0]
        z = self.sample_latents(batch_size)

        with tf.GradientTape(persistent=True) as tape:
            fake_images = self.generator(z, training=True)
            real_logits = self.discriminator_logits(real_images, training=True)
            fake_logits = self.discriminator_logits(fake_images, training=True)
            d_loss = self._discriminator_loss(real_logits, fake_logits)
            g_loss = binary_cross_entropy(ops.ones_like(fake_logits), fake_logits)

        d_variables = self.discriminator.trainable_variables
        g_variables = self.generator.trainable_variables
        self.d_optimizer.apply(tape.gradient(d_loss, d_variables), d_variables)
        self.g_optimizer.apply(tape.gradient(g_loss, g_variables), g_variables)
        self._update_ema()

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
            "seed": self.seed,
        }

    @classmethod
    def from_config(cls, config):
        for name in ("discriminator", "generator"):
            config[name] = keras.saving.deserialize_keras_object(config[name])
        return cls(**config)


def binary_cross_entropy(labels, logits):
    """로짓으로 계산한 이진 교차 엔트로피의 평균을 돌려준다.

    식은 max(a, 0) − a·y + log(1 + exp(−|a|))이고 y는 레이블, a는 로짓이다. 확률을 거치지 않으므로 로짓이
    아무리 커도 그레이디언트가 sigmoid(a) − y로 정확하다.
    """
    return ops.mean(tf.nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=logits))


def build_dcgan(
    *,
    image_size: int = 64,
    channels: int = 1,
    base_channels: int = 64,
    latent_dim: int = 100,
    upsampling: str = "smooth",
    dropout_rate: float = 0.0,
    label_noise: float = 0.1,
    ema_decay: float = 0.995,
    learning_rate: float = 2e-4,
    beta_1: float = 0.5,
    precision: str = "float32",
    seed: int = 0,
    devices: Sequence[str] | None = None,
) -> DCGAN:
    """두 신경망을 짓고 컴파일한 `DCGAN`을 돌려준다.

    기본값은 이 장의 기록된 훈련에 쓴 값이고, 두 가지가 4.2절에서 쌓은 것과 다르다. 판별자의 드롭아웃은 0.3이 아니라
    0이다. 생성자는 전치 합성곱의 커널을 뭉개어 쓴다. 까닭은 4.2.3절과 4.2.4절에 있다.

    Args:
        image_size, channels, base_channels, latent_dim, upsampling, dropout_rate: 두 신경망의 모양.
            `build_discriminator()`와 `build_generator()`를 보라.
        label_noise, ema_decay: `DCGAN`을 보라.
        learning_rate: 두 Adam의 학습률. 기본값은 기본 크기에 맞춘 것이다. `base_channels=16`이면 2e-3이 훨씬 빨랐다
            (`tools/studies/README.md`).
        beta_1: 두 Adam의 β₁.
        precision: `"float32"`, `"mixed_bfloat16"`, 또는 이 기계에서 빠른 쪽을 재어 고르는 `"auto"`.
        seed: 가중치의 처음 값과 훈련의 난수를 정하는 시드.
        devices: 배치를 나누어 맡을 장치들. `["GPU:0", "GPU:1"]`처럼 준다. 배치 정규화의 통계와 그레이디언트를
            장치끼리 합치므로, 드롭아웃이 없으면 결과는 한 장치에서 훈련한 것과 반올림 오차만큼만 다르다.

    Raises:
        ValueError: 모르는 `precision`이거나 크기가 범위를 벗어나거나 `devices`에 없는 장치가 있을 때.
    """
    if devices is not None:
        arguments = {**locals(), "devices": None}
        with mirrored(devices).scope():
            return build_dcgan(**arguments)
    if precision == "auto":
        precision = fastest_precision(image_size=image_size, base_channels=base_channels)
    if precision not in PRECISIONS:
        raise ValueError(
            f'precision이 {precision!r}이다. "auto", "float32", "mixed_bfloat16" 중에서 고른다.'
        )
    keras.utils.set_random_seed(seed)
    with dtype_policy(precision):
        dcgan = DCGAN(
            build_discriminator(image_size, channels, base_channels, dropout_rate),
            build_generator(
                latent_dim,
                upsampling,
                image_size=image_size,
                channels=channels,
                base_channels=base_channels,
            ),
            latent_dim=latent_dim,
            label_noise=label_noise,
            ema_decay=ema_decay,
            seed=seed,
        )
    dcgan.compile(
        keras.optimizers.Adam(learning_rate, beta_1=beta_1),
        keras.optimizers.Adam(learning_rate, beta_1=beta_1),
    )
    return dcgan


def mirrored(devices: Sequence[str]) -> tf.distribute.MirroredStrategy:
    """장치마다 같은 가중치를 두고 배치를 나누어 맡기는 전략이다.

    Raises:
        ValueError: `devices`가 비었거나 이 기계에 없는 장치가 있을 때.
    """
    found = [device.name.removeprefix("/device:") for device in tf.config.list_logical_devices()]
    missing = [device for device in devices if device not in found]
    if missing or not devices:
        raise ValueError(
            f"devices가 {list(devices)}인데 이 기계에 있는 장치는 {found}이다. 그 가운데에서 고른다."
        )
    return tf.distribute.MirroredStrategy(list(devices))


def fastest_precision(image_size: int = 64, base_channels: int = 64, batch_size: int = 32) -> str:
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
        PRECISIONS, key=lambda name: _seconds_a_step(name, image_size, base_channels, batch_size)
    )


def _seconds_a_step(precision, image_size, base_channels, batch_size, steps=3):
    dcgan = build_dcgan(image_size=image_size, base_channels=base_channels, precision=precision)
    images = np.zeros((batch_size, image_size, image_size, 1), "float32")
    dcgan.train_on_batch(images)
    seconds = []
    for _ in range(steps):
        start = time.perf_counter()
        dcgan.train_on_batch(images)
        seconds.append(time.perf_counter() - start)
    return min(seconds)
