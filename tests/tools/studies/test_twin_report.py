"""쌍둥이의 결과를 모으고 판정하는 것을, 답을 아는 값으로 본다."""

import json

import numpy as np
import pytest

from tools.studies import plan, twin_report


def results(name, kid, folder, changes=None):
    """계획의 훈련마다 두 번 잰 결과를 적는다. 끝의 거리는 `kid(훈련)`이다."""
    (folder / name).mkdir(parents=True)
    (folder / name / "machine.json").write_text('{"device": "card"}\n')
    lines = []
    for recipe in plan.read(name):
        for images, scale in ((recipe.images // 2, 2), (recipe.images, 1)):
            one = {"kid": scale * kid(recipe), "gaussian": 0.1, "recall": 0.5, "precision": 0.25}
            one["coverage"] = 0.75
            line = {"name": recipe.name, "seed": recipe.settings.seed, "images": images}
            line |= {"average": one, "raw": {"kid": 7.0}} | (changes or {}).get(recipe.name, {})
            lines.append(json.dumps(line) + "\n")
    (folder / name / "curves.jsonl").write_text("".join(lines))


@pytest.fixture
def collected(tmp_path, monkeypatch):
    monkeypatch.setattr(twin_report, "RESULTS", tmp_path / "twin.jsonl")
    twin_report.runs.cache_clear()
    yield tmp_path
    twin_report.runs.cache_clear()


def by_arm(recipe):
    """패널티가 있으면 거리가 10, 옮기기만 있으면 20, 없으면 21이고 시드마다 1씩 크다."""
    settings = recipe.settings
    return settings.seed + (10 if settings.gradient_penalty else 20 if settings.shift else 21)


def collect_all(folder, changes=None):
    for name in twin_report.STUDIES:
        results(name, by_arm, folder, changes)
    twin_report.collect(folder)


def test_every_run_is_collected_with_its_arm_seed_and_card(collected):
    collect_all(collected)
    lines = [json.loads(line) for line in twin_report.RESULTS.open()]
    assert len(lines) == 20 + 7 + 12 and {line["machine"]["device"] for line in lines} == {"card"}
    assert {line["seed"] for line in lines if line["plan"] == "narrow"} == {0, 1, 2}
    question = twin_report.runs("question")
    assert list(question) == ["둘 다 없음", "패널티만", "옮기기만", "둘 다"]
    assert twin_report.ends(question["옮기기만"]).tolist() == [20, 21, 22, 23, 24]
    assert question["둘 다"][1]["kid"] == [22, 11] and question["둘 다"][1]["raw_kid"] == [7, 7]


def test_both_kernels_have_to_agree(collected):
    collect_all(collected)
    # 가우스 커널의 거리는 모두 같으므로 다항 커널만 갈린다.
    assert twin_report.judged("패널티만", "둘 다 없음") == ("낫다", "가릴 수 없다", "가릴 수 없다")
    for runs in (twin_report.runs("question")[k] for k in ("패널티만", "둘 다")):
        for run in runs:
            run["gaussian"] = 0.01
    assert twin_report.judged("패널티만", "둘 다 없음") == ("낫다", "낫다", "낫다")
    assert twin_report.judged("옮기기만", "둘 다")[0] == "못하다"
    assert twin_report.judged("둘 다", "패널티만")[0] == "가릴 수 없다"


def test_the_tables_say_what_was_measured(collected):
    collect_all(collected)
    heads, _, *rows = (
        line.strip("|").split(" | ") for line in twin_report.scores_table("question").splitlines()
    )
    named = dict(
        zip([head.strip() for head in heads], [cell.strip() for cell in rows[1]], strict=True)
    )
    assert named == {
        "훈련법": "패널티만", "시드": "5", "KID×1000": "12 (10~14)", "가우스 커널×1000": "0.1 (0.1~0.1)",
        "정밀도": "0.25 (0.25~0.25)", "재현율": "0.50 (0.50~0.50)", "커버리지": "0.75 (0.75~0.75)",
        "평균하지 않은 것의 KID×1000": "7 (7~7)",
    }  # fmt: skip
    narrow = twin_report.narrow_table().splitlines()
    assert "패널티만 대 둘 다 없음" in narrow[0]
    assert narrow[-1].split(" | ")[5:] == ["낫다", "가릴 수 없다", "가릴 수 없다", "낫다 |"]
    logs = np.log([10, 11, 12, 13, 14]), np.log([20, 21, 22, 23, 24]), np.log([21, 22, 23, 24, 25])
    assert twin_report.typical_spread() == pytest.approx(
        np.median([logs[k].std(ddof=1) for k in (0, 0, 1, 2)])
    )
    assert "패널티만 1.92배, 옮기기만 1.05배, 둘 다 1.92배" in twin_report.verdicts_table()


def test_the_samples_on_the_page_are_of_the_first_seed():
    assert all(path.endswith("-0.png") for path in twin_report.SAMPLED.values())


def test_narrow_training_ranks_alike_only_where_it_stays_so(collected):
    collect_all(collected)
    # 앞의 반에서는 거리가 두 배이므로 판정이 같고, 세 시드의 범위도 같은 꼴이다.
    assert twin_report.ranks_as_full_size_from() == 400_000
    for run in twin_report.runs("narrow")["패널티만"]:
        run["kid"][0] = 100
    assert twin_report.ranks_as_full_size_from() == 800_000
    for run in twin_report.runs("narrow")["패널티만"]:
        run["kid"][1] = 100
    with pytest.raises(ValueError, match="끝까지 다르다"):
        twin_report.ranks_as_full_size_from()


@pytest.mark.parametrize("change", [{"error": "memory"}, {"images": 100}])
def test_an_unfinished_or_failed_run_is_refused_by_its_name(collected, change):
    with pytest.raises(ValueError, match="question의 shift-1"):
        collect_all(collected, {"shift-1": change})
    assert not twin_report.RESULTS.exists()
