"""책에 실은 훈련의 결과를 읽는다.

`companion/recorded/`에는 기본 크기의 DCGAN을 내장 벽돌로 훈련한 기록이 들어 있다. 손실과 정확도, 훈련 내내 같은
잠재 벡터로 만든 샘플, 다 훈련한 두 신경망, 단계마다의 샘플과 판별자의 답이다. 모두 `make run`이 만들었다.
"""

from __future__ import annotations

import io
import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from companion.arguments import refusal
from companion.files import read_packaged

if TYPE_CHECKING:
    import keras

FOLDER = Path(__file__).parent / "recorded"
SAMPLES = 64


@cache
def manifest() -> dict:
    """파일들의 SHA-256과 훈련의 개요(설정, 기계, 시간)이다."""
    return json.loads(read_packaged(FOLDER / "manifest.json"))


def _read(name: str) -> bytes:
    return read_packaged(FOLDER / name, manifest()["files"][name])


def _read_json(name: str) -> Any:
    return json.loads(_read(name))


def _read_tiles(name: str) -> np.ndarray:
    """64×64 타일을 이어 붙인 PNG를 `(타일 수, 64, 64, 1)` 크기의 uint8 배열로 읽는다."""
    atlas = np.asarray(Image.open(io.BytesIO(_read(name))))
    rows, columns = atlas.shape[0] // 64, atlas.shape[1] // 64
    tiles = atlas.reshape(rows, 64, columns, 64).transpose(0, 2, 1, 3)
    return tiles.reshape(rows * columns, 64, 64, 1)


def config() -> dict:
    """훈련의 설정이다. `settings`, `batch_size`, `steps_per_epoch`, `data`가 있고, 층과 옵티마이저도 적혀 있다."""
    return manifest()["config"]


def history() -> list[dict]:
    """에포크마다 한 줄. 열은 epoch, step, images, seconds와 네 지표이다."""
    return _read_json("history.json")


def grids() -> tuple[list[int], np.ndarray]:
    """훈련 내내 같은 잠재 벡터 64개로 만든 샘플이다.

    Returns:
        (그때까지 훈련한 스텝 수 T개, `(T, 64, 64, 64)` 크기의 uint8 이미지). 잠재 벡터는 `latents(64)`이다.
    """
    steps = manifest()["grid_steps"]
    return steps, _read_tiles("grids.png").reshape(len(steps), SAMPLES, 64, 64)


def stages() -> dict[int, dict[str, np.ndarray]]:
    """여섯 단계에서 고르지 않고 뽑은 샘플과 그때 판별자의 답이다.

    Returns:
        그때까지 본 이미지 수에서 사전으로 가는 사전. `samples`는 `(256, 64, 64, 1)` 크기의 uint8 샘플이고
        잠재 벡터는 `latents(256)`이다. `fake`는 그 샘플이 진짜일 확률, `real`은 홀드아웃 벽돌 256장이
        진짜일 확률이다.
    """
    probabilities = _read_json("stages.json")
    samples = _read_tiles("stages.png").reshape(len(probabilities), -1, 64, 64, 1)
    return {
        stage["images"]: {
            "samples": tiles,
            "fake": np.array(stage["fake"]),
            "real": np.array(stage["real"]),
        }
        for stage, tiles in zip(probabilities, samples, strict=True)
    }


def experiments(study: str) -> dict[str, list[dict]]:
    """훈련법을 여러 시드로 비교한 실험 하나의 결과이다. 저장소의 `make experiments`가 만든다.

    Args:
        study: 실험의 이름. `"upsampling"`, `"labels"`, `"recipe"`처럼 `tools/studies/recipes.py`에 적힌 것. `"forger"`는
            브라우저에서 배우는 위조범의 스위치들이고, 담긴 값이 다르다.

    Returns:
        훈련법의 한국어 이름(`"기준"`, `"배치 16"`처럼 기준과 다른 설정)에서 시드마다의 결과로 가는 사전. 첫째가
        기준이다. `images`, `cpu_seconds`, `kid`(1,000배)와 평균하지 않은 생성자의
        `raw_kid`는 훈련하는 동안 잰 값의 리스트이고, `coverage`와
        `nyquist`는 마지막 값이다.

    Raises:
        ValueError: 없는 이름일 때.
    """
    studies = _read_json("experiments.json")["studies"]
    if not isinstance(study, str) or study not in studies:
        raise refusal("study", study, f"{', '.join(studies)} 가운데 하나를 적는다")
    return studies[study]


def experiment_samples() -> dict[str, np.ndarray]:
    """전치 합성곱과 업샘플링으로 훈련한 작은 신경망들의 샘플이다.

    Returns:
        훈련법의 이름에서 `(16, 64, 64, 1)` 크기의 uint8 샘플로 가는 사전. 잠재 벡터는 `latents(64)`의 처음
        16개이고 시드는 0이다.
    """
    names = _read_json("experiments.json")["samples"]
    tiles = _read_tiles("experiments.png").reshape(len(names), -1, 64, 64, 1)
    return dict(zip(names, tiles, strict=True))


def generator() -> keras.Model:
    """다 훈련한 이동 평균 생성자이다. 가중치는 float16으로 줄여 두었던 것이다."""
    from companion.models import build_generator, dtype_policy

    with dtype_policy("float32"):
        model = build_generator(config()["settings"]["latent_dim"])
    model.set_weights(_weights("generator.npz"))
    return model


def discriminator() -> keras.Model:
    """다 훈련한 판별자이다. 가중치는 8비트로 줄여 두었던 것이다."""
    from companion.models import build_discriminator, dtype_policy

    with dtype_policy("float32"):
        model = build_discriminator(dropout_rate=config()["settings"]["dropout_rate"])
    model.set_weights(_weights("discriminator.npz"))
    return model


def _weights(name: str) -> list[np.ndarray]:
    with np.load(io.BytesIO(_read(name)), allow_pickle=False) as file:
        return [
            (file[key] * file.get(f"{key}.scale", np.float32(1))).astype("float32")
            for key in sorted(file.files)
            if not key.endswith(".scale")
        ]
