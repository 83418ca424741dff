"""저장된 것이 무엇에서 나왔는지 알고, 원천이 바뀐 것만 다시 만든다.

쓰기:
    python -m tools.makers.derived                  # 낡은 것을 다시 만든다. 오래 걸리는 것은 이름만 보인다
    python -m tools.makers.derived --check          # 낡은 것이 있으면 알리고 1로 끝난다
    python -m tools.makers.derived --accept 이름     # 원천이 바뀌었어도 결과는 그대로임을 확인했을 때 적어 둔다

원천은 내용의 SHA-256으로 비교하고, 파이썬 파일에서는 주석과 독스트링을 뺀다. 만들 때의 값은 derived.json에 있다.
노트북의 출력은 nbval이 맡는다.
"""

import argparse
import ast
import hashlib
import io
import json
import subprocess
import sys
import tokenize
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from tools import ROOT

STAMPS = Path(__file__).with_suffix(".json")
LONGEST_MINUTES = 10  # 이보다 오래 걸리는 것은 사람이 시작한다.


class Stored(NamedTuple):
    """저장된 것 하나. `files`와 `sources`는 저장소의 뿌리에서 본 이름 무늬이다."""

    files: tuple[str, ...]
    sources: tuple[str, ...]
    command: str
    minutes: float = 0  # 두 코어에서 어림한 시간
    needs: str = ""  # 저장소 밖에서 있어야 하는 것

    @property
    def by_hand(self) -> str:
        """저절로 만들지 않는 이유이다. 저절로 만들면 빈 글이다."""
        if self.needs:
            return f"{self.needs} 있어야 하므로"
        return f"{self.minutes:g}분쯤 걸리므로" if self.minutes > LONGEST_MINUTES else ""


BRICKS = "companion/bricks/*.png"
NETWORKS = tuple(f"companion/{name}.py" for name in ("models", "normalization", "training"))

# 앞의 것에서 뒤의 것이 나온다.
TABLE = {
    "bricks": Stored(
        ("companion/bricks/*",),
        ("tools/makers/bricks.py", "tools/makers/brick_parts.py"),
        "python -m tools.makers.bricks",
        5,
    ),
    "classifier": Stored(
        ("companion/evaluator/classifier.npz", "companion/evaluator/manifest.json"),
        (BRICKS, "tools/makers/classifier.py"),
        "python -m tools.makers.classifier",
        15,
    ),
    "recorded": Stored(
        (
            "companion/recorded/manifest.json",
            "companion/recorded/history.json",
            "companion/recorded/generator.npz",
            "companion/recorded/discriminator.npz",
            "companion/recorded/grids.png",
            "companion/recorded/stages.*",
            "book/wall.png",
        ),
        (BRICKS, *NETWORKS, "companion/data.py", "companion/sampling.py", "tools/makers/recorded.py"),
        "python -m tools.makers.recorded",
        300,
    ),
    "ladder": Stored(
        ("companion/evaluator/ladder.json",),
        (
            BRICKS,
            "companion/evaluator/classifier.npz",
            "companion/recorded/generator.npz",
            "companion/evaluation.py",
            "tools/makers/ladder.py",
        ),
        "python -m tools.makers.ladder",
        5,
    ),
    "runs": Stored(
        ("tools/studies/results/runs.jsonl",),
        (BRICKS, *NETWORKS, "tools/studies/recipe*.py", "tools/studies/train.py"),
        "python -m tools.studies experiments",
        2000,
    ),
    "twin": Stored(
        ("tools/studies/results/twin.jsonl",),
        (
            BRICKS,
            "companion/evaluator/classifier.npz",
            "tools/studies/plan.py",
            "tools/studies/plans/*.json",
            "tools/studies/twin.py",
        ),
        "python -m tools.studies.train_twin",
        30,
        needs="GPU가",
    ),
    "loops": Stored(
        ("book/_play/gan-wasm.js",),
        ("book/_play/gan-loops.ts", "tools/makers/loops.py"),
        "python -m tools.makers.loops",
        needs="npm이",
    ),
    "forger": Stored(
        ("tools/studies/results/forger.jsonl", "book/_play/forger.png"),
        (
            BRICKS,
            "book/_ext/forger_data.py",
            "book/_play/gan.js",
            "book/_play/gan-wasm.js",
            "tools/studies/forger.py",
        ),
        "python -m tools.studies.forger --again",
        60,
    ),
    "studies": Stored(
        ("companion/recorded/experiments.*",),
        (
            "tools/studies/results/runs.jsonl",
            "tools/studies/results/twin.jsonl",
            "tools/studies/results/forger.jsonl",
            "companion/diagnosis.py",
            "companion/evaluator/ladder.json",
            "tools/studies/*report.py",
            "tools/studies/tables.py",
            "tools/studies/verdicts.py",
        ),
        "python -m tools.studies tables",
    ),
    "cards": Stored(
        ("book/cards/*.png",),
        (
            BRICKS,
            "companion/recorded/grids.png",
            "companion/recorded/stages.*",
            "companion/recorded/experiments.png",
            "companion/plotting/canvas.py",
            "companion/plotting/step.py",
            "book/_ext/play_data.py",
            "tools/makers/cards.py",
        ),
        "python -m tools.makers.cards",
    ),
    "speed": Stored(
        ("tools/studies/results/*.json",),
        (*NETWORKS, "tools/studies/contenders.py", "tools/studies/speed.py"),
        "python -m tools.studies bench",
        60,
    ),
    "symptoms": Stored(
        tuple(
            f"book/symptoms/{name}.png"
            for name in ("right", "untrained", "forgotten", "clipped", "twice")
        ),
        ("companion/recorded/generator.npz", "companion/models.py", "tools/makers/symptoms.py"),
        "python -m tools.makers.symptoms",
    ),
    "spoiled": Stored(
        tuple(
            f"book/symptoms/{name}.png"
            for name in ("healthy", "unit-range", "mixed-batches", "large-beta")
        ),
        (BRICKS, *NETWORKS, "tools/studies/recipe*.py", "tools/makers/symptoms.py"),
        "python -m tools.makers.symptoms --train",
        10,
    ),
    "glossary": Stored(
        ("book/glossary.md",),
        ("book/glossary.csv", "tools/checks/terms.py", "tools/makers/glossary.py"),
        "python -m tools.makers.glossary",
    ),
    "font": Stored(
        ("companion/fonts/*",),
        ("tools/makers/font.py",),
        "python -m tools.makers.font NanumGothic.ttf",
        needs="나눔고딕 글꼴이",
    ),
    "vendor": Stored(
        ("book/_vendor/**/*",),
        ("tools/makers/vendor.py",),
        "python -m tools.makers.vendor",
        needs="npm이",
    ),
}  # fmt: skip


