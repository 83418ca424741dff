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
