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
