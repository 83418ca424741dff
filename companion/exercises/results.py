"""4.2.4절 결과 페이지의 연습 문제를 채점한다."""

from collections.abc import Callable
from typing import Any

import numpy as np

from companion.exercises.checking import (
    checker,
    close,
    draw,
    integers,
    numbers,
    require,
    require_close,
    text,
)


@checker(
    hint="샘플마다 모든 훈련 이미지와 픽셀 차이의 제곱 평균의 제곱근을 재고, 가장 작은 것이 기준보다 작은지 본다.",
    done="거리가 0에 가까운 샘플은 베낀 것이다.",
)
def find_copies(answer: Callable[..., Any], rng: np.random.Generator) -> None:
    ((count, known, height, width, percent),) = draw(
        rng, 1, (6, 9), (20, 40), (6, 9), (6, 9), (3, 8)
    )
    threshold, pixels = percent / 100, height * width
    train = rng.uniform(0, 1, (known, height, width))
    samples = rng.uniform(0, 1, (count, height, width))
    same, tiny, near, sharp, far = rng.permutation(count)[:5].tolist()
    sources = count + rng.permutation(known - count)[:6]  # 베낀 샘플의 번호와 겹치지 않는다.
    samples[[same, tiny, near, sharp, far]] = train[sources[:5]]
    train[sources[5]] = train[sources[0]]  # same에 가까운 훈련 이미지가 둘이다.
    noise = rng.choice([-0.5, 0.5], (height, width)) * threshold  # 거리가 꼭 기준의 절반이다.
    samples[tiny] += noise / np.sqrt(pixels)  # 픽셀 수로 나누지 않아도 기준보다 작다.
    samples[near] += noise
    noise[0, 0] = 1.2 * threshold  # 거리는 여전히 기준보다 작지만, 한 픽셀의 차이는 기준보다 크다.
    samples[sharp] += noise
    # 한 픽셀만 크게 달라, 거리는 기준의 두 배인데 달리 평균하면 기준보다 작다.
    samples[far, 0, 0] += 2 * threshold * np.sqrt(pixels)

    difference = samples[:, None] - train
    squares = (difference**2).mean(axis=(2, 3))
    root, summed, unrooted, absolute, largest = (
        np.flatnonzero(distances.min(axis=1) < threshold).tolist()
        for distances in (
            np.sqrt(squares),
            np.sqrt(pixels * squares),
            squares,
            np.abs(difference).mean(axis=(2, 3)),
            np.abs(difference).max(axis=(2, 3)),
        )
    )
    found = sorted(integers(answer(samples, train, threshold)))
    if found == root:
        return
    require(
        len(found) < count or not set(found) <= {0, 1},
        "참과 거짓의 배열이 나왔다. 베낀 샘플의 번호를 돌려준다. np.flatnonzero()를 쓰면 된다.",
    )
    for mistaken, advice in (
        (
            max(found, default=0) >= count,
            "훈련 이미지의 번호가 아니라 샘플의 번호를 돌려준다.",
        ),
        (len(set(found)) < len(found), "같은 번호가 거듭 있다. 샘플마다 한 번만 적는다."),
        (
            found == [same],
            "훈련 이미지에 작은 잡음을 섞은 샘플도 있다. 꼭 같은 것만이 아니라 기준보다 가까운 것을 모두 고른다.",
        ),
        (
            found == summed,
            "제곱을 더하고 픽셀 수로 나누지 않은 듯하다. 제곱의 평균을 구해 제곱근을 씌운다.",
        ),
        (
            found == largest,
            f"차이가 가장 큰 픽셀만 본 듯하다. 제곱의 평균에 제곱근을 씌우면 {sharp}번도 기준보다 가깝다.",
        ),
        (
            found in (unrooted, absolute),
            "제곱의 평균에 제곱근을 씌우지 않았거나 절댓값을 평균한 듯하다. "
            f"제곱근을 씌우면 {far}번은 기준보다 멀다.",
        ),
        (
            True,
            f"베낀 샘플은 {', '.join(map(str, root))}번이다. "
            "가장 가까운 훈련 이미지까지의 거리가 기준보다 작은지 본다.",
        ),
    ):
        require(not mistaken, f"{found or '빈 목록'}이(가) 나왔다. {advice}")


