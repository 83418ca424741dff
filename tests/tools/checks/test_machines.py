"""다른 기계를 흉내 내는 프로그램이 변형을 실제로 바꾸고 결과를 바로 알리는지 본다."""

import json
import os
import subprocess
import sys

import pytest

from tools.checks import machines as variants


@pytest.fixture
def probe(monkeypatch, tmp_path):
    """pytest 대신 제 환경을 적는 프로그램을 돌린다."""
    path = tmp_path / "seen.json"
    (tmp_path / "probe.py").write_text(
        "import json, os, sys\n"
        "cores = len(os.sched_getaffinity(0))\n"
        f"json.dump([sys.argv, dict(os.environ), cores], open({str(path)!r}, 'w'))\n"
        "print('==== 3 passed in 1.23s ====')\n"
        "sys.exit('--fail' in sys.argv)\n"
    )
    (tmp_path / "pytest.py").write_text("import probe\n")
    monkeypatch.setattr(variants, "ROOT", tmp_path)

    def run(name, *arguments):
        result = variants.run(name, arguments)
        return result, *json.loads(path.read_text())

    return run


@pytest.mark.parametrize("name", [n for n, v in variants.VARIANTS.items() if not v.kernel])
def test_a_variant_reaches_pytest_with_its_environment_and_cores(probe, name):
    variant = variants.VARIANTS[name]
    result, words, environment, cores = probe(name, "book")
    assert environment.items() >= variant.environment.items()
    assert cores == (variant.cores or len(os.sched_getaffinity(0)))
    assert "--nbval" in words
    assert words[-1] == "book"
    assert (result.code, result.summary) == (0, "3 passed")


def test_avx2_really_limits_numpy_without_a_warning():
    probe = [sys.executable, "-W", "error", "-c", "import numpy as np; np.show_config()"]
    environment = {**os.environ, **variants.VARIANTS["avx2"].environment}
    done = subprocess.run(probe, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found = done.stdout.split("not found")[0]
    assert "AVX512" not in found
    assert "X86_V4" not in found


def test_a_failing_variant_fails_the_program(monkeypatch, capsys):
    results = {"plain": 0, "avx2": 1}
    monkeypatch.setattr(
        variants, "run", lambda name, _: variants.Result(name, results[name], "요약", 1.0)
    )
    assert variants.main(["--only", "plain", "avx2"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line[:3].strip() for line in lines if "요약" in line] == ["됨", "안 됨"]
    assert lines[-1] == "1 passed, 1 failed"
    assert variants.main(["--only", "plain"]) == 0


def test_a_variant_that_cannot_be_prepared_says_why(monkeypatch):
    def prepare():
        raise FileNotFoundError("Colab의 파이썬 3.13이 없다.")

    monkeypatch.setitem(variants.VARIANTS, "colab", variants.Variant("Colab", kernel=prepare))
    result = variants.run("colab")
    assert result.code
    assert "3.13" in result.summary


def test_the_colab_kernel_is_the_one_of_its_environment(probe, monkeypatch, tmp_path):
    python = tmp_path / "bin" / "python"
    monkeypatch.setitem(variants.VARIANTS, "colab", variants.Variant("", kernel=lambda: python))
    _, words, environment, _ = probe("colab")
    assert words[-1] == "--nbval-kernel-name=colab"
    assert environment["JUPYTER_PATH"]


def test_an_unknown_variant_is_a_usage_error():
    with pytest.raises(SystemExit) as error:
        variants.main(["--only", "none"])
    assert error.value.code == 2
