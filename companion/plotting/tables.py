"""페이지에 표를 보인다. 찍은 글과 달리 열이 어긋나지 않고, 화면 읽기 프로그램이 칸마다 열의 이름을 읽는다."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from companion.arguments import check_list, check_model

_NUMBER = re.compile(r"[-−+±]?\d[\d,.]*(?:e[-+]\d+)?(?:%|배|개|장|층)?$")


@dataclass(frozen=True)
class Table:
    """노트북이 마크다운 표로 보여 주는 표이다. 글로는 그 마크다운이 된다."""

    markdown: str

    def _repr_markdown_(self) -> str:
        return self.markdown

    def __repr__(self) -> str:
        return self.markdown


def table(columns: Mapping[str, Iterable[object]]) -> Table:
    """열의 이름과 값으로 표를 만든다. 셀의 마지막 줄에 쓴다. 수만 든 열은 오른쪽에 맞춘다.

    Raises:
        TypeError: 사전이 아니거나 목록이 아닌 열이 있을 때.
        ValueError: 열이 없거나 열마다 값의 개수가 다를 때.
    """
    if not isinstance(columns, Mapping):
        raise TypeError(
            f"columns의 자료형이 {type(columns).__name__}이다. 이름에서 값으로 가는 사전을 준다."
        )
    cells = {
        str(name): [str(value) for value in check_list(f"{name} 열", values)]
        for name, values in columns.items()
    }
    sizes = {name: len(values) for name, values in cells.items()}
    if len(set(sizes.values())) != 1:
        raise ValueError(f"열마다 값의 개수가 {sizes}이다. 하나 이상의 열에 같은 개수를 준다.")
    numeric = (all(_NUMBER.match(value) for value in values) for values in cells.values())
    marks = ["---:" if right else "---" for right in numeric]
    rows = [list(cells), marks, *zip(*cells.values(), strict=True)]
    return Table("\n".join(f"| {' | '.join(row)} |" for row in rows))


def layer_table(model: Any) -> Table:
    """Keras 모델의 층마다 종류와 출력의 크기와 파라미터의 수를 적은 표이다.

    Raises:
        TypeError: Keras의 모델이 아닐 때.
    """
    check_model("model", model)
    layers = [(type(layer).__name__, layer.output.shape[1:], layer) for layer in model.layers]
    return table(
        {
            "층": [*(name for name, _, _ in layers), "모두"],
            "출력": [*("×".join(map(str, shape)) for _, shape, _ in layers), ""],
            "파라미터": [*(f"{layer.count_params():,}" for *_, layer in layers),
                     f"{model.count_params():,}"],
        }
    )  # fmt: skip
