"""판별자와 생성자를 짓는다.

두 신경망은 4.2.2절과 4.2.3절에 나오는 코드와 층 하나까지 같다. 배치 정규화만 같은 식을 더 빨리 계산하는
`companion.normalization`의 것을 쓴다. `image_size`와 `base_channels`를 줄이면 같은 모양의 작은 신경망이 되어
몇 초 만에 시험해 볼 수 있다.

구조는 DCGAN(Radford 외, 2015)의 지침을 따른다. 풀링 대신 스트라이드 2인 합성곱과 전치 합성곱을 쓰고,
판별자의 첫 층과 두 신경망의 출력층에는 배치 정규화를 두지 않는다.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import keras
from keras import layers, ops

from companion.arguments import check_model
from companion.normalization import BatchNormalization
from companion.settings import check


def _number_of_doublings(image_size: int) -> int:
    """4×4에서 `image_size`가 되기까지 두 배로 키우는 횟수를 돌려준다."""
    return image_size.bit_length() - 3


@contextmanager
def dtype_policy(name: str) -> Iterator[None]:
    """이 안에서 짓는 층은 모두 dtype 정책 `name`을 따른다. 나올 때 정책을 되돌린다."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(name)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


def build_discriminator(
    image_size: int = 64,
    channels: int = 1,
    base_channels: int = 64,
    dropout_rate: float = 0.3,
) -> keras.Model:
    """이미지가 진짜일 확률을 답하는 판별자를 짓는다.

    기본값으로 지으면 파라미터가 2,765,312개이다. 크기는 64 → 32 → 16 → 8 → 4 → 1로 줄고 채널은
    1 → 64 → 128 → 256 → 512 → 1로 바뀐다.

    Args:
        image_size: 이미지의 한 변(픽셀). 8 이상인 2의 거듭제곱.
        channels: 이미지의 채널 수. 흑백은 1.
        base_channels: 첫 합성곱의 필터 수. 층이 깊어질 때마다 두 배가 된다.
        dropout_rate: 드롭아웃 비율, [0, 1). 0이면 드롭아웃 층을 두지 않는다.

    Returns:
        `(N, image_size, image_size, channels)` 크기, [-1, 1] 범위의 이미지를 받아 `(N, 1)` 크기의 확률을
        돌려주는 `keras.Model`.

    Raises:
        ValueError: 크기나 비율이 범위를 벗어날 때.
    """
    image_size, channels, base_channels, dropout_rate = check(
        image_size=image_size,
        channels=channels,
        base_channels=base_channels,
        dropout_rate=dropout_rate,
    )
    doublings = _number_of_doublings(image_size)
    discriminator_input = layers.Input(shape=(image_size, image_size, channels))
    x = discriminator_input
    for depth in range(doublings):
        x = layers.Conv2D(
            base_channels * 2**depth, kernel_size=4, strides=2, padding="same", use_bias=False
        )(x)
        if depth > 0:
            x = BatchNormalization(momentum=0.9)(x)
        x = layers.LeakyReLU(0.2)(x)
        if dropout_rate > 0:
            x = layers.Dropout(dropout_rate)(x)
    x = layers.Conv2D(
        1, kernel_size=4, strides=1, padding="valid", use_bias=False, activation="sigmoid"
    )(x)
    discriminator_output = layers.Flatten()(x)
    return keras.Model(discriminator_input, discriminator_output, name="discriminator")


