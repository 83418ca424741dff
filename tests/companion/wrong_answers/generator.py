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

STAMP = """
k, p = len(kernel), padding
rows, columns = ((n - 1) * stride + k for n in values.shape)
canvas = np.zeros((rows, columns))
for (row, column), value in np.ndenumerate(values):
    top, left = row * stride, column * stride
    canvas[top : top + k, left : left + k] += value * {kernel}
return canvas{crop}
"""
ARC = """
norms = np.linalg.norm(start), np.linalg.norm(end)
cosine = start @ end / (norms[0] * norms[1])
angle = {angle}
return (np.sin((1 - t) * angle) * start + np.sin(t * angle) * end) / {sine}
"""
SINE = "np.sin(angle)"
STEP = """
x = layers.UpSampling2D(2)(x)
x = layers.Conv2D(filters, 4, padding="same", {})(x)
x = layers.BatchNormalization(momentum=0.9)(x)
return layers.LeakyReLU(0.2)(x)
"""

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
        ("return stride * size + kernel - 2 * padding", "식 (3)"),
        ("return stride * (size - 1) + kernel - padding", "식 (3)"),
        ("return stride * size", "식 (3)"),
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
        # 가장자리를 자른다.
        (
            "return np.convolve(np.ones(size), np.ones(kernel), 'same')",
            "크기가 (10,)인 배열이 올 자리에 크기가 (4,)인",
        ),
        ("return [1] * size", "크기가 (10,)인 배열이 올 자리에 크기가 (4,)인 목록이 왔다"),
        ("return np.full((size - 1) * stride + kernel, kernel / stride)", "겹친 만큼"),
    ],
    "doubling_step": [
        (
            "def doubling_step(x, filters):\n    return layers.LeakyReLU(0.2)",
            "자료형이 LeakyReLU인 값이 나왔다",
        ),
        ("def doubling_step(x, filters):\n    return np.zeros((1, 8, 12, 5))", "케라스 텐서"),
        (
            "x = layers.Conv2D(filters, 4, padding='same')(x)\n"
            "x = layers.UpSampling2D(2)(x)\n"
            "return layers.LeakyReLU(0.2)(layers.BatchNormalization()(x))",
            "차례로 하나씩",
        ),
        (
            "x = layers.Conv2DTranspose(filters, 4, strides=2, padding='same')(x)\n"
            "return layers.LeakyReLU(0.2)(layers.BatchNormalization()(x))",
            "UpSampling2D로",
        ),
        (STEP.format("activation='relu'"), "활성화"),
        (STEP.format("dilation_rate=2"), "dilation_rate가 (2, 2)이다. 1로 한다"),
        (STEP.format("strides=2").replace("2D(2)", "2D(4)"), "배수가 (4, 4)이다. 2로 한다"),
        (STEP.format("use_bias=False").replace("filters", "5"), "Conv2D의 필터를"),
    ],
    "walk": [
        ("def walk(start, end, t):\n    return t * start + (1 - t) * end", "서로 바뀌지 않았는지"),
        (ARC.format(angle="np.arccos(cosine)", sine="1"), "sin ω로 나누는지"),
        (ARC.format(angle="np.arccos(cosine)", sine=f"({SINE} * norms[0])"), "길이를 바꾸지 않은"),
        (ARC.format(angle="np.degrees(np.arccos(cosine))", sine=SINE), "라디안으로"),
        (ARC.format(angle="np.arccos(cosine) / 2", sine=SINE), "두 길이로 나누어"),
        ("return np.nan * start", "nan이 나왔다"),
        ("def walk(start, end, t):\n    return 'a'", "인 배열이 올 자리에 글"),
        # 직선으로 이은 점을 길이만 맞춘다.
        (
            "way = (1 - t) * start + t * end\n"
            "return way * np.linalg.norm(start) / np.linalg.norm(way)",
            "각이 t에 비례",
        ),
    ],
    "transposed_convolution": [
        # 커널을 뒤집는다. 가장자리를 자르지 않는다. 패딩이 0이면 모두 잘라 낸다.
        (
            STAMP.format(kernel="kernel[::-1, ::-1]", crop="[p : rows - p, p : columns - p]"),
            "뒤집지",
        ),
        (STAMP.format(kernel="kernel", crop=""), "자르고 나면 (4, 4)여야"),
        (STAMP.format(kernel="kernel", crop="[p:-p, p:-p]"), "자르고 나면"),
        # 정수로 바꾼다.
        (
            STAMP.format(kernel="kernel", crop="[p : rows - p, p : columns - p].astype(int)"),
            "값이 다르다",
        ),
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
        # 처음 벡터에 수직인 방향으로 돈다.
        """
length = np.linalg.norm(start)
side = end - (end @ start) / length**2 * start
angle = np.arctan2(np.linalg.norm(side) * length, start @ end)
return np.cos(t * angle) * start + np.sin(t * angle) * length * side / np.linalg.norm(side)
""",
        """
import math
lengths = [math.sqrt(sum(v * v for v in vector)) for vector in (start, end)]
angle = math.acos(sum(a * b for a, b in zip(start, end)) / (lengths[0] * lengths[1]))
first, second = math.sin((1 - t) * angle), math.sin(t * angle)
return [(first * a + second * b) / math.sin(angle) for a, b in zip(start, end)]
""",
        """
ops = keras.ops
a, b = (ops.convert_to_tensor(vector, "float32") for vector in (start, end))
angle = ops.arccos(ops.sum(a * b) / (ops.norm(a) * ops.norm(b)))
return (ops.sin((1 - t) * angle) * a + ops.sin(t * angle) * b) / ops.sin(angle)
""",
    ],
    "latent_length": [
        "answer = 20",
        "import math\nanswer = math.sqrt(400)",
        "answer = np.linalg.norm(np.ones(400))",
        # 랜덤하게 뽑아 잰다.
        "answer = np.linalg.norm(np.random.default_rng(0).standard_normal((500, 400)), axis=1).mean()",
    ],
    "transposed_output_size": [
        "return (size - 1) * stride - 2 * padding + kernel",
        "return np.int64(size * stride + (kernel - stride) - 2 * padding)",
        "return float(max(i * stride + kernel for i in range(size)) - padding * 2)",
        "x = np.zeros((1, size, size, 1))\n"
        "return layers.Conv2DTranspose(1, kernel, stride)(x).shape[1] - 2 * padding",
    ],
    "overlap_counts": [
        """
counts = [0] * ((size - 1) * stride + kernel)
for position in range(size):
    for place in range(kernel):
        counts[position * stride + place] += 1
return counts
""",
        """
stamps = np.zeros((size - 1) * stride + 1)
stamps[::stride] = 1
return np.convolve(stamps, np.ones(kernel))
""",
        "return np.bincount((np.arange(size)[:, None] * stride + np.arange(kernel)).ravel())",
    ],
    "transposed_convolution": [
        # 사이를 0으로 벌린 입력에 뒤집은 커널로 합성곱을 한다.
        """
k = len(kernel)
spread = np.zeros([(n - 1) * stride + 2 * k - 1 for n in values.shape])
spread[k - 1 : -k + 1 : stride, k - 1 : -k + 1 : stride] = values
result = (sliding_window_view(spread, (k, k)) * kernel[::-1, ::-1]).sum(axis=(2, 3))
rows, columns = result.shape
return result[padding : rows - padding, padding : columns - padding]
""",
        """
layer = layers.Conv2DTranspose(1, len(kernel), stride, use_bias=False)
x = values[None, :, :, None].astype("float32")
layer.build(x.shape)
layer.set_weights([kernel[:, :, None, None]])
whole = layer(x)[0, :, :, 0]
return whole[padding : len(whole) - padding, padding : whole.shape[1] - padding]
""",
        # 출력의 칸마다 닿는 도장을 모은다.
        """
k = len(kernel)
rows, columns = ((n - 1) * stride + k - 2 * padding for n in values.shape)
result = [[0] * columns for _ in range(rows)]
for y in range(rows):
    for x in range(columns):
        for i in range(values.shape[0]):
            for j in range(values.shape[1]):
                a, b = y + padding - i * stride, x + padding - j * stride
                if 0 <= a < k and 0 <= b < k:
                    result[y][x] += values[i, j] * kernel[a, b]
return result
""",
    ],
    "doubling_step": [
        STEP.format("use_bias=True"),
        """
grow = keras.Sequential([layers.UpSampling2D(2), layers.Conv2D(filters, 4, padding="same")])
return keras.Sequential([layers.BatchNormalization(), layers.LeakyReLU(0.2)])(grow(x))
""",
        "x = layers.UpSampling2D((2, 2), interpolation='bilinear')(x)\n"
        "x = layers.Conv2D(filters, (4, 4), (1, 1), 'same')(x)\n"
        "return layers.LeakyReLU(negative_slope=0.2)(layers.BatchNormalization()(x))",
        """
for layer in (
    keras.layers.UpSampling2D(),
    keras.layers.Conv2D(filters, kernel_size=4, padding="SAME", activation="linear"),
    keras.layers.BatchNormalization(),
    keras.layers.LeakyReLU(0.2),
):
    x = layer(x)
return x
""",
    ],
}
