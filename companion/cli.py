"""명령줄에서 훈련하고, 샘플을 만들고, 데이터를 꺼낸다.

무엇이 틀렸는지 금방 알도록 선택지, 데이터와 폴더, TensorFlow의 순서로 본다. TensorFlow는 불러오는 데만 몇 초가 걸린다.
"""

import argparse
import contextlib
import os
import signal
import sys
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import NoReturn

from companion import files
from companion.arguments import check_integer
from companion.korean import translate_argparse
from companion.settings import DEFAULTS, EPOCHS, MOST, PRECISIONS, UPSAMPLING, Settings, check

_SETTINGS = {
    "channels": "이미지의 채널 수. 1은 흑백, 3은 컬러. 컬러는 --source에 폴더를 줄 때만 쓴다",
    "base_channels": "신경망의 너비",
    "upsampling": "생성자가 크기를 키우는 방법: 전치 합성곱, 업샘플링, 융합 업샘플링",
    "dropout_rate": "판별자의 드롭아웃 비율",
    "label_noise": "레이블에 섞는 잡음의 크기",
    "gradient_penalty": "그레이디언트 패널티의 세기. 0이면 없다",
    "penalty_interval": "패널티를 몇 스텝에 한 번 계산할지",
    "shift": "판별자가 보는 이미지를 옮기는 가장 큰 거리(픽셀)",
    "learning_rate": "두 신경망의 학습률. 너비가 16이면 0.002가 훨씬 빨랐다",
    "seed": "가중치, 난수, 데이터의 차례를 정하는 시드",
}


MOST_SAMPLES = 10_000  # 격자 한 장이 한 변 6,400픽셀쯤 된다.
_LONGEST = {"JPEG": 65_535, "WEBP": 16_383}  # 그 형식이 담는 이미지의 가장 긴 변(픽셀)
_FORMATS = {
    ".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".tif": "TIFF", ".tiff": "TIFF", ".webp": "WEBP",
}  # fmt: skip
_SOFTWARE = 0x0131  # EXIF의 Software. 우리가 쓴 그림인지 여기서 안다.


