"""companion.data: 세 곳에서 온 이미지가 같은 배치가 되는지, 잘못된 입력을 바르게 말하는지 확인한다."""

import contextlib
import io
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import textwrap
import time
import types
import warnings
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from companion import data
from companion.data import brick_batches, export_bricks, load_bricks, preprocess, to_uint8

ROOT = Path(__file__).parents[2]
CPU_MS_AN_IMAGE = 0.03


def seeds_call(path, **changes):
    """4.2.1절의 호출이다. 경로만 다르다."""
    arguments = {
        "labels": None,
        "color_mode": "grayscale",
        "image_size": (64, 64),
        "batch_size": 128,
        "shuffle": True,
        "seed": 42,
        "interpolation": "bilinear",
    }
    return keras.utils.image_dataset_from_directory(path, **{**arguments, **changes})


def rows(images):
    """이미지의 집합을 비교할 수 있게 한 줄에 한 장씩 사전 순으로 세운다."""
    flat = np.asarray(images).reshape(len(images), -1)
    return flat[np.lexsort(flat.T[::-1])]


def all_of(dataset):
    return np.concatenate([batch.numpy() for batch in dataset])


def picture(rng, width=400, height=400):
    """검은 바탕에 밝기가 기울어진 사각형 하나를 그린 이미지이다."""
    image = np.zeros((height, width), np.uint8)
    top, left = rng.integers(0, height // 2), rng.integers(0, width // 2)
    ramp = np.linspace(rng.integers(60, 120), rng.integers(130, 255), width // 2)
    image[top : top + height // 2, left : left + width // 2] = ramp[: width - left][: width // 2]
    return Image.fromarray(image)


def write_grey_images(folder, n, size=64):
    """밝기가 2, 4, 6, …인 이미지를 쓴다. 밝기가 곧 번호이다."""
    folder.mkdir(exist_ok=True)
    for i in range(1, n + 1):
        Image.new("L", (size, size), 2 * i).save(folder / f"{i:03d}.png")
    return folder


@pytest.fixture(scope="session")
def kaggle_root(tmp_path_factory):
    """실제 데이터셋과 같은 구조와 파일 이름을 가진 작은 대역이다. 부품마다 자세가 50, 25, 3개이다."""
    root = tmp_path_factory.mktemp("kaggle")
    rng = np.random.default_rng(0)
    (root / "dataset").mkdir()
    parts = {"14719 flat tile corner 2x2": 50, "2357 brick corner 1x2x2": 25, "3003 brick 2x2": 3}
    for part, poses in parts.items():
        for pose in range(poses):
            for camera in "LR":
                picture(rng).save(root / "dataset" / f"{part} {pose:03d}{camera}.png")
    older = root / "LEGO brick images v1" / "2357 Brick corner 1x2x2"
    older.mkdir(parents=True)
    picture(rng, 200, 200).save(older / "201706171206-0001.png")
    (root / "Collada models").mkdir()
    (root / "Collada models" / "3003 brick 2x2.dae").write_text("<COLLADA/>")
    (root / "validation.txt").write_text("14719 flat tile corner 2x2 000L.png\n")
    return root


@pytest.fixture
def kaggle(kaggle_root, monkeypatch):
    """kagglehub 대신 대역을 돌려준다. 불린 이름은 `calls`에 쌓인다."""
    calls = []

    def dataset_download(handle):
        calls.append(handle)
        return str(kaggle_root)

    monkeypatch.setitem(
        sys.modules, "kagglehub", types.SimpleNamespace(dataset_download=dataset_download)
    )
    return calls


@contextlib.contextmanager
def files_no_larger_than(size):
    """디스크가 찬 것처럼, 파일이 `size`바이트를 넘으면 쓰기가 실패하게 한다."""
    resource = pytest.importorskip("resource")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


# 내장 데이터


def test_embedded_bricks_hold_fifty_parts_seen_by_two_cameras():
    train = load_bricks()
    assert train.images.shape == (12_500, 64, 64, 1) and train.images.dtype == np.uint8
    assert len(train.part_names) == len(set(train.part_names)) == 50
    np.testing.assert_array_equal(np.bincount(train.parts), np.full(50, 250))
    labels = set(zip(train.parts, train.poses, train.cameras, strict=True))
    assert len(labels) == 12_500 and set(train.cameras) == {"L", "R"}
    assert len(np.unique(rows(train.images), axis=0)) == 12_500
    assert train.images.max() > 200 and np.median(train.images) == 0  # 검은 바탕에 밝은 벽돌


def test_embedded_heldout_poses_are_not_in_training():
    train, heldout = (load_bricks(split=split) for split in data.SPLITS)
    assert heldout.images.shape == (1_600, 64, 64, 1)
    assert heldout.part_names == train.part_names
    assert not set(zip(train.parts, train.poses, strict=True)) & set(
        zip(heldout.parts, heldout.poses, strict=True)
    )


def test_embedded_bricks_load_within_a_second_and_the_second_time_at_once():
    seconds = []
    for _ in range(3):
        data._load_embedded.cache_clear()
        start = time.process_time()
        first = load_bricks()
        seconds.append(time.process_time() - start)
    assert min(seconds) < 1
    assert load_bricks().images is first.images


def test_arrays_need_no_tensorflow(tmp_path):
    picture(np.random.default_rng(0)).save(tmp_path / "a.png")
    code = (
        "from companion.data import load_bricks, preprocess, to_uint8; import sys;"
        "to_uint8(preprocess(load_bricks(split='heldout').images)); load_bricks(sys.argv[1]);"
        "print('tensorflow' in sys.modules, 'keras' in sys.modules)"
    )
    command = [sys.executable, "-c", code, str(tmp_path)]
    result = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    assert result.stdout.split() == ["False", "False"]


def test_no_caller_can_change_the_arrays_of_another(tmp_path):
    for source in ("embedded", write_grey_images(tmp_path / "grey", 3)):
        bricks = load_bricks(source)
        for array in (bricks.images, bricks.parts, bricks.poses, bricks.cameras):
            with pytest.raises(ValueError, match="read-only"):
                array[:1] = array[1:2]
    load_bricks().part_names.clear()
    assert len(load_bricks().part_names) == 50


@pytest.fixture
def copied_bricks(tmp_path, monkeypatch):
    folder = tmp_path / "bricks"
    shutil.copytree(data.BRICKS_FOLDER, folder)
    monkeypatch.setattr(data, "BRICKS_FOLDER", folder)
    return folder


def test_a_changed_atlas_is_named(copied_bricks):
    content = bytearray((copied_bricks / "heldout.png").read_bytes())
    content[len(content) // 2] ^= 1
    (copied_bricks / "heldout.png").write_bytes(content)
    with pytest.raises(ValueError, match=r"bricks/heldout\.png' .*SHA-256.*다시 설치한다"):
        load_bricks(split="heldout")


@pytest.mark.parametrize("name", ["manifest.json", "heldout.png"])
def test_a_missing_embedded_file_is_named(copied_bricks, name):
    (copied_bricks / name).unlink()
    with pytest.raises(FileNotFoundError, match=f"{name}' 파일이 없다.*다시 설치한다"):
        load_bricks(split="heldout")


# 픽셀과 [-1, 1] 사이


def test_preprocess_is_the_formula_of_the_page_for_arrays_and_for_tensors():
    pixels = np.arange(256, dtype=np.uint8)
    expected = (pixels.astype("float32") - np.float32(127.5)) / np.float32(127.5)
    for given, kind in ((pixels, np.ndarray), (tf.constant(pixels), tf.Tensor)):
        result = preprocess(given)
        assert isinstance(result, kind) and result.dtype == "float32"
        np.testing.assert_array_equal(result, expected)
    mapped = tf.data.Dataset.from_tensors(pixels).map(lambda x: preprocess(x))
    np.testing.assert_array_equal(next(iter(mapped)), expected)
    assert expected[0] == -1 and expected[-1] == 1


def test_to_uint8_undoes_preprocess_rounds_and_clips():
    pixels = np.arange(256, dtype=np.uint8)
    for given in (pixels, tf.constant(pixels)):
        np.testing.assert_array_equal(to_uint8(preprocess(given)), pixels)
    values = np.array([-1.25, -1, -0.999, 0.001, 0.999, 1, 1.25])
    np.testing.assert_array_equal(to_uint8(values), [0, 0, 0, 128, 255, 255, 255])
    half = tf.cast(tf.constant([-1.0, 1.0]), "bfloat16")
    np.testing.assert_array_equal(to_uint8(half), [0, 255])


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_pixels_that_are_not_finite_are_refused(bad):
    images = np.zeros((4, 8, 8, 1), "float32")
    images[1, 2, 3, 0] = bad
    for function in (preprocess, to_uint8, lambda x: brick_batches(x, 2)):
        with pytest.raises(ValueError, match="NaN이나 무한대가 있다.값 256개 가운데 1개"):
            function(images)
    with pytest.raises(ValueError, match="NaN이나 무한대"):
        preprocess(tf.constant(images))


@pytest.mark.parametrize(
    "images",
    [
        np.linspace(0, 1, 64, dtype="float32").reshape(1, 8, 8, 1),
        np.linspace(-1, 1, 64).reshape(1, 8, 8, 1),
        np.linspace(0, 256, 64).reshape(1, 8, 8, 1),
        np.array([-1]),
        np.linspace(0, 1, 64).reshape(8, 8),
        np.linspace(0, 1.02, 64).reshape(8, 8),
    ],
    ids=["0..1", "-1..1", "0..256", "a negative integer", "0..1 in two dimensions", "0..1.02"],
)
def test_what_is_no_picture_of_pixels_is_not_scaled_again(images):
    for given in (images, tf.constant(images)):
        with pytest.raises(ValueError, match=r"\[0, 255\]의 픽셀을 준다"):
            preprocess(given)


def test_a_mask_is_no_picture_of_pixels():
    mask = np.eye(8, dtype=bool)
    for given in (mask, tf.constant(mask), mask.tolist()):
        with pytest.raises(TypeError, match="마스크이다. 255를 곱해"):
            preprocess(given)


@pytest.mark.parametrize("wild", [-1.3, 1.3, 3.0, 127.5, 1e300])
def test_what_no_tanh_can_give_is_refused_and_not_clipped(wild):
    with pytest.raises(ValueError, match=r"이미지의 값이 .*까지이다. \[-1, 1\]의 실수를 준다"):
        to_uint8(np.array([[-0.5, wild], [0.5, 0.0]]))


def test_dark_pixels_and_single_numbers_are_pixels_too():
    for dark in (np.ones((1, 8, 8, 1), "uint8"), np.zeros((1, 8, 8, 1)), np.float64(0.5)):
        assert np.max(preprocess(dark)) < -0.98


def test_to_uint8_refuses_pixels_and_warns_of_pictures_without_negatives():
    pixels = np.arange(64, dtype="uint8").reshape(1, 8, 8, 1)
    for wrong in (pixels, pixels.astype("int64"), pixels > 3):
        with pytest.raises(TypeError, match="이미 픽셀"):
            to_uint8(wrong)
    with pytest.raises(ValueError, match="0부터 63까지"):
        to_uint8(pixels.astype("float32"))
    for scaled in (pixels / 63, pixels[0, ..., 0] / 63):
        with pytest.warns(UserWarning, match="음수가 하나도 없다"):
            to_uint8(scaled)
    to_uint8(np.zeros((1, 8, 8, 1)))


# 4.2.1절의 호출


def test_the_pages_call_reads_exported_bricks_as_the_embedded_path_does(tmp_path):
    assert export_bricks(tmp_path / "bricks", split="heldout") == 1_600
    bricks = load_bricks(split="heldout")
    embedded = all_of(bricks.dataset(shuffle=False))
    index = {
        f"{bricks.part_names[part]} {pose:03d}{camera}.png": i
        for i, (part, pose, camera) in enumerate(
            zip(bricks.parts, bricks.poses, bricks.cameras, strict=True)
        )
    }

    in_order = seeds_call(tmp_path / "bricks", shuffle=False)
    order = [index[Path(path).name] for path in in_order.file_paths]
    assert sorted(order) == list(range(1_600))
    np.testing.assert_array_equal(
        all_of(in_order.map(lambda x: preprocess(x))), embedded[np.array(order)]
    )

    train_data = seeds_call(str(tmp_path / "bricks") + "/")
    train = train_data.map(lambda x: preprocess(x))
    first = next(iter(train))
    assert first.shape == (128, 64, 64, 1) and first.dtype == tf.float32
    np.testing.assert_array_equal(rows(all_of(train)), rows(embedded))

    folder = load_bricks(tmp_path / "bricks")
    np.testing.assert_array_equal(folder.images, bricks.images[order])
    assert [folder.part_names[part] for part in folder.parts] == [
        bricks.part_names[part] for part in bricks.parts[order]
    ]
    np.testing.assert_array_equal(folder.poses, bricks.poses[order])
    np.testing.assert_array_equal(folder.cameras, bricks.cameras[order])


@pytest.mark.parametrize(
    ("width", "height"), [(400, 400), (200, 100), (40, 40), (65, 63), (2, 2), (3, 500)]
)
def test_other_sizes_are_shrunk_by_the_rule_of_the_pages_call(tmp_path, width, height):
    picture(np.random.default_rng(1), width, height).save(tmp_path / "a.png")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ours = load_bricks(tmp_path).images
    theirs = all_of(seeds_call(tmp_path))
    np.testing.assert_array_equal(ours, np.rint(theirs))


def test_colours_are_shrunk_by_the_rule_of_the_pages_call(tmp_path):
    pixels = np.random.default_rng(2).integers(0, 256, (150, 150, 3), "uint8")
    Image.fromarray(pixels).save(tmp_path / "a.png")
    theirs = all_of(seeds_call(tmp_path, color_mode="rgb"))
    np.testing.assert_array_equal(load_bricks(tmp_path, channels=3).images, np.rint(theirs))


def test_export_is_repeatable_and_a_limit_takes_many_parts(tmp_path):
    assert export_bricks(tmp_path / "a" / "b", limit=50) == 50
    files = {path.name: path.read_bytes() for path in (tmp_path / "a" / "b").iterdir()}
    parts = {name.rpartition(" ")[0] for name in files}
    assert parts == set(load_bricks().part_names)
    assert export_bricks(tmp_path / "a" / "b", limit=50) == 50
    assert {path.name: path.read_bytes() for path in (tmp_path / "a" / "b").iterdir()} == files


def test_a_limit_beyond_the_set_takes_everything(tmp_path):
    assert export_bricks(tmp_path / "all", split="heldout", limit=10_000) == 1_600
    assert len(list((tmp_path / "all").iterdir())) == 1_600


def test_export_does_not_mix_with_other_files(tmp_path):
    export_bricks(tmp_path, limit=20)
    before = sorted(path.name for path in tmp_path.iterdir())
    with pytest.raises(FileExistsError, match="다른 파일이 있다.*새 폴더"):
        export_bricks(tmp_path, limit=3, split="heldout")
    assert sorted(path.name for path in tmp_path.iterdir()) == before


def test_export_replaces_no_picture_of_another(tmp_path):
    export_bricks(tmp_path, limit=3)
    ours = min(tmp_path.iterdir())
    Image.new("L", (64, 64), 9).save(ours)
    for content in (ours.read_bytes(), b"notes"):
        ours.write_bytes(content)
        with pytest.raises(FileExistsError, match=f"{ours.name}' 파일은 내용이 그 벽돌과 다르다"):
            export_bricks(tmp_path, limit=3)
        assert ours.read_bytes() == content


def test_export_removes_what_a_killed_one_left_and_ignores_file_managers(tmp_path):
    code = (
        "import os, sys; from companion import data; data.os.replace = lambda *_: os._exit(9);"
        "data.export_bricks(sys.argv[1], limit=3)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], cwd=ROOT)
    assert done.returncode == 9 and len(list(tmp_path.iterdir())) == 2  # 자물쇠와 임시 폴더
    for name in (".DS_Store", "Thumbs.db", "desktop.ini", "._a.png"):
        (tmp_path / name).write_text("")
    assert export_bricks(tmp_path, limit=3) == 3
    assert len(list(tmp_path.glob("*.png"))) == 3 + 1 and len(list(tmp_path.iterdir())) == 3 + 4


def test_two_exports_at_once_make_one_folder(tmp_path):
    with ThreadPoolExecutor(4) as pool:
        counts = list(pool.map(lambda _: export_bricks(tmp_path / "bricks", limit=40), range(4)))
    assert counts == [40] * 4
    assert len(list((tmp_path / "bricks").iterdir())) == 40


def test_export_refuses_a_limit_below_one(tmp_path):
    with pytest.raises(ValueError, match="limit.*0.*1 이상"):
        export_bricks(tmp_path / "bricks", limit=0)
    assert list(tmp_path.iterdir()) == []


def test_export_under_a_file_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(FileExistsError, match="file'는 폴더가 아니라 파일이다"):
        export_bricks(tmp_path / "file", limit=3)
    with pytest.raises(NotADirectoryError, match="file'는 폴더가 아니라 파일이어서.*file/bricks'"):
        export_bricks(tmp_path / "file" / "bricks", limit=3)


def test_export_to_a_full_disk_writes_nothing(tmp_path):
    load_bricks()
    sizes = {}
    export_bricks(tmp_path / "sizes", limit=20)
    sizes = sorted(path.stat().st_size for path in (tmp_path / "sizes").iterdir())
    with (
        files_no_larger_than(sizes[-1] - 1),
        pytest.raises(OSError, match="이미지를 쓰지 못했다.*담을 수 있는 것보다 크다"),
    ):
        export_bricks(tmp_path / "bricks", limit=20)
    assert list((tmp_path / "bricks").iterdir()) == []


# 배치


def test_a_dataset_is_one_epoch_with_the_last_partial_batch(tmp_path):
    bricks = load_bricks(write_grey_images(tmp_path, 30))
    dataset = bricks.dataset(batch_size=8, shuffle=False)
    assert [len(batch) for batch in dataset] == [8, 8, 8, 6]
    assert dataset.element_spec == tf.TensorSpec((None, 64, 64, 1), tf.float32)
    assert int(dataset.cardinality()) == 4
    np.testing.assert_array_equal(to_uint8(all_of(dataset))[:, 0, 0, 0], 2 * np.arange(1, 31))


def orders(dataset, epochs):
    return [to_uint8(all_of(dataset))[:, 0, 0, 0].tolist() for _ in range(epochs)]


def test_a_dataset_is_shuffled_anew_each_epoch_by_the_seed(tmp_path):
    bricks = load_bricks(write_grey_images(tmp_path, 30))
    first = orders(bricks.dataset(batch_size=8, seed=1), 3)
    assert all(sorted(order) == list(range(2, 62, 2)) for order in first)
    assert len({tuple(order) for order in first}) == 3
    assert orders(bricks.dataset(batch_size=8, seed=1), 3) == first
    assert orders(bricks.dataset(batch_size=8, seed=2), 1) != first[:1]


def test_a_dataset_smaller_than_its_batch_is_one_batch(tmp_path):
    (batch,) = load_bricks(write_grey_images(tmp_path, 3)).dataset()
    assert batch.shape == (3, 64, 64, 1)


def numbered(n, size=4):
    """픽셀 값이 곧 번호인 이미지들이다."""
    return np.broadcast_to(np.arange(n, dtype=np.uint8)[:, None, None, None], (n, size, size, 1))


def batches(*arguments, count, **options):
    stream = brick_batches(*arguments, **options).take(count)
    return [to_uint8(batch)[:, 0, 0, 0].tolist() for batch in stream]


def test_a_stream_can_start_at_any_step():
    whole = batches(numbered(50), 8, seed=3, count=40)
    for start in (1, 5, 6, 17):
        assert batches(numbered(50), 8, seed=3, start_step=start, count=3) == whole[start:][:3]
    images = np.random.default_rng(0).integers(0, 256, (50, 4, 4, 1), "uint8")
    skipped = brick_batches(images, 8).skip(9).take(2)
    started = brick_batches(images, 8, start_step=9).take(2)
    assert all_of(skipped).tobytes() == all_of(started).tobytes()


def test_a_stream_shows_no_image_twice_in_an_epoch_and_leaves_others_out_each_time():
    stream = batches(numbered(50), 8, count=6 * 20)
    epochs = [sum(stream[i : i + 6], []) for i in range(0, len(stream), 6)]
    assert all(len(set(epoch)) == 48 for epoch in epochs)
    assert len({tuple(epoch) for epoch in epochs}) == 20
    assert len({frozenset(range(50)) - frozenset(epoch) for epoch in epochs}) > 10
    assert set(sum(epochs, [])) == set(range(50))


def test_a_streams_order_is_the_seeds():
    assert batches(numbered(50), 8, seed=1, count=6) == batches(numbered(50), 8, seed=1, count=6)
    assert batches(numbered(50), 8, seed=1, count=6) != batches(numbered(50), 8, seed=2, count=6)
    keras.utils.set_random_seed(7)
    first = batches(numbered(50), 8, count=6)
    keras.utils.set_random_seed(8)
    assert batches(numbered(50), 8, count=6) == first


def test_a_stream_is_endless_and_its_batches_are_full():
    stream = brick_batches(numbered(50), 8)
    assert stream.element_spec == tf.TensorSpec((8, 4, 4, 1), tf.float32)
    assert stream.cardinality() == tf.data.INFINITE_CARDINALITY
    (whole,) = brick_batches(numbered(50), 50).take(1)
    assert sorted(to_uint8(whole)[:, 0, 0, 0]) == list(range(50))


@pytest.mark.parametrize(
    ("arguments", "kind", "message"),
    [
        ({"batch_size": 51}, ValueError, "배치 크기가 51.*50장뿐"),
        ({"batch_size": 0}, ValueError, "batch_size.*0.*1 이상"),
        ({"images": numbered(50)[..., 0]}, ValueError, r"\(50, 4, 4\).*\(N, 높이, 너비, 채널\)"),
        ({"images": numbered(50) / 255}, TypeError, "float64.*to_uint8"),
    ],
)
def test_a_stream_refuses_what_it_cannot_batch(arguments, kind, message):
    arguments = {"images": numbered(50), "batch_size": 8, **arguments}
    with pytest.raises(kind, match=message):
        brick_batches(arguments.pop("images"), arguments.pop("batch_size"), **arguments)


def test_batches_cost_little_processor_time():
    bricks = load_bricks()
    stream = brick_batches(bricks.images, 128)
    for epoch in (bricks.dataset(), stream.take(len(bricks.images) // 128)):
        costs = []
        for _ in range(3):
            start, n = time.process_time(), 0
            for batch in epoch:
                n += len(batch)
            costs.append(1000 * (time.process_time() - start) / n)
        assert min(costs) < CPU_MS_AN_IMAGE


# Kaggle


def test_kaggle_images_are_shrunk_like_the_pages_call_and_split_by_pose(
    kaggle, kaggle_root, tmp_path
):
    train, heldout = (
        load_bricks("kaggle", split=split, cache_dir=tmp_path) for split in data.SPLITS
    )
    assert kaggle == ["joosthazelzet/lego-brick-images/versions/4"]  # 두 번째는 캐시에서 읽었다.
    assert train.part_names == [
        "14719 flat tile corner 2x2",
        "2357 brick corner 1x2x2",
        "3003 brick 2x2",
    ]
    found = [
        (part, pose, camera)
        for part, pose, camera in zip(heldout.parts, heldout.poses, heldout.cameras, strict=True)
    ]
    assert found == [
        (0, 48, "L"),
        (0, 48, "R"),
        (0, 49, "L"),
        (0, 49, "R"),
        (1, 24, "L"),
        (1, 24, "R"),
    ]
    assert len(train.images) == 2 * (48 + 24 + 3)

    theirs = np.rint(all_of(seeds_call(kaggle_root / "dataset", shuffle=False)))
    np.testing.assert_array_equal(
        rows(np.concatenate([train.images, heldout.images])), rows(theirs)
    )
    np.testing.assert_array_equal(train.images[:96], theirs[:96])


def test_kaggle_images_are_cached_in_the_users_cache_folder(kaggle, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    load_bricks("kaggle")
    (cache,) = (tmp_path / "xdg").rglob("*.npz")
    assert cache.parent == tmp_path / "xdg" / "brickie-companion"
    assert 156 * 64 * 64 < cache.stat().st_size < 156 * 64 * 64 * 1.2  # uint8, 한 픽셀에 1바이트
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "home")
    load_bricks("kaggle")
    assert (tmp_path / "home" / ".cache" / "brickie-companion" / cache.name).exists()


def test_a_finished_cache_is_only_read(kaggle, tmp_path):
    load_bricks("kaggle", cache_dir=tmp_path)
    (cache,) = tmp_path.glob("*.npz")
    before = cache.stat().st_mtime_ns
    for other in set(tmp_path.iterdir()) - {cache}:
        other.unlink()
    load_bricks("kaggle", cache_dir=tmp_path)
    assert list(tmp_path.iterdir()) == [cache] and cache.stat().st_mtime_ns == before


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content[: len(content) // 2],
        lambda content: content[:5000] + bytes([content[5000] ^ 1]) + content[5001:],
        lambda content: b"",
        lambda content: b"something else",
    ],
    ids=["half", "one bit", "empty", "other"],
)
def test_a_broken_cache_is_named(kaggle, tmp_path, damage):
    load_bricks("kaggle", cache_dir=tmp_path)
    (cache,) = tmp_path.glob("*.npz")
    cache.write_bytes(damage(cache.read_bytes()))
    with pytest.raises(
        ValueError, match=re.escape(f"{str(cache)!r} 파일이 깨졌다. 지우고 다시 부른다")
    ):
        load_bricks("kaggle", cache_dir=tmp_path)


def kept(folder):
    """자물쇠를 뺀, 폴더에 남은 파일들이다."""
    return [path for path in folder.rglob("*") if path.suffix != ".lock"]


def raising(error):
    def dataset_download(handle):
        raise error

    return types.SimpleNamespace(dataset_download=dataset_download)


class UnauthenticatedError(Exception):
    """kagglehub의 것과 이름이 같다."""


class HTTPError(OSError):
    """requests의 것처럼 응답을 들고 있다."""

    def __init__(self, status_code):
        super().__init__(f"{status_code} Client Error.")
        self.response = types.SimpleNamespace(status_code=status_code)


@pytest.mark.parametrize(
    ("module", "kind", "message"),
    [
        (None, ImportError, "kagglehub가 없어.*pip install kagglehub"),
        (raising(OSError("no route")), ConnectionError, "받지 못했다.*OSError.*인터넷.*dataset"),
        (raising(HTTPError(404)), ConnectionError, "받지 못했다.*404.*인터넷.*dataset"),
        (raising(HTTPError(401)), PermissionError, "로그인을 요구한다.*login.*dataset"),
        (raising(HTTPError(403)), PermissionError, "로그인을 요구한다.*login.*dataset"),
        (raising(UnauthenticatedError()), PermissionError, "로그인을 요구한다.*login.*dataset"),
    ],
)
def test_kaggle_out_of_reach_is_said(module, kind, message, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "kagglehub", module)
    with pytest.raises(kind, match=message):
        load_bricks("kaggle", cache_dir=tmp_path)
    assert kept(tmp_path) == []


def test_a_kaggle_download_without_its_images_is_named(tmp_path, monkeypatch):
    (tmp_path / "root").mkdir()
    hub = types.SimpleNamespace(dataset_download=lambda handle: str(tmp_path / "root"))
    monkeypatch.setitem(sys.modules, "kagglehub", hub)
    with pytest.raises(
        FileNotFoundError, match=re.escape(f"{str(tmp_path / 'root')!r} 폴더에 dataset 폴더가 없다")
    ):
        load_bricks("kaggle", cache_dir=tmp_path / "cache")
    assert kept(tmp_path / "cache") == []


def test_a_cache_that_cannot_be_written_is_said_before_the_download(kaggle, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="캐시를 쓰지 못했다.*다른 폴더를 준다.*file"):
        load_bricks("kaggle", cache_dir=tmp_path / "file" / "cache")
    assert kaggle == []


def test_a_disk_full_in_the_middle_leaves_no_cache(kaggle, tmp_path):
    load_bricks("kaggle", cache_dir=tmp_path / "warm")  # TensorFlow가 먼저 다 쓰게 한다.
    with (
        files_no_larger_than(200_000),
        pytest.raises(OSError, match="캐시를 쓰지 못했다.*담을 수 있는 것보다 크다.*npz"),
    ):
        load_bricks("kaggle", cache_dir=tmp_path / "cache")
    assert kept(tmp_path / "cache") == []
    load_bricks("kaggle", cache_dir=tmp_path / "cache")


def test_two_processes_make_one_cache_together(kaggle_root, tmp_path):
    (tmp_path / "kagglehub.py").write_text(
        textwrap.dedent(
            f"""
            import os, time
            from pathlib import Path

            def dataset_download(handle):
                with open({str(tmp_path / "calls")!r}, "a") as calls:
                    calls.write("called\\n")
                # 둘 다 캐시가 없음을 보고 들어올 때까지 기다린다.
                while len(list(Path({str(tmp_path)!r}).glob("ready-*"))) < 2:
                    time.sleep(0.01)
                time.sleep(0.5)
                return {str(kaggle_root)!r}
            """
        )
    )
    code = textwrap.dedent(
        f"""
        import hashlib, os
        from pathlib import Path
        import tensorflow
        from companion.data import load_bricks

        Path({str(tmp_path)!r}, f"ready-{{os.getpid()}}").touch()
        images = load_bricks("kaggle", cache_dir={str(tmp_path / "cache")!r}).images
        print(len(images), hashlib.sha256(images.tobytes()).hexdigest())
        """
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)])}
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", code],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    results = [process.communicate(timeout=120) for process in processes]
    assert [process.returncode for process in processes] == [0, 0], results
    assert results[0][0] == results[1][0] and results[0][0].startswith("150 ")
    assert (tmp_path / "calls").read_text() == "called\n"
    assert [path.suffix for path in kept(tmp_path / "cache")] == [".npz"]


# 폴더


def test_a_folder_without_poses_in_its_names_is_all_for_training(tmp_path):
    write_grey_images(tmp_path, 60)
    bricks = load_bricks(tmp_path)
    assert len(bricks.images) == 60 and bricks.part_names == []
    assert set(bricks.parts) == set(bricks.poses) == {-1} and set(bricks.cameras) == {""}
    with pytest.raises(
        ValueError,
        match=f"{re.escape(repr(str(tmp_path)))}에는 홀드아웃으로 뗄 이미지가 없다.*train",
    ):
        load_bricks(tmp_path, split="heldout")


def test_a_folder_with_few_poses_has_no_heldout(tmp_path):
    export_bricks(tmp_path, limit=100)
    assert len(load_bricks(tmp_path).images) == 100
    with pytest.raises(ValueError, match="자세가 25개 이상"):
        load_bricks(tmp_path, split="heldout")


def test_a_folder_with_many_poses_splits_like_kaggle(kaggle_root):
    heldout = load_bricks(str(kaggle_root / "dataset"), split="heldout")
    assert sorted(set(heldout.poses)) == [24, 48, 49]


def test_only_images_right_in_the_folder_are_read(tmp_path):
    write_grey_images(tmp_path, 2)
    write_grey_images(tmp_path / "below", 3)
    (tmp_path / "notes.txt").write_text("not an image")
    Image.new("L", (64, 64), 255).save(tmp_path / "UPPER.PNG")
    with pytest.warns(UserWarning, match="파일 1개를 건너뛰었다.처음 것: 'notes.txt'"):
        assert len(load_bricks(tmp_path).images) == 3


@pytest.mark.parametrize("name", ["missing", "file"])
def test_a_missing_folder_is_named_with_the_choices(tmp_path, name):
    (tmp_path / "file").write_text("")
    with pytest.raises(
        FileNotFoundError, match=rf'{re.escape(repr(str(tmp_path / name)))} 폴더가 없다.*"embedded"'
    ):
        load_bricks(tmp_path / name)


def test_a_folder_without_images_is_named(tmp_path):
    (tmp_path / "notes.txt").write_text("")
    with pytest.raises(
        ValueError,
        match=rf"{re.escape(repr(str(tmp_path)))} 폴더에 이미지가 없다. 'notes.txt'는 .*\.png",
    ):
        load_bricks(tmp_path)


def truncated_png():
    buffer = io.BytesIO()
    picture(np.random.default_rng(0)).save(buffer, "PNG")
    return buffer.getvalue()[: len(buffer.getvalue()) // 2]


@contextlib.contextmanager
def an_ordinary_user():
    """root에게는 권한이 없는 파일이 없다."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def open_folder():
    """다른 사용자도 들어갈 수 있는 폴더이다. tmp_path에는 만든 사람만 들어간다."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        os.chmod(folder, 0o777)
        yield Path(folder)


def test_a_picture_with_one_wrong_byte_is_refused_or_is_the_same(tmp_path):
    ramp = np.arange(64, dtype=np.uint8)[None].repeat(64, 0) * 4
    Image.fromarray(ramp).save(tmp_path / "a.png")
    content = (tmp_path / "a.png").read_bytes()
    refused = 0
    for i in range(len(content)):
        (tmp_path / "a.png").write_bytes(content[:i] + bytes([content[i] ^ 255]) + content[i + 1 :])
        try:
            image = loaded(tmp_path, "")
        except ValueError:
            refused += 1
        else:
            np.testing.assert_array_equal(image, ramp)
    assert refused > 50


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("broken.png", truncated_png(), "깨졌다"),
        ("broken.png", b"not an image", "Pillow가 읽는 형식이 아니다"),
        ("broken.png", b"", "Pillow가 읽는 형식이 아니다"),
        ("phone.HEIC", b"\0\0\0 ftypheic", "Pillow가 읽는 형식이 아니다"),
    ],
)
def test_an_image_that_cannot_be_read_is_named_with_the_reason(tmp_path, name, content, reason):
    write_grey_images(tmp_path, 3)
    (tmp_path / name).write_bytes(content)
    said = f"{str(tmp_path / name)!r} 파일을 이미지로 읽을 수 없다({reason})"
    with pytest.raises(ValueError, match=re.escape(said)):
        load_bricks(tmp_path)


def test_pixels_of_unknown_range_are_refused(tmp_path):
    Image.fromarray(np.linspace(0, 1, 64 * 64, dtype="float32").reshape(64, 64)).save(
        tmp_path / "a.tif"
    )
    with pytest.raises(ValueError, match=r"a\.tif.*실수이거나 16비트가 넘거나"):
        load_bricks(tmp_path)


DEEP = (np.arange(4096).reshape(64, 64) * 16).astype("uint16")


def test_white_may_be_zero_in_sixteen_bits_too(tmp_path):
    Image.fromarray(DEEP).save(tmp_path / "a.tif", tiffinfo={262: 0})
    with pytest.warns(UserWarning, match="16비트"):
        negative = load_bricks(tmp_path).images[0, ..., 0]
    np.testing.assert_array_equal(negative, 255 - (DEEP >> 8))


def test_a_transparent_value_in_sixteen_bits_shows_the_background(tmp_path):
    Image.fromarray(DEEP).save(tmp_path / "a.png", transparency=int(DEEP[3, 4]))
    with (
        pytest.warns(UserWarning, match="밝기 200인 배경에"),
        pytest.warns(UserWarning, match="16비트 이미지"),
    ):
        [image] = load_bricks(tmp_path, background=200).images[..., 0]
    expected = DEEP >> 8
    expected[3, 4] = 200
    np.testing.assert_array_equal(image, expected)


@pytest.mark.parametrize(
    "pixels",
    [
        np.arange(4096, dtype="uint16"),
        np.arange(4096, dtype="int32") % 256,
        np.arange(4096, dtype="uint16") % 2,
    ],
    ids=["12 bits", "8 bits in 32", "a mask in 16"],
)
def test_deep_pixels_that_would_come_out_black_are_refused(tmp_path, pixels):
    Image.fromarray(pixels.reshape(64, 64)).save(tmp_path / "a.tif")
    with pytest.raises(ValueError, match=r"a\.tif.*값이 모두 4,095 이하여서"):
        load_bricks(tmp_path)


def save_deep_colours(path, pixels):
    """Pillow는 16비트 컬러를 읽기만 하므로 PNG를 손으로 쓴다."""

    def chunk(kind, content):
        checksum = struct.pack(">I", zlib.crc32(kind + content))
        return struct.pack(">I", len(content)) + kind + content + checksum

    height, width, _ = pixels.shape
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in pixels)
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 16, 2, 0, 0, 0))
    chunks = header + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunks)


