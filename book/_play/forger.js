// 위조범이 배우는 자리: 작은 DCGAN이 이 브라우저 안에서 처음부터 배운다. 훈련은 워커가 하고, 여기서는 단추와 그림만 맡는다.
"use strict";

// 이 함수는 글로 바뀌어 웹 워커로 건너간다.
function forgerWorker() {
  const SLICE = 50; // 이만큼(밀리초) 훈련하고 나서 쪽이 보낸 말을 듣는다
  const smooth = { dLoss: Math.LN2, gLoss: Math.LN2, right: 0.5 };
  let gan, bricks, running = false, seen = 0, nextFrame = 0, frameGap, lastReport = 0, lastPicture = 0;

  function one() {
    const result = gan.step(bricks);
    if (!Number.isFinite(result.dLoss + result.gLoss)) {
      running = false;
      self.postMessage({ kind: "broken", seen: result.seen });
      return false;
    }
    for (const name in smooth) smooth[name] += 0.05 * (result[name] - smooth[name]);
    seen = result.seen;
    if (seen >= nextFrame) { // 필름은 본 이미지가 두 배가 될 때마다 한 장씩 는다
      nextFrame = 2 * nextFrame || frameGap;
      picture("frame");
    }
    return true;
  }
  function picture(kind) {
    const values = gan.sample();
    self.postMessage({ kind, seen, values }, [values.buffer]);
  }
  function report(speed) { self.postMessage({ kind: "progress", seen, speed, ...smooth }); }

  function slice() {
    if (!running) return;
    const start = performance.now(), before = seen;
    while (performance.now() - start < SLICE) if (!one()) return;
    const now = performance.now();
    if (now - lastReport > 250) { lastReport = now; report((1000 * (seen - before)) / (now - start)); }
    if (now - lastPicture > 1000) { lastPicture = now; picture("samples"); }
    setTimeout(slice);
  }
  const orders = {
    begin(order) {
      let wasm = null;
      try { wasm = order.wasm && new WebAssembly.Module(order.wasm); } catch { /* 자바스크립트로 계산한다 */ }
      ({ bricks, frameGap } = order);
      gan = createGan(order.settings, ganLoops(), wasm);
      self.postMessage({ kind: "ready", wasm: Boolean(wasm) });
      picture("frame");
      nextFrame = frameGap;
    },
    run() { if (!running) { running = true; slice(); } },
    pause() { running = false; if (seen) { report(0); picture("samples"); } },
    step() { running = false; if (one()) { report(0); picture("samples"); } },
    inspect({ k }) { running = false; self.postMessage({ kind: "inspected", k, ...gan.inspect(k) }); },
    set({ settings }) { Object.assign(gan.settings, settings); },
  };
  self.onmessage = ({ data }) => orders[data.kind](data);
}

