"""PyTorch로 지은 쌍둥이가 companion의 DCGAN과 같은 것을 계산하고, 멈추었다 이어도 같은지 본다."""

import json
from dataclasses import replace

import numpy as np
import pytest

from companion import evaluation
from companion.data import load_bricks, preprocess
from companion.sampling import latents
from companion.settings import Settings
from companion.training import build_dcgan
from tools.studies import plan, train_twin

torch = pytest.importorskip(
    "torch", reason="PyTorch가 없다. `make twin`이 따로 만든 환경에서 한다."
)
twin = pytest.importorskip("tools.studies.twin")

BATCH = 8
EVERYTHING = Settings(base_channels=8, label_noise=0.1, gradient_penalty=2.0, shift=4)


@pytest.fixture(autouse=True)
def one_thread():
    torch.set_num_threads(1)


@pytest.fixture(scope="module")
def bricks():
    return load_bricks().images[:64]


def run_of(settings, bricks, **options):
    tensor = torch.tensor(bricks).permute(0, 3, 1, 2).contiguous()
    recipe = plan.Recipe("test", settings, images=BATCH * 6, batch_size=BATCH, **options)
    return twin.Run(recipe, tensor)


def pair(settings, bricks):
    """가중치가 같은 companion의 모델과 쌍둥이이다. 이동 평균도 처음 가중치이다."""
    dcgan, run = build_dcgan(settings), run_of(settings, bricks)
    # 배치 정규화의 변수가 0과 1뿐이면 잘못 옮겨도 모른다.
    random = np.random.default_rng(0)
    for model in (dcgan.discriminator, dcgan.generator):
        model.set_weights(
            [w + 0.2 * random.random(w.shape) * (w.ndim == 1) for w in model.get_weights()]
        )
    dcgan.ema_generator.set_weights(dcgan.generator.get_weights())
    for network, model in (
        (run.discriminator, dcgan.discriminator),
        (run.generator, dcgan.generator),
        (run.average, dcgan.generator),
    ):
        twin.from_keras(network, model.get_weights())
    return dcgan, run


def channels_first(images):
    return torch.from_numpy(np.ascontiguousarray(images.transpose(0, 3, 1, 2)))


@pytest.mark.parametrize("upsampling", ["smooth", "transpose"])
def test_weights_carried_over_give_the_same_images_and_logits_at_full_size(bricks, upsampling):
    dcgan, run = pair(Settings(upsampling=upsampling), bricks)
    z, real = latents(BATCH), preprocess(bricks[:BATCH])
    run.generator.eval(), run.discriminator.eval()
    with torch.no_grad():
        images = run.generator(torch.from_numpy(z)[:, :, None, None]).permute(0, 2, 3, 1)
        logits = run.discriminator(channels_first(real))
    np.testing.assert_allclose(images, dcgan.generator(z), atol=1e-4)
    np.testing.assert_allclose(logits, dcgan.discriminator_logits(real), atol=1e-4)
    for network, model in (
        (run.generator, dcgan.generator),
        (run.discriminator, dcgan.discriminator),
    ):
        back = twin.to_keras(network)
        assert all(np.array_equal(a, b) for a, b in zip(back, model.get_weights(), strict=True))


def observed(dcgan, batch, *, apply):
    """`train_step()`이 뽑은 난수와, 두 신경망의 그레이디언트이다."""
    drawn, gradients = [], []

    def draw(*arguments):
        drawn.append(type(dcgan)._draw(dcgan, *arguments))
        return drawn[-1]

    dcgan._draw = draw
    for optimizer in (dcgan.d_optimizer, dcgan.g_optimizer):
        usual = type(optimizer).apply

        def record(found, variables, optimizer=optimizer, usual=usual):
            gradients.append([np.asarray(gradient) for gradient in found])
            if apply:
                usual(optimizer, found, variables)

        optimizer.apply = record
    for metric in dcgan.metrics:
        metric.reset_state()
    values = dcgan.train_step(batch)
    tensors = [torch.from_numpy(np.array(values)) for values in drawn]
    if not dcgan.shift:
        tensors = [None, tensors[0], None, *tensors[1:]]
    return twin.Draws(*tensors), gradients, {name: float(v) for name, v in values.items()}