def test_deep_colours_are_said_and_refused_where_they_would_come_out_black(tmp_path):
    pixels = np.random.default_rng(0).integers(0, 2**16, (64, 64, 3))
    save_deep_colours(tmp_path / "a.png", pixels)
    with pytest.warns(UserWarning, match="16비트 이미지 1장"):
        images = load_bricks(tmp_path, channels=3).images
    np.testing.assert_array_equal(images[0], pixels >> 8)
    save_deep_colours(tmp_path / "a.png", pixels >> 4)
    with pytest.raises(ValueError, match=r"a\.png.*값이 모두 4,095 이하여서"):
        load_bricks(tmp_path, channels=3)


def test_a_program_for_pages_is_never_run_on_a_file(tmp_path):
    """EPS를 그리려면 Pillow가 바깥의 프로그램(ghostscript)을 부른다."""
    Image.new("L", (64, 64)).save(tmp_path / "a.png", "EPS")
    with pytest.raises(ValueError, match="Pillow가 읽는 형식이 아니다"):
        load_bricks(tmp_path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="파이프가 없는 운영 체제이다")
def test_a_pipe_named_as_a_picture_is_said(tmp_path):
    write_grey_images(tmp_path, 1)
    os.mkfifo(tmp_path / "a.png")
    with pytest.raises(ValueError, match=r"a\.png.*파이프나 장치이다"):
        load_bricks(tmp_path)


