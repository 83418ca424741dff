"""만든 이미지를 진짜 이미지와 비교하여 잰다.

이미지는 모두 `(N, 64, 64, 1)` 크기의 uint8이고, 대부분의 지표는 이미지가 아니라 그 특성을 비교한다. 특성은 이 책의
벽돌로 훈련한 작은 분류 신경망의 것(`brick_features`)이다. 흔히 쓰는 인셉션 신경망은 컬러 사진으로 훈련한 것이어서
64×64 흑백 벽돌에는 뜻이 적다. 그래서 여기의 KID를 다른 글의 KID와 나란히 놓아서는 안 된다.

점수 하나만으로는 좋은지 나쁜지 알 수 없으므로 `stored_ladder()`에 같은 장수의 진짜 이미지, 부품이 모자란 이미지, 흐린
이미지로 잰 점수가 사다리처럼 들어 있다.

scikit-learn이 있어야 한다. Colab에는 있고, 다른 곳에서는 `pip install "brickie-companion[evaluation]"`으로 깐다.
"""

from __future__ import annotations

import io
import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from companion.arguments import check_integer, check_numbers, refusal
from companion.data import IMAGE_SIZE, load_bricks, preprocess
from companion.files import read_packaged

if TYPE_CHECKING:
    import keras

FOLDER = Path(__file__).parent / "evaluator"
FEWEST = 100  # 이보다 적으면 어떤 지표도 믿을 만하지 않다.
MOST = 20_000  # 둘씩 짝지은 거리의 표 하나가 3.2 GB가 된다.


class Estimate(NamedTuple):
    """여러 부분 집합에서 잰 값의 평균과 표준 편차이다."""

    mean: float
    std: float


# ---- 특성


@cache
def manifest() -> dict:
    """분류 신경망의 SHA-256, 홀드아웃 정확도, 훈련 설정이다."""
    return json.loads(read_packaged(FOLDER / "manifest.json"))


def build_classifier(parts: int = 50, dropout_rate: float = 0.3) -> keras.Model:
    """부품과 카메라를 함께 답하는 작은 분류 신경망이다. 출력은 부품의 로짓과 카메라의 로짓이다.

    합성곱 층 다섯 개 뒤에 공간 평균을 내며, `features` 층의 128차원 출력이 특성이다.
    """
    import keras
    from keras import layers

    inputs = layers.Input((IMAGE_SIZE, IMAGE_SIZE, 1))
    x = inputs
    for filters in (16, 32, 64, 128):
        x = layers.Conv2D(filters, 3, strides=2, padding="same", use_bias=False)(x)
        x = layers.BatchNormalization()(x)
        x = layers.ReLU()(x)
    x = layers.Conv2D(128, 3, padding="same", use_bias=False)(x)
    x = layers.BatchNormalization()(x)
    x = layers.ReLU()(x)
    features = layers.GlobalAveragePooling2D(name="features")(x)
    x = layers.Dropout(dropout_rate)(features)
    outputs = [layers.Dense(parts, name="part")(x), layers.Dense(2, name="camera")(x)]
    return keras.Model(inputs, outputs)


@cache
def _classifier() -> tuple[keras.Model, keras.Model, np.ndarray, np.ndarray]:
    """내장된 분류 신경망, 특성까지의 신경망, 훈련 벽돌에서 잰 특성의 평균과 표준 편차이다."""
    import keras

    content = read_packaged(FOLDER / "classifier.npz", manifest()["sha256"])
    with np.load(io.BytesIO(content), allow_pickle=False) as file:
        arrays = {name: file[name].astype("float32") for name in file.files}
    mean, std = arrays.pop("mean"), arrays.pop("std")
    model = build_classifier(parts=len(manifest()["part_names"]))
    for index, variable in enumerate(classifier_variables(model)):
        variable.assign(arrays[f"{index:03d}"])
    trunk = keras.Model(model.inputs, model.get_layer("features").output)
    return model, trunk, mean, std


def classifier_variables(model: keras.Model) -> list:
    """층의 차례대로 늘어놓은 가중치이다. 드롭아웃의 난수 상태는 들지 않는다."""
    return [variable for layer in model.layers for variable in layer.weights]


def brick_features(images: np.ndarray) -> np.ndarray:
    """부품을 가리는 신경망이 본 특성 `(N, 128)`이다. 훈련 벽돌에서 평균 0, 표준 편차 1이 되게 맞추었다.

    Raises:
        TypeError, ValueError: 이미지가 `(N, 64, 64, 1)` 크기의 uint8이 아닐 때.
    """
    _check_images(images)
    _, trunk, mean, std = _classifier()
    return (_predict(trunk, images) - mean) / std


