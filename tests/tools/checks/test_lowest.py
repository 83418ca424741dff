"""약속한 버전의 범위가 검사하는 환경과 Colab의 버전에 맞는지 본다."""

import re
import sys

import pytest

from tools import ROOT
from tools.checks import colab, lowest

COLAB = (ROOT / "tools" / "checks" / "colab_requirements.txt").read_text(encoding="utf-8")
# Colab에서 고를 수 있는 런타임 둘의 파이썬과, 목록과 다른 버전. 2026.07이 둘째이다.
RUNTIMES = {colab.PYTHON: {}, "3.12": {"numpy": "2.0.2", "tensorflow": "2.20.0"}}


@pytest.mark.parametrize("python", RUNTIMES)
def test_the_versions_of_colab_lie_in_the_promised_ranges(python):
    listed = dict(re.findall(r"^([\w-]+)(?:==(\S+))?$", COLAB, flags=re.M)) | RUNTIMES[python]
    pythons, packages = lowest.promises()
    assert python in lowest.SpecifierSet(pythons)
    unlisted = {package.name for package in packages} - listed.keys()
    assert unlisted == {"scikit-learn"}
    for package in packages:
        if version := listed.get(package.name):
            assert version in package.specifier, package.name


def test_the_environment_holds_the_lower_bound_of_every_promise(monkeypatch):
    asked = []
    monkeypatch.setattr(lowest.environment, "prepare", lambda *words: asked.append(words))
    lowest.prepare()
    ((folder, python, requirements),) = asked
    assert (folder.name, python) == (".venv-lowest", "3.10")
    pins = dict(re.findall(r"^([\w-]+)==(\S+)$", requirements, flags=re.M))
    _, packages = lowest.promises()
    assert pins.keys() == {package.name for package in packages} > {"keras", "scikit-learn"}
    assert all(f">={pins[package.name]}" in str(package.specifier) for package in packages)


@pytest.mark.parametrize("range_", ["", "<3", ">2", "==2.*"])
def test_a_promise_without_a_lower_bound_is_refused(range_):
    with pytest.raises(ValueError, match="아래쪽 경계"):
        lowest.lower_bound(range_)


def test_failing_unit_tests_fail_the_check(tmp_path, monkeypatch, capfd):
    monkeypatch.setattr(lowest, "prepare", lambda: sys.executable)
    monkeypatch.setattr(lowest, "ROOT", tmp_path)
    for name, body in [("good", "assert True"), ("bad", "assert False")]:
        (tmp_path / f"test_{name}.py").write_text(f"def test_{name}():\n    {body}\n")
    assert lowest.main(["test_good.py"]) == 0
    assert lowest.main(["test_good.py", "test_bad.py"]) == 1
    assert "1 failed, 1 passed" in capfd.readouterr().out
