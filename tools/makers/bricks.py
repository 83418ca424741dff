"""벽돌 이미지를 렌더링해 companion/bricks/에 담는다.

이미지 한 장은 (시드, 부품, 자세 번호, 카메라)만으로 정해진다. 벽돌은 평평한 면으로 누워 있고, 두 카메라 L과 R이 같은
자세를 같은 빛으로 찍는다. 작고 강한 빛 하나를 옆에서 비추어 면과 돌기와 구멍의 밝기가 뚜렷이 갈리게 한다. 광선 추적은
Intel Embree가 맡는다.

쓰기(시간은 다른 일이 없는 두 코어에서 어림한 것이다):
    python -m tools.makers.bricks                          # 내장 데이터 14,100장을 다시 그린다. 5분
    python -m tools.makers.bricks --contact-sheet 파일      # 부품마다 여섯 자세를 한 장에 그린다. 15초
    python -m tools.makers.bricks --further-heldout 폴더    # 새 자세 5,000장을 PNG로 따로 그린다. 2분

`--contact-sheet`는 부품을 고친 뒤에 눈으로 살필 때 쓰고, `--further-heldout`은 내장 홀드아웃 1,600장으로 모자라는
연구에 쓴다.
"""

import argparse
import hashlib
import json
import multiprocessing
import os
import tempfile
from functools import cache
from pathlib import Path

import numpy as np
from embreex import rtcore_scene
from embreex.mesh_construction import TriangleMesh
from PIL import Image
from tqdm import tqdm

from tools import ROOT
from tools.makers.brick_parts import PARTS

SEED = 0
IMAGE_SIZE = 64
SPLITS = {"train": (0, 124), "heldout": (125, 140)}  # 자세 번호의 처음과 끝
FURTHER_POSES = (141, 190)  # 연구용으로만 더 그리는 홀드아웃. 50부품 × 50자세 × 2카메라 = 5,000장
CAMERAS = ("L", "R")
COLUMNS = 100  # 아틀라스 한 줄에 놓는 타일의 수
FOLDER = ROOT / "companion" / "bricks"

SUBPIXELS, KEY_RAYS, SKY_RAYS = 3, 6, 4  # 한 변의 부분 픽셀 수, 부분 픽셀마다 쏘는 광선의 수
FIELD_OF_VIEW = np.deg2rad(22.0)
KEY_LIGHT, SKY_LIGHT = 0.95, 0.06  # 주광과 하늘의 밝기
KEY_CONE = np.deg2rad(5)  # 주광이 차지하는 원뿔의 반각
COS_CONE = float(np.cos(KEY_CONE))
CREASE = np.deg2rad(32.0)  # 이보다 작게 꺾인 모서리는 매끄럽게 보인다
FRAME = 0.94  # 벽돌이 화면을 채우는 정도
OFFSET = np.float32(2e-3)  # 광선이 자기 면에 다시 맞지 않게 띄우는 거리(mm)
PLASTIC = np.array([0.7548776662466927, 0.5698402909980532])  # 2차원 저불일치 수열의 걸음


@cache
def mesh(part: str) -> tuple[np.ndarray, np.ndarray]:
    """부품의 삼각형 `(T, 3, 3)`과 꼭짓점 법선 `(T, 3, 3)`이다. 중심이 원점이다."""
    solid = PARTS[part]()
    if solid.volume() <= 0 or len(solid.decompose()) != 1:
        raise ValueError(f"부품 {part}의 입체가 비었거나 여러 조각이다. brick_parts.py를 고친다.")
    surface = solid.simplify(0.004).to_mesh()
    vertices = np.asarray(surface.vert_properties[:, :3], np.float64)
    faces = np.asarray(surface.tri_verts)
    vertices = vertices - (vertices.min(0) + vertices.max(0)) / 2
    triangles = vertices[faces]
    normals = face_normals(triangles)
    corner_normals = np.empty((faces.size, 3))
    angles = corner_angles(triangles).ravel()
    corners = faces.ravel()
    face_of_corner = np.repeat(np.arange(len(faces)), 3)
    order = np.argsort(corners, kind="stable")
    starts = np.searchsorted(corners[order], np.arange(len(vertices) + 1))
    for vertex in range(len(vertices)):
        around = order[starts[vertex] : starts[vertex + 1]]
        nearby = normals[face_of_corner[around]]
        smooth = (nearby @ nearby.T) > np.cos(CREASE)
        corner_normals[around] = (smooth * angles[around][None]) @ nearby
    corner_normals = unit(corner_normals)
    return triangles.astype(np.float32), corner_normals.reshape(-1, 3, 3).astype(np.float32)


def unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)


def face_normals(triangles: np.ndarray) -> np.ndarray:
    a, b, c = triangles[:, 0], triangles[:, 1], triangles[:, 2]
    return unit(np.cross(b - a, c - a))


def corner_angles(triangles: np.ndarray) -> np.ndarray:
    """삼각형 세 꼭짓점의 각(라디안)이다. 법선을 평균할 때 무게로 쓴다."""
    angles = np.empty(triangles.shape[:2])
    for k in range(3):
        e1 = triangles[:, (k + 1) % 3] - triangles[:, k]
        e2 = triangles[:, (k + 2) % 3] - triangles[:, k]
        lengths = np.linalg.norm(e1, axis=1) * np.linalg.norm(e2, axis=1)
        cosine = (e1 * e2).sum(1) / np.maximum(lengths, 1e-12)
        angles[:, k] = np.arccos(np.clip(cosine, -1, 1))
    return angles


def resting_rotation(rng: np.random.Generator) -> np.ndarray:
    """평평한 면으로 누운 자세이다. 바로 60 %, 옆으로 30 %, 거꾸로 10 %. 바닥에서는 어느 쪽이든 본다."""
    u = rng.random()
    yaw = rng.uniform(0, 2 * np.pi)
    quarter = rng.integers(4) * np.pi / 2
    if u < 0.6:
        tip = rotation_x(0)
    elif u < 0.9:
        tip = rotation_x(np.pi / 2) @ rotation_z(quarter)
    else:
        tip = rotation_x(np.pi)
    return rotation_z(yaw) @ tip


def rotation_x(angle: float) -> np.ndarray:
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[1, 0, 0], [0, c, -s], [0, s, c]])


def rotation_z(angle: float) -> np.ndarray:
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])


def direction(azimuth: float, elevation: float) -> np.ndarray:
    """방위각과 고도(라디안)를 단위 벡터로 바꾼다."""
    return np.array(
        [
            np.cos(elevation) * np.cos(azimuth),
            np.cos(elevation) * np.sin(azimuth),
            np.sin(elevation),
        ]
    )


def render(part: str, pose: int, camera: str) -> np.ndarray:
    """이미지 한 장을 `(64, 64)` 크기의 uint8 배열로 그린다.

    자세와 빛은 부품마다 다르다.
    """
    triangles, normals = mesh(part)
    # 난수를 뽑는 차례가 카메라와 무관해야 L과 R의 자세와 빛이 같다. 첫 난수는 쓰지 않는다.
    rng = np.random.default_rng([SEED, list(PARTS).index(part), pose])
    rng.random()
    left = camera == "L"
    azimuth = np.deg2rad(-90 + (-22 if left else 22) + rng.uniform(-4, 4))
    elevation = np.deg2rad(rng.uniform(32, 42) if left else rng.uniform(46, 58))
    view = direction(azimuth, elevation)
    rotation = resting_rotation(rng)

    turned = triangles @ rotation.T
    radius = np.linalg.norm(triangles.reshape(-1, 3), axis=1).max()
    centre = np.array([0, 0, -turned[..., 2].min() + rng.uniform(0.05, 0.6)])
    half_width = np.tan(FIELD_OF_VIEW / 2)
    distance = max(
        13.5 * (radius / 13.5) ** 0.78 / half_width / rng.uniform(0.80, 0.90) / FRAME,
        radius * 1.03 / np.sin(FIELD_OF_VIEW / 2),
    )
    jitter = rng.normal(size=3) * 0.02 * distance * half_width
    target = centre + jitter - [0, 0, 0.04 * radius]
    right = np.array([-np.sin(azimuth), np.cos(azimuth), 0])
    up = np.cross(view, right)
    key = direction(np.deg2rad(-90 + rng.uniform(80, 110)), np.deg2rad(rng.uniform(48, 58)))
    albedo, key_strength = rng.uniform(0.24, 0.34), rng.uniform(0.93, 1.06)

    scene = Scene((turned + centre).astype(np.float32), (normals @ rotation.T).astype(np.float32))
    eye = (target + view * distance).astype(np.float32)
    pixels = camera_rays(-view, right * half_width, up * half_width)
    light = Light(key, KEY_LIGHT * key_strength / key[2])
    return tone_map(shade(scene, eye, pixels, light, albedo, rng))


