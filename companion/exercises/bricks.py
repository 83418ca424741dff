"""4.2.1절의 연습 문제를 채점한다."""

import itertools
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


def _resized(image: np.ndarray, size: int) -> np.ndarray:
    """정사각형 이미지를 쌍선형 보간으로 한 변이 `size`인 이미지로 바꾼다. 가장자리 밖은 가장자리의 값이다."""
    places = np.clip((np.arange(size) + 0.5) * len(image) / size - 0.5, 0, len(image) - 1)
    before = np.minimum(places.astype(int), len(image) - 2)
    weights = np.zeros((size, len(image)))
    weights[np.arange(size), before] = 1 - (places - before)
    weights[np.arange(size), before + 1] = places - before
    return weights @ image @ weights.T


@checker(
    hint="배치, 높이, 너비, 채널의 차례로 적는다.",
    done="image_size는 (높이, 너비)이고, rgb는 채널이 셋이다.",
)
def batch_shape(answer: Any) -> None:
    shape = integers(answer)
    require(
        len(shape) == 4,
        f"{answer}(이)라고 답했는데, 배치의 축은 배치, 높이, 너비, 채널의 네 개이다.",
    )
    batch, height, width, channels = shape
    require(
        (batch, channels) == (150, 3) or sorted(shape) != [3, 48, 96, 150],
        f"{tuple(shape)}(이)라고 답했다. 네 수는 맞다. 배치, 높이, 너비, 채널의 차례로 적는다.",
    )
    require(
        batch == 150,
        f"첫 배치에 {batch}장이 든다고 답했다. 이미지가 400장이고 batch_size가 150이면 앞의 배치부터 꽉 채운다.",
    )
    require(
        channels == 3,
        f"채널이 {channels}개라고 답했다. color_mode가 rgb이면 흑백 파일도 빨강, 초록, 파랑의 셋으로 읽는다.",
    )
    require(
        (height, width) != (96, 48),
        f"높이 {height}, 너비 {width}(이)라고 답했다. image_size에는 높이를 먼저 적는다.",
    )
    require(
        (height, width) == (48, 96),
        f"높이 {height}, 너비 {width}(이)라고 답했다. image_size에 적힌 수를 그대로 옮긴다.",
    )


@checker(
    hint="divmod(images, batch_size)는 꽉 찬 배치의 수와 남은 이미지의 수를 함께 돌려준다.",
    done="나누어떨어질 때에는 남는 배치가 없다.",
)
def batches_per_epoch(answer: Callable[..., Any], rng: np.random.Generator) -> None:
    # 꽉 찬 배치와 마지막 배치의 이미지 수와 배치 크기이다.
    drawn = draw(rng, 3, (1, 99), (1, 60), (60, 300))
    for full, last, size in ((3, 16, 128), (97, 84, 128), (1, 128, 128), (0, 90, 128), *drawn):
        images = full * size + last
        found = tuple(integers(answer(images, size)))
        require(
            found == (full + 1, last),
            f"{images:,}장을 {size}장씩 묶을 때 {found}이(가) 나왔다. 배치는 {full + 1}개이고 마지막 배치에 "
            f"{last}장이 든다. 다 차지 않은 배치도 배치이고, 남는 것이 없으면 마지막 배치도 꽉 찬다.",
        )


@checker(
    hint="먼저 위의 두 값과 아래의 두 값을 가로로 섞고, 그 두 값을 세로로 섞는다.",
    done="어느 쪽을 먼저 섞어도 값이 같다.",
)
def bilinear_value(answer: Any) -> None:
    found = numbers(answer)
    require(
        not close(found, 120.0),
        f"{answer}(이)라고 답했다. 가중치가 뒤바뀌었다. 위의 행에서 4분의 1만 내려왔으니 위의 행이 더 가깝고, "
        "가까운 쪽의 가중치가 크다.",
    )
    require(
        close(found, 60.0),
        f"{answer}(이)라고 답했다. 식 (2)에 네 값과 두 거리를 넣는다. 가로로 섞으면 위는 30, 아래는 150이다.",
    )


