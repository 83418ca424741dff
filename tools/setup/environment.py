"""책과 검사에 쓰는 가상 환경 .venv를 만든다.

requirements.txt에 적힌 버전과 해시 그대로 깔고, 이 저장소를 편집 가능한 패키지로 더한다.
두 번째부터는 바뀐 것이 없으면 바로 끝난다. 아무것도 깔리지 않은 파이썬으로 돌리므로
표준 라이브러리만 쓴다. 다른 파이썬이나 다른 버전으로 해 보는 검사의 환경은 `prepare()`가 만든다.
"""

import argparse
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OLDEST, NEWEST = (3, 10), (3, 13)


def main(arguments=None):
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # 한글이 없는 인코딩에서도 하던 일을 마친다.
            stream.reconfigure(errors="backslashreplace")
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--exact",
        action="store_true",
        help="있는 .venv가 이 파이썬과 다른 버전으로 만든 것이면 다시 만든다",
    )
    options = parser.parse_args(arguments)
    folder = ROOT / ".venv"
    if not os.access(ROOT, os.W_OK):
        print(
            f"{str(ROOT)!r}에 쓸 수 없어 만들 것을 둘 곳이 없으므로, 쓸 수 있는 곳으로 복사하고 거기서 다시 친다.",
            file=sys.stderr,
        )
        return 1
    if is_ready(folder, exact=options.exact):
        return 0
    reason = why_unusable(sys.version_info[:2], importlib.util.find_spec("ensurepip") is not None)
    if reason:
        print(reason, file=sys.stderr)
        return 1
    if python_of(folder).exists() and not belongs_here(folder):
        print("이 .venv는 다른 자리에서 만든 것이어서 새로 만든다.")
    print("가상 환경 .venv에 패키지를 내려받아 깐다. 몇 분 걸린다.", flush=True)
    try:
        install(folder)
    except KeyboardInterrupt:
        print("멈추었으니, 같은 명령을 다시 치면 처음부터 깐다.", file=sys.stderr)
        return 130
    except subprocess.CalledProcessError:
        print(
            "패키지를 깔지 못했으니, 위에 적힌 이유와 인터넷 연결, 디스크의 빈 자리를 확인하고 "
            "같은 명령을 다시 친다.",
            file=sys.stderr,
        )
        return 1
    return 0


def why_unusable(version, has_ensurepip):
    """환경을 만들 수 없으면 이유와 할 일을 한 문장으로, 만들 수 있으면 ""를 돌려준다."""
    name = "{}.{}".format(*version)
    if not OLDEST <= tuple(version) <= NEWEST:
        return (
            f"파이썬 3.10~3.13이 필요한데 이 파이썬은 {name}이므로, 3.10~3.13을 깔고 "
            "`make PYTHON=python3.12 book`처럼 그 이름을 적어 다시 친다."
        )
    if not has_ensurepip:
        return (
            f"이 파이썬({sys.executable})에 가상 환경을 만드는 venv와 ensurepip가 없으므로, "
            f"데비안이나 우분투라면 `sudo apt install python{name}-venv`를 친 다음 다시 한다."
        )
    return ""


def is_ready(folder, *, exact=False):
    """folder의 환경이 지금의 requirements.txt로 끝까지 만들어진 것인지 본다.

    exact이면 지금 돌고 있는 파이썬과 판도 같아야 한다.
    """
    try:
        digest, version = (folder / "installed.txt").read_text(encoding="utf-8").split()
    except (OSError, ValueError):
        return False
    if digest != fingerprint() or not belongs_here(folder):
        return False
    return not exact or version == "{}.{}".format(*sys.version_info)


def belongs_here(folder):
    """folder의 환경이 이 저장소의 companion을 불러오는지 본다.

    폴더를 옮기거나 복사하면 환경 안의 경로는 옛 자리를 가리켜, 명령이 없거나 옛 자리의 코드가 실행된다.
    """
    code = "import companion, os; os.write(1, os.fsencode(companion.__file__))"
    try:
        found = subprocess.run([python_of(folder), "-I", "-c", code], capture_output=True)
    except OSError:
        return False
    return Path(os.fsdecode(found.stdout)).resolve() == ROOT / "companion" / "__init__.py"


def fingerprint():
    """requirements.txt의 SHA-256. 줄 끝의 모양에는 흔들리지 않는다."""
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    return hashlib.sha256(text.encode()).hexdigest()


def python_of(folder):
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def install(folder):
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
    pip = [str(python_of(folder)), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    lock = ["--require-hashes", "--requirement", "requirements.txt"]
    subprocess.run([*pip, *lock], cwd=ROOT, check=True)
    subprocess.run(
        [*pip, "--no-deps", "--no-build-isolation", "--editable", "."], cwd=ROOT, check=True
    )
    # 맨 끝에 적는다. 중간에 멈춘 환경은 이 파일이 없어 다음 번에 새로 만들어진다.
    (folder / "installed.txt").write_text(
        "{} {}.{}\n".format(fingerprint(), *sys.version_info), encoding="utf-8"
    )


def find_python(version):
    """그 버전의 파이썬을 PATH와 pyenv에서 찾는다. 없으면 FileNotFoundError를 낸다."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    on_path = shutil.which(f"python{version}")
    candidates = [Path(on_path)] if on_path else []
    candidates += sorted(pyenv.glob(f"versions/{version}.*/bin/python{version}"), reverse=True)
    for python in candidates:
        # pyenv의 대리 명령은 이름만 있고 돌지 않을 수 있다.
        if subprocess.run([python, "-c", ""], capture_output=True).returncode == 0:
            return python
    raise FileNotFoundError(
        f"파이썬 {version}이 없다. `pyenv install {version}` 등으로 깔고 다시 한다."
    )


def prepare(folder, version, requirements):
    """그 버전의 파이썬에 requirements(목록의 글)를 깐 환경을 folder에 마련하고 그 파이썬을 돌려준다.

    목록이 바뀌었거나 만들다 멈춘 환경은 새로 만든다. 만들지 못하면 RuntimeError를 낸다.
    """
    stamp, wanted = folder / "installed.txt", f"# Python {version}\n{requirements}"
    python, listed = python_of(folder), folder / "requirements.txt"
    if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return python
    print(f"{folder.name}를 만든다. 몇 분 걸린다.", flush=True)
    pip = [python, "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    try:
        subprocess.run([find_python(version), "-m", "venv", "--clear", folder], check=True)
        listed.write_text(wanted, encoding="utf-8")
        subprocess.run([*pip, "--requirement", listed], check=True)
    except subprocess.CalledProcessError as error:
        raise RuntimeError(
            f"{folder.name}를 만들지 못했으니, 위에 적힌 이유와 인터넷 연결을 확인하고 다시 한다."
        ) from error
    listed.replace(stamp)
    return python


if __name__ == "__main__":
    sys.exit(main())
