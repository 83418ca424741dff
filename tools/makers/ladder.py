"""지표의 사다리와 기록된 생성자의 점수를 재어 companion/evaluator/ladder.json에 담고 표로 보인다.

두 코어 CPU에서 20분쯤 걸린다. 점수의 뜻은 `companion.evaluation`에 있다. 훈련하는 동안의 곡선은 훈련 폴더가 남아 있을
때만 다시 재고, 없으면 담아 둔 곡선의 끝이 기록된 생성자의 것인지 확인한다.
"""

import argparse
import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import keras
import numpy as np
from scipy.ndimage import gaussian_filter

from companion import evaluation, recorded
from companion.data import load_bricks, to_uint8
from companion.files import write_atomically
from companion.models import build_generator
from companion.sampling import latents
from companion.settings import Settings
from tools.makers.recorded import DEFAULT_RUN_DIR

SEED = 1  # 책에 싣는 샘플(시드 0)과 다른 잠재 벡터로 잰다.
CURVE_IMAGES = 5_000
SHOWN = ("kid", "precision", "recall", "density", "coverage", "parts", "effective_parts",
         "part_confidence", "nyquist", "nearest_train", "diversity")  # fmt: skip


def measure(n: int, draws: int, folder: Path) -> dict[str, Any]:
    """사다리의 칸마다, 그리고 기록된 생성자의 점수와 훈련하는 동안의 곡선이다."""
    z = latents(n, seed=SEED)
    samples = to_uint8(recorded.generator().predict(z, batch_size=128, verbose=0))
    return {
        **ladder(n, draws),
        "recorded": evaluation.evaluate(samples),
        "curve": curve(folder) if folder.exists() else confirmed(evaluation.stored_curve()),
    }


def ladder(n: int, draws: int, seed: int = 0) -> dict[str, dict[str, float]]:
    """답을 아는 이미지 `n`장씩의 점수를 진짜에 가까운 것부터 돌려준다. 이름은 `stored_ladder()`에 적혀 있다."""
    generator = np.random.default_rng(seed)
    bricks = load_bricks()
    heldout = load_bricks(split="heldout").images
    order = generator.permutation(len(bricks.images))
    real = bricks.images[order[:n]]
    others = order[n:]

    def only(parts: int) -> np.ndarray:
        chosen = others[np.isin(bricks.parts[others], generator.permutation(50)[:parts])]
        return bricks.images[generator.choice(chosen, n, replace=len(chosen) < n)]

    floor = [
        evaluation.evaluate(
            heldout[generator.permutation(len(heldout))[:n]],
            real=bricks.images[generator.permutation(len(bricks.images))[:n]],
            seed=seed + draw,
        )
        for draw in range(draws)
    ]
    worse_when_large = {"kid", "kid_std", "nyquist"}
    percentiles = {name: 95 if name in worse_when_large else 5 for name in floor[0]}
    untrained = build_generator().predict(latents(n), batch_size=128, verbose=0)
    rungs = {
        "parts_25": only(25),
        "parts_10": only(10),
        "blurred": blur(bricks.images[others[:n]]),
        "untrained": to_uint8(untrained),
        "repeated": np.repeat(bricks.images[others[:1]], n, axis=0),
    }
    return {
        "heldout": {
            name: float(np.percentile([scores[name] for scores in floor], percentile))
            for name, percentile in percentiles.items()
        },
        **{
            name: evaluation.evaluate(images, real=real, seed=seed)
            for name, images in rungs.items()
        },
    }


def blur(images: np.ndarray) -> np.ndarray:
    """한 픽셀만큼(가우스 필터의 표준 편차) 흐린 uint8 이미지이다."""
    blurred = gaussian_filter(images.astype("float32"), (0, 1, 1, 0), mode="nearest", truncate=3)
    return np.rint(blurred).astype("uint8")


def curve(folder: Path, n: int = CURVE_IMAGES) -> list[dict[str, Any]]:
    """훈련하는 동안의 KID(1,000배)와 그 표준 편차이다. 이동 평균 생성자(`ema`)와 그대로의 생성자(`raw`)를 나란히 잰다."""
    settings = Settings(**recorded.config()["settings"])
    generator = build_generator(**settings.of_generator())
    moments = []
    for path in sorted((folder / "stages").glob("weights-*.npz")):
        epoch = int(path.stem.removeprefix("weights-"))
        moment: dict[str, Any] = {
            "images": recorded.history()[epoch - 1]["images"], "samples": n,
        }  # fmt: skip
        with np.load(path) as stored:
            for name, kind in (("ema", "ema_generator"), ("raw", "generator")):
                generator.set_weights(
                    [stored[f"{kind}/{i:03d}"] for i in range(len(generator.weights))]
                )
                moment[name] = distance(generator, n)
        moments.append(moment)
    return moments


def confirmed(moments: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """저장소의 생성자로 마지막 값을 다시 재어, 표준 편차 안에서 같으면 `moments`를 그대로 돌려준다."""
    again, last = distance(recorded.generator(), CURVE_IMAGES), moments[-1]["ema"]
    if abs(again["kid"] - last["kid"]) > last["kid_std"]:
        raise SystemExit("담아 둔 곡선이 기록된 훈련의 것이 아니다. `make run`으로 다시 훈련한다.")
    return moments


def distance(generator: keras.Model, n: int) -> dict[str, float]:
    """샘플 `n`장과 훈련 벽돌 `n`장 사이의 KID(1,000배)와 그 표준 편차이다."""
    z = latents(n, generator.input_shape[-1], seed=SEED)
    fake = to_uint8(generator.predict(z, batch_size=128, verbose=0))
    kid = evaluation.kernel_distance(real_features(n), evaluation.brick_features(fake))
    return {"kid": round(1000 * kid.mean, 1), "kid_std": round(1000 * kid.std, 1)}


@cache
def real_features(n: int) -> np.ndarray:
    bricks = load_bricks().images
    return evaluation.brick_features(bricks[np.random.default_rng(0).permutation(len(bricks))[:n]])


def table(scores: dict[str, Any]) -> str:
    lines = [
        f"{moment['images']:>9,}장: 이동 평균 {moment['ema']['kid']:.4g}, 그대로 {moment['raw']['kid']:.4g}"
        for moment in scores["curve"]
    ]
    lines.append(f"{'':11}" + "".join(f"{name:>16}" for name in SHOWN))
    for rung, values in scores.items():
        if rung == "curve":
            continue
        lines.append(f"{rung:11}" + "".join(f"{values[name]:>16.4g}" for name in SHOWN))
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=1500, help="칸마다 잴 이미지의 수")
    parser.add_argument("--draws", type=int, default=20, help="바닥을 정할 때 다시 뽑는 횟수")
    parser.add_argument(
        "--run-dir", type=Path, default=DEFAULT_RUN_DIR, help="훈련 상태가 있는 폴더"
    )
    options = parser.parse_args()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    scores = measure(options.images, options.draws, options.run_dir / "full")
    text = json.dumps(scores, ensure_ascii=False, indent=2) + "\n"
    write_atomically(evaluation.FOLDER / "ladder.json", lambda file: file.write(text.encode()))
    print(table(scores))


if __name__ == "__main__":
    main()
