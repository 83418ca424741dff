"""모든 검사를 차례로 하고, 무엇이 안 되었는지 끝에 모아 보인다.

한 단계가 안 되어도 나머지를 마저 한다. 하나라도 안 되면 종료 코드가 1이다.
"""

import argparse
import os
import shlex
import shutil
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from tools.checks import settings

# 한 단계가 이보다 오래 걸리면 멈춰 선 것으로 본다.
LIMIT_SECONDS = 40 * 60
# 안 된 단계의 출력에서 끝에 다시 보일 줄 수이다.
ENDING_LINES = 30


class Stage(NamedTuple):
    """검사 한 단계. command의 첫 낱말은 이 환경의 bin에 있는 프로그램이다.

    output은 지난번 것이 섞이지 않게 먼저 지울 폴더이고, needs는 없으면 이 단계를 하지 않는 폴더나 파일이다.
    """

    name: str
    title: str
    command: str
    output: str = ""
    needs: str = "."


def stages() -> list[Stage]:
    """검사를 하는 차례대로 돌려준다. 빨리 끝나는 것이 앞에 온다."""
    book = settings.BOOK
    # 시험 하나가 5분을 넘기면 어디에 멈춰 있는지 적는다.
    alone = "python -m pytest -o faulthandler_timeout=300"
    cores = os.cpu_count() or 1

    def shared(by: str) -> str:
        """두 프로세스가 나누어 하는 pytest이다. loadfile이면 파일 하나는 한 프로세스가 맡아 커널을 한 번만 띄운다."""
        return f"{alone} -n 2 --dist {by}" if cores > 1 else alone

    unit = " ".join([*(f"--cov={name}" for name in book.coverage), "--cov-report= tests"])
    visit = "tests/browser/test_first_visit.py"
    every = [
        Stage("ruff", "코드의 흔한 실수", "ruff check ."),
        Stage("format", "코드의 모양", "ruff format --check ."),
        Stage("mypy", "코드의 형", "mypy"),
        Stage("lint", "글과 표기", "python -m tools.checks.lint"),
        Stage("derived", "저장된 것과 그 원천", "python -m tools.makers.derived --check",
              needs="tools/makers"),
        Stage("pairs", ".md와 .ipynb의 짝", "python -m tools.checks.notebooks check"),
        Stage("book", "책(경고가 있으면 안 된다)",
              "jupyter-book build --all -W -n --keep-going .", output="_build/html"),
        Stage("links", "책 안의 링크", "python -m tools.checks.links"),
        Stage("unit", "단위 시험(10분쯤)", f"{shared('loadfile')} {unit} --ignore=tests/browser", needs="tests"),
        *(
            Stage("coverage", f"시험이 지나간 {name}의 줄(적어도 {least}%)",
                  f"coverage report --include={name}/* --fail-under={least} --skip-covered",
                  needs="tests")
            for name, least in book.coverage.items()
        ),
        Stage("browser", "브라우저에서 본 책",
              f"{shared('worksteal')} -rfEs tests/browser --ignore={visit}",
              needs="tests/browser"),
        # 시간을 재므로 다른 시험과 나란히 하지 않는다.
        Stage("visit", "처음 올 때의 속도", f"{alone} -rfEs {visit}", needs=visit),
        Stage("nbval", "저장된 출력", f"{shared('loadfile')} --nbval {book.pages}"),
    ]  # fmt: skip
    return [stage for stage in every if (book.root / stage.needs).exists()]


def main(arguments: Sequence[str] | None = None) -> int:
    """고른 단계를 하고 0(모두 됨)이나 1(안 된 것이 있음)을 돌려준다."""
    every = stages()
    listing = "\n".join(f"  {stage.name:8}{stage.title}" for stage in every)
    parser = argparse.ArgumentParser(
        description=__doc__,
        epilog=f"단계:\n{listing}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--only",
        nargs="+",
        metavar="단계",
        choices=list(dict.fromkeys(stage.name for stage in every)),
        help="이 단계만 한다",
    )
    options = parser.parse_args(arguments)
    chosen = [stage for stage in every if not options.only or stage.name in options.only]
    return run(chosen)


def run(chosen: Sequence[Stage]) -> int:
    """단계를 차례로 하고 결과를 표로 보인다. 프로그램이 없으면 아무것도 지우지 않고 말한다."""
    programs = {stage.command.split()[0] for stage in chosen}
    found = {program: path for program in programs if (path := _find(program))}
    if missing := sorted(programs - found.keys()):
        python = settings.BOOK.root / ".venv" / "bin" / "python"
        remedy = (
            "`.venv/bin/python -m tools.checks`로 친다."
            if python.exists() and Path(sys.executable) != python
            else "`python3 tools/setup/environment.py`로 환경을 만든다."
        )
        print(f"{', '.join(missing)}이(가) {Path(sys.executable).parent}에 없다. {remedy}")
        return 1
    results, endings = [], []
    for number, stage in enumerate(chosen, 1):
        print(f"\n■ {number}/{len(chosen)} {stage.title} ({stage.name})", flush=True)
        start = time.monotonic()
        if stage.output:
            shutil.rmtree(settings.BOOK.root / stage.output, ignore_errors=True)
        program, *rest = shlex.split(stage.command)
        passed, ending = _call([found[program], *rest])
        results.append((stage, passed, time.monotonic() - start))
        if not passed:
            endings.append((stage, ending))

    # 긴 출력은 앞이 잘린 채 남기 쉬우니 안 된 단계의 끝을 되풀이한다. 안 된 시험의 이름이 그곳에 있다.
    for stage, ending in endings:
        print(f"\n■ 안 된 단계의 끝: {stage.name}", *ending, sep="\n")
    print("\n■ 결과")
    for stage, passed, seconds in results:
        print(f"{'됨   ' if passed else '안 됨'} {stage.name:8}{seconds:6.0f}초  {stage.title}")
    print(f"{len(results) - len(endings)} passed, {len(endings)} failed")
    return 1 if endings else 0


def _find(program: str) -> str | None:
    """이 파이썬 옆에 있는 프로그램의 자리이다."""
    scripts = Path(sys.executable).parent
    return sys.executable if program == "python" else shutil.which(program, path=str(scripts))


def _call(command: Sequence[str]) -> tuple[bool, list[str]]:
    """명령이 잘 끝났는지와 출력의 마지막 줄들을 돌려준다. 출력은 나오는 대로 보인다."""
    ending: deque[str] = deque(maxlen=ENDING_LINES)
    with subprocess.Popen(
        command,
        cwd=settings.BOOK.root,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding=sys.stdout.encoding,
        errors="backslashreplace",
    ) as process:
        limit = threading.Timer(LIMIT_SECONDS, process.kill)
        limit.daemon = True  # Ctrl-C로 나갈 때 붙들지 않는다.
        limit.start()
        for line in process.stdout or ():
            print(line, end="", flush=True)
            ending.append(line.rstrip())
        in_time = limit.is_alive()
        limit.cancel()
    if not in_time:
        ending.append(f"{LIMIT_SECONDS / 60:g}분이 지나도 끝나지 않아 멈추었다: {command}")
    return process.returncode == 0, list(ending)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        print("\n멈추었다.", file=sys.stderr)
        sys.exit(130)
