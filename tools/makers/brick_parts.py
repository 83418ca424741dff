"""렌더링할 벽돌 부품의 입체를 만든다.

길이는 모두 밀리미터이고 z축이 위쪽이다. 돌기 사이의 간격과 벽돌의 높이 같은 기본 치수만 정해 두고, 상자와
원기둥을 합치고 빼서 부품을 짓는다. 상표나 로고는 없다.
"""

from collections.abc import Callable

import numpy as np
from manifold3d import CrossSection, FillRule, JoinType, Manifold, OpType

PITCH = 8.0  # 돌기 사이의 간격
BRICK_HEIGHT = 9.6
PLATE_HEIGHT = 3.2
STUD_RADIUS, STUD_HEIGHT = 2.4, 1.8
GAP = 0.1  # 이웃한 벽돌과의 틈
WALL = 1.5  # 벽의 두께
BEVEL = 0.28  # 둥근 모서리의 반지름
SEGMENTS = 48  # 원을 몇 조각으로 나눌지


def union(ms):
    """도형들을 하나로 합친다."""
    return Manifold.batch_boolean(ms, OpType.Add)


def rounded_hull(points, r=BEVEL):
    """점들을 감싸는 볼록한 몸체이다. 모서리는 반지름 `r`로 둥글다."""
    s = Manifold.sphere(r, 12)
    return Manifold.batch_hull([s.translate(tuple(p)) for p in points])


def rounded_box(x0, y0, z0, x1, y1, z1, r=BEVEL):
    """맞은편 두 꼭짓점이 (x0, y0, z0)과 (x1, y1, z1)인, 모서리가 둥근 상자이다."""
    if r <= 0:
        return Manifold.cube((x1 - x0, y1 - y0, z1 - z0)).translate((x0, y0, z0))
    return rounded_hull(
        [(x, y, z) for x in (x0 + r, x1 - r) for y in (y0 + r, y1 - r) for z in (z0 + r, z1 - r)], r
    )


def prism(poly, y0, y1, r=BEVEL):
    """xz 평면의 볼록 다각형(반시계 방향)을 y축을 따라 민 기둥이다."""
    poly = np.asarray(poly, float)
    if r > 0:
        cs = CrossSection([poly.tolist()]).offset(-r, JoinType.Miter, 4.0)
        poly = np.asarray(cs.to_polygons()[0])
        return rounded_hull([(x, y, z) for x, z in poly for y in (y0 + r, y1 - r)], r)
    e = CrossSection([poly.tolist()]).extrude(y1 - y0)  # x,y=z,z=y
    return e.rotate((90, 0, 0)).translate((0, y1, 0))


def revolve(profile, seg=SEGMENTS):
    """(반지름, 높이) 윤곽을 z축으로 돌린 도형이다."""
    return CrossSection([[(float(a), float(b)) for a, b in profile]], FillRule.Positive).revolve(
        seg
    )


def cylinder(r, h, x=0, y=0, z=0, bev=0.0, r2=None, seg=SEGMENTS):
    """z축 방향의 원기둥이다. `r2`를 주면 위쪽 반지름이 달라지고, `bev`를 주면 모서리를 깎는다."""
    r2 = r if r2 is None else r2
    if bev:
        p = [
            (0, 0),
            (r - bev, 0),
            (r - bev * 0.29, bev * 0.29),
            (r, bev),
            (r2, h - bev),
            (r2 - bev * 0.29, h - bev * 0.29),
            (r2 - bev, h),
            (0, h),
        ]
        return revolve(p, seg).translate((x, y, z))
    return Manifold.cylinder(h, r, r2, seg).translate((x, y, z))


def stud(x, y, z, hollow=False):
    """돌기 하나이다. `hollow`이면 가운데가 비었다."""
    p = [
        (0, -0.3),
        (STUD_RADIUS, -0.3),
        (STUD_RADIUS, STUD_HEIGHT - 0.3),
        (STUD_RADIUS - 0.09, STUD_HEIGHT - 0.09),
        (STUD_RADIUS - 0.3, STUD_HEIGHT),
        (0, STUD_HEIGHT),
    ]
    s = revolve(p).translate((x, y, z))
    return s - cylinder(1.6, 3, x, y, z) if hollow else s


