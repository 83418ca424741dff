"""companion.evaluation: 답을 아는 분포에서 지표를 재 본다."""

import numpy as np
import pytest

from companion import evaluation
from companion.data import load_bricks
from tools.makers.ladder import blur


def normal(n: int, d: int = 16, seed: int = 0, shift: float = 0.0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((n, d)) + shift


KERNELS = ("polynomial", "gaussian")


@pytest.fixture(scope="module")
def bricks():
    return load_bricks().images


@pytest.fixture(scope="module")
def heldout():
    return load_bricks(split="heldout").images


class TestKernelDistance:
    @pytest.mark.parametrize("kernel", KERNELS)
    def test_equals_the_sum_written_out(self, kernel):
        x, y = normal(100, 3), normal(100, 3, seed=1, shift=0.5)
        result = evaluation.kernel_distance(x, y, kernel=kernel, subsets=1, subset_size=100)

        def similarity(a, b):
            return (
                (a @ b / 3 + 1) ** 3 if kernel == "polynomial" else np.exp(-(a - b) @ (a - b) / 3)
            )

        within = sum(
            similarity(s[i], s[j]) for s in (x, y) for i in range(100) for j in range(100) if i != j
        )
        between = sum(similarity(a, b) for a in x for b in y)
        assert result.mean == pytest.approx(within / 9900 - 2 * between / 10000, rel=1e-9)

    @pytest.mark.parametrize(
        ("kernel", "by_hand"),
        # 차원이 하나이고 N(0, 1)과 N(1, 1)을 비교한다. 다항 커널은 1차, 2차, 3차 모멘트의 차 1, 1, 4를 3, 3, 1의 비율로 제곱해
        # 더한 것이다. 가우스 커널은 E exp(−u²) = exp(−m²/(1 + 2v))/√(1 + 2v), u ~ N(m, v), v = 2에서 나온다.
        [("polynomial", 3 * 1 + 3 * 1 + 1 * 16), ("gaussian", 2 / 5**0.5 * (1 - np.exp(-1 / 5)))],
    )
    def test_a_known_shift_has_the_distance_computed_by_hand(self, kernel, by_hand):
        x, y = normal(20_000, 1), normal(20_000, 1, seed=1, shift=1)
        found = evaluation.kernel_distance(x, y, kernel=kernel, subsets=20)
        assert found.mean == pytest.approx(by_hand, rel=0.1)

    @pytest.mark.parametrize("kernel", KERNELS)
    def test_a_mixture_is_as_far_as_the_square_of_its_share(self, kernel):
        real, others = normal(4000, seed=1), normal(4000, seed=2, shift=1)

        def distance(share):
            mixed = np.concatenate([normal(4000 - share, seed=3), others[:share]])
            return evaluation.kernel_distance(real, mixed, kernel=kernel, subsets=12).mean

        whole = distance(4000)
        assert distance(1000) == pytest.approx(whole / 16, rel=0.15)
        assert distance(2000) == pytest.approx(whole / 4, rel=0.1)

    @pytest.mark.parametrize("kernel", KERNELS)
    def test_disjoint_halves_are_nothing_apart_and_a_set_is_closer_still_to_itself(self, kernel):
        both = normal(4000)
        options = {"kernel": kernel, "subsets": 1, "subset_size": 2000}
        halves = evaluation.kernel_distance(both[:2000], both[2000:], **options).mean
        shifted = evaluation.kernel_distance(both[:2000], both[2000:] + 0.3, **options).mean
        twice = evaluation.kernel_distance(both[:2000], both[:2000], **options).mean
        assert abs(halves) < 0.02 * shifted
        assert twice < min(halves, 0)

    def test_a_few_outliers_rule_the_polynomial_kernel_and_not_the_gaussian(self):
        """이미지 1,000장 가운데 다섯 장만 멀리 있다. 가우스 커널로는 다섯 장이 아무리 멀어도 그 비율만큼도 멀어지지 않는다."""
        real, fake = normal(1000), normal(1000, seed=1, shift=0.3)
        spoiled = np.concatenate([fake[:995], fake[995:] + 100])

        def ratio(kernel):
            before, after = (
                evaluation.kernel_distance(real, y, kernel=kernel, subsets=1).mean
                for y in (fake, spoiled)
            )
            return after / before

        assert ratio("polynomial") > 1e6
        assert ratio("gaussian") == pytest.approx(1, abs=0.05)

    def test_an_unknown_kernel_is_refused(self):
        with pytest.raises(ValueError, match="kernel이 'cubic'이다"):
            evaluation.kernel_distance(normal(100), normal(100), kernel="cubic")

    def test_is_unbiased_over_many_draws(self):
        values = [
            evaluation.kernel_distance(
                normal(100, seed=2 * draw),
                normal(100, seed=2 * draw + 1),
                subsets=1,
                subset_size=100,
            ).mean
            for draw in range(300)
        ]
        assert abs(np.mean(values)) < 3 * np.std(values) / np.sqrt(len(values))
        assert min(values) < 0 < max(values)

    def test_grows_with_the_shift(self):
        values = [
            evaluation.kernel_distance(normal(400), normal(400, seed=1, shift=shift)).mean
            for shift in (0, 0.3, 0.6, 1.2)
        ]
        assert values == sorted(values) and values[1] > 10 * abs(values[0])

    def test_ignores_the_order_of_the_images(self):
        x, y = normal(300), normal(300, seed=1, shift=0.3)
        options = {"subsets": 1, "subset_size": 300}
        assert evaluation.kernel_distance(x, y, **options).mean == pytest.approx(
            evaluation.kernel_distance(x[::-1], y[::-1], **options).mean, rel=1e-9
        )

    def test_the_seed_decides(self):
        x, y = normal(400), normal(400, seed=1)
        first = evaluation.kernel_distance(x, y, subset_size=100)
        assert first == evaluation.kernel_distance(x, y, subset_size=100)
        assert first != evaluation.kernel_distance(x, y, subset_size=100, seed=1)

    def test_subsets_of_a_small_set_are_halves_of_it(self):
        x, y = normal(400), normal(500, seed=1)
        halves = evaluation.kernel_distance(x, y, subset_size=200)
        assert evaluation.kernel_distance(x, y, subset_size=401) == halves


class TestAgreement:
    def test_published_values_for_equal_gaussians(self):
        """같은 분포에서 밀도는 1, 커버리지는 1 - 2**-5 = 0.96875에 가깝다(Naeem 외, 2020)."""
        result = evaluation.agreement(normal(3000, 64), normal(3000, 64, seed=1))
        assert result.density == pytest.approx(1, abs=0.08)
        assert result.coverage == pytest.approx(1 - 2**-5, abs=0.015)

    def test_nothing_in_common(self):
        assert evaluation.agreement(normal(300), normal(300, seed=1, shift=50)) == (0, 0, 0, 0)

    def test_a_dropped_mode_costs_recall_and_coverage_but_not_precision(self):
        real = np.concatenate([normal(300), normal(300, seed=1, shift=50)])
        result = evaluation.agreement(real, normal(600, seed=2))
        assert result.precision > 0.7
        assert result.recall < 0.55 and result.coverage < 0.55

    def test_copies_of_the_real_images(self):
        real = normal(300)
        result = evaluation.agreement(real, real)
        assert result.precision == result.recall == result.coverage == 1

    def test_one_image_repeated(self):
        real = normal(300)
        result = evaluation.agreement(real, np.repeat(real[:1], 300, axis=0))
        assert result.precision == 1 and result.coverage < 0.2 and result.recall < 0.02

    @pytest.mark.parametrize("share", [0.25, 0.5])
    def test_precision_is_the_share_of_the_images_that_are_real(self, share):
        real = normal(400)
        copies = int(share * 400)
        fake = np.concatenate([real[:copies], normal(400 - copies, seed=1, shift=50)])
        result = evaluation.agreement(real, fake)
        assert result.precision == share
        assert result.recall < 1 and share <= result.coverage < 1

    def test_precision_and_recall_change_places_with_the_two_sets(self):
        x, y = normal(300, 4), normal(300, 4, seed=1, shift=0.8) * 0.7
        one, other = evaluation.agreement(x, y), evaluation.agreement(y, x)
        assert (one.precision, one.recall) == (other.recall, other.precision)
        assert one.precision != one.recall

    def test_equals_the_definition_written_out(self):
        real, fake = normal(100, 2), normal(120, 2, seed=1, shift=1)

        def inside(points, centres, k):
            """점마다 어느 중심의 공에 드는지이다. 공은 `k`번째로 가까운 다른 중심까지이다."""
            balls = [(c, sorted(np.linalg.norm(centres - c, axis=1))[k]) for c in centres]
            return np.array([[np.linalg.norm(p - c) < r for c, r in balls] for p in points])

        dense = inside(fake, real, 5)
        assert evaluation.agreement(real, fake) == pytest.approx(
            (
                inside(fake, real, 3).any(axis=1).mean(),
                inside(real, fake, 3).any(axis=1).mean(),
                dense.sum() / (5 * len(fake)),
                dense.any(axis=0).mean(),
            )
        )


class TestNyquist:
    def test_a_checkerboard_is_all_nyquist(self):
        board = (np.indices((64, 64)).sum(axis=0) % 2 * 255).astype("uint8")
        assert evaluation.nyquist_share(board[None, ..., None]) == pytest.approx(1)

    def test_a_flat_picture_has_none(self):
        assert evaluation.nyquist_share(np.full((3, 64, 64, 1), 7, "uint8")) == 0

    def test_white_noise_has_its_share_of_the_plane(self):
        noise = np.random.default_rng(0).integers(0, 256, (200, 64, 64, 1), dtype="uint8")
        assert evaluation.nyquist_share(noise) == pytest.approx(127 / 4095, rel=0.05)

    def test_bricks_have_little(self, bricks):
        assert evaluation.nyquist_share(bricks[:500]) < 0.01


class TestPictures:
    def test_nearest_distance_of_a_copy_is_zero(self, bricks):
        assert evaluation.nearest_distances(bricks[:5], bricks[:50]).max() == pytest.approx(
            0, abs=1e-3
        )

    def test_a_distance_is_the_root_mean_square(self):
        black, grey = np.zeros((1, 64, 64, 1), "uint8"), np.full((1, 64, 64, 1), 51, "uint8")
        assert evaluation.nearest_distances(black, grey) == pytest.approx([0.2])
        assert evaluation.diversity(np.concatenate([black, grey])) == pytest.approx(0.2)

    def test_diversity_of_one_repeated_image_is_zero(self, bricks):
        assert evaluation.diversity(np.repeat(bricks[:1], 20, axis=0)) == pytest.approx(0, abs=1e-6)


class TestClassifier:
    def test_accuracy_on_heldout_is_as_stated(self, heldout):
        truth = load_bricks(split="heldout").parts
        accuracy = (evaluation.predict_parts(heldout).argmax(axis=1) == truth).mean()
        assert accuracy == pytest.approx(evaluation.manifest()["heldout_part_accuracy"], abs=0.005)
        assert accuracy > 0.7

    def test_features_of_the_training_bricks_are_standardised(self, bricks):
        features = evaluation.brick_features(bricks[::3])  # 짝수 걸음은 한쪽 카메라만 고른다
        assert features.shape == (len(bricks[::3]), 128)
        np.testing.assert_allclose(features.mean(axis=0), 0, atol=0.1)
        np.testing.assert_allclose(features.std(axis=0), 1, atol=0.1)

    def test_parts_of_real_bricks(self, bricks):
        every = evaluation.part_coverage(bricks[::10])
        assert every.found == 50 and every.effective > 45
        one = evaluation.part_coverage(np.repeat(bricks[:1], 100, axis=0))
        assert one.found == 1 and one.effective == pytest.approx(1)

    def test_a_changed_file_is_named(self, tmp_path, monkeypatch):
        (tmp_path / "manifest.json").write_bytes((evaluation.FOLDER / "manifest.json").read_bytes())
        (tmp_path / "classifier.npz").write_bytes(b"x")
        monkeypatch.setattr(evaluation, "FOLDER", tmp_path)
        evaluation._classifier.cache_clear()
        with pytest.raises(ValueError, match="classifier.npz"):
            evaluation.brick_features(np.zeros((1, 64, 64, 1), "uint8"))


def test_heldout_bricks_are_better_than_blurred_ones(bricks, heldout):
    order = np.random.default_rng(0).permutation(len(bricks))
    real, train = bricks[order[:600]], bricks[order[:2000]]
    chosen = heldout[np.random.default_rng(1).permutation(len(heldout))[:600]]
    good = evaluation.evaluate(chosen, real=real, train=train)
    bad = evaluation.evaluate(blur(chosen), real=real, train=train)
    assert good["kid"] < 0.2 * bad["kid"]
    assert good["coverage"] > bad["coverage"]
    assert good["part_confidence"] > bad["part_confidence"]
    assert good["images"] == 600
    distance = evaluation.kernel_distance(*map(evaluation.brick_features, (real, chosen)))
    assert (good["kid"], good["kid_std"]) == pytest.approx([1000 * value for value in distance])


@pytest.fixture
def quick(monkeypatch):
    """특성과 부품을 보는 데 드는 시간을 없앤다. 어느 이미지를 보았는지는 특성에 남는다."""
    monkeypatch.setattr(
        evaluation, "brick_features", lambda images: images[:, ::16, ::16, 0].reshape(-1, 16) / 255
    )
    monkeypatch.setattr(
        evaluation, "part_coverage", lambda images: evaluation.Parts(len(images), 0, 0)
    )


@pytest.mark.usefixtures("quick")
class TestWhichSetsAreCompared:
    def test_copies_of_training_images_are_found_among_the_training_images(self, bricks):
        """절반 넘게 베꼈으면 거리의 중앙값이 0이고, 비교하는 진짜(`real`)를 베낀 것은 암기가 아니다."""
        train, real, new = bricks[:200], bricks[200:400], bricks[400:600]
        copied, honest = (
            np.concatenate([train[:61], new[:59]]),
            np.concatenate([real[:61], new[:59]]),
        )
        assert evaluation.evaluate(copied, real=real, train=train)["nearest_train"] < 1e-3
        assert evaluation.evaluate(honest, real=real, train=train)["nearest_train"] > 0.01

    def test_memory_is_sought_among_all_training_bricks(self, bricks, heldout):
        for images, is_copy in ((bricks[-120:], True), (heldout[:120], False)):
            found = evaluation.evaluate(images, real=heldout[120:240])["nearest_train"]
            assert (found < 1e-3) is is_copy

    def test_the_real_images_are_as_many_training_bricks_drawn_by_the_seed(self, bricks, heldout):
        fake, train = heldout[:150], bricks[:10]
        chosen = bricks[np.random.default_rng(3).permutation(len(bricks))[:150]]
        given = evaluation.evaluate(fake, real=chosen, train=train, seed=3)
        assert evaluation.evaluate(fake, train=train, seed=3) == given
        assert evaluation.evaluate(fake, train=train, seed=4)["kid"] != given["kid"]

    def test_real_and_fake_do_not_change_places(self, bricks, heldout):
        few, many = heldout[:120], np.concatenate([heldout[:120], bricks[:120] // 4])
        result = evaluation.evaluate(few, real=many, train=many)
        features = [evaluation.brick_features(images) for images in (many, few)]
        assert (result["precision"], result["recall"]) == evaluation.agreement(*features)[:2]
        assert result["precision"] == 1 > result["recall"]
        assert result["images"] == result["parts"] == 120


class TestRefusals:
    @pytest.mark.parametrize(
        ("images", "error", "words"),
        [
            (np.zeros((200, 64, 64, 1)), TypeError, "float64"),
            ([1, 2], TypeError, "list"),
            (np.zeros((200, 64, 64), "uint8"), ValueError, r"\(200, 64, 64\)"),
            (np.zeros((200, 32, 32, 1), "uint8"), ValueError, "64, 64, 1"),
            (np.zeros((99, 64, 64, 1), "uint8"), ValueError, "99이다. 100개 이상"),
            (np.zeros((200, 64, 64, 3), "uint8"), ValueError, "흑백 벽돌만"),
            (np.broadcast_to(np.uint8(0), (20_001, 64, 64, 1)), ValueError, "20,001이다"),
        ],
    )
    def test_images(self, images, error, words):
        with pytest.raises(error, match=words):
            evaluation.evaluate(images)

    @pytest.mark.parametrize(
        ("features", "words"),
        [
            (normal(99), "99이다. 100개 이상"),
            (normal(200)[:, 0], "크기가"),
            (np.full((200, 16), np.nan), "NaN"),
            (np.full((200, 16), np.inf), "무한대"),
            (normal(200, 8), "차원이"),
        ],
    )
    @pytest.mark.parametrize("metric", [evaluation.kernel_distance, evaluation.agreement])
    def test_features(self, metric, features, words):
        with pytest.raises(ValueError, match=words):
            metric(normal(200), features)

    @pytest.mark.parametrize(
        "metric",
        [
            evaluation.brick_features,
            evaluation.predict_parts,
            evaluation.nyquist_share,
            evaluation.part_coverage,
            evaluation.diversity,
            lambda images: evaluation.nearest_distances(images, np.zeros((1, 64, 64, 1), "uint8")),
            lambda images: evaluation.nearest_distances(np.zeros((1, 64, 64, 1), "uint8"), images),
        ],
    )
    def test_no_images(self, metric):
        with pytest.raises(ValueError, match="이미지의 수가 0이다"):
            metric(np.zeros((0, 64, 64, 1), "uint8"))

    def test_more_features_than_memory_holds(self):
        many = np.broadcast_to(np.arange(16.0), (20_001, 16))
        with pytest.raises(ValueError, match="20,000개까지만"):
            evaluation.agreement(many, many)
        with pytest.raises(ValueError, match="20,000개까지만"):
            evaluation.kernel_distance(many, many, subset_size=20_001)

    def test_one_image_has_no_diversity_to_measure(self):
        with pytest.raises(ValueError, match="1이다. 2개 이상"):
            evaluation.diversity(np.zeros((1, 64, 64, 1), "uint8"))

    @pytest.mark.parametrize(
        ("options", "words"),
        [({"subset_size": 1}, "2 이상인 정수"), ({"subsets": 0}, "1 이상인 정수"),
         ({"subset_size": 99.5}, "2 이상인 정수")],
    )  # fmt: skip
    def test_subsets_that_give_no_number(self, options, words):
        with pytest.raises(ValueError, match=words):
            evaluation.kernel_distance(normal(200), normal(200, seed=1), **options)

    @pytest.mark.parametrize("k", [0, 200, 2.5])
    def test_neighbours_that_are_not_there(self, k):
        with pytest.raises(ValueError, match="k가"):
            evaluation.agreement(normal(200), normal(200, seed=1), k=k)

    def test_lists_of_features_are_features(self):
        x, y = normal(100, 2), normal(100, 2, seed=1)
        lists = evaluation.agreement(x.tolist(), y.tolist())
        assert lists == evaluation.agreement(x, y)
