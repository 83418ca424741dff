"""4.2.4절 결과 페이지의 연습마다 흔한 오답 하나와, 그때 알려 주는 문장에 있어야 하는 말이다."""

WRONG = {
    "find_copies": (
        """
def find_copies(samples, train, threshold):
    same = [any(np.array_equal(sample, image) for image in train) for sample in samples]
    return np.flatnonzero(same)
""",
        "가까운지",
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
