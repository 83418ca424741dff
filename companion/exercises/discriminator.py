"""4.2.2절의 연습 문제를 채점한다."""

from collections.abc import Callable
from typing import Any

import numpy as np

from companion.exercises.checking import (
    checker,
    close,
    draw,
    kind_of,
    numbers,
    require,
    require_close,
    text,
)


def _normalised(x: np.ndarray, gamma: np.ndarray, beta: np.ndarray, axis: int | None) -> np.ndarray:
    mean, variance = x.mean(axis, keepdims=True), x.var(axis, keepdims=True)
    return gamma * (x - mean) / np.sqrt(variance + 1e-3) + beta


@checker(
    hint="식 (1)에 i = 64, k = 4, s = 4, P = 0을 넣는다.",
    done="네 칸씩 옮기면 한 번에 4분의 1이 된다.",
)
def stride_four(answer: Any) -> None:
    found = numbers(answer)
    require(found != 32, "32는 스트라이드가 2일 때의 답이다. 식 (1)의 s에 4를 넣는다.")
    require(
        found != 15, "15라고 답했다. 식 (1)의 끝에서 처음 놓은 자리의 1을 빠뜨리지 않았는지 본다."
    )
    require(
        found == 16,
        f"{answer}(이)라고 답했다. 식 (1)에 i = 64, k = 4, s = 4, P = 0을 넣어 다시 계산한다.",
    )


@checker(
    hint="식 (1)을 그대로 옮긴다. 나눗셈은 //로 내린다.",
    done="판별자의 다섯 층을 모두 이 함수로 계산할 수 있다.",
)
def output_size(answer: Callable[..., Any], rng: np.random.Generator) -> None:
    for size, kernel, stride, padding in (
        (64, 4, 2, 1),
        (4, 4, 1, 0),
        (28, 5, 1, 2),
        (65, 4, 2, 1),
        (10, 3, 3, 0),
        *draw(rng, 4, (8, 70), (1, 7), (1, 4), (0, 3)),
    ):
        require_close(
            answer(size, kernel, stride, padding),
            len(range(0, size + 2 * padding - kernel + 1, stride)),  # 커널을 놓을 수 있는 자리
            f"한 변 {size}, 커널 {kernel}, 스트라이드 {stride}, 패딩 {padding}에서",
            "패딩이 양쪽에 붙는 것, 나눗셈을 내리는 것, 끝에 1을 더하는 것을 본다.",
        )


@checker(
    hint="np.where(조건, 참일 때, 거짓일 때)를 쓴다. 음수에는 기울기를 곱한다.",
    done="층 하나를 손으로 만들었다.",
)
def leaky_relu(answer: Callable[..., Any], rng: np.random.Generator) -> None:
    edges = [[-50, -5, 0], [5, 30, -10]]
    drawn = [
        (rng.integers(-60, 61, shape), percent)
        for *shape, percent in draw(rng, 3, (1, 4), (2, 4), (1, 60))
    ]
    for tenths, percent in ((edges, 20), (edges, 1), *drawn):
        x, slope = np.array(tenths) / 10, percent / 100
        expected = np.maximum(x, slope * x)
        case = f"기울기가 {slope}일 때 {text(x)}에서"
        found = numbers(answer(x, slope), x.shape, case)
        require(
            close(found, expected) or not close(found, np.maximum(x, 0)),
            "음수가 모두 0이 되었다. 그것은 ReLU이다. 음수에는 기울기를 곱해 남긴다.",
        )
        require_close(found, expected, case)


