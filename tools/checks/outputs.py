"""노트북 셀에 저장된 출력과 방금 나온 출력을 비교한다. 글은 글자까지, 그림은 눈에 보이는 만큼 본다.

그림은 다른 기계가 그려도 같은 그림이면 같다고 하고, 곡선이 조금 옮겨 가거나 숫자 하나가 바뀌면 다르다고
한다. 한쪽의 픽셀이 다른 쪽의 같은 자리 둘레 3×3픽셀에 있는 밝기의 범위를 얼마나 벗어나는지를 두 방향으로
잰다. 이것을 '남는 차이'라고 부르고 0~255로 적는다. 픽셀 하나만큼 옮겨 앉은 눈금은 남는 차이가 없고, 옮겨 간
곡선과 바뀐 글자는 크다. 윤곽이 두루 달라진 그림은 다른 기계가 그린 것으로 보고, 조금 다른 계단
지움(안티앨리어싱)을 덜 세도록 두 그림을 조금 흐린 뒤에만 잰다.
"""

import base64
import binascii
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageSequence, UnidentifiedImageError

# 한도는 tests/tools/checks/test_outputs.py의 그림들을 72, 100, 144dpi로 그려 재고 골랐다(남는 차이의 가장 큰 값).
#   윤곽이 10% 넘게 달라진 그림, 흐린 뒤: 같아야 하는 것 21~56(반 픽셀 옮김, 힌팅), 달라야 하는 것 79~223(5% 옮긴
#     곡선). 옮긴 눈금이 없이 색이나 타일만 바뀐 그림은 200이 넘는다.
#   나머지 그림: 같아야 하는 것 0~19(±2 잡음 2, 64색 팔레트 19), 달라야 하는 것 30~255(제목의 숫자 하나 41~255,
#     어두운 타일의 뒤바뀜 30, 잡음뿐인 타일의 뒤바뀜 34).
OTHER_RENDERER_SHARE = 0.1
LOOSE_LIMIT = 66.0
STRICT_LIMIT = 24.0
# 옅지만 넓은 차이를 잡는다. 남는 차이의 33픽셀 창 평균은 같아야 하는 것에서 2.7까지, 어두운 타일에서 19 이상이다.
REGION_LIMIT = 4.0
REGION = 33

LIVE_SIZE_SLACK = 8
"""훈련하는 셀(`live`)의 그림에서 크기가 달라도 되는 픽셀 수이다."""

_DATA_URI = re.compile(r"data:image/[a-z.+-]+;base64,((?:[A-Za-z0-9+/=]|\\?\s|\\/)+)")
_PICTURE_TYPES = ("image/png", "image/jpeg", "image/gif", "image/webp")
_WIDGET = "application/vnd.jupyter.widget-view+json"
_WIDGET_KEYS = {"description", "format", "index", "max", "min", "step", "value", "_options_labels"}


@dataclass
class Difference:
    """저장된 출력과 새 출력이 다른 곳 하나이다.

    `message`는 무엇이 어떻게 다른지를 적은 문장이고, 그림이 다르면 `pictures`에 저장된 그림, 새 그림,
    남는 차이가 (높이, 너비, 4)의 uint8 배열로 들어 있다.
    """

    message: str
    pictures: tuple[np.ndarray, np.ndarray, np.ndarray] | None = field(default=None, repr=False)