def predict_parts(images: np.ndarray) -> np.ndarray:
    """이미지마다 50가지 부품일 확률 `(N, 50)`이다."""
    _check_images(images)
    logits = _predict(_classifier()[0], images)[0]
    logits = np.exp(logits - logits.max(axis=1, keepdims=True))
    return logits / logits.sum(axis=1, keepdims=True)


def _predict(model: keras.Model, images: np.ndarray) -> Any:
    return model.predict(preprocess(images), batch_size=256, verbose=0)


# ---- 특성을 비교하는 지표


def kernel_distance(
    real: np.ndarray,
    fake: np.ndarray,
    *,
    kernel: str = "polynomial",
    subsets: int = 50,
    subset_size: int = 1000,
    seed: int = 0,
) -> Estimate:
    """특성 사이의 커널 거리(KID, kernel inception distance)이다. 작을수록 가깝다.

    MMD 제곱의 편향 없는 추정값을, 다시 넣지 않고 뽑은 부분 집합마다 구한다. 두 분포가 같으면 0 둘레에서 흔들리므로
    음수가 나오기도 한다(Bińkowski 외, 2018).

    Args:
        real, fake: 특성 `(N, d)`와 `(M, d)`.
        kernel: `"polynomial"`은 KID의 3차 다항 커널 `(x·y/d + 1)³`이고 끝이 없으므로, 아주 먼 이미지 몇 장이 값을
            정하기도 한다. `"gaussian"`은 `exp(−‖x − y‖²/d)`이고 0과 1 사이이므로, 몇 장이 아무리 멀어도 그 몇 장만큼만
            커진다.
        subsets: 부분 집합의 수.
        subset_size: 부분 집합 하나의 크기. 두 집합보다 크면 작은 쪽의 절반을 쓴다.

    Raises:
        TypeError, ValueError: 특성이 100개보다 적거나, 차원이 다르거나, NaN이나 무한대가 있거나, 부분 집합의 수나 크기가
            범위를 벗어나거나, `kernel`이 모르는 값일 때.
    """
    from sklearn.metrics.pairwise import polynomial_kernel, rbf_kernel

    kernels = {"polynomial": polynomial_kernel, "gaussian": rbf_kernel}
    if not isinstance(kernel, str) or kernel not in kernels:
        raise refusal("kernel", kernel, '"polynomial", "gaussian" 가운데에서 고른다')
    similarity = kernels[kernel]
    real, fake = _check_features(real, fake)
    _check_count("부분 집합", check_integer("subsets", subsets, at_least=1), 1, MOST)
    size = check_integer("subset_size", subset_size, at_least=2)
    smaller = min(len(real), len(fake))
    if size > smaller:
        size = smaller // 2
    _check_count("부분 집합의 특성", size, at_least=2, at_most=MOST)
    seed = check_integer("seed", seed, at_least=0)
    generator = np.random.default_rng(seed)
    values = []
    for _ in range(subsets):
        x = real[generator.choice(len(real), size, replace=False)]
        y = fake[generator.choice(len(fake), size, replace=False)]
        within_x, within_y, between = similarity(x), similarity(y), similarity(x, y)
        pairs = size * (size - 1)
        values.append(
            (within_x.sum() - within_x.trace()) / pairs
            + (within_y.sum() - within_y.trace()) / pairs
            - 2 * between.mean()
        )
    return Estimate(float(np.mean(values)), float(np.std(values)))


class Agreement(NamedTuple):
    """두 집합이 서로를 얼마나 덮는지이다."""

    precision: float
    recall: float
    density: float
    coverage: float


