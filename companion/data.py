"""벽돌 이미지를 읽어 신경망에 넣을 배치로 바꾼다.

이미지는 세 곳 가운데 하나에서 온다. 패키지에 든 아틀라스(`"embedded"`), Kaggle의 데이터셋(`"kaggle"`), 그리고
이미지가 든 폴더이다. 어디서 왔든 먼저 `Bricks`, 곧 64×64 흑백 이미지의 uint8 배열이 되고, 배치로 묶일 때에야
[-1, 1]의 float32가 된다.

    아틀라스 ─ SHA-256 확인 ──────────────────────┐
    Kaggle ── 내려받기 → 64×64로 줄이기 → 캐시 ──┼→ Bricks → 섞기 → preprocess() → 배치
    폴더 ──── 64×64로 줄이기 ──────────────────────┘

줄이기는 `keras.utils.image_dataset_from_directory()`와 같은 쌍선형 보간이고, 4만 장을 한 번만 줄여 캐시에 둔다. uint8이면
164 MB이고 float32이면 655 MB이다. 이미지를 배열로만 쓸 때는 TensorFlow를 불러오지 않는다.
"""

import io
import json
import os
import re
import tempfile
import warnings
import zipfile
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from filelock import FileLock
from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from companion.arguments import check_integer, check_numbers, is_integer, refusal
from companion.files import (
    OURS,
    UNFINISHED,
    check_folder,
    check_path,
    is_special,
    locked,
    read_packaged,
    remove_unfinished,
    visible,
    write_atomically,
    write_error,
)
from companion.settings import check

if TYPE_CHECKING:
    import tensorflow as tf

IMAGE_SIZE = 64
SPLITS = ("train", "heldout")
BRICKS_FOLDER = Path(__file__).parent / "bricks"

# 버전을 적지 않으면 캐시에 있어도 부를 때마다 Kaggle에 새 버전을 묻는다.
KAGGLE_HANDLE = "joosthazelzet/lego-brick-images/versions/4"
KAGGLE_CACHE_NAME = f"lego-brick-images-4-{IMAGE_SIZE}x{IMAGE_SIZE}.npz"

POSES_PER_HELDOUT = 25  # 부품마다 자세 25개에 하나, 곧 4 %를 홀드아웃으로 뗀다.
PROGRESS_FROM = (
    1000  # 1초보다 오래 걸릴 만큼 이미지가 많을 때만, 이만큼 읽을 때마다 어디까지 읽었는지 보인다.
)
OVERSHOOT = 0.25  # [-1, 1]에서 이만큼까지 벗어난 값은 반올림이나 보간에서 나온 것으로 본다.

# 픽셀을 담은 이미지가 아니거나(자료, 동영상, 문서), 읽을 때 다른 프로그램을 부르는 형식이다.
_NO_PICTURES = {"BUFR", "EPS", "GRIB", "HDF5", "MPEG", "PDF", "WMF"}
# Pillow가 읽지 못해도 이미지이다. 말없이 빠뜨리면 이미지가 왜 적은지 알 수 없다.
_PICTURES = {".avif", ".heic", ".heif", ".jxl"}
_DARKEST = (
    16  # 16비트를 8비트로 줄인 가장 밝은 값이 이보다 작으면 12비트나 8비트의 값이었을 수 있다.
)
_TOO_DARK = "16비트 자리에 든 값이 모두 4,095 이하여서 밝기의 범위를 알 수 없다"
_UNREADABLE = (
    (PermissionError, "권한이 없다"),
    (FileNotFoundError, "없는 파일을 가리키는 링크이다"),
    (UnidentifiedImageError, "Pillow가 읽는 형식이 아니다"),
    (NotImplementedError, "실수이거나 16비트가 넘거나 색 공간이 다른 픽셀은 8비트로 바꾸지 못한다"),
    (Exception, "깨졌다"),
)
_NAME = re.compile(r"(?P<part>.+) (?P<pose>\d+)(?P<camera>[LR])")


