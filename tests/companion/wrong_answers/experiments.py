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
        # 진짜를 0에서, 가짜를 1에서 시작한다.
        "def noisy_labels(u, size):\n    return u * size, 1 - size * (1 - u)",
        # 난수를 쓰지 않는다.
        "def noisy_labels(u, size):\n    return 1 - size + 0 * u, size + 0 * u",
        # 폭의 절반만 쓴다.
        "def noisy_labels(u, size):\n    return 1 - size * u / 2, size * u / 2",
        ("def noisy_labels(u, size):\n    return 'ab'", "배열 둘을"),
        ("return tf.reduce_mean(size * u)", "배열 둘을"),
        # 바깥으로 섞고 자른다.
        "def noisy_labels(u, size):\n    return np.clip(1 + size * u, 0, 1), np.clip(-size * u, 0, 1)",
        # 둘을 바꾸어 돌려준다.
        "def noisy_labels(u, size):\n    return size * u, 1 - size * u",
        # 진짜에만 크기를 곱한다.
        "def noisy_labels(u, size):\n    return 1 - size * u, u",
        # u가 0이면 잡음이 없어야 한다.
        ("return 1 - size * (1 - u), size * u", "u가 0이면"),
        ("return 1 - size * u, size * (1 - u)", "u가 0이면"),
    ],
    "judge": [
        JUDGE.format(better=BETTER, worse=WORSE).replace(
            "min(len(values), len(baseline)) < 3", "len(values) + len(baseline) < 6"
        ),
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
    "distance_at": [
        # 1을 더해 로그를 구한다.
        """
def distance_at(seconds, kids, at):
    return np.expm1(np.interp(at, seconds, np.log1p(kids)))
""",
        # 시간의 로그까지 구한다.
        ("return np.exp(np.interp(np.log(at), np.log(seconds), np.log(kids)))", "거리로"),
        # 로그를 되돌리지 않는다.
        ("return np.interp(at, seconds, np.log(kids))", "거리로"),
        # 마지막으로 잰 때를 빠뜨린다.
        (
            """
for i in range(len(seconds) - 1):
    if seconds[i] <= at < seconds[i + 1]:
        w = (at - seconds[i]) / (seconds[i + 1] - seconds[i])
        return kids[i] ** (1 - w) * kids[i + 1] ** w
""",
            "어떤 값을 넣어도",
        ),
        # 가장 가까운 때를 고른다.
        ("return kids[np.argmin(np.abs(seconds - at))]", "거리로"),
    ],
}

# 풀이와 달리 적었지만 받아야 하는 답이다.
ALSO_RIGHT = {
    "noisy_labels": [
        "def noisy_labels(u, size):\n    u *= size\n    return 1 - u, u",
        "def noisy_labels(u, size):\n    return [1 - size * q for q in u], [size * q for q in u]",
        "noise = size * u\nreturn np.stack([np.ones(len(u)) - noise, noise])",
        "return (1 - size) + size * (1 - u), np.interp(u, [0, 1], [0, size])",
        "noise = tf.constant(u) * size\nreturn [1 - noise, noise]",
        "return tf.stack([1 - size * u, size * u])",
    ],
    "distance_at": [
        "def distance_at(seconds, kids, at):\n"
        "    logs = np.log(kids).astype('float32')\n"
        "    return np.exp(np.float32(np.interp(at, seconds, logs)))",
        "return 10 ** np.interp(at, seconds, np.log10(kids))",
        """
import math
for a, b, first, second in zip(seconds, seconds[1:], kids, kids[1:]):
    if a <= at <= b:
        w = (at - a) / (b - a)
        return math.exp((1 - w) * math.log(first) + w * math.log(second))
""",
        """
after = max(1, np.searchsorted(seconds, at))
share = (at - seconds[after - 1]) / (seconds[after] - seconds[after - 1])
return kids[after - 1] ** (1 - share) * kids[after] ** share
""",
    ],
    "judge": [
        """
if len(values) < 3 or len(baseline) < 3:
    return "시드가 모자라다"
if all(a < b for a in values for b in baseline):
    return "낫다"
if all(a > b for a in values for b in baseline):
    return "못하다"
return "가릴 수 없다"
""",
        """
values, baseline = np.sort(values), np.sort(baseline)
if values.size < 3 or baseline.size < 3:
    return np.str_("시드가 모자라다")
if values[-1] < baseline[0]:
    return np.str_("낫다")
return np.str_("못하다" if values[0] > baseline[-1] else "가릴 수 없다")
""",
        """
values.sort()
baseline.sort()
verdict = "가릴 수 없다"
if values[-1] < baseline[0]:
    verdict = "낫다"
elif baseline[-1] < values[0]:
    verdict = "못하다"
return verdict if len(values) > 2 and len(baseline) > 2 else "시드가 모자라다"
""",
    ],
}