@checker(
    hint="첫 축이 배치이다. 평균과 분산을 axis=0으로 구하고 식 (5)를 쓴다.",
    done="Keras의 BatchNormalization이 훈련할 때 하는 계산이다.",
)
def batch_norm(answer: Callable[..., Any], rng: np.random.Generator) -> None:
    for shape in ((6, 3), (40, 2), *draw(rng, 2, (8, 60), (2, 6))):
        x = rng.normal(rng.uniform(-3, 3, shape[1]), 0.5, shape)
        gamma, beta = rng.uniform(0.5, 1.5, shape[1]), rng.uniform(-2, 2, shape[1])
        found = numbers(answer(x, gamma, beta), shape)
        require(
            not close(found, _normalised(x, gamma, beta, None)),
            "모든 값을 한꺼번에 평균했다. 채널마다 따로, 곧 axis=0으로 평균과 분산을 구한다.",
        )
        require(
            not close(found, _normalised(x, gamma, beta, 1)),
            "이미지마다 평균했다. 채널마다 따로, 곧 axis=0으로 평균과 분산을 구한다.",
        )
        require(
            close(found, _normalised(x, gamma, beta, 0)),
            "값이 다르다. 분산에 0.001을 더한 다음 제곱근을 씌우는지, 감마를 곱하고 베타를 더하는지 본다.",
        )


@checker(
    hint="합성곱은 높이×너비×입력 채널×필터이고 편향이 없다. 배치 정규화는 채널마다 네 개이다.",
    done="층의 크기만 알면 모델을 짓지 않고도 셀 수 있다.",
)
def parameters(answer: Callable[..., Any], rng: np.random.Generator) -> None:
    for base, kernel in ((64, 4), (16, 4), (32, 5), *draw(rng, 3, (8, 99), (2, 7))):
        weights, channels = kernel**2 * (9 * base + 42 * base**2), (2 + 4 + 8) * base
        expected = weights + 4 * channels
        found = numbers(answer(base, kernel))
        known: dict[float, str] = {
            weights: "배치 정규화의 파라미터가 빠졌다. 채널마다 네 개를 더한다.",
            weights + 2 * channels: "배치 정규화는 채널마다 둘이 아니라 네 개이다.",
            weights // kernel + 4 * channels: "커널의 칸은 한 변의 제곱이다.",
            expected + 15 * base + 1: "합성곱에는 편향이 없다.",
        }
        others = "첫 층과 마지막 층에는 배치 정규화가 없고, 마지막 층의 필터는 하나이다."
        advice = known.get(float(found), others)
        require_close(found, expected, f"첫 층의 필터가 {base}개이고 커널이 {kernel}일 때", advice)


@checker(
    hint="수용장 r = 1, 간격 j = 1에서 시작한다. 층마다 r에 (k - 1)·j를 더한 다음 j에 s를 곱한다.",
    done="층을 더 쌓을지 정할 때 쓰는 계산이다.",
)
def receptive_field(answer: Callable[..., Any], rng: np.random.Generator) -> None:
    cases: list[list[tuple[int, ...]]] = [
        [(4, 2)],
        [(4, 2), (4, 2), (4, 2), (4, 2), (4, 1)],
        [(3, 1), (3, 1), (3, 1)],
        [(5, 2), (3, 2)],
        *(draw(rng, depth, (1, 7), (1, 3)) for depth in rng.integers(2, 7, 3)),
    ]
    for pairs in cases:
        expected = 1
        for kernel, stride in reversed(pairs):  # 마지막 층의 한 칸에서 거슬러 온다.
            expected = (expected - 1) * stride + kernel
        found = numbers(answer(pairs))
        advice = "간격을 곱하기 전에 수용장부터 넓히는지 본다."
        if found == 1 + sum(kernel - 1 for kernel, _ in pairs):
            advice = "간격을 곱하지 않았다."
        require_close(found, expected, f"(커널, 스트라이드)가 {pairs}일 때", advice)


