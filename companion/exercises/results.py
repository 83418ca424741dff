"""4.2.4절 결과 페이지의 연습 문제를 채점한다."""

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


@checker(
    hint="샘플마다 모든 훈련 이미지와 픽셀 차이의 제곱 평균의 제곱근을 재고, 가장 작은 것이 기준보다 작은지 본다.",
    done="거리가 0에 가까운 샘플은 베낀 것이다.",
)
def find_copies(answer: Callable[..., Any]) -> None:
    rng = np.random.default_rng(0)
    train = rng.uniform(0, 1, (40, 8, 8))
    samples = rng.uniform(0, 1, (6, 8, 8))
    train[33] = train[17]
    samples[1] = train[17]  # 가까운 훈련 이미지가 둘이다.
    samples[4] = train[31] + rng.normal(0, 0.01, (8, 8))
    samples[3] = train[23] + rng.normal(0, 0.003, (8, 8))  # 픽셀 수로 나누지 않아도 기준보다 작다.
    samples[2] = train[25]
    samples[2, 0, :4] += 0.4  # 제곱이나 절댓값의 평균만 기준보다 작다.
    found = sorted(integers(answer(samples, train, 0.05)))
    require(
        len(found) < len(samples) or not set(found) <= {0, 1},
        "참과 거짓의 배열이 나왔다. 베낀 샘플의 번호를 돌려준다. np.flatnonzero()를 쓰면 된다.",
    )
    for other, advice in (
        ([17, 23, 31], "훈련 이미지의 번호가 아니라 샘플의 번호를 돌려준다."),
        ([17], "훈련 이미지의 번호가 아니라 샘플의 번호를 돌려준다."),
        ([1], "훈련 이미지에 아주 작은 잡음을 섞은 샘플도 있다. 같은지가 아니라 가까운지를 본다."),
        ([1, 3], "제곱을 더하고 픽셀 수로 나누지 않은 듯하다. 제곱의 평균을 구해 제곱근을 씌운다."),
        ([1, 2, 3, 4], "제곱의 평균에 제곱근을 씌우지 않은 듯하다. 씌우면 2번은 기준보다 멀다."),
    ):
        require(found != other, f"{found}이(가) 나왔다. {advice}")
    require(
        found == [1, 3, 4],
        f"{found}이(가) 나왔다. 베낀 샘플은 1, 3, 4번이다. 가장 가까운 훈련 이미지까지의 거리가 기준보다 작은지 본다.",
    )


@checker(
    hint="distances <= radii가 샘플마다, 진짜마다 동네에 들었는지이다. 하나라도 참인 행을 센다.",
    done="샘플과 진짜를 바꾸어 넣으면 재현율이 된다.",
)
def precision(answer: Callable[..., Any]) -> None:
    rng = np.random.default_rng(0)
    for samples, reals in ((8, 5), (5, 9)):
        distances = rng.uniform(0, 1, (samples, reals))
        radii = rng.uniform(0, 0.4, reals)
        distances[:2] = radii + 0.01  # 어느 동네에도 들지 않는다.
        distances[0, 0] = radii[0]  # 꼭 경계에 놓인다.
        inside = distances <= radii
        expected = inside.any(axis=1).mean()
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
def direction(answer: Callable[..., Any]) -> None:
    rng = np.random.default_rng(0)
    z = rng.standard_normal((300, 20))
    values = z[:, 3] + 0.1 * rng.standard_normal(300)
    order = np.argsort(values)
    for n in (40, 7):
        expected = z[order[-n:]].mean(axis=0) - z[order[:n]].mean(axis=0)
        expected /= np.linalg.norm(expected)
        found = numbers(answer(z, values, n), None)
        require(
            found.shape == (20,),
            f"모양이 {found.shape}인 답이 나왔다. 잠재 벡터와 같은 길이 20의 벡터 하나여야 한다. axis=0으로 평균한다.",
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