def cylinder_along_y(r, y0, y1, x, z, seg=SEGMENTS):
    """y축 방향의 원기둥이다."""
    return Manifold.cylinder(y1 - y0, r, r, seg).rotate((-90, 0, 0)).translate((x, y0, z))


def studs(cells, z, hollow=False):
    """격자 칸마다 돌기를 하나씩 세운다."""
    return [stud((i + 0.5) * PITCH, (j + 0.5) * PITCH, z, hollow) for i, j in cells]


def grid(nx, ny):
    """`nx`×`ny` 격자의 칸들이다."""
    return [(i, j) for i in range(nx) for j in range(ny)]


def underside(nx, ny, h, top=1.2):
    """밑면의 (파낼 자리, 기둥들)이다."""
    g = GAP + WALL
    cav = rounded_box(g, g, -1, nx * PITCH - g, ny * PITCH - g, h - top, 0)
    t = []
    if nx > 1 and ny > 1:
        for i in range(1, nx):
            for j in range(1, ny):
                t.append(
                    cylinder(3.255, h - top + 0.3, i * PITCH, j * PITCH)
                    - cylinder(2.4, h * 3, i * PITCH, j * PITCH, -h)
                )
    elif nx * ny > 1:
        for i in range(1, max(nx, ny)):
            x, y = (i * PITCH, PITCH / 2) if nx > 1 else (PITCH / 2, i * PITCH)
            t.append(cylinder(1.6, h - top + 0.3, x, y))
    return cav, t


def brick(nx, ny, h=BRICK_HEIGHT, with_studs=True, hollow=False):
    """`nx`×`ny` 칸의 벽돌이다. 높이를 줄이면 판이 되고, `with_studs=False`이면 돌기 없는 타일이 된다."""
    body = rounded_box(GAP, GAP, 0, nx * PITCH - GAP, ny * PITCH - GAP, h)
    cav, t = underside(nx, ny, h)
    out = [body - cav] + t
    if with_studs:
        out += studs(grid(nx, ny), h, hollow)
    return union(out)


def corner(h=BRICK_HEIGHT):
    """ㄱ자로 꺾인 벽돌이다."""
    a = rounded_box(GAP, GAP, 0, 2 * PITCH - GAP, PITCH - GAP, h) + rounded_box(
        GAP, GAP, 0, PITCH - GAP, 2 * PITCH - GAP, h
    )
    g = GAP + WALL
    cav = rounded_box(g, g, -1, 2 * PITCH - g, PITCH - g, h - 1.2, 0) + rounded_box(
        g, g, -1, PITCH - g, 2 * PITCH - g, h - 1.2, 0
    )
    return union(
        [a - cav]
        + studs([(0, 0), (1, 0), (0, 1)], h)
        + [cylinder(1.6, h - 1, PITCH, PITCH / 2), cylinder(1.6, h - 1, PITCH / 2, PITCH)]
    )


def round_brick(d, h, with_studs=True):
    """지름이 `d` 칸인 둥근 벽돌이다."""
    c, R = d * PITCH / 2, d * PITCH / 2 - GAP
    if d == 1:
        b = (
            cylinder(R, h, c, c, 0, 0.25)
            if h < 4
            else union([cylinder(3.2, 2.5, c, c), cylinder(R, h - 2, c, c, 2, 0.25)])
        )
        b = b - cylinder(2.4, h - 1.2 + 1, c, c, -1)
    else:
        b = cylinder(R, h, c, c, 0, 0.3, seg=64) - cylinder(R - WALL, h - 1.2 + 1, c, c, -1, seg=64)
        b = union([b] + [cylinder(3.255, h - 1, c, c) - cylinder(2.4, 3 * h, c, c, -h)])
    return union([b] + (studs(grid(d, d), h) if with_studs else []))


