"""companion.checkpoints: 쓰고 읽은 상태가 같고, 온전하지 않은 것은 거절하는지 확인한다."""

import errno
import json
import shutil

import numpy as np
import pytest

from companion import checkpoints
from companion.checkpoints import (
    CheckpointError,
    list_checkpoints,
    load_checkpoint,
    load_latest_checkpoint,
    read_checkpoint,
    save_checkpoint,
)
from companion.training import build_dcgan

SMALL = {"image_size": 8, "base_channels": 2, "latent_dim": 4, "dropout_rate": 0.3}


def trained(steps=2, **settings):
    dcgan = build_dcgan(**{**SMALL, **settings})
    images = np.random.default_rng(0).uniform(-1, 1, (8, 8, 8, 1)).astype("float32")
    for _ in range(steps):
        dcgan.train_on_batch(images)
    return dcgan


def state(dcgan):
    return {name: np.asarray(v).copy() for name, v in checkpoints._variables(dcgan).items()}


def same(first, second):
    return first.keys() == second.keys() and all((first[k] == second[k]).all() for k in first)


@pytest.fixture(scope="module")
def model():
    return trained()


def test_every_part_of_the_state_comes_back_bit_for_bit(tmp_path, model):
    path = save_checkpoint(tmp_path, model, 2, {"seconds": 1.5})
    other = trained(steps=1, seed=7)
    header = load_checkpoint(path, other)
    assert (header["step"], header["seconds"]) == (2, 1.5)
    assert same(state(model), state(other))
    parts = {name.split("/")[0] for name in state(model)}
    assert parts == {
        "discriminator",
        "generator",
        "ema_generator",
        "d_optimizer",
        "g_optimizer",
        "seed_generator",
    }
    assert int(other.d_optimizer.iterations) == 2


def test_state_holds_the_random_state_of_every_dropout_layer(model):
    integers = [
        name
        for name, value in state(model).items()
        if name.startswith("discriminator") and value.dtype.kind in "iu"
    ]
    dropouts = [layer for layer in model.discriminator.layers if "Dropout" in type(layer).__name__]
    assert len(integers) == len(dropouts) > 0


def test_only_the_newest_checkpoints_are_kept(tmp_path, model):
    for step in (1, 2, 3):
        save_checkpoint(tmp_path, model, step, {}, keep=2)
    assert [path.name for path in list_checkpoints(tmp_path)] == [
        "step-0000002.npz",
        "step-0000003.npz",
    ]
    assert len(list(tmp_path.iterdir())) == 2


def test_a_checkpoint_with_pickled_objects_is_refused(tmp_path, model):
    path = tmp_path / "step-0000001.npz"
    np.savez(path, meta=np.array([{"format": 1}], dtype=object))
    with pytest.raises(CheckpointError, match="온전한 체크포인트가 아니다"):
        read_checkpoint(path)


@pytest.mark.parametrize("size", [0, 100, -200])
def test_a_truncated_checkpoint_is_refused_and_the_model_untouched(tmp_path, size):
    model = trained()
    path = save_checkpoint(tmp_path, model, 2, {})
    path.write_bytes(path.read_bytes()[:size])
    before = state(model)
    with pytest.raises(CheckpointError, match="step-0000002"):
        load_checkpoint(path, model)
    assert same(before, state(model))


def test_a_flipped_byte_is_noticed(tmp_path, model):
    path = save_checkpoint(tmp_path, model, 2, {})
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(bytes(content))
    with pytest.raises(CheckpointError):
        read_checkpoint(path)


def test_the_previous_checkpoint_is_used_and_said_when_the_newest_is_broken(tmp_path):
    model = trained()
    save_checkpoint(tmp_path, model, 2, {})
    expected = state(model)
    newest = save_checkpoint(tmp_path, trained(steps=3), 3, {})
    newest.write_bytes(b"half")
    with pytest.warns(UserWarning, match="step-0000003.*step-0000002.npz부터"):
        header = load_latest_checkpoint(tmp_path, model)
    assert header["step"] == 2
    assert same(expected, state(model))


def test_all_checkpoints_broken_is_an_error_not_a_fresh_start(tmp_path, model):
    save_checkpoint(tmp_path, model, 2, {}).write_bytes(b"half")
    with pytest.raises(CheckpointError):
        load_latest_checkpoint(tmp_path, model)


def test_an_empty_or_missing_folder_gives_none(tmp_path, model):
    assert load_latest_checkpoint(tmp_path, model) is None
    assert load_latest_checkpoint(tmp_path / "missing", model) is None


def test_another_format_version_is_refused(tmp_path, model, monkeypatch):
    monkeypatch.setattr(checkpoints, "FORMAT_VERSION", 0)
    path = save_checkpoint(tmp_path, model, 2, {})
    monkeypatch.undo()
    with pytest.raises(CheckpointError, match="0판인데"):
        read_checkpoint(path)


def test_another_network_is_refused(tmp_path, model):
    path = save_checkpoint(tmp_path, model, 2, {})
    with pytest.raises(CheckpointError, match="다른 신경망"):
        load_checkpoint(path, build_dcgan(**{**SMALL, "base_channels": 4}))


def test_a_renamed_checkpoint_is_refused(tmp_path, model):
    path = save_checkpoint(tmp_path, model, 2, {})
    shutil.move(path, tmp_path / "step-0000009.npz")
    with pytest.raises(CheckpointError, match="2스텝의 상태"):
        read_checkpoint(tmp_path / "step-0000009.npz")


def test_a_missing_checkpoint_is_file_not_found(tmp_path):
    with pytest.raises(FileNotFoundError, match="step-0000001"):
        read_checkpoint(tmp_path / "step-0000001.npz")


def test_nan_weights_are_never_written(tmp_path):
    model = trained()
    model.generator.variables[0].assign(np.nan * model.generator.variables[0])
    with pytest.raises(FloatingPointError, match="NaN"):
        save_checkpoint(tmp_path, model, 2, {})
    assert list_checkpoints(tmp_path) == []


def test_a_full_disk_keeps_the_previous_checkpoint_and_leaves_no_rubbish(
    tmp_path, model, monkeypatch
):
    save_checkpoint(tmp_path, model, 2, {})

    def full(file, **arrays):
        file.write(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(np, "savez", full)
    with pytest.raises(OSError, match="체크포인트를 쓰지 못했다"):
        save_checkpoint(tmp_path, model, 3, {})
    assert [path.name for path in tmp_path.iterdir()] == ["step-0000002.npz"]


def test_a_folder_that_cannot_be_made_is_said_with_its_path(tmp_path, model):
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="체크포인트를 쓰지 못했다.*file"):
        save_checkpoint(tmp_path / "file" / "checkpoints", model, 1, {})


def test_header_is_plain_json(tmp_path, model):
    path = save_checkpoint(tmp_path, model, 2, {"글": "한글"})
    with np.load(path, allow_pickle=False) as file:
        assert json.loads(file["meta"].tobytes())["글"] == "한글"