play.define("forger", (stage, data) => {
  const { element } = play;
  const { size } = data, pixels = size * size;
  const small = matchMedia("(max-width: 600px)").matches;
  const [columns, rows] = small ? [6, 4] : [8, 6];
  const [realColumns, realRows] = small ? [6, 1] : [4, 4];
  const samples = columns * rows, filmed = small ? 8 : 12, shownReal = realColumns * realRows;
  const FRAME_GAP = 500; // 필름의 첫 장면까지 본 이미지
  const number = (value) => Math.round(value).toLocaleString("ko");

  // 글자 하나가 픽셀 하나이다.
  const bricks = Uint8Array.from(data.pixels, (c) => ((c.charCodeAt(0) - 48) * 255) / (data.levels - 1));
  const wasm = Uint8Array.from(atob(play.data.loops), (c) => c.charCodeAt(0));

  // ── 그림 ──
  // 바둑판으로 늘어놓는다. 캔버스는 픽셀 하나에 점 하나이고, 브라우저가 매끄럽게 늘린다.
  function tiles(canvas, values, count, across, grey) {
    canvas.width = across * size;
    canvas.height = Math.ceil(count / across) * size;
    const context = canvas.getContext("2d");
    const picture = context.createImageData(canvas.width, canvas.height);
    for (let i = 0; i < count * pixels; i++) {
      const tile = Math.floor(i / pixels), y = Math.floor((i % pixels) / size), x = i % size;
      const at = 4 * ((Math.floor(tile / across) * size + y) * canvas.width + (tile % across) * size + x);
      picture.data.fill(grey(values[i]), at, at + 3);
      picture.data[at + 3] = 255;
    }
    context.putImageData(picture, 0, 0);
  }
  const greyOf = (value) => 127.5 * value + 127.5;
  const canvas = (label) => element("canvas", { class: "play-smooth", role: "img", "aria-label": label });

  // 눈으로 보지 않는 독자에게 할 말에 쓴다. 가장자리의 평균 밝기와, 픽셀마다 이미지들이 다른 정도(표준 편차)이다.
  function described(values, scale) {
    let edge = 0, spread = 0;
    const count = values.length / pixels;
    for (let p = 0; p < pixels; p++) {
      let sum = 0, squares = 0;
      for (let k = 0; k < count; k++) { const v = scale(values[k * pixels + p]); sum += v; squares += v * v; }
      spread += squares / count - (sum / count) ** 2;
      const y = Math.floor(p / size), x = p % size;
      if (Math.min(x, y, size - 1 - x, size - 1 - y) === 0) edge += sum / count / (4 * size - 4);
    }
    return { edge, spread: Math.sqrt(spread / pixels) };
  }
  const ofReal = described(bricks, (v) => v);

  // ── 손실의 곡선 ──
  const WIDTH = 400, HEIGHT = 120, LEFT = 26, BOTTOM = 16, HIGHEST = 4;
  const svg = (tag, attributes, ...children) => {
    const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    node.append(...children);
    return node;
  };
  const heightOf = (loss) => HEIGHT - BOTTOM - ((HEIGHT - BOTTOM - 8) * Math.min(loss, HIGHEST)) / HIGHEST;
  const lines = { dLoss: svg("polyline", { class: "play-line play-discriminator" }), gLoss: svg("polyline", { class: "play-line play-generator" }) };
  const lastSeen = svg("text", { x: WIDTH - 8, y: HEIGHT - 2, "text-anchor": "end" });
  const chart = svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": "두 손실의 곡선" },
    svg("line", { class: "play-axis", x1: LEFT, x2: WIDTH - 8, y1: HEIGHT - BOTTOM, y2: HEIGHT - BOTTOM }),
    ...[0, HIGHEST].map((loss) => svg("text", { x: LEFT - 6, y: heightOf(loss) + 4, "text-anchor": "end" }, String(loss))),
    lastSeen, ...Object.values(lines));
  const legend = element("p", { class: "play-legend" },
    ...[["discriminator", "검사관의 손실"], ["generator", "위조범의 손실"]].map(([kind, name]) =>
      element("span", {}, element("i", { class: `play-key play-${kind}` }), ` ${name}`)));
  let losses = [];
  function drawLosses() {
    if (losses.length > 400) losses = losses.filter((_, k) => k % 2 === 0); // 오래 돌려도 점이 끝없이 늘지 않게 한다
    const end = Math.max(1, losses.length ? losses[losses.length - 1].seen : 1);
    const x = (seen) => LEFT + ((WIDTH - LEFT - 8) * seen) / end;
    for (const [name, line] of Object.entries(lines)) {
      line.setAttribute("points", losses.map((point) => `${x(point.seen)},${heightOf(point[name])}`).join(" "));
    }
    lastSeen.textContent = losses.length ? `${number(end)}장` : "";
  }

  // ── 화면 ──
  const button = (text, onClick) => {
    const node = element("button", { type: "button" }, text);
    node.addEventListener("click", onClick);
    return node;
  };
  const seed = element("input", { type: "number", min: 1, max: 99999, value: 1 });
  const running = button("시작", () => (going ? pause() : run()));
  const status = element("p", { class: "play-score" });
  const notice = element("p", { class: "play-note", role: "status" }); // 누른 것의 답
  const words = element("p", { class: "play-note", "aria-live": "polite" }); // 보이는 것의 설명
  const picture = canvas("위조범의 샘플"), realPicture = canvas(`진짜 벽돌 ${shownReal}개`);
  const film = element("div", { class: "play-film" });

  // 훈련하는 동안 바꿀 수 없는 것(신경망의 모양)을 바꾸는 스위치는 처음부터 다시 시작하게 한다.
  const LIVE = ["frozen", "generatorRate", "discriminatorRate", "shift"];
  const switches = Object.entries(data.switches).map(([name, on]) => {
    const input = element("input", { type: "checkbox" });
    const off = Object.fromEntries(Object.keys(on).map((key) => [key, data.settings[key]]));
    const live = Object.keys(on).every((key) => LIVE.includes(key));
    const settings = () => (input.checked ? on : off);
    input.addEventListener("change", () => {
      if (live) order("set", { settings: settings() });
      else reset(going);
      notice.textContent = `${name} 스위치를 ${input.checked ? "켰다" : "껐다"}.${live ? "" : " 처음부터 다시 한다."}`;
    });
    return { settings, label: element("label", {}, input, ` ${name}`) };
  });
  const chosen = () => Object.assign({}, ...switches.map(({ settings }) => settings()));

  // ── 샘플 하나 들여다보기 ──
  const which = element("input", { type: "number", min: 1, max: samples, value: 1 });
  const inside = element("div", { class: "play-row play-inside" });
  const answer = element("p", { class: "play-note", "aria-live": "polite" });
  function inspect() {
    const k = Math.min(samples, Math.max(1, Math.round(which.value))) - 1;
    which.value = k + 1;
    pause();
    order("inspect", { k });
  }
  picture.addEventListener("click", ({ offsetX, offsetY }) => {
    const column = Math.floor((offsetX / picture.clientWidth) * columns), row = Math.floor((offsetY / picture.clientHeight) * rows);
    which.value = row * columns + column + 1;
    inspect();
  });
  function lookInside(k, z, maps, logit, gradient) {
    const shown = (title, values, channels = 1, count = 1) => {
      const drawn = element("canvas", { role: "img", "aria-label": title, style: "width:112px" });
      play.draw(drawn, values, channels, count);
      return element("figure", { class: "play-cell" }, drawn, element("figcaption", {}, title));
    };
    const strongest = Math.max(...gradient.map(Math.abs)) || 1;
    inside.replaceChildren(
      shown("잠재 벡터의 수 100개", z.map((value) => value / 3)),
      ...maps.slice(0, -1).map((map, depth) => {
        const side = 4 * 2 ** depth, channels = map.length / side ** 2, count = Math.min(16, channels);
        return shown(`${side}×${side} 특성 맵, 채널 ${channels}개${count < channels ? ` 가운데 ${count}개` : ""}`, map, channels, count);
      }),
      shown("샘플", maps[maps.length - 1]),
      shown("픽셀을 고칠 쪽. 밝은 곳은 밝게, 어두운 곳은 어둡게", gradient.map((value) => value / strongest)));
    answer.textContent = `${k + 1}번 샘플: 검사관은 진짜일 확률을 ${(1 / (1 + Math.exp(-logit))).toFixed(3)}(로짓 ${logit.toFixed(2)})라고 답한다. `
      + "마지막 그림은 검사관을 지나 되돌아온 그레이디언트이다. 픽셀을 그쪽으로 고치면 이 답이 커진다.";
  }

  stage.append(
    element("div", { class: "play-buttons" }, running, button("한 스텝", () => { pause(); order("step"); }), button("처음부터", () => reset(false)),
      element("label", {}, "시드 ", seed)),
    element("fieldset", { class: "play-tabs" }, element("legend", {}, "스위치"), ...switches.map(({ label }) => label)),
    notice, status,
    element("div", { class: "play-row play-learning" },
      element("figure", { class: "play-cell" }, picture, element("figcaption", {}, "위조범의 샘플. 누르면 하나를 들여다본다.")),
      element("figure", { class: "play-cell" }, realPicture, element("figcaption", {}, "진짜 벽돌"))),
    words, legend, chart,
    element("p", { class: "play-note" }, "필름: 같은 잠재 벡터의 샘플을, 본 이미지가 두 배가 될 때마다 남겼다."), film,
    element("div", { class: "play-buttons" }, element("label", {}, "샘플 번호 ", which), button("들여다보기", inspect)), answer, inside);

  // ── 워커와 주고받기 ──
  let worker = null, address = "", going = false, inSight = true, seen = 0;
  const order = (kind, more = {}) => worker.postMessage({ kind, ...more });
  const show = (speed, right) => {
    status.textContent = `본 이미지 ${number(seen)}장${speed ? ` · 초당 ${number(speed)}장` : ""}${right === undefined ? "" : ` · 검사관이 맞힌 비율 ${number(100 * right)}%`}`;
  };
  const visible = () => inSight && !document.hidden;
  function run() {
    going = true;
    running.textContent = "멈춤";
    if (visible()) order("run");
  }
  function pause() {
    going = false;
    running.textContent = "시작";
    order("pause");
  }
  function reset(goOn) { // 워커를 새로 띄운다
    notice.textContent = answer.textContent = "";
    inside.replaceChildren();
    worker?.terminate();
    URL.revokeObjectURL(address);
    const source = `"use strict";${ganLoops}\n${createGan}\n(${forgerWorker})()`;
    address = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    worker = new Worker(address);
    worker.onmessage = (event) => receive[event.data.kind](event.data);
    [losses, seen, going] = [[], 0, false];
    film.replaceChildren();
    drawLosses();
    show();
    const settings = { ...data.settings, ...chosen(), size, samples, seed: Number(seed.value) };
    order("begin", { settings, bricks, wasm, frameGap: FRAME_GAP });
    running.textContent = "시작";
    if (goOn) run();
  }
  const receive = {
    ready({ wasm: fast }) {
      stage.dataset.engine = fast ? "wasm" : "js";
      if (!fast) notice.textContent = "이 브라우저에서는 WebAssembly를 쓸 수 없어 자바스크립트로 계산한다. 몇 배 느리다.";
    },
    samples({ values, seen: at }) {
      tiles(picture, values, samples, columns, greyOf);
      picture.dataset.seen = at;
    },
    frame({ values, seen: at }) {
      receive.samples({ values, seen: at });
      const strip = canvas(`본 이미지 ${number(at)}장일 때의 샘플 ${filmed}장`);
      tiles(strip, values, filmed, filmed, greyOf);
      film.append(element("span", {}, `${number(at)}장`), strip);
      const { edge, spread } = described(values, greyOf);
      const text = `본 이미지 ${number(at)}장: 가장자리의 밝기는 ${number(edge)}(진짜 ${number(ofReal.edge)}, 가장 밝으면 255), 샘플끼리 다른 정도는 ${number(spread)}(진짜 ${number(ofReal.spread)})이다.`;
      picture.setAttribute("aria-label", `위조범의 샘플 ${samples}장. ${text}`);
      words.textContent = text;
    },
    progress({ speed, right, ...point }) {
      seen = point.seen;
      stage.dataset.seen = seen;
      losses.push(point);
      show(speed, right);
      drawLosses();
    },
    inspected({ k, z, maps, logit, gradient }) { lookInside(k, z, maps, logit, gradient); },
    broken({ seen: at }) {
      pause();
      notice.textContent = `본 이미지 ${number(at)}장에서 손실이 수가 아닌 것(NaN)이 되어 멈추었다. ‘처음부터’를 누른다.`;
    },
  };
  // 보이지 않는 동안에는 쉰다.
  function look() { if (going) order(visible() ? "run" : "pause"); }
  document.addEventListener("visibilitychange", look);
  new IntersectionObserver(([entry]) => { inSight = entry.isIntersecting; look(); }).observe(stage);

  const given = location.hash.match(/^#forger=(\d{1,5})$/);
  if (given) seed.value = given[1];
  seed.addEventListener("change", () => {
    window.history.replaceState(null, "", `#forger=${seed.value}`);
    reset(going);
  });
  tiles(realPicture, bricks, shownReal, realColumns, (v) => v);
  reset(false);
});
