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
