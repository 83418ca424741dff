"""같은 신경망을 같은 벽돌로 훈련하는 여러 코드이다. 한 프로세스가 그 가운데 하나를 맡아 시킬 때마다 몇 스텝씩 훈련한다.

`speed.py`가 이 프로그램을 후보마다 하나씩 띄우고 번갈아 시킨다. 신경망은 모두 4.2절의 것(판별자의 드롭아웃 0.3 포함),
옵티마이저는 Adam(2e-4, β₁ 0.5)이다. 다른 코드의 훈련 루프는 널리 베껴 쓰이는 꼴을 따라 새로 적었다.

    python -m tools.studies.contenders companion-float32 --batch 128

표준 입력으로 스텝 수를 한 줄에 하나씩 받고, 걸린 시간을 표준 출력에 JSON 한 줄로 답한다.
"""

import argparse
import json
import os
import resource
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

Step = Callable[[], None]


def endless_batches(batch_size: int) -> Iterator[np.ndarray]:
    """섞은 벽돌을 [-1, 1]의 float32 배치로 끝없이 낸다. 입력의 값은 모두 같게 한다."""
    from companion.data import load_bricks, preprocess

    images = load_bricks().images
    rng = np.random.default_rng(0)
    while True:
        order = rng.permutation(len(images))
        for start in range(0, len(images) - batch_size + 1, batch_size):
            yield preprocess(images[order[start : start + batch_size]])


# ---------------------------------------------------------------- 우리 것


# 다른 코드가 하는 일만 한다. 그레이디언트 패널티도 이동도 없다.
PLAIN: dict[str, Any] = {
    "dropout_rate": 0.3,
    "label_noise": 0.1,
    "gradient_penalty": 0.0,
    "shift": 0,
}


def companion(batch_size: int, plain_normalization: bool = False, jit_compile: bool = False,
              **changes: Any) -> Step:  # fmt: skip
    """`companion.training.DCGAN`을 `fit()`이 부르는 함수로 훈련한다. 설정은 `PLAIN`에서 `changes`만 바꾼다."""
    import keras

    from companion import models, training

    if plain_normalization:
        models.BatchNormalization = keras.layers.BatchNormalization  # type: ignore[misc]
    dcgan = training.build_dcgan(**{**PLAIN, **changes})
    if jit_compile:
        dcgan.compile(dcgan.d_optimizer, dcgan.g_optimizer, jit_compile=True)
    return fitted(dcgan, batch_size)


def fused_adam(batch_size: int) -> Step:
    """변수마다 Adam의 계산을 연산 하나로 한다."""
    import keras
    import tensorflow as tf

    from companion import training

    class FusedAdam(keras.optimizers.Adam):
        def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
            step = tf.cast(self.iterations + 1, tf.float32)
            index = self._get_variable_index(variable)
            tf.raw_ops.ResourceApplyAdam(
                var=variable.handle,
                m=self._momentums[index].value.handle,
                v=self._velocities[index].value.handle,
                beta1_power=self.beta_1**step,
                beta2_power=self.beta_2**step,
                lr=learning_rate,
                beta1=self.beta_1,
                beta2=self.beta_2,
                epsilon=self.epsilon,
                grad=gradient,
            )

    dcgan = training.build_dcgan(**PLAIN)
    dcgan.compile(FusedAdam(2e-4, beta_1=0.5), FusedAdam(2e-4, beta_1=0.5))
    return fitted(dcgan, batch_size)


def fitted(model: Any, batch_size: int) -> Step:
    """컴파일한 Keras 모델의 `fit()`이 스텝마다 하는 일이다."""
    import tensorflow as tf

    shape = (batch_size, 64, 64, 1)
    signature = tf.TensorSpec(shape, tf.float32)
    dataset = tf.data.Dataset.from_generator(
        lambda: endless_batches(batch_size), output_signature=signature
    )
    batches = iter(dataset.prefetch(2))
    function = model.make_train_function() or model.train_function

    def step() -> None:
        {name: float(value) for name, value in function(batches).items()}

    return step


def one_operation_at_a_time(batch_size: int) -> Step:
    """연산을 한 번에 하나씩 돌리고 그 안에서 모든 코어를 쓴다."""
    import tensorflow as tf

    tf.config.threading.set_inter_op_parallelism_threads(1)
    return companion(batch_size)


def without_onednn(batch_size: int) -> Step:
    """oneDNN의 연산을 끄고 Eigen의 것을 쓴다. TensorFlow를 불러오기 전에 정해야 한다."""
    os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
    return companion(batch_size)


# ---------------------------------------------------------------- 널리 쓰이는 Keras 코드 두 가지


