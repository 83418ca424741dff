"""명령줄에서 훈련하고, 샘플을 만들고, 데이터를 꺼낸다."""

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from companion.settings import DEFAULTS, PRECISIONS, UPSAMPLING, Settings, check

_SETTINGS = {
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


def main(arguments: Sequence[str] | None = None) -> int:
    """명령을 실행하고 종료 코드를 돌려준다. 0은 성공, 1은 오류, 2는 잘못 쓴 명령, 130은 Ctrl-C이다."""
    parser = _parser()
    options = parser.parse_args(arguments)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")  # AVX2뿐인 CPU에서는 저절로 켜지지 않는다
    try:
        options.command(options)
    except KeyboardInterrupt:
        print("멈추었다. 같은 명령을 다시 치면 마지막 체크포인트부터 이어 간다.", file=sys.stderr)
        return 130
    except (ValueError, TypeError, OSError, ArithmeticError, RuntimeError, ImportError) as error:
        if options.debug:
            raise
        print(f"오류: {error}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m companion", description="벽돌 DCGAN을 훈련하고 샘플을 만든다."
    )
    parser.add_argument("--debug", action="store_true", help="오류가 난 곳을 모두 보인다")
    commands = parser.add_subparsers(required=True, metavar="명령")

    train = commands.add_parser("train", help="DCGAN을 훈련한다", description=_train.__doc__)
    train.add_argument("run_dir", type=Path, help="기록과 체크포인트를 둘 폴더")
    train.add_argument(
        "--epochs",
        type=int,
        default=41,
        help="모두 몇 에포크(기본값 %(default)s). 학습률이 이때 0이 되므로 이어 갈 때 바꾸지 못한다",
    )
    train.add_argument("--source", default="embedded", help="embedded, kaggle, 또는 이미지 폴더")
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
    train.set_defaults(command=_train)

    sample = commands.add_parser("sample", help="샘플을 만든다", description=_sample.__doc__)
    sample.add_argument("out", type=Path, help="쓸 PNG 파일. --separate이면 폴더")
    sample.add_argument(
        "--checkpoint", type=Path, help="훈련 폴더나 체크포인트 파일. 없으면 책에 실은 생성자"
    )
    sample.add_argument("-n", type=int, default=64, help="샘플의 수(기본값 %(default)s)")
    sample.add_argument("--columns", type=int, default=8, help="격자의 열(기본값 %(default)s)")
    sample.add_argument("--seed", type=int, default=0, help="잠재 벡터의 시드")
    kind = sample.add_mutually_exclusive_group()
    kind.add_argument("--separate", action="store_true", help="한 장씩 따로 쓴다")
    kind.add_argument("--interpolate", action="store_true", help="두 잠재 벡터 사이를 잇는다")
    sample.set_defaults(command=_sample)

    data = commands.add_parser("data", help="벽돌 데이터를 꺼낸다", description=_data.__doc__)
    data.add_argument("folder", type=Path, help="PNG 파일을 쓸 폴더")
    data.add_argument("--split", choices=("train", "heldout"), default="train")
    data.add_argument("--limit", type=int, help="몇 장만 쓴다")
    data.set_defaults(command=_data)
    return parser


def _train(options) -> None:
    """DCGAN을 훈련한다. 멈추었다가 같은 명령을 다시 치면 멈춘 곳부터 이어 간다."""
    chosen = {name: getattr(options, name) for name in _SETTINGS}
    settings = Settings(**chosen, precision=options.precision)
    check(epochs=options.epochs, batch_size=options.batch_size)

    from companion.data import load_bricks

    images = load_bricks(options.source).images
    steps_per_epoch = max(1, len(images) // options.batch_size)
    settings = replace(settings, decay_steps=options.epochs * steps_per_epoch)

    from companion.runs import stored_config, train
    from companion.training import build_dcgan

    stored = stored_config(options.run_dir)
    if stored and stored["settings"] and stored.get("steps_per_epoch") == steps_per_epoch:
        decay_steps = stored["settings"]["decay_steps"]
        if decay_steps not in (None, settings.decay_steps):
            raise ValueError(
                f"--epochs가 {options.epochs}인데 {options.run_dir}의 훈련은 {decay_steps // steps_per_epoch}에포크에 "
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
        run_dir=options.run_dir,
        epochs=options.epochs,
        batch_size=options.batch_size,
    )
    print(f"{options.run_dir}에 {history[-1]['images']:,}장을 본 훈련이 있다.")


def _sample(options) -> None:
    """책에 실은 생성자나 체크포인트로 샘플을 만들어 PNG로 쓴다."""
    from PIL import Image

    from companion import recorded, runs, sampling
    from companion.data import to_uint8
    from companion.files import write_atomically, write_error

    if options.n < 1 or options.columns < 1:
        raise ValueError("샘플의 수와 열은 1 이상이어야 한다.")
    generator = (
        runs.load_generator(options.checkpoint) if options.checkpoint else recorded.generator()
    )
    latent_dim = generator.input_shape[-1]
    if options.interpolate:
        start, end = sampling.latents(2, latent_dim, options.seed)
        z = sampling.interpolate(start, end, options.n)
        columns = options.n
    else:
        z = sampling.latents(options.n, latent_dim, options.seed)
        columns = min(options.columns, options.n)
    images = to_uint8(generator.predict(z, verbose=0))
    if options.separate:
        options.out.mkdir(parents=True, exist_ok=True)
        files = {
            options.out / f"brick-{i:04d}.png": image[..., 0] for i, image in enumerate(images)
        }
    else:
        files = {options.out: sampling.tile(images, columns)}
    for path, pixels in files.items():
        save = partial(Image.fromarray(pixels).save, format="PNG")
        try:
            write_atomically(path, save)
        except OSError as error:
            raise write_error(error, "샘플을", path) from error
    print(f"{options.out}에 샘플 {len(images)}장을 썼다.")


def _data(options) -> None:
    """내장 벽돌을 PNG 파일로 꺼낸다. 파일 이름은 '부품 이름, 자세 번호, 카메라'이다."""
    from companion.data import export_bricks

    count = export_bricks(options.folder, split=options.split, limit=options.limit)
    print(f"{options.folder}에 벽돌 {count:,}장을 썼다.")


if __name__ == "__main__":
    raise SystemExit(main())
