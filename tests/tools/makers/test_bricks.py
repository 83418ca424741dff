"""tools/makers/bricks.py와 내장 벽돌: 다시 그려도 같고, 수와 통계가 적힌 대로인지 확인한다."""

import numpy as np
import pytest

pytest.importorskip("embreex", reason="렌더러의 패키지(extra render)가 없다")

from PIL import Image

from companion import data, load_bricks
from tools.makers import brick_parts
from tools.makers import bricks as render_bricks


@pytest.fixture(scope="module", params=["train", "heldout"])
def bricks(request):
    return load_bricks(split=request.param)


def test_there_are_fifty_parts_each_one_solid_piece():
    assert len(brick_parts.PARTS) == 50
    for build in brick_parts.PARTS.values():
        solid = build()
        assert solid.volume() > 0 and len(solid.decompose()) == 1


@pytest.mark.parametrize("split", ["train", "heldout"])
def test_rendering_again_gives_the_stored_pixels_to_a_grey_level(split):
    bricks = load_bricks(split=split)
    todo = render_bricks.jobs(render_bricks.SPLITS[split])
    assert len(todo) == len(bricks.images)
    for index in np.linspace(0, len(todo) - 1, 5).astype(int):
        part, pose, camera = todo[index]
        assert bricks.part_names[bricks.parts[index]] == part
        assert (bricks.poses[index], bricks.cameras[index]) == (pose, camera)
        again = render_bricks.render(part, pose, camera).astype(int)
        assert np.abs(again - bricks.images[index, ..., 0]).max() <= 2


def test_the_two_cameras_show_the_same_pose_in_the_same_light_from_two_sides(monkeypatch):
    seen = []

    def shade(scene, eye, rays, light, albedo, rng):
        seen.append((eye, scene.normals, scene.face_normals, light.key, light.strength, albedo))
        return np.zeros((64, 64))

    monkeypatch.setattr(render_bricks, "shade", shade)
    for pose, camera in ((3, "L"), (3, "R"), (4, "L")):
        render_bricks.render("brick 2x4", pose, camera)
    (left_eye, *left), (right_eye, *right), (_, *next_pose) = seen
    assert left_eye[0] < 0 < right_eye[0]
    for in_left, in_right, in_next_pose in zip(left, right, next_pose, strict=True):
        np.testing.assert_array_equal(in_left, in_right)
        assert np.any(in_left != in_next_pose)


def test_statistics_are_close_to_the_kaggle_set():
    pixels = load_bricks().images / np.float32(255)
    assert pixels.mean() == pytest.approx(0.087, abs=0.01)
    assert pixels.std() == pytest.approx(0.176, abs=0.015)


def test_faces_differ_clearly_in_tone_inside_the_silhouette():
    pixels = load_bricks().images / np.float32(255)
    assert pixels[pixels > 0.02].std() > 0.16


def test_no_image_is_empty_and_every_brick_stays_inside_the_frame(bricks):
    images = bricks.images[..., 0]
    assert (images > 20).sum(axis=(1, 2)).min() > 60
    border = np.concatenate(
        [images[:, 0], images[:, -1], images[:, :, 0], images[:, :, -1]], axis=1
    )
    assert (border > 20).any(axis=1).mean() < 0.01


def test_splits_are_by_pose_and_as_many_as_promised():
    ranges = [*render_bricks.SPLITS.values(), render_bricks.FURTHER_POSES]
    poses = [pose for first, last in ranges for pose in range(first, last + 1)]
    assert poses == list(range(191))
    assert [len(render_bricks.jobs(r)) for r in ranges] == [12_500, 1_600, 5_000]


def test_further_images_are_of_further_poses_and_named_like_the_others(tmp_path, monkeypatch):
    monkeypatch.setattr(render_bricks, "FURTHER_POSES", (141, 142))
    monkeypatch.setattr(render_bricks, "PARTS", {"brick 1x1": None, "plate 1x1": None})
    jobs = render_bricks.jobs((141, 142))

    def render_all(poses, name):
        assert poses == (141, 142)
        return np.arange(len(jobs), dtype=np.uint8)[:, None, None] * np.ones((64, 64), np.uint8)

    monkeypatch.setattr(render_bricks, "render_all", render_all)
    render_bricks.write_further_heldout(tmp_path)
    found = {path.name: np.asarray(Image.open(path))[0, 0] for path in tmp_path.iterdir()}
    assert found == {f"{part} {pose}{camera}.png": i for i, (part, pose, camera) in enumerate(jobs)}


def test_no_two_images_are_the_same(bricks):
    assert len({image.tobytes() for image in bricks.images}) == len(bricks.images)


def test_stored_files_stay_small():
    assert sum(path.stat().st_size for path in render_bricks.FOLDER.iterdir()) < 12_000_000


def test_dataset_is_written_whole_with_its_manifest(tmp_path, monkeypatch):
    images = np.arange(200, dtype=np.uint8)[:, None, None] * np.ones((64, 64), np.uint8)
    monkeypatch.setattr(render_bricks, "render_all", lambda poses, name: images)
    render_bricks.write_dataset(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "heldout.png",
        "manifest.json",
        "train.png",
    ]
    for split in render_bricks.SPLITS:  # SHA-256이 맞고 차례가 같아야 읽힌다.
        np.testing.assert_array_equal(data._load_embedded(tmp_path, split).images[..., 0], images)


def test_interrupted_rendering_leaves_the_old_dataset(tmp_path, monkeypatch):
    (tmp_path / "train.png").write_bytes(b"old")

    def stop_at_heldout(poses, name):
        if name == "heldout":
            raise KeyboardInterrupt
        return np.zeros((100, 64, 64), np.uint8)

    monkeypatch.setattr(render_bricks, "render_all", stop_at_heldout)
    with pytest.raises(KeyboardInterrupt):
        render_bricks.write_dataset(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["train.png"]
    assert (tmp_path / "train.png").read_bytes() == b"old"


def test_contact_sheet_shows_six_poses_of_two_parts_in_a_row(tmp_path, monkeypatch):
    grey = {"brick 1x1": 0, "plate 1x1": 51}
    monkeypatch.setattr(render_bricks, "PARTS", grey)

    def render(part, pose, camera, posed_as=None):
        return np.full((64, 64), grey[part] if camera == "L" else 128, np.uint8)

    monkeypatch.setattr(render_bricks, "render", render)
    render_bricks.write_contact_sheet(tmp_path / "sheet.png")
    sheet = np.asarray(Image.open(tmp_path / "sheet.png"))
    assert sheet.shape == (2 * 64, 2 * 12 * 64)
    assert (sheet[64, 64], sheet[64, -64]) == (0, 51)
