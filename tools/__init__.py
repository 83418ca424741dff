"""관리하는 사람이 쓰는 프로그램이다. 방 넷의 이름이 하는 일을 말한다: checks, makers, studies, setup."""

import sys
from pathlib import Path

from companion.korean import translate_argparse

ROOT = Path(__file__).resolve().parent.parent

for _stream in (sys.stdout, sys.stderr):
    if hasattr(_stream, "reconfigure"):  # 한글이 없는 인코딩에서도 하던 일을 마친다.
        _stream.reconfigure(errors="backslashreplace")
translate_argparse()
