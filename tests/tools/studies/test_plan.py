"""쌍둥이로 할 훈련의 계획이 물음에 맞는지 본다. PyTorch는 쓰지 않는다."""

import json
import sys
from dataclasses import replace

import pytest

from companion.settings import Settings
from tools.studies import plan, train_twin


def values_of(recipe):
    return recipe.settings.gradient_penalty, recipe.settings.shift


def test_the_question_is_two_by_two_with_five_seeds_and_nothing_else_differs():
    question = plan.read("question")
    arms = {(bool(r.settings.gradient_penalty), bool(r.settings.shift)) for r in question}
    assert len(question) == 20 and len(arms) == 4
    assert {values_of(r) for r in question} == {(0, 0), (0.02, 0), (0, 4), (0.02, 4)}
    rest = {"gradient_penalty": 0.0, "shift": 0, "seed": 0}
    assert len({replace(r.settings, **rest) for r in question}) == 1
    assert {r.settings.label_noise for r in question} == {0.0}
    assert {r.settings.seed for r in question} == set(range(5))


def test_full_size_plans_train_the_seeds_networks_to_a_rate_of_zero():
    recipes = [*plan.read("question"), *plan.read("singles")]
    assert len({recipe.name for recipe in recipes}) == len(recipes) == 27
    for recipe in recipes:
        assert recipe.images == 480_000 and recipe.settings.decay_steps == recipe.steps
        assert recipe.settings.base_channels == 64
        assert (recipe.settings.upsampling == "smooth") == recipe.name.startswith("smooth")


def test_the_narrow_plan_asks_the_same_question_at_a_constant_rate():
    narrow = plan.read("narrow")
    names = {recipe.name.rpartition("-")[0] for recipe in narrow}
    assert names == {recipe.name.rpartition("-")[0] for recipe in plan.read("question")}
    assert len(narrow) == 12 and {r.settings.base_channels for r in narrow} == {16}
    assert {recipe.settings.decay_steps for recipe in narrow} == {None}
    assert {values_of(r) for r in narrow} == {values_of(r) for r in plan.read("question")}


def test_the_singles_are_what_their_names_say():
    for recipe in plan.read("singles"):
        arm, _, seed = recipe.name.rpartition("-")
        settings = recipe.settings
        assert (settings.label_noise == 0.1) == arm.startswith("noise") and seed == "0"
        assert (settings.dropout_rate == 0.3) == (arm == "dropout")
        if arm.startswith("noise"):
            named = 0.02 * ("penalty" in arm), 4 * ("shift" in arm)
            assert values_of(recipe) == named
        elif arm == "relativistic":
            assert values_of(recipe) == (recipe.fake_penalty, 4) == (0.05, 4)
        else:
            assert values_of(recipe) == (0.02, 4)


def test_a_penalty_on_fakes_alone_is_a_penalty():
    plain = Settings(gradient_penalty=0.0)
    assert not plan.Recipe("x", plain, images=64).is_penalized
    assert plan.Recipe("x", plain, images=64, fake_penalty=1.0).is_penalized


def test_a_plan_that_leaves_a_setting_to_its_default_is_refused(tmp_path, monkeypatch):
    written = json.loads((plan.PLANS / "question.json").read_text(encoding="utf-8"))
    del written["common"]["shift"]
    (tmp_path / "question.json").write_text(json.dumps(written), encoding="utf-8")
    monkeypatch.setattr(plan, "PLANS", tmp_path)
    with pytest.raises(ValueError, match="shift"):
        plan.read("question")


@pytest.mark.parametrize(
    ("recipe", "words"),
    [
        ({"settings": Settings(upsampling="resize")}, "smooth"),
        ({"settings": Settings(), "loss": "hinge"}, "relativistic"),
    ],
)
def test_what_the_twin_does_not_have_is_refused(recipe, words):
    with pytest.raises(ValueError, match=words):
        plan.Recipe("x", images=64, **recipe)


def test_without_pytorch_the_program_says_where_it_is(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    monkeypatch.delitem(sys.modules, "tools.studies.twin", raising=False)
    with pytest.raises(SystemExit, match="torch.*make twin"):
        train_twin.main(["narrow", str(tmp_path)])
    assert not any(tmp_path.iterdir())
