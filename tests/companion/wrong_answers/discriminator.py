"""4.2.2절의 연습마다 흔한 오답 하나와, 그때 알려 주는 문장에 있어야 하는 말이다."""

WRONG = {
    "stride_four": ("answer = 15", "1을 빠뜨리지"),
    "output_size": (
        """
def output_size(size, kernel, stride, padding):
    return (size + padding - kernel) // stride + 1
""",
        "양쪽",
    ),
    "leaky_relu": (
        """
def leaky_relu(x, slope):
    return np.maximum(x, 0)
""",
        "ReLU이다",
    ),
    "batch_norm": (
        """
def batch_norm(x, gamma, beta):
    return gamma * (x - x.mean()) / np.sqrt(x.var() + 1e-3) + beta
""",
        "채널마다",
    ),
    "parameters": (
        """
def parameters(base, kernel):
    channels = [1, base, 2 * base, 4 * base, 8 * base, 1]
    return sum(kernel**2 * a * b for a, b in zip(channels[:-1], channels[1:]))
""",
        "배치 정규화",
    ),
    "receptive_field": (
        """
def receptive_field(pairs):
    field, jump = 1, 1
    for kernel, stride in pairs:
        jump *= stride
        field += (kernel - 1) * jump
    return field
""",
        "곱하기 전에",
    ),
    "small_discriminator": (
        """
def small_discriminator():
    inputs = x = layers.Input(shape=(32, 32, 1))
    for filters in (16, 32, 64):
        x = layers.Conv2D(filters, kernel_size=4, strides=2, padding="same", use_bias=False)(x)
        x = layers.BatchNormalization(momentum=0.9)(x)
        x = layers.LeakyReLU(0.2)(x)
        x = layers.Dropout(0.3)(x)
    x = layers.Conv2D(1, kernel_size=4, padding="valid", use_bias=False, activation="sigmoid")(x)
    return models.Model(inputs, layers.Flatten()(x))
""",
        "첫 합성곱",
    ),
}

SMALL = """
def small_discriminator():
    conv = lambda n: layers.Conv2D(n, 4, strides=2, padding="same", use_bias=False)
    norm, leaky = layers.BatchNormalization, layers.LeakyReLU
    drop = lambda: layers.Dropout(0.3)
    last = layers.Conv2D(1, 4, use_bias=False{act})
    return models.Sequential([layers.Input((32, 32, 1)), {layers}])
"""
SIGMOID = ", activation='sigmoid'"
FIRST, SECOND = "conv(16), leaky(0.2), drop()", "conv(32), norm(), leaky(0.2), drop()"
THIRD, LAST = "conv(64), norm(), leaky(0.2), drop()", "last, layers.Flatten()"


def small(*parts, act=SIGMOID):
    return SMALL.format(act=act, layers=", ".join(parts))