@pytest.mark.parametrize(
    ("changes", "is_due"),
    [
        ({}, True),
        ({}, False),
        ({"upsampling": "smooth", "label_noise": 0.0}, True),
        ({"gradient_penalty": 0.0}, True),
        ({"shift": 0}, True),
    ],
    ids=str,
)
def test_the_losses_and_gradients_of_a_step_agree(bricks, changes, is_due):
    dcgan, run = pair(replace(EVERYTHING, **changes), bricks)
    dcgan.d_optimizer.iterations.assign(0 if is_due else 1)
    batch = preprocess(bricks[:BATCH])
    draws, gradients, values = observed(dcgan, batch, apply=False)
    losses = run.losses(channels_first(batch), draws, is_due and run.recipe.is_penalized)
    run.differentiate(losses)
    for network, expected in zip((run.discriminator, run.generator), gradients, strict=True):
        found = [
            v.grad.permute(2, 3, 1, 0) if v.ndim == 4 else v.grad for v in network.parameters()
        ]
        for a, b in zip(found, expected, strict=True):
            # 대개 3e-5쯤이다. 반올림 오차가 LeakyReLU의 꺾인 자리를 넘으면 몇 e-3까지 간다.
            assert np.linalg.norm(a.numpy() - b) < 1e-2 * np.linalg.norm(b)
    assert losses.d_loss.item() == pytest.approx(values["d_loss"], rel=1e-5)
    assert losses.g_loss.item() == pytest.approx(values["g_loss"], rel=1e-5)
    if run.recipe.is_penalized and is_due:
        assert values["penalty"] > 0.1
        assert losses.penalty.item() == pytest.approx(values["penalty"], rel=1e-3)
    else:
        assert losses.penalty.item() == 0


def test_several_steps_move_the_weights_and_their_average_alike(bricks):
    """학습률이 줄어드는 것, 패널티를 거르는 것, 이동 평균이 함께 맞는지 본다."""
    dcgan, run = pair(replace(EVERYTHING, decay_steps=6, penalty_interval=2), bricks)
    start = twin.to_keras(run.average)
    for step in range(5):
        batch = preprocess(bricks[step * BATCH :][:BATCH])
        draws, _, _ = observed(dcgan, batch, apply=True)
        losses = run.losses(channels_first(batch), draws, step % 2 == 0)
        run.differentiate(losses)
        with torch.no_grad():
            run.update(losses)
        assert float(run.rate) == pytest.approx([2e-4, 2e-4, 2e-4, 2e-4, 2e-4 * 2 / 3][step])
    for network, model in (
        (run.discriminator, dcgan.discriminator),
        (run.generator, dcgan.generator),
        (run.average, dcgan.ema_generator),
    ):
        for a, b in zip(twin.to_keras(network), model.get_weights(), strict=True):
            # 그레이디언트가 0에 가까운 가중치에서는 Adam이 반올림 오차를 키우므로 평균을 본다. 이동 분산은 n − 1로 나눈다.
            assert np.abs(a - b).mean() < 2e-5 + 0.01 * np.abs(b).mean() * (b.ndim == 1)
    moved = [np.abs(a - b).mean() for a, b in zip(twin.to_keras(run.average), start, strict=True)]
    assert min(moved) > 1e-5


def test_the_first_weights_come_from_the_same_distribution(bricks):
    dcgan = build_dcgan()
    run = run_of(Settings(), bricks)
    for network, model in (
        (run.discriminator, dcgan.discriminator),
        (run.generator, dcgan.generator),
    ):
        for a, b in zip(twin.to_keras(network), model.get_weights(), strict=True):
            assert a.shape == b.shape
            if a.ndim == 4:
                assert np.abs(a).max() == pytest.approx(np.abs(b).max(), rel=0.02)
            assert a.std() == pytest.approx(b.std(), rel=0.05, abs=1e-9)


