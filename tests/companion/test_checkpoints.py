"""companion.checkpoints: 쓰고 읽은 상태가 같고, 온전하지 않은 것은 거절하는지 확인한다."""

import errno
import io
import json
import os
import random
import shutil
import tracemalloc
import zipfile

import keras
import numpy as np
import pytest

from companion import checkpoints
from companion.checkpoints import (
    CheckpointError,
    list_checkpoints,
    load_checkpoint,
    load_latest_checkpoint,
    read_arrays,
    read_header,
    save_checkpoint,
)
from companion.models import build_discriminator, build_generator
from companion.training import DCGAN, build_dcgan

SMALL = {"image_size": 8, "base_channels": 2, "latent_dim": 4, "dropout_rate": 0.3, "shift": 1}


LINE = {"epoch": 1, "step": 2, "images": 16, "seconds": 0.5, "d_loss": 0.7}


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
    path = save_checkpoint(tmp_path, model, 2, seconds=1.5)
    other = trained(steps=1)
    assert not same(state(model), state(other))
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
        save_checkpoint(tmp_path, model, step, keep=2)
    assert [path.name for path in list_checkpoints(tmp_path)] == [
        "step-0000002.npz",
        "step-0000003.npz",
    ]
    assert len(list(tmp_path.iterdir())) == 2


def test_what_was_just_written_is_kept_though_it_is_older(tmp_path, model):
    for step in (100, 200):
        save_checkpoint(tmp_path, model, step)
    assert read_header(save_checkpoint(tmp_path, model, 1))["step"] == 1
    assert len(list_checkpoints(tmp_path)) == 3


@pytest.mark.parametrize(
    "wrong",
    [
        {"history": [{"d_loss": 0.5}]}, {"history": [LINE | {"images": np.int64(1)}]}, {"history": [LINE]},
        {"seconds": "x"}, {"environment": 5}, {"config": {"settings": 5}}, {"config": {"training": {}}},
    ],
)  # fmt: skip
def test_what_could_not_be_read_again_is_not_written(tmp_path, model, wrong):
    save_checkpoint(tmp_path, model, 1, keep=1)
    with pytest.raises(ValueError, match="다시 읽을 수 없다"):
        save_checkpoint(tmp_path, model, 3, keep=1, **wrong)
    assert load_latest_checkpoint(tmp_path, model)["step"] == 1


def test_more_than_seven_digits_of_steps_are_newer(tmp_path, model):
    for step in (9_999_999, 10_000_000):
        save_checkpoint(tmp_path, model, step)
    assert [path.name for path in list_checkpoints(tmp_path)] == [
        "step-9999999.npz",
        "step-10000000.npz",
    ]
    assert load_latest_checkpoint(tmp_path, model)["step"] == 10_000_000


def test_a_checkpoint_with_pickled_objects_is_refused(tmp_path, model):
    path = tmp_path / "step-0000001.npz"
    np.savez(path, meta=np.array([{"format": 1}], dtype=object))
    with pytest.raises(CheckpointError, match="읽을 수 없다.깨졌거나"):
        read_header(path)


@pytest.mark.parametrize("size", [0, 100, -200])
def test_a_truncated_checkpoint_is_refused_and_the_model_untouched(tmp_path, size):
    model = trained()
    path = save_checkpoint(tmp_path, model, 2)
    path.write_bytes(path.read_bytes()[:size])
    before = state(model)
    with pytest.raises(CheckpointError, match="step-0000002"):
        load_checkpoint(path, model)
    assert same(before, state(model))


def damaged(content: bytes, random: random.Random) -> bytes:
    """바이트 몇 개를 바꾸거나, 한 토막을 지우거나, 뒤를 자른 것이다. 반은 zip의 목록이 있는 끝에서 고른다."""
    start = random.choice([0, len(content) - 2_000])
    at = random.randrange(start, len(content))
    kind = random.randrange(4)
    if kind == 0:
        return content[:at]
    if kind == 1:
        return content[:at] + content[at + random.randint(1, 60) :]
    changed = bytearray(content)
    for _ in range(random.choice([1, 1, 8])):
        changed[min(at + random.randrange(8), len(changed) - 1)] = random.randrange(256)
    return bytes(changed)


