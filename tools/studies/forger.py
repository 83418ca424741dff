"""브라우저에서 훈련하는 놀이의 스위치가 말한 대로 되는지 여러 시드로 잰다.

화면 없는 크로미움에서 놀이의 코드(`book/_play/gan.js`) 그대로 훈련하고, 정해 둔 수의 이미지를 볼 때마다 이동 평균 생성자의
샘플을 잰다. 잰 값은 `results/forger.jsonl`에, 시드 1의 필름은 `book/_play/forger.png`에 적는다. 시간은 `--clear`만 재고,
그 값은 찍기만 한다.

쓰기(chromium이 있어야 한다):
    python -m tools.studies.forger                 # 아직 재지 않은 훈련을 모두 한다. 멈추면 이어서 한다
    python -m tools.studies.forger --seeds 4 5     # 이 시드들만 한다
    python -m tools.studies.forger --again         # 잰 것을 버리고 처음부터 다시 한다
    python -m tools.studies.forger --clear --seeds 1 2 3 4 5    # 또렷해질 때까지의 시간을 잰다. 기계를 비우고 한다
"""

import argparse
import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from PIL import Image

from book._ext import forger_data, play_data
from companion import evaluation
from tools import ROOT

PLAY = ROOT / "book" / "_play"
RESULTS = Path(__file__).parent / "results" / "forger.jsonl"
FILM = PLAY / "forger.png"
SEEDS = range(1, 11)
CHECKPOINTS = (500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000)  # 필름의 장면
SHOWN = (16_000, 32_000)  # 샘플을 재어 표에 싣는 것
FREEZE, THAW = 8_000, 16_000
MEASURED = 480  # 잴 때마다 만드는 샘플의 수
FILMED = 12
CLEAR = 500  # KID×1000이 여기에 이르면 윗면과 옆면이 갈려 윤곽이 또렷하다
CLEAR_EVERY, CLEAR_LAST = 8_000, 200_000  # 이만큼 볼 때마다 재고, 이만큼 보면 그만둔다
SIZE = forger_data.SIZE

# 새 신경망을 짓고(BEGIN), 이미지를 그만큼 볼 때까지 훈련한 다음(ADVANCE) 새 잠재 벡터의 샘플을 [0, 255]로 돌려준다.
BEGIN = """([settings, pixels, levels]) => {
  window.bricks = Uint8Array.from(pixels, (c) => ((c.charCodeAt(0) - 48) * 255) / (levels - 1));
  const bytes = Uint8Array.from(atob(play.data.loops), (c) => c.charCodeAt(0));
  window.gan = createGan(settings, ganLoops(), new WebAssembly.Module(bytes));
  window.last = null;
  window.smooth = { dLoss: Math.LN2, gLoss: Math.LN2, right: 0.5 };
}"""
ADVANCE = """([until, settings, latents, filmed]) => {
  Object.assign(gan.settings, settings);
  const start = performance.now();
  let result = window.last ?? { seen: 0, dLoss: 0, gLoss: 0 };
  while (result.seen < until && Number.isFinite(result.dLoss + result.gLoss)) {
    result = gan.step(bricks);
    for (const name in smooth) smooth[name] += 0.02 * (result[name] - smooth[name]);
  }
  window.last = result;
  const seconds = (performance.now() - start) / 1000;
  const grey = (value) => Math.round(127.5 * Math.max(-1, Math.min(1, value)) + 127.5);
  const film = [...gan.sample().subarray(0, filmed * gan.settings.size ** 2)].map(grey);
  const z = gan.tensor(gan.fixed.length), samples = [];
  for (let at = 0; at < latents.length; at += z.length) {
    z.set(latents.slice(at, at + z.length));
    samples.push(...gan.sample(z).map(grey));
  }
  return { ...smooth, seconds, seen: result.seen, finite: Number.isFinite(result.dLoss + result.gLoss), film, samples };
}"""


class Arm(NamedTuple):
    """훈련 하나의 처음 설정과, 이미지를 그만큼 본 다음에 바꿀 설정이다."""

    settings: dict[str, Any] = {}
    later: dict[int, dict[str, Any]] = {}


