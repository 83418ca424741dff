"""4.1절의 연습마다 흔한 오답 하나와, 그때 알려 주는 문장에 있어야 하는 말이다."""

WRONG = {
    "story_parts": ('answer = "ㄹㄴㅁㄷㄱ"', "누구의 가중치"),
    "spot_the_forgeries": ("answer = [1, 4, 5, 6]", "넷 가운데 3개"),
    "best_inspector": (
        """
def best_inspector(p_data, p_g):
    return p_g / (p_data + p_g)
""",
        "분자",
    ),
    "game_value": (
        """
def game_value(p_data, p_g):
    answer = p_data / (p_data + p_g)
    return np.sum(p_data * np.log(answer) + p_g * np.log(1 - answer))
""",
        "0 log 0",
    ),
    "best_forger": (
        """
def best_forger(answer):
    return answer / answer.sum()
""",
        "끝까지",
    ),
    "play": (
        """
def play(p_data, p_g, rounds):
    answer = p_data / (p_data + p_g)
    for _ in range(rounds):
        p_g = p_g * answer
        p_g = p_g / p_g.sum()
    return p_g
""",
        "새로 구해",
    ),
}

PLAY = """
def play(p_data, p_g, rounds):
    shapes = [p_g]
    for _ in range(rounds):
        p_g = p_g * p_data / (p_data + p_g)
        p_g = p_g / p_g.sum()
        shapes.append(p_g)
    return {}
"""

# 위의 것 말고 받아서는 안 되는 답과, 그때 알려 주는 문장에 있어야 하는 말이다.
ALSO_WRONG = {
    "spot_the_forgeries": [
        ("answer = 4", "정수의 목록이 올 자리에 수 4가 왔다"),
        ("answer = [float('nan')] * 4", "정수의 목록이 올 자리에"),
        ("answer = [4, 5, 6, 8, 8]", "[4, 5, 6, 8, 8]을 골랐다"),
        ("answer = [4, 4, 5, 6]", "[4, 4, 5, 6]을 골랐다"),
        ("answer = '4568'", "정수의 목록이 올 자리에 글 '4568'이 왔다"),
    ],
    "best_inspector": [
        # 모양만 다른 답에 '4개가 나왔다, 4개를 돌려준다'고 하지 않는다.
        (
            "def best_inspector(p_data, p_g):\n    return (p_data / (p_data + p_g))[:, None]",
            "크기가 (4,)인 배열이 올 자리에 크기가 (4, 1)인 배열이 왔다",
        ),
        # 반올림한 답이 글로는 같아 보이지 않는다.
        (
            "def best_inspector(p_data, p_g):\n    return np.round(p_data / (p_data + p_g), 3)",
            "0.3333",
        ),
        (
            "best_inspector = np.array([0.8, 0.6, 0.4, 0.2])",
            "함수가 올 자리에 크기가 (4,)인 배열이",
        ),
    ],
    "game_value": [
        # 0이 없는 표에서 나온 nan은 0 log 0 때문이 아니다.
        ("def game_value(p_data, p_g):\n    return np.nan", "-1.173이어야"),
        ("def game_value(p_data, p_g):\n    return p_data", "수 하나가 올 자리에 크기가 (4,)인"),
        ("def game_value(p_data, p_g):\n    return 'x'", "수 하나가 올 자리에 글 'x'가 왔다"),
    ],
    "best_forger": [
        # 거의 다 몰았다.
        ("return np.exp(50 * answer) / np.exp(50 * answer).sum()", "-1.60941인데 -1.60944까지"),
        # 가장 의심하는 종류로 몰았다.
        ("return np.eye(len(answer))[answer.argmin()]", "답이 가장 높은 종류로"),
        ("return np.ones(len(answer)) / len(answer)", "답이 가장 높은 종류로"),
        ("return (answer == answer.max()) * 2.0", "합이 1"),
        (
            "def best_forger(answer):\n    return np.eye(len(answer))[[np.argmax(answer)]]",
            "크기가 (4,)인 배열이 올 자리에 크기가 (1, 4)인 배열이 왔다",
        ),
    ],
    "play": [
        (PLAY.format("shapes"), "크기가 (4,)인 배열이 올 자리에"),
        # 곱하기만 하고 나누지 않는다.
        ("for _ in range(rounds):\n    p_g = p_g * p_data / (p_data + p_g)\nreturn p_g", "합이 1"),
        # 한 번만 겨룬다.
        (
            "p_g = p_g * p_data / (p_data + p_g)\nreturn p_g / p_g.sum() if rounds else p_data",
            "0라운드",
        ),
    ],
    "story_parts": [
        ("answer = 'ㄹㄴㄷㅁㄱ'", "적기만 해서는"),
        ("answer = 'ㄹㄴㅁㄱ'", "다섯 글자를 한 번씩"),
        ("answer = 'ㄴㄹㅁㄱㄷ'", "누가 받는 입력"),
        ("answer = {'ㄹ', 'ㄴ', 'ㅁ', 'ㄱ', 'ㄷ'}", "집합에는 차례가 없다"),
    ],
}