def copied(train_step: Callable[[Any, Any], tuple[Any, Any]], batch_size: int) -> Step:
    """Keras의 층만으로 지은 두 신경망을 확률로 계산한 손실로 훈련한다. `train_step`이 두 손실을 돌려준다."""
    import keras

    from companion import models

    class Model(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            models.BatchNormalization = keras.layers.BatchNormalization  # type: ignore[misc]
            self.discriminator, self.generator = (
                models.build_discriminator(),
                models.build_generator(),
            )
            self.loss_function = keras.losses.BinaryCrossentropy()
            self.d_optimizer = keras.optimizers.Adam(2e-4, beta_1=0.5)
            self.g_optimizer = keras.optimizers.Adam(2e-4, beta_1=0.5)
            self.mean_d, self.mean_g = keras.metrics.Mean("d"), keras.metrics.Mean("g")

        def train_step(self, real_images: Any) -> dict[str, Any]:
            d_loss, g_loss = train_step(self, real_images)
            self.mean_d.update_state(d_loss)
            self.mean_g.update_state(g_loss)
            return {"d": self.mean_d.result(), "g": self.mean_g.result()}

    model = Model()
    model.compile()
    return fitted(model, batch_size)


def gradient_tape(batch_size: int) -> Step:
    """책에서 널리 베껴 쓰는 꼴: 테이프 둘로 두 신경망을 한꺼번에 고친다."""
    import tensorflow as tf

    def train_step(model: Any, real_images: Any) -> tuple[Any, Any]:
        z = tf.random.normal((tf.shape(real_images)[0], 100))
        with tf.GradientTape() as g_tape, tf.GradientTape() as d_tape:
            fake_images = model.generator(z, training=True)
            real = model.discriminator(real_images, training=True)
            fake = model.discriminator(fake_images, training=True)
            real_labels = tf.ones_like(real) + 0.1 * tf.random.uniform(tf.shape(real))
            fake_labels = tf.zeros_like(fake) - 0.1 * tf.random.uniform(tf.shape(fake))
            d_loss = model.loss_function(real_labels, real)
            d_loss = (d_loss + model.loss_function(fake_labels, fake)) / 2
            g_loss = model.loss_function(tf.ones_like(fake), fake)
        d_weights = model.discriminator.trainable_variables
        g_weights = model.generator.trainable_variables
        d_gradients = d_tape.gradient(d_loss, d_weights)
        g_gradients = g_tape.gradient(g_loss, g_weights)
        model.d_optimizer.apply_gradients(zip(d_gradients, d_weights, strict=True))
        model.g_optimizer.apply_gradients(zip(g_gradients, g_weights, strict=True))
        return d_loss, g_loss

    return copied(train_step, batch_size)


def keras_io(batch_size: int) -> Step:
    """Keras 예제의 꼴: 진짜와 가짜를 한 배치에 섞어 판별자를 고친 뒤, 새 잠재 벡터로 생성자를 고친다."""
    import tensorflow as tf

    def train_step(model: Any, real_images: Any) -> tuple[Any, Any]:
        count = tf.shape(real_images)[0]
        fake_images = model.generator(tf.random.normal((count, 100)), training=True)
        images = tf.concat([fake_images, real_images], axis=0)
        labels = tf.concat([tf.ones((count, 1)), tf.zeros((count, 1))], axis=0)
        labels += 0.05 * tf.random.uniform(tf.shape(labels))
        with tf.GradientTape() as tape:
            d_loss = model.loss_function(labels, model.discriminator(images, training=True))
        weights = model.discriminator.trainable_variables
        model.d_optimizer.apply(tape.gradient(d_loss, weights), weights)
        with tf.GradientTape() as tape:
            fakes = model.generator(tf.random.normal((count, 100)), training=True)
            answers = model.discriminator(fakes, training=True)
            g_loss = model.loss_function(tf.zeros((count, 1)), answers)
        weights = model.generator.trainable_variables
        model.g_optimizer.apply(tape.gradient(g_loss, weights), weights)
        return d_loss, g_loss

    return copied(train_step, batch_size)


# ---------------------------------------------------------------- PyTorch


def pytorch(batch_size: int, precision: str = "float32", channels_last: bool = False) -> Step:
    """PyTorch 길잡이의 꼴: 판별자를 진짜와 가짜로 고친 뒤 가짜를 다시 넣어 생성자를 고친다."""
    import torch
    from torch import nn

    torch.manual_seed(0)
    layout = torch.channels_last if channels_last else torch.contiguous_format

    def block(layer: Any, channels: int) -> list[Any]:
        return [layer, nn.BatchNorm2d(channels, eps=1e-3), nn.LeakyReLU(0.2)]

    discriminator = nn.Sequential(
        nn.Conv2d(1, 64, 4, 2, 1, bias=False), nn.LeakyReLU(0.2), nn.Dropout(0.3),
        *block(nn.Conv2d(64, 128, 4, 2, 1, bias=False), 128), nn.Dropout(0.3),
        *block(nn.Conv2d(128, 256, 4, 2, 1, bias=False), 256), nn.Dropout(0.3),
        *block(nn.Conv2d(256, 512, 4, 2, 1, bias=False), 512), nn.Dropout(0.3),
        nn.Conv2d(512, 1, 4, bias=False), nn.Flatten(),
    ).to(memory_format=layout)  # fmt: skip
    generator = nn.Sequential(
        *block(nn.ConvTranspose2d(100, 512, 4, bias=False), 512),
        *block(nn.ConvTranspose2d(512, 256, 4, 2, 1, bias=False), 256),
        *block(nn.ConvTranspose2d(256, 128, 4, 2, 1, bias=False), 128),
        *block(nn.ConvTranspose2d(128, 64, 4, 2, 1, bias=False), 64),
        nn.ConvTranspose2d(64, 1, 4, 2, 1, bias=False), nn.Tanh(),
    ).to(memory_format=layout)  # fmt: skip
    optimizers = [
        torch.optim.Adam(network.parameters(), 2e-4, (0.5, 0.999))
        for network in (discriminator, generator)
    ]
    loss_function = nn.BCEWithLogitsLoss()
    ones, zeros = torch.ones(batch_size, 1), torch.zeros(batch_size, 1)
    batches = endless_batches(batch_size)
    enabled = precision == "bfloat16"

    def loss(images: Any, labels: Any) -> Any:
        with torch.autocast("cpu", torch.bfloat16, enabled=enabled):
            logits = discriminator(images)
        return loss_function(logits.float(), labels)

    def step() -> None:
        real_images = torch.from_numpy(next(batches)).permute(0, 3, 1, 2)
        real_images = real_images.contiguous(memory_format=layout)
        optimizers[0].zero_grad()
        d_loss = loss(real_images, ones)
        d_loss.backward()
        with torch.autocast("cpu", torch.bfloat16, enabled=enabled):
            fake_images = generator(torch.randn(batch_size, 100, 1, 1))
        fake_loss = loss(fake_images.detach(), zeros)
        fake_loss.backward()
        optimizers[0].step()
        optimizers[1].zero_grad()
        g_loss = loss(fake_images, ones)
        g_loss.backward()
        optimizers[1].step()
        float(d_loss.detach() + fake_loss.detach()), float(g_loss.detach())

    return step


CONTENDERS: dict[str, Callable[[int], Step]] = {
    "companion-float32": companion,
    "companion-bfloat16": lambda n: companion(n, precision="mixed_bfloat16"),
    "gradient-tape": gradient_tape,
    "keras-io": keras_io,
    "pytorch-float32": pytorch,
    "pytorch-float32-channels-last": lambda n: pytorch(n, channels_last=True),
    "pytorch-bfloat16": lambda n: pytorch(n, "bfloat16"),
    "pytorch-bfloat16-channels-last": lambda n: pytorch(n, "bfloat16", channels_last=True),
}
# 빠르게 하려고 해 본 것들과, 기록된 훈련에 더한 것이다. 모두 float32이고 companion-float32와 비교한다.
ATTEMPTS: dict[str, Callable[[int], Step]] = {
    "plain-normalization": lambda n: companion(n, plain_normalization=True),
    "fused-adam": fused_adam,
    "no-dropout": lambda n: companion(n, dropout_rate=0.0),
    "penalty-and-shift": lambda n: companion(n, gradient_penalty=0.02, shift=4),
    "one-operation-at-a-time": one_operation_at_a_time,
    "without-onednn": without_onednn,
    "xla": lambda n: companion(n, jit_compile=True),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("name", choices=[*CONTENDERS, *ATTEMPTS], help="후보의 이름")
    parser.add_argument("--batch", type=int, default=128, help="배치 크기")
    options = parser.parse_args()
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    answer, sys.stdout = sys.stdout, sys.stderr  # 패키지가 찍는 글이 답에 섞이지 않게 한다.

    start = time.perf_counter()
    step = {**CONTENDERS, **ATTEMPTS}[options.name](options.batch)
    step()
    first = time.perf_counter() - start
    print(json.dumps({"first_step_seconds": first}), file=answer, flush=True)
    for line in sys.stdin:
        wall, cpu = time.perf_counter(), time.process_time()
        for _ in range(int(line)):
            step()
        reply = {
            "seconds": time.perf_counter() - wall,
            "cpu_seconds": time.process_time() - cpu,
            "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        }
        print(json.dumps(reply), file=answer, flush=True)


if __name__ == "__main__":
    main()
