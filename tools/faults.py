"""일부러 고장을 내고, 잃은 것이 있는지 센다. `make faults`가 부른다.

훈련하는 도중, 체크포인트를 쓰는 도중, 캐시를 만드는 도중에 프로세스를 `kill -9`로 죽인 뒤 이어 하여, 한 번도 죽지 않은 것과
비트까지 같은지 본다. 그다음 가득 찬 디스크, 쓸 수 없는 폴더, 깨진 바이트, 남의 파일 따위를 하나씩 겪게 하여, 한국어 한
문장으로 거절하는지와 있던 파일이 그대로인지 본다.

    python tools/faults.py              # 모두. 몇 분 걸린다
    python tools/faults.py --kills 1    # 짧게: 죽이기를 종류마다 한 번만
"""

import argparse
import contextlib
import hashlib
import io
import json
import os
import pickle
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import types
import warnings
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
EPOCHS = 8
SMALL = {"image_size": 16, "base_channels": 4, "dropout_rate": 0.3}
WIDE = {"image_size": 16, "base_channels": 256, "dropout_rate": 0.3}  # 체크포인트가 커서 오래 쓴다.


class Wrong(Exception):
    """고장을 견디지 못했다."""


# ---------------------------------------------------------------- 시험할 일


def images(n: int = 64) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (n, 16, 16, 1), "uint8")


def train(folder: Path, model: dict, epochs: int = EPOCHS, steps: int = 8):
    """작은 신경망을 훈련하고 모델을 돌려준다."""
    from companion import runs
    from companion.training import build_dcgan

    dcgan = build_dcgan(**model)
    runs.train(
        dcgan,
        images(),
        run_dir=folder,
        epochs=epochs,
        batch_size=8,
        steps_per_epoch=steps,
        verbose=0,
    )
    return dcgan


def use_stand_in_for_kaggle(folder: Path) -> None:
    """kagglehub 대신, 만들어 둔 폴더를 돌려주는 대역을 쓴다."""
    stand_in = types.SimpleNamespace(dataset_download=lambda handle: str(folder))
    sys.modules["kagglehub"] = stand_in  # type: ignore[assignment]


def fill_cache(kaggle: Path, cache: Path) -> np.ndarray:
    from companion.data import load_bricks

    use_stand_in_for_kaggle(kaggle)
    with contextlib.redirect_stdout(io.StringIO()):  # 진행 막대
        return load_bricks("kaggle", cache_dir=cache).images


def child(task: str, folder: str) -> None:
    """죽을 프로세스가 하는 일이다. 시작할 때 한 줄을 찍는다."""
    from companion import runs  # noqa: F401  불러오는 시간은 세지 않는다.

    print("시작", flush=True)
    if task == "training":
        train(Path(folder), SMALL)
    elif task == "checkpoint":
        train(Path(folder), WIDE, steps=1)
    else:
        fill_cache(Path(folder).parent / "kaggle", Path(folder))


# ---------------------------------------------------------------- kill -9


