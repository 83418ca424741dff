"""렌더링할 벽돌 부품의 입체를 만든다.

길이는 모두 밀리미터(mm)이고 z축이 위쪽이다. 부품은 한 칸이 `PITCH`인 격자에 놓이며, `columns`는 x축, `rows`는 y축으로
센 칸의 수이다. 상자와 원기둥을 합치고 빼서 부품을 짓는다. 상표나 로고는 없다.

메시의 삼각형은 기본 도형을 만든 순서대로 놓인다. 모양이 같아도 만드는 순서를 바꾸면 배열이 달라진다.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import reduce
from itertools import product

import numpy as np
from manifold3d import CrossSection, JoinType, Manifold, OpType

PITCH = 8.0  # 돌기 사이의 간격
BRICK_HEIGHT, PLATE_HEIGHT = 9.6, 3.2
STUD_RADIUS, STUD_HEIGHT = 2.4, 1.8  # 돌기. 핀과, 돌기나 핀이 끼이는 구멍도 굵기가 같다.
TUBE_RADIUS = 3.255  # 두 줄 벽돌의 밑면에서 돌기 넷 사이에 끼이는 관
BAR_RADIUS = 1.6  # 한 줄 벽돌의 밑면에 선 막대. 속이 빈 돌기와 핀의 구멍도 굵기가 같다.
RECESS_RADIUS = 3.05  # 핀 구멍의 넓은 입구
GAP = 0.1  # 이웃한 벽돌과의 틈
WALL = 1.5  # 벽의 두께
INSET = GAP + WALL  # 격자선에서 벽의 안쪽 면까지
TOP, SLOPE_TOP = 1.2, 1.3  # 윗면의 두께. 비탈진 벽돌은 조금 두껍다.
LIP = 1.5  # 비탈 끝에 세워 둔 턱의 높이
BEVEL = 0.28  # 둥근 모서리의 반지름
OVERLAP = 0.3  # 합칠 입체를 서로 파묻는 깊이
BELOW = -1.0  # 파낼 도형의 바닥. 밑면보다 낮아야 얇은 막이 남지 않는다.
SEGMENTS = 48  # 원을 몇 조각으로 나눌지

CORNER = [(0, 0), (1, 0), (0, 1)]  # ㄱ자로 놓인 칸

Cell = tuple[int, int]
Point2 = tuple[float, float]
Point3 = tuple[float, float, float]


def union(*solids: Manifold) -> Manifold:
    """입체들을 하나로 합친다."""
    return Manifold.batch_boolean(solids, OpType.Add)


def subtract(solid: Manifold, *cuts: Manifold) -> Manifold:
    """입체에서 나머지를 차례로 뺀다."""
    return reduce(Manifold.__sub__, cuts, solid)


def rounded_hull(centres: Iterable[Point3]) -> Manifold:
    """반지름 `BEVEL`의 공을 점마다 놓고 모두 감싼 볼록한 몸체이다."""
    ball = Manifold.sphere(BEVEL, 12)
    return Manifold.batch_hull([ball.translate(centre) for centre in centres])


def rounded_box(low: Point3, high: Point3) -> Manifold:
    """맞은편 두 꼭짓점이 `low`와 `high`인, 모서리가 둥근 상자이다."""
    xs, ys, zs = ((near + BEVEL, far - BEVEL) for near, far in zip(low, high, strict=True))
    return rounded_hull(product(xs, ys, zs))


def box(low: Point3, high: Point3) -> Manifold:
    """맞은편 두 꼭짓점이 `low`와 `high`인 상자이다."""
    return Manifold.cube(np.subtract(high, low)).translate(low)


def square(low: float, high: float, z: float) -> list[Point3]:
    """높이 `z`에 놓인 정사각형의 네 꼭짓점이다."""
    return [(x, y, z) for y in (low, high) for x in (low, high)]


def rounded_prism(outline: Sequence[Point2], front: float, back: float) -> Manifold:
    """xz 평면의 볼록 다각형(반시계 방향)을 y축으로 `front`에서 `back`까지 민, 모서리가 둥근 기둥이다."""
    shrunk = CrossSection([outline]).offset(-BEVEL, JoinType.Miter, 4.0).to_polygons()[0]
    return rounded_hull((x, y, z) for x, z in shrunk for y in (front + BEVEL, back - BEVEL))


def prism(outline: Sequence[Point2], front: float, back: float) -> Manifold:
    """xz 평면의 다각형(반시계 방향)을 y축으로 `front`에서 `back`까지 민 기둥이다."""
    upright = CrossSection([outline]).extrude(back - front)
    return upright.rotate((90, 0, 0)).translate((0, back, 0))


def revolve(profile: Sequence[Point2], segments: int = SEGMENTS) -> Manifold:
    """(반지름, 높이) 윤곽을 z축으로 돌린 입체이다."""
    return CrossSection([profile]).revolve(segments)


def cylinder(
    radius: float,
    height: float,
    base: Point3 = (0, 0, 0),
    *,
    top_radius: float | None = None,
    bevel: float = 0,
    segments: int = SEGMENTS,
) -> Manifold:
    """밑면의 중심이 `base`인 z축 방향의 원기둥이다.

    `top_radius`를 주면 위쪽 반지름이 달라지고, `bevel`을 주면 위아래 모서리를 그만큼 둥글린다.
    """
    top = radius if top_radius is None else top_radius
    if not bevel:
        return Manifold.cylinder(height, radius, top, segments).translate(base)
    middle = bevel * 0.29  # 모서리 호의 가운데. 1 - cos 45°
    lower = [(0, 0), (radius - bevel, 0), (radius - middle, middle), (radius, bevel)]
    upper = [(top, height - bevel), (top - middle, height - middle), (top - bevel, height)]
    return revolve([*lower, *upper, (0, height)], segments).translate(base)


def along_y(solid: Manifold, x: float, z: float) -> Manifold:
    """z축 방향의 입체를 y축 방향으로 눕혀 (x, z)에 놓는다."""
    return solid.rotate((-90, 0, 0)).translate((x, 0, z))


def stud(x: float, y: float, z: float, *, hollow: bool = False) -> Manifold:
    """높이 `z`인 면에 선 돌기 하나이다. `hollow`이면 속이 비었다."""
    radius, height = STUD_RADIUS, STUD_HEIGHT
    foot = [(0, -OVERLAP), (radius, -OVERLAP)]
    rim = [(radius, height - 0.3), (radius - 0.09, height - 0.09), (radius - 0.3, height)]
    solid = revolve([*foot, *rim, (0, height)]).translate((x, y, z))
    return solid - cylinder(BAR_RADIUS, 3, (x, y, z)) if hollow else solid


def studs(cells: Iterable[Cell], z: float, *, hollow: bool = False) -> list[Manifold]:
    """높이 `z`인 면의 칸마다 세운 돌기들이다."""
    return [stud((i + 0.5) * PITCH, (j + 0.5) * PITCH, z, hollow=hollow) for i, j in cells]


def grid(columns: int, rows: int) -> Iterable[Cell]:
    """`columns`×`rows`칸이다."""
    return product(range(columns), range(rows))


def tube(height: float, x: float, y: float) -> Manifold:
    """밑면의 (x, y)에 선 관이다."""
    outside = cylinder(TUBE_RADIUS, height, (x, y, 0))
    return outside - cylinder(STUD_RADIUS, height * 3, (x, y, -height))


def bar(height: float, x: float, y: float) -> Manifold:
    """밑면의 (x, y)에 선 막대이다."""
    return cylinder(BAR_RADIUS, height, (x, y, 0))


def block(columns: int, rows: int, height: float) -> Manifold:
    """`columns`×`rows`칸을 채우는, 모서리가 둥근 덩어리이다."""
    return rounded_box((GAP, GAP, 0), (columns * PITCH - GAP, rows * PITCH - GAP, height))


def cavity(columns: int, rows: int, ceiling: float) -> Manifold:
    """`columns`×`rows`칸의 벽 안쪽에서 높이 `ceiling`까지 파낼 자리이다."""
    return box((INSET, INSET, BELOW), (columns * PITCH - INSET, rows * PITCH - INSET, ceiling))


def supports(columns: int, rows: int, height: float) -> list[Manifold]:
    """밑면의 관들이다. 한 줄 벽돌에서는 막대들이다."""
    if columns == rows == 1:
        return []
    support = tube if columns > 1 and rows > 1 else bar
    xs = [i * PITCH for i in range(1, columns)] or [PITCH / 2]
    ys = [j * PITCH for j in range(1, rows)] or [PITCH / 2]
    return [support(height, x, y) for x, y in product(xs, ys)]


def pin_hole(bore: Point2, narrow: Point2, recess: float) -> list[Manifold]:
    """z축을 따라 `bore` 구간에 뚫을 핀 구멍이다. `narrow` 구간의 위아래로 `recess`만큼은 더 넓다."""
    (bottom, top), (low, high) = bore, narrow
    return [
        cylinder(STUD_RADIUS, top - bottom, (0, 0, bottom)),
        cylinder(RECESS_RADIUS, recess, (0, 0, low - recess)),
        cylinder(RECESS_RADIUS, recess, (0, 0, high)),
    ]


def brick(
    columns: int,
    rows: int,
    height: float = BRICK_HEIGHT,
    *,
    with_studs: bool = True,
    hollow_studs: bool = False,
) -> Manifold:
    """네모난 벽돌이다."""
    return union(
        block(columns, rows, height) - cavity(columns, rows, height - TOP),
        *supports(columns, rows, height - TOP + OVERLAP),
        *(studs(grid(columns, rows), height, hollow=hollow_studs) if with_studs else []),
    )


def plate(columns: int, rows: int) -> Manifold:
    """높이가 벽돌의 3분의 1인 플레이트이다."""
    return brick(columns, rows, PLATE_HEIGHT)


def tile(columns: int, rows: int) -> Manifold:
    """돌기가 없는 플레이트이다."""
    return brick(columns, rows, PLATE_HEIGHT, with_studs=False)


def corner(height: float) -> Manifold:
    """ㄱ자로 꺾인 벽돌이다."""
    body = block(2, 1, height) + block(1, 2, height)
    inside = cavity(2, 1, height - TOP) + cavity(1, 2, height - TOP)
    return union(
        body - inside,
        *studs(CORNER, height),
        *supports(2, 1, height - 1),
        *supports(1, 2, height - 1),
    )


def small_round(height: float) -> Manifold:
    """한 칸에 놓이는 둥근 벽돌이다. 플레이트보다 높으면 아래쪽에 목이 있다."""
    centre = PITCH / 2
    if height == PLATE_HEIGHT:
        body = cylinder(centre - GAP, height, (centre, centre, 0), bevel=0.25)
    else:
        neck = cylinder(3.2, 2.5, (centre, centre, 0))
        body = neck + cylinder(centre - GAP, height - 2, (centre, centre, 2), bevel=0.25)
    hole = cylinder(STUD_RADIUS, height - TOP - BELOW, (centre, centre, BELOW))
    return union(body - hole, stud(centre, centre, height))


def large_round(height: float, *, with_studs: bool = True) -> Manifold:
    """2×2칸에 놓이는 둥근 벽돌이다."""
    radius = PITCH - GAP
    body = cylinder(radius, height, (PITCH, PITCH, 0), bevel=0.3, segments=64)
    depth = height - TOP - BELOW
    inside = cylinder(radius - WALL, depth, (PITCH, PITCH, BELOW), segments=64)
    shell = union(body - inside, tube(height - TOP + OVERLAP, PITCH, PITCH))
    return union(shell, *(studs(grid(2, 2), height) if with_studs else []))


def small_cone() -> Manifold:
    """한 칸에 놓이는 원뿔이다."""
    centre = PITCH / 2
    body = cylinder(centre - GAP, BRICK_HEIGHT, (centre, centre, 0), top_radius=2.5, bevel=0.25)
    hole = cylinder(STUD_RADIUS, 6, (centre, centre, BELOW))
    return union(body - hole, stud(centre, centre, BRICK_HEIGHT, hollow=True))


def large_cone() -> Manifold:
    """2×2칸에 놓이고 높이가 벽돌 둘인 원뿔이다."""
    radius, height = PITCH - GAP, 2 * BRICK_HEIGHT
    body = cylinder(radius, height, (PITCH, PITCH, 0), top_radius=3.9, bevel=0.3, segments=64)
    inside = cylinder(
        radius - WALL, height - 2 * TOP, (PITCH, PITCH, -TOP), top_radius=2.6, segments=64
    )
    return union(body - inside, stud(PITCH, PITCH, height))


def dome() -> Manifold:
    """둥근 지붕이다."""
    radius, rim, stretch = PITCH - GAP, 1.6, 1.05
    sphere = Manifold.sphere(radius, 64).scale((1, 1, stretch))
    shell = (sphere - Manifold.sphere(radius - WALL, 64)).trim_by_plane((0, 0, 1), 0)
    ring = cylinder(radius, rim + 0.1) - cylinder(radius - WALL, 3, (0, 0, -0.5))
    return union(
        shell.translate((0, 0, rim)) + ring,
        stud(0, 0, rim + radius * stretch - 0.5, hollow=True),
        cylinder(TUBE_RADIUS, 8) - cylinder(STUD_RADIUS, 7, (0, 0, BELOW)),
    )


def macaroni() -> Manifold:
    """고리를 4분의 1로 자른 벽돌이다."""
    inner, outer, far = PITCH, 2 * PITCH, (30, 30, 30)
    quarter = box((0, 0, -5), far)
    body = cylinder(outer - GAP, BRICK_HEIGHT, bevel=0.25, segments=96)
    body -= cylinder(inner + GAP, 40, (0, 0, -5), segments=64)
    inside = cylinder(outer - WALL, BRICK_HEIGHT - TOP, (0, 0, -0.01), segments=96)
    inside -= cylinder(inner + WALL, 40, (0, 0, -5), segments=64)
    middle = (inner + outer) / 2
    angles = np.deg2rad([19.5, 70.5])
    return union(
        (body ^ quarter) - (inside ^ box((WALL, WALL, -5), far)),
        *(stud(middle * np.cos(a), middle * np.sin(a), BRICK_HEIGHT) for a in angles),
    )


def slope(depth: int, rows: int, height: float = BRICK_HEIGHT, *, flat: int = 1) -> Manifold:
    """+x쪽이 비탈진 벽돌이다. `flat`은 평평하게 남긴 칸의 수이다."""
    right, back = depth * PITCH - GAP, rows * PITCH - GAP
    ridge = max(flat * PITCH, GAP + 0.6)
    outside = [(GAP, 0), (right, 0), (right, LIP), (ridge, height), (GAP, height)]
    wall, crest, ceiling = right - WALL, max(ridge - 0.81, INSET + 0.2), height - SLOPE_TOP
    inside = [(INSET, BELOW), (wall, BELOW), (wall, 0.8), (crest, ceiling), (INSET, ceiling)]
    body = rounded_prism(outside, GAP, back)
    columns = flat + 1 if rows > 1 else depth  # 관은 평평한 곳에만 선다.
    return union(
        body - prism(inside, INSET, back - WALL),
        *(support ^ body for support in supports(columns, rows, height)),
        *studs(grid(flat, rows), height),
    )


def inverted_slope() -> Manifold:
    """+x쪽 아래가 비탈진 2×2칸 벽돌이다."""
    edge, height = 2 * PITCH - GAP, BRICK_HEIGHT
    outside = [(GAP, 0), (PITCH, 0), (edge, height - LIP), (edge, height), (GAP, height)]
    body = rounded_prism(outside, GAP, edge)
    inside = box((INSET, INSET, BELOW), (PITCH - WALL, edge - WALL, height - SLOPE_TOP))
    return union(body - inside, *studs(grid(2, 2), height))


def roof() -> Manifold:
    """가운데가 솟은 2×2칸 지붕이다."""
    edge, height = 2 * PITCH - GAP, BRICK_HEIGHT
    outside = [(GAP, 0), (edge, 0), (edge, LIP), (8.3, height), (7.7, height), (GAP, LIP)]
    left, right = 1.7, 14.3
    inside = [(left, BELOW), (right, BELOW), (right, 0.9), (PITCH, height - 2.2), (left, 0.9)]
    return rounded_prism(outside, GAP, edge) - prism(inside, INSET, edge - WALL)


def slope_corner() -> Manifold:
    """두 방향으로 비탈진 2×2칸 모서리 벽돌이다."""

    def corners(near: float, ridge: float, far: float, heights: Point3) -> list[Point3]:
        """`heights`는 바닥, 꼭대기, 비탈 끝의 높이이다."""
        bottom, top, lip = heights
        return [*square(near, far, bottom), *square(near, ridge, top), *square(near, far, lip)[1:]]

    heights = BEVEL, BRICK_HEIGHT - BEVEL, LIP + BEVEL
    body = rounded_hull(corners(GAP + BEVEL, PITCH - BEVEL, 2 * PITCH - GAP - BEVEL, heights))
    inside = corners(INSET, 7, 2 * PITCH - INSET, (BELOW, BRICK_HEIGHT - SLOPE_TOP, 0.8))
    return union(body - Manifold.hull_points(inside), stud(4, 4, BRICK_HEIGHT))


def curved_slope() -> Manifold:
    """비탈이 둥글게 휜 2×1칸 벽돌이다."""
    right, back, height, lip = 2 * PITCH - GAP, PITCH - GAP, 2 * PLATE_HEIGHT, 1.4

    def outline(left: float, right: float, bottom: float, low: float, rise: float) -> list[Point2]:
        """바닥 위에 (left, low + rise)에서 (right, low)로 내려오는 사분타원을 얹은 윤곽이다."""
        angles = np.linspace(np.pi / 2, 0, 24)
        arc = [(left + (right - left) * np.sin(a), low + rise * np.cos(a)) for a in angles]
        return [(left, bottom), (right, bottom), *arc]

    body = prism(outline(GAP, right, 0, lip, height - lip), GAP, back)
    inside = prism(outline(INSET, right - WALL, BELOW, 0.2, height - 1.4), INSET, back - WALL)
    return union(body - inside, bar(height, PITCH, PITCH / 2) ^ body)


def technic_brick(columns: int) -> Manifold:
    """옆으로 핀 구멍이 뚫린 벽돌이다."""
    height = 5.8  # 구멍의 중심
    centres = [i * PITCH for i in range(1, columns)]
    solid = brick(columns, 1, hollow_studs=True)
    for x in centres:
        solid += along_y(cylinder(3.1, PITCH - 2 * GAP, (0, 0, GAP)), x, height)
    holes = [
        along_y(hole, x, height)
        for x in centres
        for hole in pin_hole((-1, PITCH + 1), (0.9, PITCH - 0.9), 1.9)
    ]
    return subtract(solid, *holes)


def beam(length: int) -> Manifold:
    """핀 구멍이 `length`개 뚫린 막대이다."""
    thickness, last = PITCH - 2 * GAP, (length - 1) * PITCH
    ends = [cylinder(3.7, thickness, (x, 0, 0), bevel=0.3) for x in (0, last)]
    body = Manifold.batch_hull(ends)
    holes = [
        hole.translate((i * PITCH, 0, 0))
        for i in range(length)
        for hole in pin_hole((-5, 15), (0.9, 6.9), 2)
    ]
    return subtract(body, *holes)


def pin() -> Manifold:
    """두 막대를 잇는 핀이다. 가운데가 원점이다."""
    radius, ridge = STUD_RADIUS, 2.65
    half = revolve(
        [(0, 0), (radius, 0), (radius, 6.6), (ridge, 6.8), (ridge, 7.6), (2.3, PITCH), (0, PITCH)]
    )
    collar = cylinder(2.9, 1.2, (0, 0, -0.6), bevel=0.15)
    bore = cylinder(BAR_RADIUS, 30, (0, 0, -15))
    slots = [box((-4, -0.4, 3.5), (4, 0.4, 9)).scale((1, 1, side)) for side in (1, -1)]
    return subtract(half + half.mirror((0, 0, 1)) + collar, bore, *slots)


def bush() -> Manifold:
    """축을 끼우는 굴대이다. 구멍은 십자 모양이다."""
    arm, half_width = STUD_RADIUS, 0.9
    return subtract(
        union(
            cylinder(3.7, 2.2, bevel=0.25),
            cylinder(2.9, 7.8),
            cylinder(3.7, 2.2, (0, 0, 5.6), bevel=0.25),
        ),
        box((-arm, -half_width, BELOW), (arm, half_width, 20)),
        box((-half_width, -arm, BELOW), (half_width, arm, 20)),
    )


def arch(columns: int) -> Manifold:
    """아래가 둥글게 뚫린 다리 벽돌이다. 두 다리는 한 칸씩이다."""
    half_width, height = (columns - 2) * PITCH / 2, BRICK_HEIGHT
    body = block(columns, 1, height)
    hole = cylinder(1, PITCH + 2, (0, 0, BELOW), segments=64)
    hole = hole.scale((half_width, min(half_width, height - 2.2), 1))
    leg = cavity(1, 1, height - 3)
    other_leg = leg.translate(((columns - 1) * PITCH, 0, 0))
    return union(
        subtract(body, along_y(hole, columns * PITCH / 2, 0), leg, other_leg),
        *studs(grid(columns, 1), height),
    )


def jumper(columns: int, rows: int) -> Manifold:
    """돌기가 한가운데 하나만 있는 플레이트이다."""
    return union(
        tile(columns, rows),
        stud(columns * PITCH / 2, rows * PITCH / 2, PLATE_HEIGHT, hollow=True),
    )


def grille() -> Manifold:
    """홈 네 줄이 나란히 파인 타일이다."""
    fronts = [1.35 + i * 1.5 for i in range(4)]
    return subtract(
        tile(2, 1), *(box((0.9, y, 1.6), (2 * PITCH - 0.9, y + 0.8, 5)) for y in fronts)
    )


def side_stud() -> Manifold:
    """옆면에도 돌기가 있는 벽돌이다."""
    body = brick(1, 1)
    side = stud(0, 0, 0, hollow=True).rotate((0, 90, 0))
    return body + side.translate((PITCH - GAP, PITCH / 2, 5))


def bracket() -> Manifold:
    """옆으로 꺾여 내려온 면에 돌기가 있는 플레이트이다."""
    front = -1.5
    return union(
        plate(2, 1),
        rounded_box((GAP, front, PLATE_HEIGHT - 7.8), (2 * PITCH - GAP, OVERLAP, PLATE_HEIGHT)),
        *(stud(0, 0, 0).rotate((90, 0, 0)).translate((x, front, -1.2)) for x in (4, 12)),
    )


def cut_corner_plate() -> Manifold:
    """한쪽 귀를 자른 플레이트이다."""

    def upright(points: Sequence[Point2], low: float, high: float) -> Manifold:
        """xy 평면의 점들을 감싼 다각형을 z축으로 `low`에서 `high`까지 민 기둥이다."""
        return Manifold.hull_points([(x, y, z) for z in (low, high) for x, y in points])

    body = tile(2, 2)
    ear = upright([(16.2, 8), (8, 16.2), (20, 20)], BELOW, 9)
    wall = upright([(16, 8), (8, 16), (14.6, 7.2), (7.2, 14.6)], 0, PLATE_HEIGHT)
    edge = 2 * PITCH - GAP
    return union(
        body - ear,
        wall ^ box((GAP, GAP, 0), (edge, edge, PLATE_HEIGHT)),
        *studs(CORNER, PLATE_HEIGHT),
    )


def pyramid() -> Manifold:
    """네모뿔 모양의 타일이다."""
    low, high = GAP + BEVEL, PITCH - GAP - BEVEL
    body = rounded_hull([*square(low, high, BEVEL), *square(low, high, 1.4), (4, 4, 6.2)])
    return body - cavity(1, 1, 1.9)


# 이름에서 입체를 짓는 함수로 가는 사전. 순서가 데이터의 부품 번호이다.
PARTS: dict[str, Callable[[], Manifold]] = {
    "brick 1x1": lambda: brick(1, 1),
    "brick 1x2": lambda: brick(2, 1),
    "brick 1x3": lambda: brick(3, 1),
    "brick 1x4": lambda: brick(4, 1),
    "brick 1x6": lambda: brick(6, 1),
    "brick 2x2": lambda: brick(2, 2),
    "brick 2x3": lambda: brick(3, 2),
    "brick 2x4": lambda: brick(4, 2),
    "brick corner 2x2": lambda: corner(BRICK_HEIGHT),
    "plate 1x1": lambda: plate(1, 1),
    "plate 1x2": lambda: plate(2, 1),
    "plate 1x3": lambda: plate(3, 1),
    "plate 1x4": lambda: plate(4, 1),
    "plate 2x2": lambda: plate(2, 2),
    "plate 2x3": lambda: plate(3, 2),
    "plate 2x4": lambda: plate(4, 2),
    "plate corner 2x2": lambda: corner(PLATE_HEIGHT),
    "tile 1x1": lambda: tile(1, 1),
    "tile 1x2": lambda: tile(2, 1),
    "tile 2x2": lambda: tile(2, 2),
    "plate cut corner 2x2": cut_corner_plate,
    "grille tile 1x2": grille,
    "jumper plate 1x2": lambda: jumper(2, 1),
    "jumper plate 2x2": lambda: jumper(2, 2),
    "round brick 1x1": lambda: small_round(BRICK_HEIGHT),
    "round brick 2x2": lambda: large_round(BRICK_HEIGHT),
    "round plate 1x1": lambda: small_round(PLATE_HEIGHT),
    "round plate 2x2": lambda: large_round(PLATE_HEIGHT),
    "round tile 2x2": lambda: large_round(PLATE_HEIGHT, with_studs=False),
    "cone 1x1": small_cone,
    "cone 2x2x2": large_cone,
    "dome 2x2": dome,
    "macaroni brick 2x2": macaroni,
    "slope 45 2x1": lambda: slope(2, 1),
    "slope 45 2x2": lambda: slope(2, 2),
    "slope 33 3x2": lambda: slope(3, 2),
    "slope 45 corner 2x2": slope_corner,
    "slope 45 inverted 2x2": inverted_slope,
    "roof ridge 2x2": roof,
    "slope 30 1x1": lambda: slope(1, 1, 2 * PLATE_HEIGHT, flat=0),
    "curved slope 2x1": curved_slope,
    "technic brick 1x2": lambda: technic_brick(2),
    "technic brick 1x4": lambda: technic_brick(4),
    "arch 1x4": lambda: arch(4),
    "beam 3": lambda: beam(3),
    "pin": pin,
    "bush": bush,
    "side-stud brick 1x1": side_stud,
    "bracket 1x2": bracket,
    "pyramid 1x1": pyramid,
}
