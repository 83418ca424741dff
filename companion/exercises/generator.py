"""4.2.3절의 연습 문제를 채점한다."""

from collections.abc import Callable, Iterable
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


def _stamped(values: np.ndarray, kernel: np.ndarray, stride: int, padding: int) -> np.ndarray:
    """도장을 찍어 계산한 전치 합성곱이다."""
    rows, columns = ((n - 1) * stride + len(kernel) for n in values.shape)
    canvas = np.zeros((rows, columns))
    for (row, column), value in np.ndenumerate(values):
        top, left = row * stride, column * stride
        canvas[top : top + len(kernel), left : left + len(kernel)] += value * kernel
    return canvas[padding : rows - padding, padding : columns - padding]


def _product(size: Iterable[int]) -> str:
    return "×".join(map(str, size))


@checker(
    hint="자리 하나의 제곱은 평균이 1이다. 400개를 더하고 제곱근을 씌운다.",
    done="길이는 차원의 제곱근으로 자란다.",
)
def latent_length(answer: Any) -> None:
    found = numbers(answer)
    require(
        found != 400,
        "400은 길이의 제곱의 평균이다. 제곱근을 씌워야 길이가 된다. '100차원은 어떻게 생겼나'의 계산을 다시 본다.",
    )
    require(
        abs(found - 20) <= 0.5,
        f"{answer}(이)라고 답했는데, 제곱의 합이 400쯤이므로 길이는 그 제곱근에 가깝다. 식 (2)에서 100을 400으로 바꾸어 본다.",
    )


@checker(
    hint="식 (3)을 그대로 파이썬으로 옮긴다. 네 수가 모두 정수이다.",
    done="이 식으로 생성자의 다섯 층을 모두 계산할 수 있다.",
)
def transposed_output_size(answer: Callable[..., Any], rng: np.random.Generator) -> None:
    for size, kernel, stride, padding in (
        (1, 4, 1, 0),
        (4, 4, 2, 1),
        (32, 4, 2, 1),
        (5, 3, 3, 0),
        (7, 5, 2, 2),
        *draw(rng, 4, (5, 40), (3, 7), (1, 3), (0, 2)),
    ):
        last = range(0, size * stride, stride)[-1]  # 마지막 도장이 놓이는 자리
        require_close(
            answer(size, kernel, stride, padding),
            last + kernel - 2 * padding,
            f"한 변 {size}, 커널 {kernel}, 스트라이드 {stride}, 패딩 {padding}에서",
            "도장을 찍어 본다. 합성곱의 식이 아니라 식 (3)을 쓴다.",
        )


@checker(
    hint="길이가 (size - 1) * stride + kernel인 0의 배열에, 도장이 놓이는 자리마다 1을 더한다.",
    done="커널이 스트라이드의 배수일 때만 가운데가 고르다.",
)
def overlap_counts(answer: Callable[..., Any], rng: np.random.Generator) -> None:
    drawn = draw(rng, 3, (2, 7), (3, 7), (1, 3))
    for size, kernel, stride in ((4, 4, 2), (4, 3, 2), (3, 5, 2), (3, 3, 3), *drawn):
        stamped = np.add.outer(stride * np.arange(size), np.arange(kernel))
        require_close(
            answer(size, kernel, stride),
            np.bincount(stamped.ravel()),
            f"입력 {size}칸, 커널 {kernel}, 스트라이드 {stride}에서",
            "자르기 전의 출력에서 겹친 만큼 센다. 자리에 값을 넣지 말고 더하는지 본다.",
        )


@checker(
    hint="0으로 채운 격자에 도장을 더한 다음, 네 가장자리를 padding칸씩 자른다.",
    done="Keras의 Conv2DTranspose가 채널 하나에서 하는 계산이다.",
)
def transposed_convolution(answer: Callable[..., Any], rng: np.random.Generator) -> None:
    drawn = draw(rng, 3, (2, 5), (2, 5), (3, 5), (1, 3), (0, 1))
    for *shape, size, stride, padding in (
        (2, 2, 4, 2, 1),
        (3, 2, 3, 2, 0),
        (2, 3, 5, 3, 2),
        *drawn,
    ):
        values = rng.integers(2, 10, shape) / 2  # 정수로 바꾼 답은 받지 않는다.
        kernel = rng.integers(-6, 7, (size, size)) / 2
        expected = _stamped(values, kernel, stride, padding)
        case = f"크기 {tuple(shape)}, 커널 {size}, 스트라이드 {stride}, 패딩 {padding}에서"
        found = numbers(answer(values, kernel, stride, padding), None, case)
        require(
            found.shape == expected.shape,
            f"{case} 출력의 크기가 {found.shape}이다. 가장자리를 자르고 나면 {expected.shape}(이)어야 한다.",
        )
        require(
            close(found, expected),
            f"{case} 값이 다르다. 도장이 겹친 자리를 덮어쓰지 않고 더하는지, 커널을 뒤집지 않았는지 본다.",
        )