class Bricks(NamedTuple):
    """벽돌 이미지와 그 이름표이다. 배열은 모두 읽기 전용이므로 고치려면 `copy()`를 부른다.

    파일 이름에서 부품과 자세를 알 수 없는 폴더에서는 `part_names`가 비고, `parts`와 `poses`는 모두 −1, `cameras`는
    모두 빈 글이다.
    """

    images: np.ndarray
    """`(N, 64, 64, 채널)` 크기의 uint8 이미지. 채널은 흑백이면 1, 컬러이면 3이고 범위는 [0, 255]이다."""
    parts: np.ndarray
    """`(N,)` 크기의 정수. `part_names`에서 몇 번째 부품인지를 나타낸다."""
    part_names: list[str]
    """부품의 이름. `"brick 2x4"`처럼 적는다."""
    poses: np.ndarray
    """`(N,)` 크기의 정수. 부품마다 매긴 자세 번호이다."""
    cameras: np.ndarray
    """`(N,)` 크기의 글. `"L"`과 `"R"` 두 카메라가 같은 자세를 찍는다."""

    def dataset(
        self, batch_size: int = 128, *, shuffle: bool = True, seed: int = 42
    ) -> "tf.data.Dataset":
        """이미지를 신경망에 넣을 배치로 묶는다. 데이터셋을 한 번 돌면 한 에포크이다.

        Args:
            batch_size: 배치 크기. 마지막 배치는 더 작을 수 있다.
            shuffle: 에포크마다 새로 섞을지. False이면 `images`의 순서 그대로이다.
            seed: 섞는 시드. 시드가 같으면 에포크마다의 순서가 같다. 다만 `keras.utils.set_random_seed()`로 정한
                전역 시드도 순서에 섞인다.

        Returns:
            원소가 `(배치, 64, 64, 채널)` 크기의 float32이고 범위는 [-1, 1]인 `tf.data.Dataset`.

        Raises:
            ValueError: `batch_size`나 `seed`가 범위를 벗어나거나 `shuffle`이 참과 거짓이 아닐 때.
        """
        import tensorflow as tf

        batch_size, seed = check(batch_size=batch_size, seed=seed)
        if not isinstance(shuffle, bool | np.bool_):
            raise refusal("shuffle", shuffle, "True나 False를 준다")
        # 이미지가 아니라 번호를 섞으므로 값싸다.
        indices = tf.data.Dataset.range(len(self.images))
        if shuffle:
            indices = indices.shuffle(len(self.images), seed=seed)
        return indices.batch(batch_size).map(_taker(self.images)).prefetch(tf.data.AUTOTUNE)


def load_bricks(
    source: str | os.PathLike = "embedded",
    *,
    split: str = "train",
    channels: int = 1,
    background: int = 0,
    cache_dir: str | os.PathLike | None = None,
) -> Bricks:
    """벽돌 이미지를 읽는다. 신경망에 넣을 배치는 `Bricks.dataset()`이 만든다.

    내장 데이터는 부품, 자세, 카메라 순이고 폴더와 Kaggle은 파일 이름 순이다.

    두 카메라가 찍은 같은 자세는 늘 같은 묶음에 든다. 내장 데이터는 부품마다 자세 0~124가 훈련, 125~140이
    홀드아웃이다. Kaggle과 폴더에서는 부품마다 자세를 번호 순으로 세워 마지막 4 %(25개에 하나, 나머지는 버림)를
    홀드아웃으로 뗀다. 파일 이름이 하나라도 `"brick 2x4 031L.png"` 꼴이 아닌 폴더는 모두 훈련에 쓴다.

    폴더의 이미지는 Pillow가 읽는 형식이면 되고 64×64로 줄인다. EXIF에 적힌 방향대로 세우고, 움직이는 이미지는 첫 장면만
    쓴다. 이렇게 바꾼 것이 있으면 종류마다 한 번 경고한다. 숨긴 파일은 건너뛰고, 이미지의 확장자가 없는 파일을 건너뛸 때에는
    경고한다.

    Args:
        source: `"embedded"`, `"kaggle"`, 또는 이미지가 바로 들어 있는 폴더의 경로. 하위 폴더는 보지 않는다.
            Kaggle의 데이터셋은 Joost Hazelzet의 「Images of LEGO Bricks」 버전 4이고, 처음 한 번만 받아 줄인다.
        split: `"train"` 또는 `"heldout"`.
        channels: 이미지의 채널 수. 1은 흑백, 3은 컬러이다. 컬러는 폴더에서만 읽는다.
        background: 폴더의 이미지에서 투명한 곳의 뒤에 놓을 밝기. 0은 검정, 255는 하양이다.
        cache_dir: Kaggle의 이미지를 줄여 둘 폴더. 기본값은 `$XDG_CACHE_HOME/brickie-companion`이나
            `~/.cache/brickie-companion`이다.

    Raises:
        ValueError: 모르는 `split`이나 `channels`이거나, 폴더에 이미지가 없거나, 이미지나 캐시나 내장 데이터가 깨졌거나,
            홀드아웃으로 뗄 이미지가 없을 때.
        TypeError: `source`가 글도 경로도 아닐 때.
        FileNotFoundError: 폴더나 내장 데이터가 없을 때.
        OSError: 캐시에 쓸 수 없거나 디스크가 찼을 때. 반쯤 쓰인 파일은 남지 않는다.
        ImportError: kagglehub가 없을 때.
        ConnectionError: Kaggle에서 받지 못했을 때.
        PermissionError: Kaggle이 로그인을 요구하거나, 이미지나 폴더를 읽을 권한이 없을 때.
    """
    if not isinstance(split, str) or split not in SPLITS:
        raise refusal("split", split, '"train"이나 "heldout"을 준다')
    if not is_integer(channels) or channels not in (1, 3):
        raise refusal("channels", channels, "흑백이면 1, 컬러이면 3을 준다")
    if check_integer("background", background, at_least=0) > 255:
        raise refusal("background", background, "0 이상 255 이하의 밝기를 준다")
    check_path("source", source, '"embedded", "kaggle", 또는 이미지가 든 폴더의 경로를 준다')
    if cache_dir is not None:
        check_path("cache_dir", cache_dir)
    if source in ("embedded", "kaggle") and channels != 1:
        raise ValueError(
            f'channels가 {channels}인데 source가 "{source}"이다. 이 데이터는 흑백뿐이니 컬러 이미지가 든 폴더를 준다.'
        )
    if source in ("embedded", "kaggle") and background != 0:
        raise ValueError(
            f'background가 {background}인데 source가 "{source}"이다. 이 데이터에는 투명한 곳이 없으니 background를 뺀다.'
        )
    if source == "embedded":
        bricks = _load_embedded(BRICKS_FOLDER, split)
    elif source == "kaggle":
        bricks = _split_by_pose(_load_kaggle(cache_dir), split, "Kaggle의 데이터셋")
    else:
        found = _read_folder(Path(source), channels, background)
        bricks = _split_by_pose(_label(*found), split, repr(str(source)))
    # 내장 데이터는 다음 호출과 나누어 쓰므로 받은 쪽이 고칠 수 없게 한다.
    bricks = bricks._replace(part_names=list(bricks.part_names))
    for array in (bricks.images, bricks.parts, bricks.poses, bricks.cameras):
        array.flags.writeable = False
    return bricks


