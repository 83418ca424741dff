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

JUDGE = """
def judge(values, baseline):
    if min(len(values), len(baseline)) < 3:
        return "시드가 모자라다"
    if {better}:
        return "낫다"
    if {worse}:
        return "못하다"
    return "가릴 수 없다"
"""
BETTER, WORSE = "max(values) < min(baseline)", "min(values) > max(baseline)"

# 위의 것 말고 받아서는 안 되는 답이다.
ALSO_WRONG = {
    "noisy_labels": [
        # 크기를 듣지 않는다.
        "def noisy_labels(u, size):\n    return 1 - 0.1 * u, 0.1 * u",
        # 한쪽에만 섞는다.
        "def noisy_labels(u, size):\n    return 1 - size * u, 0 * u",
        # 가짜에는 뒤집은 잡음을 섞는다.
        "def noisy_labels(u, size):\n    return 1 - size * u, size * (1 - u)",
        # 바깥으로 섞고 자른다.
        "def noisy_labels(u, size):\n    return np.clip(1 + size * u, 0, 1), np.clip(-size * u, 0, 1)",
        # 둘을 바꾸어 돌려준다.
        "def noisy_labels(u, size):\n    return size * u, 1 - size * u",
        # 진짜에만 크기를 곱한다.
        "def noisy_labels(u, size):\n    return 1 - size * u, u",
    ],
    "judge": [
        JUDGE.format(better="max(values) <= min(baseline)", worse=WORSE),
        JUDGE.format(better=BETTER, worse="min(values) >= max(baseline)"),
        JUDGE.format(better="sum(values) / len(values) < min(baseline)", worse=WORSE),
        JUDGE.format(better=BETTER, worse="sum(values) / len(values) > max(baseline)"),
        JUDGE.format(better="max(values[:3]) < min(baseline)", worse=WORSE),
        JUDGE.format(better=BETTER, worse="min(values) > max(baseline[:3])"),
        JUDGE.format(better="max(values) < 300", worse="min(values) > 420"),
        JUDGE.format(
            better="all(a < b for a, b in zip(sorted(values), sorted(baseline)))", worse=WORSE
        ),
        JUDGE.format(better=BETTER, worse=WORSE).replace(
            "min(len(values), len(baseline))", "len(values)"
        ),
        JUDGE.format(better=BETTER, worse=WORSE).replace("min(len", "max(len"),
        JUDGE.format(better=WORSE, worse=BETTER),
    ],
}
