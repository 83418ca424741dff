"""4.2.4절의 연습 문제를 채점한다."""

from collections.abc import Callable
from typing import Any

import numpy as np

from companion.exercises.checking import checker, require


@checker(
    hint="생성자는 여전히 판별자가 1이라고 답하기를 바란다. 뒤집힌 판별자는 어떤 벽돌에 1이라고 답하는가?",
    done="둘이 같은 것을 바라므로 겨루기가 사라진다.",
)
def swapped_labels(answer: Any) -> None:
    require(
        answer in ("ㄱ", "ㄴ", "ㄷ"),
        f"{answer!r}이라고 답했다. ㄱ, ㄴ, ㄷ 가운데 하나를 따옴표 안에 적는다.",
    )
    require(
        answer != "ㄱ",
        "판별자의 답만 뒤집히는 것이 아니다. 생성자의 손실은 그대로여서, 바라는 답이 판별자의 답과 같아진다.",
    )
    require(
        answer == "ㄷ",
        "판별자가 진짜에 어떤 답을 하게 되는지 본다. 생성자는 그 반대쪽으로 간다.",
    )


@checker(
    hint="진짜는 1에서 빼고 가짜는 0에 더한다. 둘 다 크기를 곱한 u만큼이다.",
    done="레이블이 0과 1 사이에 머문다.",
)
def noisy_labels(answer: Callable[..., Any]) -> None:
    u = np.array([0.0, 0.25, 1.0])
    for size in (0.1, 0.3):
        try:
            real, fake = (np.asarray(part, float) for part in answer(u, size))
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
    hint="레이블의 평균 y에 판별자가 꼭 y라고 답할 때가 바닥이다. 그 답을 식 (1)에 넣는다.",
    done="d_loss가 이 값에 붙어 있으면 판별자는 더 나아질 곳이 없다.",
)
def loss_floor(answer: Callable[..., Any]) -> None:
    for mean in (0.95, 0.9, 0.5):
        expected = -mean * np.log(mean) - (1 - mean) * np.log(1 - mean)
        found = float(answer(mean))
        require(
            abs(found - expected) < 1e-6,
            f"레이블의 평균이 {mean}일 때 {found:.4f}이(가) 나왔다. 식 (1)의 두 항을 모두 더하면 "
            f"{expected:.4f}이다.",
        )


@checker(
    hint="먼저 min(decay, (1 + n) / (10 + n))으로 감쇠율을 정하고, 식 (5)에 넣는다.",
    done="companion의 _update_ema()가 하는 일과 같다.",
)
def update_average(answer: Callable[..., Any]) -> None:
    for average, value, n, decay in (
        (0.0, 1.0, 0, 0.995),
        (2.0, 4.0, 8, 0.995),
        (1.0, 0.0, 5000, 0.9),
    ):
        rate = min(decay, (1 + n) / (10 + n))
        expected = rate * average + (1 - rate) * value
        found = float(answer(average, value, n, decay))
        require(
            abs(found - (rate * value + (1 - rate) * average)) > 1e-9
            or abs(found - expected) < 1e-9,
            "평균과 새 값에 곱하는 무게가 바뀌었다. 감쇠율은 지난 평균에 곱한다.",
        )
        require(
            abs(found - expected) < 1e-9,
            f"평균 {average}, 새 값 {value}, {n}스텝, 감쇠율 {decay}에서 {found:.4f}이(가) 나왔다. "
            f"{expected:.4f}이어야 한다. 첫머리에 감쇠율을 낮추는지 본다.",
        )


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
    hint="values를 작은 차례로 늘어놓은 번호는 np.argsort()가 준다. 양 끝 n개의 평균을 빼고 길이로 나눈다.",
    done="이 방향으로 옮기면 재었던 성질이 커진다.",
)
def direction(answer: Callable[..., Any]) -> None:
    rng = np.random.default_rng(0)
    z = rng.standard_normal((300, 20))
    values = z[:, 3] + 0.1 * rng.standard_normal(300)
    order = np.argsort(values)
    expected = z[order[-40:]].mean(axis=0) - z[order[:40]].mean(axis=0)
    expected /= np.linalg.norm(expected)
    found = np.asarray(answer(z, values, 40), float)
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
        "방향이 조금 다르다. 양 끝에서 꼭 n개씩만 골라 평균하는지 본다.",
    )