def preprocess(img):
    """[0, 255]의 픽셀을 생성자의 tanh와 같은 범위인 [-1, 1]의 float32로 바꾼다.

    NumPy 배열을 주면 TensorFlow를 불러오지 않고 배열로, 그 밖에는 텐서로 돌려준다. `Dataset.map()` 안에서는 아래의 것을
    확인하지 않는다.

    Raises:
        TypeError: 수가 아니거나 참과 거짓의 마스크일 때.
        ValueError: 비었거나, 값이 [0, 255]를 벗어나거나, 2차원 이상인 실수 이미지가 [0, 1]에 들거나, NaN이나 무한대가 있을 때.
    """
    if isinstance(img, np.ndarray):
        _check_pixels(img)
        pixels = img.astype("float32")
    else:
        import tensorflow as tf

        if not tf.is_symbolic_tensor(img):
            _check_pixels(img)
        pixels = tf.cast(img, "float32")
    return (pixels - 127.5) / 127.5


def to_uint8(x) -> np.ndarray:
    """[-1, 1]의 이미지를 [0, 255]의 uint8 배열로 되돌린다. 반올림하고, 0.25까지 벗어난 값은 끝값으로 자른다.

    Raises:
        TypeError: 수가 아니거나 정수일 때. 정수는 이미 픽셀이다.
        ValueError: 비었거나, 값이 0.25보다 더 벗어나거나, NaN이나 무한대가 있을 때.

    Warns:
        UserWarning: 이미지에 음수가 하나도 없어 [0, 1]로 보일 때.
    """
    given = check_numbers("이미지", x)
    if given.dtype.kind in "bui":
        raise TypeError(f"이미지가 {given.dtype}이다. 정수는 이미 픽셀이니 [-1, 1]의 실수를 준다.")
    with np.errstate(over="ignore"):
        values = given.astype("float32")
    low, high = float(values.min()), float(values.max())
    if max(-low, high) > 1 + OVERSHOOT:
        raise ValueError(
            f"이미지의 값이 {low:g}부터 {high:g}까지이다. [-1, 1]의 실수를 준다. [0, 255]라면 "
            'astype("uint8")로 바꾼다.'
        )
    if values.ndim > 1 and 0 <= low < high:
        warnings.warn(
            f"이미지의 값이 {low:g}부터 {high:g}까지로 음수가 하나도 없다. [-1, 1]로 보고 바꾸었으니, [0, 1]이라면 "
            "2를 곱하고 1을 빼어 준다.",
            stacklevel=2,
        )
    return np.clip(np.rint(values * 127.5 + 127.5), 0, 255).astype("uint8")


