"""`Recipe` 하나를 그대로 DCGAN으로 짓는다.

두 신경망의 층은 늘 4.2절의 것이고 너비(`base_channels`)만 줄인다. 층의 성질을 바꾸는 설정은 지은 신경망을 복제하면서
그 층만 바꾼다.
"""

from typing import Any

import keras
import tensorflow as tf
from keras import layers, ops

from companion.models import build_discriminator, build_generator, dtype_policy
from companion.training import DCGAN, binary_cross_entropy
from tools.studies.recipes import Recipe

LARGEST_SHIFT = 4  # 절반만 옮기는 증강의 크기(픽셀)


class RecipeDCGAN(DCGAN):
    """`DCGAN`에 실험할 갈래를 더한 것이다. 기준 훈련법에서는 `DCGAN`과 비트까지 같다."""

    def __init__(self, *arguments: Any, recipe: Recipe, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.recipe = recipe

    def train_step(self, data: tf.Tensor) -> dict[str, tf.Tensor]:
        real_images, _, _ = keras.utils.unpack_x_y_sample_weight(data)
        real_images = self._mistaken(real_images)
        if self.recipe.as_published:
            return super().train_step(real_images)
        batch_size = ops.shape(real_images)[0]
        z = self.sample_latents(batch_size)

        with tf.GradientTape(persistent=True) as tape:
            fake_images = self.generator(z, training=True)
            real_logits, fake_logits = self._logits(
                self._augment(real_images), self._augment(fake_images)
            )
            d_loss = self._discriminator_loss(real_logits, fake_logits)
            g_loss = self._cross_entropy(ops.ones_like(fake_logits), fake_logits)
        variables = self.discriminator.trainable_variables
        self.d_optimizer.apply(tape.gradient(d_loss, variables), variables)

        if self.recipe.updates == "alternating":
            z = self.sample_latents(batch_size)
            with tf.GradientTape() as tape:
                fake_images = self._augment(self.generator(z, training=True))
                logits = self.discriminator_logits(fake_images, training=True)
                g_loss = self._cross_entropy(ops.ones_like(logits), logits)
        variables = self.generator.trainable_variables
        self.g_optimizer.apply(tape.gradient(g_loss, variables), variables)
        self._update_ema()
        return self._updated_metrics(d_loss, g_loss, real_logits, fake_logits)

    def _logits(
        self, real_images: tf.Tensor, fake_images: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        if self.recipe.batches == "separate":
            return (
                self.discriminator_logits(real_images, training=True),
                self.discriminator_logits(fake_images, training=True),
            )
        both = ops.concatenate([real_images, fake_images])
        return ops.split(self.discriminator_logits(both, training=True), 2)

    def _discriminator_loss(self, real_logits: tf.Tensor, fake_logits: tf.Tensor) -> tf.Tensor:
        real_labels, fake_labels = self._labels(ops.shape(real_logits)[0])
        real_loss = self._cross_entropy(real_labels, real_logits)
        fake_loss = self._cross_entropy(fake_labels, fake_logits)
        return (real_loss + fake_loss) / 2

    def _labels(self, n: int) -> tuple[tf.Tensor, tf.Tensor]:
        real_noise = self.label_noise * self._draw(keras.random.uniform, n, 1)
        fake_noise = self.label_noise * self._draw(keras.random.uniform, n, 1)
        return {
            "inward": (1 - real_noise, fake_noise),
            "outward": (1 + real_noise, -fake_noise),
            "swapped": (fake_noise, 1 - real_noise),
            "none": (ops.ones((n, 1)), ops.zeros((n, 1))),
            "one_sided": (0.9 * ops.ones((n, 1)), ops.zeros((n, 1))),
        }[self.recipe.labels]

    def _cross_entropy(self, labels: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
        if self.recipe.loss == "logits":
            return binary_cross_entropy(labels, logits)
        # 시그모이드의 출력을 곧바로 주면 Keras가 로짓을 되찾아 쓴다. 판별자의 Flatten처럼 모양을 바꾸면 그러지 못한다.
        probabilities = ops.reshape(ops.sigmoid(logits), (-1,))
        return ops.mean(ops.binary_crossentropy(ops.reshape(labels, (-1,)), probabilities))

    def _mistaken(self, images: tf.Tensor) -> tf.Tensor:
        """[-1, 1]의 진짜를, 실수로 [0, 1]이나 [0, 255]로 둔 것으로 바꾼다."""
        brightest = {"same": None, "unit": 1, "byte": 255}[self.recipe.real_range]
        return images if brightest is None else (images + 1) / 2 * brightest

    def _augment(self, images: tf.Tensor) -> tf.Tensor:
        if self.recipe.augmentation == "none":
            return images
        n = ops.shape(images)[0]
        shift = self._draw(keras.random.uniform, n, 2) * (2 * LARGEST_SHIFT + 1)
        moved = self._draw(keras.random.uniform, n, 1) < 0.5
        shift = tf.where(moved, ops.cast(shift, "int32"), LARGEST_SHIFT)
        edge = [LARGEST_SHIFT, LARGEST_SHIFT]
        padded = tf.pad(images, [[0, 0], edge, edge, [0, 0]], constant_values=-1)
        size = images.shape[1]
        rows = shift[:, :1] + tf.range(size)
        columns = shift[:, 1:] + tf.range(size)
        padded = tf.gather(padded, rows, axis=1, batch_dims=1)
        return tf.gather(padded, columns, axis=2, batch_dims=1)

    def sample_latents(self, n: int) -> tf.Tensor:
        if self.recipe.latent == "normal":
            return super().sample_latents(n)
        return 2 * self._draw(keras.random.uniform, n, self.latent_dim) - 1


def build(recipe: Recipe, seed: int, steps: int) -> RecipeDCGAN:
    """`recipe`대로 짓고 컴파일한다. `steps`는 학습률을 줄일 때 쓰는, 훈련 전체의 스텝 수이다."""
    keras.utils.set_random_seed(seed)
    with dtype_policy(recipe.precision):
        discriminator = build_discriminator(
            base_channels=recipe.base_channels, dropout_rate=recipe.dropout_rate
        )
        generator = build_generator(
            upsampling=recipe.upsampling,
            kernel_size=recipe.generator_kernel,
            base_channels=recipe.base_channels,
        )
        dcgan = RecipeDCGAN(
            altered(discriminator, recipe, recipe.discriminator_kernel, "leaky_relu"),
            altered(generator, recipe, recipe.generator_kernel, recipe.generator_activation),
            recipe=recipe,
            label_noise=0.1,
            ema_decay=recipe.ema_decay,
            gradient_penalty=recipe.gradient_penalty,
            shift=recipe.shift,
            seed=seed,
        )

    def adam(learning_rate: Any) -> keras.optimizers.Adam:
        if recipe.schedule == "linear":
            learning_rate = keras.optimizers.schedules.PolynomialDecay(learning_rate, steps, 0.0)
        return keras.optimizers.Adam(learning_rate, beta_1=recipe.beta_1)

    dcgan.compile(adam(recipe.d_learning_rate), adam(recipe.g_learning_rate))
    return dcgan


def altered(model: keras.Model, recipe: Recipe, kernel: int, activation: str) -> keras.Model:
    """`model`을 복제하면서 설정이 바꾸는 층만 바꾼다. 바꿀 것이 없으면 그대로 돌려준다."""
    kernels = {layer.kernel_size[0] for layer in doubling(model)}
    if (recipe.initializer, activation) == ("glorot", "leaky_relu") and kernels <= {kernel}:
        return model

    def clone(layer: layers.Layer) -> layers.Layer:
        config = layer.get_config()
        if layer in doubling(model):
            config["kernel_size"] = (kernel, kernel)
        if recipe.initializer == "normal" and "kernel_initializer" in config:
            config["kernel_initializer"] = keras.initializers.RandomNormal(0, 0.02)
        if isinstance(layer, layers.LeakyReLU) and activation == "relu":
            return layers.ReLU(name=layer.name)
        return type(layer).from_config(config)

    return keras.models.clone_model(model, clone_function=clone)


def doubling(model: keras.Model) -> list[layers.Layer]:
    """크기를 절반으로 줄이거나 두 배로 키우는 합성곱 층들이다."""
    return [
        layer
        for layer in model.layers
        if isinstance(layer, (layers.Conv2D, layers.Conv2DTranspose)) and layer.padding == "same"
    ]
