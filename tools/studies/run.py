"""실험의 훈련들을 돌린다. 결과가 담긴 훈련은 건너뛰고, 멈춘 훈련은 이어 간다.

훈련 하나는 코어 하나를 쓰고, 여럿을 나란히 돌린다. 상태는 저장소 바깥의 폴더에 두고, 끝난 훈련의 결과는
`results/runs.jsonl`에 한 줄씩 모은다. 처음부터 다시 하려면 그 파일과 상태 폴더를 지운다.
"""

import json
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from multiprocessing import connection
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import Any

from tools.studies.recipes import STUDIES, Recipe

RESULTS = Path(__file__).parent / "results" / "runs.jsonl"
DEFAULT_STATE = Path.home() / ".cache" / "brickie-companion" / "experiments"
Run = tuple[Recipe, int]


def planned(names: Sequence[str]) -> list[Run]:
    """시드가 작은 것부터 늘어놓은 훈련들이다. 중간에 멈추어도 훈련법마다 시드의 수가 비슷하다."""
    runs: dict[Run, None] = {}
    for name in names:
        study = STUDIES[name]
        for seed in range(study.seeds):
            runs.update(dict.fromkeys((recipe, seed) for recipe in study.recipes))
    return list(runs)


def unfinished(runs: Sequence[Run], state: Path) -> list[Run]:
    """결과가 아직 어디에도 없는 훈련들이다."""
    collected = {identity(result) for result in read_results()}
    return [
        (recipe, seed)
        for recipe, seed in runs
        if (recipe.name, seed) not in collected
        and not (folder_of(state, recipe, seed) / "result.json").exists()
    ]


def run_all(runs: Sequence[Run], state: Path, jobs: int) -> None:
    """훈련을 `jobs`개씩 나란히 돌리고, 하나가 끝날 때마다 결과를 모은다."""
    waiting = unfinished(runs, state)
    began = time.monotonic()
    finished = side_by_side(train_one, [(*run, state) for run in waiting], jobs)
    for done, (recipe, seed, _) in enumerate(finished, start=1):
        collect(state)
        left = len(waiting) - done
        minutes = (time.monotonic() - began) / done * left / 60
        print(f"끝: {recipe.name}, 시드 {seed}. 남은 훈련 {left}개, 약 {minutes:.0f}분", flush=True)
    collect(state)


def side_by_side(
    function: Callable[..., object], tasks: Sequence[tuple[Any, ...]], jobs: int
) -> Iterator[tuple[Any, ...]]:
    """일마다 프로세스를 새로 띄워 `jobs`개씩 나란히 하고, 끝난 일을 내놓는다. 하나가 실패하거나 이
    프로그램을 멈추면 나머지도 멈춘다."""
    spawn = multiprocessing.get_context("spawn")
    waiting = list(tasks)
    running: dict[Any, tuple[SpawnProcess, tuple[Any, ...]]] = {}
    usual = signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        while waiting or running:
            while waiting and len(running) < jobs:
                task = waiting.pop(0)
                process = spawn.Process(target=function, args=task)
                process.start()
                running[process.sentinel] = process, task
            for sentinel in connection.wait(list(running)):
                process, task = running.pop(sentinel)
                process.join()
                if process.exitcode:
                    what = ", ".join(str(part) for part in task)
                    raise SystemExit(f"{function.__name__}({what})이(가) 실패했다. 위의 글을 본다.")
                yield task
    finally:
        for process, _ in running.values():
            process.terminate()
        signal.signal(signal.SIGTERM, usual)


def train_one(recipe: Recipe, seed: int, state: Path) -> None:
    os.environ["OMP_NUM_THREADS"] = "1"
    from tools.studies import train

    train.use_one_core()
    folder = folder_of(state, recipe, seed)
    train.write_json(folder / "result.json", train.train(recipe, seed, folder))


def folder_of(state: Path, recipe: Recipe, seed: int) -> Path:
    return state / recipe.name / f"seed-{seed}"


def collect(state: Path) -> None:
    """끝난 훈련의 결과를 모아 이름과 시드의 차례로 적는다. 이미 모은 결과는 지우지 않는다."""
    found = {identity(result): result for result in read_results()}
    for path in state.glob("*/seed-*/result.json"):
        result = json.loads(path.read_text(encoding="utf-8"))
        found[identity(result)] = result
    lines = [json.dumps(found[key], ensure_ascii=False) + "\n" for key in sorted(found)]
    RESULTS.write_text("".join(lines), encoding="utf-8")


def read_results() -> list[dict[str, Any]]:
    if not RESULTS.exists():
        return []
    return [json.loads(line) for line in RESULTS.read_text(encoding="utf-8").splitlines()]


def identity(result: dict[str, Any]) -> tuple[str, int]:
    return Recipe(**result["recipe"]).name, result["seed"]
