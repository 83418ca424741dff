"""놀이가 읽을 데이터를 기록된 훈련에서 만든다. 책을 지을 때마다 새로 만들므로 저장소에 두지 않는다.

파일은 모두 `play.data.이름 = {...}` 꼴의 스크립트이다. `file://`로 연 페이지는 다른 파일을 글로 읽지 못하지만 스크립트로는
읽을 수 있다.
"""

import base64
import io
import json
import os
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from PIL import Image

from book._ext import forger_data, worker
from companion import recorded
from companion.data import load_bricks
from companion.sampling import strongest_directions, tile

GREY_LEVELS = 32  # 그림의 색을 이만큼으로 줄이면 크기가 3분의 1쯤이 된다.
GAME_FORGERIES = 48  # 감별 게임에서 단계마다 쓰는 가짜의 수
GAME_REAL = 144
WALL, WALL_COLUMNS = 72, 12
DIRECTIONS = 4
DARK = 8  # 가장자리의 평균 밝기가 이보다 낮으면 바탕이 검다고 본다(0~255)
LARGEST = 1023  # 부호가 있는 11비트 정수의 최댓값

recorded_stages = cache(recorded.stages)  # 그림을 푸는 데 오래 걸린다


def write(folder: Path) -> Future[None]:
    """`folder`에 놀이마다의 데이터와 멈춘 그림을 쓴다. Keras가 드는 것은 따로 도는 프로세스에 맡기고 기다리지 않는다."""
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = worker.submit(write_laboratory, folder)
    wall(folder)
    save(folder, "game", game(folder))
    save(folder, "rewind", rewind(folder))
    save(folder, "forger", forger_data.everything())
    return unfinished


def write_laboratory(folder: Path) -> None:
    save(folder, "laboratory", laboratory(folder))


def save(folder: Path, name: str, values: dict[str, Any]) -> None:
    text = json.dumps(values, ensure_ascii=False, separators=(",", ":"))
    (folder / f"{name}-data.js").write_text(f"play.data.{name} = {text};\n", encoding="utf-8")


def wall(folder: Path) -> None:
    """첫 페이지의 벽돌 벽이 훈련하는 동안 어떻게 바뀌었는지 보이는 그림들이다. 마지막 것은 `book/wall.png`와 같은 벽돌이다."""
    frames = []
    for images, stage in recorded_stages().items():
        file = f"wall-{images}.png"
        save_png(folder / file, tile(stage["samples"][:WALL], WALL_COLUMNS))
        frames.append({"images": images, "file": file})
    text = f"window.wallFrames = {json.dumps(frames)};\n"
    (folder / "wall-data.js").write_text(text, encoding="utf-8")


def laboratory(folder: Path) -> dict[str, Any]:
    """브라우저에서 움직일 생성자와, 첫 층을 가장 크게 바꾸는 방향들이다."""
    with quiet():
        generator = recorded.generator()
    first = np.asarray(generator.trainable_variables[0])
    save_png(folder / "laboratory.png", tile(last_samples()[:8], 4))
    return {
        "layers": [packed(**layer) for layer in folded(generator)],
        "directions": strongest_directions(first, DIRECTIONS).astype(float).round(5).tolist(),
    }


