"""쌍둥이(twin.py)로 나란히 할 훈련들의 계획을 plans/에서 읽는다.

- `question.json`: 패널티와 옮기기를 넣고 뺀 네 훈련법, 시드 다섯 개씩.
- `singles.json`: 시드가 하나뿐인 곁가지.
- `narrow.json`: 좁은 신경망의 긴 훈련, 시드 세 개씩.
"""

import json
from dataclasses import dataclass, fields
from pathlib import Path

from companion.settings import Settings

PLANS = Path(__file__).with_name("plans")


@dataclass(frozen=True)
class Recipe:
    """훈련 하나이다. `loss`가 `"relativistic"`이면 진짜와 가짜를 짝지어 로짓의 차로 손실을 계산한다(R3GAN).

    `fake_penalty`는 가짜에 거는 같은 꼴의 패널티(R2)의 세기이다.
    """

    name: str
    settings: Settings
    images: int
    batch_size: int = 32
    loss: str = "logistic"
    fake_penalty: float = 0.0

    def __post_init__(self) -> None:
        if self.settings.upsampling == "resize":
            raise ValueError(
                f'{self.name}의 upsampling이 "resize"이다. 여기에는 "smooth"와 "transpose"만 있다.'
            )
        if self.loss not in ("logistic", "relativistic"):
            raise ValueError(
                f'{self.name}의 loss가 {self.loss!r}이다. "logistic"이나 "relativistic"을 적는다.'
            )

    @property
    def steps(self) -> int:
        return self.images // self.batch_size

    @property
    def is_penalized(self) -> bool:
        return bool(self.settings.gradient_penalty or self.fake_penalty)


def read(name: str, tiny: bool = False) -> list[Recipe]:
    """계획 하나를 읽는다. `tiny`이면 신경망을 좁히고 몇 스텝만 훈련한다.

    Raises:
        ValueError: `Settings`의 값이 다 적혀 있지 않을 때. 기본값이 바뀌어도 계획은 바뀌지 않아야 한다.
    """
    plan = json.loads((PLANS / f"{name}.json").read_text(encoding="utf-8"))
    missing = {field.name for field in fields(Settings)} - plan["common"].keys() - {"seed"}
    if missing:
        raise ValueError(f"{name}.json의 common에 {', '.join(sorted(missing))}이(가) 없다. 적는다.")
    recipes = []
    for arm, changes in plan["arms"].items():
        values = {**plan["common"], **changes}
        own = {key: values.pop(key) for key in ("images", "batch_size", "loss", "fake_penalty")
               if key in values}  # fmt: skip
        if tiny:
            own["images"] = 16 * own.get("batch_size", 32)
            values |= {"base_channels": 2, "precision": "float32", "decay_steps": 16}
        for seed in range(values.pop("seeds")):
            recipes.append(Recipe(f"{arm}-{seed}", Settings(**values, seed=seed), **own))
    return recipes
