"""4.2.1절의 연습마다 흔한 오답 하나와, 그때 알려 주는 문장에 있어야 하는 말이다."""

WRONG = {
    "batch_shape": ("answer = (150, 96, 48, 3)", "높이를 먼저"),
    "batches_per_epoch": (
        """
def batches_per_epoch(images, batch_size):
    return images // batch_size, images % batch_size
""",
        "다 차지 않은 배치",
    ),
    "bilinear_value": ("answer = 120", "뒤바뀌었다"),
    "resize": (
        """
def resize(image, size):
    places = np.arange(size) * len(image) / size
    rows = np.minimum(places.astype(int), len(image) - 1)
    return image[np.ix_(rows, rows)]
""",
        "식 (1)의 0.5",
    ),
    "rescale": (
        """
def rescale(values, old, new):
    return values / (old[1] - old[0]) * (new[1] - new[0])
""",
        "시작을",
    ),
    "split_by_pose": (
        """
def split_by_pose(parts, poses, count):
    heldout = np.zeros(len(parts), dtype=bool)
    for part in np.unique(parts):
        heldout[np.flatnonzero(parts == part)[-count:]] = True
    return heldout
""",
        "갈라져",
    ),
}

POSES = """
def split_by_pose(parts, poses, count):
    {before}
    heldout = np.zeros(len(parts), dtype=bool)
    for part in np.unique(parts):
        own = np.unique(poses[parts == part])
        {choose}
        heldout |= (parts == part) & np.isin(poses, last)
    return heldout
"""
RESIZE = """
def resize(image, size):
    place = (np.arange(size) + 0.5) * len(image) / size - 0.5
    {clip}
    before = np.clip(np.floor(place).astype(int), 0, len(image) - 1)
    after = np.minimum(before + 1, len(image) - 1)
    far = place - before
    rows = (1 - far)[:, None] * image[before] + far[:, None] * image[after]
    return ((1 - far) * rows[:, before] + far * rows[:, after]){end}
"""
CLIP = "place = np.clip(place, 0, len(image) - 1)"

# 위의 것 말고 받아서는 안 되는 답과, 그때 알려 주는 문장에 있어야 하는 말이다.
ALSO_WRONG = {
    "batch_shape": [
        ("answer = (150, 256, 256, 3)", "적힌 수를 그대로"),
        ("answer = np.zeros((150, 48, 96, 3))", "크기가 (150, 48, 96, 3)인 배열이 왔다"),
        ("answer = '(150, 48, 96, 3)'", "글"),
        ("answer = (150, 3, 48, 96)", "너비, 채널의 차례로"),
        ("answer = (48, 96, 3, 150)", "너비, 채널의 차례로"),
    ],
    "batches_per_epoch": [
        (
            "def batches_per_epoch(images, batch_size):\n    return -(-images // batch_size)",
            "정수의 목록이 올 자리에 수 4가 왔다",
        ),
        ("return images // batch_size + 1, images % batch_size", "남는 것이 없으면"),
        ("return -(-images // batch_size), images % batch_size", "(2, 0)이 나왔다"),
    ],
    "bilinear_value": [
        ("answer = [60]", "수 하나가 올 자리에 목록 [60]이 왔다"),
        ("answer = '60'", "수 하나가 올 자리에 글 '60'이 왔다"),
        ("answer = float('nan')", "식 (2)에"),
        ("answer = 120", "가중치가 뒤바뀌었다"),
    ],
    "resize": [
        (RESIZE.format(clip=CLIP, end=".T"), "행과 열이 바뀌었다"),
        (RESIZE.format(clip="", end=""), "가장자리가 다르다"),
        # 가장 가까운 픽셀을 고른다.
        (
            "place = np.clip((np.arange(size) + 0.5) * len(image) / size, 0, len(image) - 1).astype(int)\n"
            "return image[place][:, place]",
            "가까운 픽셀의 가중치",
        ),
        # 줄일 때 여러 픽셀을 섞는다.
        (
            "return tf.image.resize(image[..., None], (size, size), antialias=True)[..., 0]",
            "값이 다르다",
        ),
    ],
    "split_by_pose": [
        # 자세가 모자란 부품을 건너뛴다.
        (
            POSES.format(before="", choose="last = own[-count:] if len(own) >= count else []"),
            "있는 대로",
        ),
        # 언제나 하나는 남긴다.
        (POSES.format(before="", choose="last = own[1:][-count:]"), "있는 대로"),
        # 부품의 번호가 0부터 이어진다고 친다.
        (
            """
heldout = np.zeros(len(parts), dtype=bool)
for part in range(len(np.unique(parts))):
    own = parts == part
    heldout |= own & np.isin(poses, np.unique(poses[own])[-count:])
return heldout
""",
            "부품의 번호는 건너뛸",
        ),
        # 받은 배열을 늘어놓고 나서 답하므로 번호가 어긋난다.
        (
            POSES.format(
                before="order = np.lexsort((poses, parts))"
                "; parts[:] = parts[order]; poses[:] = poses[order]",
                choose="last = own[-count:]",
            ),
            "부품",
        ),
    ],
    "rescale": [
        # 옛 범위가 0에서 시작한다고 친다.
        ("return new[0] + values / old[1] * (new[1] - new[0])", "두 범위의 시작"),
        # 새 범위가 -1에서 1이라고 친다.
        ("return 2 * (values - old[0]) / (old[1] - old[0]) - 1", "두 범위의 시작"),
        ("return values / 127.5 - 1", "두 범위의 시작"),
        # 옛 범위가 아니라 받은 값의 가장 작은 것과 큰 것을 쓴다.
        ("return np.interp(values, (values.min(), values.max()), new)", "범위의 끝"),
    ],
}