def _check_pixels(given) -> None:
    """[0, 255]의 픽셀인지 본다. 실수 이미지가 모두 1 이하이면 이미 [0, 1]로 줄인 것이다."""
    values = check_numbers("이미지", given)
    if values.dtype.kind == "b":
        raise TypeError("이미지가 참과 거짓의 마스크이다. 255를 곱해 [0, 255]의 픽셀을 준다.")
    low, high = float(values.min()), float(values.max())
    is_scaled = values.ndim > 1 and values.dtype.kind not in "ui" and 0 < high <= 1 + OVERSHOOT
    if low < 0 or high > 255 or is_scaled:
        raise ValueError(
            f"이미지의 값이 {low:g}부터 {high:g}까지이다. [0, 255]의 픽셀을 준다. 이미 [-1, 1]로 바꾼 이미지는 다시 "
            "바꾸지 않고, [0, 1]의 이미지는 255를 곱해 준다."
        )


def brick_batches(
    images: np.ndarray, batch_size: int, *, seed: int = 42, start_step: int = 0
) -> "tf.data.Dataset":
    """배치를 끝없이 내놓는 데이터셋이다. i번째 배치는 시드와 i만으로 정해진다.

    상태가 없으므로 `start_step`부터 시작해도 처음부터 그만큼 건너뛴 것과 비트까지 같고, 멈춘 훈련을 그대로 이어 갈 수
    있다. 한 에포크는 N // `batch_size` 스텝이며, 그 안에서 같은 이미지가 두 번 나오지 않는다. 남는 이미지는 에포크마다
    다르다.

    Args:
        images: `(N, 높이, 너비, 채널)` 크기의 uint8 이미지.
        batch_size: 배치 크기. N보다 클 수 없다.
        seed: 섞는 시드.
        start_step: 처음 내놓을 배치의 번호.

    Returns:
        끝이 없는 `tf.data.Dataset`. 원소는 `(batch_size, 높이, 너비, 채널)` 크기의 float32이고 범위는 [-1, 1]이다.

    Raises:
        ValueError: 배치가 이미지 수보다 크거나, 크기나 시드나 스텝이 범위를 벗어나거나, 이미지가 비었거나 4차원이 아니거나 NaN이
            있을 때.
        TypeError: 이미지가 uint8이 아닐 때.
    """
    import tensorflow as tf

    images = check_numbers("이미지", images)
    if images.dtype != np.uint8:
        raise TypeError(
            f"이미지가 {images.dtype}이다. [0, 255]의 uint8을 주며, [-1, 1]의 이미지는 to_uint8()로 바꾼다."
        )
    if images.ndim != 4:
        raise ValueError(f"이미지의 크기가 {images.shape}이다. (N, 높이, 너비, 채널)로 준다.")
    seed, start_step = check(seed=seed, start_step=start_step)
    steps_per_epoch = count_steps(len(images), batch_size)
    take = _taker(images)

    def batch(step):
        epoch, position = step // steps_per_epoch, step % steps_per_epoch
        places = position * batch_size + tf.range(batch_size, dtype="int64")
        # 에포크의 순열에서 필요한 자리만 계산하므로 앞의 배치를 만들지 않아도 된다.
        indices = tf.random.experimental.index_shuffle(
            places, tf.stack([seed, epoch]), len(images) - 1
        )
        return take(indices)

    return tf.data.Dataset.counter(start_step).map(batch).prefetch(tf.data.AUTOTUNE)


def count_steps(images: int, batch_size: int) -> int:
    """이미지의 수와 배치 크기로 한 에포크의 스텝 수를 구한다.

    Raises:
        ValueError: 배치 크기가 1보다 작거나 이미지 수보다 클 때.
    """
    images = check_integer("images", images, at_least=0)
    batch_size = check_integer("batch_size", batch_size, at_least=1)
    if batch_size > images:
        raise ValueError(
            f"배치 크기가 {batch_size}인데 이미지가 {images}장뿐이다. 배치를 줄이거나 이미지를 늘린다."
        )
    return images // batch_size


