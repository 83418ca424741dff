"""형 검사기가 companion의 이름마다 형을 안다."""

import re
from pathlib import Path

import pytest

import companion

ROOT = Path(__file__).parents[2]
api = pytest.importorskip("mypy.api", reason="mypy(extra test)가 없다")


def revealed(folder: Path, *lines: str) -> list[str]:
    """`reveal_type()`마다 mypy가 답한 형이다. 저장소의 캐시가 있으면 1초쯤 걸린다."""
    program = folder / "reader_s_own_program.py"
    program.write_text("\n".join(lines), encoding="utf-8")
    settings = ["--config-file", str(ROOT / "pyproject.toml")]
    found, error, code = api.run(
        [*settings, "--cache-dir", str(ROOT / ".mypy_cache"), str(program)]
    )
    assert code == 0, found + error
    return re.findall(r'Revealed type is "(.*)"', found)


def test_a_model_built_through_the_package_has_its_type(tmp_path):
    lines = "from companion import build_dcgan", "reveal_type(build_dcgan())"
    assert revealed(tmp_path, *lines) == ["companion.training.DCGAN"]


def test_no_name_of_the_package_is_of_unknown_type(tmp_path):
    names = companion.__all__
    uses = [f"reveal_type(companion.{name})" for name in names]
    types = dict(zip(names, revealed(tmp_path, "import companion", *uses), strict=True))
    assert [name for name, kind in types.items() if kind == "Any"] == []