def build_generator(
    latent_dim: int = 100,
    upsampling: str = "transpose",
    kernel_size: int = 4,
    image_size: int = 64,
    channels: int = 1,
    base_channels: int = 64,
) -> keras.Model:
    """잠재 벡터를 이미지로 바꾸는 생성자를 짓는다.

    기본값으로 지으면 파라미터가 3,576,576개이다. `upsampling="resize"`이면 크기를 두 배로 키우는 네 곳이
    모두 `UpSampling2D` 다음 `Conv2D`(편향 있음)로 바뀌고 파라미터는 3,577,025개가 된다. `upsampling="smooth"`이면
    그 네 곳이 `SmoothConv2DTranspose`가 된다. `UpSampling2D` 다음 3×3 `Conv2D`와 같은 계산인데 전치 합성곱만큼
    빠르다.

    Args:
        latent_dim: 잠재 벡터의 길이.
        upsampling: `"transpose"`이면 전치 합성곱, `"resize"`이면 업샘플링 다음 합성곱, `"smooth"`이면 융합
            업샘플링.
        kernel_size: 크기를 두 배로 키우는 층의 커널 크기. `"smooth"`에서는 늘 4이다.
        image_size: 이미지의 한 변(픽셀). 8 이상인 2의 거듭제곱.
        channels: 이미지의 채널 수. 흑백은 1.
        base_channels: 출력층 바로 앞 층의 필터 수. 입력에 가까울수록 두 배씩 많다.

    Returns:
        `(N, latent_dim)` 크기의 잠재 벡터를 받아 `(N, image_size, image_size, channels)` 크기, [-1, 1] 범위의
        이미지를 돌려주는 `keras.Model`.

    Raises:
        ValueError: 크기가 범위를 벗어나거나 `upsampling`이 모르는 값일 때, `"smooth"`에 4가 아닌 커널 크기를 줄 때.
    """
    latent_dim, upsampling, kernel_size, image_size, channels, base_channels = check(
        latent_dim=latent_dim,
        upsampling=upsampling,
        kernel_size=kernel_size,
        image_size=image_size,
        channels=channels,
        base_channels=base_channels,
    )
    doublings = _number_of_doublings(image_size)

    def double(x, filters, activation=None):
        """가로와 세로를 두 배로 키우고 채널을 `filters`개로 바꾼다."""
        if upsampling == "transpose":
            return layers.Conv2DTranspose(
                filters,
                kernel_size,
                strides=2,
                padding="same",
                use_bias=False,
                activation=activation,
            )(x)
        if upsampling == "smooth":
            return SmoothConv2DTranspose(filters, activation=activation)(x)
        x = layers.UpSampling2D(size=2)(x)
        return layers.Conv2D(
            filters, kernel_size, strides=1, padding="same", activation=activation
        )(x)

    generator_input = layers.Input(shape=(latent_dim,))
    x = layers.Reshape((1, 1, latent_dim))(generator_input)
    x = layers.Conv2DTranspose(
        base_channels * 2 ** (doublings - 1),
        kernel_size=4,
        strides=1,
        padding="valid",
        use_bias=False,
    )(x)
    x = BatchNormalization(momentum=0.9)(x)
    x = layers.LeakyReLU(0.2)(x)
    for depth in reversed(range(doublings - 1)):
        x = double(x, base_channels * 2**depth)
        x = BatchNormalization(momentum=0.9)(x)
        x = layers.LeakyReLU(0.2)(x)
    generator_output = double(x, channels, activation="tanh")
    return keras.Model(generator_input, generator_output, name="generator")


@keras.saving.register_keras_serializable("companion")
class SmoothConv2DTranspose(layers.Layer):
    """`UpSampling2D(2)` 다음 3×3 `Conv2D`와 같은 계산을 하는 전치 합성곱이다. 편향은 없다.

    이웃을 되풀이해 두 배로 키우고 3×3 커널로 합성곱하는 것은, 그 커널을 2×2 상자로 뭉갠 4×4 커널로 스트라이드 2의
    전치 합성곱을 하는 것과 같다(융합 업샘플링, Karras 외, 2018). 키운 특성 맵을 만들지 않으므로 곱셈이 절반보다 적게 든다. 뭉갠 커널은 어느 픽셀에서나
    행의 합이 같아서 체커보드를 타고나지 않는다.

    Args:
        filters: 출력 채널 수.
        activation: 활성화 함수의 이름.
    """

    def __init__(self, filters: int, activation=None, **kwargs):
        super().__init__(**kwargs)
        self.filters = filters
        self.activation = keras.activations.get(activation)

    def build(self, input_shape):
        # 전치 합성곱의 차례를 따른다: (높이, 너비, 출력 채널, 입력 채널).
        self.kernel = self.add_weight(
            shape=(3, 3, self.filters, input_shape[-1]),
            initializer="glorot_uniform",
            name="kernel",
        )

    def smooth_kernel(self):
        """2×2 상자로 뭉갠 `(4, 4, 출력 채널, 입력 채널)` 크기의 전치 합성곱 커널을 돌려준다."""
        rows = ops.pad(self.kernel, ((0, 1), (0, 0), (0, 0), (0, 0)))
        rows += ops.pad(self.kernel, ((1, 0), (0, 0), (0, 0), (0, 0)))
        columns = ops.pad(rows, ((0, 0), (0, 1), (0, 0), (0, 0)))
        return columns + ops.pad(rows, ((0, 0), (1, 0), (0, 0), (0, 0)))

    def call(self, inputs):
        outputs = ops.conv_transpose(inputs, self.smooth_kernel(), strides=2, padding="same")
        return self.activation(outputs)

    def compute_output_shape(self, input_shape):
        batch, height, width, _ = input_shape
        return batch, 2 * height, 2 * width, self.filters

    def get_config(self):
        activation = keras.activations.serialize(self.activation)
        return {**super().get_config(), "filters": self.filters, "activation": activation}


