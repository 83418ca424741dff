"""4.2.4절 실험 페이지의 연습 문제를 채점한다."""

from collections.abc import Callable
from typing import Any

import numpy as np

from companion.exercises.checking import checker, require


@checker(
    hint="진짜는 1에서 빼고 가짜는 0에 더한다. 둘 다 크기를 곱한 u만큼이다.",
    done="레이블이 0과 1 사이에 머문다.",
)
def noisy_labels(answer: Callable[..., Any]) -> None:
    u = np.array([0.0, 0.25, 1.0])
    for size in (0.1, 0.3):
        try:
            real, fake = (np.asarray(part, float) for part in answer(u.copy(), size))
        except (TypeError, ValueError):
            require(False, "진짜 레이블과 가짜 레이블, 배열 둘을 쉼표로 이어 돌려준다.")
        for name, labels, expected in (("진짜", real, 1 - size * u), ("가짜", fake, size * u)):
            require(
                labels.shape == u.shape,
                f"{name} 레이블의 모양이 {labels.shape}이다. u와 같은 {u.shape}이어야 한다.",
            )
            require(
                labels.min() >= 0 and labels.max() <= 1,
                f"{name} 레이블에 {labels.max() if labels.max() > 1 else labels.min():g}이(가) 있다. "
                "0과 1 사이를 벗어나면 손실에 바닥이 없다. 잡음을 안쪽으로 섞는다.",
            )
            require(
                np.allclose(labels, expected),
                f"u가 {u.tolist()}이고 크기가 {size}일 때 {name} 레이블이 {labels.round(3).tolist()}이다. "
                f"{expected.round(3).tolist()}이어야 한다.",
            )


@checker(
    hint="가장 나쁜 시드와 가장 좋은 시드만 보면 된다. max()와 min()을 쓴다.",
    done="하나라도 엇갈리면 가릴 수 없다고 한다.",
)
def judge(answer: Callable[..., Any]) -> None:
    baseline = [300.0, 420.0, 380.0]
    for values, against, expected in (
        ([200.0, 250.0, 290.0], baseline, "낫다"),
        ([430.0, 500.0, 470.0], baseline, "못하다"),
        ([200.0, 250.0, 310.0], baseline, "가릴 수 없다"),
        ([410.0, 500.0, 900.0], baseline, "가릴 수 없다"),
        ([100.0, 300.0, 200.0], baseline, "가릴 수 없다"),
        ([420.0, 500.0, 450.0], baseline, "가릴 수 없다"),
        ([200.0, 250.0, 290.0, 500.0], baseline, "가릴 수 없다"),
        ([60.0, 50.0, 70.0], [20.0, 30.0, 10.0, 80.0], "가릴 수 없다"),
        ([60.0, 50.0, 70.0], [20.0, 30.0, 10.0, 40.0], "못하다"),
        ([100.0, 110.0], baseline, "시드가 모자라다"),
        ([100.0, 110.0, 120.0], baseline[:2], "시드가 모자라다"),
    ):
        found = answer(list(values), list(against))
        require(
            found == expected,
            f"거리가 {values}이고 기준이 {against}이면 {expected!r}인데 {found!r}이(가) 나왔다.",
        )


@checker(
    hint="np.interp()로 거리의 로그를 곧게 잇고, np.exp()로 되돌린다.",
    done="같은 이미지 수에 비교한 결과와 다를 수 있으니 둘 다 적는다.",
)
def distance_at(answer: Callable[..., Any]) -> None:
    rng = np.random.default_rng(0)
    for at in (10.0, 17.0, 33.0):
        seconds = np.array([10.0, 20.0, 40.0])
        kids = np.sort(rng.uniform(50, 50_000, 3))[::-1]
        expected = float(np.exp(np.interp(at, seconds, np.log(kids))))
        straight = float(np.interp(at, seconds, kids))
        found = float(answer(seconds.copy(), kids.copy(), at))
        require(
            abs(found - straight) > 1e-6 * straight or abs(straight - expected) < 1e-6 * straight,
            f"시간 {at:g}초에 {found:,.1f}이(가) 나왔다. 거리를 바로 이은 값이다. 거리의 로그를 잇고 되돌린다.",
        )
        require(
            abs(found - expected) < 1e-6 * expected,
            f"잰 때가 {seconds.tolist()}초, 거리가 {kids.round(1).tolist()}이면 {at:g}초의 거리는 "
            f"{expected:,.1f}인데 {found:,.1f}이(가) 나왔다(백만분의 1까지 본다).",
        )
