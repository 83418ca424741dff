"""훈련 상태를 파일 하나에 통째로 담고, 그대로 되살린다.

체크포인트는 숫자 배열과 JSON 글만 담은 `.npz` 파일이다. 피클도 코드도 들어 있지 않아서, 남이 준 파일을 열어도
아무것도 실행되지 않는다. 쓸 때는 임시 이름으로 다 쓴 뒤 이름을 바꾸므로 반쯤 쓰인 체크포인트는 남지 않는다.
"""

import json
import os
import warnings
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any, TypeVar

import keras
import numpy as np

from companion.arguments import check_integer, is_number
from companion.files import CHECKPOINT, check_path, is_special, write_atomically, write_error
from companion.settings import Settings, check
from companion.training import DCGAN

Found = TypeVar("Found")

FORMAT_VERSION = 2
_LINE = ("epoch", "step", "images", "seconds")  # 기록의 줄마다 꼭 있는 열
_HEADER: dict[str, type | tuple] = {
    "step": int, "seconds": (int, float), "history": list, "environment": dict, "config": dict,
}  # fmt: skip
_LAYER = (
    "batch_shape", "target_shape", "filters", "kernel_size", "strides", "padding", "size",
    "interpolation", "use_bias", "activation", "negative_slope", "momentum", "epsilon", "rate",
)  # fmt: skip
_OPTIMIZER = (
    "learning_rate", "beta_1", "beta_2", "rho", "momentum", "nesterov", "epsilon", "amsgrad",
    "weight_decay", "clipnorm", "clipvalue", "global_clipnorm", "use_ema", "ema_momentum",
)  # fmt: skip
_TRAINING = (
    "latent_dim", "label_noise", "ema_decay", "gradient_penalty", "penalty_interval", "shift",
    "seed", "precision",
)  # fmt: skip
_SETTINGS = tuple(field.name for field in fields(Settings))


class CheckpointError(ValueError):
    """체크포인트를 읽을 수 없거나 지금의 모델과 맞지 않을 때 일어난다."""


def _variables(dcgan: DCGAN) -> dict:
    """체크포인트에 담을 변수를 이름에서 변수로 가는 사전으로 모은다.

    Keras가 층에 붙이는 이름은 그 프로그램에서 몇 번째로 지은 층인지에 따라 달라지므로, 이름 대신 차례를 쓴다.
    """
    groups = {
        "discriminator": dcgan.discriminator.variables,
        "generator": dcgan.generator.variables,
        "ema_generator": dcgan.ema_generator.variables,
        "d_optimizer": dcgan.d_optimizer.variables,
        "g_optimizer": dcgan.g_optimizer.variables,
        "seed_generator": [dcgan.seed_generator.state],
    }
    return {
        f"{group}/{index:03d}": variable
        for group, variables in groups.items()
        for index, variable in enumerate(variables)
    }


def describe(dcgan: DCGAN) -> dict:
    """모델이 무엇인지 정하는 값들이다. 이것이 같은 모델만 체크포인트를 이어 쓴다.

    `get_config()`에는 Keras의 버전마다 다른 것까지 들었으므로, 계산을 바꾸는 것만 골라 적는다.
    """
    return {
        "settings": dcgan.settings and asdict(dcgan.settings),
        "training": {name: getattr(dcgan, name) for name in _TRAINING},
        "discriminator": describe_layers(dcgan.discriminator),
        "generator": describe_layers(dcgan.generator),
        "d_optimizer": _describe(dcgan.d_optimizer, _OPTIMIZER),
        "g_optimizer": _describe(dcgan.g_optimizer, _OPTIMIZER),
    }


def describe_layers(network: keras.Model) -> list[dict]:
    """신경망의 층마다 종류와, 계산을 정하는 값들이다."""
    return [_describe(layer, _LAYER) for layer in network.layers]


def _describe(thing, names) -> dict:
    config = thing.get_config()
    found = {name: config[name] for name in names if config.get(name) is not None}
    if isinstance(rate := found.get("learning_rate"), dict):  # 스케줄
        found["learning_rate"] = {"class": rate["class_name"], **rate["config"]}
    elif rate:
        found["learning_rate"] = float(f"{rate:.6g}")  # float32로 담긴 것을 사람이 적은 수로
    return json.loads(json.dumps({"class": type(thing).__name__, **found}))


