"""저장된 것의 표가 빠짐없고, 원천이 바뀌면 낡았다고 말하는지 본다."""

import subprocess

import pytest

from tools import ROOT
from tools.makers import derived
from tools.makers.derived import Stored

SOURCE = '''"""무엇을 하는지."""

SLOPE = 0.2  # 이유


def f(x):
    """설명."""
    return "# 주석이 아니다"
'''
ONLY_WORDS = SOURCE.replace("무엇을", "누가\n무엇을").replace("# 이유", "# 다른 이유\n# 한 줄 더")


@pytest.fixture
def project(tmp_path, monkeypatch):
    """원천 `a.py`에서 `b.txt`가, 거기에서 `c.txt`가 나오는 저장소이다. 명령은 앞의 것을 그대로 베낀다."""
    monkeypatch.setattr(derived, "ROOT", tmp_path)
    monkeypatch.setattr(derived, "STAMPS", tmp_path / "derived.json")
    copy = "import shutil, sys; shutil.copy(*sys.argv[1:])"
    (tmp_path / "copy.py").write_text(copy, encoding="utf-8")
    table = {
        "b": Stored(("b.txt",), ("a.py",), "python copy.py a.py b.txt"),
        "c": Stored(("c.txt",), ("b.txt",), "python copy.py b.txt c.txt"),
    }
    monkeypatch.setattr(derived, "TABLE", table)
    for name in ("a.py", "b.txt", "c.txt"):
        (tmp_path / name).write_text(SOURCE, encoding="utf-8")
    assert derived.main(["--accept", "b", "c"]) == 0
    return tmp_path


def test_what_was_made_from_these_sources_is_not_stale(project):
    assert derived.main(["--check"]) == 0


def test_comments_and_docstrings_of_python_do_not_make_stale(project):
    (project / "a.py").write_text(ONLY_WORDS, encoding="utf-8")
    assert derived.main(["--check"]) == 0


@pytest.mark.parametrize("change", [("0.2", "0.3"), ("# 주석이 아니다", "# 다른 글")])
def test_a_changed_number_or_string_makes_stale(project, capsys, change):
    (project / "a.py").write_text(SOURCE.replace(*change), encoding="utf-8")
    assert derived.main(["--check"]) == 1
    assert "b이(가) 원천보다 낡았다(바뀐 것: a.py)" in capsys.readouterr().out


def test_what_follows_is_remade_in_order_and_only_that(project):
    (project / "a.py").write_text(SOURCE.replace("0.2", "0.3"), encoding="utf-8")
    assert derived.main([]) == 0
    assert "0.3" in (project / "c.txt").read_text(encoding="utf-8")
    assert derived.main(["--check"]) == 0
    (project / "b.txt").write_text("손으로", encoding="utf-8")
    assert derived.main([]) == 0
    assert (project / "c.txt").read_text(encoding="utf-8") == "손으로"


@pytest.mark.parametrize("reason", [{"minutes": 30}, {"needs": "npm이"}])
def test_what_takes_long_or_needs_more_is_named_and_left(project, capsys, monkeypatch, reason):
    slow = derived.TABLE["b"]._replace(**reason)
    monkeypatch.setitem(derived.TABLE, "b", slow)
    (project / "a.py").write_text(SOURCE.replace("0.2", "0.3"), encoding="utf-8")
    assert derived.main([]) == 1
    assert "직접 시작한다: python copy.py a.py b.txt" in capsys.readouterr().out
    assert "0.2" in (project / "b.txt").read_text(encoding="utf-8")


def test_a_new_or_lost_source_makes_stale(project, monkeypatch):
    monkeypatch.setitem(
        derived.TABLE, "b", derived.TABLE["b"]._replace(sources=("a.py", "new*.py"))
    )
    (project / "new.py").write_text("X = 1", encoding="utf-8")
    assert derived.changed("b", derived.TABLE["b"]) == ["new.py"]
    (project / "new.py").unlink()
    with pytest.raises(FileNotFoundError, match="표를 고친다"):
        derived.main(["--check"])


def test_every_stored_file_stands_in_the_table_once():
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("git의 작업 폴더가 아니다")
    folders = ("companion/bricks/", "companion/evaluator/", "companion/fonts/",
               "companion/recorded/", "tools/studies/results/", "book/_vendor/", "book/cards/",
               "book/symptoms/")  # fmt: skip
    stored = {name for name in listed.stdout.splitlines() if name.startswith(folders)}
    stored |= {
        "book/glossary.md",
        "book/wall.png",
        "book/_play/forger.png",
        "book/_play/gan-wasm.js",
    }
    owned = [
        path.relative_to(ROOT).as_posix()
        for entry in derived.TABLE.values()
        for pattern in entry.files
        for path in ROOT.glob(pattern)
        if path.is_file()
    ]
    assert sorted(owned) == sorted(stored)