SWITCHES = forger_data.SWITCHES
ARMS = {
    "기준": Arm(),
    "검사관 얼리기": Arm(later={FREEZE: {"frozen": True}, THAW: {"frozen": False}}),
    **{name: Arm(settings) for name, settings in SWITCHES.items() if name != "검사관 얼리기"},
}


def measure(
    page: Any, arm: Arm, seed: int, data: dict[str, Any]
) -> Iterator[tuple[dict, np.ndarray]]:
    """훈련하며 잴 때마다 `(잰 값, 필름의 한 줄)`을 내놓는다."""
    latents = np.random.default_rng(0).standard_normal(MEASURED * 100).tolist()
    settings = {**data["settings"], **arm.settings, "seed": seed}
    page.evaluate(BEGIN, [settings, data["pixels"], data["levels"]])
    seen = 0
    for until in CHECKPOINTS:
        z = latents if until in SHOWN else []
        found = page.evaluate(ADVANCE, [until, arm.later.get(seen, {}), z, FILMED])
        seen = until
        found.pop("seconds")
        samples, film = (
            np.array(found.pop(name), "uint8").reshape(-1, SIZE, SIZE)
            for name in ("samples", "film")
        )
        point = {"until": until, **found, **(scores(samples) if len(samples) else {})}
        yield point, np.concatenate(list(film), axis=1)


def time_to_clear(
    page: Any, seed: int, data: dict[str, Any]
) -> tuple[float, int, list[tuple[int, float]]]:
    """KID가 `CLEAR`에 이를 때까지 훈련한 초와 본 이미지의 수, 그리고 잰 것들이다. 재는 데 든 시간은 넣지 않는다.

    끝까지 이르지 못하면 초와 이미지의 수는 훈련한 만큼이고, 마지막에 잰 것이 `CLEAR`보다 크다.
    """
    latents = np.random.default_rng(0).standard_normal(MEASURED * 100).tolist()
    page.evaluate(BEGIN, [{**data["settings"], "seed": seed}, data["pixels"], data["levels"]])
    seconds, measured = 0.0, []
    for until in range(CLEAR_EVERY, CLEAR_LAST + 1, CLEAR_EVERY):
        found = page.evaluate(ADVANCE, [until, {}, latents, 0])
        seconds += found["seconds"]
        samples = np.array(found["samples"], "uint8").reshape(-1, SIZE, SIZE)
        measured.append((found["seen"], scores(samples)["kid"]))
        if measured[-1][1] <= CLEAR:
            break
    return seconds, measured[-1][0], measured


def scores(samples: np.ndarray) -> dict[str, float]:
    """진짜까지의 거리, 가장자리의 밝기, 그리고 진짜의 몇 배인지로 적은 샘플끼리의 거리와 이웃한 픽셀의 차이이다."""
    real = forger_data.small_bricks()
    distance = evaluation.kernel_distance(
        real_features(), evaluation.brick_features(enlarged(samples))
    )
    border = np.concatenate([samples[:, [0, -1]].ravel(), samples[:, :, [0, -1]].ravel()])
    return {
        "kid": round(1000 * distance.mean, 1),
        "edge": round(float(border.mean()), 1),
        "spread": round(spread(samples) / spread(real), 3),
        "grain": round(grain(samples) / grain(real), 3),
    }


@cache
def real_features() -> np.ndarray:
    return evaluation.brick_features(enlarged(forger_data.small_bricks()))


def enlarged(images: np.ndarray) -> np.ndarray:
    """특성을 뽑는 신경망이 보는 64×64로 매끄럽게 늘린다."""
    bilinear = Image.Resampling.BILINEAR
    larger = [np.asarray(Image.fromarray(image).resize((64, 64), bilinear)) for image in images]
    return np.stack(larger)[..., None]


def spread(images: np.ndarray) -> float:
    """픽셀마다 이미지들이 다른 정도(표준 편차)를 제곱해 평균한 것의 제곱근이다. 모두 같은 그림이면 0이다."""
    return float(np.sqrt(images.var(axis=0).mean()))


def grain(images: np.ndarray) -> float:
    """가로로 이웃한 두 픽셀의 밝기 차이의 평균이다. 자글자글할수록 크다."""
    return float(np.abs(np.diff(images.astype(int), axis=2)).mean())


def finished() -> list[dict[str, Any]]:
    text = RESULTS.read_text(encoding="utf-8") if RESULTS.exists() else ""
    return [json.loads(line) for line in text.splitlines()]


