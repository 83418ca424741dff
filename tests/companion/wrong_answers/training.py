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