def export_bricks(
    folder: str | os.PathLike, *, split: str = "train", limit: int | None = None
) -> int:
    """내장 이미지를 `"brick 2x4 031L.png"`처럼 이름 붙인 PNG 파일로 쓴다.

    `keras.utils.image_dataset_from_directory(folder, labels=None, ...)`가 그대로 읽는다. 다시 불러도 같은 파일이 된다.

    Args:
        folder: 쓸 폴더. 없으면 만든다.
        split: `"train"` 또는 `"heldout"`.
        limit: 쓸 이미지의 수. 여러 부품이 들도록 고르게 뽑는다. 기본값은 모두이다.

    Returns:
        쓴 이미지의 수.

    Raises:
        ValueError: 모르는 `split`이거나 `limit`이 1보다 작을 때.
        FileExistsError: 폴더에 이 함수가 쓸 것이 아니거나 내용이 다른 파일이 있을 때. 그대로 두면 데이터셋에 섞인다.
        OSError: 폴더에 쓸 수 없거나 디스크가 찼을 때. 이미지는 하나도 쓰지 않는다.
    """
    if limit is not None:
        limit = check_integer("limit", limit, at_least=1)
    folder = check_folder(folder, None)
    bricks = load_bricks(split=split)
    count = min(limit or len(bricks.images), len(bricks.images))
    files = {
        f"{bricks.part_names[bricks.parts[i]]} {bricks.poses[i]:03d}{bricks.cameras[i]}.png": i
        for i in np.arange(count) * len(bricks.images) // count
    }
    check_folder(folder, files)
    with locked(folder, "이미지를"):
        found = visible(check_folder(folder, files))
        for path in found:
            if not _shows(path, bricks.images[files.pop(path.name), ..., 0]):
                raise FileExistsError(
                    f"{str(path)!r} 파일은 내용이 그 벽돌과 다르다. 새 폴더를 준다."
                )
        try:
            remove_unfinished(folder)
            with tempfile.TemporaryDirectory(UNFINISHED, OURS, folder) as temporary:
                for name, i in files.items():
                    Image.fromarray(bricks.images[i, ..., 0]).save(Path(temporary, name))
                for name in files:
                    os.replace(Path(temporary, name), folder / name)
        except OSError as error:
            raise write_error(error, "이미지를", folder) from error
    return count


def _shows(path: Path, pixels: np.ndarray) -> bool:
    """파일이 그 픽셀을 담은 이미지인지 본다."""
    if is_special(path):
        return False
    try:
        with Image.open(path) as image:
            return np.array_equal(np.asarray(image), pixels)
    except (OSError, SyntaxError):
        return False


def _taker(images: np.ndarray):
    """번호들을 받아 그 이미지들의 [-1, 1] 배치를 돌려주는 함수를 만든다."""
    import tensorflow as tf

    # 텐서로 만들어 두면 그래프에 상수로 박히지 않고, CPU에 두면 GPU의 메모리를 쓰지 않는다.
    with tf.device("CPU"):
        pixels = tf.constant(images)
    return lambda indices: preprocess(tf.gather(pixels, indices))


@cache
def _load_embedded(folder: Path, split: str) -> Bricks:
    """패키지에 든 아틀라스를 풀어 `Bricks`로 만든다. 한 프로그램에서 한 번만 푼다."""
    manifest = json.loads(read_packaged(folder / "manifest.json"))
    record = manifest["splits"][split]
    content = read_packaged(folder / record["file"], record["sha256"])
    atlas = np.asarray(Image.open(io.BytesIO(content)))
    tiles = atlas.reshape(-1, IMAGE_SIZE, record["columns"], IMAGE_SIZE).swapaxes(1, 2)
    first, last = record["poses"]
    parts, poses, cameras = np.meshgrid(
        np.arange(len(manifest["parts"])),
        np.arange(first, last + 1),
        manifest["cameras"],
        indexing="ij",
    )
    return Bricks(
        tiles.reshape(-1, IMAGE_SIZE, IMAGE_SIZE, 1),
        parts.ravel(),
        manifest["parts"],
        poses.ravel(),
        cameras.ravel(),
    )