def test_what_may_not_be_read_says_permission(open_folder):
    write_grey_images(open_folder, 3)
    (open_folder / "002.png").chmod(0)
    with an_ordinary_user(), pytest.raises(PermissionError, match=r"002\.png.*권한이 없다"):
        load_bricks(open_folder)
    for mode in (0o300, 0o444):
        open_folder.chmod(mode)
        with an_ordinary_user(), pytest.raises(PermissionError, match="권한이 없다"):
            load_bricks(open_folder)


def test_where_nothing_may_be_written_says_permission(open_folder):
    load_bricks()  # 패키지가 root의 폴더에 있으면 다른 사용자는 읽지 못한다.
    open_folder.chmod(0o555)
    with (
        an_ordinary_user(),
        pytest.raises(PermissionError, match="이미지를 쓰지 못했다.권한이 없다"),
    ):
        export_bricks(open_folder / "bricks", limit=3)


def test_an_image_too_large_to_hold_says_its_size(tmp_path):
    Image.new("1", (20_000, 20_000)).save(tmp_path / "large.png")
    with pytest.raises(ValueError, match=r"large\.png.*픽셀이 400,000,000개여서 너무 크다"):
        load_bricks(tmp_path)
    Image.new("1", (10_000, 10_000)).save(tmp_path / "large.png")  # Pillow는 경고만 한다
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        with pytest.raises(ValueError, match=r"large\.png.*픽셀이 100,000,000개여서 너무 크다"):
            load_bricks(tmp_path)


