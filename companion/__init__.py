"""GAN을 배우는 장의 노트북이 쓰는 도구들이다.

이름은 처음 쓸 때 불러온다. 그래서 `import companion`은 TensorFlow를 불러오지 않아 금방 끝난다.
"""

from importlib import import_module

__version__ = "0.1.0"

_MODULE_OF = {
    "Bricks": "data",
    "brick_batches": "data",
    "export_bricks": "data",
    "load_bricks": "data",
    "preprocess": "data",
    "to_uint8": "data",
    "build_discriminator": "models",
    "build_generator": "models",
    "build_logit_model": "models",
    "DCGAN": "training",
    "binary_cross_entropy": "training",
    "build_dcgan": "training",
    "Sign": "diagnosis",
    "diagnose": "diagnosis",
    "train": "runs",
    "latents": "sampling",
    "interpolate": "sampling",
    "load_generator": "runs",
}
_MODULES = (
    "checkpoints",
    "cli",
    "data",
    "diagnosis",
    "evaluation",
    "explore",
    "models",
    "plotting",
    "recorded",
    "runs",
    "sampling",
    "training",
)

__all__ = sorted([*_MODULE_OF, *_MODULES])


def __getattr__(name: str):
    if name in _MODULE_OF:
        return getattr(import_module(f"companion.{_MODULE_OF[name]}"), name)
    if name in _MODULES:
        return import_module(f"companion.{name}")
    raise AttributeError(f"companion에는 {name}이(가) 없다. 있는 이름은 {', '.join(__all__)}이다.")


def __dir__() -> list[str]:
    return __all__
