"""쌍둥이(twin.py)를 계획대로 훈련한다. PyTorch가 있어야 한다.

쓰기:
    python -m tools.studies.train_twin question 결과폴더 --seconds 540    # GPU에서. 다시 치면 이어서 한다
    python -m tools.studies.train_twin question 결과폴더 --tiny           # CPU에서 움직여 보기만 한다
"""

import argparse
import math
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from tools.studies import plan


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    plans = sorted(path.stem for path in plan.PLANS.glob("*.json"))
    parser.add_argument("plan", choices=plans, help="plans/에 있는 계획의 이름")
    parser.add_argument("folder", type=Path, help="결과를 담을 폴더. 있으면 이어서 한다")
    parser.add_argument("--seconds", type=float, default=math.inf, help="이 시간이 지나면 멈춘다")
    parser.add_argument("--tiny", action="store_true", help="작은 신경망을 몇 스텝만 훈련해 본다")
    options = parser.parse_args(arguments)
    until = time.monotonic() + options.seconds
    try:
        from tools.studies import twin
    except ModuleNotFoundError as problem:
        sys.exit(
            f"오류: {problem.name}이(가) 없다. `make twin`이 만드는 .venv-pytorch/bin/python으로 한다."
        )
    finished = twin.train_all(
        plan.read(options.plan, options.tiny),
        options.folder / options.plan,
        lambda: time.monotonic() > until,
        **({"samples": 100, "measure_every": 256} if options.tiny else {}),
    )
    print("모두 끝났다." if finished else "시간이 다 되었다. 같은 명령을 다시 치면 이어서 한다.")


if __name__ == "__main__":
    main()
