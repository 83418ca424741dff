"""훈련 한 번을 폴더 하나에 기록하고, 멈춘 곳부터 이어 간다.

훈련 폴더에는 다음이 쌓인다.

- `config.json`: 모델의 설정, 데이터의 지문, 기계와 라이브러리의 버전
- `history.jsonl`: 에포크마다 한 줄
- `samples/step-0001234.png`: 같은 잠재 벡터 64개로 만든 8×8 샘플
- `checkpoints/step-0001234.npz`: 훈련 상태 전부
"""

import contextlib
import hashlib
import json
import os
import platform
import time
import warnings
from collections.abc import Callable, Sequence
from importlib import metadata
from pathlib import Path

import keras
import numpy as np
from PIL import Image

from companion import checkpoints
from companion.arguments import check_integer, check_list
from companion.data import brick_batches, to_uint8
from companion.files import (
    check_path,
    check_run_dir,
    locked,
    remove_unfinished,
    write_atomically,
    write_error,
)
from companion.models import build_generator, dtype_policy
from companion.sampling import latents, tile
from companion.settings import MOST, Settings, check
from companion.training import DCGAN

SAMPLE_COLUMNS = 8
SHUFFLE_SEED = 42  # 모델의 시드가 0일 때 데이터를 섞는 시드. brick_batches()의 기본값과 같다.


