// 합성곱 만져 보기: 출력 픽셀을 누르면 거기에서 만나는 입력과 가중치를 보인다.
"use strict";

play.define("convolution", (stage) => {
  const { element } = play;
  const INPUT = 4;

  // 세 가지 계산이다. meets(y, x, k)는 출력 픽셀 하나에서 만나는 [입력 세로, 입력 가로, 커널 세로, 커널 가로]를 모두 낸다.
  const KINDS = {
    "합성곱 (스트라이드 2)": {
      side: () => INPUT / 2,
      meets: (y, x, k) => every(k, (ky, kx) => [2 * y + ky - padding(k, 2), 2 * x + kx - padding(k, 2), ky, kx]),
      grid: INPUT,
    },
    "전치 합성곱 (스트라이드 2)": {
      side: () => 2 * INPUT,
      meets: (y, x, k) => every(k, (ky, kx) => [(y + padding(k, 2) - ky) / 2, (x + padding(k, 2) - kx) / 2, ky, kx]),
      grid: INPUT,
    },
    "업샘플링 뒤 합성곱": {
      side: () => 2 * INPUT,
      meets: (y, x, k) => every(k, (ky, kx) => [y + ky - padding(k, 1), x + kx - padding(k, 1), ky, kx]),
      grid: 2 * INPUT,
    },
  };
  // Keras의 padding="same"이 앞쪽에 두는 여백이다.
  const padding = (k, stride) => Math.floor((k - stride) / 2);
  const every = (k, place) => Array.from({ length: k * k }, (_, i) => place(Math.floor(i / k), i % k));

  const kind = element("select", {}, ...Object.keys(KINDS).map((name, i) => element("option", i === 1 ? { selected: "" } : {}, name)));
  const size = element("select", {}, ...[3, 4, 5].map((k) => element("option", { value: k, ...(k === 4 ? { selected: "" } : {}) }, `${k}×${k}`)));
  const board = element("div", { class: "play-row play-grids" });
  const words = element("p", { class: "play-note", "aria-live": "polite" });

  function table(caption, side, cell) {
    const box = element("div", { class: "play-grid", style: `--side:${side}` });
    for (let i = 0; i < side * side; i++) box.append(cell(Math.floor(i / side), i % side));
    return element("figure", { class: "play-cell" }, element("figcaption", {}, caption), box);
  }

  let chosen = null;
  function build() {
    const { side, meets, grid } = KINDS[kind.value];
    const k = Number(size.value), out = side();
    const inside = (y, x) => meets(y, x, k).filter(([iy, ix]) =>
      Number.isInteger(iy) && Number.isInteger(ix) && iy >= 0 && ix >= 0 && iy < grid && ix < grid);
    const most = Math.max(...Array.from({ length: out * out }, (_, i) => inside(Math.floor(i / out), i % out).length));
    const named = (text) => (y, x) => element("span", { class: "play-pixel", "data-at": `${y},${x}` }, text(y, x));
    const upsampled = grid !== INPUT;
    const input = table(upsampled ? `입력 ${INPUT}×${INPUT}을 ${grid}×${grid}로 키운 것` : `입력 ${INPUT}×${INPUT}`, grid,
      named((y, x) => (upsampled ? INPUT * Math.floor(y / 2) + Math.floor(x / 2) : INPUT * y + x) + 1));
    const kernel = table(`커널 ${k}×${k}`, k, named((y, x) => `w${k * y + x + 1}`));
    const output = table(`출력 ${out}×${out}`, out, (y, x) => {
      const count = inside(y, x).length;
      const node = element("button", { type: "button", class: "play-pixel", "data-at": `${y},${x}`, tabindex: "-1",
        "aria-label": `출력 ${y + 1}행 ${x + 1}열, 곱 ${count}개`, style: `--share:${Math.round((100 * count) / most)}%` }, String(count));
      node.addEventListener("click", () => choose(y, x));
      node.addEventListener("keydown", (event) => {
        const move = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
        if (!move) return;
        event.preventDefault();
        choose(Math.min(out - 1, Math.max(0, y + move[0])), Math.min(out - 1, Math.max(0, x + move[1])));
      });
      return node;
    });

    function choose(y, x, focus = true) {
      chosen = [y, x];
      board.querySelectorAll(".play-on").forEach((node) => node.classList.remove("play-on"));
      const mark = (figure, a, b) => figure.querySelector(`[data-at="${a},${b}"]`).classList.add("play-on");
      const met = inside(y, x);
      for (const [iy, ix, ky, kx] of met) { mark(input, iy, ix); mark(kernel, ky, kx); }
      mark(output, y, x);
      output.querySelectorAll("button").forEach((node) => { node.tabIndex = -1; });
      const node = output.querySelector(`[data-at="${y},${x}"]`);
      node.tabIndex = 0;
      if (focus) node.focus({ preventScroll: true });
      const label = ([iy, ix, ky, kx]) => `입력 ${input.querySelector(`[data-at="${iy},${ix}"]`).textContent}번 칸 × w${k * ky + kx + 1}`;
      words.textContent = `출력 ${y + 1}행 ${x + 1}열은 곱 ${met.length}개를 더한 값이다: ${met.map(label).join(" + ")}`;
    }

    board.replaceChildren(input, kernel, output);
    const [y, x] = chosen ?? [Math.floor(out / 2), Math.floor(out / 2)];
    choose(Math.min(y, out - 1), Math.min(x, out - 1), false);
  }

  kind.addEventListener("change", build);
  size.addEventListener("change", build);
  stage.append(element("div", { class: "play-buttons" }, element("label", {}, "연산 ", kind), element("label", {}, "커널 ", size)), board, words,
    element("p", { class: "play-note" }, "출력 칸의 수는 거기에 더해지는 곱의 수이다. 전치 합성곱에서 커널 3과 5는 이 수가 바둑판으로 들쭉날쭉하고, 스트라이드로 나누어떨어지는 4는 가장자리를 빼고 고르다. 업샘플링 뒤의 합성곱은 어느 커널이든 고르다."));
  build();
});
