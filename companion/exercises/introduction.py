"""4.1절의 연습 문제를 채점한다."""

from collections.abc import Callable
from typing import Any

import numpy as np

from companion.exercises.checking import (
    checker,
    close,
    integers,
    numbers,
    require,
    require_close,
    text,
)

_PARTS = "ㄹㄴㅁㄱㄷ"
_JAMO = str.maketrans("\u1105\u1102\u1106\u1100\u1103", _PARTS)  # 똑같아 보이는 첫소리 글자
_WHY = (
    "당신 앞에 온 벽돌은 누가 받는 입력인지 본다.",
    "재료는 위조품이 되기 전의 것이다.",
    "적기만 해서는 아무도 바뀌지 않는다.",
    "다시 배우는 것이 누구인지, 누구의 가중치가 바뀌는지 본다.",
    "흠을 고치는 것이 누구인지, 누구의 가중치가 바뀌는지 본다.",
)
_FORGERIES = {4, 5, 6, 8}
_TABLES = [
    (np.array([0.4, 0.3, 0.2, 0.1]), np.array([0.1, 0.2, 0.3, 0.4])),
    (np.array([0.5, 0.25, 0.25]), np.array([0.5, 0.5, 0.0])),
    (np.array([0.2, 0.8]), np.array([0.2, 0.8])),
    (np.array([0.7, 0.3, 0.0]), np.array([0.0, 0.0, 1.0])),
]


def _tables(rng: np.random.Generator) -> list[Any]:
    """정해 둔 표와, 종류의 수와 비율을 100분의 1 단위로 뽑은 표 둘이다. 뽑은 비율은 0이 아니다."""
    drawn = (
        (1 + rng.multinomial(100 - kinds, rng.dirichlet(np.ones(kinds), 2))) / 100
        for kinds in rng.integers(2, 7, 2)
    )
    return [*_TABLES, *drawn]


def _log_sum(p: np.ndarray) -> float:
    return float(np.sum(p * np.log(np.where(p > 0, p, 1))))


@checker(
    hint="가중치를 고치는 장면은 둘뿐이다. 그 둘을 먼저 찾고 나머지를 채운다.",
    done="답하는 일과 배우는 일이 따로라는 것만 기억하면 된다.",
)
def story_parts(answer: Any) -> None:
    require(
        not isinstance(answer, set | frozenset),
        "집합에는 차례가 없다. 다섯 글자를 장면의 차례대로 이어 적는다.",
    )
    letters = "".join(one for one in str(answer).translate(_JAMO) if one in _PARTS)
    require(
        sorted(letters) == sorted(_PARTS),
        f"'{answer}'(이)라고 적었다. ㄱ부터 ㅁ까지 다섯 글자를 한 번씩 써서 장면의 차례대로 이어 적는다.",
    )
    for number, (found, expected) in enumerate(zip(letters, _PARTS, strict=True)):
        require(
            found == expected,
            f"장면 {number + 1}에 ({found})을(를) 적었는데 그렇지 않다. {_WHY[number]}",
        )


@checker(
    hint="위조품은 넷이다. 벽돌에서 볼 자리를 하나 정해 여덟 장을 차례로 비교한다.",
    done="당신의 눈이 판별자이다.",
)
def spot_the_forgeries(answer: Any) -> None:
    chosen = sorted(integers(answer))
    right = len(_FORGERIES.intersection(chosen))
    require(
        len(set(chosen)) == len(chosen) == len(_FORGERIES) and set(chosen) <= set(range(1, 9)),
        f"{chosen}을(를) 골랐다. 1부터 8까지의 번호에서 서로 다른 넷을 고른다.",
    )
    require(
        right == len(_FORGERIES),
        f"넷 가운데 {right}개가 위조품이다. 나머지는 브릭키의 진짜 벽돌이니, 곧은 모서리와 또렷한 돌기를 다시 본다.",
    )


@checker(
    hint="식 (2)에서 p_data(x)와 p_g(x)를 배열로 바꾸면 그대로 파이썬이 된다.",
    done="두 분포가 같은 표에서는 어디서나 0.5이다.",
)
def best_inspector(answer: Callable[..., Any], rng: np.random.Generator) -> None:
    for p_data, p_g in _tables(rng):
        require_close(
            answer(p_data, p_g),
            p_data / (p_data + p_g),
            f"진짜 {text(p_data)}, 위조 {text(p_g)}에서",
            "지나간 벽돌 가운데 진짜의 비율이다. 식 (2)의 분자와 분모를 다시 본다.",
        )