def as_transposed(generator: keras.Model) -> keras.Model:
    """`upsampling="smooth"`로 지은 생성자를, 커널을 미리 뭉개어 `"transpose"`의 층으로 옮긴다.

    Returns:
        층이 4.2.3절과 같은 생성자. 같은 잠재 벡터에 반올림 오차 안에서 같은 이미지를 만든다.

    Raises:
        ValueError: `"smooth"`로 지은 생성자가 아닐 때.
    """
    check_model("generator", generator)
    if not any(isinstance(layer, SmoothConv2DTranspose) for layer in generator.layers):
        raise ValueError('upsampling="smooth"로 지은 생성자가 아니다. build_generator()로 짓는다.')
    _, image_size, _, channels = generator.output_shape
    first = next(layer for layer in generator.layers if isinstance(layer, layers.Conv2DTranspose))
    plain = build_generator(
        generator.input_shape[-1],
        image_size=image_size,
        channels=channels,
        base_channels=first.filters // 2 ** (_number_of_doublings(image_size) - 1),
    )
    for layer, twin in zip(generator.layers, plain.layers, strict=True):
        is_smooth = isinstance(layer, SmoothConv2DTranspose)
        twin.set_weights([layer.smooth_kernel()] if is_smooth else layer.get_weights())
    return plain


@keras.saving.register_keras_serializable("companion")
class ConvolutionLogits(layers.Layer):
    """합성곱 층의 커널을 함께 쓰되 활성화 함수는 건너뛴다. 결과는 float32 로짓이다."""

    def __init__(self, convolution: layers.Conv2D, **kwargs):
        super().__init__(**kwargs)
        self.convolution = convolution

    def call(self, inputs):
        logits = ops.conv(inputs, self.convolution.kernel, strides=1, padding="valid")
        return ops.cast(ops.reshape(logits, (-1, 1)), "float32")

    def get_config(self):
        convolution = keras.saving.serialize_keras_object(self.convolution)
        return {**super().get_config(), "convolution": convolution}

    @classmethod
    def from_config(cls, config):
        convolution = keras.saving.deserialize_keras_object(config.pop("convolution"))
        return cls(convolution, **config)


def build_logit_model(discriminator: keras.Model) -> keras.Model:
    """판별자와 변수를 함께 쓰면서 확률 대신 로짓을 돌려주는 모델을 짓는다.

    확률 p가 0이나 1에 아주 가까우면 float32로는 1 − p나 log p를 정확히 나타낼 수 없다. 손실을 로짓으로
    계산하면 판별자가 아무리 확신해도 생성자에게 갈 그레이디언트가 사라지지 않는다.

    Args:
        discriminator: 마지막 두 층이 시그모이드 `Conv2D`와 `Flatten`인 모델.

    Returns:
        같은 입력을 받아 `(N, 1)` 크기의 float32 로짓을 돌려주는 `keras.Model`. 확률은 sigmoid(로짓)이다.

    Raises:
        ValueError: 마지막 두 층이 기대한 것과 다를 때.
    """
    check_model("discriminator", discriminator)
    last = discriminator.layers[-2:]
    if not (
        len(last) == 2
        and isinstance(last[0], layers.Conv2D)
        and last[0].activation is keras.activations.sigmoid
        and not last[0].use_bias
        and isinstance(last[1], layers.Flatten)
    ):
        raise ValueError(
            "판별자의 마지막 두 층이 편향 없는 시그모이드 Conv2D와 Flatten이 아니다. "
            "build_discriminator()로 지은 모델을 준다."
        )
    convolution = last[0]
    layer = ConvolutionLogits(convolution, name="logits", dtype=convolution.dtype_policy)
    logits = layer(convolution.input)
    return keras.Model(discriminator.input, logits, name="discriminator_logits")
