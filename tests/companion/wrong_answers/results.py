"""4.2.4절 결과 페이지의 연습마다 흔한 오답 하나와, 그때 알려 주는 문장에 있어야 하는 말이다."""

WRONG = {
    "find_copies": (
        """
def find_copies(samples, train, threshold):
    same = [any(np.array_equal(sample, image) for image in train) for sample in samples]
    return np.flatnonzero(same)
""",
        "꼭 같은 것만이 아니라",
    ),
    "precision": (
        """
def precision(distances, radii):
    return (distances <= radii).any(axis=0).mean()
""",
        "샘플(행)",
    ),
    "direction": (
        """
def direction(z, values, n):
    order = np.argsort(values)
    vector = z[order[:n]].mean(axis=0) - z[order[-n:]].mean(axis=0)
    return vector / np.linalg.norm(vector)
""",
        "거꾸로",
    ),
}

COPIES = """
def find_copies(samples, train, threshold):
    difference = samples[:, None] - train[None]
    distance = {}
    return np.flatnonzero(distance.min(axis=1) < threshold)
"""
RMS = "np.sqrt((difference**2).mean(axis=(2, 3)))"

DIRECTION = """
def direction(z, values, n):
    order = np.argsort({key})
    vector = z[order[-{n}:]].mean(axis=0) - z[order[:{n}]].mean(axis=0)
    return vector / np.linalg.norm(vector)
"""

# 위의 것 말고 받아서는 안 되는 답이다.
ALSO_WRONG = {
    "find_copies": [
        (COPIES.format("(difference**2).mean(axis=(2, 3))"), "제곱근을 씌우지 않"),
        (COPIES.format("np.sqrt((difference**2).sum(axis=(2, 3)))"), "픽셀 수로 나누지 않"),
        # 차이의 절댓값을 평균한다.
        (COPIES.format("np.abs(difference).mean(axis=(2, 3))"), "절댓값을 평균"),
        (COPIES.format("np.median(np.abs(difference), axis=(2, 3))"), "절댓값을 평균"),
        (COPIES.format("np.abs(difference).max(axis=(2, 3))"), "차이가 가장 큰 픽셀만"),
        # 줄마다 거리를 재고 평균한다.
        COPIES.format("np.sqrt((difference**2).mean(axis=2)).mean(axis=2)"),
        COPIES.format("np.sqrt((difference**2).mean(axis=3)).mean(axis=2)"),
        ("return []", "빈 목록이 나왔다"),
        # 가장 가까운 하나만 고른다.
        (
            COPIES.format(RMS)
            .replace("np.flatnonzero(", "[")
            .replace("distance.min(axis=1) < threshold)", "distance.min(axis=1).argmin()]"),
            "기준보다 가까운 것을 모두",
        ),
        (COPIES.format(RMS).replace("flatnonzero", "where"), "정수의 목록이 올 자리에 튜플"),
        (COPIES.format(RMS).replace("np.flatnonzero", ""), "참과 거짓"),
        (COPIES.format(RMS).replace("<", ">"), "나왔다"),
        ("def find_copies(samples, train, threshold):\n    return [1.9, 3, 4]", "정수의 목록"),
        # 가까운 훈련 이미지마다 한 번씩 적는다.
        (
            COPIES.format(RMS)
            .replace("flatnonzero", "argwhere")
            .replace("distance.min(axis=1) < threshold)", "distance < threshold)[:, 0]"),
            "거듭 있다",
        ),
        ("def find_copies(samples, train, threshold):\n    return [1, 1, 3, 4]", "거듭 있다"),
    ],
    "precision": [
        (
            "def precision(distances, radii):\n"
            "    return (distances <= radii).any(axis=1).sum() / len(radii)",
            "진짜의 수로 나누었다",
        ),
        # 경계를 뺀다.
        ("return (distances < radii).any(axis=1).mean()", "경계까지는 안"),
        # 가장 가까운 진짜의 동네만 본다.
        (
            """
def precision(distances, radii):
    nearest = distances.argmin(axis=1)
    return (distances.min(axis=1) <= radii[nearest]).mean()
""",
            "그 비율을",
        ),
        # 동네에 들지 않은 샘플을 센다.
        ("return 1 - (distances <= radii).any(axis=1).mean()", "그 비율을"),
        ("return 0.4", "그 비율을"),
        ("return (distances >= radii).any(axis=1).mean()", "그 비율을"),
        # 동네의 크기를 하나로 친다.
        "def precision(distances, radii):\n    return (distances.min(axis=1) <= radii.max()).mean()",
        "def precision(distances, radii):\n    return (distances.min(axis=1) <= radii.mean()).mean()",
        "def precision(distances, radii):\n    return (distances.min(axis=1) <= radii.min()).mean()",
        # 모든 동네에 들어야 한다고 본다.
        "def precision(distances, radii):\n    return (distances <= radii).all(axis=1).mean()",
        # 비율이 아니라 수이다.
        "def precision(distances, radii):\n    return (distances <= radii).any(axis=1).sum()",
        # 백분율이다.
        "def precision(distances, radii):\n    return 100 * (distances <= radii).any(axis=1).mean()",
    ],
    "direction": [
        # values를 보지 않는다.
        (DIRECTION.format(key="np.arange(len(z))", n="n"), "차례"),
        DIRECTION.format(key="values", n="40"),
        DIRECTION.format(key="values", n="(len(z) // 8)"),
        DIRECTION.format(key="values", n="(n + 1)"),
        DIRECTION.format(key="np.abs(values)", n="n"),
        DIRECTION.format(key="z[:, 3]", n="n"),
        # 크기를 나누지 않는다.
        DIRECTION.format(key="values", n="n").replace(" / np.linalg.norm(vector)", ""),
        # 한쪽 끝만 본다.
        DIRECTION.format(key="values", n="n").replace(" - z[order[:n]].mean(axis=0)", ""),
        # 값으로 가중한 평균이다.
        """
def direction(z, values, n):
    vector = (values - values.mean()) @ z
    return vector / np.linalg.norm(vector)
""",
        # 축 하나를 외웠다.
        "def direction(z, values, n):\n    return np.eye(z.shape[1])[3]",
    ],
}