@checker(
    hint="UpSampling2D, Conv2D, BatchNormalization, LeakyReLU를 차례로 잇는다.",
    done="build_generator(upsampling='resize')의 한 단계와 같다.",
)
def doubling_step(answer: Callable[..., Any], rng: np.random.Generator) -> None:
    import keras
    from keras import layers

    ((*size, filters),) = draw(rng, 1, (2, 9), (2, 9), (1, 8), (9, 16))
    expected_shape = (2 * size[0], 2 * size[1], filters)
    inputs = layers.Input(shape=size)
    outputs = answer(inputs, filters)
    require(
        isinstance(outputs, keras.KerasTensor),
        f"{kind_of(outputs)}이(가) 나왔다. 층을 만들기만 하지 말고 x에 써서 나온 케라스 텐서를 돌려준다.",
    )
    model = keras.Model(inputs, outputs)
    steps = [
        step  # keras.Sequential로 묶었으면 풀어서 본다.
        for layer in model.layers[1:]
        for step in (layer.layers if isinstance(layer, keras.Sequential) else [layer])
    ]
    require(
        not any(isinstance(layer, layers.Conv2DTranspose) for layer in steps),
        "Conv2DTranspose가 들어 있다. 이번에는 UpSampling2D로 키우고 Conv2D로 채널을 바꾼다.",
    )
    shape = tuple(model.output.shape[1:])
    advice = (
        f"Conv2D의 필터를 {filters}개로 한다."
        if shape[:-1] == expected_shape[:-1]
        else "UpSampling2D의 배수와 Conv2D의 strides, padding을 본다."
    )
    require(
        shape == expected_shape,
        f"{_product(size)}을(를) 넣고 필터를 {filters}개로 했더니 {_product(shape)}이(가) 나왔다. "
        f"{_product(expected_shape)}이(가) 되어야 한다. {advice}",
    )
    kinds = [type(layer).__name__ for layer in steps]
    expected = ["UpSampling2D", "Conv2D", "BatchNormalization", "LeakyReLU"]
    require(
        kinds == expected,
        f"층이 {', '.join(kinds)}의 차례로 놓였다. {', '.join(expected)}의 차례로 하나씩 둔다.",
    )
    for name, value, wanted in (
        ("UpSampling2D의 배수", steps[0].size, 2),
        ("Conv2D의 strides", steps[1].strides, 1),
        ("Conv2D의 dilation_rate", steps[1].dilation_rate, 1),
    ):
        right = tuple(value) == (wanted, wanted)
        require(right, f"{name}이(가) {value}이다. {wanted}(으)로 한다.")
    require(
        steps[1].activation.__name__ == "linear",
        "Conv2D에 활성화 함수를 주었다. 배치 정규화 뒤의 LeakyReLU 하나만 둔다.",
    )
    kernel, slope = steps[1].kernel_size, steps[3].negative_slope
    require(
        kernel == (4, 4) and abs(slope - 0.2) < 1e-6,
        f"커널이 {kernel}이고 LeakyReLU의 기울기가 {slope:g}이다. 4와 0.2로 맞춘다.",
    )


@checker(
    hint="두 벡터 사이의 각을 arccos로 구하고, 두 벡터에 sin((1 - t)각)/sin(각)과 sin(t각)/sin(각)을 곱해 더한다.",
    done="companion의 interpolate()도 이렇게 잇는다.",
)
def walk(answer: Callable[..., Any], rng: np.random.Generator) -> None:
    ((length, dimension, percent),) = draw(rng, 1, (5, 20), (50, 150), (5, 95))
    # 서로 수직인 두 방향이 놓인 평면에서 start를 angle만큼 돌리면 end이다.
    first, second = np.linalg.qr(rng.standard_normal((dimension, 2)))[0].T
    angle = rng.uniform(1.0, 2.2)

    def at(t: float) -> np.ndarray:
        return length * (np.cos(t * angle) * first + np.sin(t * angle) * second)

    start, end = at(0), at(1)

    def reach(t: float) -> np.ndarray:
        found = numbers(answer(start, end, t), start.shape)
        require(
            not np.isnan(found).any(),
            f"t = {t:g}에서 nan이 나왔다. 내적을 두 길이로 나누어 arccos에 넣는지, 0으로 나누지 않는지 본다.",
        )
        return found

    for t, name in ((0.0, "start"), (1.0, "end")):
        found = reach(t)
        advice = (
            "두 벡터에 곱하는 가중치가 서로 바뀌지 않았는지 본다."
            if np.allclose(found, at(1 - t), atol=1e-4)
            else "가중치를 sin ω로 나누는지, 길이를 바꾸지 않은 두 벡터에 곱하는지 본다."
        )
        require(
            np.allclose(found, at(t), atol=1e-4),
            f"t가 {t:g}일 때 {name}이(가) 나오지 않는다. {advice}",
        )
    for t in (0.25, 0.5, 0.8, percent / 100):
        found = reach(t)
        reached = np.linalg.norm(found)
        advice = (
            "직선이 아니라 큰 호를 따라 걷는다."
            if np.allclose(found, (1 - t) * start + t * end, atol=1e-4)
            else "ω를 라디안으로, 두 길이로 나누어 구했는지 본다."
        )
        require(
            abs(reached / length - 1) < 1e-3,
            f"길이가 {length}인 두 벡터를 이었는데 t = {t}에서 길이가 {text(reached, 4)}이다. {advice}",
        )
        turned = np.arccos(np.clip(start @ found / length**2, -1, 1))
        require(
            np.linalg.norm(found - at(t)) < 1e-3 * length,
            f"t = {t}에서 돈 각이 전체의 {text(turned / angle, 4)}이다. "
            "두 벡터가 놓인 평면에서 각이 t에 비례하게 돈다.",
        )
