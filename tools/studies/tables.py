"""잰 값(results/)에서 README.md의 표를 만든다."""

import json
import re
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from tools.studies import forger, twin_report
from tools.studies.recipes import STUDIES, Study
from tools.studies.report import label, read, spread_of
from tools.studies.verdicts import FEWEST_SEEDS, detectable_ratio, false_alarm, spread, verdict

README = Path(__file__).parent / "README.md"
RESULTS = README.parent / "results"
MIDDLE_HALF = (0.25, 0.75)
SICK = 10  # 끝의 KID가 건강한 훈련의 이 배를 넘으면 병든 훈련으로 친다.
SEED_COUNTS = (3, 5)  # 판정의 힘을 어림할 시드의 수
FIRST_NEW_SEED = 3  # `diagnose()`의 기준을 정할 때 이 앞의 시드는 이미 있었다.
NOTHING_YET = "아직 잰 것이 없다."
BANDWIDTHS = {"PCIe 3세대(12 GB/s)": 12e9, "10기가비트 이더넷(1.25 GB/s)": 1.25e9}
OPERATIONS = {
    "합성곱과 전치 합성곱": r"Conv2D(Backprop\w+)?$",
    "배치 정규화": r"FusedBatchNorm",
    "LeakyReLU": r"LeakyRelu",
    "드롭아웃": r"SelectV2|StatelessRandom",
    "옵티마이저와 이동 평균(변수를 고치는 연산)": r"Assign\w*Variable|ResourceApply",
}