def test_whatever_is_damaged_is_noticed_or_does_not_matter(tmp_path, model):
    path = save_checkpoint(tmp_path, model, 2, history=[LINE])
    content, header, whole = path.read_bytes(), read_header(path), state(model)
    refused = 0
    for _ in range(1_500):
        path.write_bytes(damaged(content, random))
        try:
            found, arrays = read_header(path), read_arrays(path, whole)
        except CheckpointError as error:
            refused += 1
            assert str(path) in str(error)
        else:
            assert found == header and same(arrays, whole)
    assert refused > 1_000


def rewritten(path, name, content: bytes, compression=zipfile.ZIP_STORED):
    """체크포인트의 멤버 하나만 바꾸어 다시 쓴다. zip의 검사 합은 맞는다."""
    with zipfile.ZipFile(path) as archive:
        members = {info.filename: archive.read(info) for info in archive.infolist()}
    with zipfile.ZipFile(path, "w", compression) as archive:
        for member, old in members.items():
            archive.writestr(member, content if member == f"{name}.npy" else old)


def npy(array) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array)
    return stream.getvalue()


def test_an_array_of_another_shape_is_refused_before_it_takes_memory(tmp_path, model):
    path = save_checkpoint(tmp_path, model, 2)
    claim = npy(np.zeros(10, "float32")).replace(b"(10,), }" + b" " * 13, b"(10000000000000,), } ")
    for content in (npy(np.zeros((3, 3), "float32")), claim, npy(np.zeros(3))[:-5], b""):
        rewritten(path, "generator/000", content)
        tracemalloc.start()
        with pytest.raises(CheckpointError, match="step-0000002"):
            load_checkpoint(path, model)
        assert tracemalloc.get_traced_memory()[1] < 5e6
        tracemalloc.stop()


@pytest.mark.parametrize("dtype", ["float64", "float16", "int32", ">f4"])
def test_an_array_of_another_kind_of_number_is_refused(tmp_path, model, dtype):
    path = save_checkpoint(tmp_path, model, 2)
    rewritten(path, "generator/000", npy(state(model)["generator/000"].astype(dtype)))
    with pytest.raises(CheckpointError, match="step-0000002"):
        load_checkpoint(path, model)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="파이프가 없는 운영 체제이다")
def test_a_pipe_is_no_checkpoint(tmp_path):
    os.mkfifo(tmp_path / "step-0000001.npz")
    with pytest.raises(CheckpointError, match="companion의 체크포인트가 아니다"):
        read_header(tmp_path / "step-0000001.npz")


def test_what_the_network_does_not_need_is_not_read(tmp_path, model):
    path = save_checkpoint(tmp_path, model, 2)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.npy", npy(np.zeros(10**7)))
    tracemalloc.start()
    load_checkpoint(path, model)
    assert tracemalloc.get_traced_memory()[1] < 5e6
    tracemalloc.stop()
    rewritten(path, "generator/000", npy(np.zeros(3)), zipfile.ZIP_DEFLATED)
    with pytest.raises(CheckpointError):
        load_checkpoint(path, model)


def test_weights_that_are_not_numbers_fall_back_to_the_older_checkpoint(tmp_path):
    model = trained()
    save_checkpoint(tmp_path, model, 2)
    newest = save_checkpoint(tmp_path, model, 3)
    value = np.asarray(model.generator.variables[0]).copy()
    value.flat[1] = np.nan
    rewritten(newest, "generator/000", npy(value))
    with pytest.warns(UserWarning, match="step-0000003.*step-0000002.npz부터"):
        assert load_latest_checkpoint(tmp_path, model)["step"] == 2


@pytest.mark.parametrize(
    "change",
    [
        lambda header: header.pop("format"),
        lambda header: header.pop("history"),
        lambda header: header.pop("config"),
        lambda header: header["config"].pop("settings"),
        lambda header: header["config"].pop("training"),
        lambda header: header["config"]["training"].update(precision="float99"),
        lambda header: header["config"]["settings"].update(base_channels="wide"),
        lambda header: header["config"]["settings"].update(base_channels=100_000),
        lambda header: header["config"]["settings"].update(new=1),
        lambda header: header["config"]["settings"].pop("decay_steps"),
        lambda header: header["config"]["training"].pop("shift"),
        lambda header: header.update(seconds=-5),
        lambda header: header.update(step="2"),
        lambda header: header.update(history={}),
        lambda header: header.update(history=[1]),
        lambda header: header.update(history=[{"epoch": 1}]),
        lambda header: header.update(history=[{**LINE, "seconds": "long"}]),
        lambda header: header.update(history=[{**LINE, "d_loss": None}]),
        lambda header: header.update(history=[{**LINE, "step": 1}]),
        lambda header: header.update(config=[]),
        lambda header: header["config"].pop("generator"),
        lambda header: header["config"].update(d_optimizer=None),
    ],
)
def test_a_header_that_is_no_header_of_ours_is_refused(tmp_path, model, change):
    path = save_checkpoint(tmp_path, model, 2)
    header = read_header(path)
    change(header)
    content = np.frombuffer(json.dumps(header).encode(), np.uint8)
    rewritten(path, "meta", npy(content))
    with pytest.raises(CheckpointError, match="step-0000002"):
        load_checkpoint(path, model)