def _load_kaggle(cache_dir: str | os.PathLike | None) -> Bricks:
    """Kaggle의 이미지를 캐시에서 읽는다. 캐시가 없으면 먼저 만든다."""
    if cache_dir is None:
        base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
        cache_dir = Path(base, "brickie-companion")
    path = Path(cache_dir, KAGGLE_CACHE_NAME)
    if not path.exists():
        _fill_kaggle_cache(path)
    try:
        with open(path, "rb") as stored, np.load(stored, allow_pickle=False) as file:
            images, names = file["images"], file["names"].tolist()
    except (ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise ValueError(f"캐시 {str(path)!r} 파일이 깨졌다. 지우고 다시 부른다.") from error
    return _label(images, names)


def _fill_kaggle_cache(path: Path) -> None:
    """Kaggle에서 받은 이미지를 줄여 `path`에 쓴다. 여러 프로그램이 함께 불러도 하나만 일한다."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(path.with_suffix(".lock")).acquire()
    except OSError as error:
        raise write_error(error, "캐시를", path.parent) from error
    with lock:
        if path.exists():  # 기다리는 동안 다른 프로그램이 만들었다.
            return
        remove_unfinished(path.parent)
        images, names = _read_folder(_download_kaggle(), channels=1, background=0)
        try:
            write_atomically(path, lambda file: np.savez(file, images=images, names=names))
        except OSError as error:
            raise write_error(error, "캐시를", path) from error


def _download_kaggle() -> Path:
    """Kaggle의 데이터셋을 받아 이미지 4만 장이 든 폴더를 돌려준다. 이미 받았으면 kagglehub가 그것을 쓴다."""
    try:
        kagglehub = import_module("kagglehub")
    except ImportError:
        raise ImportError(
            "kagglehub가 없어 Kaggle의 데이터셋을 받을 수 없다. `pip install kagglehub`로 설치한다."
        ) from None
    by_hand = (
        f"브라우저로 https://www.kaggle.com/datasets/{KAGGLE_HANDLE.partition('/versions')[0]} 에서 "
        "받았으면 그 안의 dataset 폴더를 source로 준다"
    )
    try:
        root = Path(kagglehub.dataset_download(KAGGLE_HANDLE))
    except Exception as error:  # 길이 여럿이라 requests, kagglehub, 파일 시스템의 예외가 모두 온다.
        status = getattr(getattr(error, "response", None), "status_code", None)
        kind = type(error).__name__
        if status in (401, 403) or kind in ("UnauthenticatedError", "CredentialError"):
            raise PermissionError(
                "Kaggle이 로그인을 요구한다. kagglehub.login()으로 토큰을 등록하고 다시 부르거나, "
                f"{by_hand}."
            ) from error
        raise ConnectionError(
            f"Kaggle에서 데이터셋을 받지 못했다({status or kind}). 인터넷과 디스크의 남은 자리를 확인하고 다시 "
            f"부르거나, {by_hand}."
        ) from error
    # 뿌리에는 옛 버전의 이미지와 3차원 모델도 있고, 쓰는 것은 dataset뿐이다.
    folder = root / "dataset"
    if not folder.is_dir():
        raise FileNotFoundError(
            f"Kaggle에서 받은 {str(root)!r} 폴더에 dataset 폴더가 없다. 그 폴더를 지우고 다시 부른다."
        )
    return folder


def _read_folder(folder: Path, channels: int, background: int) -> tuple[np.ndarray, list[str]]:
    """폴더의 이미지를 파일 이름 순으로 읽어 `(N, 64, 64, 채널)` 크기의 uint8 배열과 파일 이름을 돌려준다."""
    if not os.path.isdir(folder):
        raise FileNotFoundError(
            f'{str(folder)!r} 폴더가 없다. "embedded", "kaggle", 또는 이미지가 든 폴더의 경로를 준다.'
        )
    try:
        paths, others = _files_of(folder)
    except OSError as error:
        raise write_error(error, "폴더를", folder, "읽지") from error
    if not paths:
        inside = [path for path in visible(folder) if path.is_dir() and os.access(path, os.R_OK)]
        below = [path for path in inside if _files_of(path)[0]]
        raise ValueError(
            f"{str(folder)!r} 폴더에 이미지가 없다. "
            + (f"혹시 {str(below[0])!r}인가? " if below else "")
            + (f"{others[0].name!r}는 이미지의 확장자가 아니다. " if others else "")
            + ".png, .jpg, .webp처럼 이미지의 확장자가 있는 파일이 바로 들어 있는 폴더를 준다."
        )
    if others:
        warnings.warn(
            f"{str(folder)!r}에서 이미지의 확장자가 없는 파일 {len(others)}개를 건너뛰었다(처음 것: {others[0].name!r}).",
            stacklevel=3,
        )
    images = np.empty((len(paths), IMAGE_SIZE, IMAGE_SIZE, channels), np.uint8)
    converted: dict[str, list[Path]] = {}
    read = partial(_read_image, channels=channels, background=background)
    # 경고의 설정은 스레드가 나누어 쓰므로 여기서 바꾼다.
    with ThreadPoolExecutor(os.cpu_count()) as pool, warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        warnings.filterwarnings("ignore", "Corrupt EXIF")
        for i, (image, kinds) in enumerate(pool.map(read, paths)):
            images[i] = image
            for kind in kinds:
                converted.setdefault(kind, []).append(paths[i])
            if (i + 1) % PROGRESS_FROM == 0:
                print(f"이미지 {len(paths):,}장 가운데 {i + 1:,}장을 읽었다.", flush=True)
    color = "흑백으로" if channels == 1 else "컬러로"
    for kind, found in converted.items():
        warnings.warn(
            f"{kind} 이미지 {len(found)}장을 {IMAGE_SIZE}×{IMAGE_SIZE} 크기의 8비트 {color} 바꾸었다"
            f"(처음 것: {str(found[0])!r}).",
            stacklevel=3,
        )
    if len(images) > 1 and (images == images[0]).all():
        warnings.warn(f"{str(folder)!r}의 이미지 {len(images)}장이 모두 같다.", stacklevel=3)
    return images, [path.name for path in paths]


@cache
def _formats() -> tuple[tuple[str, ...], set[str]]:
    """Pillow로 읽을 형식의 이름과, 이미지로 볼 파일의 확장자이다."""
    suffixes = Image.registered_extensions()  # 형식을 모두 등록하는 일도 한다.
    formats = tuple(name for name in Image.ID if name not in _NO_PICTURES)
    return formats, _PICTURES | {end for end, name in suffixes.items() if name in formats}


def _files_of(folder: Path) -> tuple[list[Path], list[Path]]:
    """폴더에 바로 든 파일을 이미지인 것과 아닌 것으로 나눈다."""
    images: list[Path] = []
    others: list[Path] = []
    for path in visible(folder):
        if not path.is_dir():
            (images if path.suffix.lower() in _formats()[1] else others).append(path)
    return images, others


class _UnreadableError(Exception):
    """이미지로 읽지 않는 이유를 담는다."""


def _read_image(path: Path, channels: int, background: int) -> tuple[np.ndarray, list[str]]:
    """이미지 하나를 읽어 줄이고 uint8로 반올림한다. 바꾼 점도 함께 돌려준다."""
    formats = _formats()[0]
    try:
        if is_special(path):
            raise _UnreadableError("파일이 아니라 파이프나 장치이다")
        with Image.open(path, formats=formats) as opened:
            opened.verify()  # PNG는 픽셀의 검사합이 틀려도 그대로 풀린다.
        with Image.open(path, formats=formats) as opened:
            # tile은 파일에 든 픽셀의 꼴이고, 픽셀을 읽고 나면 사라진다.
            deep = opened.mode.startswith("I") or ";16" in str(opened.tile)
            mode, turned = (
                opened.mode,
                opened.getexif().get(ExifTags.Base.Orientation) in range(2, 9),
            )
            moving = getattr(opened, "is_animated", False)
            image = ImageOps.exif_transpose(opened)
            width, height = image.size
            # Pillow는 흰색이 0인 TIFF를 8비트에서만 뒤집어 준다.
            tags = getattr(opened, "tag_v2", {})
            is_negative = deep and tags.get(ExifTags.Base.PhotometricInterpretation) == 0
            image, is_transparent = _flat(image, background, is_negative)
        pixels = np.asarray(image.convert("L" if channels == 1 else "RGB"))
        if deep and 0 < pixels.max() < _DARKEST:
            raise _UnreadableError(_TOO_DARK)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ValueError(
            f"{str(path)!r} 이미지는 픽셀이 {int(re.findall('[0-9]+', str(error))[0]):,}개여서 너무 크다. 줄여서 다시 부른다."
        ) from None
    except Exception as error:  # 형식마다 다른 예외가 난다.
        known = [text for kind, text in _UNREADABLE if isinstance(error, kind)]
        why = str(error) if isinstance(error, _UnreadableError) else known[0]
        kind = PermissionError if isinstance(error, PermissionError) else ValueError
        raise kind(
            f"{str(path)!r} 파일을 이미지로 읽을 수 없다({why}). 읽을 수 있는 이미지로 바꾸거나 다른 폴더로 옮긴다."
        ) from error
    conversions = {
        "16비트": deep,
        "색이나 투명도가 있는": channels == 1 and mode not in ("1", "L") and mode[0] != "I",
        "흑백인": channels == 3 and mode[0] in "1LI",
        f"투명한 곳을 밝기 {background}인 배경에 얹은": is_transparent,
        "EXIF에 적힌 방향대로 세운": turned,
        "움직이는 것의 첫 장면인": moving,
        f"{IMAGE_SIZE}×{IMAGE_SIZE}보다 작은": min(width, height) < IMAGE_SIZE,
        "정사각형이 아닌": width != height,
    }
    return _resize(pixels.reshape(height, width, channels)), [
        kind for kind, applies in conversions.items() if applies
    ]


def _flat(image: Image.Image, background: int, is_negative: bool) -> tuple[Image.Image, bool]:
    """투명한 곳이 없는 8비트 이미지로 바꾸고, 투명한 곳이 있었는지를 함께 돌려준다."""
    if image.mode.startswith("I"):  # Pillow의 convert()는 16비트를 나누지 않고 자른다.
        pixels = np.asarray(image)
        if pixels.min() < 0 or pixels.max() >= 2**16:
            raise NotImplementedError(image.mode)
        if 0 < pixels.max() < 256 * _DARKEST:
            raise _UnreadableError(_TOO_DARK)
        if is_negative:
            pixels = 2**16 - 1 - pixels
        hidden = pixels == image.info.get("transparency")
        grey = np.where(hidden, background, pixels >> 8).astype("uint8")
        return Image.fromarray(grey), bool(np.any(hidden))
    if image.mode in ("F", "LAB"):
        raise NotImplementedError(image.mode)
    if not image.has_transparency_data:
        return image if image.mode in ("1", "L") else image.convert("RGB"), False
    layer = image.convert("RGBA")
    base = Image.new("RGBA", layer.size, (background, background, background, 255))
    opacity = layer.getchannel("A").getextrema()
    return Image.alpha_composite(base, layer).convert("RGB"), opacity != (255, 255)


def _resize(pixels: np.ndarray) -> np.ndarray:
    """`tf.image.resize()`의 쌍선형 보간과 같은 계산으로 크기를 바꾼다."""

    def neighbors(size: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        scale, half = np.float32(size / IMAGE_SIZE), np.float32(0.5)
        place = (np.arange(IMAGE_SIZE, dtype="float32") + half) * scale - half
        low, high = np.floor(place), np.ceil(place)
        return low.clip(0).astype(int), high.clip(max=size - 1).astype(int), place - low

    top, bottom, down = neighbors(pixels.shape[0])
    left, right, across = neighbors(pixels.shape[1])

    def row(rows: np.ndarray) -> np.ndarray:
        start, end = (pixels[rows][:, columns].astype("float32") for columns in (left, right))
        return start + (end - start) * across[:, None]

    upper, lower = row(top), row(bottom)
    return np.rint(upper + (lower - upper) * down[:, None, None]).astype("uint8")


def _label(images: np.ndarray, names: list[str]) -> Bricks:
    """파일 이름에서 부품, 자세, 카메라를 읽는다. 꼴이 다른 이름이 하나라도 있으면 모두 모르는 것으로 둔다."""
    matches = [match for name in names if (match := _NAME.fullmatch(Path(name).stem))]
    if len(matches) < len(names):
        unknown = np.full(len(names), -1)
        return Bricks(images, unknown, [], unknown.copy(), np.full(len(names), ""))
    part_names, parts = np.unique([match["part"] for match in matches], return_inverse=True)
    return Bricks(
        images,
        parts,
        part_names.tolist(),
        np.array([int(match["pose"]) for match in matches]),
        np.array([match["camera"] for match in matches]),
    )


def _split_by_pose(bricks: Bricks, split: str, source: str) -> Bricks:
    """부품마다 마지막 4 %의 자세를 홀드아웃으로 떼고 `split`에 드는 것만 남긴다."""
    heldout = np.zeros(len(bricks.images), bool)
    for part in range(len(bricks.part_names)):
        of_part = bricks.parts == part
        poses = np.unique(bricks.poses[of_part])
        last = poses[len(poses) - len(poses) // POSES_PER_HELDOUT :]
        heldout |= of_part & np.isin(bricks.poses, last)
    if split == "heldout" and not heldout.any():
        raise ValueError(
            f"{source}에는 홀드아웃으로 뗄 이미지가 없다. 파일 이름이 모두 'brick 2x4 031L.png' 꼴이고 한 부품의 "
            f'자세가 {POSES_PER_HELDOUT}개 이상이어야 하니, split="train"으로 모두 쓰거나 이름을 고친다.'
        )
    kept = heldout if split == "heldout" else ~heldout
    return Bricks(
        bricks.images[kept],
        bricks.parts[kept],
        bricks.part_names,
        bricks.poses[kept],
        bricks.cameras[kept],
    )