def main(arguments: Sequence[str] | None = None) -> int:
    """명령을 실행하고 종료 코드를 돌려준다.

    0은 성공, 1은 오류, 2는 잘못 쓴 명령이다. 신호를 받아 멈추면 128에 신호의 번호를 더한 수이고, Ctrl-C는 130이다.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # 한글이 없는 인코딩에서도 하던 일을 마친다.
            stream.reconfigure(errors="backslashreplace")
    translate_argparse()
    options = _parser().parse_args(arguments)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "0" if options.debug else "3")
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")  # AVX2뿐인 CPU에서는 저절로 켜지지 않는다
    with _stopped_by_signals(), warnings.catch_warnings():
        warnings.showwarning = lambda message, *_, **__: _say(f"주의: {message}")
        try:
            options.command(options)
            if sys.stdout:
                sys.stdout.flush()
        except BrokenPipeError:  # 읽던 쪽이 먼저 닫혔다(`| head`). 셸이 SIGPIPE에 쓰는 번호이다.
            return 128 + 13
        except KeyboardInterrupt as stop:
            _say(f"멈추었다. 같은 명령을 다시 치면 {options.after_stop(options)}.")
            return 128 + (stop.args[0] if stop.args else signal.SIGINT)
        except Exception as error:
            if options.debug:
                raise
            _say(f"오류: {_sentence(error)}")
            return 1
        finally:
            _flush()
    return 0


def _flush() -> None:
    """남은 글을 내보낸다. 쓸 곳이 없어졌으면 버려서, 끝날 때 파이썬이 다시 쓰려다 영어로 알리지 않게 한다."""
    try:
        if sys.stdout:
            sys.stdout.flush()
    except OSError:
        with open(os.devnull, "wb") as nowhere:
            os.dup2(nowhere.fileno(), sys.stdout.fileno())


def _say(text: str) -> None:
    with contextlib.suppress(OSError):  # 터미널이 닫혀 SIGHUP을 받았으면 쓸 곳이 없다.
        print(text, file=sys.stderr, flush=True)


def _sentence(error: Exception) -> str:
    """오류를 한 문장으로 적는다. 우리가 낸 오류는 이미 그렇다."""
    if isinstance(error, ModuleNotFoundError) and error.name:
        package = error.name.partition(".")[0]
        return f"{package} 패키지가 없다. `{sys.executable} -m pip install {package}`로 설치한다."
    if isinstance(error, OSError) and error.strerror:
        where = f"{error.filename!r}: " if error.filename else ""
        return f"{where}{files.reason(error)}."
    ours = (ValueError, TypeError, OSError, ArithmeticError, RuntimeError, ImportError)
    if isinstance(error, ours):
        return str(error)
    return (
        f"{type(error).__name__}가 났다({str(error).partition(chr(10))[0]}). "
        "`python -m companion --debug …`로 다시 하면 난 곳을 모두 보인다."
    )


@contextlib.contextmanager
def _stopped_by_signals() -> Iterator[None]:
    """SIGTERM과 SIGHUP을 받아도 Ctrl-C처럼 하던 것을 치우고 멈추게 한다. nohup으로 무시하게 한 신호는 그대로 둔다."""

    def stop(number: int, _: object) -> None:
        raise KeyboardInterrupt(number)

    before = {}
    for name in ("SIGTERM", "SIGHUP"):  # 윈도우에는 SIGHUP이 없다.
        number = getattr(signal, name, None)
        if number and signal.getsignal(number) == signal.SIG_DFL:
            before[number] = signal.signal(number, stop)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _import_tensorflow(*, quiet: bool) -> None:
    """TensorFlow를 불러온다. `quiet`이면 TensorFlow가 파일 서술자 2에 바로 쓰는 글을 버린다."""
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(OSError):  # 표준 오류가 닫혀 있으면 감출 것도 없다.
            if quiet and sys.stderr:
                sys.stderr.flush()
                kept = os.dup(2)
                stack.callback(os.close, kept)
                stack.callback(os.dup2, kept, 2)
                with open(os.devnull, "wb") as nowhere:
                    os.dup2(nowhere.fileno(), 2)
                stack.callback(sys.stderr.flush)
        import tensorflow as tf

        tf.config.list_logical_devices()  # GPU를 찾을 때의 글도 지금 나오게 한다.


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        super().error(
            message.removeprefix("argument ")
        )  # 파이썬 3.10은 이 말을 gettext로 찾지 않는다.


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m companion", description="벽돌 DCGAN을 훈련하고 샘플을 만든다.")
    parser.add_argument(
        "--debug", action="store_true", help="오류가 난 곳과 TensorFlow가 하는 말을 모두 보인다"
    )
    commands = parser.add_subparsers(required=True, metavar="명령")

    train = commands.add_parser("train", help="DCGAN을 훈련한다", description=_train.__doc__)
    train.add_argument("run_dir", help="기록과 체크포인트를 둘 폴더")
    train.add_argument(
        "--epochs",
        type=int,
        default=EPOCHS,
        help="모두 몇 에포크(기본값 %(default)s). 학습률이 이때 0이 되므로 이어 갈 때 바꾸지 못한다",
    )
    train.add_argument("--source", default="embedded", help="embedded, kaggle, 또는 이미지 폴더")
    train.add_argument(
        "--background",
        type=int,
        default=0,
        help="폴더의 이미지에서 투명한 곳의 뒤에 놓을 밝기. 0은 검정, 255는 하양(기본값 %(default)s)",
    )
    train.add_argument("--batch-size", type=int, default=32, help="배치 크기(기본값 %(default)s)")
    train.add_argument(
        "--precision",
        choices=("auto", *PRECISIONS),
        default="auto",
        help="기본값 auto는 빠른 쪽을 처음에 재어 고르고, 이어 갈 때는 그대로 쓴다",
    )
    for name, text in _SETTINGS.items():
        default = getattr(DEFAULTS, name)
        train.add_argument(
            f"--{name.replace('_', '-')}",
            type=type(default),
            default=default,
            choices=UPSAMPLING if name == "upsampling" else None,
            help=f"{text}(기본값 %(default)s)",
        )
    train.add_argument(
        "--devices", nargs="+", metavar="장치", help="배치를 나누어 맡을 장치들. 예: GPU:0 GPU:1"
    )
    train.set_defaults(command=_train, after_stop=_after_training_stopped)

    sample = commands.add_parser("sample", help="샘플을 만든다", description=_sample.__doc__)
    sample.add_argument(
        "out", help=f"쓸 이미지 파일({', '.join(_FORMATS)}). --separate이면 PNG를 쓸 폴더"
    )
    sample.add_argument("--checkpoint", help="훈련 폴더나 체크포인트 파일. 없으면 책에 실은 생성자")
    sample.add_argument("-n", type=int, default=64, help="샘플의 수(기본값 %(default)s)")
    sample.add_argument("--columns", type=int, help="격자의 열(기본값 8. 이을 때는 한 줄)")
    sample.add_argument("--seed", type=int, default=0, help="잠재 벡터의 시드")
    kind = sample.add_mutually_exclusive_group()
    kind.add_argument("--separate", action="store_true", help="한 장씩 따로 쓴다")
    kind.add_argument("--interpolate", action="store_true", help="두 잠재 벡터 사이를 잇는다")
    sample.set_defaults(command=_sample, after_stop=lambda _: "처음부터 다시 만든다")

    data = commands.add_parser("data", help="벽돌 데이터를 꺼낸다", description=_data.__doc__)
    data.add_argument("folder", help="PNG 파일을 쓸 폴더")
    data.add_argument("--split", choices=("train", "heldout"), default="train")
    data.add_argument("--limit", type=int, help="몇 장만 쓴다")
    data.set_defaults(command=_data, after_stop=lambda _: "처음부터 다시 쓴다")
    return parser


def _train(options) -> None:
    """DCGAN을 훈련한다. 멈추었다가 같은 명령을 다시 치면 멈춘 곳부터 이어 간다."""
    chosen = {name: getattr(options, name) for name in _SETTINGS}
    settings = Settings(**chosen, precision=options.precision)
    check(epochs=options.epochs, batch_size=options.batch_size)
    devices = options.devices or [""]
    if len(set(devices)) < len(devices):
        raise ValueError(f"--devices가 {' '.join(devices)!r}이다. 서로 다른 장치를 준다.")
    if options.batch_size % len(devices):
        raise ValueError(
            f"--batch-size가 {options.batch_size}인데 장치가 {len(devices)}개이다. {len(devices)}의 배수를 준다."
        )
    run_dir = files.check_run_dir(options.run_dir)
    _check_writable(run_dir)

    from companion.data import count_steps, load_bricks

    images = load_bricks(
        options.source, channels=settings.channels, background=options.background
    ).images
    steps_per_epoch = count_steps(len(images), options.batch_size)
    if options.epochs * steps_per_epoch > MOST:
        raise ValueError(
            f"--epochs가 {options.epochs}이다. 한 에포크가 {steps_per_epoch}스텝이니 "
            f"{MOST // steps_per_epoch} 이하로 준다."
        )
    settings = replace(settings, decay_steps=options.epochs * steps_per_epoch)

    _import_tensorflow(quiet=not options.debug)
    from companion.runs import stored_config, train
    from companion.training import build_dcgan

    stored = stored_config(run_dir)
    if stored and stored["settings"] and stored.get("steps_per_epoch") == steps_per_epoch:
        decay_steps = stored["settings"]["decay_steps"]
        if decay_steps not in (None, settings.decay_steps):
            raise ValueError(
                f"--epochs가 {options.epochs}인데 {str(run_dir)!r}의 훈련은 {decay_steps // steps_per_epoch}에포크에 "
                "학습률이 0이 되도록 시작했다. 그 수를 주거나 새 폴더에서 훈련한다."
            )
    if stored and settings.precision == "auto":  # 다시 재면 다른 쪽이 나올 수 있다.
        settings = replace(settings, precision=stored["training"]["precision"])
    dcgan = build_dcgan(settings, devices=options.devices)
    if options.precision == "auto":
        print(
            f"정밀도는 {dcgan.precision}이다. 같은 결과를 다시 얻으려면 시드와 함께 "
            f"--precision {dcgan.precision}을 준다."
        )
    history = train(
        dcgan,
        images,
        run_dir=run_dir,
        epochs=options.epochs,
        batch_size=options.batch_size,
    )
    print(f"{str(run_dir)!r}에 {history[-1]['images']:,}장을 본 훈련이 있다.")


def _after_training_stopped(options) -> str:
    if files.has_checkpoints(options.run_dir):
        return "마지막 체크포인트부터 이어 간다"
    return "체크포인트가 아직 없으므로 처음부터 훈련한다"


def _sample(options) -> None:
    """책에 실은 생성자나 체크포인트로 샘플을 만들어 이미지 파일로 쓴다."""
    if check_integer("-n", options.n, at_least=1) > MOST_SAMPLES:
        raise ValueError(f"-n이 {options.n}이다. 한 번에 {MOST_SAMPLES:,}장까지 만든다.")
    check(seed=options.seed)
    columns = options.n if options.interpolate else 8
    if options.columns is not None:
        columns = check_integer("--columns", options.columns, at_least=1)
    columns = min(columns, options.n)
    if options.separate:
        if options.columns is not None:
            raise ValueError("--separate는 격자를 만들지 않는다. --columns를 뺀다.")
        if Path(options.out).suffix.lower() in _FORMATS:
            raise ValueError(
                f"{options.out!r}는 이미지 파일의 이름인데 --separate는 폴더에 쓴다. 폴더의 이름을 준다."
            )
        names = [f"brick-{i:04d}.png" for i in range(options.n)]
        folder = files.check_folder(options.out, names)
        paths = [folder / name for name in names]
    else:
        paths = [_check_name(options.out)]
    for path in paths:
        _check_replaceable(path)
    _check_writable(paths[0].parent)
    rows = -(-options.n // columns)
    if not options.separate and not options.checkpoint:
        _check_size(
            paths[0], 64 * max(rows, columns)
        )  # 책에 실은 생성자의 이미지는 한 변이 64이다.
    if (
        options.checkpoint is not None
        and not files.check_path(
            "--checkpoint", options.checkpoint, "훈련 폴더나 체크포인트 파일을 준다"
        ).exists()
    ):
        raise FileNotFoundError(f"체크포인트 {options.checkpoint!r}가 없다. 경로를 확인한다.")

    _import_tensorflow(quiet=not options.debug)
    import numpy as np
    from PIL import Image

    from companion import recorded, runs, sampling
    from companion.data import to_uint8

    generator = (
        runs.load_generator(options.checkpoint) if options.checkpoint else recorded.generator()
    )
    latent_dim = generator.input_shape[-1]
    if not options.separate:
        _check_size(paths[0], generator.output_shape[1] * max(rows, columns))
    if options.interpolate:
        start, end = sampling.latents(2, latent_dim, options.seed)
        z = sampling.interpolate(start, end, options.n)
    else:
        z = sampling.latents(options.n, latent_dim, options.seed)
    images = to_uint8(generator.predict(z, verbose=0))
    if options.separate:
        pictures = [sampling.tile(image[None], 1) for image in images]
    else:  # 마지막 줄의 남는 자리는 검게 둔다.
        whole = np.pad(images, [(0, -len(images) % columns), (0, 0), (0, 0), (0, 0)])
        pictures = [sampling.tile(whole, columns)]
    exif = Image.Exif()
    exif[_SOFTWARE] = "companion"
    for path, pixels in zip(paths, pictures, strict=True):
        kind = _FORMATS[path.suffix.lower()]
        save = partial(Image.fromarray(pixels).save, format=kind, exif=exif)
        try:
            if options.separate:
                path.parent.mkdir(parents=True, exist_ok=True)
            files.write_atomically(path, save)
        except OSError as error:
            raise files.write_error(error, "샘플을", path) from error
    print(f"{options.out!r}에 샘플 {len(images)}장을 썼다.")


def _check_writable(folder: Path) -> None:
    """아직 없는 폴더이면 그것을 만들 곳에 쓸 수 있는지 본다."""
    if not os.access(files.nearest(folder), os.W_OK):
        raise PermissionError(f"{str(folder)!r}에 쓸 수 없다. 권한을 고치거나 다른 곳을 준다.")


def _check_name(name: str) -> Path:
    """격자를 쓸 파일의 이름이 우리가 쓸 수 있는 이미지의 것인지 본다."""
    path = Path(name)
    if name.endswith(("/", os.sep)) or path.suffix.lower() not in _FORMATS:
        raise ValueError(
            f"{name!r}는 이미지 파일의 이름이 아니다. {', '.join(_FORMATS)}로 끝나는 이름을 주거나, "
            "폴더에 한 장씩 쓰려면 --separate를 준다."
        )
    folder = path.parent if not path.is_symlink() else Path(os.path.realpath(path)).parent
    if not folder.is_dir():
        raise FileNotFoundError(f"{str(folder)!r} 폴더가 없다. 먼저 만들거나 다른 곳을 준다.")
    return path


def _check_size(path: Path, side: int) -> None:
    """파일의 형식이 한 변이 `side`픽셀인 격자를 담을 수 있는지 본다."""
    kind = _FORMATS[path.suffix.lower()]
    if side > _LONGEST.get(kind, side):
        raise ValueError(
            f"격자의 한 변이 {side:,}픽셀인데 {kind} 파일은 {_LONGEST[kind]:,}픽셀까지 담는다. -n이나 --columns를 "
            "바꾸거나 .png로 끝나는 이름을 준다."
        )


def _check_replaceable(path: Path) -> None:
    """없는 파일이거나, 이 명령이 전에 쓴 이미지인지 본다. 다른 것은 덮지 않는다."""
    if path.exists() and not (path.is_file() and _is_ours(path)):
        raise FileExistsError(
            f"{str(path)!r}는 이 명령이 쓴 이미지가 아니어서 덮어쓰지 않는다. 다른 이름을 준다."
        )


def _is_ours(path: Path) -> bool:
    from PIL import Image

    try:
        with Image.open(path) as image:
            return image.getexif().get(_SOFTWARE) == "companion"
    except Exception:  # 이미지가 아니면 Pillow가 형식마다 다른 예외를 낸다.
        return False


def _data(options) -> None:
    """내장 벽돌을 PNG 파일로 꺼낸다. 파일 이름은 '부품 이름, 자세 번호, 카메라'이다."""
    from companion.data import export_bricks

    count = export_bricks(options.folder, split=options.split, limit=options.limit)
    print(f"{options.folder!r}에 벽돌 {count:,}장을 썼다.")


if __name__ == "__main__":
    raise SystemExit(main())