def essence(path: Path) -> bytes:
    """결과를 정하는 내용이다. 파이썬 파일이면 주석과 홀로 선 글(독스트링)과 빈 줄을 뺀다."""
    content = path.read_bytes()
    if path.suffix != ".py":
        return content
    source = content.decode()
    lines = source.splitlines()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            row, column = token.start
            lines[row - 1] = lines[row - 1][:column]
    for node in ast.walk(ast.parse(source)):
        if (
            isinstance(node, ast.Expr)
            and isinstance(node.value, ast.Constant)
            and isinstance(node.value.value, str)
        ):
            for row in range(node.lineno - 1, node.end_lineno or node.lineno):
                lines[row] = ""
    return "\n".join(line.rstrip() for line in lines if line.strip()).encode()


def fingerprints(patterns: Sequence[str]) -> dict[str, str]:
    """무늬에 맞는 파일의 이름에서 내용의 지문으로 가는 사전이다.

    Raises:
        FileNotFoundError: 맞는 파일이 하나도 없는 무늬가 있을 때.
    """
    found = {}
    for pattern in patterns:
        paths = sorted(path for path in ROOT.glob(pattern) if path.is_file())
        if not paths:
            raise FileNotFoundError(
                f"{pattern}에 맞는 파일이 없다. tools/makers/derived.py의 표를 고친다."
            )
        for path in paths:
            name = path.relative_to(ROOT).as_posix()
            found[name] = hashlib.sha256(essence(path)).hexdigest()[:16]
    return found


def changed(name: str, stored: Stored) -> list[str]:
    """만든 뒤로 바뀌거나 늘거나 사라진 원천의 이름이다. 비었으면 낡지 않았다."""
    before = _stamps().get(name, {})
    now = fingerprints(stored.sources)
    return sorted(path for path in before.keys() | now if before.get(path) != now.get(path))


def _stamps() -> dict[str, dict[str, str]]:
    return json.loads(STAMPS.read_text(encoding="utf-8")) if STAMPS.exists() else {}


def stamp(name: str, stored: Stored) -> None:
    """지금의 원천에서 나왔다고 적는다."""
    stamps = _stamps() | {name: fingerprints(stored.sources)}
    text = json.dumps(dict(sorted(stamps.items())), ensure_ascii=False, indent=2) + "\n"
    STAMPS.write_text(text, encoding="utf-8")


def remake(table: dict[str, Stored]) -> list[str]:
    """낡은 것을 앞에서부터 다시 만들고, 오래 걸려 만들지 않은 것의 이름을 돌려준다."""
    left = []
    for name, stored in table.items():
        sources = changed(name, stored)
        if not sources:
            continue
        print(f"{name}: {', '.join(sources)}이(가) 바뀌었다.", flush=True)
        if stored.by_hand:
            print(f"    {stored.by_hand} 직접 시작한다: {stored.command}")
            left.append(name)
            continue
        _, *arguments = stored.command.split()
        subprocess.run([sys.executable, *arguments], cwd=ROOT, check=True)
        stamp(name, stored)
    return left


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    choice = parser.add_mutually_exclusive_group()
    choice.add_argument("--check", action="store_true", help="낡은 것을 알리기만 한다")
    choice.add_argument(
        "--accept", nargs="+", choices=TABLE, metavar="이름", help="지금의 원천을 적는다"
    )
    options = parser.parse_args(arguments)
    if options.accept:
        for name in options.accept:
            stamp(name, TABLE[name])
        return 0
    if not options.check:
        return int(bool(remake(TABLE)))
    stale = {name: sources for name, stored in TABLE.items() if (sources := changed(name, stored))}
    for name, sources in stale.items():
        print(
            f"{name}이(가) 원천보다 낡았다(바뀐 것: {', '.join(sources)}). `make derived`로 다시 만들거나, "
            f"결과가 그대로임을 확인하고 `python -m tools.makers.derived --accept {name}`을 친다."
        )
    print(f"낡은 것: {len(stale)}가지")
    return int(bool(stale))


if __name__ == "__main__":
    sys.exit(main())
