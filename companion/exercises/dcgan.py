"""4.2절의 연습 문제를 채점한다."""

import functools
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
    hint="은닉층에 Dense가 있는지, 크기를 줄이는 층이 무엇인지 위에서부터 한 줄씩 본다.",
    done="지침 둘을 어겼다.",
)
def broken_guidelines(answer: Any) -> None:
    found = sorted(integers(answer))
    require(
        1 in found,
        "크기를 줄이는 층을 다시 본다. MaxPooling2D는 풀링이므로 지침 1에 어긋난다.",
    )
    require(
        3 in found,
        "Flatten 뒤를 본다. 뉴런이 많은 Dense 은닉층이 있으므로 지침 3에 어긋난다.",
    )
    require(
        found == [1, 3],
        f"{found}(이)라고 답했는데, 지킨 것이나 되풀이한 것이 섞여 있다. 어긴 것만 한 번씩 적는다.",
    )


@checker(
    hint="층의 이름은 type(layer).__name__이다. 'Pooling'이 들어 있거나 'Dense'인 층이 하나라도 있으면 False이다.",
    done="이 함수로 어떤 케라스 모델이든 살펴볼 수 있다.",
)
def is_all_convolutional(answer: Callable[..., Any], rng: np.random.Generator) -> None:
    import keras
    from keras import layers

    convolution = functools.partial(layers.Conv2D, 4, 3, padding="same")
    pooling, dense = layers.MaxPooling2D, functools.partial(layers.Dense, 4)
    allowed = (convolution, layers.LeakyReLU, layers.BatchNormalization)
    overall = (layers.GlobalAveragePooling2D, layers.GlobalMaxPooling2D)
    banned = (layers.Dense, pooling, layers.AveragePooling2D, *overall)
    drawn = [
        [allowed[kind]() for kind in rng.integers(len(allowed), size=count)] for count in (2, 3, 4)
    ]
    for made, extra in zip(drawn, (pooling, dense), strict=False):  # 마지막 것에는 넣지 않는다.
        made.insert(rng.integers(len(made) + 1), extra())
    for made in (
        [convolution()],
        [layers.Conv2DTranspose(4, 4, 2)],
        [convolution(), layers.LeakyReLU(), layers.Flatten()],
        [convolution(), pooling()],
        [layers.AveragePooling2D(2)],
        [layers.Flatten(), dense()],
        [convolution(), pooling(), convolution()],
        [dense(), convolution()],
        *([kind()] for kind in overall),
        [pooling(name="shrink")],
        *drawn,
    ):
        found = answer(keras.Sequential([layers.Input((16, 16, 1)), *made]))
        case = f"층이 {', '.join(type(layer).__name__ for layer in made)}인 모델에서"
        require(
            np.shape(found) == () and np.asarray(found).dtype == bool,
            f"{case} {found!r}이(가) 나왔다. True나 False를 돌려준다.",
        )
        expected = not any(isinstance(layer, banned) for layer in made)
        require(
            found == expected,
            f"{case} {found}이(가) 나왔다. {expected}여야 한다. "
            "층을 하나도 빠뜨리지 않고, 층에 붙인 이름이 아니라 클래스를 보는지 확인한다.",
        )


@checker(
    hint="이미지의 수를 초당 이미지 수로 나누면 초이다. 한 시간은 3,600초이다.",
    done="4.2.4절의 MEASURE로 잰 속도를 넣으면 내 기계의 시간이 나온다.",
)
def training_hours(answer: Callable[..., Any], rng: np.random.Generator) -> None:
    drawn = [(images, speed / 10) for images, speed in draw(rng, 3, (10_000, 999_999), (50, 3000))]
    for images, speed in ((500_000, 80.0), (511_680, 100.0), (3_600, 1.0), *drawn):
        expected = images / (3600 * speed)
        case = f"이미지 {images:,}장을 1초에 {speed:g}장씩이면"
        found = numbers(answer(images, speed), case=case)
        require(
            not close(found, 60 * expected),
            f"{case} {text(found)}이(가) 나왔다. 분이다. 시간으로 바꾼다.",
        )
        require_close(found, expected, case)
