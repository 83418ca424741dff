"""훈련 상태를 파일 하나에 통째로 담고, 그대로 되살린다.

체크포인트는 숫자 배열과 JSON 글만 담은 `.npz` 파일이다. 피클도 코드도 들어 있지 않아서, 남이 준 파일을 열어도
아무것도 실행되지 않는다. 쓸 때는 임시 이름으로 다 쓴 뒤 이름을 바꾸므로 반쯤 쓰인 체크포인트는 남지 않는다.
"""

import json
import re
import warnings
import zipfile
from pathlib import Path

import numpy as np

from companion.files import write_atomically, write_error
from companion.training import DCGAN

FORMAT_VERSION = 1
_NAME = re.compile(r"step-(\d{7})\.npz")


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


def checkpoint_path(folder: Path, step: int) -> Path:
    """`step` 스텝째 체크포인트의 경로이다."""
    return Path(folder) / f"step-{step:07d}.npz"


def save_checkpoint(folder, dcgan: DCGAN, step: int, meta: dict, keep: int = 2) -> Path:
    """훈련 상태를 `folder/step-0001234.npz`에 쓰고, 가장 새로운 `keep`개만 남긴다.

    Args:
        folder: 체크포인트 폴더. 없으면 만든다.
        dcgan: 컴파일한 모델.
        step: 지금까지 훈련한 스텝 수.
        meta: 함께 담을 JSON 값. 설정과 지난 시간 따위이다.
        keep: 남겨 둘 체크포인트의 수.

    Raises:
        FloatingPointError: 담을 값에 NaN이나 무한대가 있을 때. 파일은 쓰지 않는다.
        OSError: 폴더에 쓸 수 없거나 디스크가 찼을 때. 앞선 체크포인트는 그대로 남는다.
    """
    folder = Path(folder)
    arrays = {name: np.asarray(variable) for name, variable in _variables(dcgan).items()}
    for name, array in arrays.items():
        if np.issubdtype(array.dtype, np.floating) and not np.isfinite(array).all():
            raise FloatingPointError(
                f"{step}스텝 뒤 {name} 변수에 NaN이나 무한대가 있어 체크포인트를 쓰지 않았다. "
                "학습률을 줄여 마지막 체크포인트부터 다시 훈련한다."
            )
    header = {"format": FORMAT_VERSION, "step": step, **meta}
    arrays["meta"] = np.frombuffer(json.dumps(header, ensure_ascii=False).encode(), np.uint8)
    path = checkpoint_path(folder, step)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_atomically(path, lambda file: np.savez(file, **arrays))  # type: ignore[arg-type]
    except OSError as error:
        raise write_error(error, "체크포인트를", path) from error
    for old in list_checkpoints(folder)[:-keep]:
        old.unlink()
    return path


def list_checkpoints(folder) -> list[Path]:
    """폴더 안의 체크포인트를 오래된 것부터 늘어놓는다."""
    folder = Path(folder)
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if _NAME.fullmatch(path.name))


def read_checkpoint(path) -> tuple[dict, dict[str, np.ndarray]]:
    """체크포인트 파일을 읽어 (머리 정보, 배열들)을 돌려준다.

    Raises:
        CheckpointError: 파일이 깨졌거나, 체크포인트가 아니거나, 형식의 판이 다를 때.
        FileNotFoundError: 파일이 없을 때.
    """
    path = Path(path)
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        header = json.loads(arrays.pop("meta").tobytes())
        version, step = header["format"], header["step"]
    except FileNotFoundError:
        raise FileNotFoundError(f"체크포인트 {path}가 없다. 경로를 확인한다.") from None
    except (ValueError, KeyError, TypeError, AttributeError, EOFError, zipfile.BadZipFile) as error:
        raise CheckpointError(
            f"{path}는 온전한 체크포인트가 아니다. 지우고 앞선 체크포인트를 쓴다."
        ) from error
    if version != FORMAT_VERSION:
        raise CheckpointError(
            f"{path}의 형식은 {version}판인데 이 companion은 {FORMAT_VERSION}판을 읽는다. "
            "그 체크포인트를 쓴 버전의 companion을 설치하거나 새 폴더에서 훈련한다."
        )
    if checkpoint_path(path.parent, step) != path:
        raise CheckpointError(f"{path}에는 {step}스텝의 상태가 들어 있다. 파일 이름을 되돌린다.")
    return header, arrays


def load_checkpoint(path, dcgan: DCGAN) -> dict:
    """체크포인트의 값을 모델에 넣고 머리 정보를 돌려준다. 하나라도 맞지 않으면 모델을 건드리지 않는다.

    Raises:
        CheckpointError: 파일이 온전하지 않거나 변수의 수나 크기가 모델과 다를 때.
        FileNotFoundError: 파일이 없을 때.
    """
    header, arrays = read_checkpoint(path)
    variables = _variables(dcgan)
    if arrays.keys() != variables.keys() or any(
        arrays[name].shape != tuple(variable.shape) for name, variable in variables.items()
    ):
        raise CheckpointError(
            f"{path}는 다른 신경망의 체크포인트이다. 그때와 같은 설정으로 모델을 짓거나 새 폴더에서 훈련한다."
        )
    for name, variable in variables.items():
        variable.assign(arrays[name])
    return header


def load_latest_checkpoint(folder, dcgan: DCGAN) -> dict | None:
    """가장 새로운 온전한 체크포인트를 모델에 넣고 머리 정보를 돌려준다. 하나도 없으면 None이다.

    가장 새로운 것이 깨졌으면 그렇다고 경고하고 바로 앞의 것을 쓴다.

    Raises:
        CheckpointError: 체크포인트가 있는데 쓸 수 있는 것이 하나도 없을 때.
    """
    error: CheckpointError | None = None
    for path in reversed(list_checkpoints(folder)):
        try:
            header = load_checkpoint(path, dcgan)
        except CheckpointError as unreadable:
            error = error or unreadable
            continue
        if error is not None:
            warnings.warn(f"{error} 이번에는 {path.name}부터 이어 간다.", stacklevel=2)
        return header
    if error is not None:
        raise error
    return None