def test_what_a_mac_or_a_file_manager_leaves_is_skipped_and_a_dead_link_is_named(tmp_path):
    write_grey_images(tmp_path, 2)
    for name in ("._001.png", ".hidden.jpg", ".DS_Store", "Thumbs.db", "desktop.ini"):
        (tmp_path / name).write_bytes(b"not an image")
    (tmp_path / "folder.png").mkdir()
    assert len(load_bricks(tmp_path).images) == 2
    (tmp_path / "link.png").symlink_to(tmp_path / "gone.png")
    with pytest.raises(ValueError, match=r"link\.png.*없는 파일을 가리키는 링크이다"):
        load_bricks(tmp_path)


def test_a_folder_one_level_too_high_names_the_one_below(kaggle_root):
    with pytest.raises(
        ValueError, match=f"혹시 {re.escape(repr(str(kaggle_root / 'dataset')))}인가"
    ):
        load_bricks(kaggle_root)


def square(mode="RGB", background=0):
    """바탕 위에 밝기가 200인 사각형이 있는, 64×64의 이미지이다."""
    image = Image.new("L", (64, 64), background)
    image.paste(200, (16, 16, 48, 48))
    return image.convert(mode)


def loaded(folder, kind, **options):
    """그런 경고와 함께 읽힌 첫 이미지이다."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        image = load_bricks(folder, **options).images[0, ..., 0].astype(int)
    assert not kind or [w for w in caught if kind in str(w.message)]
    return image


def test_a_transparent_background_becomes_the_one_asked_for(tmp_path):
    see_through = square("RGBA", background=255)  # 투명한 곳의 색은 하양이다
    see_through.putalpha(square("L").point(lambda value: 255 if value else 0))
    see_through.save(tmp_path / "a.png")
    for options, behind in (({}, 0), ({"background": 255}, 255)):
        image = loaded(tmp_path, f"투명한 곳을 밝기 {behind}인 배경에 얹은 이미지 1장", **options)
        np.testing.assert_array_equal(image, square("L", background=behind))
    with pytest.raises(ValueError, match="background가 256"):
        load_bricks(tmp_path, background=256)


@pytest.mark.parametrize(("behind", "seen"), [(0, 128), (100, 178), (255, 255)])
def test_what_is_half_transparent_is_half_the_background(tmp_path, behind, seen):
    Image.new("RGBA", (64, 64), (255, 255, 255, 128)).save(tmp_path / "a.png")
    image = loaded(tmp_path, f"밝기 {behind}인 배경", background=behind)
    np.testing.assert_array_equal(image, np.full((64, 64), seen))


def test_a_palette_may_hold_a_transparent_colour(tmp_path):
    image = square("L", background=77).convert("P")
    image.save(tmp_path / "a.png", transparency=image.getpixel((0, 0)))
    np.testing.assert_array_equal(loaded(tmp_path, "투명한 곳을"), square("L"))


def test_palettes_and_transparent_colours_keep_their_colours(tmp_path):
    colours = np.zeros((64, 64, 3), "uint8")
    colours[:32], colours[32:] = (200, 30, 90), (10, 20, 250)
    picture = Image.fromarray(colours)
    picture.quantize(4).save(tmp_path / "a.png")
    picture.putalpha(Image.new("L", (64, 64), 255))
    picture.save(tmp_path / "b.png")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        images = load_bricks(tmp_path, channels=3).images
    np.testing.assert_array_equal(images, [colours] * 2)


@pytest.mark.parametrize(
    ("orientation", "stored"),
    [
        (0, lambda upright: upright),
        (1, lambda upright: upright),
        (2, np.fliplr),
        (3, lambda upright: np.rot90(upright, 2)),
        (4, np.flipud),
        (5, lambda upright: upright.T),
        (6, np.rot90),
        (7, lambda upright: np.rot90(upright, 2).T),
        (8, lambda upright: np.rot90(upright, -1)),
    ],
)
def test_a_photograph_is_turned_upright(tmp_path, orientation, stored):
    """저장된 것은 EXIF의 표에서 첫 행과 첫 열이 어느 쪽인지 적은 대로 손으로 옮긴 것이다."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    upright = np.arange(64 * 64).reshape(64, 64) * 7 % 251
    pixels = np.ascontiguousarray(stored(upright)).astype("uint8")
    Image.fromarray(pixels).save(tmp_path / "a.png", exif=exif)
    kind = "EXIF에 적힌 방향대로 세운" if orientation > 1 else ""
    np.testing.assert_array_equal(loaded(tmp_path, kind), upright)