def difference(then: dict, now: dict) -> str | None:
    """두 설정에서 다른 것을 그때의 값과 지금의 값으로 적는다. 같으면 None이다."""
    for section in now:
        # 손으로 지은 모델에는 settings가 없다. 그래도 나머지가 모두 같으면 같은 모델이다.
        if section == "settings" and None in (then[section], now[section]):
            continue
        before = dict(_leaves(then.get(section), section))
        after = dict(_leaves(now[section], section))
        different = [
            f"{name}: 그때 {_shown(before.get(name))}, 지금 {_shown(after.get(name))}"
            for name in {**after, **before}
            if before.get(name) != after.get(name)
        ]
        if different:
            return "; ".join(different[:3]) + (" 등" if len(different) > 3 else "")
    return None


def _shown(value) -> str:
    return "없음" if value is None else str(value)


def _leaves(value, name: str) -> Iterator[tuple[str, object]]:
    """겹쳐 든 사전과 리스트를 `("generator.3.class", "ReLU")`처럼 펼친다."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _leaves(item, f"{name}.{key}")
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        yield f"{name}의 층 수", len(value)
        for index, item in enumerate(value):
            yield from _leaves(item, f"{name}.{index}")
    else:
        yield name, value


def checkpoint_path(folder: Path, step: int) -> Path:
    """`step` 스텝째 체크포인트의 경로이다."""
    return Path(folder) / f"step-{step:07d}.npz"


def save_checkpoint(
    folder,
    dcgan: DCGAN,
    step: int,
    *,
    config: dict | None = None,
    environment: dict | None = None,
    seconds: float = 0.0,
    history: Sequence[dict] = (),
    keep: int = 2,
) -> Path:
    """훈련 상태를 `folder/step-0001234.npz`에 쓰고, 가장 새로운 `keep`개와 방금 쓴 것만 남긴다.

    Args:
        folder: 체크포인트 폴더. 없으면 만든다.
        dcgan: 컴파일한 모델.
        step: 지금까지 훈련한 스텝 수.
        config: 모델의 설정과 함께, 이어 갈 때도 같아야 하는 것들.
        environment: 기계와 라이브러리.
        seconds: 지금까지 훈련한 시간(초).
        history: 지금까지의 기록.
        keep: 남겨 둘 체크포인트의 수.

    Raises:
        FloatingPointError: 담을 값에 NaN이나 무한대가 있을 때. 파일은 쓰지 않는다.
        ValueError: 설정이나 기록을 다시 읽을 수 없을 때. 파일은 쓰지 않는다.
        OSError: 폴더에 쓸 수 없거나 디스크가 찼을 때. 앞선 체크포인트는 그대로 남는다.
    """
    folder = check_path("체크포인트 폴더", folder)
    check_model(dcgan, config)
    step = check_integer("step", step, at_least=0)
    keep = check_integer("keep", keep, at_least=1)
    arrays = {name: np.asarray(variable) for name, variable in _variables(dcgan).items()}
    for name, array in arrays.items():
        if np.issubdtype(array.dtype, np.floating) and not np.isfinite(array).all():
            raise FloatingPointError(
                f"{step}스텝 뒤 {name} 변수에 NaN이나 무한대가 있어 체크포인트를 쓰지 않았다. "
                "학습률을 줄여 마지막 체크포인트부터 다시 훈련한다."
            )
    header = {
        "format": FORMAT_VERSION,
        "step": step,
        "seconds": seconds,
        "history": list(history),
        "environment": environment or {},
        "config": {**describe(dcgan), **(config or {})},
    }
    try:
        meta = json.dumps(header, ensure_ascii=False).encode()
        _check_header(json.loads(meta))
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(
            f"체크포인트에 담을 설정이나 기록을 다시 읽을 수 없다({error}). train()이 남기는 것과 같은 꼴로 준다."
        ) from None
    arrays["meta"] = np.frombuffer(meta, np.uint8)
    path = checkpoint_path(folder, step)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_atomically(path, lambda file: np.savez(file, **arrays))  # type: ignore[arg-type]
    except OSError as error:
        raise write_error(error, "체크포인트를", path) from error
    for old in list_checkpoints(folder)[:-keep]:
        if old != path:
            old.unlink()
    return path


def check_model(dcgan: DCGAN, config: dict | None = None) -> None:
    """훈련하거나 저장할 수 있는 모델인지 본다.

    Raises:
        TypeError: 모델이나 설정의 자료형이 다를 때.
        ValueError: 컴파일하지 않았을 때.
    """
    if not isinstance(dcgan, DCGAN):
        raise TypeError(f"모델의 자료형이 {type(dcgan).__name__}이다. build_dcgan()으로 지어 준다.")
    dcgan.check_compiled()
    if config is not None and not isinstance(config, dict):
        raise TypeError(f"config의 자료형이 {type(config).__name__}이다. 사전으로 준다.")


def list_checkpoints(folder) -> list[Path]:
    """폴더 안의 체크포인트를 오래된 것부터 늘어놓는다."""
    folder = check_path("체크포인트 폴더", folder)
    if not os.path.isdir(folder):
        return []
    names = ((CHECKPOINT.fullmatch(path.name), path) for path in folder.iterdir())
    return [path for _, path in sorted((int(name[1]), path) for name, path in names if name)]


def read_header(path) -> dict:
    """체크포인트의 머리 정보(스텝, 설정, 기록 …)를 읽는다. 배열은 읽지 않는다.

    Raises:
        CheckpointError: 파일을 읽을 수 없거나, 체크포인트가 아니거나, 형식의 버전이 다를 때.
        FileNotFoundError: 파일이 없을 때.
    """
    with _opened(path) as archive:
        header = json.loads(_array(archive, "meta").tobytes())
        version = header["format"]
        if version == FORMAT_VERSION:
            _check_header(header)
    if version != FORMAT_VERSION:
        raise CheckpointError(
            f"{str(path)!r}는 다른 버전의 companion이 쓴 체크포인트이다(형식 {version}, 읽을 수 있는 형식은 {FORMAT_VERSION}). "
            "그 버전을 설치하거나 새 폴더에서 훈련한다."
        )
    path = Path(path)
    if checkpoint_path(path.parent, header["step"]) != path:
        raise CheckpointError(
            f"{str(path)!r}에는 {header['step']}스텝의 상태가 들어 있다. 파일 이름을 되돌린다."
        )
    return header


def _check_header(header: dict) -> None:
    """머리 정보에 있어야 할 것이 꼴대로 있는지 본다."""
    for name, kind in _HEADER.items():
        if not isinstance(header[name], kind):
            raise TypeError(f"{name}: {header[name]!r}")
    if not is_number(header["seconds"]) or header["seconds"] < 0:
        raise ValueError(f"seconds: {header['seconds']!r}")
    _check_history(header["history"], header["step"])
    config = header["config"]
    for section in ("discriminator", "generator", "d_optimizer", "g_optimizer"):
        config[section]
    check(precision=config["training"]["precision"])
    settings = config["settings"]  # 손으로 지은 모델에는 없다.
    if settings is not None:
        Settings(**settings)
    for names, found in ((_TRAINING, config["training"]), (_SETTINGS, settings or _SETTINGS)):
        for name in names:
            if name not in found:
                raise KeyError(name)


def _check_history(history: list[dict], step: int) -> None:
    """기록의 줄마다 있어야 할 열이 있고, 값이 모두 수이고, 마지막 줄이 이 스텝의 것인지 본다."""
    for line in history:
        if not all(is_number(line[name]) for name in {*_LINE, *line}):
            raise ValueError(f"history: {line!r}")
    if history and history[-1]["step"] != step:
        raise ValueError(f"history: {history[-1]['step']}, {step}")


def read_arrays(path, wanted: dict[str, Any]) -> dict[str, np.ndarray]:
    """체크포인트에서 `wanted`에 든 이름의 배열만 읽는다. 크기를 먼저 보므로 터무니없이 큰 배열에 메모리를 쓰지 않는다.

    Args:
        path: 체크포인트 파일.
        wanted: 이름에서, 크기와 자료형(`shape`, `dtype`)이 같아야 하는 변수나 배열로 가는 사전.

    Raises:
        CheckpointError: 파일이 깨졌거나, 배열이 없거나, 크기나 자료형이 다르거나, NaN이나 무한대가 들었을 때.
    """
    with _opened(path) as archive:
        return {name: _array(archive, name, like) for name, like in wanted.items()}


def assign_arrays(path, variables: dict) -> None:
    """체크포인트의 배열을 이름이 같은 변수에 넣는다. 하나라도 읽지 못하면 아무것도 넣지 않는다. 예외는 `read_arrays()`와 같다."""
    arrays = read_arrays(path, variables)
    for name, variable in variables.items():
        variable.assign(arrays[name])


@contextmanager
def _opened(path) -> Iterator[zipfile.ZipFile]:
    """파일을 연다. 안에서 무엇이 잘못되든 `CheckpointError`로 바꾼다."""
    path = check_path("체크포인트", path)
    try:
        if is_special(path):
            raise ValueError("not a file")
        with zipfile.ZipFile(path) as archive:
            yield archive
    except FileNotFoundError:
        raise FileNotFoundError(f"체크포인트 {str(path)!r}가 없다. 경로를 확인한다.") from None
    except Exception as error:  # 깨진 자리에 따라 zipfile, NumPy, json이 저마다 다른 예외를 낸다.
        denied = isinstance(error, PermissionError)
        reason = "권한이 없다" if denied else "깨졌거나 companion의 체크포인트가 아니다"
        raise CheckpointError(
            f"{str(path)!r}를 읽을 수 없다({reason}). 다른 체크포인트를 주거나 새 폴더에서 훈련한다."
        ) from error


def _array(archive: zipfile.ZipFile, name: str, like: Any = None) -> np.ndarray:
    """배열 하나를 읽는다. `numpy.load()`와 달리 적힌 크기가 아니라 실제로 든 만큼만 메모리를 쓴다."""
    if archive.getinfo(f"{name}.npy").compress_type != zipfile.ZIP_STORED:
        raise ValueError(f"{name}: compressed")
    with archive.open(f"{name}.npy") as member:
        np.lib.format.read_magic(member)
        stored, is_fortran, dtype = np.lib.format.read_array_header_1_0(member)
        if like is not None and (stored, dtype) != (tuple(like.shape), np.dtype(like.dtype)):
            raise ValueError(f"{name}: {stored}, {dtype}")
        content = np.frombuffer(member.read(), dtype)
    array = content.reshape(stored, order="F" if is_fortran else "C")
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise ValueError(f"{name}: NaN")
    return array


def load_checkpoint(path, dcgan: DCGAN, config: dict | None = None) -> dict:
    """체크포인트의 값을 모델에 넣고 머리 정보를 돌려준다. 하나라도 맞지 않으면 모델을 건드리지 않는다.

    Args:
        path: 체크포인트 파일.
        dcgan: 컴파일한 모델.
        config: 모델의 설정과 함께, 체크포인트를 쓸 때와 같아야 하는 것들.

    Raises:
        CheckpointError: 파일이 온전하지 않거나 그때와 지금의 설정이 다를 때.
        FileNotFoundError: 파일이 없을 때.
    """
    check_model(dcgan, config)
    header = read_header(path)
    different = difference(header["config"], {**describe(dcgan), **(config or {})})
    if different:
        raise CheckpointError(
            f"{str(path)!r}는 설정이 다른 훈련의 체크포인트이다({different}). "
            "그때의 설정을 그대로 주거나 새 폴더에서 훈련한다."
        )
    assign_arrays(path, _variables(dcgan))
    return header


def load_latest_checkpoint(folder, dcgan: DCGAN, config: dict | None = None) -> dict | None:
    """가장 새로운 온전한 체크포인트를 모델에 넣고 머리 정보를 돌려준다. 하나도 없으면 None이다.

    가장 새로운 것이 깨졌으면 그렇다고 경고하고 바로 앞의 것을 쓴다. 인자는 `load_checkpoint()`와 같다.

    Raises:
        CheckpointError: 체크포인트가 있는데 쓸 수 있는 것이 하나도 없을 때.
    """
    return newest(folder, lambda path: load_checkpoint(path, dcgan, config), "부터 이어 간다")


def newest(folder, read: Callable[[Path], Found], then: str) -> Found | None:
    """가장 새로운 체크포인트부터 `read(경로)`를 해 보고, 처음으로 된 것의 결과를 돌려준다. 하나도 없으면 None이다.

    앞의 것이 깨졌으면 그렇다고 경고한다. `then`은 경고의 끝에서 파일 이름에 붙는 말이다.

    Raises:
        CheckpointError: 체크포인트가 있는데 쓸 수 있는 것이 하나도 없을 때.
    """
    error: CheckpointError | None = None
    for path in reversed(list_checkpoints(folder)):
        try:
            found = read(path)
        except (CheckpointError, FileNotFoundError) as unreadable:  # 없는 것은 끊어진 링크이다.
            error = error or CheckpointError(str(unreadable))
            continue
        if error is not None:
            warnings.warn(f"{error} 이번에는 {path.name}{then}.", stacklevel=3)
        return found
    if error is not None:
        raise error
    return None
