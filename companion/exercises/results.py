"""4.2.4절 결과 페이지의 연습 문제를 채점한다."""

from collections.abc import Callable
from typing import Any

import numpy as np

from companion.exercises.checking import checker, require


@checker(
    hint="샘플마다 모든 훈련 이미지와 픽셀 차이의 제곱 평균을 재고, 가장 작은 것이 기준보다 작은지 본다.",
    done="거리가 0에 가까운 샘플은 베낀 것이다.",
)
def find_copies(answer: Callable[..., Any]) -> None:
    rng = np.random.default_rng(0)
    train = rng.uniform(0, 1, (40, 8, 8))
    samples = rng.uniform(0, 1, (6, 8, 8))
    samples[1] = train[17]
    samples[4] = np.clip(train[3] + rng.normal(0, 0.01, (8, 8)), 0, 1)
    samples[2] = np.clip(train[5] + rng.normal(0, 0.1, (8, 8)), 0, 1)  # 제곱 평균만 기준보다 작다.
    indices = np.asarray(answer(samples, train, 0.05))
    require(
        indices.size == 0 or indices.dtype != bool,
        "참과 거짓의 배열이 나왔다. 베낀 샘플의 번호를 돌려준다. np.flatnonzero()를 쓰면 된다.",
    )
    found = sorted(int(index) for index in np.atleast_1d(indices))
    require(
        found != [17] and not set(found) & {3, 17},
        f"{found}이(가) 나왔다. 훈련 이미지의 번호가 아니라 샘플의 번호를 돌려준다.",
    )
    require(
        found != [1],
        "샘플 1번만 나왔다. 4번은 훈련 이미지에 아주 작은 잡음을 섞은 것이다. 같은지가 아니라 가까운지를 본다.",
    )
    require(
        found == [1, 4],
        f"{found}이(가) 나왔다. 베낀 샘플은 1번과 4번이다. 거리를 이미지마다 하나씩 재는지, 제곱근을 씌웠는지 본다.",
    )


@checker(
    hint="distances <= radii가 샘플마다, 진짜마다 동네에 들었는지이다. 하나라도 참인 행을 센다.",
    done="샘플과 진짜를 바꾸어 넣으면 재현율이 된다.",
)
def precision(answer: Callable[..., Any]) -> None:
    rng = np.random.default_rng(0)
    for samples, reals in ((7, 4), (5, 9)):
        distances = rng.uniform(0, 1, (samples, reals))
        radii = rng.uniform(0, 0.4, reals)
        distances[0, 0] = radii[0]
        distances[1] = radii + 0.01  # 다른 것의 동네보다는 가깝지만 어느 동네에도 들지 않는다.
        inside = distances <= radii
        expected = inside.any(axis=1).mean()
        found = float(answer(distances.copy(), radii.copy()))
        require(
            abs(found - inside.any(axis=0).mean()) > 1e-9 or abs(found - expected) < 1e-9,
            f"{found:.3f}이(가) 나왔다. 샘플이 곁에 있는 진짜의 비율이다. 샘플(행)의 비율을 센다.",
        )
        require(
            abs(found - inside.mean()) > 1e-9 or abs(found - expected) < 1e-9,
            f"{found:.3f}이(가) 나왔다. 샘플과 진짜의 짝을 모두 센 비율이다. 동네 하나에라도 든 샘플을 한 번씩만 센다.",
        )
        require(
            abs(found - expected) < 1e-9,
            f"샘플 {samples}장 가운데 {inside.any(axis=1).sum()}장이 동네에 들었으니 {expected:.3f}이어야 하는데 "
            f"{found:.3f}이(가) 나왔다. 경계까지는 안이다.",
        )


@checker(
    hint="values를 작은 차례로 늘어놓은 번호는 np.argsort()가 준다. 양 끝 n개의 평균을 빼고 길이로 나눈다.",
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
        found = np.asarray(answer(z.copy(), values.copy(), n), float)
        require(
            found.shape == (20,),
            f"모양이 {found.shape}인 답이 나왔다. 잠재 벡터와 같은 길이 20의 벡터 하나여야 한다. axis=0으로 평균한다.",
        )
        require(
            abs(np.linalg.norm(found) - 1) < 1e-6,
            f"답의 길이가 {np.linalg.norm(found):.2f}이다. 방향만 남도록 길이로 나누어 1로 만든다.",
        )
        require(
            found @ expected > 0,
            "방향이 거꾸로이다. 큰 쪽의 평균에서 작은 쪽의 평균을 뺀다.",
        )
        require(
            np.allclose(found, expected),
            f"n이 {n}일 때 방향이 조금 다르다. 양 끝에서 꼭 n개씩만 골라 평균하는지 본다.",
        )