def summary(runs: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """페이지가 읽는 것이다. 스위치마다, 시드마다 `SHOWN`에서 잰 값을 담는다."""
    columns = {"kid": "kid", "right": "right", "g_loss": "gLoss", "spread": "spread"}
    return {
        arm: [
            {
                "seed": run["seed"],
                "images": SHOWN,
                **{
                    name: [round(p[key], 3) for p in run["points"] if p["until"] in SHOWN]
                    for name, key in columns.items()
                },
            }
            for run in sorted(runs, key=lambda run: run["seed"])
            if run["arm"] == arm
        ]
        for arm in ARMS
    }


def table(runs: list[dict[str, Any]]) -> str:
    """스위치마다 시드들의 가운데 값과, 괄호 안에 가장 작은 값과 가장 큰 값이다."""
    lines = [
        "| 스위치 | 시드 | 본 이미지 | 검사관이 맞힌 비율(%) | KID×1000 | 샘플끼리 다른 정도 | 이웃한 픽셀의 차이 | NaN |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for arm in ARMS:
        chosen = [run["points"] for run in runs if run["arm"] == arm]
        for points in zip(*chosen, strict=True):
            if (seen := points[0]["until"]) not in SHOWN:
                continue

            def of(name: str, digits: int = 0, times: float = 1, points: Any = points) -> str:
                values = [times * point[name] for point in points]
                middle, low, high = (f"{v:,.{digits}f}" for v in np.quantile(values, (0.5, 0, 1)))
                return f"{middle} ({low}~{high})"

            broken = sum(not point["finite"] for point in points)
            lines.append(
                f"| {arm} | {len(points)} | {seen:,} | {of('right', times=100)} | {of('kid')} | "
                f"{of('spread', 2)} | {of('grain', 2)} | {broken}/{len(points)} |"
            )
    return "\n".join(lines)


@contextmanager
def empty_page() -> Iterator[Any]:
    """놀이의 코드만 읽은 빈 페이지이다."""
    from playwright.sync_api import sync_playwright

    from tools.makers import pdf

    with sync_playwright() as api:
        browser = api.chromium.launch(executable_path=pdf.chromium(), args=["--no-sandbox"])
        page = browser.new_page()
        page.add_script_tag(content="window.play = { data: {} };")
        for name in ("gan-loops.js", "gan-wasm.js", "gan.js"):
            page.add_script_tag(path=PLAY / name)
        yield page
        browser.close()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=int, nargs="+", default=SEEDS, help="시드들")
    parser.add_argument("--arms", nargs="+", default=ARMS, choices=ARMS, help="훈련의 이름")
    parser.add_argument("--again", action="store_true", help="잰 것을 버리고 처음부터 다시 한다")
    parser.add_argument("--clear", action="store_true", help="또렷해질 때까지의 시간을 잰다")
    options = parser.parse_args()
    if options.clear:
        with empty_page() as page:
            for seed in options.seeds:
                seconds, seen, measured = time_to_clear(page, seed, forger_data.everything())
                reached = "" if measured[-1][1] <= CLEAR else "(이르지 못했다) "
                kids = ", ".join(f"{kid:,.0f}" for _, kid in measured)
                print(
                    f"시드 {seed}: {reached}{seconds:.0f}초, {seen:,}장. KID×1000: {kids}",
                    flush=True,
                )
        return
    if options.again:
        RESULTS.unlink(missing_ok=True)
    data = forger_data.everything()
    done = {(run["arm"], run["seed"]) for run in finished()}
    with empty_page() as page:
        for seed, name in product(options.seeds, options.arms):
            if (name, seed) in done:
                continue
            points, strips = zip(*measure(page, ARMS[name], seed, data), strict=True)
            with RESULTS.open("a", encoding="utf-8") as file:
                file.write(
                    json.dumps({"arm": name, "seed": seed, "points": points}, ensure_ascii=False)
                    + "\n"
                )
            if (name, seed) == ("기준", 1):
                play_data.save_png(FILM, np.concatenate(strips))
            last = points[-1]
            print(
                f"{name}, 시드 {seed}: 맞힌 비율 {last['right']:.2f}, KID {last['kid']:.0f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
