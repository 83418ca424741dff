"""용어집의 표를 읽는다. 린트와 용어집 페이지와 책의 확장이 모두 이것을 쓴다.

| 열 | 뜻 |
| --- | --- |
| `korean` | 용어. `배치 / 미니배치`처럼 여럿을 적을 수 있고, 괄호 속의 말은 있어도 없어도 된다. |
| `english`, `definition` | 영어 이름과 한 문장의 뜻 |
| `aliases` | 쉼표로 나눈 다른 이름. 괄호에는 쓰임을 적는다. |
| `forbid` | 글에 쓰지 않는 말의 정규식. 뜻이 여럿이라 글만으로 가릴 수 없는 말(단계, 묶음, 기울기)은 적지 않는다. |
| `plain` | 보통 말로도 자주 나와 용어집으로 잇지 않는 이름 |
| `phrases` | 이름이 다른 뜻으로 든 구절. 쉼표로 나누고, 글에서 이 구절에 든 이름은 잇지 않는다. |
"""

import csv
import re
from pathlib import Path
from typing import NamedTuple


class Term(NamedTuple):
    """용어집의 한 줄이다."""

    korean: str
    english: str
    definition: str
    aliases: str
    forbid: str = ""
    plain: str = ""
    phrases: str = ""

    @property
    def names(self) -> list[str]:
        """글에 나오는 꼴이다. 처음 것이 대표이다."""
        return [form for name in self.korean.split("/") for form in _forms(name.strip())]

    @property
    def linked_names(self) -> list[str]:
        return [name for name in self.names if name not in self.plain.split(", ")]

    @property
    def other_meanings(self) -> list[str]:
        return [phrase for phrase in self.phrases.split(", ") if phrase]

    @property
    def other_names(self) -> list[str]:
        """괄호를 뺀 다른 이름과 영어 이름이다."""
        text = re.sub(r"\([^)]*\)?", "", f"{self.aliases}/{self.english}")
        return [" ".join(name.split()) for name in re.split("[,/]", text) if name.strip()]


def _forms(name: str) -> list[str]:
    """`다변량 (표준) 정규 분포`는 괄호의 말이 있거나 없고, `…(GAN)`처럼 붙은 괄호는 줄임말이다."""
    short = re.fullmatch(r"(\S.*\S)\(([A-Za-z]+)\)", name)
    if short:
        return [short[1], short[2]] if short[2].isupper() else [short[1]]
    return [" ".join(re.sub(r"\([^)]*\)", " ", name).split()), re.sub(r"[()]", "", name)]


def read(table: Path) -> list[Term]:
    """용어집의 줄을 차례대로 돌려준다.

    Raises:
        ValueError: 빈 칸이나 겹친 용어나 잘못 적은 정규식이 있을 때.
    """
    with table.open(encoding="utf-8", newline="") as stream:
        terms = [Term(**row) for row in csv.DictReader(stream)]
    seen: set[str] = set()
    for number, term in enumerate(terms, start=2):
        place = f"{table.name}의 {number}째 줄"
        if not (term.korean and term.english and term.definition):
            raise ValueError(f"{place}에 용어, 영어, 뜻 가운데 빈 칸이 있다.")
        if term.korean in seen:
            raise ValueError(f"{place}: '{term.korean}'가 앞에도 있다.")
        seen.add(term.korean)
        try:
            re.compile(term.forbid)
        except re.error as error:
            message = f"{place}: forbid의 {term.forbid!r}는 정규식이 아니다({error})."
            raise ValueError(message) from error
    return terms
