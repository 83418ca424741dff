"""실험을 돌린다. `make experiments`가 부른다. 결과가 담긴 훈련은 건너뛰고, 멈춘 훈련은 이어 간다.

    python -m tools.studies.run_studies                      # 모든 실험
    python -m tools.studies.run_studies upsampling labels    # 두 가지만
    python -m tools.studies.run_studies --list               # 무엇을 몇 번 돌리는지만 보인다

훈련 하나는 코어 하나를 쓰고, 코어의 수만큼 나란히 돌린다. 상태는 저장소 바깥의 `--state` 폴더에 두고, 끝난 훈련의
결과는 `tools/studies/results/runs.jsonl`에 한 줄씩 모은다. 처음부터 다시 하려면 그 파일과 `--state` 폴더를 지운다.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from tools import ROOT
from tools.studies.recipes import STUDIES, Recipe

EXPERIMENTS = Path(__file__).parent
RESULTS = EXPERIMENTS / "results" / "runs.jsonl"
DEFAULT_STATE = Path.home() / ".cache" / "brickie-companion" / "experiments"
Run = tuple[Recipe, int]


def planned(names: list[str]) -> list[Run]:
    """시드가 작은 것부터 늘어놓은 훈련들이다. 중간에 멈추어도 훈련법마다 시드의 수가 비슷하다."""
    runs: dict[Run, None] = {}
    for name in names:
        study = STUDIES[name]
        for seed in range(study.seeds):
            runs.update(dict.fromkeys((recipe, seed) for recipe in study.recipes))
    return list(runs)


def unfinished(runs: list[Run], state: Path) -> list[Run]:
    """결과가 아직 어디에도 없는 훈련들이다."""
    collected = {identity(result) for result in read_results()}
    return [
        (recipe, seed)
        for recipe, seed in runs
        if (recipe.name, seed) not in collected
        and not (state / recipe.name / f"seed-{seed}" / "result.json").exists()
    ]


def start(state: Path, run: Run) -> subprocess.Popen:
    recipe, seed = run
    changes = json.dumps(recipe.changes)
    command = [sys.executable, "-m", "tools.studies.train_one", "--quiet", "--recipe", changes,
               "--seed", str(seed), "--state", str(state)]  # fmt: skip
    environment = {
        **os.environ,
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "TF_ENABLE_ONEDNN_OPTS": "1",  # AVX2뿐인 프로세서에서는 저절로 켜지지 않는다.
        "OMP_NUM_THREADS": "1",
    }
    return subprocess.Popen(command, cwd=ROOT, env=environment)


def run_all(runs: list[Run], state: Path, jobs: int) -> None:
    """훈련을 `jobs`개씩 나란히 돌린다. 하나가 실패하면 나머지를 멈추고 까닭을 말한다."""
    waiting = unfinished(runs, state)
    done, began = 0, time.monotonic()
    running: dict[subprocess.Popen, Run] = {}
    try:
        while waiting or running:
            while waiting and len(running) < jobs:
                run = waiting.pop(0)
                running[start(state, run)] = run
            time.sleep(1)
            for process in [p for p in running if p.poll() is not None]:
                recipe, seed = running.pop(process)
                if process.returncode:
                    raise SystemExit(
                        f"{recipe.name}, 시드 {seed}의 훈련이 실패했다. 위의 글을 본다."
                    )
                collect(state)
                done += 1
                left = len(waiting) + len(running)
                minutes = (time.monotonic() - began) / done * left / 60
                print(f"끝: {recipe.name}, 시드 {seed}. 남은 훈련 {left}개, 약 {minutes:.0f}분",
                      flush=True)  # fmt: skip
    finally:
        for process in running:
            process.terminate()


def collect(state: Path) -> None:
    """끝난 훈련의 결과를 모아 이름과 시드의 차례로 적는다. 이미 모은 결과는 지우지 않는다."""
    found = {identity(result): result for result in read_results()}
    for path in state.glob("*/seed-*/result.json"):
        result = json.loads(path.read_text(encoding="utf-8"))
        found[identity(result)] = result
    lines = [json.dumps(found[key], ensure_ascii=False) + "\n" for key in sorted(found)]
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text("".join(lines), encoding="utf-8")


def read_results() -> list[dict]:
    if not RESULTS.exists():
        return []
    return [json.loads(line) for line in RESULTS.read_text(encoding="utf-8").splitlines()]


def identity(result: dict) -> tuple[str, int]:
    return Recipe(**result["recipe"]).name, result["seed"]


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # 띄운 훈련도 함께 멈춘다
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("studies", nargs="*", help=", ".join(STUDIES))
    parser.add_argument("--state", type=Path, default=DEFAULT_STATE, help="훈련 상태를 둘 폴더")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="나란히 돌릴 훈련의 수")
    parser.add_argument("--list", action="store_true", help="돌릴 훈련만 보이고 끝낸다")
    options = parser.parse_args()
    runs = planned(options.studies or list(STUDIES))
    if options.list:
        waiting = unfinished(runs, options.state)
        for recipe, seed in runs:
            state = "남음" if (recipe, seed) in waiting else "끝남"
            print(f"{state} {recipe.name}, 시드 {seed}")
        return
    run_all(runs, options.state, options.jobs)
    collect(options.state)


if __name__ == "__main__":
    main()
