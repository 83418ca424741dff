"""지표의 사다리와 기록된 생성자의 점수를 재어 companion/evaluator/ladder.json에 담고 표로 보인다.

두 코어 CPU에서 몇 분 걸린다. 점수의 뜻은 `companion.evaluation`에 있다. 에포크마다의 KID는 훈련 폴더가 남아 있을 때만
다시 재고, 없으면 담아 둔 값이 기록된 훈련의 것인지 저장소의 샘플로 확인한다.
"""

import argparse
import json
import os
from pathlib import Path

import numpy as np
from scipy.ndimage import gaussian_filter

from companion import evaluation, recorded
from companion.data import load_bricks, to_uint8
from companion.files import write_atomically
from companion.models import build_generator
from companion.sampling import latents
from tools.makers.recorded import DEFAULT_RUN_DIR

SEED = 1  # 책에 싣는 샘플(시드 0)과 다른 잠재 벡터로 잰다.
# 처음 실었던 훈련의 점수와 단계마다의 KID이다. 그 가중치와 샘플이 저장소에 없어 다시 잴 수 없고, 그때 잰 값만 남아 있다.
KEPT = ("first_recorded", "first_stages")
SHOWN = ("kid", "precision", "recall", "density", "coverage", "parts", "effective_parts",
         "part_confidence", "nyquist", "nearest_train", "diversity")  # fmt: skip


def measure(n: int, draws: int, folder: Path) -> dict[str, dict[str, float]]:
    """사다리의 칸마다, 그리고 기록된 생성자의 점수이다."""
    stored = evaluation.stored_ladder()
    z = latents(n, seed=SEED)
    samples = to_uint8(recorded.generator().predict(z, batch_size=128, verbose=0))
    return {
        **ladder(n, draws),
        "recorded": evaluation.evaluate(samples),
        "epochs": epoch_kids(folder, n) if folder.exists() else confirmed(stored["epochs"], n),
        **{name: stored[name] for name in KEPT},
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


def epoch_kids(folder: Path, n: int) -> dict[str, float]:
    """에포크마다의 KID이다."""
    stages = {
        line["images"]: np.load(folder / "stages" / f"epoch-{line['epoch']:03d}.npz")["samples"]
        for line in recorded.history()
    }
    return kids(stages, n)


def confirmed(epochs: dict[str, float], n: int) -> dict[str, float]:
    """저장소에 샘플이 있는 단계의 KID를 다시 재어, 같으면 `epochs`를 그대로 돌려준다. 담을 때 다시 만든 마지막 샘플은 뺀다."""
    samples = [(images, stage["samples"]) for images, stage in recorded.stages().items()]
    again = kids(dict(samples[:-1]), n)
    if not np.allclose([epochs.get(i, np.nan) for i in again], [*again.values()], rtol=0.01):
        raise SystemExit(
            "담아 둔 에포크마다의 KID가 기록된 훈련의 것이 아니다. `make run`으로 다시 훈련한다."
        )
    return epochs


def kids(samples: dict[int, np.ndarray], n: int) -> dict[str, float]:
    """내장 벽돌 `n`장과 그때의 샘플 사이의 KID(1,000배)이다. 이름은 본 이미지의 수이다."""
    bricks = load_bricks().images
    real = evaluation.brick_features(bricks[np.random.default_rng(0).permutation(len(bricks))[:n]])
    return {
        str(images): round(
            1000
            * evaluation.kernel_distance(real, evaluation.brick_features(fake), subsets=20).mean,
            1,
        )
        for images, fake in samples.items()
    }


def table(scores: dict[str, dict[str, float]]) -> str:
    lines = [f"{'':11}" + "".join(f"{name:>16}" for name in SHOWN)]
    for rung, values in scores.items():
        if SHOWN[0] not in values:
            lines.append(f"{rung}: " + ", ".join(f"{n}장 {kid:.4g}" for n, kid in values.items()))
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
