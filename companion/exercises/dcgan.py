"""4.2절의 연습 문제를 채점한다."""

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
    hint="은닉층에 Dense가 있는지, 크기를 줄이는 층이 무엇인지 위에서부터 한 줄씩 본다.",
    done="지침 둘을 어겼다.",
)
def broken_guidelines(answer: Any) -> None:
    found = set(integers(answer))
    require(
        1 in found,
        "크기를 줄이는 층을 다시 본다. MaxPooling2D는 풀링이므로 지침 1에 어긋난다.",
    )
    require(
        3 in found,
        "Flatten 뒤를 본다. 뉴런이 많은 Dense 은닉층이 있으므로 지침 3에 어긋난다.",
    )
    require(
        found == {1, 3},
        f"{sorted(found)}(이)라고 답했는데, 그 가운데 지킨 것이 섞여 있다. 어긴 것만 남긴다.",
    )


@checker(
    hint="층의 이름은 type(layer).__name__이다. 'Pooling'이 들어 있거나 'Dense'인 층이 하나라도 있으면 False이다.",
    done="이 함수로 어떤 케라스 모델이든 살펴볼 수 있다.",
)
def is_all_convolutional(answer: Callable[..., Any]) -> None:
    import keras
    from keras import layers

    def model(*middle: layers.Layer) -> keras.Model:
        return keras.Sequential([layers.Input((16, 16, 1)), *middle])

    cases = (
        ("스트라이드 합성곱만 있는 모델", model(layers.Conv2D(4, 4, 2)), True),
        ("전치 합성곱이 있는 모델", model(layers.Conv2DTranspose(4, 4, 2)), True),
        (
            "LeakyReLU와 Flatten이 있는 모델",
            model(layers.Conv2D(4, 4, 2), layers.LeakyReLU(), layers.Flatten()),
            True,
        ),
        ("MaxPooling2D가 있는 모델", model(layers.Conv2D(4, 3), layers.MaxPooling2D(2)), False),
        ("AveragePooling2D가 있는 모델", model(layers.AveragePooling2D(2)), False),
        ("Dense로 끝나는 모델", model(layers.Flatten(), layers.Dense(1)), False),
        (
            "MaxPooling2D가 합성곱 사이에 있는 모델",
            model(layers.Conv2D(4, 3), layers.MaxPooling2D(2), layers.Conv2D(4, 3)),
            False,
        ),
        ("Dense로 시작하는 모델", model(layers.Dense(4), layers.Conv2D(4, 4, 2)), False),
        ("GlobalAveragePooling2D가 있는 모델", model(layers.GlobalAveragePooling2D()), False),
        (
            "MaxPooling2D에 shrink라는 이름을 붙인 모델",
            model(layers.MaxPooling2D(2, name="shrink")),
            False,
        ),
    )
    for name, network, expected in cases:
        found = answer(network)
        require(
            np.shape(found) == () and np.asarray(found).dtype == bool,
            f"{name}에서 {found!r}이(가) 나왔다. True나 False를 돌려준다.",
        )
        require(
            found == expected,
            f"{name}에서 {found}이(가) 나왔다. {expected}여야 한다. 층을 하나도 빠뜨리지 않고 보는지 확인한다.",
        )


@checker(
    hint="이미지의 수를 초당 이미지 수로 나누면 초이다. 한 시간은 3,600초이다.",
    done="4.2.4절의 MEASURE로 잰 속도를 넣으면 내 기계의 시간이 나온다.",
)
def training_hours(answer: Callable[..., Any]) -> None:
    for images, speed in ((500_000, 80.0), (511_680, 100.0), (3_600, 1.0)):
        expected = images / speed / 3600
        case = f"이미지 {images:,}장을 1초에 {speed:g}장씩이면"
        found = numbers(answer(images, speed), case=case)
        require(
            not close(found, 60 * expected),
            f"{case} {text(found)}이(가) 나왔다. 분이다. 시간으로 바꾼다.",
        )
        require_close(found, expected, case)
