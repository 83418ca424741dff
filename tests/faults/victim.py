"""고장을 겪을 두 가지 일과, 그 일을 하다가 정해진 순간에 죽는 프로그램이다.

    python -m tests.faults.victim training 폴더              # 끝까지 하고, 파일을 바꾼 차례를 찍는다
    python -m tests.faults.victim training 폴더 12           # 12번째로 파일을 바꾸기 바로 앞에서 죽는다
    python -m tests.faults.victim training 폴더 12 345       # 그때 열린 파일이 345바이트가 되었을 때 죽는다

디스크에 남는 것은 파일을 바꿀 때만 달라지므로, 죽는 때를 이렇게 고르면 시계에 기대지 않고 같은 고장을 다시 낼 수 있다.
"""

import contextlib
import io
import json
import os
import resource
import signal
import sys
import types
from pathlib import Path

import numpy as np
from PIL import Image

EPOCHS = 8


def train(folder: Path, epochs: int = EPOCHS, **settings) -> None:
    """작은 신경망을 훈련한다."""
    from companion import runs
    from companion.training import build_dcgan

    images = np.random.default_rng(0).integers(0, 256, (64, 16, 16, 1), "uint8")
    dcgan = build_dcgan(**{"image_size": 16, "base_channels": 4, "dropout_rate": 0.3, **settings})
    runs.train(dcgan, images, run_dir=folder, epochs=epochs, batch_size=8, verbose=0)


def fill_cache(folder: Path, kaggle: Path | None = None) -> None:
    """Kaggle의 데이터셋과 파일 이름이 같은 대역으로 캐시를 만든다. 캐시가 있으면 읽는다."""
    from companion.data import load_bricks

    kaggle = kaggle or folder.with_name("kaggle")
    if not kaggle.exists():
        (kaggle / "dataset").mkdir(parents=True)
        rng = np.random.default_rng(0)
        for pose in range(60):
            picture = Image.fromarray(rng.integers(0, 256, (64, 64), "uint8"))
            picture.save(kaggle / "dataset" / f"3003 brick 2x2 {pose:03d}L.png")
    stand_in = types.SimpleNamespace(dataset_download=lambda handle: str(kaggle))
    sys.modules["kagglehub"] = stand_in  # type: ignore[assignment]
    with contextlib.redirect_stdout(io.StringIO()):  # 진행 막대
        load_bricks("kaggle", cache_dir=folder)


TASKS = {"training": train, "cache": fill_cache}


def changes_of(folder: str, moment: int | None, size: int | None) -> list[tuple[str, str, int]]:
    """`folder`의 파일을 바꿀 때마다 (한 일, 파일, 그때의 크기)를 적고, `moment`번째가 되면 죽는다."""
    changes: list[tuple[str, str, int]] = []

    def watch(event, arguments):
        opened = event == "open" and (arguments[2] or 0) & (os.O_WRONLY | os.O_RDWR)
        if not opened and event not in ("os.mkdir", "os.rename", "os.remove"):
            return
        path = os.fspath(arguments[0])
        if not str(path).startswith(folder):
            return
        if len(changes) == moment:
            if size is None:
                os.kill(os.getpid(), signal.SIGKILL)
            resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
        changes.append((event, path, os.path.getsize(path) if event == "os.rename" else 0))

    sys.addaudithook(watch)
    # 파이썬은 이 신호를 무시하도록 해 두었다. 되돌리면 파일이 정한 크기를 넘을 때 그 자리에서 죽는다.
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    return changes


def main(task: str, folder: str, moment: str | None = None, size: str | None = None) -> None:
    changes = changes_of(folder, moment and int(moment), size and int(size))
    TASKS[task](Path(folder))
    print(json.dumps(changes))


if __name__ == "__main__":
    main(*sys.argv[1:])