# 위의 것 말고 받아서는 안 되는 답과, 그때 알려 주는 문장에 있어야 하는 말이다.
ALSO_WRONG = {
    "stride_four": [
        ("answer = 7", "식 (1)에"),
        ("answer = [16]", "수 하나가 올 자리에 목록 [16]이 왔다"),
        ("answer = 32", "스트라이드가 2일 때"),
        ("answer = 17", "식 (1)에"),
    ],
    "output_size": [
        (
            "def output_size(size, kernel, stride, padding):\n"
            "    return str((size + 2 * padding - kernel) // stride + 1)",
            "수 하나가 올 자리에 글 '32'가 왔다",
        ),
        ("output_size = 32", "함수가 올 자리에 수 32가 왔다"),
        ("def output_size(size, kernel, stride, padding):\n    size += 1", "return이 있는지"),
        ("return (size + 2 * padding - kernel) / stride + 1", "내리는 것"),
        ("return (size + 2 * padding - kernel) // stride", "끝에 1을 더하는 것"),
    ],
    "leaky_relu": [
        ("def leaky_relu(x, slope):\n    return np.where(x > 0, x, slope * x).ravel()", "배열이"),
        # 받은 배열을 고쳤다고 ReLU로 몰지 않는다.
        ("def leaky_relu(x, slope):\n    x[x < 0] *= -1\n    return x", "이 나왔다"),
        ("return np.where(x > 0, x, -slope * x)", "나왔다"),
    ],
    "batch_norm": [
        (
            """
def batch_norm(x, gamma, beta):
    mean, variance = x.mean(axis=1, keepdims=True), x.var(axis=1, keepdims=True)
    return gamma * (x - mean) / np.sqrt(variance + 1e-3) + beta
""",
            "이미지마다",
        ),
        # 분산에 0.001을 더하지 않거나, 제곱근을 씌운 다음 더한다.
        ("return gamma * (x - x.mean(axis=0)) / x.std(axis=0) + beta", "0.001"),
        ("return gamma * (x - x.mean(axis=0)) / (x.std(axis=0) + 1e-3) + beta", "0.001"),
        (
            "return gamma * (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0, ddof=1) + 1e-3) + beta",
            "다르다",
        ),
    ],
    "parameters": [
        ("def parameters(base, kernel):\n    return '2,765,312'", "수 하나가 올 자리에 글"),
        # 큰 수라고 어림하지 않는다.
        (
            """
def parameters(base, kernel):
    channels = [1, base, 2 * base, 4 * base, 8 * base, 1]
    convolutions = sum(kernel**2 * a * b for a, b in zip(channels, channels[1:]))
    return convolutions + 4 * 14 * base + 1
""",
            "2,765,313이 나왔다. 2,765,312",
        ),
        # 배치 정규화마다 감마와 베타만 센다. 합성곱마다 편향을 더한다.
        ("return kernel**2 * (9 * base + 42 * base**2) + 2 * 14 * base", "네 개이다"),
        (
            "return kernel**2 * (9 * base + 42 * base**2) + 56 * base + 15 * base + 1",
            "2,765,312여야 한다. 합성곱에는 편향이 없다",
        ),
        ("return kernel * (9 * base + 42 * base**2) + 56 * base", "한 변의 제곱"),
    ],
    "receptive_field": [
        ("def receptive_field(pairs):\n    return '4'", "수 하나가 올 자리에 글 '4'가 왔다"),
        ("return 1 + sum(kernel - 1 for kernel, stride in pairs)", "간격을 곱하지 않았다"),
        ("import math\nreturn math.prod(stride for kernel, stride in pairs)", "간격을"),
    ],
    "small_discriminator": [
        # LeakyReLU의 수는 맞고 자리가 틀리다.
        (small(FIRST, "leaky(0.2)", SECOND, "conv(64), norm()", LAST), "차례"),
        # 배치 정규화가 더 있다.
        (small("norm()", FIRST, SECOND, THIRD, LAST), "차례"),
        (small(FIRST, "norm()", SECOND, THIRD, LAST), "차례"),
        (small(FIRST, SECOND, "norm()", THIRD, LAST), "차례"),
        (small(FIRST, SECOND.replace("norm()", "norm(), norm()"), THIRD, LAST), "차례"),
        # 기울기가 다르다.
        (small(FIRST.replace("0.2", "0.9"), SECOND, THIRD, LAST), "기울기"),
        (small(FIRST, SECOND, THIRD.replace("0.2", ""), LAST), "기울기"),
        # 시그모이드가 없거나 둘이다.
        (small(FIRST, SECOND, THIRD, LAST, act=""), "시그모이드"),
        (
            small(FIRST, SECOND, THIRD, LAST).replace("return ", "body = ")
            + "    return models.Model(body.inputs, keras.ops.sigmoid(body.outputs[0]))",
            "시그모이드",
        ),
        (small(FIRST, SECOND, THIRD, LAST, "layers.Activation('sigmoid')"), "시그모이드"),
        (
            small(FIRST, SECOND, "layers.Activation('sigmoid')", THIRD, LAST, act=""),
            "시그모이드",
        ),
        # LeakyReLU를 층이 아니라 함수로 쓴다.
        (
            small(FIRST, SECOND, THIRD, LAST).replace(
                "layers.LeakyReLU",
                "lambda _: layers.Activation(lambda x: keras.ops.leaky_relu(x, 0.2))",
            ),
            "LeakyReLU 층을 쓴다",
        ),
        # 합성곱이 틀린 모델에 펼치라고 하지 않는다.
        (small(FIRST, SECOND, THIRD, LAST).replace("strides=2", "strides=1"), "스트라이드"),
        # 배치 정규화에 감마가 없거나 훈련하지 않는다.
        (small(FIRST, SECOND, THIRD.replace("norm()", "norm(scale=False)"), LAST), "감마"),
        (small(FIRST, SECOND, THIRD.replace("norm()", "norm(trainable=False)"), LAST), "얼리지"),
        (small(FIRST, SECOND, THIRD, "last"), "Flatten으로 펼쳐"),
        # 함수를 불러서 넘긴다.
        (
            "small_discriminator = models.Sequential([layers.Input((32, 32, 1))])",
            "함수가 올 자리에",
        ),
        ("def small_discriminator():\n    return models.Sequential([layers.Flatten()])", "입력"),
        # 드롭아웃이 없거나, 모자라거나, 비율이 다르다.
        (small(FIRST, SECOND, THIRD, LAST).replace(", drop()", ""), "드롭아웃"),
        (small(FIRST, SECOND, THIRD.replace(", drop()", ""), LAST), "드롭아웃"),
        (
            small(FIRST, SECOND, THIRD, LAST).replace("layers.Dropout(0.3)", "layers.Dropout(0.5)"),
            "드롭아웃",
        ),
    ],
}

