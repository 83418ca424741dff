"""브라우저에서 훈련하는 놀이의 반복문을 WebAssembly로 컴파일한다.

`book/_play/gan-loops.ts`를 AssemblyScript로 컴파일해, 그 바이트를 글(base64)로 담은 `book/_play/gan-wasm.js`를 쓴다.
컴파일러는 그때 npm에서 받으므로 npm과 인터넷이 있어야 한다. 같은 원본에서는 늘 같은 바이트가 나온다.

    python -m tools.makers.loops
"""

import argparse
import base64
import hashlib
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from tools import ROOT

SOURCE = ROOT / "book" / "_play" / "gan-loops.ts"
TARGET = ROOT / "book" / "_play" / "gan-wasm.js"
COMPILER = "assemblyscript@0.28.20"
OPTIONS = ["-O3", "--enable", "simd", "--runtime", "stub", "--importMemory", "--noAssert"]
SHA256 = "d306d7f506e762fd09cbe1fe7a4079114d6711ea9bed4c0dc1c27154d55bd290"  # 컴파일한 바이트의 것. 원본을 고쳤으면 새 값을 적는다


def bytes_of(script: str) -> bytes:
    """`gan-wasm.js`에 글로 담긴 바이트이다.

    Raises:
        ValueError: 바이트가 `SHA256`과 다를 때.
    """
    found = re.search('"([A-Za-z0-9+/=]+)"', script)
    return checked(base64.b64decode(found[1] if found else ""))


def checked(module: bytes) -> bytes:
    digest = hashlib.sha256(module).hexdigest()
    if digest != SHA256:
        raise ValueError(
            f"컴파일한 바이트의 SHA-256이 {digest}로, 적어 둔 값과 다르다. {SOURCE.name} 파일을 고쳤으면 "
            "tools/makers/loops.py에 새 값을 적고, 고치지 않았으면 쓰지 않고 이유를 찾는다."
        )
    return module


def compiled(source: Path) -> bytes:
    """`source`를 컴파일한다."""
    with tempfile.TemporaryDirectory() as folder:
        module = Path(folder) / "loops.wasm"
        command = [
            "npm",
            "exec",
            "--yes",
            "--ignore-scripts",
            f"--package={COMPILER}",
            "--",
            "asc",
            str(source),
        ]
        subprocess.run([*command, "-o", str(module), *OPTIONS], check=True)
        return module.read_bytes()


def main() -> None:
    argparse.ArgumentParser(description=str(__doc__).splitlines()[0]).parse_args()
    text = base64.b64encode(checked(compiled(SOURCE))).decode()
    TARGET.write_text(
        f'// {SOURCE.name}를 컴파일한 것. 손으로 고치지 않는다.\nplay.data.loops = "{text}";\n',
        encoding="utf-8",
    )
    print(f"{TARGET.name}: {TARGET.stat().st_size:,}바이트")


if __name__ == "__main__":
    try:
        main()
    except (OSError, ValueError, subprocess.CalledProcessError) as error:
        sys.exit(f"오류: {error}")