@checker(
    hint="distances <= radii가 샘플마다, 진짜마다 동네에 들었는지이다. 하나라도 참인 행을 센다.",
    done="샘플과 진짜를 바꾸어 넣으면 재현율이 된다.",
)
def precision(answer: Callable[..., Any], rng: np.random.Generator) -> None:
    # 마지막 행이 반지름이다. 경계에 놓인 샘플, 가장 가까운 진짜의 동네에는 들지 않은 샘플 셋, 어디에도 들지 않은
    # 샘플 둘, 동네 둘에 든 샘플이 차례로 있다.
    edges = [
        [30, 90, 90, 90],
        [90, 20, 50, 90],
        [90, 22, 50, 90],
        [90, 24, 50, 90],
        [90, 25, 90, 90],
        [90, 90, 90, 90],
        [10, 5, 90, 90],
        [30, 10, 60, 24],
    ]
    drawn = [
        np.vstack([rng.integers(0, 101, (samples, reals)), rng.integers(1, 31, reals)])
        for samples, reals in draw(rng, 3, (4, 12), (3, 9))
    ]
    for percents in (edges, *drawn):
        table = np.array(percents) / 100  # 경계에서 반올림이 갈리지 않게 100분의 1 단위로 둔다.
        distances, radii = table[:-1], table[-1]
        samples, reals = distances.shape
        inside = distances <= radii
        expected = np.count_nonzero((distances - radii).min(axis=1) <= 0) / samples
        found = numbers(answer(distances, radii))
        for other, advice in (
            (
                inside.any(axis=0).mean(),
                "샘플이 곁에 있는 진짜의 비율이다. 샘플(행)의 비율을 센다.",
            ),
            (
                inside.mean(),
                "샘플과 진짜의 짝을 모두 센 비율이다. 동네 하나에라도 든 샘플을 한 번씩만 센다.",
            ),
            (inside.any(axis=1).sum() / reals, "진짜의 수로 나누었다. 샘플의 수로 나눈다."),
            ((distances < radii).any(axis=1).mean(), "경계를 뺐다. 경계까지는 안이다."),
        ):
            require(
                close(found, expected) or not close(found, other),
                f"{text(found)}이(가) 나왔다. {advice}",
            )
        require_close(
            found,
            expected,
            f"샘플 {samples}장 가운데 {inside.any(axis=1).sum()}장이 동네에 들었을 때",
            "그 비율을 돌려준다.",
        )


@checker(
    hint="values가 작은 것부터 늘어놓은 번호는 np.argsort()가 준다. 큰 쪽 n개의 평균에서 작은 쪽 n개의 평균을 빼고, 길이로 나눈다.",
    done="이 방향으로 옮기면 재었던 성질이 커진다.",
)
def direction(answer: Callable[..., Any], rng: np.random.Generator) -> None:
    ((count, length, many, few),) = draw(rng, 1, (100, 300), (5, 20), (20, 40), (2, 8))
    z = rng.standard_normal((count, length))
    order = np.argsort(z[:, rng.integers(length)] + 0.1 * rng.standard_normal(count))
    values = np.empty(count)
    values[order] = np.arange(count) / 10 - 10  # 서로 가깝지 않아, 반올림해도 차례가 바뀌지 않는다.
    for n in (many, few):
        expected = z[order[-n:]].sum(axis=0) - z[order[:n]].sum(axis=0)
        expected /= np.linalg.norm(expected)
        found = numbers(answer(z, values, n), None)
        require(
            found.shape == (length,),
            f"모양이 {found.shape}인 답이 나왔다. 잠재 벡터와 같은 길이 {length}의 벡터 하나여야 한다. axis=0으로 평균한다.",
        )
        require(
            close(np.linalg.norm(found), 1.0),
            f"답의 길이가 {text(np.linalg.norm(found), 6)}이다. 방향만 남도록 길이로 나누어 1로 만든다.",
        )
        unsorted = z[-n:].mean(axis=0) - z[:n].mean(axis=0)
        require(
            not close(found, unsorted / np.linalg.norm(unsorted)),
            "z의 차례대로 앞뒤에서 골랐다. values가 작은 것부터 늘어놓은 다음 양 끝을 고른다.",
        )
        require(
            found @ expected > 0,
            "방향이 거꾸로이다. 큰 쪽의 평균에서 작은 쪽의 평균을 뺀다.",
        )
        require(
            close(found, expected),
            f"n이 {n}일 때 방향이 조금 다르다. 양 끝에서 꼭 n개씩만 골라 평균하는지 본다.",
        )