# 풀이와 달리 적었지만 받아야 하는 답이다.
ALSO_RIGHT = {
    "leaky_relu": [
        "def leaky_relu(x, slope):\n    x[x < 0] *= slope\n    return x",
        "return np.maximum(x, slope * x)",
        "return [[value if value > 0 else slope * value for value in row] for row in x]",
        "return layers.LeakyReLU(slope)(x)",
        "return x.clip(min=0) + slope * x.clip(max=0)",
    ],
    "small_discriminator": [
        small(FIRST, SECOND, THIRD, LAST),
        small(FIRST, SECOND, THIRD, LAST, "layers.Activation('sigmoid')", act=""),
        # Flatten이 아닌 것으로 펼친다.
        small(FIRST, SECOND, THIRD, "last, layers.Reshape((1,))"),
        small(FIRST, SECOND, THIRD, "last").replace("return ", "body = ")
        + "    return models.Model(body.inputs, keras.ops.reshape(body.outputs[0], (-1, 1)))",
        # 시그모이드를 층이 아니라 함수로 쓴다.
        small(FIRST, SECOND, THIRD, LAST, act="").replace("return ", "body = ")
        + "    return models.Model(body.inputs, keras.activations.sigmoid(body.outputs[0]))",
        """
model = keras.Sequential()
model.add(keras.Input(shape=(32, 32, 1)))
for step in range(3):
    model.add(layers.Conv2D(16 * 2**step, (4, 4), (2, 2), padding="SAME", use_bias=False))
    if step:
        model.add(layers.BatchNormalization())
    model.add(layers.LeakyReLU(negative_slope=0.2))
    model.add(layers.Dropout(rate=0.3))
model.add(layers.Conv2D(1, 4, use_bias=False))
model.add(layers.Flatten())
model.add(layers.Activation(keras.activations.sigmoid))
return model
""",
    ],
    "stride_four": [
        "answer = 16.0",
        "answer = np.int64(64) // 4",
        "answer = layers.Conv2D(1, 4, strides=4)(np.zeros((1, 64, 64, 1))).shape[1]",
    ],
    "output_size": [
        "import math\nreturn math.floor((size - kernel + 2 * padding) / stride) + 1",
        "return len(range(0, size + 2 * padding - kernel + 1, stride))",
        "return np.floor((size + 2 * padding - kernel) / stride + 1)",
        "return layers.Conv2D(1, kernel, stride)(np.zeros((1, *2 * [size + 2 * padding], 1))).shape[2]",
    ],
    "batch_norm": [
        "mean, variance = tf.nn.moments(x, 0)\n"
        "return tf.nn.batch_normalization(x, mean, variance, beta, gamma, 1e-3)",
        """
layer = layers.BatchNormalization()
layer.build(x.shape)
layer.gamma.assign(gamma)
layer.beta.assign(beta)
return layer(x, training=True)
""",
        """
columns = []
for c in range(x.shape[1]):
    one = x[:, c]
    variance = ((one - one.mean()) ** 2).mean()
    columns.append([gamma[c] * (v - one.mean()) / (variance + 0.001) ** 0.5 + beta[c] for v in one])
return list(zip(*columns))
""",
    ],
    "parameters": [
        "return kernel**2 * (9 * base + 42 * base**2) + 56 * base",
        """
total, before = 0, 1
for layer in range(4):
    filters = base * 2**layer
    total += before * filters * kernel * kernel + (4 * filters if layer else 0)
    before = filters
return total + before * kernel * kernel
""",
        """
filters = base * np.array([1, 2, 4, 8])
weights = kernel**2 * (filters[0] + filters[:-1] @ filters[1:] + filters[-1])
return float(weights + 4 * filters[1:].sum())
""",
    ],
    "receptive_field": [
        # 뒤의 층부터 거슬러 온다.
        """
field = 1
for kernel, stride in reversed(pairs):
    field = (field - 1) * stride + kernel
return field
""",
        """
kernels, strides = np.array(pairs).T
return 1 + (kernels - 1) @ np.cumprod([1, *strides[:-1]])
""",
        """
import math
return 1.0 + sum((k - 1) * math.prod(s for _, s in pairs[:i]) for i, (k, _) in enumerate(pairs))
""",
    ],
}