def compare_outputs(
    stored: Sequence[Mapping[str, Any]],
    new: Sequence[Mapping[str, Any]],
    *,
    live: bool = False,
    widgets: tuple[Mapping[str, Any], Mapping[str, Any]] = ({}, {}),
) -> list[Difference]:
    """셀 하나의 출력 목록(nbformat 4) 둘을 비교해 다른 곳을 돌려준다. 같으면 빈 목록이다.

    글은 한 글자라도 다르면 다르다. 그림은 `image/png` 같은 것과 HTML 속의 data URI를 모두 풀어서 비교한다.

    Args:
        stored: 저장된 출력들.
        new: 방금 나온 출력들.
        live: 훈련하는 셀이면 참이다. 그림은 개수와 크기와 빈 그림이 아닌지만 본다.
        widgets: 저장된 위젯과 새 위젯의 상태. 노트북에 저장되는 꼴(번호 → 모델)이다.
    """
    differences: list[Difference] = []
    texts, new_texts = _streams(stored), _streams(new)
    for name in sorted(texts.keys() | new_texts.keys()):
        label = {"stdout": "찍힌 글", "stderr": "표준 오류"}.get(name, name)
        differences += _compare_text(texts.get(name, ""), new_texts.get(name, ""), label)
    shown = [o for o in stored if o["output_type"] != "stream"]
    new_shown = [o for o in new if o["output_type"] != "stream"]
    if len(shown) != len(new_shown):
        message = f"보이는 출력이 저장된 것은 {len(shown)}개인데 지금은 {len(new_shown)}개이다."
        return [*differences, Difference(message)]
    for number, (old, now) in enumerate(zip(shown, new_shown, strict=True), start=1):
        place = f"{number}째 출력" if len(shown) > 1 else "출력"
        differences += _compare_shown(old, now, place, live=live, widgets=widgets)
    return differences


