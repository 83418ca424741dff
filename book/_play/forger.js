// 위조범의 훈련 지켜보기: 작은 DCGAN이 이 브라우저 안에서 처음부터 배운다. 훈련은 워커가 하고, 여기서는 단추와 그림만 맡는다.
"use strict";

// 이 함수는 글로 바뀌어 웹 워커로 건너간다.
function forgerWorker() {
  const SLICE = 50; // 이만큼(밀리초) 훈련하고 나서 쪽이 보낸 말을 듣는다
  const smooth = { dLoss: Math.LN2, gLoss: Math.LN2, right: 0.5 };
  let gan, bricks, running = false, seen = 0, nextFrame = 0, frameGap, lastPicture = 0;
  let speed, counted, lastReport; // 1초에 배우는 이미지와, 그것을 마지막으로 잰 때

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
  function report(shown) { self.postMessage({ kind: "progress", seen, speed: shown, ...smooth }); }
  function measure(now) { // 튀지 않게 앞의 값과 섞는다
    const latest = (1000 * (seen - counted)) / (now - lastReport);
    speed += speed ? 0.2 * (latest - speed) : latest;
    [counted, lastReport] = [seen, now];
    report(Number(speed.toPrecision(2)));
  }

  function slice() {
    if (!running) return;
    const start = performance.now();
    while (performance.now() - start < SLICE) if (!one()) return;
    const now = performance.now();
    if (now - lastReport > 250) measure(now);
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
    run() {
      if (running) return;
      [running, speed, counted, lastReport] = [true, 0, seen, performance.now()];
      slice();
    },
    pause() { running = false; if (seen) { report(0); picture("samples"); } },
    step() { running = false; if (one()) { report(0); picture("samples"); } },
    inspect({ k }) { running = false; self.postMessage({ kind: "inspected", k, ...gan.inspect(k) }); },
    origin({ network, depth, i }) { self.postMessage({ kind: "origin", ...gan.origin(network, depth, i) }); },
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
      notice.textContent = `${name} 스위치를 ${input.checked ? "켰다" : "껐다"}.${live ? "" : ` 처음부터 다시 한다. ${notice.textContent}`}`;
    });
    return { name, live, settings, input, freezes: "frozen" in on, label: element("label", {}, input, ` ${name}`) };
  });
  const group = (legend, live) => element("fieldset", { class: "play-tabs" }, element("legend", {}, legend),
    ...switches.filter((one) => one.live === live).map(({ label }) => label));
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
  // 값 하나를 골라 곱셈 하나까지 내려간다. 그림의 픽셀을 누르거나, 층과 채널과 자리를 고른다.
  const layer = element("select", {});
  const channel = element("input", { type: "number", min: 1 });
  const row = element("input", { type: "number", min: 1 });
  const column = element("input", { type: "number", min: 1 });
  const from = element("input", { type: "number", min: 1 });
  const products = element("table", { class: "play-products" });
  const sums = element("p", { class: "play-note", "aria-live": "polite" });
  const multiplying = element("div", { hidden: "" },
    element("p", { class: "play-note" }, "특성 맵이나 샘플의 픽셀을 누르면, 그 값이 어떤 곱셈에서 나왔는지 보인다."),
    element("div", { class: "play-buttons" },
      ...[["층", layer], ["채널", channel], ["행", row], ["열", column], ["입력 채널", from]].map(([name, input]) => element("label", {}, `${name} `, input))),
    products, sums);
  let layers = []; // 고를 수 있는 층. input은 그 층의 입력을 그린 곳이다
  let found; // 고른 값이 나온 곱셈들
  const decimal = (value) => value.toFixed(3).replace("-", "−");
  const within = (input, last) => {
    input.max = last;
    input.value = Math.min(last, Math.max(1, Math.round(input.value) || 1));
    return input.value - 1;
  };
  function ask() {
    const { network, depth, side, channels } = layers[layer.value];
    const [c, y, x] = [within(channel, channels), within(row, side), within(column, side)];
    order("origin", { network, depth, i: (y * side + x) * channels + c });
  }
  for (const input of [layer, channel, row, column]) input.addEventListener("change", ask);
  from.addEventListener("change", multiply);

  function multiply() {
    const { window: across, inputs, weights, sum, value, normalized, gamma, beta } = found;
    const { title, side, channels, network, drawn, input } = layers[layer.value];
    const deep = inputs.length / across ** 2, c = within(from, deep);
    const terms = [...inputs].map((x, i) => x * weights[i]);
    const partial = (k) => terms.reduce((total, term, i) => (i % deep === k ? total + term : total), 0);
    products.replaceChildren(...Array.from({ length: across }, (_, y) => element("tr", {}, ...Array.from({ length: across }, (_, x) => {
      const i = (y * across + x) * deep + c;
      return element("td", {}, `${decimal(inputs[i])}\n× ${decimal(weights[i])}\n= ${decimal(terms[i])}`);
    }))));
    const [y, x] = [row.value - 1, column.value - 1];
    for (const box of inside.querySelectorAll("i")) box.remove();
    if (drawn) frame(drawn, channel.value - 1, y, x, 1);
    const corner = (at) => (side === 1 ? 0 : network === "inspector" ? 2 * at - 1 : Math.floor((at - 1) / 2));
    if (across === 1) frame(input, 0, Math.floor(c / 10), c % 10, 1); // 잠재 벡터는 수 하나가 한 칸이다
    else frame(input, c, corner(y), corner(x), across);
    const last = title === "샘플" ? "tanh" : "LeakyReLU";
    sums.textContent = `${network === "forger" ? "위조범" : "검사관"}의 ${title}${channels > 1 ? `, 채널 ${channel.value}` : ""}${side > 1 ? `, ${row.value}행 ${column.value}열` : ""}. `
      + (across > 1 ? `입력 채널 ${c + 1}의 곱 ${across ** 2}개를 더하면 ${decimal(partial(c))}이고, 입력 채널 ${deep}개를` : `잠재 벡터의 수 ${deep}개의 곱을`)
      + ` 모두 더하면 ${decimal(sum)}이다.`
      + (normalized === undefined ? "" : ` 배치 정규화를 하면 ${decimal(normalized)}, γ ${decimal(gamma)}을 곱하고 β ${decimal(beta)}을 더하면 ${decimal(gamma * normalized + beta)}이다.`)
      + (side > 1 ? ` ${last}를 지나면 ${decimal(value)}이다.` : " 이 합이 로짓이다.");
  }
  // 그린 특성 맵 위에 네모를 친다. 맵을 벗어난 창은 잘라 낸다.
  function frame({ holder, side, across }, tile, y, x, size) {
    if (tile >= across ** 2) return;
    const cut = (at) => [Math.max(0, at), Math.min(side, at + size)];
    const [[top, bottom], [left, right]] = [cut(y), cut(x)], share = (pixels) => `${(100 * pixels) / side / across}%`;
    const box = element("i", {});
    Object.assign(box.style, {
      top: share(Math.floor(tile / across) * side + top), height: share(bottom - top),
      left: share((tile % across) * side + left), width: share(right - left),
    });
    holder.append(box);
  }

  const resume = button("훈련 계속하기", () => {
    run();
    stage.scrollIntoView();
  });
  resume.className = "play-go-on";
  resume.hidden = true;
  function lookInside(k, z, maps, logit, gradient) {
    const shown = (title, values, channels = 1) => {
      const count = Math.min(16, channels), side = Math.round(Math.sqrt(values.length / channels));
      const drawn = element("canvas", { role: "img", "aria-label": title });
      play.draw(drawn, values, channels, count);
      const holder = element("div", { class: "play-map" }, drawn);
      inside.append(element("figure", { class: "play-cell" }, holder, element("figcaption", {}, title)));
      return { holder, drawn, side, across: Math.ceil(Math.sqrt(count)), count };
    };
    const strongest = Math.max(...gradient.map(Math.abs)) || 1;
    inside.replaceChildren();
    let input = shown("잠재 벡터의 수 100개", z.map((value) => value / 3));
    layers = [];
    const pass = (network, values, depth, side, title) => {
      const channels = values.length / side ** 2;
      const cut = channels > 16 ? " 가운데 16개" : "";
      const drawn = shown(`${network === "forger" ? "위조범" : "검사관"}: ${title}${channels > 1 ? `, 채널 ${channels}개${cut}` : ""}`, values, channels);
      const at = layers.push({ network, depth, side, channels, title, drawn, input }) - 1;
      drawn.holder.addEventListener("click", ({ clientX, clientY }) => {
        const { left, top, width } = drawn.holder.getBoundingClientRect(), pixel = width / drawn.across / side;
        const [px, py] = [Math.floor((clientX - left) / pixel), Math.floor((clientY - top) / pixel)];
        const tile = Math.floor(py / side) * drawn.across + Math.floor(px / side);
        if (tile >= drawn.count) return;
        [layer.value, channel.value, row.value, column.value] = [at, tile + 1, (py % side) + 1, (px % side) + 1];
        ask();
        multiplying.scrollIntoView({ block: "nearest" });
      });
      input = drawn;
    };
    maps.forger.forEach((map, depth) => {
      const side = 4 * 2 ** depth;
      pass("forger", map, depth, side, side === size ? "샘플" : `${side}×${side} 특성 맵`);
    });
    maps.inspector.forEach((map, depth) => {
      const side = size / 2 ** (depth + 1);
      pass("inspector", map, depth, side, `${side}×${side} 특성 맵`);
    });
    layers.push({ network: "inspector", depth: maps.inspector.length, side: 1, channels: 1, title: "로짓", input });
    layer.replaceChildren(...layers.map(({ network, title }, at) =>
      element("option", { value: at }, `${network === "forger" ? "위조범" : "검사관"}의 ${title}`)));
    shown("픽셀을 고칠 쪽. 밝은 곳은 밝게, 어두운 곳은 어둡게", gradient.map((value) => value / strongest));
    answer.textContent = `${k + 1}번 샘플: 검사관은 진짜일 확률을 ${(1 / (1 + Math.exp(-logit))).toFixed(3)}(로짓 ${decimal(logit)})라고 답한다. `
      + "마지막 그림은 검사관을 지나 되돌아온 그레이디언트이다. 픽셀을 그쪽으로 고치면 이 답이 커진다.";
    multiplying.hidden = resume.hidden = false;
    layer.value = maps.forger.length; // 검사관의 첫 특성 맵은 채널 하나를 보므로 곱셈이 열여섯뿐이다
    row.value = column.value = 4;
    ask();
    answer.scrollIntoView();
  }
  function closeInside() { // 훈련이 나아가면 들여다본 값은 옛것이 된다
    answer.textContent = "";
    inside.replaceChildren();
    multiplying.hidden = resume.hidden = true;
  }

  stage.append(
    element("div", { class: "play-buttons" }, running, button("한 스텝", () => { pause(); closeInside(); order("step"); }), button("처음부터", () => reset(false)),
      element("label", {}, "시드 ", seed)),
    status,
    element("div", { class: "play-row play-learning" },
      element("figure", { class: "play-cell" }, picture, element("figcaption", {}, "위조범의 샘플. 누르면 훈련을 멈추고 하나를 들여다본다.")),
      element("figure", { class: "play-cell" }, realPicture, element("figcaption", {}, "진짜 벽돌"))),
    group("훈련하면서 바꾸는 스위치", true), group("누르면 처음부터 다시 하는 스위치", false), notice,
    words, legend, chart,
    element("p", { class: "play-note" }, "필름: 같은 잠재 벡터의 샘플을, 본 이미지가 두 배가 될 때마다 남겼다."), film,
    element("div", { class: "play-buttons" }, element("label", {}, "샘플 번호 ", which), button("들여다보기", inspect)), answer, inside, multiplying, resume);

  // ── 워커와 주고받기 ──
  let worker = null, address = "", going = false, inSight = true, seen = 0;
  const order = (kind, more = {}) => worker.postMessage({ kind, ...more });
  const show = (speed, right) => {
    status.textContent = `본 이미지 ${number(seen)}장${speed ? ` · 초당 ${number(speed)}장` : ""}${right === undefined ? "" : ` · 검사관이 맞힌 비율 ${number(100 * right)}%`}`;
  };
  const visible = () => inSight && !document.hidden;
  function run() {
    going = true;
    closeInside();
    running.textContent = "멈춤";
    if (visible()) order("run");
  }
  function pause() {
    going = false;
    running.textContent = "시작";
    order("pause");
  }
  function reset(goOn) { // 워커를 새로 띄운다
    closeInside();
    const thawed = switches.filter(({ freezes, input }) => freezes && input.checked); // 배우기 전의 검사관을 얼리면 아무도 배우지 못한다
    for (const { input } of thawed) input.checked = false;
    notice.textContent = thawed.map(({ name }) => `${name}는 껐다.`).join(" ");
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
      const text = `${number(at)}장을 보았을 때 가장자리의 밝기는 ${number(edge)}(진짜 ${number(ofReal.edge)}, 가장 밝으면 255), 샘플끼리 다른 정도는 ${number(spread)}(진짜 ${number(ofReal.spread)})이다.`;
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
    inspected({ k, z, forger, inspector, logit, gradient }) { lookInside(k, z, { forger, inspector }, logit, gradient); },
    origin(answer) {
      found = answer;
      const deep = found.inputs.length / found.window ** 2, strength = new Float64Array(deep);
      found.inputs.forEach((x, i) => { strength[i % deep] += x * found.weights[i]; });
      from.value = strength.map(Math.abs).reduce((best, value, c, all) => (value > all[best] ? c : best), 0) + 1; // 가장 크게 보탠 채널부터 보인다
      multiply();
    },
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
  // 단추로 불러왔으면 바로 배운다. 함께 하자고 보낸 주소로 열었거나, 움직임을 줄여 달라고 한 독자라면 기다린다.
  reset(!given && !matchMedia("(prefers-reduced-motion: reduce)").matches);
});
