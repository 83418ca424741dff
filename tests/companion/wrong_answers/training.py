"""4.2.4절 훈련 페이지의 연습마다 흔한 오답 하나와, 그때 알려 주는 문장에 있어야 하는 말이다."""

WRONG = {
    "swapped_labels": ('answer = "ㄱ"', "뒤집히는 것이 아니다"),
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
}

AVERAGE = """
def update_average(average, value, n, decay):
    rate = {rate}
    return {result}
"""
RATE, RESULT = "min(decay, (1 + n) / (10 + n))", "rate * average + (1 - rate) * value"

# 위의 것 말고 받아서는 안 되는 답과, 그때 알려 주는 문장에 있어야 하는 말이다.
ALSO_WRONG = {
    "swapped_labels": [
        ("answer = 'ㄱㄷ'", "가운데 하나"),
        ("answer = 3", "3이라고 답했다"),
        ("answer = 'ㄴ'", "반대쪽"),
    ],
    "loss_floor": [
        ("def loss_floor(mean):\n    return [0.2]", "수 하나가 올 자리에 목록 [0.2]가 왔다"),
        ("return mean * np.log(mean) + (1 - mean) * np.log(1 - mean)", "부호를"),
        ("return -mean * np.log(mean)", "두 항"),
        ("return -(1 - mean) * np.log(1 - mean)", "두 항"),
        ("return -mean * np.log2(mean) - (1 - mean) * np.log2(1 - mean)", "자연로그"),
        ("return 0", "y와 p에"),
        # 반올림한 값은 바닥과 다른 것이 보일 때까지 적는다.
        (
            "return round(-mean * np.log(mean) - (1 - mean) * np.log(1 - mean), 4)",
            "0.1985가 나왔다. 0.19852여야 한다",
        ),
        # 한쪽에서만 돌려준다.
        (
            "if mean > 0.5:\n    return -mean * np.log(mean) - (1 - mean) * np.log(1 - mean)",
            "어떤 값을 넣어도",
        ),
    ],
    "update_average": [
        (AVERAGE.format(rate="(1 + n) / (10 + n)", result=RESULT), "decay보다 커졌다"),
        # 열 스텝까지만 낮춘다.
        (AVERAGE.format(rate="(1 + n) / (10 + n) if n < 10 else decay", result=RESULT), "첫머리"),
        (AVERAGE.format(rate=RATE, result="rate"), "감쇠율이 나왔다"),
        (AVERAGE.format(rate=RATE, result="(1 - rate) * average + rate * value"), "바뀌었다"),
        (AVERAGE.format(rate=RATE, result=f"round({RESULT}, 3)"), "나왔다"),
    ],
}

# 풀이와 달리 적었지만 받아야 하는 답이다.
ALSO_RIGHT = {
    "swapped_labels": [
        'answer = "(ㄷ)"',
        'answer = " ㄷ "',
        "answer = \"'ㄷ'\"",
        'answer = ["ㄷ"]',
        'answer = ("ㄷ",)',
        'answer = {"ㄷ"}',
    ],
    "update_average": [
        "from keras import ops"
        + AVERAGE.format(rate="ops.minimum(decay, (1 + n) / (10 + n))", result=RESULT),
        "import numpy as np" + AVERAGE.format(rate=f"np.float32({RATE})", result=RESULT),
        "rate = max(1 - decay, 9 / (10 + n))\nreturn average + rate * (value - average)",
        """
warm = (1 + n) / (10 + n)
if warm < decay:
    decay = warm
return float(np.average([average, value], weights=[decay, 1 - decay]))
""",
    ],
    "loss_floor": [
        "import math\nreturn -(mean * math.log(mean) + (1 - mean) * math.log(1 - mean))",
        "p = np.array([mean, 1 - mean])\nreturn -p @ np.log(p)",
        "return keras.losses.binary_crossentropy([mean], [mean])",
        "return mean * np.log(1 / mean) + (1 - mean) * np.log(1 / (1 - mean))",
        "return binary_cross_entropy([mean], [np.log(mean / (1 - mean))])",
    ],
}