@checker(
    hint="식 (2)로 답을 구하고, 종류마다 p_data·log(답) + p_g·log(1 - 답)을 더한다. 곱할 비율이 0이면 건너뛴다.",
    done="값은 -log 4(두 분포가 같을 때)와 0(전혀 겹치지 않을 때) 사이에 있다.",
)
def game_value(answer: Callable[..., Any], rng: np.random.Generator) -> None:
    for p_data, p_g in _tables(rng):
        case = f"진짜 {text(p_data)}, 위조 {text(p_g)}에서"
        with np.errstate(all="ignore"):
            found = numbers(answer(p_data, p_g), case=case)
        require(
            np.isfinite(found) or (p_data * p_g).all(),
            f"{case} {found}이(가) 나왔다. 비율이 0인 종류에서 0 log 0을 계산했기 때문이다. 그 자리를 0으로 친다.",
        )
        require_close(
            found,
            _log_sum(p_data) + _log_sum(p_g) - _log_sum(p_data + p_g),
            case,
            "진짜의 점수와 위조의 점수를 둘 다, 종류의 비율을 곱해 더하는지 본다.",
        )


@checker(
    hint="식 (1)에서 위조범이 바꿀 수 있는 것은 뒤쪽뿐이다. 종류가 둘인 표에서 비율을 조금씩 옮기며 뒤쪽을 계산해 본다.",
    done="멈춘 검사관 앞에서 위조범은 한 가지만 만든다.",
)
def best_forger(answer: Callable[..., Any], rng: np.random.Generator) -> None:
    drawn = [rng.choice(np.arange(5, 96), kinds, replace=False) for kinds in rng.integers(2, 8, 3)]
    for percent in ([80, 60, 40, 20], [10, 30, 90], [45, 55], [70, 20, 60], *drawn):
        fixed = np.array(percent) / 100
        case = f"검사관의 답이 {text(fixed)}일 때"
        found = numbers(answer(fixed), fixed.shape, case)
        require(
            (found >= -1e-6).all() and close(found.sum(), 1.0),
            f"{case} {text(found)}이(가) 나왔다. 0 이상이고 합이 1인 비율을 종류마다 하나씩 돌려준다.",
        )
        value, lowest = found @ np.log(1 - fixed), np.log(1 - fixed).min()
        digits = 2 if value - lowest > 0.01 else 5  # 두 값이 같은 글로 보이지 않게 한다.
        require(
            value < lowest + 1e-5,
            f"{case} {text(found)}을(를) 만들면 식 (1)의 뒤쪽이 {value:.{digits}f}인데 {lowest:.{digits}f}까지 줄일 수 있다. "
            "답이 가장 높은 종류로 끝까지 몰아 본다.",
        )


@checker(
    hint="한 라운드는 두 줄이다. 비율에 식 (2)의 답을 곱하는 줄과, 합이 1이 되게 나누는 줄이다.",
    done="검사관의 답만으로 진짜의 비율을 찾아갔다.",
)
def play(answer: Callable[..., Any], rng: np.random.Generator) -> None:
    first, *_, drawn, other = _tables(rng)
    for p_data, p_g in (first, drawn, other):
        case = f"진짜 {text(p_data)}, 위조 {text(p_g)}에서 시작해"
        expected = p_g
        for rounds in range(4):
            require_close(
                answer(p_data, p_g, rounds),
                expected,
                f"{case} {rounds}라운드를 겨룬 뒤",
                "라운드마다 식 (2)의 답을 새로 구해 곱하는지, 곱한 다음 합이 1이 되게 나누는지 본다.",
            )
            expected = expected / (1 + expected / p_data)
            expected /= expected.sum()
        case = f"{case} 300라운드를 겨룬 뒤"
        found = numbers(answer(p_data, p_g, 300), p_g.shape, case)
        require(
            np.allclose(found, p_data, atol=0.02),
            f"{case} {text(found)}이(가) 나왔다. 진짜의 비율 {text(p_data)}에 다가가야 한다.",
        )