@contextlib.contextmanager
def started(task: str, folder: Path) -> Iterator[subprocess.Popen]:
    command = [sys.executable, __file__, "--child", task, str(folder)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TF_CPP_MIN_LOG_LEVEL": "3"}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, env=environment, text=True, **pipes) as process:  # type: ignore[call-overload]
        if process.stdout.readline().strip() != "시작":
            raise Wrong("시험 프로그램이 시작하지 못했다")
        yield process
        process.send_signal(signal.SIGKILL)


def unfinished(folder: Path) -> list[Path]:
    return list(folder.rglob(".*.part")) if folder.exists() else []


def kill_at_random(task: str, folder: Path, longest: float, rng: np.random.Generator) -> None:
    with started(task, folder) as process, contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(rng.uniform(0.1, longest))


def kill_while_writing(task: str, folder: Path, rng: np.random.Generator) -> None:
    """임시 파일이 나타나기를 기다려, 다 쓰기 전의 어느 때에 죽인다."""
    skipped = int(rng.integers(0, EPOCHS // 2))  # 몇 번째 파일을 쓸 때 죽일지
    with started(task, folder) as process:
        seen: set[Path] = set()
        while process.poll() is None:
            seen |= {path for path in unfinished(folder) if path.suffixes[-3:-2] == [".npz"]}
            if len(seen) > skipped:
                break
            time.sleep(0.0005)
        time.sleep(rng.uniform(0, 0.05))


def same_state(first, second) -> bool:
    from companion.checkpoints import _variables

    a, b = (_variables(dcgan) for dcgan in (first, second))
    return a.keys() == b.keys() and all(
        np.array_equal(np.asarray(a[name]), np.asarray(b[name])) for name in a
    )


def kills_during_training(folder: Path, count: int, rng: np.random.Generator) -> str:
    whole = train(folder / "whole", SMALL)
    for number in range(count):
        kill_at_random("training", folder / f"killed-{number}", 6, rng)
        if not same_state(whole, train(folder / f"killed-{number}", SMALL)):
            raise Wrong("이어 한 훈련의 가중치가 죽지 않은 훈련과 다르다")
    return f"{count}번 죽었고 {count}번 모두 비트까지 같다"


def kills_during_a_checkpoint(folder: Path, count: int, rng: np.random.Generator) -> str:
    whole = train(folder / "whole", WIDE, steps=1)
    half_written = 0
    for number in range(count):
        run = folder / f"killed-{number}"
        kill_while_writing("checkpoint", run, rng)
        half_written += bool(unfinished(run))
        if not same_state(whole, train(run, WIDE, steps=1)):
            raise Wrong("이어 한 훈련의 가중치가 죽지 않은 훈련과 다르다")
        if unfinished(run):
            raise Wrong("쓰다 만 파일이 남아 있다")
        shutil.rmtree(run)
    return f"{count}번 죽었고(쓰다 만 파일 {half_written}번) {count}번 모두 비트까지 같다"


def kills_during_unpacking(folder: Path, count: int, rng: np.random.Generator) -> str:
    write_stand_in(folder / "kaggle")
    expected = fill_cache(folder / "kaggle", folder / "whole")
    for number in range(count):
        cache = folder / f"killed-{number}"
        if number % 2:
            kill_while_writing("unpacking", cache, rng)
        else:
            kill_at_random("unpacking", cache, 2, rng)
        if not np.array_equal(expected, fill_cache(folder / "kaggle", cache)):
            raise Wrong("다시 만든 캐시가 다르다")
        if unfinished(cache):
            raise Wrong("쓰다 만 파일이 남아 있다")
    return f"{count}번 죽었고 {count}번 모두 같은 캐시를 다시 만들었다"


def write_stand_in(folder: Path) -> None:
    """실제 데이터셋과 구조와 파일 이름이 같은 대역이다."""
    (folder / "dataset").mkdir(parents=True)
    rng = np.random.default_rng(0)
    for pose in range(500):
        for camera in "LR":
            picture = Image.fromarray(rng.integers(0, 256, (400, 400), "uint8"))
            name = f"3003 brick 2x2 {pose:03d}{camera}.png"
            picture.save(folder / "dataset" / name, compress_level=1)


# ---------------------------------------------------------------- 거절해야 하는 것들


def refusal(action: Callable[[], object], *words: str) -> str:
    """`action`이 한국어 한 문장으로 거절하는지 보고 그 문장을 돌려준다."""
    try:
        action()
    except (ValueError, OSError, RuntimeError) as error:
        message = str(error)
    else:
        raise Wrong("거절하지 않았다")
    if not re.search("[가-힣]", message) or "\n" in message:
        raise Wrong(f"한국어 한 문장이 아니다: {message!r}")
    for word in words:
        if word not in message:
            raise Wrong(f"{word!r}이(가) 문장에 없다: {message!r}")
    return message


def contents(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and path.name != ".lock"
    }


def untouched(folder: Path, action: Callable[[], object], *words: str) -> str:
    """거절하고 나서 폴더의 파일이 하나도 바뀌지 않았는지 본다."""
    before = contents(folder)
    message = refusal(action, *words)
    if contents(folder) != before:
        raise Wrong("거절하면서 파일을 바꾸었다")
    return message


@contextlib.contextmanager
def small_disk(folder: Path, megabytes: float) -> Iterator[Path]:
    """몇 메가바이트짜리 파일 시스템을 붙인다. 관리자가 아니면 파일의 크기를 그만큼으로 막는다."""
    import resource

    folder.mkdir()
    size = int(megabytes * 1e6)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True).returncode == 0:
        try:
            yield folder
        finally:
            subprocess.run(["umount", folder], check=True)
    else:
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
        try:
            yield folder
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def full_disk_in_training(folder: Path) -> str:
    whole = train(folder / "whole", SMALL)
    checkpoint = max(path.stat().st_size for path in (folder / "whole" / "checkpoints").iterdir())
    with small_disk(folder / "disk", 2.5 * checkpoint / 1e6) as disk:  # 둘은 들고 셋은 못 든다.
        message = refusal(lambda: train(disk / "run", SMALL), "쓰지 못했다", "디스크")
        if unfinished(disk):
            raise Wrong("쓰다 만 파일이 남아 있다")
        shutil.copytree(disk / "run", folder / "moved")
    if not same_state(whole, train(folder / "moved", SMALL)):
        raise Wrong("자리를 마련해 이어 한 훈련이 다르다")
    return message


def full_disk_in_the_cache(folder: Path) -> str:
    write_stand_in(folder / "kaggle")
    with small_disk(folder / "disk", 1.5) as disk:
        message = refusal(lambda: fill_cache(folder / "kaggle", disk), "캐시", "디스크")
        left = [path.name for path in disk.iterdir() if path.suffix != ".lock"]
        if left:
            raise Wrong(f"{left}이(가) 남아 있다")
    return message


def unwritable_folder(folder: Path) -> str:
    (folder / "file").write_text("폴더가 아니다")
    return untouched(folder, lambda: train(folder / "file" / "run", SMALL), "쓰지 못했다", "file")


def read_only_disk(folder: Path) -> str:
    with small_disk(folder / "disk", 8) as disk:
        train(disk / "run", SMALL, epochs=1)
        remount = ["mount", "-o", "remount,ro", str(disk)]
        if subprocess.run(remount, capture_output=True).returncode:
            return "관리자가 아니어서 읽기 전용 파일 시스템은 만들지 못했다"
        return untouched(disk, lambda: train(disk / "run", SMALL), "쓰지 못했다")


def two_runs_in_one_folder(folder: Path) -> str:
    import filelock

    train(folder, SMALL, epochs=1)
    with filelock.FileLock(folder / ".lock"):
        return untouched(folder, lambda: train(folder, SMALL), "다른 훈련이 돌고 있다")


def another_network(folder: Path) -> str:
    train(folder, SMALL, epochs=1)
    wider = {**SMALL, "base_channels": 8}
    return untouched(folder, lambda: train(folder, wider), "다른 신경망")


def other_settings(folder: Path) -> str:
    train(folder, SMALL, epochs=1)
    return untouched(folder, lambda: train(folder, {**SMALL, "label_noise": 0.2}), "label_noise")


def another_version(folder: Path) -> str:
    from companion import checkpoints

    ours, checkpoints.FORMAT_VERSION = checkpoints.FORMAT_VERSION, 99
    try:
        train(folder, SMALL, epochs=1)
    finally:
        checkpoints.FORMAT_VERSION = ours
    return untouched(folder, lambda: train(folder, SMALL), "99판")


def clock_set_back(folder: Path) -> str:
    whole = train(folder / "whole", SMALL, epochs=2)
    train(folder / "run", SMALL, epochs=1)
    now, time.time = time.time, lambda: 0.0
    try:
        for path in (folder / "run").rglob("*"):
            os.utime(path, (0, 0))
        resumed = train(folder / "run", SMALL, epochs=2)
    finally:
        time.time = now
    lines = (folder / "run" / "history.jsonl").read_text().splitlines()
    seconds = [json.loads(line)["seconds"] for line in lines]
    if not same_state(whole, resumed) or seconds != sorted(seconds) or seconds[0] < 0:
        raise Wrong("시계를 돌리자 훈련이나 기록이 달라졌다")
    return "가중치는 비트까지 같고 걸린 시간은 줄지 않았다"


def flipped(path: Path, position: float) -> None:
    """파일의 바이트 하나를 뒤집는다."""
    content = bytearray(path.read_bytes())
    content[int(position * (len(content) - 1))] ^= 0xFF
    path.write_bytes(bytes(content))


def corrupt_embedded_files(folder: Path) -> str:
    """꾸러미에 든 파일을 하나씩 깨뜨려, 이름을 대고 거절하는지 따로 띄운 파이썬에서 본다."""
    readers = {
        "bricks/train.png": "from companion import load_bricks; load_bricks()",
        "bricks/heldout.png": "from companion import load_bricks; load_bricks(split='heldout')",
        "recorded/generator.npz": "from companion import recorded; recorded.generator()",
        "recorded/discriminator.npz": "from companion import recorded; recorded.discriminator()",
        "recorded/grids.png": "from companion import recorded; recorded.grids()",
        "recorded/stages.png": "from companion import recorded; recorded.stages()",
        "recorded/stages.json": "from companion import recorded; recorded.stages()",
        "recorded/experiments.png": "from companion import recorded; recorded.experiment_samples()",
        "recorded/experiments.json": "from companion import recorded; recorded.experiments('recipe')",
        "recorded/history.json": "from companion import recorded; recorded.history()",
        "evaluator/classifier.npz": "from companion import evaluation; evaluation._classifier()",
    }
    shutil.copytree(ROOT / "companion", folder / "companion")
    for name, code in readers.items():
        path = folder / "companion" / name
        original = path.read_bytes()
        flipped(path, 0.5)
        done = subprocess.run(
            [sys.executable, "-c", code],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(folder), "TF_CPP_MIN_LOG_LEVEL": "3"},
            capture_output=True,
            text=True,
        )
        last = (done.stderr.strip().splitlines() or [""])[-1]
        if done.returncode == 0 or path.name not in last or "SHA-256" not in last:
            raise Wrong(f"{name}이(가) 깨졌는데 이렇게 말했다: {last}")
        path.write_bytes(original)
    return f"내장 파일 {len(readers)}개를 하나씩 깨뜨렸고 모두 이름을 대고 거절했다"


def corrupt_written_files(folder: Path) -> str:
    """훈련이 쓴 파일을 하나씩 깨뜨리고 이어 한다."""
    whole = train(folder / "whole", SMALL, epochs=3)
    train(folder / "run", SMALL, epochs=2)
    fallbacks, tried = 0, 0
    for path in sorted(p.relative_to(folder / "run") for p in (folder / "run").rglob("*.*")):
        if path.name == ".lock":
            continue
        for position in (0.0, 0.5, 1.0):
            broken = folder / "broken"
            shutil.copytree(folder / "run", broken)
            flipped(broken / path, position)
            with warnings.catch_warnings(record=True) as said:
                warnings.simplefilter("always")
                resumed = train(broken, SMALL, epochs=3)
            tried += 1
            if not same_state(whole, resumed):
                raise Wrong(f"{path}을(를) 깨뜨리자 다른 훈련이 되었다")
            fallbacks += any("부터 이어 간다" in str(w.message) for w in said)
            shutil.rmtree(broken)
    return (
        f"{tried}번 깨뜨렸고, {fallbacks}번은 앞선 체크포인트를 쓴다고 말했고, 모두 비트까지 같다"
    )


def hostile_files(folder: Path) -> str:
    """열면 코드를 돌리거나 폴더 밖에 쓰려는 파일들이다."""
    from companion.checkpoints import read_checkpoint
    from companion.data import KAGGLE_CACHE_NAME, load_bricks

    trace = folder / "trace"

    class Bomb:
        def __reduce__(self):
            return (Path.touch, (trace,))

    pickled = pickle.dumps(np.array([Bomb()], dtype=object))
    array = io.BytesIO()
    np.save(array, np.array([Bomb()], dtype=object), allow_pickle=True)
    attacks = {
        "pickle": pickled,
        "object array": zip_of({"meta.npy": array.getvalue()}),
        "outside": zip_of({"../../trace": b"x", "meta.npy": b"x"}),
        "absolute": zip_of({str(trace): b"x"}),
        "not a zip": b"import os",
    }
    files = folder / "files"
    files.mkdir()
    for name, content in attacks.items():
        for target in (files / "step-0000001.npz", files / KAGGLE_CACHE_NAME):
            target.write_bytes(content)
        untouched(files, lambda: read_checkpoint(files / "step-0000001.npz"), "체크포인트")
        untouched(files, lambda: load_bricks("kaggle", cache_dir=files), "캐시")
        (files / "a.png").write_bytes(content)
        untouched(files, lambda: load_bricks(files), "a.png")
        if trace.exists() or set(folder.iterdir()) != {files}:
            raise Wrong(f"{name}이(가) 코드를 돌리거나 폴더 밖에 썼다")
    return f"{len(attacks)}가지 파일을 체크포인트, 캐시, 이미지로 열었고 아무것도 돌지 않았다"


def zip_of(members: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


KILLS = {
    "훈련하는 도중의 kill -9": kills_during_training,
    "체크포인트를 쓰는 도중의 kill -9": kills_during_a_checkpoint,
    "캐시를 만드는 도중의 kill -9": kills_during_unpacking,
}
FAULTS = {
    "훈련 도중 가득 찬 디스크": full_disk_in_training,
    "캐시를 쓰다 가득 찬 디스크": full_disk_in_the_cache,
    "쓸 수 없는 폴더": unwritable_folder,
    "읽기 전용 디스크": read_only_disk,
    "한 폴더에서 두 훈련": two_runs_in_one_folder,
    "다른 신경망의 체크포인트": another_network,
    "설정이 다른 훈련": other_settings,
    "다른 판의 체크포인트": another_version,
    "거꾸로 간 시계": clock_set_back,
    "깨진 내장 파일": corrupt_embedded_files,
    "깨진 훈련 파일": corrupt_written_files,
    "남이 준 나쁜 파일": hostile_files,
}


def run(kills: int, seed: int) -> int:
    """고장을 모두 내 보고, 견디지 못한 것의 수를 돌려준다."""
    rng = np.random.default_rng(seed)
    failed = 0
    tasks: dict[str, Callable[[Path], str]] = {
        name: lambda folder, task=task: task(folder, kills, rng)  # type: ignore[misc]
        for name, task in KILLS.items()
    }
    for name, task in {**tasks, **FAULTS}.items():
        with tempfile.TemporaryDirectory() as folder:
            try:
                print(f"견딤     {name}: {task(Path(folder))}", flush=True)
            except Wrong as wrong:
                failed += 1
                print(f"못 견딤  {name}: {wrong}", flush=True)
    total = len(tasks) + len(FAULTS)
    print(
        f"고장 {total}가지 가운데 {failed}가지를 견디지 못했다. 죽일 때를 정한 시드는 {seed}이다."
    )
    return failed


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=12, help="종류마다 죽일 횟수")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="죽일 때를 정하는 시드")
    parser.add_argument("--child", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    sys.path.insert(0, str(ROOT))
    if options.child:
        child(*options.child)
        return 0
    return min(run(options.kills, options.seed), 1)


if __name__ == "__main__":
    sys.exit(main())
