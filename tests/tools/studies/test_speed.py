"""속도를 재는 코드가 옳은지, 잰 값에서 나온 것이 표와 페이지에 그대로 있는지 본다."""

import json
import multiprocessing
import os
import signal
import threading
import time

import numpy as np
import pytest

from tools.studies import run, speed, tables


def test_every_measurement_has_its_table():
    assert [*speed.MEASUREMENTS] == [*tables.SPEED_TABLES]


def test_flops_are_those_counted_by_hand():
    # 커널 4×4, 채널과 크기는 4.2.2절과 4.2.3절의 것이다.
    d = [16 * a * b * size**2 for a, b, size in ((1, 64, 32), (64, 128, 16), (128, 256, 8), (256, 512, 4), (512, 1, 1))]  # fmt: skip
    g = [16 * a * b * size**2 for a, b, size in ((100, 512, 1), (512, 256, 4), (256, 128, 8), (128, 64, 16), (64, 1, 32))]  # fmt: skip
    by_hand = 2 * (7 * sum(d) - 2 * d[0] + 3 * sum(g) - g[0])
    assert speed.count_flops() == by_hand


def test_shares_and_ratios_of_the_table():
    rounds = {"a": [1.0, 2.0, 1.0], "b": [2.0, 4.0, 2.0]}
    result = {
        "batch": 10,
        "steps_a_round": 1,
        "flops_an_image": 1e9,
        "machine": {"processor": "X", "cores": 2},
        "matmul_gflops": {"float32": [20.0, 10.0, 20.0]},
        "contenders": {
            name: {
                "first": {"first_step_seconds": 1.0},
                "rounds": [{"seconds": s, "peak_mb": 5.0} for s in seconds],
            }
            for name, seconds in rounds.items()
        },
    }
    table = tables.comparison_table(result)
    assert table.startswith("X, 코어 2개. 배치 10, 차례 3번")
    assert "| a | 10.0 (7.5~10.0) | 1.00 (1.00~1.00) | 50 (50~50) | 1.0초 | 5 MB |" in table
    assert "| b | 5.0 (3.8~5.0) | 0.50 (0.50~0.50) | 25 (25~25) |" in table


def test_scaling_fits_a_line_and_stops_where_the_fixed_part_is():
    seconds = {str(batch): [0.1 + 0.01 * batch] * 3 for batch in speed.BATCHES}
    fixed, each = tables.fit(seconds)
    assert (fixed, each) == (pytest.approx(0.1), pytest.approx(0.01))
    rates = [tables.images_a_second(n, 100, fixed, each, 0, 1.0) for n in (1, 2, 10_000)]
    assert rates == [pytest.approx(100 / 1.1), pytest.approx(100 / 0.6), pytest.approx(1000, rel=1e-3)]  # fmt: skip
    slow = tables.images_a_second(2, 100, fixed, each, 25_000_000, 1e8)
    assert slow == pytest.approx(100 / (0.6 + 0.25))


def test_time_to_kid_says_when_the_copied_recipe_never_arrived():
    def run(name, seed, *values):
        measured = [{"images": 1, "cpu_seconds": s, "kid": k} for s, k in values]
        return {"recipe": name, "seed": seed, "measured": measured}

    machine = {"processor": "어느 CPU", "vectors": "AVX2"}
    result = {"target": 1000.0, "machine": machine, "runs": [
        *(run("chosen", seed, (10, 5000), (20, 900)) for seed in range(3)),
        *(run("copied", seed, (50, 5000), (100, 990)) for seed in range(2)),
        run("copied", 2, (50, 9000), (120, 7000)),
    ]}  # fmt: skip
    table = tables.time_to_kid_table(result)
    assert table.startswith("어느 CPU(AVX2). ")
    assert "| 0 | 20초 | 100초 | 5.0배 |" in table
    assert "| 2 | 20초 | 120초에도 7,000 | 6.0배 넘게 |" in table


def test_contenders_train_in_turns():
    names = ["companion-float32", "gradient-tape", "keras-io"]
    result = speed.compare(names, batch=2, rounds=2, images=4)
    assert list(result["contenders"]) == names and result["steps_a_round"] == 2
    for measured in result["contenders"].values():
        assert len(measured["rounds"]) == 2
        for answer in (measured["first"], *measured["rounds"]):
            assert all(np.isfinite(value) and value > 0 for value in answer.values())
    table = tables.comparison_table({**result, "machine": {"processor": "X", "cores": 2}})
    assert table.count("\n") == 5 + len(names) - 1


def test_the_profile_finds_the_convolutions(tmp_path):
    assert list(run.side_by_side(speed.measure, [("profile-32", tmp_path)], jobs=1))
    result = json.loads((tmp_path / "profile-32.json").read_text())
    table = tables.profile_table(result)
    assert "\n| 합성곱과 전치 합성곱 |" in table
    assert 0.5 < sum(result["ops_ms"].values()) / result["step_ms"] <= 1.01


def test_a_failed_process_stops_the_rest():
    with pytest.raises(SystemExit, match=r"_exit\(3\)이\(가\) 실패했다"):
        list(run.side_by_side(os._exit, [(0,), (3,), (0,)], jobs=1))


def test_the_signal_to_stop_reaches_the_processes():
    tasks = run.side_by_side(time.sleep, [(0,), (60,)], jobs=2)
    assert next(tasks) == (0,)
    [sleeping] = multiprocessing.active_children()
    threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGTERM)).start()
    with pytest.raises(SystemExit):
        next(tasks)
    sleeping.join()
    assert sleeping.exitcode == -signal.SIGTERM
