"""tools/makers/bricks.py와 내장 벽돌: 다시 그려도 같고, 수와 통계가 적힌 대로인지 확인한다."""

import json

import numpy as np
import pytest

pytest.importorskip("embreex", reason="렌더러의 꾸러미(extra render)가 없다")

from PIL import Image

from companion import load_bricks
from tools.makers import brick_parts
from tools.makers import bricks as render_bricks


@pytest.fixture(scope="module", params=["train", "heldout"])
def bricks(request):
    return load_bricks(split=request.param, as_arrays=True)


def test_there_are_fifty_parts_each_one_solid_piece():
    assert len(brick_parts.PARTS) == 50
    for build in brick_parts.PARTS.values():
        solid = build()
        assert solid.volume() > 0 and len(solid.decompose()) == 1


@pytest.mark.parametrize("split", ["train", "heldout"])
def test_rendering_again_gives_the_stored_pixels_to_a_grey_level(split):
    bricks = load_bricks(split=split, as_arrays=True)
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
    pixels = load_bricks(as_arrays=True).images / np.float32(255)
    assert pixels.mean() == pytest.approx(0.087, abs=0.01)
    assert pixels.std() == pytest.approx(0.176, abs=0.015)


def test_faces_differ_clearly_in_tone_inside_the_silhouette():
    pixels = load_bricks(as_arrays=True).images / np.float32(255)
    assert pixels[pixels > 0.02].std() > 0.16


def test_no_image_is_empty_and_every_brick_stays_inside_the_frame(bricks):
    images = bricks.images[..., 0]
    assert (images > 20).sum(axis=(1, 2)).min() > 60
    border = np.concatenate(
        [images[:, 0], images[:, -1], images[:, :, 0], images[:, :, -1]], axis=1
    )
    assert (border > 20).any(axis=1).mean() < 0.01


def test_splits_are_by_pose_and_as_many_as_promised():
    train, heldout = (load_bricks(split=s, as_arrays=True) for s in ("train", "heldout"))
    assert len(train.images) >= 12_000 and len(heldout.images) >= 1_500
    assert not set(train.poses) & set(heldout.poses)
    for split in (train, heldout):
        cameras = {}
        for part, pose, camera in zip(split.parts, split.poses, split.cameras, strict=True):
            cameras.setdefault((part, pose), set()).add(camera)
        assert set(map(frozenset, cameras.values())) == {frozenset("LR")}
    assert render_bricks.FURTHER_POSES[0] > max(heldout.poses)
    assert len(render_bricks.jobs(render_bricks.FURTHER_POSES)) == 5_000


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
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    assert manifest["splits"]["train"]["images"] == 200
    atlas = np.asarray(Image.open(tmp_path / "train.png"))
    assert atlas.shape == (128, 6400) and atlas[0, 64] == 1 and atlas[64, 0] == 100


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


def test_contact_sheet_and_closest_pairs_can_be_made(tmp_path, monkeypatch, capsys):
    names = ["brick 1x1", "plate 1x1"]
    parts = {name: brick_parts.PARTS[name] for name in names}
    monkeypatch.setattr(render_bricks, "PARTS", parts)
    render_bricks.write_contact_sheet(tmp_path / "sheet.png")
    assert Image.open(tmp_path / "sheet.png").size == (2 * 12 * 64, 2 * 64)
    render_bricks.print_closest_pairs()
    assert "brick 1x1 — plate 1x1" in capsys.readouterr().out