@contextmanager
def quiet() -> Iterator[None]:
    """TensorFlow가 시작하면서 표준 오류에 찍는 알림을 버린다."""
    kept = os.dup(2)
    with open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def folded(generator: Any) -> list[dict[str, Any]]:
    """Keras 생성자의 전치 합성곱마다 계산에 드는 것을 모두 모델에서 읽는다.

    배치 정규화는 훈련이 끝나면 곱셈과 덧셈 한 번이므로 앞의 커널과 편향에 미리 곱하고 더한다. LeakyReLU는 앞의 합성곱의
    `slope`가 된다.

    Raises:
        ValueError: `generator.js`가 계산할 줄 모르는 층이 있을 때.
    """
    found: list[dict[str, Any]] = []
    for layer in generator.layers:
        match type(layer).__name__:
            case "InputLayer" | "Reshape":
                pass
            case "Conv2DTranspose":
                kernel, stride = np.asarray(layer.kernel), layer.strides[0]
                before = (len(kernel) - stride) // 2 if layer.padding == "same" else 0
                facts = {
                    "size": layer.input.shape[1],
                    "outSize": layer.output.shape[1],
                    "inChannels": kernel.shape[3],
                    "outChannels": kernel.shape[2],
                    "kernelSize": len(kernel),
                    "stride": stride,
                    "padding": before,
                    "activation": layer.activation.__name__,
                    "slope": 1.0,
                }
                bias = np.zeros(kernel.shape[2], "float32")
                found.append({**facts, "kernel": kernel, "bias": bias})
            case "BatchNormalization":
                gamma, beta, mean, variance = layer.get_weights()
                scale = gamma / np.sqrt(variance + layer.epsilon)
                found[-1]["kernel"] = found[-1]["kernel"] * scale[:, None]
                found[-1]["bias"] = beta - mean * scale
            case "LeakyReLU":
                found[-1]["slope"] = layer.negative_slope
            case name:
                raise ValueError(f"{name} 층을 계산하는 법이 generator.js에 없다. 거기에 더한다.")
    return found


def packed(kernel: np.ndarray, bias: np.ndarray, **facts: Any) -> dict[str, Any]:
    """커널을 11비트 정수로 줄이고 글로 바꾼다.

    눈금은 커널의 칸과 나가는 채널마다 하나이다. 8비트로 줄이면 그림이 회색 다섯 단계까지 달라지고, 11비트면 두
    단계 안에 든다. 낮은 8비트와 나머지를 따로 적어야 gzip이 잘 줄인다.
    """
    step = np.maximum(np.abs(kernel).max(axis=3) / LARGEST, 1e-12)
    integers = np.rint(kernel / step[..., None]).astype("int16")
    return {
        **facts,
        "low": text_of((integers & 255).astype("uint8")),
        "high": text_of((integers >> 8).astype("int8")),
        "scale": text_of(step.astype("<f4")),
        "bias": text_of(bias.astype("<f4")),
    }


class Pair(NamedTuple):
    """첫 페이지에서 묻는 한 쌍이다. 그림과 판별자의 답은 왼쪽, 오른쪽의 차례이다."""

    pictures: tuple[np.ndarray, np.ndarray]
    answers: tuple[float, float]
    real_is_left: bool


@cache
def first_pair() -> Pair:
    """첫 페이지에서 묻는 것은 가장 닮은 한 쌍이다."""
    stage = list(recorded_stages().values())[-1]
    (k, n), *_ = alike_pairs()
    pictures = judged_bricks()[k], stage["samples"][n]
    answers = stage["real"][k], stage["fake"][n]
    if np.random.default_rng(0).random() < 0.5:
        return Pair(pictures, answers, real_is_left=True)
    return Pair(pictures[::-1], answers[::-1], real_is_left=False)


@cache
def alike_pairs() -> list[tuple[int, int]]:
    """모서리가 닮은 진짜와 가짜의 번호를 닮은 차례로 적는다. 한 이미지는 한 번만 나오고, 밋밋한 가짜는 뺀다."""
    samples = list(recorded_stages().values())[-1]["samples"]
    real, forged = edges(judged_bricks()), edges(samples)
    strength = np.linalg.norm(forged, axis=1)
    alike = real @ forged.T / (np.linalg.norm(real, axis=1)[:, None] * strength)
    alike[:, strength < np.median(strength)] = -1
    pairs = []
    for _ in range(2):
        k, n = divmod(int(np.argmax(alike)), len(samples))
        pairs.append((k, n))
        alike[k], alike[:, n] = -1, -1
    return pairs


def edges(images: np.ndarray) -> np.ndarray:
    """이미지마다 이웃한 픽셀의 차이를 한 줄로 늘어놓은 것이다."""
    pixels = images[..., 0].astype("float32")
    down, across = np.diff(pixels, axis=1)[:, :, :-1], np.diff(pixels, axis=2)[:, :-1]
    return np.concatenate([down, across], axis=1).reshape(len(images), -1)


def judged_bricks() -> np.ndarray:
    """단계마다 판별자가 답한 진짜 벽돌이다. 차례도 그 답과 같다."""
    heldout = load_bricks(split="heldout").images
    judged = len(next(iter(recorded_stages().values()))["real"])
    return heldout[np.random.default_rng(0).permutation(len(heldout))[:judged]]


