"""브라우저에서 훈련하는 위조범의 벽돌과 훈련법이다. 책을 지을 때 `play_data.py`가 스크립트로 적는다."""

from typing import Any

import numpy as np

from companion.data import IMAGE_SIZE, load_bricks

SIZE = 32  # 훈련하는 이미지의 한 변
GREY_LEVELS = 32  # 그림의 색을 이만큼으로 줄이면 크기가 절반쯤이 된다
GAIN = 1.5  # 작은 그림에서도 면의 밝기가 갈려 보이도록 이만큼 밝게 한다
PARTS = (
    "brick 1x2", "brick 2x2", "brick 2x3", "brick 2x4",
    "brick corner 2x2", "plate 2x2", "round brick 2x2", "slope 45 2x2",
)  # fmt: skip
SETTINGS: dict[str, Any] = {
    "upsampling": "smooth",
    "batchNorm": True,
    "shift": 2,
    "generatorRate": 2e-3,
    "discriminatorRate": 2e-3,
    "frozen": False,
    "mixed": False,
}
# 스위치의 이름과, 켜면 바뀌는 설정이다. 켠 훈련이 정말 어떻게 되는지는 tools/studies/forger.py가 잰다.
SWITCHES: dict[str, dict[str, Any]] = {
    "검사관 얼리기": {"frozen": True},
    "느린 위조범": {"generatorRate": 1e-4},
    "배치 정규화 빼기": {"batchNorm": False},
    "전치 합성곱 쓰기": {"upsampling": "transpose"},
    "이미지 옮기지 않기": {"shift": 0},
    "한 상자에 섞기": {"mixed": True},
}


def everything() -> dict[str, Any]:
    """놀이가 읽을 모두이다. 이미지는 글자 하나가 픽셀 하나이고, 문자 `0`이 가장 어둡다.

    이렇게 적은 글을 gzip으로 줄인 것이 PNG보다 작고, 브라우저에서 펴는 코드도 한 줄이면 된다.
    """
    levels = np.rint(small_bricks() / 255 * (GREY_LEVELS - 1)).astype("uint8")
    return {
        "size": SIZE,
        "levels": GREY_LEVELS,
        "settings": SETTINGS,
        "switches": SWITCHES,
        "pixels": (levels + ord("0")).tobytes().decode("ascii"),
    }


def small_bricks() -> np.ndarray:
    """`PARTS`의 훈련 벽돌을 줄이고 밝게 한 `(N, 32, 32)` 크기의 uint8이다. 부품은 순서 없이 섞여 있다."""
    bricks = load_bricks()
    parts = [bricks.part_names.index(name) for name in PARTS]
    chosen = bricks.images[np.isin(bricks.parts, parts), ..., 0]
    shuffled = chosen[np.random.default_rng(0).permutation(len(chosen))]
    factor = IMAGE_SIZE // SIZE
    cells = shuffled.reshape(-1, SIZE, factor, SIZE, factor)
    return np.rint(np.minimum(GAIN * cells.mean(axis=(2, 4)), 255)).astype("uint8")
