"""시드마다의 값에서 판정하고, 그 판정의 힘을 어림한다."""

import math
from collections.abc import Iterable

import numpy as np

FEWEST_SEEDS = 3  # 이보다 적으면 판정하지 않는다.


def verdict(runs: np.ndarray, baseline: np.ndarray) -> str:
    """시드가 셋 이상이고 시드들의 범위가 겹치지 않을 때만 낫다거나 못하다고 한다."""
    if min(len(runs), len(baseline)) < FEWEST_SEEDS:
        return "시드가 모자라다"
    if runs.max() < baseline.min():
        return "낫다"
    if runs.min() > baseline.max():
        return "못하다"
    return "가릴 수 없다"


def detectable_ratio(spread: float, seeds: int, power: float = 0.8) -> float:
    """두 훈련법의 KID가 정말 몇 배 달라야 `verdict()`가 `power`의 확률로 알아채는지이다.

    KID의 로그가 표준 편차 `spread`인 정규 분포라고 본다.
    """
    x, y = np.random.default_rng(0).normal(0, spread, (2, 200_000, seeds))
    return float(np.exp(np.quantile(x.max(axis=1) - y.min(axis=1), power)))


def false_alarm(seeds: int) -> float:
    """다르지 않은 두 훈련법을 `verdict()`가 낫다거나 못하다고 할 확률이다. 분포의 모양과 상관없다."""
    return 2 / math.comb(2 * seeds, seeds)


def spread(values: Iterable[float], digits: int = 0, ends: tuple[float, float] = (0, 1)) -> str:
    """중앙값과, 괄호 안에 `ends` 분위수의 범위이다. 값이 하나면 그 값만, 없으면 "-"를 적는다."""
    array = np.array(list(values), dtype=float)
    if not len(array):
        return "-"
    middle, low, high = (
        f"{v:,.{digits}f}" if v < 1e6 else f"{v:.0e}" for v in np.quantile(array, (0.5, *ends))
    )
    return f"{middle} ({low}~{high})" if len(array) > 1 else middle
