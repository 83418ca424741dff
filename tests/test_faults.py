"""일부러 낸 고장을 견디는지 본다. `make faults`의 짧은 꼴이다."""

import os
from pathlib import Path

import numpy as np
import pytest

from tools import faults


@pytest.fixture
def rng():
    """죽일 때를 정하는 난수이다. 실패하면 시드가 보이고, `TEST_SEED`로 같은 시드를 다시 쓴다."""
    seed = int(os.environ.get("TEST_SEED") or np.random.SeedSequence().generate_state(1)[0])
    print(f"TEST_SEED={seed}")
    return np.random.default_rng(seed)


@pytest.mark.parametrize("name", faults.KILLS)
def test_nothing_is_lost_when_killed(name, tmp_path, rng):
    print(faults.KILLS[name](tmp_path, 2, rng))


@pytest.mark.parametrize("name", faults.FAULTS)
def test_faults_are_survived(name, tmp_path):
    print(faults.FAULTS[name](tmp_path))


def test_a_change_of_files_is_noticed(tmp_path):
    (tmp_path / "a").write_text("하나")

    def bad():
        (tmp_path / "a").write_text("둘")
        raise ValueError("거절한다")

    with pytest.raises(faults.Wrong, match="파일을 바꾸었다"):
        faults.untouched(tmp_path, bad)


@pytest.mark.parametrize(
    "action",
    [lambda: None, lambda: int("english message"), lambda: Path("/없는/파일").read_bytes()],
    ids=["accepted", "not-korean", "no-word"],
)
def test_a_poor_refusal_is_noticed(action):
    with pytest.raises(faults.Wrong):
        faults.refusal(action, "다시 설치한다")


def test_the_count_of_failures_is_the_exit_code(monkeypatch, capsys):
    def broken(folder):
        raise faults.Wrong("잃었다")

    monkeypatch.setattr(faults, "KILLS", {})
    monkeypatch.setattr(faults, "FAULTS", {"하나": broken, "둘": lambda folder: "괜찮다"})
    assert faults.run(kills=1, seed=0) == 1
    assert "못 견딤  하나: 잃었다" in capsys.readouterr().out