def test_a_file_of_another_kind_is_never_called_damaged_goods_to_delete(tmp_path):
    path = tmp_path / "README.md"
    path.write_text("# 읽어 보기", encoding="utf-8")
    with pytest.raises(CheckpointError, match="companion의 체크포인트가 아니다") as refusal:
        read_header(path)
    assert "지우" not in str(refusal.value)


def test_the_previous_checkpoint_is_used_and_said_when_the_newest_is_broken(tmp_path):
    model = trained()
    save_checkpoint(tmp_path, model, 2)
    expected = state(model)
    newest = save_checkpoint(tmp_path, trained(steps=3), 3)
    newest.write_bytes(b"half")
    with pytest.warns(UserWarning, match="step-0000003.*step-0000002.npz부터"):
        header = load_latest_checkpoint(tmp_path, model)
    assert header["step"] == 2
    assert same(expected, state(model))
    newest.unlink()
    newest.symlink_to("nowhere.npz")
    with pytest.warns(UserWarning, match="step-0000003.*없다.*step-0000002.npz부터"):
        assert load_latest_checkpoint(tmp_path, model)["step"] == 2


def test_all_checkpoints_broken_is_an_error_not_a_fresh_start(tmp_path, model):
    save_checkpoint(tmp_path, model, 2).write_bytes(b"half")
    with pytest.raises(CheckpointError):
        load_latest_checkpoint(tmp_path, model)


def test_an_empty_or_missing_folder_gives_none(tmp_path, model):
    assert load_latest_checkpoint(tmp_path, model) is None
    assert load_latest_checkpoint(tmp_path / "missing", model) is None


def test_another_format_version_is_refused(tmp_path, model, monkeypatch):
    monkeypatch.setattr(checkpoints, "FORMAT_VERSION", 0)
    path = save_checkpoint(tmp_path, model, 2)
    monkeypatch.undo()
    with pytest.raises(CheckpointError, match="다른 버전의 companion이 쓴 체크포인트이다.형식 0"):
        read_header(path)


def test_another_network_is_refused(tmp_path, model):
    path = save_checkpoint(tmp_path, model, 2)
    with pytest.raises(CheckpointError, match="settings.base_channels: 그때 2, 지금 4"):
        load_checkpoint(path, build_dcgan(**{**SMALL, "base_channels": 4}))


def test_a_renamed_checkpoint_is_refused(tmp_path, model):
    path = save_checkpoint(tmp_path, model, 2)
    shutil.move(path, tmp_path / "step-0000009.npz")
    with pytest.raises(CheckpointError, match="2스텝의 상태"):
        read_header(tmp_path / "step-0000009.npz")


def test_a_missing_checkpoint_is_file_not_found(tmp_path):
    with pytest.raises(FileNotFoundError, match="step-0000001"):
        read_header(tmp_path / "step-0000001.npz")


def test_nan_weights_are_never_written(tmp_path):
    model = trained()
    model.generator.variables[0].assign(np.nan * model.generator.variables[0])
    with pytest.raises(FloatingPointError, match="NaN"):
        save_checkpoint(tmp_path, model, 2)
    assert list_checkpoints(tmp_path) == []


def test_a_full_disk_keeps_the_previous_checkpoint_and_leaves_no_rubbish(
    tmp_path, model, monkeypatch
):
    save_checkpoint(tmp_path, model, 2)

    def full(file, **arrays):
        file.write(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(np, "savez", full)
    with pytest.raises(OSError, match="체크포인트를 쓰지 못했다"):
        save_checkpoint(tmp_path, model, 3)
    assert [path.name for path in tmp_path.iterdir()] == ["step-0000002.npz"]


def test_a_folder_that_cannot_be_made_is_said_with_its_path(tmp_path, model):
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="체크포인트를 쓰지 못했다.*file"):
        save_checkpoint(tmp_path / "file" / "checkpoints", model, 1)


