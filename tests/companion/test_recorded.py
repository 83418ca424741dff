"""companion.recorded: 기록된 훈련의 파일들이 서로 맞고 바뀌지 않았는지 확인한다."""

import hashlib
import shutil
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from companion import recorded, sampling
from companion.data import load_bricks, preprocess, to_uint8
from companion.runs import duration
from companion.settings import DEFAULTS, EPOCHS


def test_the_run_is_full_size():
    assert recorded.generator().count_params() == 3_576_576
    assert recorded.discriminator().count_params() == 2_765_312
    assert recorded.config()["settings"]["base_channels"] == 64


def test_the_run_is_long_enough():
    assert recorded.manifest()["images"] >= 1_500_000
    assert recorded.history()[-1]["epoch"] == EPOCHS
    assert recorded.history()[-1]["images"] == recorded.manifest()["images"]


def test_the_defaults_are_the_recorded_recipe():
    run = recorded.config()["settings"]
    differ = {name for name, value in asdict(DEFAULTS).items() if run[name] != value}
    assert differ == {"precision", "decay_steps"}


def test_the_history_counts_every_step():
    config = recorded.config()
    for line in recorded.history():
        assert line["step"] == line["epoch"] * config["steps_per_epoch"]
        assert line["images"] == line["step"] * config["batch_size"]


def test_no_stored_sample_is_a_training_brick():
    bricks = {image.tobytes() for image in load_bricks().images}
    _, grids = recorded.grids()
    samples = [*grids, *(stage["samples"] for stage in recorded.stages().values())]
    samples += recorded.experiment_samples().values()
    assert not any(image.tobytes() in bricks for group in samples for image in group)


def test_the_readme_says_how_long_the_run_took():
    run = recorded.manifest()
    readme = " ".join((Path(__file__).parents[2] / "README.md").read_text("utf-8").split())
    assert run["environment"]["cores"] == 2
    assert (
        f"이미지 {run['images']:,}장에 CPU 시간이 {duration(run['cpu_seconds'])} 들었다" in readme
    )


def test_the_run_saw_the_embedded_training_bricks_and_no_others():
    images = load_bricks().images
    data = recorded.config()["data"]
    assert data == {
        "images": len(images),
        "sha256": hashlib.sha256(images.tobytes()).hexdigest(),
    }


def test_generator_reproduces_the_last_grid_within_two_grey_levels():
    _, grids = recorded.grids()
    images = to_uint8(recorded.generator().predict(sampling.latents(64), verbose=0))
    difference = np.abs(images[..., 0].astype(int) - grids[-1])
    assert difference.max() <= 2


def test_discriminator_reproduces_the_recorded_answers():
    last = list(recorded.stages().values())[-1]
    heldout = load_bricks(split="heldout").images
    heldout = heldout[np.random.default_rng(0).permutation(len(heldout))[:256]]
    for images, name in ((last["samples"], "fake"), (heldout, "real")):
        answers = recorded.discriminator().predict(np.asarray(preprocess(images)), verbose=0)
        assert np.abs(answers[:, 0] - last[name]).mean() < 0.02


def spread_of_centres(images):
    """밝기의 무게 중심이 세로와 가로로 흩어진 정도(분산, 제곱 픽셀)이다."""
    light = images[..., 0] / images.sum(axis=(1, 2, 3), keepdims=True)[..., 0]
    pixels = np.arange(images.shape[1])
    centres = np.stack([light.sum(axis=2) @ pixels, light.sum(axis=1) @ pixels])
    return centres.var(axis=1)


def test_shifts_that_the_discriminator_sees_do_not_leak_into_the_samples():
    most = spread_of_centres(load_bricks(split="heldout").images) + 1
    samples = list(recorded.stages().values())[-1]["samples"]
    assert (spread_of_centres(samples) < most).all()
    shifts = np.random.default_rng(0).integers(-4, 5, (len(samples), 2))
    pairs = zip(samples, shifts, strict=True)
    leaked = np.stack([np.roll(sample, shift, axis=(0, 1)) for sample, shift in pairs])
    assert (spread_of_centres(leaked) > most).all()


def test_there_are_grids_at_twenty_times_or_more():
    assert len(recorded.grids()[0]) >= 20


def test_grids_follow_the_same_latents_from_the_first_step_to_the_last():
    steps, grids = recorded.grids()
    assert steps == sorted(set(steps)) and steps[0] == 0
    assert grids.shape == (len(steps), 64, 64, 64) and grids.dtype == np.uint8
    assert steps[-1] == recorded.history()[-1]["step"]


def test_there_are_six_stages():
    assert len(recorded.stages()) == 6


def test_stages_hold_256_samples_with_probabilities():
    stages = recorded.stages()
    assert list(stages) == sorted(stages)
    for stage in stages.values():
        assert stage["samples"].shape == (256, 64, 64, 1)
        for answers in (stage["fake"], stage["real"]):
            assert answers.shape == (256,) and (answers >= 0).all() and (answers <= 1).all()


def test_stage_samples_start_with_the_tiles_of_the_grid():
    steps, grids = recorded.grids()
    last = list(recorded.stages().values())[-1]
    assert np.abs(last["samples"][:64, ..., 0].astype(int) - grids[-1]).max() <= 1


def test_the_wall_on_the_first_page_is_unselected_samples_of_the_run():
    wall = np.asarray(Image.open(Path(__file__).parents[2] / "book" / "wall.png"))
    last = list(recorded.stages().values())[-1]
    np.testing.assert_array_equal(wall, sampling.tile(last["samples"][:72], 12))


def test_experiments_hold_several_seeds_and_start_with_the_baseline():
    runs = recorded.experiments("upsampling")
    assert list(runs)[0] == "기준" and "업샘플링" in runs
    for run in runs["기준"]:
        assert run["images"] == sorted(run["images"]) and run["images"][-1] == 64_000
        assert len(run["images"]) == len(run["kid"]) == len(run["cpu_seconds"])
    assert [run["seed"] for run in runs["기준"]] == [0, 1, 2, 3, 4]


def test_an_unknown_experiment_is_refused_with_the_names_there_are():
    with pytest.raises(ValueError, match="study가 'colour'이다. upsampling"):
        recorded.experiments("colour")


def test_experiment_samples_are_sixteen_of_each_and_differ():
    samples = recorded.experiment_samples()
    assert list(samples)[0] == "기준" and len(samples) == 13
    assert all(tiles.shape == (16, 64, 64, 1) for tiles in samples.values())
    assert len({tiles.tobytes() for tiles in samples.values()}) == 13


def test_a_changed_file_is_named(tmp_path, monkeypatch):
    shutil.copytree(recorded.FOLDER, tmp_path / "recorded")
    monkeypatch.setattr(recorded, "FOLDER", tmp_path / "recorded")
    content = bytearray((tmp_path / "recorded" / "history.json").read_bytes())
    content[20] ^= 1
    (tmp_path / "recorded" / "history.json").write_bytes(bytes(content))
    with pytest.raises(ValueError, match="history.json"):
        recorded.history()