def game(folder: Path) -> dict[str, Any]:
    """단계마다의 가짜와 홀드아웃 진짜, 그리고 그 단계의 판별자가 매긴 진짜일 확률이다."""
    stages = recorded_stages()
    real = judged_bricks()[:GAME_REAL]
    for name, picture in zip(("left", "right"), first_pair().pictures, strict=True):
        save_png(folder / f"game-{name}.png", picture[..., 0])
    forgeries = [stage["samples"][:GAME_FORGERIES] for stage in stages.values()]
    save_png(folder / "game.png", tile(np.concatenate([real[:4], forgeries[-1][:4]]), 4))
    return {
        "columns": 12,
        "real": data_uri(tile(real, 12)),
        "stages": [
            {
                "images": images,
                "forged": data_uri(tile(stage["samples"][:GAME_FORGERIES], 12)),
                "pReal": significant(stage["real"][:GAME_REAL]),
                "pForged": significant(stage["fake"][:GAME_FORGERIES]),
            }
            for images, stage in stages.items()
        ],
    }


def significant(answers: np.ndarray) -> list[float]:
    """유효 숫자 셋만 남긴다. 0에 가까운 답도 서로 가려진다."""
    return [float(f"{answer:.3g}") for answer in answers]


def rewind(folder: Path) -> dict[str, Any]:
    """같은 잠재 벡터 32개의 샘플과, 에포크마다의 손실과 정확도이다."""
    steps, grids = recorded.grids()
    pictures = [tile(grid[:32, :, :, None], 8) for grid in grids]
    save_png(folder / "rewind.png", pictures[-1])
    columns = ("d_loss", "g_loss", "d_real_accuracy", "d_fake_accuracy")
    return {
        "batch": recorded.config()["batch_size"],
        "frames": [
            {"step": step, "picture": data_uri(picture)}
            for step, picture in zip(steps, pictures, strict=True)
        ],
        "history": [
            {"step": line["step"], **{name: round(line[name], 4) for name in columns}}
            for line in recorded.history()
        ],
        "marks": marks(steps, grids, recorded.history()),
    }


def marks(steps: list[int], grids: np.ndarray, history: list[dict]) -> list[dict[str, Any]]:
    """들러 볼 만한 때와 그때의 장면 번호이다. 모두 기록에서 계산하므로 훈련을 새로 해도 맞는다."""
    edges = np.concatenate(
        [grids[:, :, :4].reshape(len(grids), -1), grids[:, :, -4:].reshape(len(grids), -1)], 1
    )
    dark = int(np.argmax(edges.mean(axis=1) < DARK))

    def nearest(line: dict) -> int:
        return int(np.argmin([abs(step - line["step"]) for step in steps]))

    losses = [line["d_loss"] for line in history]
    middle = next(line for line in history if line["d_loss"] <= (max(losses) + min(losses)) / 2)
    found = {
        "훈련하기 전": 0,
        "바탕이 검어진 때": dark,
        "판별자의 손실이 반쯤 준 때": nearest(middle),
        "훈련을 반쯤 한 때": nearest(history[len(history) // 2]),
        "훈련이 끝난 때": len(steps) - 1,
    }
    return [
        {"name": name, "frame": frame} for name, frame in sorted(found.items(), key=lambda m: m[1])
    ]


def last_samples() -> np.ndarray:
    stages = recorded_stages()
    return stages[max(stages)]["samples"]


def text_of(array: np.ndarray) -> str:
    return base64.b64encode(array.tobytes()).decode()


def few_greys(pixels: np.ndarray) -> Image.Image:
    levels = np.linspace(0, 255, GREY_LEVELS).round().astype("uint8")
    image = Image.fromarray(np.rint(pixels / 255 * (GREY_LEVELS - 1)).astype("uint8"), "P")
    image.putpalette(np.repeat(levels, 3).tobytes())
    return image


def save_png(path: Path, pixels: np.ndarray) -> None:
    few_greys(pixels).save(path, optimize=True)


def data_uri(pixels: np.ndarray) -> str:
    stream = io.BytesIO()
    few_greys(pixels).save(stream, "PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(stream.getvalue()).decode()
