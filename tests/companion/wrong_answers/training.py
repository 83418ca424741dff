"""4.2.4절의 연습마다 흔한 오답 하나와, 그때 알려 주는 문장에 있어야 하는 말이다."""

WRONG = {
    "swapped_labels": ('answer = "ㄱ"', "뒤집히는 것이 아니다"),
    "noisy_labels": (
        """
def noisy_labels(u, size):
    return 1 + size * u, -size * u
""",
        "바닥이 없다",
    ),
    "loss_floor": (
        """
def loss_floor(mean):
    return -np.log(mean)
""",
        "두 항",
    ),
    "update_average": (
        """
def update_average(average, value, n, decay):
    return decay * average + (1 - decay) * value
""",
        "첫머리",
    ),
    "find_copies": (
        """
def find_copies(samples, train, threshold):
    same = [any(np.array_equal(sample, image) for image in train) for sample in samples]
    return np.flatnonzero(same)
""",
        "가까운지",
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
