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