def cone(d):
    """밑지름이 `d` 칸인 원뿔이다."""
    c = d * PITCH / 2
    if d == 1:
        b = cylinder(3.9, 9.6, c, c, 0, 0.25, 2.5) - cylinder(2.4, 6, c, c, -1)
        return union([b, stud(c, c, 9.6, True)])
    b = cylinder(7.9, 2 * BRICK_HEIGHT, c, c, 0, 0.3, 3.9, 64) - cylinder(
        6.4, 2 * BRICK_HEIGHT - 2.4, c, c, -1.2, 0, 2.6, 64
    )
    return union([b, stud(c, c, 2 * BRICK_HEIGHT)])


def dome():
    """둥근 지붕이다."""
    R = 7.9
    s = Manifold.sphere(R, 64).scale((1, 1, 1.05)) - Manifold.sphere(R - WALL, 64)
    s = s.trim_by_plane((0, 0, 1), 0).translate((0, 0, 1.6)) + (
        cylinder(R, 1.7) - cylinder(R - WALL, 3, 0, 0, -0.5)
    )
    return union(
        [s, stud(0, 0, 1.6 + R * 1.05 - 0.5, True), cylinder(3.255, 8) - cylinder(2.4, 7, 0, 0, -1)]
    )


def quarter_ring_brick(h=BRICK_HEIGHT):
    """고리를 4분의 1로 자른 벽돌이다."""
    q = rounded_box(0, 0, -5, 30, 30, 30, 0)
    a = (
        cylinder(2 * PITCH - GAP, h, 0, 0, 0, 0.25, seg=96)
        - cylinder(PITCH + GAP, 40, 0, 0, -5, seg=64)
    ) ^ q
    w = (
        cylinder(2 * PITCH - WALL, h - 1.2, 0, 0, -0.01, seg=96)
        - cylinder(PITCH + WALL, 40, 0, 0, -5, seg=64)
    ) ^ rounded_box(1.5, 1.5, -5, 30, 30, 30, 0)
    r = 1.5 * PITCH
    return union(
        [a - w] + [stud(r * np.cos(t), r * np.sin(t), h) for t in np.deg2rad([19.5, 70.5])]
    )


def slope(depth, ny, h=BRICK_HEIGHT, lip=1.5, flat=1):
    """+x쪽이 비탈진 벽돌이다. `flat`은 평평하게 남긴 줄의 수이다."""
    X, Y = depth * PITCH - GAP, ny * PITCH - GAP
    x1 = max(flat * PITCH, GAP + 0.6)
    poly = [(GAP, 0), (X, 0), (X, lip), (x1, h), (GAP, h)]
    body = prism(poly, GAP, Y)
    w = WALL
    k = w * 0.9
    inner = [
        (GAP + w, -1),
        (X - w, -1),
        (X - w, lip - 0.7),
        (max(x1 - k * 0.6, GAP + w + 0.2), h - 1.3),
        (GAP + w, h - 1.3),
    ]
    cav = prism(inner, GAP + w, Y - w, 0)
    tubes = []
    if ny > 1 and flat:
        tubes = [
            (cylinder(3.255, h, PITCH, j * PITCH) - cylinder(2.4, 30, PITCH, j * PITCH, -5)) ^ body
            for j in range(1, ny)
        ]
    elif depth > 1 and ny == 1:
        tubes = [cylinder(1.6, h, PITCH, PITCH / 2) ^ body]
    return union([body - cav] + tubes + (studs(grid(flat, ny), h) if flat else []))


def inverted_slope(ny):
    """아래쪽이 비탈진 벽돌이다."""
    X, Y = 2 * PITCH - GAP, ny * PITCH - GAP
    body = prism(
        [
            (GAP, 0),
            (PITCH, 0),
            (X, BRICK_HEIGHT - 1.5),
            (X, BRICK_HEIGHT),
            (GAP, BRICK_HEIGHT),
        ],
        GAP,
        Y,
    )
    cav = rounded_box(GAP + WALL, GAP + WALL, -1, PITCH - WALL, Y - WALL, BRICK_HEIGHT - 1.3, 0)
    return union([body - cav] + studs(grid(2, ny), BRICK_HEIGHT))