# 풀이와 달리 적었지만 받아야 하는 답이다.
ALSO_RIGHT = {
    "spot_the_forgeries": [
        "answer = {4, 5, 6, 8}",
        "answer = np.array([8, 6, 5, 4])",
        "answer = (8.0, 4.0, 5.0, 6.0)",
    ],
    "best_inspector": [
        "def best_inspector(p_data, p_g):\n    p_g += p_data\n    return p_data / p_g",
        "def best_inspector(p_data, p_g):\n    p_data /= p_data + p_g\n    return p_data",
        "return [real / (real + forged) for real, forged in zip(p_data, p_g)]",
        "return 1 - p_g / (p_data + p_g)",
        "return tf.constant(p_data) / tf.constant(p_data + p_g)",
    ],
    "play": [
        PLAY.format("p_g.astype('float32')"),
        """
p_g = list(p_g)
for _ in range(rounds):
    new = [g * d / (d + g) for d, g in zip(p_data, p_g)]
    p_g = [g / sum(new) for g in new]
return p_g
""",
        """
if rounds == 0:
    return p_g
p_g *= p_data / (p_data + p_g)
return play(p_data, p_g / p_g.sum(), rounds - 1)
""",
    ],
    "story_parts": [
        "answer = 'ㄹ, ㄴ, ㅁ, ㄱ, ㄷ'",
        "answer = ['ㄹ', 'ㄴ', 'ㅁ', 'ㄱ', 'ㄷ']",
        "answer = ' (ㄹ)-(ㄴ)-(ㅁ)-(ㄱ)-(ㄷ) '",
        # 똑같아 보이는 첫소리 글자로 적었다.
        r"answer = '\u1105\u1102\u1106\u1100\u1103'",
    ],
    "game_value": [
        # 표의 종류를 하나씩 센다.
        """
import math
value = 0
for real, forged in zip(p_data, p_g):
    if real > 0:
        value += real * math.log(real / (real + forged))
    if forged > 0:
        value += forged * math.log(forged / (real + forged))
return value
""",
        """
answer = p_data / (p_data + p_g)
return np.nansum(p_data * np.log(answer)) + np.nansum(p_g * np.log(1 - answer))
""",
        """
answer = p_data / (p_data + p_g)
return np.sum(p_data * np.log(answer + 1e-12) + p_g * np.log(1 - answer + 1e-12))
""",
        """
answer = p_data / (p_data + p_g)
return tf.reduce_sum(tf.math.xlogy(p_data, answer) + tf.math.xlogy(p_g, 1 - answer))
""",
    ],
    "best_forger": [
        "return [int(place == np.argmax(answer)) for place in range(len(answer))]",
        "return keras.utils.to_categorical(np.argmax(answer), len(answer))",
        "return np.eye(len(answer))[answer.argmax()]",
        "return (answer == answer.max()).astype(float)",
        "return [1 if a == max(answer) else 0 for a in answer]",
        # 가장 높은 것이 여럿이면 고르게 나눈다.
        "best = answer == answer.max()\nreturn best / best.sum()",
    ],
}
