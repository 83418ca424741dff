"""훈련법이 뜻한 것을 하고, 멈추었다 이어도 같은 결과를 내는지 본다."""

import json
import multiprocessing
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import keras
import numpy as np
import pytest
import tensorflow as tf

from companion import evaluation, recorded
from companion.data import load_bricks, preprocess
from companion.training import build_dcgan
from tools.studies import plan, report, run, tables, train, twin_report, verdicts
from tools.studies.recipe_dcgan import build, doubling
from tools.studies.recipes import RECORDED, STUDIES, Recipe

TINY = Recipe(base_channels=2, batch_size=64, images=2_560)


@pytest.fixture
def short(monkeypatch):
    monkeypatch.setattr(train, "TICK", TINY.images // 2)


def train_short(*arguments) -> None:
    """따로 띄운 프로세스에서 짧게 훈련하며, 재는 대신 가중치의 합을 적는다."""

    def weights(dcgan, full):
        return {"weights": [float(abs(w).sum()) for w in dcgan.get_weights()]}

    train.TICK, train.measure = TINY.images // 2, weights
    run.train_one(*arguments)


@pytest.fixture(scope="module")
def batches():
    images = load_bricks().images[:96]
    return np.split(preprocess(images), 3)


def trained(dcgan, batches):
    for batch in batches:
        dcgan.train_on_batch(batch)
    return [*dcgan.discriminator.get_weights(), *dcgan.ema_generator.get_weights()]


OLD = {"label_noise": 0.1, "ema_decay": 0.995, "gradient_penalty": 0.0, "shift": 0}


@pytest.mark.parametrize(("recipe", "settings"), [(Recipe(), OLD), (RECORDED, {})])
def test_the_baseline_and_the_recorded_recipe_are_the_companions_to_the_bit(
    recipe, settings, batches
):
    ours = trained(build_dcgan(base_channels=4, seed=3, **settings), batches)
    theirs = trained(build(replace(recipe, base_channels=4), seed=3, steps=3), batches)
    assert all(np.array_equal(a, b) for a, b in zip(ours, theirs, strict=True))


def test_what_the_companions_own_step_cannot_do_is_refused():
    with pytest.raises(ValueError, match="함께 쓸 수 없는 설정"):
        replace(RECORDED, batches="mixed")


def tiny(**changes):
    """그래프로 바꾸지 않고 훈련하는 작은 모델이다. 몇 스텝이면 그래프를 짓는 것보다 빠르다."""
    dcgan = build(Recipe(**{**changes, "base_channels": 2}), seed=0, steps=3)
    dcgan.run_eagerly = True
    return dcgan


@pytest.fixture(scope="module")
def baseline(batches):
    return trained(tiny(), batches)


@pytest.mark.parametrize(
    "changes",
    [
        recipe.changes
        for recipe in dict.fromkeys(
            replace(r, images=Recipe().images) for study in STUDIES.values() for r in study.recipes
        )
        if len(recipe.changes) == 1 and not {"batch_size", "base_channels"} & recipe.changes.keys()
    ],
    ids=lambda changes: ",".join(f"{key}={value}" for key, value in changes.items()),
)
def test_every_recipe_of_a_study_trains_and_differs_from_the_baseline(changes, batches, baseline):
    dcgan = tiny(**changes)
    weights = trained(dcgan, batches)
    assert all(np.isfinite(w.astype("float32")).all() for w in weights)
    if "ema_decay" in changes:  # 첫머리의 감쇠율은 어느 쪽이나 낮추어 잡은 값이다.
        assert dcgan.ema_decay == changes["ema_decay"]
        return
    same = len(weights) == len(baseline) and all(
        a.shape == b.shape and np.array_equal(a, b) for a, b in zip(weights, baseline, strict=True)
    )
    assert not same


@pytest.mark.parametrize(
    ("labels", "real", "fake"),
    [("none", (1, 1), (0, 0)), ("one_sided", (0.9, 0.9), (0, 0)),
     ("inward", (0.9, 1), (0, 0.1)), ("outward", (1, 1.1), (-0.1, 0)),
     ("swapped", (0, 0.1), (0.9, 1))],
)  # fmt: skip
def test_labels_lie_where_the_recipe_says(labels, real, fake):
    dcgan = build(Recipe(labels=labels, base_channels=2), seed=0, steps=1)
    for values, (low, high) in zip(dcgan._labels(1000), (real, fake), strict=True):
        values = np.asarray(values)
        assert values.min() >= low - 1e-6 and values.max() <= high + 1e-6
        assert np.ptp(values) >= 0.9 * (high - low)


def test_clipped_probabilities_lose_the_gradient_that_logits_keep():
    gradients = {}
    for loss in ("logits", "probabilities"):
        dcgan = build(Recipe(loss=loss, base_channels=2), seed=0, steps=1)

        @tf.function
        def gradient(logits, dcgan=dcgan):
            return tf.gradients(dcgan._cross_entropy(tf.ones((1, 1)), logits), logits)[0]

        gradients[loss] = float(gradient(tf.constant([[-20.0]]))[0, 0])
    assert gradients["logits"] == pytest.approx(-1, abs=1e-6)
    assert gradients["probabilities"] == 0


def test_the_shift_moves_half_of_the_images_and_keeps_their_pixels():
    dcgan = build(Recipe(augmentation="half_shift_filled", base_channels=2), seed=0, steps=1)
    images = preprocess(load_bricks().images[:200])
    moved = np.asarray(dcgan._augment(tf.constant(images)))
    changed = (moved != images).any(axis=(1, 2, 3))
    assert 0.35 < changed.mean() < 0.65

    def shift_of(image, seen):
        """`seen`의 가운데가 `image`에서 있던 자리이다."""
        return next(
            (dy, dx)
            for dy in range(-8, 9)
            for dx in range(-8, 9)
            if np.array_equal(seen[16:48, 16:48], image[16 + dy : 48 + dy, 16 + dx : 48 + dx])
        )

    shifts = [shift_of(*pair) for pair in zip(images[changed], moved[changed], strict=True)]
    assert set(np.ravel(shifts)) == set(range(-4, 5))


def test_the_linear_schedule_falls_to_zero_at_the_last_step(batches):
    dcgan = build(Recipe(schedule="linear", base_channels=2), seed=0, steps=3)
    rates = []
    for batch in batches:
        rates.append(float(dcgan.g_optimizer.learning_rate))
        dcgan.train_on_batch(batch)
    assert rates == pytest.approx([2e-4, 2e-4 * 2 / 3, 2e-4 / 3])
    assert float(dcgan.d_optimizer.learning_rate) == 0


def test_a_kernel_of_five_and_relu_change_only_what_they_name():
    five = build(Recipe(generator_kernel=5, discriminator_kernel=5, base_channels=2), 0, 1)
    assert {layer.kernel_size for layer in doubling(five.generator)} == {(5, 5)}
    assert {layer.kernel_size for layer in doubling(five.discriminator)} == {(5, 5)}
    assert five.generator.output_shape == (None, 64, 64, 1)
    relu = build(Recipe(generator_activation="relu", base_channels=2), 0, 1)
    kinds = {type(layer) for layer in relu.generator.layers}
    assert keras.layers.ReLU in kinds and keras.layers.LeakyReLU not in kinds
    assert keras.layers.LeakyReLU in {type(layer) for layer in relu.discriminator.layers}


def test_the_normal_initializer_reaches_every_kernel():
    dcgan = build(Recipe(initializer="normal", base_channels=16), 0, 1)
    kernels = [v for v in dcgan.trainable_variables if v.name == "kernel"]
    for kernel in kernels:
        assert np.std(kernel) == pytest.approx(0.02, rel=0.1)


@pytest.mark.parametrize(("mistake", "brightest"), [("unit", 1), ("byte", 255)])
def test_mistaken_ranges_start_at_zero(mistake, brightest):
    dcgan = build(Recipe(real_range=mistake, base_channels=2), 0, 1)
    assert np.allclose(dcgan._mistaken(np.array([-1.0, 0.0, 1.0])), [0, brightest / 2, brightest])


def test_a_run_is_measured_against_the_right_sets():
    """이동 평균 생성자는 KID를 잴 때 비교하지 않는 훈련 벽돌을 베끼고, 마지막 생성자는 훈련하지 않은 벽돌을 낸다."""
    bricks, real = train.real_images()
    copied = bricks[np.random.default_rng(0).permutation(len(bricks))[train.SAMPLES :][:300]]
    new = load_bricks(split="heldout").images[:300]

    def outputs(images):
        return SimpleNamespace(predict=lambda z, **_: preprocess(images))

    dcgan = SimpleNamespace(
        recipe=Recipe(),
        latent_dim=100,
        ema_generator=outputs(copied),
        generator=outputs(new),
        discriminator_logits=SimpleNamespace(predict=lambda x, **_: x[:, :1, 0, 0] * 0),
    )
    measured = train.measure(dcgan, full=True)
    assert measured["ema"]["nearest_train"] == pytest.approx(0, abs=1e-3)
    for which, images in (("ema", copied), ("raw", new)):
        distance = evaluation.kernel_distance(real, evaluation.brick_features(images), subsets=20)
        assert measured[which]["kid"] == pytest.approx(1000 * distance.mean)
    assert "nearest_train" not in train.measure(dcgan, full=False)["ema"]


def test_the_tables_and_the_pages_data_come_from_the_stored_runs():
    text = tables.README.read_text(encoding="utf-8")
    assert tables.with_tables(text) == text, "`python -m tools.studies tables`로 표를 다시 쓴다."
    stored = (recorded.FOLDER / "experiments.json").read_text(encoding="utf-8")
    assert report.summary() == stored
    names = [*STUDIES, *tables.SPEED_TABLES, *twin_report.TABLES, "power"]
    assert [name for name in names if f"<!-- {name} -->" not in text] == []


def test_a_winner_is_declared_only_outside_the_spread():
    baseline = np.array([3.0, 4.0, 5.0])
    assert verdicts.verdict(np.array([1.0, 2.0, 2.9]), baseline) == "낫다"
    assert verdicts.verdict(np.array([5.1, 6.0, 9.0]), baseline) == "못하다"
    assert verdicts.verdict(np.array([1.0, 2.0, 3.0]), baseline) == "가릴 수 없다"
    assert verdicts.verdict(np.array([1.0, 2.0]), baseline) == "시드가 모자라다"


def test_a_spread_is_the_median_and_the_ends():
    assert verdicts.spread([1, 2, 9]) == "2 (1~9)"
    assert verdicts.spread([3.14], digits=1) == "3.1" and verdicts.spread([]) == "-"


def test_the_power_of_the_verdict_is_that_of_drawn_runs():
    """판정의 힘을, 로그가 정규 분포인 훈련들을 뽑아 정말로 판정해 보아 확인한다."""
    ratio = verdicts.detectable_ratio(0.3, seeds=5)
    random = np.random.default_rng(1)

    def share(ratio, word):
        draws = np.exp(0.3 * random.standard_normal((2000, 2, 5)))
        return np.mean([verdicts.verdict(x, ratio * y) == word for x, y in draws])

    assert share(ratio, "낫다") == pytest.approx(0.8, abs=0.03)
    same = share(1, "낫다") + share(1, "못하다")
    assert (
        same == pytest.approx(verdicts.false_alarm(5), abs=0.006)
        and verdicts.false_alarm(5) == 2 / 252
    )


def test_the_old_augmentation_is_not_the_shift_of_the_companion():
    """담긴 훈련의 증강은 절반만 옮기고 −1로 채우며, companion의 것은 모두 옮기고 가장자리로 채운다. 이름도 다르다."""
    bright = tf.ones((200, 64, 64, 1))
    old = build(Recipe(augmentation="half_shift_filled", base_channels=2), seed=0, steps=1)
    assert old.shift == 0
    filled = (np.asarray(old._augment(bright)) == -1).any(axis=(1, 2, 3))
    assert 0.3 < filled.mean() < 0.65
    new = build_dcgan(base_channels=2, shift=4)
    np.testing.assert_array_equal(new._shifted(bright), bright)
    arms = {recipe.name.rpartition("-")[0] for recipe in plan.read("question")}
    stored = {value for result in run.read_results() for value in result["recipe"].values()}
    assert {Recipe(**r["recipe"]).augmentation for r in run.read_results()} == {
        "none",
        "half_shift_filled",
    }
    assert "shift" in arms and not arms & (
        stored | {r.name for s in STUDIES.values() for r in s.recipes}
    )


def test_kid_at_a_time_follows_the_logarithm_between_two_measurements():
    ticks = [{"images": i, "cpu_seconds": s, "ema": {"kid": k}} for i, s, k in
             ((1, 10.0, 1000.0), (2, 20.0, 10.0))]  # fmt: skip
    results = [{"seed": 0, "machine": {}, "ticks": ticks},
               {"seed": 1, "machine": {"vectors": "AVX2"}, "ticks": ticks}]  # fmt: skip
    runs = report.Runs(Recipe(), results, timed_on="AVX-512")
    assert runs.kid_at(15.0) == pytest.approx([100])  # 다른 기계의 CPU 시간은 비교하지 않는다
    assert runs.kid_at(99.0) == pytest.approx([10])
    assert len(runs.last("kid")) == 2


def started(state: Path) -> multiprocessing.process.BaseProcess:
    process = multiprocessing.get_context("spawn").Process(
        target=train_short, args=(TINY, 0, state)
    )
    process.start()
    return process


def finished_ticks(state: Path) -> list[dict]:
    process = started(state)
    process.join()
    assert process.exitcode == 0
    folder = run.folder_of(state, TINY, 0)
    result = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    return [{**tick, "cpu_seconds": 0} for tick in result["ticks"]]


def test_a_killed_run_goes_on_to_the_same_weights(tmp_path):
    killed = tmp_path / "killed"
    process = started(killed)
    while not (run.folder_of(killed, TINY, 0) / "tick-001.json").exists():
        assert process.exitcode is None
    process.kill()
    process.join()
    assert finished_ticks(killed) == finished_ticks(tmp_path / "whole")


def test_a_run_stops_where_it_is_told(tmp_path, short):
    asked = []
    result = train.train(TINY, 0, tmp_path, until=lambda tick: bool(asked.append(tick) or True))
    [tick] = asked
    assert tick["images"] == train.TICK and tick["ema"]["kid"] > 0
    assert [t["images"] for t in result["ticks"]] == [train.TICK]


def found(study: str) -> dict[str, report.Runs]:
    return {report.label(runs.recipe): runs for runs in report.read(STUDIES[study])}


def judged(study: str, verdict: str) -> set[str]:
    baseline, *others = report.read(STUDIES[study])
    return {
        report.label(runs.recipe)
        for runs in others
        if verdicts.verdict(runs.last("kid"), baseline.last("kid")) == verdict
    }


class TestAnswersInWords:
    """`tools/studies/README.md`의 '답'이 담긴 훈련에서 나온 그대로인지 본다. 어긋난 답은 다시 쓴다."""

    def test_what_smooths_is_better_by_images_and_by_time(self):
        smoothed = {"업샘플링", "업샘플링, 생성자의 커널 3", "융합 업샘플링"}
        runs = found("upsampling")
        cpu = float(np.median(runs["기준"].cpu_seconds))
        by_time = {
            name
            for name in runs
            if verdicts.verdict(runs[name].kid_at(cpu), runs["기준"].kid_at(cpu)) == "낫다"
        }
        assert judged("upsampling", "낫다") == by_time == smoothed

    def test_no_label_noise_is_told_apart(self):
        assert judged("labels", "낫다") == judged("labels", "못하다") == set()

    def test_only_outward_noise_with_clipped_probabilities_saturates_and_collapses(self):
        saturated = [
            (name, result["seed"])
            for name, runs in found("labels").items()
            for result in runs.results
            if result["ticks"][-1]["g_loss"] > -np.log(1e-7) - 0.01
        ]
        assert {name for name, _ in saturated} == {"바깥쪽 잡음, 확률로 계산한 손실"}
        assert len(saturated) == sum(runs.collapsed for runs in found("labels").values()) == 2

    def test_more_and_larger_updates_are_better(self):
        assert judged("recipe", "낫다") == {"배치 16", "생성자 학습률 0.0004", "학습률 0.0004"}

    def test_fewer_and_smaller_updates_and_a_longer_memory_are_worse(self):
        smaller = {"배치 64", "배치 128", "생성자 학습률 0.0001", "학습률 0.0001"}
        assert judged("recipe", "못하다") == {*smaller, "줄어드는 학습률", "β₁ 0.9"}

    def test_the_smooth_kernel_bears_ever_larger_rates(self):
        rates = ("0.0004", "0.0008", "0.002", "0.01")
        smooth = [found("combination")[f"융합 업샘플링, 학습률 {rate}"] for rate in rates]
        first, second, third, _ = (np.median(runs.last("kid")) for runs in smooth)
        assert first > second > third
        assert smooth[-1].collapsed == 0

    def test_mixed_batches_ruin_every_run_without_a_sign(self):
        runs = found("combination")
        mixed = runs["융합 업샘플링, 섞은 배치, 학습률 0.0004"]
        separate = runs["융합 업샘플링, 학습률 0.0004"]
        assert len(mixed.results) == 3
        assert mixed.last("kid").min() > 1000 * np.median(separate.last("kid"))
        assert [mixed.troubles(result) for result in mixed.results] == [[], [], []]

    @pytest.mark.parametrize(
        "more", ["배치 16", "절반만 옮기고 −1로 채우는 증강", "드롭아웃 0.3", "레이블 잡음 없음"]
    )
    def test_a_further_change_is_not_told_apart(self, more):
        runs = found("combination")
        plain, changed = (runs[f"업샘플링, {name}학습률 0.0004"] for name in ("", f"{more}, "))
        assert verdicts.verdict(changed.last("kid"), plain.last("kid")) == "가릴 수 없다"

    def test_at_full_size_a_large_rate_leads_at_first_and_loses_at_last(self):
        usual, large_rate, _ = report.read(STUDIES["full_size"])
        assert large_rate.ticks[0][0]["ema"]["kid"] < usual.ticks[0][0]["ema"]["kid"]
        assert large_rate.last("kid") > usual.last("kid")

    def test_at_full_size_the_smooth_kernel_leads_ever_less(self):
        usual, _, smooth = (runs.ticks[0] for runs in report.read(STUDIES["full_size"]))
        leads = [a["ema"]["kid"] / b["ema"]["kid"] for a, b in zip(usual, smooth, strict=True)]
        assert len(leads) == 5 and leads == sorted(leads, reverse=True) and leads[-1] > 1

    def test_kernels_of_five_are_better_by_images_and_only_at_first(self):
        assert judged("shape", "낫다") == {"생성자의 커널 5, 판별자의 커널 5, 이미지 32,000장"}
        assert judged("shape", "못하다") == set()
        assert judged("shape_later", "낫다") == judged("shape_later", "못하다") == set()

    @pytest.mark.parametrize("study", ["shape", "shape_later"])
    def test_no_shape_is_told_apart_by_time(self, study):
        usual, *others = report.read(STUDIES[study])
        cpu = float(np.median(usual.cpu_seconds))
        found = [verdicts.verdict(runs.kid_at(cpu), usual.kid_at(cpu)) for runs in others]
        assert set(found) == {"가릴 수 없다"}

    def test_the_penalty_helps_and_the_shift_is_not_told_apart(self):
        verdicts_of = [twin_report.judged(*pair)[-1] for pair in twin_report.COMPARISONS]
        assert verdicts_of == ["낫다", "가릴 수 없다", "가릴 수 없다", "낫다"]
        assert twin_report.judged("옮기기만", "둘 다 없음") == (
            "낫다",
            "가릴 수 없다",
            "가릴 수 없다",
        )
        neither, penalty, shift, both = (
            twin_report.ends(found, "recall") for found in twin_report.runs("question").values()
        )
        assert min(*penalty, *both) > max(*neither, *shift) and max(both) < min(penalty)
        narrow = twin_report.runs("narrow")
        assert max(twin_report.ends(narrow["둘 다"], "recall")) < min(
            twin_report.ends(narrow["패널티만"], "recall")
        )

    def test_what_single_runs_at_full_size_showed(self):
        single = {k: run["kid"][-1] for k, [run] in twin_report.runs("singles").items()}
        five = {k: twin_report.ends(found) for k, found in twin_report.runs("question").items()}
        assert single["둘 다, 드롭아웃 0.3"] > max(five["둘 다"])
        assert single["둘 다, 융합 업샘플링"] == pytest.approx(max(five["둘 다"]), rel=0.01)
        assert min(five["둘 다"]) < single["둘 다, 짝지은 손실과 두 패널티"] < max(five["둘 다"])
        for label in ("둘 다 없음", "옮기기만"):
            assert single[f"{label}, 레이블 잡음 0.1"] < min(five[label])
        for label in ("패널티만", "둘 다"):
            assert single[f"{label}, 레이블 잡음 0.1"] > max(five[label])
        single = {k: run["gaussian"] for k, [run] in twin_report.runs("singles").items()}
        question = twin_report.runs("question").items()
        five = {k: twin_report.ends(found, "gaussian") for k, found in question}
        assert single["둘 다, 짝지은 손실과 두 패널티"] > max(five["둘 다"])
        noisy = {label: single[f"{label}, 레이블 잡음 0.1"] for label in five}
        assert noisy.pop("둘 다") > max(five["둘 다"])
        assert all(min(five[k]) < value < max(five[k]) for k, value in noisy.items())

    def test_a_long_narrow_training_ranks_as_a_full_size_one_from_320_000_images(self):
        assert twin_report.ranks_as_full_size_from() == 320_000
        narrow = twin_report.runs("narrow")
        found = [twin_report.ends(narrow[k], "gaussian") for k in ("옮기기만", "둘 다 없음")]
        assert verdicts.verdict(*found) == "낫다"
        neither = twin_report.runs("narrow")["둘 다 없음"]
        middles = [float(np.median(twin_report.ends(neither, at=k))) for k in range(10)]
        assert middles.index(min(middles)) == 2 and neither[0]["images"][2] == 240_000
        assert max(twin_report.ends(neither, "recall")) < 0.01

    def test_eight_seeds_of_the_chosen_recipe_are_healthy_and_far_apart(self):
        [chosen] = report.read(STUDIES["seeds"])
        assert len(chosen.results) == 8 and np.ptp(chosen.last("kid")) > chosen.last("kid").min()
        assert [sign for run in chosen.results for sign in chosen.troubles(run)] == []