def roof(ny):
    """가운데가 솟은 지붕이다."""
    Y = ny * PITCH - GAP
    X = 2 * PITCH - GAP
    body = prism(
        [
            (GAP, 0),
            (X, 0),
            (X, 1.5),
            (PITCH + 0.3, BRICK_HEIGHT),
            (PITCH - 0.3, BRICK_HEIGHT),
            (GAP, 1.5),
        ],
        GAP,
        Y,
    )
    cav = prism(
        [(1.7, -1), (X - 1.6, -1), (X - 1.6, 0.9), (PITCH, BRICK_HEIGHT - 2.2), (1.7, 0.9)],
        GAP + WALL,
        Y - WALL,
        0,
    )
    return body - cav


def slope_corner():
    """두 방향으로 비탈진 모서리 벽돌이다."""
    m, e = GAP, 2 * PITCH - GAP
    pts = [
        (m, m, 0),
        (e, m, 0),
        (m, e, 0),
        (e, e, 0),
        (m, m, BRICK_HEIGHT),
        (PITCH, m, BRICK_HEIGHT),
        (m, PITCH, BRICK_HEIGHT),
        (PITCH, PITCH, BRICK_HEIGHT),
        (e, m, 1.5),
        (m, e, 1.5),
        (e, e, 1.5),
    ]
    r = BEVEL
    c = np.array([6, 6, 4.0])
    body = rounded_hull([np.array(p) - r * np.sign(np.array(p) - c) for p in pts], r)
    cav = Manifold.hull_points(
        [
            (1.6, 1.6, -1),
            (14.4, 1.6, -1),
            (1.6, 14.4, -1),
            (14.4, 14.4, -1),
            (1.6, 1.6, BRICK_HEIGHT - 1.3),
            (7, 1.6, BRICK_HEIGHT - 1.3),
            (1.6, 7, BRICK_HEIGHT - 1.3),
            (7, 7, BRICK_HEIGHT - 1.3),
            (14.4, 1.6, 0.8),
            (1.6, 14.4, 0.8),
            (14.4, 14.4, 0.8),
        ]
    )
    return union([body - cav, stud(4, 4, BRICK_HEIGHT)])


def curved_slope(depth, ny, h):
    """비탈이 둥글게 휜 벽돌이다."""
    X, Y = depth * PITCH - GAP, ny * PITCH - GAP
    n = 24
    t = np.linspace(0, np.pi / 2, n)
    lo = 1.4
    arc = [(GAP + (X - GAP) * np.sin(a), lo + (h - lo) * np.cos(a)) for a in t]
    body = prism([(GAP, 0), (X, 0)] + arc[::-1], GAP, Y, 0)
    t2 = [(GAP + WALL + (X - GAP - 2 * WALL) * np.sin(a), 0.2 + (h - 1.4) * np.cos(a)) for a in t]
    cav = prism([(GAP + WALL, -1), (X - WALL, -1)] + t2[::-1], GAP + WALL, Y - WALL, 0)
    return union(
        [body - cav]
        + ([cylinder(1.6, h, PITCH, PITCH / 2) ^ body] if depth > 1 and ny == 1 else [])
    )


def technic_brick(n):
    """옆으로 구멍이 뚫린 벽돌이다."""
    b = brick(n, 1, hollow=True)
    xs = [i * PITCH for i in range(1, n)]
    z = 5.8
    for x in xs:
        b = b + (cylinder_along_y(3.1, GAP, PITCH - GAP, x, z))
    for x in xs:
        b = b - cylinder_along_y(2.4, -1, PITCH + 1, x, z)
        b = (
            b
            - cylinder_along_y(3.05, -1, 0.9, x, z)
            - cylinder_along_y(3.05, PITCH - 0.9, PITCH + 1, x, z)
        )
    return b


def beam(n):
    """구멍이 `n`개 뚫린 막대이다."""
    r = 3.7
    s = [cylinder(r, 7.8, i * PITCH, 0, 0, 0.3) for i in (0, n - 1)]
    b = Manifold.batch_hull(s)
    for i in range(n):
        x = i * PITCH
        b = (
            b
            - cylinder(2.4, 20, x, 0, -5)
            - cylinder(3.05, 2, x, 0, -1.1)
            - cylinder(3.05, 2, x, 0, 6.9)
        )
    return b


