// 잠재 공간 실험실: 다 훈련한 생성자를 슬라이더로 움직여 본다.
"use strict";

play.define("laboratory", (stage, data) => {
  const { element, draw } = play;
  const generate = startGenerator(data.layers);
  const length = data.layers[0].inChannels;

  // 시드 하나에서 늘 같은 표준 정규 난수를 뽑는다(mulberry32와 박스·뮬러 변환).
  function latent(seed) {
    let state = seed >>> 0;
    const uniform = () => {
      state = (state + 0x6d2b79f5) >>> 0;
      let t = Math.imul(state ^ (state >>> 15), state | 1);
      t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
      return (((t ^ (t >>> 14)) >>> 0) + 0.5) / 4294967296;
    };
    return Float32Array.from({ length }, () =>
      Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform()));
  }

  const randomSeed = () => Math.floor(Math.random() * 100000);
  const image = (maps) => maps[maps.length - 1];

  // 큰 원을 따라 a에서 b로 간다. 곧은 길로 가면 가운데에서 벡터가 짧아져 흐린 벽돌이 된다.
  function walk(a, b, t) {
    const norm = (v) => Math.hypot(...v);
    let cosine = 0;
    a.forEach((value, i) => { cosine += (value / norm(a)) * (b[i] / norm(b)); });
    const angle = Math.acos(Math.min(1, Math.max(-1, cosine)));
    const [p, q] = angle < 1e-6 ? [1 - t, t]
      : [Math.sin((1 - t) * angle) / Math.sin(angle), Math.sin(t * angle) / Math.sin(angle)];
    return a.map((value, i) => p * value + q * b[i]);
  }

  // 슬라이더를 빨리 움직이면 마지막 자리만 그린다.
  function latest(task) {
    let running = false, again = false;
    return async function run() {
      if (running) { again = true; return; }
      running = true;
      do { again = false; await task(); } while (again);
      running = false;
    };
  }

  function slider(label, min, max, step, value, onInput) {
    const input = element("input", { type: "range", min, max, step, value });
    const output = element("output", {}, String(value));
    input.addEventListener("input", () => { output.textContent = input.value; onInput(); });
    return { input, output, row: element("label", { class: "play-slider" }, element("span", {}, label), input, output) };
  }

  const button = (text, onClick) => {
    const node = element("button", { type: "button" }, text);
    node.addEventListener("click", onClick);
    return node;
  };

  const canvas = (label, side = 192) =>
    element("canvas", { width: 64, height: 64, role: "img", "aria-label": label, style: `width:${side}px` });

  // ── 새 벽돌과 슬라이더 ──
  function sliders() {
    let seed = 1;
    const picture = canvas("지금 잠재 벡터로 만든 벽돌", 256);
    const note = element("p", { class: "play-note", "aria-live": "polite" });
    const update = latest(async () => {
      const z = latent(seed).map((value, i) =>
        value + controls.reduce((sum, control, k) => sum + Number(control.input.value) * data.directions[k][i], 0));
      const { maps, milliseconds } = await generate(z);
      draw(picture, image(maps));
      picture.dataset.ready = seed;
      note.textContent = `시드 ${seed}의 벽돌. 계산하는 데 ${milliseconds.toFixed(0)}밀리초가 걸렸다.`;
    });
    const controls = data.directions.map((_, k) => slider(`방향 ${k + 1}`, -4, 4, 0.1, 0, update));
    const reset = () => controls.forEach(({ input, output }) => { input.value = 0; output.textContent = "0"; });
    update();
    return [
      picture, note,
      element("div", { class: "play-buttons" },
        button("새 벽돌", () => { seed = randomSeed(); reset(); update(); }),
        button("가운데로", () => { reset(); update(); })),
      ...controls.map((control) => control.row),
      element("p", { class: "play-note" }, "슬라이더 하나는 생성자의 첫 층을 가장 크게 바꾸는 방향 하나이다. 조금만 움직이면 같은 벽돌이 돌거나 자라고, 끝까지 밀면 진짜에 없던 모양으로 무너진다."),
    ];
  }

  // ── 두 벽돌 사이 걷기 ──
  function walking() {
    let from = latent(1), to = latent(2);
    const pictures = ["출발하는 벽돌", "사이의 벽돌", "닿는 벽돌"].map((label) => canvas(label, 144));
    const update = latest(async () => {
      const points = [0, Number(t.input.value), 1];
      for (const [k, at] of points.entries()) draw(pictures[k], image((await generate(walk(from, to, at))).maps));
      pictures[1].dataset.ready = t.input.value;
    });
    const t = slider("걸어간 비율", 0, 1, 0.02, 0.5, update);
    update();
    return [
      element("div", { class: "play-row" }, ...pictures), t.row,
      element("div", { class: "play-buttons" },
        button("두 벽돌 바꾸기", () => { from = latent(randomSeed()); to = latent(randomSeed()); update(); })),
      element("p", { class: "play-note" }, "가운데쯤에서도 벽돌다운 것이 나오는지 본다. 벽돌을 외운 생성자라면 사이에서 두 그림이 겹쳐 보이기만 할 것이다."),
    ];
  }

  // ── 잠재 벡터의 산술 ──
  function arithmetic() {
    const names = ["A", "B", "C"];
    const vectors = names.map((_, k) => latent(11 + k));
    const pictures = [...names, "A − B + C"].map((name) => canvas(`벽돌 ${name}`, 112));
    const update = latest(async () => {
      const [a, b, c] = vectors;
      const sum = a.map((value, i) => value - b[i] + c[i]);
      // 세 벡터를 더하면 길어지므로, 훈련 때 보던 길이로 되돌린다.
      const shrink = Math.hypot(...a) / Math.hypot(...sum);
      const all = [...vectors, sum.map((value) => value * shrink)];
      for (const [k, z] of all.entries()) draw(pictures[k], image((await generate(z)).maps));
      pictures[3].dataset.ready = "1";
    });
    update();
    const cells = pictures.map((picture, k) => element("div", { class: "play-cell" }, picture,
      k < 3 ? button(`${names[k]} 바꾸기`, () => { vectors[k] = latent(randomSeed()); update(); })
            : element("strong", {}, "A − B + C")));
    return [
      element("div", { class: "play-row" }, ...cells),
      element("p", { class: "play-note" }, "뜻이 있는 산술이 되려면 B와 C가 한 가지만 다르고 나머지는 같아야 한다. 아무 벽돌이나 넣으면 대개 셋과 다 다른 것이 나온다."),
    ];
  }

  // ── 층마다 자라는 특성 맵 ──
  function growing() {
    const shown = 16;
    const titles = data.layers.map((layer, k) => {
      const side = layer.outSize;
      return k + 1 < data.layers.length ? `${side}×${side}, 채널 ${layer.outChannels}개 가운데 ${shown}개` : `${side}×${side} 이미지`;
    });
    const pictures = titles.map((title) => canvas(title, 144));
    let seed = 1;
    const update = latest(async () => {
      const { maps } = await generate(latent(seed));
      maps.forEach((map, k) => {
        const last = k + 1 === maps.length;
        draw(pictures[k], map, last ? 1 : data.layers[k].outChannels, last ? 1 : shown);
      });
      pictures[pictures.length - 1].dataset.ready = seed;
    });
    update();
    return [
      element("div", { class: "play-row" }, ...pictures.map((picture, k) =>
        element("figure", { class: "play-cell" }, picture, element("figcaption", {}, titles[k])))),
      element("div", { class: "play-buttons" }, button("새 벽돌", () => { seed = randomSeed(); update(); })),
      element("p", { class: "play-note" }, "4×4의 거친 얼룩이 층을 지날 때마다 두 배로 커지며 자리를 잡는다. 밝을수록 큰 값이고, 밝기는 그림마다 맞추었다."),
    ];
  }

  play.tabs(stage, "무엇을 해 볼까?", {
    "슬라이더": sliders, "걷기": walking, "산술": arithmetic, "층 들여다보기": growing,
  });
});
