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
    last = layers.Conv2D(1, 4, use_bias=False{act})
    return models.Sequential([layers.Input((32, 32, 1)), {layers}])
"""
SIGMOID = ", activation='sigmoid'"
FIRST, SECOND = "conv(16), leaky(0.2)", "conv(32), norm(), leaky(0.2)"
THIRD, LAST = "conv(64), norm(), leaky(0.2)", "last, layers.Flatten()"


def small(*parts, act=SIGMOID):
    return SMALL.format(act=act, layers=", ".join(parts))


# 위의 것 말고 받아서는 안 되는 답과, 그때 알려 주는 문장에 있어야 하는 말이다.
ALSO_WRONG = {
    "stride_four": [
        ("answer = 7", "식 (1)에"),
        ("answer = [16]", "수 하나가 올 자리에 목록 [16]이 왔다"),
    ],
    "output_size": [
        (
            "def output_size(size, kernel, stride, padding):\n"
            "    return str((size + 2 * padding - kernel) // stride + 1)",
            "수 하나가 올 자리에 글 '32'가 왔다",
        ),
        ("output_size = 32", "함수가 올 자리에 수 32가 왔다"),
        ("def output_size(size, kernel, stride, padding):\n    size += 1", "return이 있는지"),
    ],
    "leaky_relu": [
        ("def leaky_relu(x, slope):\n    return np.where(x > 0, x, slope * x).ravel()", "배열이"),
        # 받은 배열을 고쳤다고 ReLU로 몰지 않는다.
        ("def leaky_relu(x, slope):\n    x[x < 0] *= -1\n    return x", "이 나왔다"),
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
    ],
    "receptive_field": [
        ("def receptive_field(pairs):\n    return '4'", "수 하나가 올 자리에 글 '4'가 왔다"),
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
        (small(FIRST, SECOND, THIRD, LAST, "layers.Activation('sigmoid')"), "시그모이드"),
        (
            small(FIRST, SECOND, "layers.Activation('sigmoid')", THIRD, LAST, act=""),
            "시그모이드",
        ),
        # 함수를 불러서 넘긴다.
        (
            "small_discriminator = models.Sequential([layers.Input((32, 32, 1))])",
            "함수가 올 자리에",
        ),
        ("def small_discriminator():\n    return models.Sequential([layers.Flatten()])", "입력"),
    ],
}

# 풀이와 달리 적었지만 받아야 하는 답이다.
ALSO_RIGHT = {
    "leaky_relu": ["def leaky_relu(x, slope):\n    x[x < 0] *= slope\n    return x"],
    "small_discriminator": [
        small(FIRST, SECOND, THIRD, LAST),
        small(FIRST, SECOND, THIRD, LAST, "layers.Activation('sigmoid')", act=""),
    ],
}