def test_a_broken_exif_says_nothing_of_its_own(tmp_path):
    square("L").save(tmp_path / "a.jpg", exif=b"Exif\0\0II*\0\xff\xff\xff\xff\x01")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert load_bricks(tmp_path).images.max() > 150


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("a.gif", {"format": "GIF"}),
        ("a.jpg", {"format": "GIF"}),
        ("a.png", {"format": "BMP"}),
        ("a.jpg", {"format": "WEBP", "lossless": True}),
        ("a.webp", {"format": "WEBP", "lossless": True}),
        ("a.tiff", {"format": "TIFF"}),
        ("a.jfif", {"format": "PNG"}),
        ("a.jpe", {"format": "PNG"}),
        ("a.tga", {"format": "TGA"}),
        ("a.ppm", {"format": "PPM"}),
        ("a.qoi", {"format": "PNG"}),
        ("a.jp2", {"format": "JPEG2000"}),
    ],
)
def test_what_pillow_reads_is_read_whatever_its_name(tmp_path, name, options):
    square("L").save(tmp_path / name, **options)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        np.testing.assert_array_equal(load_bricks(tmp_path).images[0, ..., 0], square("L"))


def test_the_first_frame_of_a_moving_image_is_read(tmp_path):
    square("L").save(tmp_path / "a.gif", save_all=True, append_images=[Image.new("L", (64, 64), 9)])
    np.testing.assert_array_equal(loaded(tmp_path, "움직이는 것의 첫 장면인"), square("L"))


