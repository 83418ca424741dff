"""PyTorch의 환경이 지금의 환경과 PyTorch 말고는 같은지, 그 안의 테스트가 실패하면 실패라고 하는지 본다."""

import re
import sys
from importlib.metadata import version

from tools import ROOT
from tools.studies import pytorch


def test_the_environment_is_this_one_with_pytorch_and_pytorch_is_nowhere_else(monkeypatch):
    asked = []
    monkeypatch.setattr(pytorch.environment, "prepare", lambda *words: asked.append(words))
    pytorch.prepare()
    ((folder, python, requirements),) = asked
    assert folder.name == ".venv-pytorch" and sys.version.startswith(f"{python}.")
    pins = dict(re.findall(r"^([\w-]+)==(\S+)$", requirements, flags=re.M))
    assert pins.pop("torch")
    assert pins.keys() > {"keras", "tensorflow", "numpy", "scikit-learn", "pytest"}
    assert all(pins[name] == version(name) for name in pins)
    for name in ("requirements.txt", "pyproject.toml", "environment.yml"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert not re.search(r"^\W*torch\b(?!\.\*)", text, flags=re.M), name


def test_failing_tests_of_the_twin_fail_the_check(tmp_path, monkeypatch, capfd):
    monkeypatch.setattr(pytorch, "prepare", lambda: sys.executable)
    monkeypatch.setattr(pytorch, "ROOT", tmp_path)
    folder = tmp_path / "tests" / "tools" / "studies"
    folder.mkdir(parents=True)
    (folder / "test_twin.py").write_text(
        "def test_a():\n    pass\n\n\ndef test_b():\n    assert 0\n"
    )
    assert pytorch.main(["-k", "test_a"]) == 0
    assert pytorch.main([]) == 1
    assert "1 failed, 1 passed" in capfd.readouterr().out