@checker(
    hint="새 픽셀마다 식 (1)로 옛 자리를 구하고 식 (2)로 섞는다. 자리는 np.clip()으로 0과 len(image) - 1 사이에 둔다.",
    done="tf.image.resize()가 하는 계산이다.",
)
def resize(answer: Callable[..., Any], rng: np.random.Generator) -> None:
    for old, new in ((8, 5), (6, 3), (4, 7), (5, 5), *draw(rng, 3, (4, 9), (3, 12))):
        image = rng.integers(0, 256, (old, old)).astype(float)
        expected = _resized(image, new)
        case = f"한 변을 {old}에서 {new}(으)로 바꿀 때"
        found = numbers(answer(image, new), expected.shape, case)
        require(
            not close(found, expected.T),
            f"{case} 행과 열이 바뀌었다. 첫째 축이 행이다.",
        )
        inside = slice(1, -1)
        require(
            close(found[inside, inside], expected[inside, inside]),
            f"{case} 값이 다르다. 식 (1)의 0.5를 빠뜨리지 않았는지, 가까운 픽셀의 가중치가 더 큰지 본다.",
        )
        require(
            close(found, expected),
            f"{case} 가운데는 맞고 가장자리가 다르다. 옛 이미지의 밖으로 나간 자리를 안으로 당긴다.",
        )


@checker(
    hint="옛 범위에서 온 비율 (값 - 시작) / (끝 - 시작)을 구해 새 범위에 옮긴다.",
    done="범위를 맞바꾸면 갔던 길을 되돌아온다.",
)
def rescale(answer: Callable[..., Any], rng: np.random.Generator) -> None:
    drawn = draw(rng, 3, (-99, 99), (50, 300), (-99, 99), (50, 300))
    for old, new in (
        ((0, 255), (-1, 1)),
        ((-1, 1), (0, 255)),
        ((0, 255), (0, 1)),
        ((-1, 1), (0, 1)),
        *(((a, a + width), (b, b + other)) for a, width, b, other in drawn),
    ):
        share = np.array([5, 90, 20, *rng.integers(1, 100, rng.integers(1, 4))]) / 100
        values, expected = (share * end + (1 - share) * start for start, end in (old, new))
        require_close(
            answer(values, old, new),
            expected,
            f"{list(old)}의 {text(values)}을(를) {list(new)}(으)로 옮겼더니",
            "두 범위의 시작을 모두 계산에 넣었는지, 값이 아니라 범위의 끝을 썼는지 본다.",
        )


@checker(
    hint="부품마다 np.unique()로 자세의 번호를 모아 마지막 count개를 고르고, 그 번호인 이미지를 모두 고른다.",
    done="두 카메라의 짝이 갈라지지 않는다.",
)
def split_by_pose(answer: Callable[..., Any], rng: np.random.Generator) -> None:
    # 부품마다 자세의 수와 번호의 간격이다. 마지막 부품은 자세가 둘뿐이다.
    drawn = draw(rng, int(rng.integers(2, 5)), (4, 10), (1, 4))
    designs: list[list[tuple[int, ...]]] = [[(6, 1), (10, 3), (8, 2), (2, 1)], [*drawn, (2, 3)]]
    for made, count in itertools.product(designs, (1, int(rng.integers(3, 5)))):
        pairs = [
            (3 * part + 2, pose * step) for part, (n, step) in enumerate(made) for pose in range(n)
        ]
        parts, poses = rng.permutation(2 * pairs).T
        heldout = np.asarray(answer(parts, poses, count))
        require(
            heldout.shape == parts.shape and heldout.dtype == bool,
            f"크기가 {heldout.shape}이고 자료형이 {heldout.dtype}인 답이 나왔다. 이미지마다 참이나 거짓 하나를 둔다.",
        )
        for part in np.unique(parts):
            kept, left = (
                set(poses[(parts == part) & mask].tolist()) for mask in (~heldout, heldout)
            )
            both = sorted(kept & left)
            require(
                not both,
                f"부품 {part}의 자세 {both[0] if both else ''}이(가) 훈련과 홀드아웃에 갈라져 들었다. "
                "이미지가 아니라 자세를 고르고, 그 자세의 두 장을 함께 옮긴다.",
            )
            own = np.unique(poses[parts == part]).tolist()
            expected = set(own[-count:])
            require(
                left == expected or len(own) >= count,
                f"부품 {part}에서 자세 {sorted(left)}이(가) 홀드아웃이 되었다. 자세를 {count}개씩 떼는데 이 부품의 자세는 "
                f"{own}뿐이니 있는 대로 뗀다.",
            )
            require(
                left == expected,
                f"부품 {part}에서 자세 {sorted(left)}이(가) 홀드아웃이 되었다. 자세를 {count}개씩 뗄 때에는 "
                f"번호가 가장 큰 {sorted(expected)}(이)어야 한다. 자세는 부품마다 따로 세고, "
                "부품의 번호는 건너뛸 수 있다.",
            )