def test_a_printers_jpeg_is_read(tmp_path):
    square("CMYK").save(tmp_path / "a.jpg", quality=100)
    image = loaded(tmp_path, "색이나 투명도가 있는")
    np.testing.assert_allclose(image, np.asarray(square("L")).astype(int), atol=8)


def test_images_that_are_all_equal_are_said(tmp_path):
    for i in range(3):
        square("L").save(tmp_path / f"{i}.png")
    with pytest.warns(UserWarning, match="이미지 3장이 모두 같다"):
        load_bricks(tmp_path)


def test_colour_images_keep_their_colours(tmp_path):
    pixels = np.random.default_rng(0).integers(0, 256, (2, 64, 64, 3), "uint8")
    for i, image in enumerate(pixels):
        Image.fromarray(image).save(tmp_path / f"{i}.png")
    bricks = load_bricks(tmp_path, channels=3)
    np.testing.assert_array_equal(bricks.images, pixels)
    (batch,) = bricks.dataset(shuffle=False)
    np.testing.assert_array_equal(to_uint8(batch), pixels)
    square("L").save(tmp_path / "grey.png")
    with pytest.warns(UserWarning, match="흑백인 이미지 1장을 .*컬러로"):
        load_bricks(tmp_path, channels=3)
    for source in ("embedded", "kaggle"):
        with pytest.raises(ValueError, match=f'channels가 3.*"{source}".*흑백뿐'):
            load_bricks(source, channels=3)
    with pytest.raises(ValueError, match="channels가 2"):
        load_bricks(tmp_path, channels=2)


