"""requirements.txt를 다른 운영 체제와 파이썬에서도 깔 수 있는지 uv로 풀어 본다. 깔지는 않는다. 인터넷이 있어야 한다.

모든 패키지에 그 운영 체제와 파이썬의 휠이 있어야 된다. 여기서 되는 것은 풀리는 것까지이고, 돌려 보는 것은 리눅스
x86-64뿐이다.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from tools import ROOT
from tools.setup import environment

# uv가 부르는 이름에서 사람이 부르는 이름으로 간다.
PLATFORMS = {
    "x86_64-manylinux_2_28": "리눅스 x86-64",
    "aarch64-manylinux_2_28": "리눅스 arm64",
    "windows": "윈도우 x86-64",
    "aarch64-apple-darwin": "macOS arm64",
}
PYTHONS = [f"3.{minor}" for minor in range(environment.OLDEST[1], environment.NEWEST[1] + 1)]
NEXT = f"3.{environment.NEWEST[1] + 1}"


def resolve(uv: list[str], lock: Path, platform: str, python: str) -> str:
    """잠근 목록이 그 운영 체제와 파이썬에서 풀리면 빈 글, 아니면 uv의 말이다."""
    where = ("--python-platform", platform, "--python-version", python)
    command = [*uv, "pip", "compile", "--quiet", "--no-config", "--no-header", "--no-deps"]
    command += [*where, "--only-binary", ":all:", str(lock)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", cwd=lock.parent)
    return " ".join(done.stderr.split()) if done.returncode else ""


def check(uv: list[str], lock: Path) -> int:
    """운영 체제와 파이썬의 짝마다 한 줄씩 알리고, 풀리지 않는 짝이 있으면 1을 돌려준다.

    아직 받지 않는 다음 파이썬에서 모두 풀려도 1이다. 이제 받을 수 있다는 뜻이다.
    """
    failed = False
    for platform, name in PLATFORMS.items():
        for python in PYTHONS:
            problem = resolve(uv, lock, platform, python)
            print(f"{name}, 파이썬 {python}: {problem or '풀린다'}", flush=True)
            failed = failed or bool(problem)
    problem = resolve(uv, lock, next(iter(PLATFORMS)), NEXT)
    advice = "이제 풀린다. tools/setup/environment.py의 NEWEST를 올려 시험한다."
    print(f"파이썬 {NEXT}: {f'아직 풀리지 않는다. {problem}' if problem else advice}")
    return int(failed or not problem)


def main() -> int:
    argparse.ArgumentParser(description=__doc__).parse_args()
    with tempfile.TemporaryDirectory() as name:
        home = Path(name) / "uv"
        subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
        python = str(environment.python_of(home))
        subprocess.run([python, "-m", "pip", "install", "--quiet", "uv"], check=True)
        return check([python, "-m", "uv"], ROOT / "requirements.txt")


if __name__ == "__main__":
    sys.exit(main())
