"""4.2.3절의 연습마다 흔한 오답 하나와, 그때 알려 주는 문장에 있어야 하는 말이다."""

WRONG = {
    "latent_length": ("answer = 400", "제곱근"),
    "transposed_output_size": (
        """
def transposed_output_size(size, kernel, stride, padding):
    return (size + 2 * padding - kernel) // stride + 1
""",
        "식 (3)",
    ),
    "overlap_counts": (
        """
def overlap_counts(size, kernel, stride):
    counts = np.zeros((size - 1) * stride + kernel, dtype=int)
    for position in range(size):
        counts[position * stride : position * stride + kernel] = 1
    return counts
""",
        "더하는지",
    ),
    "transposed_convolution": (
        """
def transposed_convolution(values, kernel, stride, padding):
    k = len(kernel)
    rows, columns = ((n - 1) * stride + k for n in values.shape)
    canvas = np.zeros((rows, columns))
    for (row, column), value in np.ndenumerate(values):
        top, left = row * stride, column * stride
        canvas[top : top + k, left : left + k] = value * kernel
    return canvas[padding : rows - padding, padding : columns - padding]
""",
        "덮어쓰지",
    ),
    "doubling_step": (
        """
def doubling_step(x, filters):
    x = layers.UpSampling2D(size=2)(x)
    x = layers.Conv2D(filters, kernel_size=4, strides=2, padding="same")(x)
    x = layers.BatchNormalization(momentum=0.9)(x)
    return layers.LeakyReLU(0.2)(x)
""",
        "strides",
    ),
    "walk": (
        """
def walk(start, end, t):
    return (1 - t) * start + t * end
""",
        "큰 호",
    ),
}

# 위의 것 말고 받아서는 안 되는 답과, 그때 알려 주는 문장에 있어야 하는 말이다.
ALSO_WRONG = {
    "latent_length": [
        ("answer = '20'", "수 하나가 올 자리에 글 '20'이 왔다"),
        ("answer = 400", "100차원은 어떻게 생겼나"),
        ("answer = 19", "19라고 답했는데"),
    ],
    "transposed_output_size": [
        (
            "def transposed_output_size(size, kernel, stride, padding):\n"
            "    return str((size - 1) * stride + kernel - 2 * padding)",
            "수 하나가 올 자리에 글 '4'가 왔다",
        ),
    ],
    "overlap_counts": [
        (
            """
def overlap_counts(size, kernel, stride):
    counts = np.zeros(((size - 1) * stride + kernel, 1))
    for position in range(size):
        counts[position * stride : position * stride + kernel] += 1
    return counts
""",
            "크기가 (10,)인 배열이 올 자리에 크기가 (10, 1)인 배열이 왔다",
        ),
    ],
    "doubling_step": [
        ("def doubling_step(x, filters):\n    return layers.LeakyReLU(0.2)", "LeakyReLU가 나왔다"),
        ("def doubling_step(x, filters):\n    return np.zeros((1, 8, 12, 5))", "케라스 텐서"),
    ],
    "walk": [
        ("def walk(start, end, t):\n    return t * start + (1 - t) * end", "start가 나오지 않는다"),
        ("def walk(start, end, t):\n    return 'a'", "크기가 (100,)인 배열이 올 자리에 글"),
    ],
}

# 풀이와 달리 적었지만 받아야 하는 답이다.
ALSO_RIGHT = {
    "walk": [
        """
def walk(start, end, t):
    length = np.linalg.norm(start)
    start /= length
    end /= length
    angle = np.arccos(start @ end)
    return length * (np.sin((1 - t) * angle) * start + np.sin(t * angle) * end) / np.sin(angle)
""",
    ],
}