# 풀이와 달리 적었지만 받아야 하는 답이다.
ALSO_RIGHT = {
    "batch_shape": [
        "answer = np.array([150, 48, 96, 3])",
        "import tensorflow as tf\nanswer = tf.TensorShape([150, 48, 96, 3])",
        "answer = [150, 48, 96, 3]",
        "answer = tf.zeros((150, 48, 96, 3)).shape",
    ],
    "rescale": [
        # 픽셀마다 곱부터 한다. uint8이면 넘친다.
        """
def rescale(values, old, new):
    return [(v - old[0]) * (new[1] - new[0]) / (old[1] - old[0]) + new[0] for v in values]
""",
        """
def rescale(values, old, new):
    values -= old[0]
    values /= old[1] - old[0]
    return new[0] + values * (new[1] - new[0])
""",
        "return np.interp(values, old, new)",
    ],
    "batches_per_epoch": [
        """
import math
batches = math.ceil(images / batch_size)
return batches, images - (batches - 1) * batch_size
""",
        "return [-(-images // batch_size), (images - 1) % batch_size + 1]",
        """
count, last = 0, 0
while images > 0:
    count, last = count + 1, min(images, batch_size)
    images -= batch_size
return np.array([count, last])
""",
        "return np.ceil(images / batch_size), images % batch_size or batch_size",
    ],
    "bilinear_value": [
        "answer = 60",
        "answer = np.array([0.75, 0.25]) @ np.array([[10, 50], [90, 210]]) @ np.array([0.5, 0.5])",
        "answer = tf.constant(60.0)",
        "from fractions import Fraction\nanswer = Fraction(3, 4) * 30 + Fraction(1, 4) * 150",
    ],
    "resize": [
        "return tf.image.resize(image[..., None], (size, size), method='bilinear')[..., 0]",
        # np.interp()는 밖으로 나간 자리를 가장자리의 값으로 친다.
        """
place = (np.arange(size) + 0.5) * len(image) / size - 0.5
old = np.arange(len(image))
wide = np.array([np.interp(place, old, row) for row in image])
return np.array([np.interp(place, old, column) for column in wide.T]).T
""",
        # 픽셀을 하나씩 섞어 목록으로 돌려준다.
        """
n = len(image)
result = []
for row in range(size):
    result.append([])
    for column in range(size):
        y, x = ((i + 0.5) * n / size - 0.5 for i in (row, column))
        y, x = max(0, min(n - 1, y)), max(0, min(n - 1, x))
        top, left = int(y), int(x)
        low, right = min(top + 1, n - 1), min(left + 1, n - 1)
        a, b = y - top, x - left
        upper = (1 - b) * image[top][left] + b * image[top][right]
        lower = (1 - b) * image[low][left] + b * image[low][right]
        result[-1].append((1 - a) * upper + a * lower)
return result
""",
    ],
    "split_by_pose": [
        # 이미지를 하나씩 본다.
        """
heldout = []
for part, pose in zip(parts, poses):
    own = sorted({q for p, q in zip(parts, poses) if p == part})
    heldout.append(pose in own[-count:])
return heldout
""",
        # 더 큰 번호의 자세가 count개보다 적은지 센다.
        """
larger = [len(np.unique(poses[(parts == a) & (poses > b)])) for a, b in zip(parts, poses)]
return np.array(larger) < count
""",
        """
last = {part: np.unique(poses[parts == part])[-count:] for part in set(parts.tolist())}
return tf.constant([pose in last[part] for part, pose in zip(parts.tolist(), poses)])
""",
    ],
}
