"""훈련법과 속도의 실험을 돌리고, 잰 값으로 `tools/studies/README.md`의 표와 페이지가 읽는 JSON을 다시 쓴다.

python -m tools.studies experiments               # 모든 훈련. 멈추면 이어서 한다
python -m tools.studies experiments labels --list # 무엇이 남았는지만 본다
python -m tools.studies bench                     # 모든 속도. 재는 동안 기계에서 다른 일을 하지 않는다
python -m tools.studies tables                    # 이미 잰 값으로 표만 쓴다
python -m tools.studies collect 결과폴더          # 쌍둥이(twin.py)의 훈련을 모으고 표를 쓴다
python -m tools.studies again                     # 지금의 라이브러리로도 저장된 훈련만큼 배우는지 본다
"""

import argparse
import os
import sys
from pathlib import Path

from tools.studies import again, report, run, tables, twin_report
from tools.studies.recipes import STUDIES


def experiments(options: argparse.Namespace) -> None:
    runs = run.planned(options.names)
    if options.list:
        waiting = run.unfinished(runs, options.state)
        for recipe, seed in runs:
            state = "남음" if (recipe, seed) in waiting else "끝남"
            print(f"{state} {recipe.name}, 시드 {seed}")
        return
    run.run_all(runs, options.state, options.jobs)
    write()


def bench(options: argparse.Namespace) -> None:
    from tools.studies import speed

    for (name,) in run.side_by_side(speed.measure, [(n,) for n in options.names], jobs=1):
        print(f"■ {name}", flush=True)
    write()


def rewrite(options: argparse.Namespace) -> None:
    if options.state:
        report.draw_samples(state=options.state)
    write()


def collect(options: argparse.Namespace) -> None:
    twin_report.collect(options.folder)
    report.draw_samples(twins=options.folder)
    write()


def write() -> None:
    tables.write()
    report.write()


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m tools.studies", description=__doc__.splitlines()[0]
    )
    commands = parser.add_subparsers(required=True)

    command = commands.add_parser("experiments", help="훈련법들을 여러 시드로 훈련한다")
    command.add_argument("names", nargs="*", help="실험의 이름. 없으면 모두")
    command.add_argument(
        "--state", type=Path, default=run.DEFAULT_STATE, help="훈련 상태를 둘 폴더"
    )
    command.add_argument("--jobs", type=int, default=os.cpu_count(), help="나란히 돌릴 훈련의 수")
    command.add_argument("--list", action="store_true", help="돌릴 훈련만 보이고 끝낸다")
    command.set_defaults(function=experiments, known=list(STUDIES))

    command = commands.add_parser("bench", help="훈련의 속도를 다른 코드와 비교한다")
    command.add_argument("names", nargs="*", help="잴 것의 이름. 없으면 모두")
    command.set_defaults(function=bench, known=list(tables.SPEED_TABLES))

    command = commands.add_parser("tables", help="이미 잰 값으로 표만 다시 쓴다")
    command.add_argument("--state", type=Path, help="이 폴더의 훈련 상태에서 샘플도 다시 뽑는다")
    command.set_defaults(function=rewrite, names=[], known=[])

    command = commands.add_parser("collect", help="쌍둥이의 훈련을 모으고 표를 쓴다")
    command.add_argument("folder", type=Path, help="세 계획이 다 끝난 결과 폴더")
    command.set_defaults(function=collect, names=[], known=[])

    command = commands.add_parser("again", help="저장된 훈련만큼 배우는지 새로 훈련해 본다")
    command.set_defaults(function=lambda _: sys.exit(again.main() or 0), names=[], known=[])

    options = parser.parse_args()
    unknown = [name for name in options.names if name not in options.known]
    if unknown:
        parser.error(
            f"{', '.join(unknown)}: 없는 이름이다. {', '.join(options.known)} 가운데 적는다."
        )
    options.names = options.names or options.known
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")  # AVX2뿐인 CPU에서는 저절로 켜지지 않는다
    options.function(options)


if __name__ == "__main__":
    main()
