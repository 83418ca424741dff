"""4.2.4절 실험 페이지의 연습마다 흔한 오답 하나와, 그때 알려 주는 문장에 있어야 하는 말이다."""

WRONG = {
    "noisy_labels": (
        """
def noisy_labels(u, size):
    return 1 + size * u, -size * u
""",
        "바닥이 없다",
    ),
    "judge": (
        """
def judge(values, baseline):
    if min(len(values), len(baseline)) < 3:
        return "시드가 모자라다"
    if np.median(values) < np.median(baseline):
        return "낫다"
    return "못하다"
""",
        "가릴 수 없다",
    ),
    "distance_at": (
        """
def distance_at(seconds, kids, at):
    return np.interp(at, seconds, kids)
""",
        "로그를 잇고",
    ),
}