def pin():
    """두 막대를 잇는 핀이다."""
    half = revolve([(0, 0), (2.4, 0), (2.4, 6.6), (2.65, 6.8), (2.65, 7.6), (2.3, 8), (0, 8)])
    b = half + half.mirror((0, 0, 1)) + cylinder(2.9, 1.2, 0, 0, -0.6, 0.15)
    b = b - cylinder(1.6, 30, 0, 0, -15)
    for s in (1, -1):
        b = b - rounded_box(-4, -0.4, 3.5, 4, 0.4, 9, 0).scale((1, 1, s))
    return b


def bush():
    """축을 끼우는 굴대이다."""
    b = union(
        [
            cylinder(3.7, 2.2, 0, 0, 0, 0.25),
            cylinder(2.9, 7.8, 0, 0, 0),
            cylinder(3.7, 2.2, 0, 0, 5.6, 0.25),
        ]
    )
    return (
        b
        - rounded_box(-2.4, -0.9, -1, 2.4, 0.9, 20, 0)
        - rounded_box(-0.9, -2.4, -1, 0.9, 2.4, 20, 0)
    )


def arch(n, h=BRICK_HEIGHT):
    """아래가 둥글게 뚫린 다리 벽돌이다."""
    X = n * PITCH - GAP
    body = rounded_box(GAP, GAP, 0, X, PITCH - GAP, h)
    r = (n - 2) * PITCH / 2
    hole = (
        cylinder_along_y(1, -1, PITCH + 1, 0, 0, 64)
        .scale((r, 1, min(r, h - 2.2)))
        .translate((n * PITCH / 2, 0, 0))
    )
    cav = rounded_box(1.6, 1.6, -1, PITCH - 1.6, PITCH - 1.6, h - 3, 0)
    return union(
        [body - hole - cav - cav.translate(((n - 1) * PITCH, 0, 0))] + studs(grid(n, 1), h)
    )


def jumper(nx, ny):
    """돌기가 한가운데 하나만 있는 판이다."""
    return union(
        [
            brick(nx, ny, PLATE_HEIGHT, False),
            stud(nx * PITCH / 2, ny * PITCH / 2, PLATE_HEIGHT, True),
        ]
    )


def grille():
    """홈이 나란히 파인 타일이다."""
    b = brick(2, 1, PLATE_HEIGHT, False)
    for i in range(4):
        y = 1.35 + i * 1.5
        b = b - rounded_box(0.9, y, 1.6, 2 * PITCH - 0.9, y + 0.8, 5, 0)
    return b


def side_stud():
    """옆면에도 돌기가 있는 벽돌이다."""
    return brick(1, 1) + stud(0, 0, 0, True).rotate((0, 90, 0)).translate((7.9, 4, 5))


def bracket():
    """옆으로 꺾여 내려온 면에 돌기가 있는 판이다."""
    a = brick(2, 1, PLATE_HEIGHT)
    p = rounded_box(GAP, -1.5, -7.8 + PLATE_HEIGHT, 2 * PITCH - GAP, 0.3, PLATE_HEIGHT)
    s = [stud(0, 0, 0).rotate((90, 0, 0)).translate((x, -1.5, -1.2)) for x in (4, 12)]
    return union([a, p] + s)


def cut_corner_plate():
    """한쪽 귀를 자른 판이다."""
    b = brick(2, 2, PLATE_HEIGHT, False)
    cut = Manifold.hull_points(
        [(16.2, 8, -1), (8, 16.2, -1), (20, 20, -1), (16.2, 8, 9), (8, 16.2, 9), (20, 20, 9)]
    )
    wall = Manifold.hull_points(
        [
            (16, 8, 0),
            (8, 16, 0),
            (14.6, 7.2, 0),
            (7.2, 14.6, 0),
            (16, 8, PLATE_HEIGHT),
            (8, 16, PLATE_HEIGHT),
            (14.6, 7.2, PLATE_HEIGHT),
            (7.2, 14.6, PLATE_HEIGHT),
        ]
    )
    return union(
        [(b - cut)]
        + [wall ^ rounded_box(0.1, 0.1, 0, 15.9, 15.9, PLATE_HEIGHT, 0)]
        + studs([(0, 0), (1, 0), (0, 1)], PLATE_HEIGHT)
    )