def test_the_features_are_those_of_the_book(bricks):
    judge = twin.Judge(load_bricks().images, 100, torch.device("cpu"))
    features = evaluation.brick_features(bricks)
    np.testing.assert_allclose(judge.features(bricks), features, atol=1e-3)
    new = load_bricks(split="heldout").images[:100]
    distance = evaluation.kernel_distance(
        judge.real, evaluation.brick_features(new), subsets=1, subset_size=100
    )
    scores = judge.scores(new, full=True)
    assert scores["kid"] == pytest.approx(1000 * distance.mean, rel=1e-3)
    assert {"gaussian", "precision", "recall", "nyquist"} < scores.keys()


def test_dropout_and_relativistic_pairs_do_what_their_names_say(bricks):
    run = run_of(replace(EVERYTHING, dropout_rate=0.3), bricks)
    run.random.manual_seed(0)
    [dropout, *others] = [m for m in run.discriminator if isinstance(m, twin.Dropout)]
    dropped = dropout(torch.ones(100_000))
    assert len(others) == 3 and dropped.unique().tolist() == pytest.approx([0, 1 / 0.7])
    assert float(dropped.mean()) == pytest.approx(1, abs=0.02)
    run = run_of(EVERYTHING, bricks, loss="relativistic", fake_penalty=2.0)
    losses = run.losses(channels_first(preprocess(bricks[:BATCH])), run.draw(), is_due=True)
    gap = (losses.real_logits - losses.fake_logits).detach().numpy()
    assert losses.d_loss.item() == pytest.approx(np.log1p(np.exp(-gap)).mean(), rel=1e-4)
    assert losses.g_loss.item() == pytest.approx(np.log1p(np.exp(gap)).mean(), rel=1e-4)
    alone = run_of(EVERYTHING, bricks, loss="relativistic")
    again = alone.losses(channels_first(preprocess(bricks[:BATCH])), alone.draw(), is_due=True)
    assert losses.penalty.item() > again.penalty.item() > 0
    run.differentiate(losses)
    assert all(torch.isfinite(w.grad).all() for w in run.discriminator.parameters())


def test_draws_cover_every_shift_and_differ_between_the_two_sides_and_between_seeds(bricks):
    run = run_of(EVERYTHING, bricks)
    run.random.manual_seed(0)
    draws = [run.draw() for _ in range(200)]
    for side in ("real_shift", "fake_shift"):
        seen = torch.cat([getattr(one, side) for one in draws])
        assert seen.unique().tolist() == list(range(-4, 5))
    assert all((one.real_shift != one.fake_shift).any() for one in draws)

    def first_latents(seed):
        run = run_of(replace(EVERYTHING, seed=seed), bricks)
        seen = []
        run.losses = lambda real, draws, is_due: seen.append((real, draws)) or 1 / 0
        with pytest.raises(ZeroDivisionError):
            run.advance(1)
        return seen[0]

    (real, zero), (_, one) = first_latents(0), first_latents(1)
    assert (zero.z != one.z).all()
    assert real.min() == -1 and 0 < real.max() <= 1
    assert len(torch.unique(real.flatten(1), dim=0)) > 1


def test_the_average_and_the_raw_generator_are_measured_by_their_names(bricks):
    run = run_of(EVERYTHING, bricks)
    other = run_of(replace(EVERYTHING, seed=1), bricks)
    run.average.load_state_dict(other.generator.state_dict())
    judge = twin.Judge(load_bricks().images, 100, torch.device("cpu"))
    run.done = 1
    line = run.measure(judge)
    for which, network in (("average", run.average), ("raw", run.generator)):
        assert line[which] == judge.scores(run.generate(network, 100), full=False)
    assert line["average"] != line["raw"]


def stopped_after(asks):
    """처음 `asks`번만 시간이 남았다고 하는 시계이다."""
    asked = iter(range(asks))
    return lambda: next(asked, None) is None


