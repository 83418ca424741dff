"""bench/의 표가 잰 값에서 나온 그대로인지, 재는 코드가 옳은지 본다."""

import json
import subprocess
import sys

import numpy as np
import pytest

from tools import ROOT
from tools.studies import bench, compare, scaling


def test_tables_are_made_from_the_stored_results():
    text = bench.README.read_text(encoding="utf-8")
    assert bench.with_tables(text) == text, (
        "`python -m tools.studies.bench --tables`로 표를 다시 쓴다."
    )


def test_every_measurement_stands_in_the_readme():
    text = bench.README.read_text(encoding="utf-8")
    assert [name for name in bench.MEASUREMENTS if f"<!-- {name} -->" not in text] == []


def test_flops_are_those_counted_by_hand():
    # 커널 4×4, 채널과 크기는 4.2.2절과 4.2.3절의 것이다.
    d = [16 * a * b * size**2 for a, b, size in ((1, 64, 32), (64, 128, 16), (128, 256, 8), (256, 512, 4), (512, 1, 1))]  # fmt: skip
    g = [16 * a * b * size**2 for a, b, size in ((100, 512, 1), (512, 256, 4), (256, 128, 8), (128, 64, 16), (64, 1, 32))]  # fmt: skip
    by_hand = 2 * (7 * sum(d) - 2 * d[0] + 3 * sum(g) - g[0])
    assert compare.count_flops() == by_hand


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
    table = compare.table(result)
    assert table.startswith("X, 코어 2개. 배치 10, 차례 3번")
    assert "| a | 10.0 (7.5~10.0) | 1.00 (1.00~1.00) | 50 (50~50) | 1.0초 | 5 MB |" in table
    assert "| b | 5.0 (3.8~5.0) | 0.50 (0.50~0.50) | 25 (25~25) |" in table


def test_scaling_fits_a_line_and_stops_where_the_fixed_part_is():
    seconds = {str(batch): [0.1 + 0.01 * batch] * 3 for batch in scaling.BATCHES}
    fixed, each = scaling.fit(seconds)
    assert (fixed, each) == (pytest.approx(0.1), pytest.approx(0.01))
    rates = [scaling.images_a_second(n, 100, fixed, each, 0, 1.0) for n in (1, 2, 10_000)]
    assert rates == [pytest.approx(100 / 1.1), pytest.approx(100 / 0.6), pytest.approx(1000, rel=1e-3)]  # fmt: skip
    slow = scaling.images_a_second(2, 100, fixed, each, 25_000_000, 1e8)
    assert slow == pytest.approx(100 / (0.6 + 0.25))


@pytest.mark.parametrize("name", ["companion-float32", "gradient-tape", "keras-io"])
def test_contenders_train_when_told(name):
    done = subprocess.run(
        [sys.executable, "-m", "tools.studies.contenders", name, "--batch", "2"],
        cwd=ROOT,
        input="1\n2\n",
        capture_output=True,
        text=True,
        check=True,
    )
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [sorted(answer) for answer in answers] == [
        ["first_step_seconds"],
        *[["cpu_seconds", "peak_mb", "seconds"]] * 2,
    ]
    assert all(np.isfinite(list(answer.values())).all() for answer in answers)


def test_the_page_uses_the_measured_costs():
    page = (ROOT / "book" / "4_2_4_training.md").read_text(encoding="utf-8")
    result = json.loads((bench.RESULTS / "scaling.json").read_text(encoding="utf-8"))
    fixed, each = scaling.fit(result["step_s"])
    assert f"FIXED, EACH = {fixed:.3g}, {each:.3g}" in page