class Scene:
    """광선 추적기에 올린 벽돌 하나이다."""

    def __init__(self, triangles: np.ndarray, normals: np.ndarray):
        self.scene = rtcore_scene.EmbreeScene()
        TriangleMesh(self.scene, np.ascontiguousarray(triangles))
        self.normals = normals
        self.face_normals = face_normals(triangles).astype(np.float32)

    def occluded(self, origins: np.ndarray, directions: np.ndarray) -> np.ndarray:
        rays = (
            np.ascontiguousarray(origins, np.float32),
            np.ascontiguousarray(directions, np.float32),
        )
        return self.scene.run(*rays, query="OCCLUDED") != -1

    def hit(self, origins: np.ndarray, directions: np.ndarray):
        """맞은 삼각형의 번호(빗나가면 -1), 거리, 무게중심 좌표 u와 v이다."""
        rays = (
            np.ascontiguousarray(origins, np.float32),
            np.ascontiguousarray(directions, np.float32),
        )
        result = self.scene.run(*rays, output=True)
        return result["primID"], result["tfar"], result["u"], result["v"]


class Light:
    """옆에서 비추는 작은 주광이다."""

    def __init__(self, key: np.ndarray, strength: float):
        self.key = key.astype(np.float32)
        self.strength = strength


def camera_rays(forward, right, up) -> np.ndarray:
    """부분 픽셀마다 하나씩, 화면을 지나는 광선의 방향 `(부분 픽셀 수, 3)`이다."""
    n = IMAGE_SIZE * SUBPIXELS
    steps = ((np.arange(n) + 0.5) / n * 2 - 1).astype(np.float32)
    x, y = np.meshgrid(steps, -steps)
    rays = forward + x.reshape(-1, 1) * right + y.reshape(-1, 1) * up
    return (rays / np.linalg.norm(rays, axis=1, keepdims=True)).astype(np.float32)


def shade(scene: Scene, eye, rays, light: Light, albedo: float, rng) -> np.ndarray:
    """화면의 밝기를 `(64, 64)` 크기의 선형 값으로 계산한다. 바탕은 검다."""
    n = len(rays)
    primitive, distance, u, v = scene.hit(np.broadcast_to(eye, rays.shape), rays)
    seen = np.flatnonzero(primitive >= 0)
    face = primitive[seen]
    point = eye + distance[seen, None] * rays[seen]
    u, v = u[seen, None], v[seen, None]
    corners = scene.normals[face]
    normal = corners[:, 0] * (1 - u - v) + corners[:, 1] * u + corners[:, 2] * v
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    flat = scene.face_normals[face].copy()
    normal[dot(normal, rays[seen]) > 0] *= -1
    flat[dot(flat, rays[seen]) > 0] *= -1

    origin = point + flat * OFFSET
    offset, index = (values[seen] for values in low_discrepancy(rng))
    direct = key_light(scene, origin, normal, flat, light, offset, index)
    ambient = sky_light(scene, origin, normal, light, albedo, offset[:, ::-1], index)
    diffuse = albedo * (direct + ambient)

    # 투명한 겉칠의 반사. 비스듬히 볼수록 강하다(Schlick의 근사).
    cosine = np.maximum(-dot(normal, rays[seen]), 0)
    fresnel = 0.04 + 0.96 * (1 - cosine) ** 5 * 0.6
    mirrored = rays[seen] + 2 * cosine[:, None] * normal
    blocked = scene.hit(origin, mirrored)[0] >= 0
    angle = np.arccos(np.clip(mirrored @ light.key, -1, 1))
    glint = light.strength / (2 * (1 - COS_CONE)) / (1 + np.exp((angle - KEY_CONE) / np.deg2rad(5)))
    sky = SKY_LIGHT * (0.6 + 0.6 * np.maximum(mirrored[:, 2], 0)) + glint
    reflected = np.where(blocked, albedo * 0.8, np.where(mirrored[:, 2] < 0, 0, sky))

    brightness = np.zeros(n)
    brightness[seen] = diffuse * (1 - fresnel) + fresnel * reflected
    side = IMAGE_SIZE, SUBPIXELS
    return np.minimum(brightness, 1.3).reshape(*side, *side).mean((1, 3))