def test_a_second_command_goes_on_to_the_same_numbers(tmp_path, monkeypatch):
    monkeypatch.setattr(twin, "LEG", 3)
    settings = replace(EVERYTHING, base_channels=2, dropout_rate=0.3, decay_steps=8)
    recipes = [plan.Recipe("one-0", settings, 8 * BATCH, BATCH),
               plan.Recipe("two-1", replace(settings, seed=1), 8 * BATCH, BATCH)]  # fmt: skip
    options = {"measure_every": 4 * BATCH, "samples": 100}
    assert twin.train_all(recipes, tmp_path / "whole", lambda: False, **options)
    commands = 1
    while not twin.train_all(recipes, tmp_path / "parts", stopped_after(4), **options):
        commands += 1
    assert commands > 2
    whole, parts = (
        {path.relative_to(tmp_path / name): path.read_bytes()
         for path in sorted((tmp_path / name).rglob("*.*")) if path.suffix in (".jsonl", ".png")}
        for name in ("whole", "parts")
    )  # fmt: skip
    assert whole == parts and len(whole) == 3
    for name in ("one-0", "two-1"):
        states = [torch.load(tmp_path / f / "states" / f"{name}.pt") for f in ("whole", "parts")]
        assert all(torch.equal(a, b) for a, b in zip(*(s["tensors"] for s in states), strict=True))
    lines = [json.loads(line) for line in (tmp_path / "parts" / "curves.jsonl").open()]
    assert [(line["name"], line["images"]) for line in lines] == [
        ("one-0", 32), ("one-0", 64), ("two-1", 32), ("two-1", 64)]  # fmt: skip
    assert all(line["raw"]["kid"] > 0 and "error" not in line for line in lines)


def test_the_exported_weights_are_those_of_the_average_for_keras(tmp_path, bricks):
    run = run_of(Settings(), bricks)
    other = run_of(Settings(seed=1), bricks)  # 이동 평균은 마지막 가중치와 다르다.
    run.average.load_state_dict(other.generator.state_dict())
    run.export(tmp_path)
    generator = build_dcgan().generator
    with np.load(tmp_path / "weights" / "test.npz") as file:
        generator.set_weights([file[name].astype("float32") for name in sorted(file.files)])
    images = generator.predict(latents(4), verbose=0)
    np.testing.assert_allclose(
        np.rint(127.5 * images + 127.5), run.generate(run.average, 4), atol=1
    )


def test_a_run_whose_losses_are_no_numbers_stops_and_says_so(tmp_path, bricks, capsys):
    settings = replace(EVERYTHING, base_channels=2, learning_rate=1e30)
    recipes = [plan.Recipe("wild", settings, 16 * BATCH, BATCH)]
    assert twin.train_all(recipes, tmp_path, lambda: False, measure_every=4 * BATCH, samples=100)
    lines = [json.loads(line) for line in (tmp_path / "curves.jsonl").open()]
    assert "error" in lines[-1] and len(lines) < 4
    assert "실패한 훈련: wild" in capsys.readouterr().err


def test_a_failing_run_leaves_the_others_alone_and_is_tried_again(tmp_path, monkeypatch):
    settings = replace(EVERYTHING, base_channels=2)
    recipes = [plan.Recipe(name, settings, 4 * BATCH, BATCH) for name in ("good", "bad")]
    options = {"samples": 100}
    usual = twin.Run.measure

    def measure(run, judge):
        if run.recipe.name == "bad":
            raise RuntimeError("memory")
        return usual(run, judge)

    def lines():
        return {json.loads(line)["name"]: json.loads(line) for line in
                (tmp_path / "curves.jsonl").open()}  # fmt: skip

    with monkeypatch.context() as patch:
        patch.setattr(twin.Run, "measure", measure)
        twin.train_all(recipes, tmp_path, lambda: False, **options)
    assert "memory" in lines()["bad"]["error"] and lines()["good"]["raw"]["kid"] > 0
    assert twin.train_all(recipes, tmp_path, lambda: False, **options)
    assert lines()["bad"]["raw"] == lines()["good"]["raw"]


def test_tiny_moves_every_recipe_of_a_plan(tmp_path, capsys):
    train_twin.main(["singles", str(tmp_path), "--tiny"])
    assert "모두 끝났다" in capsys.readouterr().out
    lines = [json.loads(line) for line in (tmp_path / "singles" / "curves.jsonl").open()]
    last = [line for line in lines if line["images"] == 512]
    assert [line["name"] for line in last] == [r.name for r in plan.read("singles")]
    assert len({line["d_loss"] for line in last}) == len(last)