def study_table(study: Study) -> str:
    every = read(study)
    if not every:
        return NOTHING_YET
    baseline = every[0]
    cpu = float(np.median(baseline.cpu_seconds))
    lines = [
        f"CPU 시간이 같을 때란 기준이 {cpu:,.0f}초(코어 하나) 훈련했을 때이다.",
        "",
        "| 훈련법 | 시드 | KID×1000, 같은 이미지 수 | KID×1000, 같은 CPU 시간 | 기준보다 | 커버리지 | 나이퀴스트 | 무너짐 | CPU 초 |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for runs in every:
        images = "-" if runs is baseline else verdict(runs.last("kid"), baseline.last("kid"))
        time = (
            verdict(runs.kid_at(cpu), baseline.kid_at(cpu))
            if runs.timed and runs is not baseline
            else ""
        )
        judged = images if time in ("", images) else f"{images} / {time}"
        lines.append(
            f"| {label(runs.recipe)} | {len(runs.results)} | {spread(runs.last('kid'))} | "
            f"{spread(runs.kid_at(cpu))} | {judged} | {spread(runs.last('coverage'), 2)} | "
            f"{spread(1e5 * runs.last('nyquist'))} | {runs.collapsed}/{len(runs.results)} | "
            f"{f'{np.median(runs.cpu_seconds):,.0f}' if runs.timed else '-'} |"
        )
    return "\n".join(lines)


def diagnosis_table(study: Study) -> str:
    """훈련마다 `diagnose()`가 한 말이다. 병든 훈련은 끝의 KID가 첫째(건강한 훈련)의 `SICK`배를 넘는 것이다."""
    every = read(study)
    if not every:
        return NOTHING_YET
    limit = SICK * every[0].last("kid")[0]
    lines = ["| 훈련법 | KID×1000 | 병들었나 | 찾은 탈 |", "| --- | --- | --- | --- |"]
    outcomes = []
    for runs in every:
        for result, kid in zip(runs.results, runs.last("kid"), strict=True):
            found = runs.troubles(result)
            outcomes.append((kid > limit, bool(found)))
            lines.append(
                f"| {label(runs.recipe)} | {spread([kid])} | {'그렇다' if kid > limit else '아니다'} | "
                f"{' '.join(found) or '없음'} |"
            )
    sick = [found for is_sick, found in outcomes if is_sick]
    well = [found for is_sick, found in outcomes if not is_sick]
    words = (
        f"병든 훈련 {len(sick)}개 가운데 {sum(sick)}개를 알아채고 {len(sick) - sum(sick)}개를 놓쳤다. "
        f"멀쩡한 훈련 {len(well)}개 가운데 {sum(well)}개에서 잘못 울렸다."
    )
    return "\n".join([words, "", *lines])


def new_seeds_in_words() -> str:
    """`diagnose()`의 기준을 정한 뒤에 훈련한 건강한 시드들에서 잘못 울린 횟수이다."""
    [chosen] = read(STUDIES["seeds"])
    alarms = [
        bool(chosen.troubles(result))
        for result in chosen.results
        if result["seed"] >= FIRST_NEW_SEED
    ]
    return f"고른 훈련법의 새 시드 {len(alarms)}개 가운데 {sum(alarms)}개에서 잘못 울렸다."


def power_table() -> str:
    """시드에 따른 흩어짐마다, 판정이 알아챌 수 있는 차이이다. 마지막 것은 잰 것이 아니라 가정이다."""
    repeated = {
        runs.recipe: spread_of(runs)
        for study in STUDIES.values()
        for runs in read(study)
        if len(runs.results) >= FEWEST_SEEDS and not runs.collapsed
    }
    [chosen] = read(STUDIES["seeds"])
    typical = float(np.median([*repeated.values()]))
    rows = {
        f"좁고 짧은 훈련, 훈련법 {len(repeated)}가지의 중앙값": typical,
        f"좁고 짧은 훈련, {label(chosen.recipe)}의 시드 {len(chosen.results)}개": spread_of(chosen),
        "기본 크기의 쌍둥이, 훈련법 네 가지의 중앙값": twin_report.typical_spread(),
        "0.2라면": 0.2,
    }
    lines = [
        "| 흩어짐 | 로그의 표준 편차 | "
        + " | ".join(f"시드 {seeds}개" for seeds in SEED_COUNTS)
        + " |",
        "| --- | --- |" + " --- |" * len(SEED_COUNTS),
    ]
    for name, sd in rows.items():
        ratios = " | ".join(f"{detectable_ratio(sd, seeds):.2f}배" for seeds in SEED_COUNTS)
        lines.append(f"| {name} | {sd:.2f} | {ratios} |")
    alarms = " | ".join(f"{100 * false_alarm(seeds):.2g}%" for seeds in SEED_COUNTS)
    lines.append(f"| 다르지 않은데 다르다고 할 확률 | - | {alarms} |")
    return "\n".join(lines)


def comparison_table(result: dict[str, Any]) -> str:
    """초당 이미지, 같은 차례의 기준에 대한 비율, float32 행렬 곱에 대한 비율을 표로 만든다."""
    images = result["batch"] * result["steps_a_round"]
    contenders, machine = result["contenders"], result["machine"]
    seconds = {
        name: np.array([turn["seconds"] for turn in values["rounds"]])
        for name, values in contenders.items()
    }
    baseline = next(iter(seconds.values()))
    rates = {name: np.array(measured) for name, measured in result["matmul_gflops"].items()}
    gflop = result["flops_an_image"] / 1e9
    lines = [
        f"{machine['processor']}, 코어 {machine['cores']}개. "
        f"배치 {result['batch']}, 차례 {len(baseline)}번, 한 차례에 {result['steps_a_round']}스텝. "
        "중앙값(가운데 절반의 범위)이다.",
        "행렬 곱(GFLOP/s): "
        + ", ".join(f"{name} {spread(rate, ends=MIDDLE_HALF)}" for name, rate in rates.items())
        + f". 훈련은 이미지 한 장에 {gflop:.2f} GFLOP이다.",
        "",
        "| 후보 | 초당 이미지 | 기준의 몇 배 | 행렬 곱의 몇 % | 첫 스텝 | 최대 메모리 |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for name, values in contenders.items():
        rate = images / seconds[name]
        share = 100 * rate * gflop / rates["float32"]
        first, peak = values["first"]["first_step_seconds"], values["rounds"][-1]["peak_mb"]
        lines.append(
            f"| {name} | {spread(rate, 1, MIDDLE_HALF)} | "
            f"{spread(baseline / seconds[name], 2, MIDDLE_HALF)} | "
            f"{spread(share, ends=MIDDLE_HALF)} | {first:.1f}초 | {peak:,.0f} MB |"
        )
    return "\n".join(lines)


def profile_table(result: dict[str, Any]) -> str:
    sums: dict[str, float] = defaultdict(float)
    for op, milliseconds in result["ops_ms"].items():
        kind = next((k for k, pattern in OPERATIONS.items() if re.search(pattern, op)), "나머지")
        sums[kind] += milliseconds
    sums["연산 밖"] = result["step_ms"] - sum(sums.values())
    return "\n".join([
        f"배치 {result['batch']}, {result['precision']}, 스텝 {result['step_ms']:.0f} ms",
        "",
        "| 연산 | 밀리초 | 스텝의 몇 % |",
        "| --- | --- | --- |",
        *[
            f"| {kind} | {ms:.1f} | {100 * ms / result['step_ms']:.1f} |"
            for kind, ms in sorted(sums.items(), key=lambda item: -item[1])
        ],
    ])  # fmt: skip


def costs_table(result: dict[str, Any]) -> str:
    costs = {name: np.array(values) for name, values in result["input_cpu_ms"].items()}
    points = result["memory_mb"]
    evaluations = ", ".join(f"{int(n):,}장씩 {s:.0f}초" for n, s in result["evaluation_s"].items())
    memory = ", ".join(
        f"{step:,}스텝 {megabytes:,.0f} MB"
        for step, megabytes in (points[0], points[len(points) // 2], points[-1])
    )
    return "\n".join([
        "| 무엇 | 잰 값 |",
        "| --- | --- |",
        f"| 400×400 PNG를 푸는 입력 | 한 장에 {spread(costs['png'], 3, MIDDLE_HALF)} CPU-ms |",
        f"| `load_bricks()`의 입력 | 한 장에 {spread(costs['cached'], 4, MIDDLE_HALF)} CPU-ms |",
        f"| 둘의 비 | {spread(costs['png'] / costs['cached'], ends=MIDDLE_HALF)}배 |",
        f"| 샘플 만들기(기본 크기) | 1초에 {spread(result['samples_a_second'], ends=MIDDLE_HALF)}장 |",
        f"| 모든 지표의 평가 | {evaluations} |",
        f"| 작은 신경망을 오래 훈련할 때 쓰는 메모리 | {memory} |",
    ])  # fmt: skip


def fit(seconds: dict[str, list[float]]) -> tuple[float, float]:
    """스텝마다 드는 초와 이미지 한 장에 드는 초이다. 배치마다의 중앙값에 직선을 맞춘다."""
    batches = np.array([int(batch) for batch in seconds])
    medians = np.array([np.median(values) for values in seconds.values()])
    slope, intercept = np.polyfit(batches, medians, 1, w=1 / medians)
    return max(float(intercept), 0.0), float(slope)


def images_a_second(
    n: int, batch: int, fixed: float, each: float, gradients: int, rate: float
) -> float:
    """장치가 `n`개이고 배치가 모두 `batch`일 때의 초당 이미지이다.

    이미지에 드는 시간만 n으로 나뉘고, 그레이디언트를 합치는 시간이 더해진다. 합치는 데 옮기는 양은 장치마다
    그레이디언트의 2(n - 1)/n배이다(ring all-reduce).
    """
    exchange = 2 * (n - 1) / n * gradients / rate
    return batch / (fixed + each * batch / n + exchange)


def scaling_table(result: dict[str, Any]) -> str:
    fixed, each = fit(result["step_s"])
    gradients = result["gradient_bytes"]
    lines = [
        f"스텝의 시간 = {1000 * fixed:.0f} ms + {1000 * each:.1f} ms × 배치. 그레이디언트는 "
        f"{gradients / 1e6:.1f} MB이다.",
        "",
        "| 장치 | 배치(모두) | " + " | ".join(BANDWIDTHS) + " |",
        "| --- | --- |" + " --- |" * len(BANDWIDTHS),
    ]
    for batch in (128, 1024):
        alone = images_a_second(1, batch, fixed, each, gradients, 1.0)
        for n in (1, 2, 4, 8, 32):
            times = [
                images_a_second(n, batch, fixed, each, gradients, rate) / alone
                for rate in BANDWIDTHS.values()
            ]
            lines.append(f"| {n} | {batch} | " + " | ".join(f"{t:.1f}배" for t in times) + " |")
    return "\n".join(lines)


def time_to_kid_table(result: dict[str, Any]) -> str:
    machine, target = result["machine"], result["target"]
    lines = [
        f"{machine['processor']}({machine['vectors']}). KID×1000이 {target:,.0f} 아래로 내려가기까지의 CPU 시간(코어 하나)이다. "
        "좁은 신경망(너비 16)을 썼다.",
        "",
        "| 시드 | 고른 훈련법 | 베껴 쓰는 훈련법 | 몇 배 |",
        "| --- | --- | --- | --- |",
    ]
    last = {(run["recipe"], run["seed"]): run["measured"][-1] for run in result["runs"]}
    for seed in sorted({seed for _, seed in last}):
        ours, theirs = last["chosen", seed], last["copied", seed]
        if ours["kid"] > target:
            raise ValueError(f"시드 {seed}의 고른 훈련법이 목표에 이르지 못했다.")
        seconds = theirs["cpu_seconds"]
        times = f"{seconds / ours['cpu_seconds']:.1f}배"
        found = (
            f"{seconds:,.0f}초 | {times}"
            if theirs["kid"] <= target
            else f"{seconds:,.0f}초에도 {theirs['kid']:,.0f} | {times} 넘게"
        )
        lines.append(f"| {seed} | {ours['cpu_seconds']:,.0f}초 | {found} |")
    return "\n".join(lines)


SPEED_TABLES: dict[str, Callable[[dict[str, Any]], str]] = {
    "batch-128": comparison_table,
    "batch-32": comparison_table,
    "profile-32": profile_table,
    "profile-128": profile_table,
    "other-costs": costs_table,
    "scaling": scaling_table,
    "time-to-kid": time_to_kid_table,
}


def table(name: str) -> str:
    """실험이나 속도 측정의 이름에서 표를 만든다."""
    if name == "power":
        return power_table()
    if name == "forger":
        return forger.table(forger.finished())
    if name == "new-seeds":
        return new_seeds_in_words()
    if name in twin_report.TABLES:
        return twin_report.TABLES[name]()
    if name in STUDIES:
        return (diagnosis_table if name.endswith("faults") else study_table)(STUDIES[name])
    path = RESULTS / f"{name}.json"
    if not path.exists():
        return NOTHING_YET
    return SPEED_TABLES[name](json.loads(path.read_text(encoding="utf-8")))


def with_tables(text: str) -> str:
    """`<!-- 이름 -->`과 `<!-- 끝 -->` 사이를 표로 바꾼다."""
    return re.sub(
        r"<!-- ([\w-]+) -->\n.*?<!-- 끝 -->",
        lambda match: f"<!-- {match[1]} -->\n{table(match[1])}\n<!-- 끝 -->",
        text,
        flags=re.DOTALL,
    )


def write() -> None:
    README.write_text(with_tables(README.read_text(encoding="utf-8")), encoding="utf-8")