def dot(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.einsum("ij,ij->i", a, b)


def low_discrepancy(rng) -> tuple[np.ndarray, np.ndarray]:
    """부분 픽셀마다 (픽셀의 난수 시작점 `(부분 픽셀 수, 2)`, 픽셀 안에서의 번호)이다."""
    offset = rng.random((IMAGE_SIZE, IMAGE_SIZE, 2)).astype(np.float32)
    offset = offset.repeat(SUBPIXELS, 0).repeat(SUBPIXELS, 1).reshape(-1, 2)
    within = np.arange(IMAGE_SIZE * SUBPIXELS) % SUBPIXELS
    return offset, (within[:, None] * SUBPIXELS + within[None]).ravel()


def unit_square(offset: np.ndarray, index: np.ndarray) -> np.ndarray:
    """저불일치 수열의 `index`째 점 `(2, N)`이다. [0, 1) 범위이다."""
    return ((offset + index[:, None] * PLASTIC) % 1).astype(np.float32).T


def tangents(normal: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """법선과 직교하는 두 단위 벡터이다(Duff 외, 2017)."""
    sign = np.where(normal[:, 2] < 0, -1, 1).astype(np.float32)
    a = -1 / (sign + normal[:, 2])
    b = normal[:, 0] * normal[:, 1] * a
    return (
        np.stack([1 + sign * normal[:, 0] ** 2 * a, sign * b, -sign * normal[:, 0]], 1),
        np.stack([b, sign + normal[:, 1] ** 2 * a, -normal[:, 1]], 1),
    )


def key_light(scene, origin, normal, flat, light, offset, index) -> np.ndarray:
    """원뿔 모양의 주광이 면마다 닿는 양이다. 가려진 광선은 뺀다."""
    total = np.zeros(len(origin), np.float32)
    tangent, bitangent = tangents(light.key[None])
    for k in range(KEY_RAYS):
        u, v = unit_square(offset, index * KEY_RAYS + k)
        z = 1 - u * (1 - COS_CONE)
        r, phi = np.sqrt(1 - z * z), np.float32(2 * np.pi) * v
        ray = (
            (r * np.cos(phi))[:, None] * tangent
            + (r * np.sin(phi))[:, None] * bitangent
            + z[:, None] * light.key
        )
        cosine = dot(normal, ray)
        facing = np.flatnonzero((cosine > 0) & (dot(flat, ray) > 0))
        occluded = scene.occluded(origin[facing], ray[facing])
        total[facing] += np.where(occluded, 0, cosine[facing])
    return total * (light.strength / KEY_RAYS)


def sky_light(scene, origin, normal, light, albedo, offset, index) -> np.ndarray:
    """하늘에서 오는 빛과, 다른 면에 한 번 튕겨 오는 빛의 양이다."""
    total = np.zeros(len(origin), np.float32)
    tangent, bitangent = tangents(normal)
    for k in range(SKY_RAYS):
        u, v = unit_square(offset, index * SKY_RAYS + k)
        r, phi = np.sqrt(u), np.float32(2 * np.pi) * v
        ray = (
            (r * np.cos(phi))[:, None] * tangent
            + (r * np.sin(phi))[:, None] * bitangent
            + np.sqrt(1 - u)[:, None] * normal
        )
        primitive, distance, _, _ = scene.hit(origin, ray)
        arriving = SKY_LIGHT * (0.6 + 0.6 * np.maximum(ray[:, 2], 0))
        arriving[(primitive < 0) & (ray[:, 2] < 0)] = 0  # 검은 바닥
        bounced = np.flatnonzero(primitive >= 0)
        if len(bounced):
            face_normal = scene.face_normals[primitive[bounced]].copy()
            face_normal[dot(face_normal, ray[bounced]) > 0] *= -1
            cosine = np.maximum(face_normal @ light.key, 0)
            point = origin[bounced] + distance[bounced, None] * ray[bounced] + face_normal * OFFSET
            lit = np.flatnonzero(cosine > 0)
            visible = np.zeros(len(bounced), bool)
            visible[lit] = ~scene.occluded(point[lit], np.broadcast_to(light.key, (len(lit), 3)))
            arriving[bounced] = albedo * (visible * light.strength * cosine + SKY_LIGHT * 0.55)
        total += arriving
    return total / SKY_RAYS


def tone_map(brightness: np.ndarray, knee: float = 0.70) -> np.ndarray:
    """선형 밝기를 sRGB 회색 단계 0–255로 바꾼다. `knee`보다 밝은 곳은 부드럽게 누른다."""
    rolled = knee + (1 - knee) * (1 - np.exp(-(brightness - knee) / (1 - knee)))
    x = np.where(brightness < knee, brightness, rolled)
    encoded = np.where(x <= 0.0031308, 12.92 * x, 1.055 * np.maximum(x, 1e-9) ** (1 / 2.4) - 0.055)
    return np.clip(np.rint(encoded * 255), 0, 255).astype(np.uint8)


def jobs(poses: tuple[int, int]) -> list[tuple[str, int, str]]:
    """저장하는 차례대로 (부품, 자세 번호, 카메라)를 늘어놓는다."""
    return [
        (part, pose, camera)
        for part in PARTS
        for pose in range(poses[0], poses[1] + 1)
        for camera in CAMERAS
    ]


def render_all(poses: tuple[int, int], description: str) -> np.ndarray:
    """자세 번호 범위의 이미지를 모두 그린다. `(N, 64, 64)` 크기의 uint8이다."""
    todo = jobs(poses)
    with multiprocessing.Pool() as pool:
        images = pool.imap(_render_job, todo, 50)
        return np.stack(list(tqdm(images, description, len(todo), unit="장")))


def _render_job(job: tuple[str, int, str]) -> np.ndarray:
    return render(*job)


def tile(images: np.ndarray, columns: int) -> np.ndarray:
    """`(N, 64, 64)` 크기의 이미지를 `columns`열의 한 장으로 이어 붙인다."""
    rows = len(images) // columns
    grid = images.reshape(rows, columns, IMAGE_SIZE, IMAGE_SIZE).transpose(0, 2, 1, 3)
    return grid.reshape(rows * IMAGE_SIZE, columns * IMAGE_SIZE)


def write_dataset(folder: Path) -> None:
    """두 묶음을 그려 `folder`에 PNG 두 장과 manifest.json으로 쓴다.

    모두 임시 이름으로 다 쓴 뒤에 이름을 바꾼다. 그리다가 멈추면 있던 데이터가 그대로 남는다.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".") as temporary:
        splits = {}
        for name, poses in SPLITS.items():
            images = render_all(poses, name)
            path = Path(temporary, f"{name}.png")
            Image.fromarray(tile(images, COLUMNS)).save(path, optimize=True)
            splits[name] = {
                "file": path.name,
                "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
                "images": len(images),
                "columns": COLUMNS,
                "poses": list(poses),
            }
            mean, deviation = images.mean() / 255, images.std() / 255
            print(f"{name}: {len(images):,}장, 평균 {mean:.4f}, 표준 편차 {deviation:.4f}")
        manifest = {
            "version": 1,
            "seed": SEED,
            "image_size": IMAGE_SIZE,
            "cameras": list(CAMERAS),
            "parts": list(PARTS),
            "splits": splits,
        }
        text = json.dumps(manifest, ensure_ascii=False, indent=2) + "\n"
        Path(temporary, "manifest.json").write_text(text, encoding="utf-8")
        for path in sorted(Path(temporary).iterdir()):
            os.replace(path, folder / path.name)


def write_further_heldout(folder: Path) -> None:
    """연구용 홀드아웃 이미지를 한 장씩 PNG로 쓴다."""
    folder.mkdir(parents=True, exist_ok=True)
    images = render_all(FURTHER_POSES, "홀드아웃")
    for (part, pose, camera), image in zip(jobs(FURTHER_POSES), images, strict=True):
        Image.fromarray(image).save(folder / f"{part} {pose:03d}{camera}.png")


def write_contact_sheet(path: Path) -> None:
    """모든 부품을 여섯 자세씩 늘어놓은 그림을 쓴다. 한 줄에 부품 두 개이다."""
    images = [render(part, pose, "L") for part in tqdm(PARTS) for pose in range(6)]
    sheet = Image.fromarray(tile(np.stack(images), 12))
    sheet.resize((sheet.width * 2, sheet.height * 2), Image.Resampling.LANCZOS).save(path)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=FOLDER, help="데이터를 쓸 폴더")
    other = parser.add_mutually_exclusive_group()
    other.add_argument(
        "--further-heldout", type=Path, metavar="폴더", help="홀드아웃 5,000장을 더 그린다"
    )
    other.add_argument(
        "--contact-sheet", type=Path, metavar="파일", help="부품마다 여섯 자세를 그린다"
    )
    arguments = parser.parse_args()
    if arguments.further_heldout:
        write_further_heldout(arguments.further_heldout)
    elif arguments.contact_sheet:
        write_contact_sheet(arguments.contact_sheet)
    else:
        write_dataset(arguments.out)


if __name__ == "__main__":
    main()
