"""훈련들의 결과(results/runs.jsonl)를 읽어 판정하고, 페이지가 읽는 것을 companion/recorded/에 담는다."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from companion import evaluation, recorded
from companion.diagnosis import diagnose
from companion.sampling import tile
from tools.makers import manifest
from tools.studies import forger, twin_report
from tools.studies.recipes import STUDIES, Recipe, Study
from tools.studies.run import folder_of, read_results

SAMPLED = STUDIES["upsampling"].recipes  # 페이지에 샘플을 싣는 훈련법들. 시드는 0이다.
SAMPLE_ROWS, SAMPLE_COLUMNS = 2, 8  # 훈련법마다
UNWRITTEN_VECTORS = "AVX-512"  # 벡터의 종류를 적지 않은 훈련은 모두 이것이 있는 기계에서 돌렸다.
NAMES: dict[str, str | dict[str, str]] = {
    "upsampling": {"resize": "업샘플링", "smooth": "융합 업샘플링"},
    "generator_kernel": "생성자의 커널 {}",
    "discriminator_kernel": "판별자의 커널 {}",
    "generator_activation": {"relu": "생성자에 ReLU"},
    "latent": {"uniform": "균등 분포의 잠재 벡터"},
    "initializer": {"normal": "초기 가중치 N(0, 0.02)"},
    "dropout_rate": "드롭아웃 {}",
    "labels": {
        "none": "레이블 잡음 없음",
        "one_sided": "한쪽 0.9",
        "outward": "바깥쪽 잡음",
        "inward": "안쪽 잡음",
        "swapped": "뒤바뀐 레이블",
    },
    "loss": {"probabilities": "확률로 계산한 손실"},
    "updates": {"alternating": "번갈아 고치기"},
    "batches": {"mixed": "섞은 배치"},
    "augmentation": {"half_shift_filled": "절반만 옮기고 −1로 채우는 증강"},
    "batch_size": "배치 {}",
    "d_learning_rate": "판별자 학습률 {}",
    "g_learning_rate": "생성자 학습률 {}",
    "learning_rate": "학습률 {}",
    "schedule": {"linear": "줄어드는 학습률"},
    "beta_1": "β₁ {}",
    "ema_decay": "EMA 감쇠 {}",
    "precision": {"mixed_bfloat16": "bfloat16"},
    "base_channels": "너비 {}",
    "real_range": {"unit": "진짜를 [0, 1]로", "byte": "진짜를 [0, 255]로"},
    "gradient_penalty": "패널티 {}",
    "shift": "{}픽셀 옮기기",
    "images": "이미지 {:,}장",
}


def label(recipe: Recipe) -> str:
    """기준과 다른 설정을 한국어로 잇는다."""
    changes = recipe.changes
    if "d_learning_rate" in changes and recipe.d_learning_rate == recipe.g_learning_rate:
        changes["learning_rate"] = changes.pop("g_learning_rate")
        del changes["d_learning_rate"]
    parts = []
    for key, value in changes.items():
        name = NAMES[key]
        if key.endswith("learning_rate"):
            value = np.format_float_positional(value)  # 1e-06이 아니라 0.000001로 적는다
        parts.append(name[value] if isinstance(name, dict) else name.format(value))
    return ", ".join(parts) or "기준"


class Runs:
    """훈련법 하나를 시드마다 훈련한 결과이다. CPU 시간은 벡터의 종류가 `timed_on`인 기계의 것만 본다."""

    def __init__(self, recipe: Recipe, results: Iterable[dict[str, Any]], timed_on: str):
        self.recipe = recipe
        self.results = sorted(results, key=lambda result: result["seed"])
        self.ticks = [[t for t in r["ticks"] if "ema" in t] for r in self.results]
        self.timed = [ticks for ticks, r in zip(self.ticks, self.results, strict=True)
                      if vectors_of(r) == timed_on]  # fmt: skip

    def last(self, key: str, which: str = "ema") -> np.ndarray:
        return np.array([ticks[-1][which][key] for ticks in self.ticks])

    @property
    def cpu_seconds(self) -> np.ndarray:
        """끝까지 훈련하는 데 든 CPU 시간이다. `timed`의 것만 담는다."""
        return np.array([ticks[-1]["cpu_seconds"] for ticks in self.timed])

    def kid_at(self, cpu_seconds: float) -> np.ndarray:
        """CPU 시간이 `cpu_seconds`일 때의 KID이다. 잰 때 사이는 KID의 로그를 직선으로 잇는다. `timed`의 것만 담는다."""
        return np.array([
            np.exp(np.interp(
                cpu_seconds,
                [t["cpu_seconds"] for t in ticks],
                np.log([max(t["ema"]["kid"], 1e-3) for t in ticks]),
            ))
            for ticks in self.timed
        ])  # fmt: skip

    def summary(self) -> list[dict[str, Any]]:
        return [
            {
                "seed": result["seed"],
                "images": [tick["images"] for tick in ticks],
                "cpu_seconds": [round(tick["cpu_seconds"], 1) for tick in ticks],
                "kid": [tick["ema"]["kid"] for tick in ticks],
                "raw_kid": [tick["raw"]["kid"] for tick in ticks],
                "coverage": ticks[-1]["ema"]["coverage"],
                "nyquist": ticks[-1]["ema"]["nyquist"],
                "troubles": self.troubles(result),
            }
            for result, ticks in zip(self.results, self.ticks, strict=True)
        ]

    def troubles(self, result: dict[str, Any]) -> list[str]:
        """`diagnose()`가 훈련의 기록에서 찾은 탈이다."""
        history = [{**t, "step": t["images"] // self.recipe.batch_size} for t in result["ticks"]]
        noise = 0.1 if self.recipe.labels in ("inward", "swapped") else 0.0
        return [sign.text for sign in diagnose(history, label_noise=noise) if not sign.healthy]

    @property
    def collapsed(self) -> int:
        """훈련하지 않은 생성자보다 나쁘게 끝났거나 손실이 수가 아니게 된 훈련의 수이다."""
        return int((self.last("kid") > evaluation.stored_ladder()["untrained"]["kid"]).sum())


def read(study: Study) -> list[Runs]:
    """실험에 든 훈련법마다의 결과이다. 아직 없는 것은 뺀다. CPU 시간은 기준을 훈련한 기계의 것끼리만 비교한다."""
    found: dict[Recipe, list[dict[str, Any]]] = {}
    for result in read_results():
        found.setdefault(Recipe(**result["recipe"]), []).append(result)
    recipes = [recipe for recipe in study.recipes if recipe in found]
    return [Runs(recipe, found[recipe], vectors_of(found[recipes[0]][0])) for recipe in recipes]


def vectors_of(result: dict[str, Any]) -> str:
    return result["machine"].get("vectors", UNWRITTEN_VECTORS)


def spread_of(runs: Runs) -> float:
    """시드에 따라 끝의 KID의 로그가 흩어진 표준 편차이다."""
    return float(np.log(runs.last("kid")).std(ddof=1))


def summary() -> str:
    """페이지가 읽는 JSON이다. 실험마다, 훈련법마다 시드별 결과를 담는다."""
    studies = {
        name: {label(runs.recipe): runs.summary() for runs in read(study)}
        for name, study in STUDIES.items()
    }
    studies["forger"] = forger.summary(forger.finished())
    studies |= twin_report.summary()
    names = [*map(label, SAMPLED), *twin_report.SAMPLED]
    contents = {"samples": names, "studies": studies}
    return json.dumps(contents, ensure_ascii=False) + "\n"


def draw_samples(state: Path | None = None, twins: Path | None = None) -> None:
    """훈련 폴더와 쌍둥이의 결과 폴더에 남은 샘플 격자에서 위의 두 줄씩을 모은다. 없으면 담아 둔 것을 그대로 쓴다."""
    paths = {name: twins / path for name, path in twin_report.SAMPLED.items()} if twins else {}
    if state:
        for recipe in SAMPLED:
            for path in sorted((folder_of(state, recipe, 0) / "samples").glob("step-*.png")):
                paths[label(recipe)] = path
    new = {name: np.asarray(Image.open(path))[: 64 * SAMPLE_ROWS] for name, path in paths.items()}
    stored = recorded.experiment_samples().items()
    grids = {name: tile(tiles, SAMPLE_COLUMNS) for name, tiles in stored} | new
    Image.fromarray(np.concatenate(list(grids.values()))).save(
        recorded.FOLDER / "experiments.png", optimize=True
    )


def write() -> None:
    (recorded.FOLDER / "experiments.json").write_text(summary(), encoding="utf-8")
    manifest.update("experiments.json", "experiments.png")