def save_sixteen_bits(grey, path):
    Image.fromarray(np.asarray(grey).astype(np.uint16) * 257).save(path)


@pytest.mark.parametrize(
    ("save", "kind"),
    [
        (lambda grey, path: grey.convert("RGB").save(path), "색이나 투명도가 있는"),
        (lambda grey, path: grey.convert("RGBA").save(path), "색이나 투명도가 있는"),
        (lambda grey, path: grey.convert("LA").save(path), "색이나 투명도가 있는"),
        (save_sixteen_bits, "16비트"),
        (lambda grey, path: grey.crop((0, 0, 63, 63)).save(path), "64×64보다 작은"),
        (lambda grey, path: grey.crop((0, 0, 64, 80)).save(path), "정사각형이 아닌"),
    ],
    ids=["RGB", "RGBA", "LA", "16 bits", "small", "oblong"],
)
def test_other_kinds_of_images_are_converted_and_said_once(tmp_path, save, kind):
    grey = Image.fromarray(np.arange(64, 64 + 96, dtype=np.uint8)[:, None].repeat(64, 1))
    save(grey if kind == "정사각형이 아닌" else grey.crop((0, 0, 64, 64)), tmp_path / "a.png")
    save(Image.new("L", (64, 80 if kind == "정사각형이 아닌" else 64)), tmp_path / "b.png")
    with pytest.warns(UserWarning, match=kind) as caught:
        images = load_bricks(tmp_path).images
    assert len(caught) == 1
    assert f"{kind} 이미지 2장" in str(caught[0].message)
    assert str(tmp_path / "a.png") in str(caught[0].message)
    assert images.shape == (2, 64, 64, 1)
    if kind in ("색이나 투명도가 있는", "16비트"):
        expected = np.asarray(grey.crop((0, 0, 64, 64)))
        np.testing.assert_array_equal(images[0, ..., 0], expected)


def test_grey_images_are_read_without_a_warning(kaggle_root):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        load_bricks(kaggle_root / "dataset")


def test_reading_many_images_shows_its_progress(tmp_path, monkeypatch, capsys):
    write_grey_images(tmp_path, 5)
    load_bricks(tmp_path)
    assert capsys.readouterr().out == ""
    monkeypatch.setattr(data, "PROGRESS_FROM", 2)
    load_bricks(tmp_path)
    assert capsys.readouterr().out.count("이미지 5장 가운데") == 2


@pytest.mark.parametrize(
    ("arguments", "kind", "message"),
    [
        ({"split": "test"}, ValueError, "split.*'test'.*heldout"),
        ({"source": None}, TypeError, "source.*None.*embedded"),
        ({"source": ""}, ValueError, "source.*비었다"),
        ({"background": 255}, ValueError, "background가 255인데.*투명한 곳이 없으니"),
    ],
)
def test_unknown_choices_are_refused(arguments, kind, message):
    with pytest.raises(kind, match=message):
        load_bricks(**arguments)


def test_a_dataset_refuses_an_impossible_batch():
    with pytest.raises(ValueError, match="batch_size.*0.*1 이상"):
        load_bricks().dataset(batch_size=0)
