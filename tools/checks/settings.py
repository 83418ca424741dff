"""검사가 책에 대해 아는 것의 전부이다. `pyproject.toml`의 `[tool.book-checks]`에서 읽는다."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


@dataclass(frozen=True, eq=False)
class Book:
    """책 하나의 자리와 규칙이다. 이름마다의 뜻은 `README.md`에 있다."""

    root: Path
    pages: str = "book"
    package: str = ""
    distribution: str = ""
    version: str = ""
    placeholder: str = "OWNER/REPOSITORY"
    sources: Sequence[str] = ()
    terms: str = ""
    references: str = ""
    words: Mapping[str, str] = field(default_factory=dict)
    without_terms: Sequence[str] = ()
    without_words: Sequence[str] = ()
    without_numbers: Sequence[str] = ()
    exempt: Sequence[str] = ()
    code_width: int = 0
    figures: Mapping[str, Sequence[str]] = field(default_factory=dict)
    coverage: Mapping[str, int] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        """페이지가 든 폴더이다."""
        return self.root / self.pages

    def source_files(self) -> list[Path]:
        return sorted({path for pattern in self.sources for path in self.root.glob(pattern)})


def read(root: Path) -> Book:
    """`root`에 있는 책의 설정을 읽는다. 모르는 이름이 있으면 ValueError를 낸다."""
    file = root / "pyproject.toml"
    project = tomllib.loads(file.read_text(encoding="utf-8"))
    table = project.get("tool", {}).get("book-checks", {})
    known = [item.name.replace("_", "-") for item in fields(Book) if item.name != "root"]
    if unknown := table.keys() - known:
        raise ValueError(
            f"{file}의 [tool.book-checks]에 모르는 이름 {', '.join(sorted(unknown))}이(가) 있다. "
            f"{', '.join(known)} 가운데에서 고른다."
        )
    named = {name.replace("-", "_"): value for name, value in table.items()}
    about = project.get("project", {})
    defaults = {"distribution": about.get("name", ""), "version": about.get("version", "")}
    return Book(root, **{**defaults, **named})


BOOK = read(Path(__file__).resolve().parents[2])


def name_of(path: Path) -> str:
    """알림에 적을 이름이다. 책 안의 파일이면 책의 루트에서 본 이름이다."""
    inside = path.is_relative_to(BOOK.root)
    return path.relative_to(BOOK.root).as_posix() if inside else str(path)