def train(
    dcgan: DCGAN,
    images: np.ndarray,
    *,
    run_dir,
    epochs: int,
    batch_size: int = 32,
    steps_per_epoch: int | None = None,
    sample_steps: Sequence[int] = (),
    seed: int | None = None,
    callbacks: Sequence[keras.callbacks.Callback] = (),
    verbose: int | str = "auto",
) -> list[dict]:
    """`fit()`으로 훈련하면서 `run_dir`에 기록하고, 그 폴더에 하던 훈련이 있으면 이어 간다.

    한 기계에서는 언제 몇 번 멈추었다 이어 가든 N스텝 뒤의 가중치가 비트까지 같다. 잃는 것은 많아야 마지막
    에포크에 한 일이다.

    Args:
        dcgan: 컴파일한 모델.
        images: `(N, 한 변, 한 변, 채널)` 크기의 uint8 이미지나 그 목록, 또는 `load_bricks()`가 돌려준 것.
        run_dir: 훈련 폴더. Colab에서는 드라이브의 폴더를 주면 연결이 끊겨도 잃지 않는다.
        epochs: 모두 몇 에포크까지 훈련할지. 이어 갈 때도 처음부터 센 수이다.
        batch_size: 배치 크기.
        steps_per_epoch: 한 에포크의 스텝 수. 기본값은 데이터를 한 번 다 보는 수이다.
        sample_steps: 에포크가 끝나기 전에도 샘플을 남길 스텝들.
        seed: 데이터를 섞는 시드. 기본값은 모델의 시드에 42를 더한 것이다.
        callbacks: `fit()`에 더 넘길 콜백들.
        verbose: `fit()`의 verbose.

    Returns:
        `history.jsonl`의 줄들. 열은 epoch, step, images, seconds와 모델의 지표이다.

    Raises:
        TypeError: 이미지가 uint8이 아닐 때.
        ValueError: 모델을 컴파일하지 않았거나, 이미지의 크기가 모델과 다르거나, 배치가 데이터보다 크거나, 배치를 장치에 고르게 나눌 수 없거나, 학습률이 끝나기 전에 0이 되거나,
            이미 훈련한 모델을 새 폴더에 주거나, 폴더에 설정이 다른 훈련이 있을 때.
        FloatingPointError: 손실이 NaN이나 무한대가 되었을 때. 마지막 체크포인트는 남는다.
        FileExistsError: 폴더에 훈련이 아닌 것이 들었을 때.
        RuntimeError: 같은 폴더에서 다른 훈련이 돌고 있을 때.
        OSError: 훈련 폴더에 쓸 수 없거나 디스크가 찼을 때. 앞선 체크포인트는 남는다.
    """
    checkpoints.check_model(dcgan)
    images = _check_images(images, dcgan)
    sample_steps, callbacks = (
        check_list("sample_steps", sample_steps),
        check_list("callbacks", callbacks),
    )
    if not all(isinstance(callback, keras.callbacks.Callback) for callback in callbacks):
        raise TypeError(
            "callbacks에 Keras의 콜백이 아닌 것이 있다. keras.callbacks.Callback을 준다."
        )
    for step in sample_steps:
        check_integer("sample_steps의 값", step, at_least=0)
    if steps_per_epoch is None:
        check(batch_size=batch_size)
        steps_per_epoch = max(1, len(images) // batch_size)
    epochs, batch_size, steps_per_epoch = check(
        epochs=epochs, batch_size=batch_size, steps_per_epoch=steps_per_epoch
    )
    if batch_size > len(images):
        raise ValueError(
            f"batch_size가 {batch_size}인데 이미지는 {len(images)}장이다. 배치를 줄이거나 이미지를 늘린다."
        )
    (seed,) = check(seed=(SHUFFLE_SEED + dcgan.seed) % (MOST + 1) if seed is None else seed)
    devices = dcgan.distribute_strategy.num_replicas_in_sync
    if batch_size % devices:
        raise ValueError(
            f"batch_size가 {batch_size}인데 장치가 {devices}개이다. {devices}의 배수를 준다."
        )
    decay_steps = dcgan.settings and dcgan.settings.decay_steps
    if decay_steps and decay_steps < epochs * steps_per_epoch:
        raise ValueError(
            f"학습률이 {decay_steps:,}스텝에서 0이 되는데 훈련은 {epochs * steps_per_epoch:,}스텝이다. "
            "epochs를 줄이거나 decay_steps를 늘려 새 폴더에서 훈련한다."
        )
    config = {
        "batch_size": batch_size,
        "steps_per_epoch": steps_per_epoch,
        "shuffle_seed": seed,
        "data": {"images": len(images), "sha256": hashlib.sha256(images.tobytes()).hexdigest()},
    }
    run_dir = check_run_dir(run_dir)
    busy = f"{str(run_dir)!r}에서 다른 훈련이 돌고 있다. 끝나기를 기다리거나 다른 폴더를 준다."
    with locked(run_dir, "훈련 폴더를", busy):
        for folder in (run_dir, run_dir / "checkpoints", run_dir / "samples"):
            remove_unfinished(folder)
        recorder = RunRecorder(run_dir, config, batch_size, sample_steps)
        start = recorder.restore(dcgan)
        if start >= epochs * steps_per_epoch:
            return recorder.history
        try:
            dcgan.fit(
                brick_batches(images, batch_size, seed=seed, start_step=start),
                initial_epoch=start // steps_per_epoch,
                epochs=epochs,
                steps_per_epoch=steps_per_epoch,
                callbacks=[recorder, *callbacks],
                shuffle=False,  # brick_batches()가 이미 섞는다.
                verbose=verbose,
            )
        except BaseException:
            if verbose:
                print(flush=True)  # Keras의 진행 막대가 끝내지 못한 줄을 끝낸다.
            raise
    return recorder.history


def _check_images(images, dcgan: DCGAN) -> np.ndarray:
    """모델이 받는 크기의 uint8 배열로 맞춘다. `load_bricks()`가 돌려준 것에서는 이미지를 꺼낸다."""
    images = getattr(images, "images", images)
    try:
        images = np.asarray(images)
    except ValueError:
        raise ValueError("이미지의 크기가 서로 다르다. 모두 같은 크기로 준다.") from None
    if images.dtype != np.uint8:
        raise TypeError(
            f"이미지가 {images.dtype}이다. [0, 255]의 uint8을 주며, [-1, 1]의 이미지는 to_uint8()로 바꾼다."
        )
    wanted = dcgan.discriminator.input_shape[1:]
    if images.ndim != 4 or images.shape[1:] != wanted:
        raise ValueError(
            f"이미지의 크기가 {images.shape}인데 모델은 (N, {', '.join(map(str, wanted))}) 크기를 받는다. 이미지를 "
            "바꾸거나, image_size와 channels를 이미지에 맞추어 모델을 짓는다."
        )
    return images


class RunRecorder(keras.callbacks.Callback):
    """에포크마다 기록과 샘플과 체크포인트를 남기고, 숫자가 무너지면 훈련을 멈추는 콜백이다."""

    def __init__(self, run_dir, config: dict, batch_size: int, sample_steps: Sequence[int] = ()):
        super().__init__()
        self.run_dir = Path(run_dir)
        self.config = config
        self.batch_size = batch_size
        self.sample_steps = frozenset(sample_steps)
        self.history: list[dict] = []
        self.step = 0
        self.seconds = 0.0
        self._line: dict | None = None

    def restore(self, dcgan: DCGAN) -> int:
        """훈련 폴더에 체크포인트가 있으면 모델에 넣고, 이어 갈 스텝을 돌려준다. 없으면 0이다."""
        folder = self.run_dir / "checkpoints"
        header = checkpoints.load_latest_checkpoint(folder, dcgan, self.config)
        if header is None:
            if np.asarray(dcgan.g_optimizer.iterations) > 0:
                raise ValueError(
                    f"{str(self.run_dir)!r}에는 체크포인트가 없는데 모델은 이미 훈련한 것이다. build_dcgan()으로 새로 지어 준다."
                )
            config = {**checkpoints.describe(dcgan), **self.config}
            about = {"config": config, "environment": environment()}
            text = json.dumps(about, ensure_ascii=False, indent=2) + "\n"
            self._write_text(self.run_dir / "config.json", text)
            return 0
        if header["environment"] != environment():
            warnings.warn(
                "체크포인트를 쓴 때와 기계나 라이브러리가 다르다. 이어서 훈련하지만 비트까지 같지는 않다.",
                stacklevel=3,
            )
        self.step, self.seconds = header["step"], header["seconds"]
        self.history = header["history"]
        self._write_history()
        return self.step

    def on_train_begin(self, logs=None):
        self._clock = time.monotonic() - self.seconds
        if self.step == 0:
            self._save_samples()

    def on_train_batch_end(self, batch, logs=None):
        self.step += 1
        for name, value in (logs or {}).items():
            if not np.isfinite(value):
                kept = checkpoints.list_checkpoints(self.run_dir / "checkpoints")
                where = f"{kept[-1].name}은 온전하다" if kept else "아직 체크포인트가 없다"
                raise FloatingPointError(
                    f"{self.step}스텝에서 {name}의 값이 유한하지 않아({value}) 훈련을 멈추었다. {where}. "
                    "학습률을 줄이거나 precision을 float32로 바꾸어 새 폴더에서 훈련한다."
                )
        if self.step in self.sample_steps:
            self._save_samples()

    def on_epoch_end(self, epoch, logs=None):
        self.seconds = time.monotonic() - self._clock
        line = {
            "epoch": epoch + 1,
            "step": self.step,
            "images": self.step * self.batch_size,
            "seconds": round(self.seconds, 3),
            **{metric.name: float(logs[metric.name]) for metric in self.model.metrics},
        }
        self.history.append(line)
        self._save_samples()
        checkpoints.save_checkpoint(
            self.run_dir / "checkpoints",
            self.model,
            self.step,
            config=self.config,
            environment=environment(),
            seconds=self.seconds,
            history=self.history,
        )
        self._write_history()
        self._line = line

    def on_epoch_begin(self, epoch, logs=None):
        self._report()

    def on_train_end(self, logs=None):
        self._report()

    def _report(self):
        """지난 에포크를 한 줄로 알린다. 에포크의 끝에서는 Keras의 진행 막대가 아직 줄을 끝내지 않았다."""
        if self._line and self.params["verbose"]:
            print(progress_line(self._line, self.params["epochs"]), flush=True)
        self._line = None

    def _save_samples(self):
        dcgan = self.model
        samples = dcgan.ema_generator.predict_on_batch(latents(SAMPLE_COLUMNS**2, dcgan.latent_dim))
        # 손으로 지은 생성자의 출력은 [-1, 1]을 벗어나기도 한다. 그것 때문에 훈련을 멈추지는 않는다.
        grid = tile(to_uint8(np.asarray(samples, "float32").clip(-1, 1)), SAMPLE_COLUMNS)
        image = Image.fromarray(grid)
        self._write(
            self.run_dir / "samples" / f"step-{self.step:07d}.png",
            lambda file: image.save(file, "PNG", optimize=True),
        )

    @property
    def _history_path(self) -> Path:
        return self.run_dir / "history.jsonl"

    def _write_history(self):
        lines = (json.dumps(line, ensure_ascii=False) + "\n" for line in self.history)
        self._write_text(self._history_path, "".join(lines))

    def _write_text(self, path: Path, text: str):
        self._write(path, lambda file: file.write(text.encode()))

    def _write(self, path: Path, write: Callable):
        try:
            path.parent.mkdir(exist_ok=True)
            write_atomically(path, write)
        except OSError as error:
            raise write_error(error, "훈련 기록을", path) from error


def stored_config(run_dir) -> dict | None:
    """훈련 폴더의 가장 새로운 온전한 체크포인트에 적힌 설정이다. 이어 갈 체크포인트가 없으면 None이다."""
    run_dir = check_path("훈련 폴더", run_dir)
    for path in reversed(checkpoints.list_checkpoints(run_dir / "checkpoints")):
        with contextlib.suppress(checkpoints.CheckpointError):
            return checkpoints.read_header(path)["config"]
    return None


def load_generator(path) -> keras.Model:
    """체크포인트의 이동 평균 생성자를 float32로 되살린다.

    Args:
        path: 체크포인트 파일, 또는 훈련 폴더. 폴더이면 가장 새로운 온전한 체크포인트를 쓰고, 깨져서 건너뛴 것이 있으면
            경고한다.

    Raises:
        FileNotFoundError: 체크포인트가 없을 때.
        checkpoints.CheckpointError: 체크포인트가 온전하지 않거나, 생성자가 `build_generator()`의 것이 아닐 때.
    """
    path = check_path("체크포인트", path)
    if not os.path.isdir(path):
        return _load_generator(path)
    generator = checkpoints.newest(path / "checkpoints", _load_generator, "를 쓴다")
    if generator is None:
        raise FileNotFoundError(f"{str(path)!r}에 체크포인트가 없다. 훈련 폴더가 맞는지 확인한다.")
    return generator


def _load_generator(path: Path) -> keras.Model:
    config = checkpoints.read_header(path)["config"]
    with dtype_policy("float32"):
        generator = build_generator(**Settings(**(config["settings"] or {})).of_generator())
    if config["settings"] is None or checkpoints.describe_layers(generator) != config["generator"]:
        raise checkpoints.CheckpointError(
            f"{str(path)!r}의 생성자는 build_dcgan()으로 지은 것이 아니어서 저절로 다시 짓지 못한다. "
            "그때처럼 지은 모델에 checkpoints.load_checkpoint()로 불러온다."
        )
    variables = {
        f"ema_generator/{i:03d}": variable for i, variable in enumerate(generator.variables)
    }
    checkpoints.assign_arrays(path, variables)
    return generator


def progress_line(line: dict, epochs: int) -> str:
    """에포크 한 줄과 남은 시간을 사람이 읽을 글로 바꾼다."""
    remaining = line["seconds"] / line["epoch"] * (epochs - line["epoch"])
    return (
        f"에포크 {line['epoch']}/{epochs}: 이미지 {line['images']:,}장, "
        f"초당 {line['images'] / line['seconds']:.0f}장, 남은 시간 약 {duration(remaining)}"
    )


def duration(seconds: float) -> str:
    """초를 '1시간 5분', '12분', '40초'처럼 읽기 좋게 바꾼다."""
    minutes = round(seconds / 60)
    if minutes < 1:
        return f"{seconds:.0f}초"
    hours, minutes = divmod(minutes, 60)
    return f"{hours}시간 {minutes}분" if hours else f"{minutes}분"


def environment() -> dict:
    """계산 결과의 비트를 정하는 것들이다. 기계, 코어와 스레드의 수(0은 정하지 않음), GPU, 라이브러리의 버전."""
    import tensorflow as tf

    return {
        "python": platform.python_version(),
        "packages": {name: metadata.version(name) for name in ("tensorflow", "keras", "numpy")},
        "processor": _processor_name(),
        "cores": len(os.sched_getaffinity(0))
        if hasattr(os, "sched_getaffinity")
        else os.cpu_count(),
        "threads": tf.config.threading.get_intra_op_parallelism_threads(),
        "gpus": [
            tf.config.experimental.get_device_details(gpu).get("device_name", gpu.name)
            for gpu in tf.config.list_physical_devices("GPU")
        ],
    }


def _processor_name() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