def agreement(real: np.ndarray, fake: np.ndarray, *, k: int = 3, k_density: int = 5) -> Agreement:
    """정밀도와 재현율(Kynkäänniemi 외, 2019), 밀도와 커버리지(Naeem 외, 2020)이다.

    정밀도는 진짜의 이웃 안에 든 가짜의 비율, 재현율은 가짜의 이웃 안에 든 진짜의 비율이다. 이웃은 같은 집합에서
    `k`번째로 가까운 점까지의 공이다. 밀도와 커버리지는 진짜의 이웃만 쓰고 `k_density`번째를 본다. 두 분포가 같으면
    밀도는 1, 커버리지는 `1 - 2**-k_density`에 가깝다. 밀도는 1을 넘기도 한다.

    Raises:
        TypeError, ValueError: 특성이 100개보다 적거나 20,000개보다 많거나, 차원이 다르거나, NaN이나 무한대가 있거나,
            `k`나 `k_density`가 범위를 벗어날 때.
    """
    from sklearn.metrics import pairwise_distances

    real, fake = _check_features(real, fake, at_most=MOST)
    for name, value in (("k", k), ("k_density", k_density)):
        if check_integer(name, value, at_least=1) >= min(len(real), len(fake)):
            raise ValueError(f"{name}가 {value}이다. 특성의 수보다 작게 준다.")
    between = pairwise_distances(real, fake)
    real_to_real, fake_to_fake = pairwise_distances(real), pairwise_distances(fake)

    def radius(distances: np.ndarray, neighbour: int) -> np.ndarray:
        return np.partition(distances, neighbour, axis=1)[:, neighbour]  # 0번째는 자기 자신이다

    near_real = between < radius(real_to_real, k)[:, None]
    near_fake = between < radius(fake_to_fake, k)[None]
    dense = between < radius(real_to_real, k_density)[:, None]
    return Agreement(
        precision=float(near_real.any(axis=0).mean()),
        recall=float(near_fake.any(axis=1).mean()),
        density=float(dense.sum() / (k_density * len(fake))),
        coverage=float(dense.any(axis=1).mean()),
    )


# ---- 이미지를 바로 보는 지표


def nyquist_share(images: np.ndarray) -> float:
    """밝기의 변화 가운데 가장 잔 무늬(나이퀴스트 행과 열)가 차지하는 비율이다. 범위는 [0, 1]이다.

    한 픽셀마다 밝기가 바뀌는 무늬의 세기이다. 전치 합성곱의 체커보드가 여기에 나타난다(Odena 외, 2016).
    """
    _check_images(images)
    power = np.abs(np.fft.fft2(images[..., 0].astype("float64") / 255)) ** 2
    power[:, 0, 0] = 0
    half = IMAGE_SIZE // 2
    nyquist = power[:, half, :].sum() + power[:, :, half].sum() - power[:, half, half].sum()
    total = power.sum()
    return float(nyquist / total) if total else 0.0