def _streams(outputs: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    texts: dict[str, str] = {}
    for output in outputs:
        if output["output_type"] == "stream":
            texts[output["name"]] = texts.get(output["name"], "") + _joined(output["text"])
    return texts


def _joined(value: Any) -> Any:
    """nbformat이 줄 목록으로 적은 글을 한 글로 잇는다."""
    return "".join(value) if isinstance(value, list) else value


def _compare_shown(
    stored: Mapping[str, Any],
    new: Mapping[str, Any],
    place: str,
    *,
    live: bool,
    widgets: tuple[Mapping[str, Any], Mapping[str, Any]],
) -> list[Difference]:
    if "error" in (stored["output_type"], new["output_type"]):
        errors = [f"{o.get('ename', '없음')}: {o.get('evalue', '')}" for o in (stored, new)]
        return _compare_text(errors[0], errors[1], f"{place}의 예외")
    data, new_data = stored["data"], new["data"]
    if data.keys() != new_data.keys():
        kinds = [", ".join(sorted(d)) for d in (data, new_data)]
        return [Difference(f"{place}의 종류가 저장된 것은 {kinds[0]}인데 지금은 {kinds[1]}이다.")]
    differences: list[Difference] = []
    for kind in sorted(data):
        old, now = _joined(data[kind]), _joined(new_data[kind])
        if kind == "text/plain" and _WIDGET in data:
            # 위젯을 적은 글은 ipywidgets 7과 8이 다르다. 무슨 위젯인지만 본다.
            old, now = old.split("(")[0], now.split("(")[0]
        if kind in _PICTURE_TYPES:
            differences += _compare_pictures([old], [now], place, live=live)
        elif kind == _WIDGET or (isinstance(old, str) and isinstance(now, str)):
            if kind == _WIDGET:  # 번호는 실행할 때마다 다르므로 내용을 비교한다
                text, pictures = describe_widget(old["model_id"], widgets[0])
                new_text, new_pictures = describe_widget(now["model_id"], widgets[1])
            else:
                text, pictures = split_pictures(old)
                new_text, new_pictures = split_pictures(now)
            label = "위젯" if kind == _WIDGET else kind
            differences += _compare_text(text, new_text, f"{place}의 {label}")
            differences += _compare_pictures(pictures, new_pictures, place, live=live)
        elif old != now:
            differences.append(Difference(f"{place}의 {kind}이(가) 다르다."))
    return differences


def _compare_text(stored: str, new: str, label: str) -> list[Difference]:
    if stored == new:
        return []
    old_lines, new_lines = stored.splitlines(), new.splitlines()
    for number in range(max(len(old_lines), len(new_lines)) + 1):
        old = old_lines[number] if number < len(old_lines) else None
        now = new_lines[number] if number < len(new_lines) else None
        if old != now:
            break
    if old is None and now is None:
        return [Difference(f"{label}의 줄바꿈이 다르다: 저장된 것 {stored!r}, 지금 {new!r}")]
    old, now = _around_difference(old, now)
    return [Difference(f"{label} {number + 1}째 줄: 저장된 것은 {old}인데 지금은 {now}이다.")]


def _around_difference(old: str | None, now: str | None, width: int = 120) -> tuple[str, str]:
    """긴 줄에서 처음으로 다른 글자의 둘레만 남기고 따옴표를 두른다."""
    if old is None or now is None:
        short = [f"`{s[:width]}`" if s is not None else "없음" for s in (old, now)]
        return short[0], short[1]
    same = next(
        (i for i, (a, b) in enumerate(zip(old, now, strict=False)) if a != b),
        min(len(old), len(now)),
    )
    start = max(0, same - width // 2) if max(len(old), len(now)) > width else 0
    short = [f"`{'…' * (start > 0)}{s[start : start + width]}`" for s in (old, now)]
    return short[0], short[1]


def split_pictures(text: str) -> tuple[str, list[str]]:
    """글에서 그림(data URI)을 빼내어, 그림 자리를 번호로 바꾼 글과 base64 그림 목록을 돌려준다."""
    pictures: list[str] = []

    def take(match: re.Match[str]) -> str:
        pictures.append(re.sub(r"[\s\\]", "", match[1]))
        return f"[그림 {len(pictures)}]"

    return _DATA_URI.sub(take, text), pictures


def describe_widget(model_id: str, models: Mapping[str, Any]) -> tuple[str, list[str]]:
    """위젯과 그것이 가리키는 위젯들의 내용을 한 줄에 하나씩 적은 글과, 그 속의 그림을 돌려준다.

    모양(layout, style)과 ipywidgets 버전마다 다른 것은 적지 않는다.
    """
    lines: list[str] = []
    pictures: list[str] = []
    waiting, seen = [model_id], set()
    while waiting:
        current = waiting.pop(0)
        if current in seen:
            continue
        seen.add(current)
        if current not in models:
            lines.append("상태가 저장되지 않은 위젯")
            continue
        model = models[current]
        state = {key: model["state"][key] for key in sorted(_WIDGET_KEYS & model["state"].keys())}
        for buffer in model.get("buffers", []):
            pictures.append(buffer["data"])
            state.pop(buffer["path"][0], None)
        for key, value in state.items():
            if isinstance(value, str):
                state[key], found = split_pictures(value)
                pictures += found
        lines.append(f"{model['model_name']} {state}")
        waiting += re.findall(r"IPY_MODEL_(\w+)", str(model["state"].get("children", "")))
    return "\n".join(lines), pictures


def _compare_pictures(
    stored: Sequence[str], new: Sequence[str], place: str, *, live: bool
) -> list[Difference]:
    if len(stored) != len(new):
        message = f"{place}의 그림이 저장된 것은 {len(stored)}장인데 지금은 {len(new)}장이다."
        return [Difference(message)]
    compare = compare_structure if live else compare_pictures
    differences: list[Difference] = []
    for number, (old, now) in enumerate(zip(stored, new, strict=True), start=1):
        if old == now and not live:
            continue
        label = f"{place}의 그림 {number}" if len(stored) > 1 else f"{place}의 그림"
        try:
            frames, new_frames = list(decode(old)), list(decode(now))
        except ValueError as error:
            differences.append(Difference(f"{label}: {error}"))
            continue
        if len(frames) != len(new_frames):
            message = f"{label}: 저장된 것은 {len(frames)}컷인데 지금은 {len(new_frames)}컷이다."
            differences.append(Difference(message))
            continue
        for frame, new_frame in zip(frames, new_frames, strict=True):
            if difference := compare(frame, new_frame):
                message = f"{label}: {difference.message}"
                differences.append(Difference(message, difference.pictures))
                break
    return differences


def decode(picture: str) -> Iterator[np.ndarray]:
    """base64로 적은 그림을 컷마다 (높이, 너비, 4)의 uint8 배열로 풀어 차례로 내놓는다.

    투명도를 미리 곱한 RGBA이다. 그래서 보이지 않는 픽셀의 색은 비교하지 않는다.

    Raises:
        ValueError: 그림으로 풀리지 않을 때.
    """
    try:
        image = Image.open(io.BytesIO(base64.b64decode(picture)))
        for frame in ImageSequence.Iterator(image):
            pixels = np.asarray(frame.convert("RGBA")).copy()
            alpha = pixels[..., 3:].astype(np.uint16)
            pixels[..., :3] = (pixels[..., :3] * alpha + 127) // 255
            yield pixels
    except (binascii.Error, UnidentifiedImageError, OSError, SyntaxError) as error:
        raise ValueError(f"그림으로 풀리지 않는다({error}).") from error


def compare_pictures(stored: np.ndarray, new: np.ndarray) -> Difference | None:
    """(높이, 너비, 4)의 uint8 그림 둘을 비교해, 다르게 보이면 Difference를, 아니면 None을 돌려준다."""
    if stored.shape != new.shape:
        return Difference(_sizes_differ(stored, new), (stored, new, _no_residue(stored, new)))
    if np.array_equal(stored, new):
        return None
    residue, limit = unexplained_difference(stored, new, blurred=True), LOOSE_LIMIT
    if changed_outline_share(stored, new) <= OTHER_RENDERER_SHARE:
        residue = np.maximum(residue, unexplained_difference(stored, new, blurred=False))
        limit = STRICT_LIMIT
    worst = float(residue.max())
    region = float(_window_mean(residue, REGION).max())
    if worst <= limit and region <= REGION_LIMIT:
        return None
    y, x = np.unravel_index(residue.argmax(), residue.shape)
    message = (
        f"가장 다른 곳은 왼쪽에서 {x}, 위에서 {y}픽셀이고 남는 차이가 {worst:.0f}이다(한도 {limit:.0f}). "
        f"{REGION}픽셀 창의 평균은 {region:.1f}까지이다(한도 {REGION_LIMIT:.0f})."
    )
    shown = np.repeat(residue.clip(0, 255).astype(np.uint8)[..., None], 4, axis=2)
    shown[..., 3] = 255
    return Difference(message, (stored, new, shown))


def compare_structure(stored: np.ndarray, new: np.ndarray) -> Difference | None:
    """훈련하는 셀의 그림 둘을 크기와 빈 그림이 아닌지만 비교한다."""
    sizes = np.abs(np.subtract(stored.shape[:2], new.shape[:2]))
    if sizes.max() > LIVE_SIZE_SLACK:
        return Difference(_sizes_differ(stored, new), (stored, new, _no_residue(stored, new)))
    for name, picture in (("저장된", stored), ("새", new)):
        if is_blank(picture):
            message = f"{name} 그림이 비었다. 거의 모든 픽셀의 색이 같다."
            return Difference(message, (stored, new, _no_residue(stored, new)))
    return None


def is_blank(picture: np.ndarray) -> bool:
    """가장 흔한 색과 뚜렷이 다른(32단계 넘게) 픽셀이 0.2%에 못 미치면 참이다."""
    colours, counts = np.unique(np.ascontiguousarray(picture).view(np.uint32), return_counts=True)
    common = colours[[counts.argmax()]].view(np.uint8).astype(np.int16)
    return bool((np.abs(picture - common).max(axis=-1) > 32).mean() < 0.002)


def unexplained_difference(stored: np.ndarray, new: np.ndarray, *, blurred: bool) -> np.ndarray:
    """3×3 이웃의 범위로 설명되지 않는 차이를 (높이, 너비)의 0~255로 돌려준다."""
    residue = np.zeros(stored.shape[:2], np.float32)
    rows, columns = (stored != new).any(axis=-1).nonzero()
    if not len(rows):
        return residue
    # 다른 픽셀에서 흐림(1)과 이웃(1)을 합친 두 픽셀보다 먼 곳은 남는 차이가 0이다.
    part = tuple(slice(max(0, i.min() - 4), i.max() + 5) for i in (rows, columns))
    first, second = (p[part].astype(np.float32) for p in (stored, new))
    if blurred:
        first, second = _blur(first), _blur(second)
    for picture, other in ((first, second), (second, first)):
        lowest, highest = _neighbourhood_range(other)
        outside = np.maximum(lowest - picture, picture - highest).max(axis=-1)
        residue[part] = np.maximum(residue[part], outside)
    return residue


def changed_outline_share(stored: np.ndarray, new: np.ndarray) -> float:
    """윤곽(3×3 안의 밝기 차가 32를 넘는 곳)에서 두 그림이 8단계 넘게 다른 픽셀의 비율이다."""
    outline = np.zeros(stored.shape[:2], bool)
    for picture in (stored, new):
        lowest, highest = _neighbourhood_range(picture)
        outline |= (highest - lowest).max(axis=-1) > 32
    changed = np.abs(stored.astype(np.int16) - new).max(axis=-1) > 8
    return float(changed[outline].mean()) if outline.any() else 0.0


def _before_and_after(picture: np.ndarray, axis: int) -> list[np.ndarray]:
    """한 축으로 한 픽셀 뒤로 민 것과 앞으로 당긴 것을 돌려준다. 가장자리는 그대로 늘인다."""
    last = picture.shape[axis] - 1
    indices = np.arange(last + 1)
    return [picture.take((indices + step).clip(0, last), axis) for step in (-1, 1)]


def _neighbourhood_range(picture: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """픽셀마다 둘레 3×3의 가장 작은 값과 가장 큰 값이다."""
    lowest = highest = picture
    for axis in (0, 1):
        lowest = np.minimum(lowest, np.minimum(*_before_and_after(lowest, axis)))
        highest = np.maximum(highest, np.maximum(*_before_and_after(highest, axis)))
    return lowest, highest


def _blur(picture: np.ndarray) -> np.ndarray:
    """두 축으로 [1, 2, 1]/4를 합성곱한다."""
    for axis in (0, 1):
        before, after = _before_and_after(picture, axis)
        picture = (before + 2 * picture + after) / 4
    return picture


def _window_mean(values: np.ndarray, size: int) -> np.ndarray:
    """정사각형 창의 평균을 누적 합으로 구한다. 그림 밖은 0으로 친다."""
    sums = np.pad(values.astype(np.float64), size // 2).cumsum(0).cumsum(1)
    sums = np.pad(sums, ((1, 0), (1, 0)))
    total = sums[size:, size:] - sums[:-size, size:] - sums[size:, :-size] + sums[:-size, :-size]
    return total / size**2


def _sizes_differ(stored: np.ndarray, new: np.ndarray) -> str:
    return (
        f"크기가 저장된 것은 {stored.shape[1]}×{stored.shape[0]}인데 "
        f"지금은 {new.shape[1]}×{new.shape[0]}이다."
    )


def _no_residue(stored: np.ndarray, new: np.ndarray) -> np.ndarray:
    return np.zeros((max(stored.shape[0], new.shape[0]), 1, 4), np.uint8)


def save_side_by_side(pictures: tuple[np.ndarray, np.ndarray, np.ndarray], path: Path) -> None:
    """저장된 그림, 새 그림, 남는 차이(흰 곳이 다른 곳)를 나란히 붙여 PNG로 쓴다."""
    height = max(p.shape[0] for p in pictures)
    width = sum(p.shape[1] for p in pictures) + 8 * (len(pictures) - 1)
    sheet = Image.new("RGB", (width, height), (200, 60, 60))
    left = 0
    for picture in pictures:
        white = 255 - picture[..., 3:].astype(np.uint16)
        sheet.paste(Image.fromarray((picture[..., :3] + white).astype(np.uint8)), (left, 0))
        left += picture.shape[1] + 8
    path.parent.mkdir(parents=True, exist_ok=True)
    sheet.save(path)