def pyramid():
    """네모뿔 모양의 타일이다."""
    m, e = 0.1, 7.9
    r = BEVEL
    body = rounded_hull(
        [
            (m + r, m + r, r),
            (e - r, m + r, r),
            (m + r, e - r, r),
            (e - r, e - r, r),
            (m + r, m + r, 1.4),
            (e - r, m + r, 1.4),
            (m + r, e - r, 1.4),
            (e - r, e - r, 1.4),
            (4, 4, 6.2),
        ],
        r,
    )
    return body - rounded_box(1.6, 1.6, -1, 6.4, 6.4, 1.9, 0)


# 이름에서 입체를 짓는 함수로 가는 사전. 차례가 데이터의 부품 번호이다.
PARTS: dict[str, Callable[[], Manifold]] = {
    "brick 1x1": lambda: brick(1, 1),
    "brick 1x2": lambda: brick(2, 1),
    "brick 1x3": lambda: brick(3, 1),
    "brick 1x4": lambda: brick(4, 1),
    "brick 1x6": lambda: brick(6, 1),
    "brick 2x2": lambda: brick(2, 2),
    "brick 2x3": lambda: brick(3, 2),
    "brick 2x4": lambda: brick(4, 2),
    "brick corner 2x2": corner,
    "plate 1x1": lambda: brick(1, 1, PLATE_HEIGHT),
    "plate 1x2": lambda: brick(2, 1, PLATE_HEIGHT),
    "plate 1x3": lambda: brick(3, 1, PLATE_HEIGHT),
    "plate 1x4": lambda: brick(4, 1, PLATE_HEIGHT),
    "plate 2x2": lambda: brick(2, 2, PLATE_HEIGHT),
    "plate 2x3": lambda: brick(3, 2, PLATE_HEIGHT),
    "plate 2x4": lambda: brick(4, 2, PLATE_HEIGHT),
    "plate corner 2x2": lambda: corner(PLATE_HEIGHT),
    "tile 1x1": lambda: brick(1, 1, PLATE_HEIGHT, with_studs=False),
    "tile 1x2": lambda: brick(2, 1, PLATE_HEIGHT, with_studs=False),
    "tile 2x2": lambda: brick(2, 2, PLATE_HEIGHT, with_studs=False),
    "plate cut corner 2x2": cut_corner_plate,
    "grille tile 1x2": grille,
    "jumper plate 1x2": lambda: jumper(2, 1),
    "jumper plate 2x2": lambda: jumper(2, 2),
    "round brick 1x1": lambda: round_brick(1, BRICK_HEIGHT),
    "round brick 2x2": lambda: round_brick(2, BRICK_HEIGHT),
    "round plate 1x1": lambda: round_brick(1, PLATE_HEIGHT),
    "round plate 2x2": lambda: round_brick(2, PLATE_HEIGHT),
    "round tile 2x2": lambda: round_brick(2, PLATE_HEIGHT, with_studs=False),
    "cone 1x1": lambda: cone(1),
    "cone 2x2x2": lambda: cone(2),
    "dome 2x2": dome,
    "macaroni brick 2x2": quarter_ring_brick,
    "slope 45 2x1": lambda: slope(2, 1),
    "slope 45 2x2": lambda: slope(2, 2),
    "slope 33 3x2": lambda: slope(3, 2),
    "slope 45 corner 2x2": slope_corner,
    "slope 45 inverted 2x2": lambda: inverted_slope(2),
    "roof ridge 2x2": lambda: roof(2),
    "slope 30 1x1": lambda: slope(1, 1, 6.4, 1.5, 0),
    "curved slope 2x1": lambda: curved_slope(2, 1, 6.4),
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