def nearest_distances(images: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """이미지마다 `reference`에서 가장 가까운 이미지까지의 거리 `(N,)`이다. [0, 1] 밝기의 제곱 평균 제곱근이다."""
    from sklearn.neighbors import NearestNeighbors

    _check_images(images)
    _check_images(reference)
    flat = reference.reshape(len(reference), -1).astype("float32") / 255
    found = NearestNeighbors(n_neighbors=1, algorithm="brute").fit(flat)
    distances, _ = found.kneighbors(images.reshape(len(images), -1).astype("float32") / 255)
    return distances[:, 0] / IMAGE_SIZE


class Parts(NamedTuple):
    """어떤 부품을 얼마나 만들었는지이다."""

    found: int
    """한 장이라도 나온 부품의 수."""
    effective: float
    """고르게 나왔다면 몇 가지인지로 바꾼 엔트로피(엔트로피의 지수). 한 가지뿐이면 1이다."""
    confidence: float
    """분류 신경망이 고른 부품에 준 확률의 평균. 벽돌 같지 않은 이미지에서는 낮다."""


def part_coverage(images: np.ndarray) -> Parts:
    """분류 신경망이 보기에 어떤 부품이 나왔는지 센다."""
    probabilities = predict_parts(images)
    counts = np.bincount(probabilities.argmax(axis=1))
    shares = counts[counts > 0] / len(images)
    return Parts(
        found=len(shares),
        effective=float(np.exp(-(shares * np.log(shares)).sum())),
        confidence=float(probabilities.max(axis=1).mean()),
    )


def diversity(images: np.ndarray) -> float:
    """서로 다른 두 이미지의 거리의 중앙값이다. [0, 1] 밝기의 제곱 평균 제곱근이고, 모두 같으면 0이다."""
    from sklearn.metrics import pairwise_distances

    _check_images(images, at_least=2, at_most=MOST)
    distances = pairwise_distances(images.reshape(len(images), -1).astype("float64") / 255)
    return float(np.median(distances[np.triu_indices(len(images), k=1)]) / IMAGE_SIZE)


# ---- 모두 함께


def evaluate(
    fake: np.ndarray,
    *,
    real: np.ndarray | None = None,
    train: np.ndarray | None = None,
    seed: int = 0,
) -> dict[str, float]:
    """이미지 한 벌의 지표를 모두 잰다.

    Args:
        fake: 잴 이미지.
        real: 비교할 진짜 이미지. 없으면 내장 훈련 벽돌에서 `fake`와 같은 장수를 뽑는다.
        train: 암기를 볼 훈련 이미지. 없으면 내장 훈련 벽돌 전부이다.

    Returns:
        이름에서 값으로 가는 사전. `kid`는 1,000을 곱한 값이고 `kid_std`는 부분 집합 사이의 표준 편차이다.

    Raises:
        TypeError, ValueError: 이미지가 uint8이 아니거나 크기가 다르거나 100장보다 적을 때.
    """
    _check_images(fake, at_least=FEWEST, at_most=MOST)
    seed = check_integer("seed", seed, at_least=0)
    if real is None:
        everything = load_bricks().images
        order = np.random.default_rng(seed).permutation(len(everything))
        real = everything[order[: len(fake)]]
    if train is None:
        train = load_bricks().images
    x, y = brick_features(real), brick_features(fake)
    distance = kernel_distance(x, y, seed=seed)
    parts = part_coverage(fake)
    return {
        "images": len(fake),
        "kid": 1000 * distance.mean,
        "kid_std": 1000 * distance.std,
        **agreement(x, y)._asdict(),
        "parts": parts.found,
        "effective_parts": parts.effective,
        "part_confidence": parts.confidence,
        "nyquist": nyquist_share(fake),
        "nearest_train": float(np.median(nearest_distances(fake, train))),
        "diversity": diversity(fake),
    }


def stored_ladder() -> dict[str, dict[str, float]]:
    """미리 재어 둔 사다리이다. 칸의 이름에서 `evaluate()`의 결과로 가는 사전이다. `tools/makers/ladder.py`가 쟀다.

    - `heldout`: 홀드아웃 벽돌. 훈련 벽돌의 다른 부분 집합들과 비교한 값의 95번째 백분위수(큰 것이 나쁜 지표)나
      5번째 백분위수(작은 것이 나쁜 지표)이다. 이보다 나은 점수는 진짜와 가릴 수 없다.
    - `parts_25`, `parts_10`: 부품 50가지 가운데 25가지, 10가지만 든 진짜.
    - `blurred`: 한 픽셀만큼 흐린 진짜.
    - `untrained`: 훈련하지 않은 생성자의 이미지.
    - `repeated`: 이미지 한 장을 되풀이한 것.
    - `recorded`: 기록된 생성자의 샘플.
    """
    scores = json.loads(read_packaged(FOLDER / "ladder.json"))
    del scores["curve"]
    return scores


def stored_curve() -> list[dict]:
    """기록된 훈련을 하는 동안의 KID이다.

    Returns:
        재어 둔 때마다 `{"images": 본 이미지의 수, "samples": 샘플과 훈련 벽돌의 수, "ema": {"kid": …, "kid_std": …},
        "raw": {…}}`. 값은 1,000배이고, `ema`는 이동 평균 생성자, `raw`는 그대로의 생성자이다.
    """
    return json.loads(read_packaged(FOLDER / "ladder.json"))["curve"]


# ---- 입력 확인


def _check_images(images: np.ndarray, at_least: int = 1, at_most: int | None = None) -> None:
    if not isinstance(images, np.ndarray) or images.dtype != np.uint8:
        kind = getattr(images, "dtype", type(images).__name__)
        raise TypeError(f"이미지의 자료형이 {kind}이다. to_uint8()로 uint8 배열로 바꾸어 준다.")
    if images.ndim != 4 or images.shape[1:] != (IMAGE_SIZE, IMAGE_SIZE, 1):
        colour = " 이 지표는 흑백 벽돌만 잰다." if images.shape[3:] == (3,) else ""
        raise ValueError(
            f"이미지의 크기가 {images.shape}이다. (N, 64, 64, 1) 크기의 배열을 준다.{colour}"
        )
    _check_count("이미지", len(images), at_least, at_most)


def _check_features(
    real: np.ndarray, fake: np.ndarray, at_most: int | None = None
) -> tuple[np.ndarray, np.ndarray]:
    real, fake = (
        check_numbers(f"{name}의 특성", features, ndim=2).astype("float64")
        for name, features in (("진짜", real), ("가짜", fake))
    )
    for name, features in (("진짜의 특성", real), ("가짜의 특성", fake)):
        _check_count(name, len(features), FEWEST, at_most)
    if real.shape[1] != fake.shape[1]:
        raise ValueError(
            f"특성의 차원이 {real.shape[1]}과 {fake.shape[1]}로 다르다. 같은 함수로 뽑은 특성을 준다."
        )
    return real, fake


def _check_count(name: str, count: int, at_least: int, at_most: int | None) -> None:
    if count < at_least:
        raise ValueError(f"{name}의 수가 {count}이다. {at_least}개 이상을 준다.")
    if at_most is not None and count > at_most:
        raise ValueError(
            f"{name}의 수가 {count:,}이다. 메모리에 담을 수 있게 {at_most:,}개까지만 뽑아 준다."
        )