def test_header_is_plain_json(tmp_path, model):
    path = save_checkpoint(tmp_path, model, 2, config={"글": "한글"})
    with np.load(path, allow_pickle=False) as file:
        assert json.loads(file["meta"].tobytes())["config"]["글"] == "한글"


# ---------------------------------------------------------------- 무엇의 체크포인트인가


def by_hand(activation=None, d_optimizer=None, **settings):
    """`build_dcgan()`을 거치지 않고 지은 모델이다. `activation`이 있으면 생성자의 LeakyReLU를 그것으로 바꾼다."""
    generator = build_generator(4, image_size=8, base_channels=2)
    if activation:
        generator = keras.models.clone_model(
            generator,
            clone_function=lambda layer: (
                activation(name=layer.name)
                if isinstance(layer, keras.layers.LeakyReLU)
                else type(layer).from_config(layer.get_config())
            ),
        )
    networks = build_discriminator(8, base_channels=2, dropout_rate=0.3), generator
    dcgan = DCGAN(*networks, **{"latent_dim": 4, "shift": 1, **settings})
    dcgan.compile(d_optimizer)
    return dcgan


def test_the_header_names_the_settings_every_layer_and_both_optimizers(tmp_path):
    schedule = {"class": "ConstantThenLinear", "learning_rate": 2e-4, "decay_steps": 9}
    header = read_header(save_checkpoint(tmp_path, trained(decay_steps=9), 2))
    config = header["config"]
    assert config["settings"]["decay_steps"] == 9
    assert config["g_optimizer"]["learning_rate"] == schedule
    assert (config["d_optimizer"]["class"], config["d_optimizer"]["beta_1"]) == ("Adam", 0.5)
    kinds = [layer["class"] for layer in config["generator"]]
    assert kinds[:4] == ["InputLayer", "Reshape", "Conv2DTranspose", "BatchNormalization"]
    leaky = next(layer for layer in config["discriminator"] if layer["class"] == "LeakyReLU")
    assert leaky["negative_slope"] == 0.2


@pytest.mark.parametrize(
    ("other", "message"),
    [
        (lambda: by_hand(keras.layers.ReLU), "generator.4.class: 그때 LeakyReLU, 지금 ReLU"),
        (
            lambda: by_hand(d_optimizer=keras.optimizers.Adam(2e-4, beta_1=0.9)),
            "d_optimizer.beta_1: 그때 0.5, 지금 0.9",
        ),
        (lambda: by_hand(ema_decay=0.9), "training.ema_decay: 그때 0.999, 지금 0.9"),
        (lambda: by_hand(gradient_penalty=0.5), "training.gradient_penalty: 그때 0.02, 지금 0.5"),
        (lambda: build_dcgan(**SMALL, beta_1=0.9), "settings.beta_1: 그때 0.5, 지금 0.9"),
        (
            lambda: build_dcgan(**SMALL, decay_steps=8),
            "settings.decay_steps: 그때 없음, 지금 8",
        ),
        (lambda: build_dcgan(**SMALL, precision="mixed_bfloat16"), "지금 mixed_bfloat16"),
    ],
)
def test_another_model_is_refused_with_both_values_and_left_alone(tmp_path, model, other, message):
    path = save_checkpoint(tmp_path, model, 2)
    dcgan = other()
    before = state(dcgan)
    with pytest.raises(CheckpointError, match=message):
        load_checkpoint(path, dcgan)
    assert same(before, state(dcgan))


def test_a_model_made_by_hand_of_the_same_layers_is_the_same_model(tmp_path, model):
    path = save_checkpoint(tmp_path, model, 2)
    dcgan = by_hand()
    load_checkpoint(path, dcgan)
    assert same(state(model), state(dcgan))


def test_a_model_altered_by_hand_comes_back_into_the_same_layers(tmp_path):
    altered = by_hand(keras.layers.ReLU)
    path = save_checkpoint(tmp_path, altered, 0)
    again = by_hand(keras.layers.ReLU, seed=0)
    assert not same(state(altered), state(again))
    load_checkpoint(path, again)
    assert same(state(altered), state(again))
    with pytest.raises(CheckpointError, match="ReLU"):
        load_checkpoint(path, by_hand())
