"""관리하는 사람이 쓰는 프로그램이다. 방 넷의 이름이 하는 일을 말한다: checks, makers, studies, setup."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
