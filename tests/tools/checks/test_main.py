"""모든 검사를 차례로 하는 프로그램."""

import shlex

import pytest

from tools.checks import __main__ as check
from tools.checks import settings
from tools.checks.__main__ import Stage


def stage(name, code):
    return Stage(name, name, f"python -c {shlex.quote(code)}")


def test_a_failing_stage_does_not_stop_the_later_ones(tmp_path, capfd):
    marker = tmp_path / "ran"
    later = f"open({str(marker)!r}, 'w').close()"
    assert check.run([stage("first", "raise SystemExit(3)"), stage("second", later)]) == 1
    assert marker.exists()
    lines = capfd.readouterr().out.splitlines()
    assert [line.split()[:2] for line in lines if line.startswith("안 됨")] == [["안", "됨"]]
    assert lines[-1] == "1 passed, 1 failed"


def test_what_went_wrong_stands_once_more_at_the_end(capfd):
    wrong = "import sys; print(*range(99), sep='\\n', flush=True); print('이 시험', file=sys.stderr); sys.exit(1)"
    assert check.run([stage("bad", wrong), stage("long", "print(*range(999), sep='\\n')")]) == 1
    out = capfd.readouterr().out
    assert out.count("이 시험") == 2
    repeated = out.split("안 된 단계의 끝: bad\n")[1].split("\n\n")[0].splitlines()
    assert repeated == [*map(str, range(100 - check.ENDING_LINES, 99)), "이 시험"]


def test_all_passing_stages_give_success(capfd):
    assert check.run([stage("only", "")]) == 0
    assert capfd.readouterr().out.splitlines()[-1] == "1 passed, 0 failed"


def test_what_a_stage_made_last_time_is_gone_before_it_runs(tmp_path, monkeypatch, capfd):
    monkeypatch.setattr(settings, "BOOK", settings.Book(tmp_path))
    (tmp_path / "made").mkdir()
    (tmp_path / "made" / "old").touch()
    look = stage("look", "import os; print(os.listdir())")._replace(output="made")
    assert check.run([look]) == 0
    assert "[]" in capfd.readouterr().out.splitlines()


def test_only_the_named_stages_run(monkeypatch, capfd):
    monkeypatch.setattr(
        check, "stages", lambda: [stage("a", "print('A')"), stage("b", "print('B')")]
    )
    assert check.main(["--only", "b"]) == 0
    out = capfd.readouterr().out.splitlines()
    assert "B" in out
    assert "A" not in out


def test_an_unknown_stage_is_a_usage_error(capsys):
    with pytest.raises(SystemExit) as error:
        check.main(["--only", "none"])
    assert error.value.code == 2
    assert "none" in capsys.readouterr().err


def test_a_stage_that_hangs_is_stopped_and_counted_as_failed(monkeypatch, capfd):
    monkeypatch.setattr(check, "LIMIT_SECONDS", 0.5)
    assert check.run([stage("slow", "import time; time.sleep(60)"), stage("next", "")]) == 1
    out = capfd.readouterr().out
    assert "끝나지 않아 멈추었다" in out
    assert out.splitlines()[-1] == "1 passed, 1 failed"


def test_a_program_that_is_not_installed_is_told(capfd):
    assert check.run([Stage("x", "x", "no-such-program")]) == 1
    assert "environment.py" in capfd.readouterr().out


def test_a_missing_program_is_told_before_anything_is_deleted(tmp_path, monkeypatch, capfd):
    monkeypatch.setattr(settings, "BOOK", settings.Book(tmp_path))
    (tmp_path / "made").mkdir()
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "python").touch()
    chosen = [stage("first", ""), Stage("book", "책", "no-such-program", output="made")]
    assert check.run(chosen) == 1
    assert (tmp_path / "made").exists()
    assert "`.venv/bin/python -m tools.checks`로 친다" in capfd.readouterr().out


def test_a_book_without_tests_has_no_stage_for_them(tmp_path, monkeypatch):
    def names():
        return [stage.name for stage in check.stages()]

    assert {"unit", "browser"} <= set(names())
    assert names().count("coverage") == len(settings.BOOK.coverage)
    monkeypatch.setattr(settings, "BOOK", settings.Book(tmp_path, coverage={"code": 90}))
    assert not {"unit", "coverage", "browser"} & set(names())
    assert "lint" in names()
