"""4.2.4절 훈련 페이지의 연습 문제를 채점한다."""

from collections.abc import Callable
from typing import Any

import numpy as np

from companion.exercises.checking import checker, close, draw, numbers, require, require_close


@checker(
    hint="생성자는 여전히 판별자가 1이라고 답하기를 바란다. 뒤집힌 판별자는 어떤 벽돌에 1이라고 답하는가?",
    done="둘이 같은 것을 바라므로 겨루기가 사라진다.",
)
def swapped_labels(answer: Any) -> None:
    letter = str(answer).strip(" .,()[]{}'\"")
    require(
        letter in ("ㄱ", "ㄴ", "ㄷ"),
        f"{answer!r}(이)라고 답했다. ㄱ, ㄴ, ㄷ 가운데 하나를 따옴표 안에 적는다.",
    )
    require(
        letter != "ㄱ",
        "판별자의 답만 뒤집히는 것이 아니다. 생성자의 손실은 그대로여서, 바라는 답이 판별자의 답과 같아진다.",
    )
    require(
        letter == "ㄷ",
        "판별자가 진짜에 어떤 답을 하게 되는지 본다. 생성자는 그 반대쪽으로 간다.",
    )


@checker(
    hint="레이블의 평균 y에 판별자가 꼭 y라고 답할 때가 바닥이다. 그 답을 식 (1)에 넣는다.",
    done="d_loss가 이 값에 붙어 있으면 판별자는 더 나아질 곳이 없다.",
)
def loss_floor(answer: Callable[..., Any], rng: np.random.Generator) -> None:
    for percent in (95, 90, 50, *rng.integers(5, 96, 3).tolist()):
        mean = percent / 100
        # 답이 0.5인 자리의 손실에서, 맞게 답한 만큼 줄어든다.
        expected = np.log(2) - mean * np.log(2 * mean) - (1 - mean) * np.log(2 - 2 * mean)
        case = f"레이블의 평균이 {mean}일 때"
        found = numbers(answer(mean), case=case)
        terms = [-weight * np.log(p) for p in (mean, 1 - mean) for weight in (p, 1)]
        advice = (
            "식 (1)의 두 항을 모두 더한다."
            if any(close(found, term) for term in terms)
            else "식 (1)의 y와 p에 모두 mean을 넣는다. 부호를 보고, 로그는 자연로그로 한다."
        )
        require_close(found, expected, case, advice)


@checker(
    hint="먼저 min(decay, (1 + n) / (10 + n))으로 감쇠율을 정하고, 식 (6)에 넣는다.",
    done="companion의 _update_ema()가 하는 일과 같다.",
)
def update_average(answer: Callable[..., Any], rng: np.random.Generator) -> None:
    drawn = draw(rng, 4, (-50, 50), (-50, 50), (0, 300), (800, 999))
    for average, value, n, decay in (
        (3.0, 1.0, 0, 0.995),
        (2.0, 4.0, 1, 0.995),
        (1.0, 0.0, 5000, 0.9),
        (2.0, 1.0, 50, 0.995),
        *((average / 10, value / 10, n, decay / 1000) for average, value, n, decay in drawn),
    ):
        warm = (1 + n) / (10 + n)
        rate = min(decay, warm)
        case = f"평균 {average}, 새 값 {value}, {n}스텝, 감쇠율 {decay}에서"
        found = numbers(answer(average, value, n, decay), case=case)
        expected = value + rate * (average - value)
        for other, advice in (
            (
                rate * value + (1 - rate) * average,
                "평균과 새 값에 곱하는 가중치가 바뀌었다. 감쇠율은 지난 평균에 곱한다.",
            ),
            (rate, "감쇠율이 나왔다. 그것을 식 (6)에 넣어 새 평균을 구한다."),
            (
                warm * average + (1 - warm) * value,
                "감쇠율이 decay보다 커졌다. 둘 가운데 작은 것을 쓴다.",
            ),
        ):
            require(close(found, expected) or not close(found, other), advice)
        require_close(found, expected, case, "첫머리에 감쇠율을 낮추는지 본다.")
