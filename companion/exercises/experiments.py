"""4.2.4절 실험 페이지의 연습 문제를 채점한다."""

from collections.abc import Callable
from typing import Any

import numpy as np

from companion.exercises.checking import (
    checker,
    close,
    draw,
    numbers,
    require,
    require_close,
    text,
)


@checker(
    hint="진짜는 1에서 빼고 가짜는 0에 더한다. 둘 다 크기를 곱한 u만큼이다.",
    done="레이블이 0과 1 사이에 머문다.",
)
def noisy_labels(answer: Callable[..., Any], rng: np.random.Generator) -> None:
    edges = np.array([0.0, 0.25, 1.0])
    drawn = [
        (rng.integers(0, 101, n) / 100, size / 100) for n, size in draw(rng, 2, (2, 8), (5, 45))
    ]
    for u, size in ((edges, 0.1), (edges, 0.3), *drawn):
        labels = answer(u, size)
        if hasattr(labels, "shape"):  # 텐서 하나에 쌓았다.
            labels = list(np.atleast_1d(labels))
        require(
            isinstance(labels, tuple | list) and len(labels) == 2,
            "진짜 레이블과 가짜 레이블, 배열 둘을 쉼표로 이어 돌려준다.",
        )
        for name, label, clean, inside in (
            ("진짜", labels[0], 1, -size),
            ("가짜", labels[1], 0, size),
        ):
            found = numbers(label, u.shape, f"{name} 레이블에서")
            require(
                found.min() >= -1e-6 and found.max() <= 1 + 1e-6,
                f"{name} 레이블에 {text(found.max() if found.max() > 1 else found.min())}이(가) 있다. "
                "0과 1 사이를 벗어나면 손실에 바닥이 없다. 잡음을 안쪽으로 섞는다.",
            )
            require(
                close(found, clean + inside * u),
                f"u가 {text(u)}이고 크기가 {size}일 때 {name} 레이블이 {text(found)}이다. "
                f"u가 0이면 {clean}이고 1이면 {text(clean + inside)}이도록 고르게 펼친다.",
            )


@checker(
    hint="가장 나쁜 시드와 가장 좋은 시드만 보면 된다. max()와 min()을 쓴다.",
    done="하나라도 엇갈리면 가릴 수 없다고 한다.",
)
def judge(answer: Callable[..., Any], rng: np.random.Generator) -> None:
    baseline = [300.0, 420.0, 380.0]
    cases = [
        ([200.0, 250.0, 290.0], baseline),
        ([430.0, 500.0, 470.0], baseline),
        ([200.0, 250.0, 310.0], baseline),
        ([410.0, 500.0, 900.0], baseline),
        ([100.0, 300.0, 200.0], baseline),
        ([420.0, 500.0, 450.0], baseline),
        ([200.0, 250.0, 290.0, 500.0], baseline),
        ([60.0, 50.0, 70.0], [20.0, 30.0, 10.0, 80.0]),
        ([60.0, 50.0, 70.0], [20.0, 30.0, 10.0, 40.0]),
        ([100.0, 110.0], baseline),
        ([100.0, 110.0, 120.0], baseline[:2]),
        ([100.0, 110.0], [*baseline, 400.0]),
    ]
    for seeds, others, start in draw(rng, 6, (2, 6), (2, 6), (300, 700)):
        drawn = rng.integers(start, start + 200, seeds), rng.integers(500, 700, others)
        cases.append(tuple(distances.astype(float).tolist() for distances in drawn))
    for values, against in cases:
        pairs = np.subtract.outer(values, against)
        verdicts = {
            "시드가 모자라다": min(pairs.shape) < 3,
            "낫다": (pairs < 0).all(),
            "못하다": (pairs > 0).all(),
            "가릴 수 없다": True,
        }
        expected = next(verdict for verdict, holds in verdicts.items() if holds)
        found = answer(values, against)
        require(
            found == expected,
            f"거리가 {values}이고 기준이 {against}이면 {expected!r}인데 {found!r}이(가) 나왔다.",
        )


@checker(
    hint="np.interp()로 거리의 로그를 곧게 잇고, np.exp()로 되돌린다.",
    done="같은 이미지 수에 비교한 결과와 다를 수 있으니 둘 다 적는다.",
)
def distance_at(answer: Callable[..., Any], rng: np.random.Generator) -> None:
    measured = np.array([[10.0, 20, 40], [900, 200, 8]])
    cases = [(measured, 0, 0), (measured, 0, 70), (measured, 1, 65), (measured, 1, 100)]
    for times, percent in draw(rng, 3, (2, 6), (1, 99)):
        drawn = np.cumsum([rng.integers(5, 40, times), rng.integers(10, 999, times)], axis=1)
        drawn[1] = drawn[1, ::-1]
        cases.append((drawn.astype(float), int(rng.integers(times - 1)), percent))
    for (seconds, kids), place, percent in cases:
        share = percent / 100
        at, straight = (
            float((1 - share) * line[place] + share * line[place + 1]) for line in (seconds, kids)
        )
        expected = kids[place] ** (1 - share) * kids[place + 1] ** share
        found = numbers(answer(seconds, kids, at))
        require(
            close(found, expected) or not close(found, straight),
            f"시간 {at:g}초에 {text(found)}이(가) 나왔다. 거리를 바로 이은 값이다. 거리의 로그를 잇고 되돌린다.",
        )
        require_close(
            found,
            expected,
            f"잰 때가 {text(seconds)}초, 거리가 {text(kids)}이면 {at:g}초의 거리로",
        )