@checker(
    hint="합성곱은 셋이 반으로 줄이고 하나가 답을 낸다. 되풀이되는 묶음을 본문의 코드에서 옮긴다.",
    done="크기와 채널을 바꾸어도 같은 규칙으로 판별자를 지을 수 있다.",
)
def small_discriminator(answer: Callable[..., Any]) -> None:
    from keras import Model, layers

    model = answer()
    require(isinstance(model, Model), f"{kind_of(model)}이(가) 나왔다. models.Model이어야 한다.")
    size = getattr(model, "input_shape", None)  # 입력을 알려 주지 않은 모델에는 없다.
    require(
        size == (None, 32, 32, 1),
        f"입력의 크기가 {size}이다. layers.Input으로 (None, 32, 32, 1)이 되게 한다.",
    )
    kinds = [type(layer).__name__ for layer in model.layers]
    require("Dense" not in kinds, "Dense 층이 있다. 마지막 합성곱이 내적을 대신한다.")
    convolutions = [layer for layer in model.layers if isinstance(layer, layers.Conv2D)]
    filters = [layer.filters for layer in convolutions]
    require(
        filters == [16, 32, 64, 1],
        f"합성곱의 필터가 차례로 {filters}개이다. [16, 32, 64, 1]이어야 한다.",
    )
    require(
        not any(layer.use_bias for layer in convolutions),
        "편향이 있는 합성곱이 있다. 모든 합성곱에 use_bias=False를 준다.",
    )
    steps = [(layer.kernel_size, layer.strides, layer.padding) for layer in convolutions]
    expected = [((4, 4), (2, 2), "same")] * 3 + [((4, 4), (1, 1), "valid")]
    require(
        steps == expected,
        "커널, 스트라이드, 패딩이 본문과 다른 합성곱이 있다. 마지막만 스트라이드가 1이고 valid이다.",
    )
    require(
        model.output_shape == (None, 1),
        f"출력의 크기가 {model.output_shape}이다. 마지막에 Flatten으로 펼쳐 (None, 1)이어야 한다.",
    )
    leaky = kinds.count("LeakyReLU")
    require(
        leaky >= 3,
        f"LeakyReLU 층이 {leaky}개이다. 마지막을 뺀 합성곱마다, 함수로 쓰지 말고 LeakyReLU 층을 쓴다.",
    )
    expected_kinds = ["Conv2D", "LeakyReLU", "Dropout"]
    expected_kinds += 2 * ["Conv2D", "BatchNormalization", "LeakyReLU", "Dropout"]
    expected_kinds += ["Conv2D"]
    free = ("InputLayer", "Activation", "Flatten", "Reshape")  # 시그모이드와 출력은 따로 본다.
    require(
        [kind for kind in kinds if kind not in free] == expected_kinds,
        f"층이 {', '.join(kinds)}의 차례로 놓였다. 배치 정규화는 첫 합성곱과 마지막 합성곱 뒤에 두지 않고, "
        "LeakyReLU와 드롭아웃은 마지막을 뺀 합성곱마다 차례로 하나씩 둔다.",
    )
    trained = sum(np.prod(weight.shape) for weight in model.trainable_weights)
    require(
        trained == 42_240 + 2 * (32 + 64),  # 합성곱의 커널과, 배치 정규화의 감마와 베타
        "훈련하는 파라미터가 본문과 다르다. 배치 정규화에 감마와 베타를 모두 두고, 층을 얼리지 않는다.",
    )
    slopes = [layer.negative_slope for layer in model.layers if isinstance(layer, layers.LeakyReLU)]
    require(
        close(slopes, [0.2] * 3),
        f"LeakyReLU의 기울기가 차례로 {text(slopes)}이다. 본문과 같이 모두 0.2로 한다.",
    )
    rates = [layer.rate for layer in model.layers if isinstance(layer, layers.Dropout)]
    require(
        close(rates, [0.3] * 3),
        f"드롭아웃의 비율이 차례로 {text(rates)}이다. 본문과 같이 모두 0.3으로 한다.",
    )
    used = getattr(model, "operations", model.layers)  # 층이 아닌 sigmoid() 함수까지 본다.
    place = used.index(convolutions[-1])
    before, after = (
        [
            one.activation.__name__ if hasattr(one, "activation") else "sigmoid"
            for one in part
            if isinstance(one, layers.Conv2D | layers.Activation) or type(one).__name__ == "Sigmoid"
        ]
        for part in (used[:place], used[place:])
    )
    require(
        set(before) == {"linear"} and [name for name in after if name != "linear"] == ["sigmoid"],
        "활성화 함수가 본문과 다르다. 답이 확률이 되도록 마지막 합성곱 뒤에만 시그모이드를 두고, 나머지는 LeakyReLU 층으로 한다.",
    )