# 풀이와 달리 적었지만 받아야 하는 답이다.
ALSO_RIGHT = {
    "find_copies": [
        COPIES.format(RMS).replace("np.flatnonzero", "set(np.flatnonzero").rstrip() + ")",
        """
copies = []
for number, sample in enumerate(samples):
    for image in train:
        if np.sqrt(np.mean((sample - image) ** 2)) < threshold:
            copies.append(number)
            break
return copies
""",
        """
flat, known = samples.reshape(len(samples), -1), train.reshape(len(train), -1)
distance = np.linalg.norm(flat[:, None] - known, axis=2) / np.sqrt(flat.shape[1])
return np.where(distance.min(axis=1) < threshold)[0]
""",
        """
import tensorflow as tf
square = tf.reduce_mean((samples[:, None] - train[None]) ** 2, axis=(2, 3))
return tf.where(tf.reduce_min(square, axis=1) < threshold**2)[:, 0]
""",
    ],
    "precision": [
        "def precision(distances, radii):\n"
        "    return (distances <= radii).any(axis=1).mean(dtype='float32')",
        """
def precision(distances, radii):
    from keras import ops
    return ops.mean(ops.cast(ops.any(ops.convert_to_tensor(distances) <= radii, 1), "float32"))
""",
        """
count = 0
for row in distances:
    count += any(distance <= radius for distance, radius in zip(row, radii))
return count / len(distances)
""",
        "return np.count_nonzero((distances - radii).min(axis=1) <= 0) / distances.shape[0]",
    ],
    "direction": [
        # 길이로 나누므로 합이어도 같다.
        """
order = values.argsort()[::-1]
vector = z[order[:n]].sum(axis=0) - z[order[-n:]].sum(axis=0)
return list(vector / np.sqrt((vector**2).sum()))
""",
        """
pairs = sorted(zip(values, range(len(z))))
small, large = ([z[i] for _, i in part] for part in (pairs[:n], pairs[-n:]))
vector = np.mean(large, axis=0) - np.mean(small, axis=0)
return vector / np.linalg.norm(vector)
""",
        """
import tensorflow as tf
large = tf.gather(z, tf.math.top_k(values, n).indices)
small = tf.gather(z, tf.math.top_k(-values, n).indices)
return tf.math.l2_normalize(tf.reduce_mean(large, 0) - tf.reduce_mean(small, 0))
""",
    ],
}
