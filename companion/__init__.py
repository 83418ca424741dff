"""GAN을 배우는 장의 노트북이 쓰는 도구들이다.

페이지가 쓰거나 독자에게 권하는 것과, 독자의 명령이 실행하는 것만 둔다. 그 밖의 것은 `tools/`와 `tests/`에 있다.

이름의 목록은 `__init__.pyi` 하나에 있고, 처음 쓸 때 불러온다. 그래서 `import companion`은 TensorFlow를 불러오지
않아 금방 끝나고, 형 검사기와 편집기는 이름마다의 형을 안다.
"""

import ast
from importlib import import_module
from pathlib import Path
from typing import Any

__version__ = "0.1.0"

_MODULE_OF = {
    name.name: statement.module
    for statement in ast.parse(Path(__file__).with_suffix(".pyi").read_text("utf-8")).body
    if isinstance(statement, ast.ImportFrom)
    for name in statement.names
}
__all__ = sorted(_MODULE_OF)


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(
            f"companion에는 {name}이(가) 없다. 있는 이름은 {', '.join(__all__)}이다."
        )
    if _MODULE_OF[name] == __name__:
        return import_module(f"companion.{name}")
    return getattr(import_module(_MODULE_OF[name]), name)


def __dir__() -> list[str]:
    return __all__
