// 훈련 되감기: 슬라이더를 밀면 그때의 샘플과 손실과 정확도가 함께 움직인다.
"use strict";

play.define("rewind", (stage, data) => {
  const { element } = play;
  const WIDTH = 400, HEIGHT = 120, LEFT = 26, BOTTOM = 16;
  const lastStep = data.frames[data.frames.length - 1].step;
  const svg = (tag, attributes, ...children) => {
    const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    node.append(...children);
    return node;
  };
  const x = (step) => LEFT + ((WIDTH - LEFT - 8) * step) / lastStep;

  // 곡선 둘을 한 그림에 그린다. 선의 갈래를 색과 함께 실선과 점선으로도 가린다.
  function chart(label, curves, low, high) {
    const y = (value) => HEIGHT - BOTTOM - ((HEIGHT - BOTTOM - 8) * (value - low)) / (high - low);
    const lines = curves.map(({ key, kind }) =>
      svg("polyline", { class: `play-line play-${kind}`, points: data.history.map((line) => `${x(line.step)},${y(line[key])}`).join(" ") }));
    const marker = svg("line", { class: "play-marker", y1: 4, y2: HEIGHT - BOTTOM });
    const ticks = [low, high].map((value) => svg("text", { x: LEFT - 6, y: y(value) + 4, "text-anchor": "end" }, String(value)));
    const axis = svg("line", { class: "play-axis", x1: LEFT, x2: WIDTH - 8, y1: HEIGHT - BOTTOM, y2: HEIGHT - BOTTOM });
    const picture = svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": label }, axis, ...lines, marker, ...ticks);
    const legend = element("p", { class: "play-legend" }, ...curves.map(({ name, kind }) =>
      element("span", {}, element("i", { class: `play-key play-${kind}` }), ` ${name}`)));
    return { node: element("div", {}, legend, picture), marker };
  }

  const highest = Math.ceil(Math.max(...data.history.flatMap((line) => [line.d_loss, line.g_loss])));
  const charts = [
    chart("손실의 곡선", [{ key: "d_loss", kind: "discriminator", name: "판별자의 손실" }, { key: "g_loss", kind: "generator", name: "생성자의 손실" }], 0, highest),
    chart("정확도의 곡선", [{ key: "d_real_accuracy", kind: "real", name: "진짜를 맞힌 비율" }, { key: "d_fake_accuracy", kind: "forged", name: "가짜를 맞힌 비율" }], 0, 1),
  ];
  const picture = element("img", { class: "play-still" });
  const slider = element("input", { type: "range", min: 0, max: data.frames.length - 1, step: 1, value: data.frames.length - 1 });
  const words = element("p", { class: "play-note", "aria-live": "polite" });

  function update() {
    const { step, picture: source } = data.frames[slider.value];
    const images = (step * data.batch).toLocaleString("ko");
    picture.src = source;
    picture.alt = `${step.toLocaleString("ko")}스텝까지 훈련한 생성자의 샘플 서른두 장`;
    for (const { marker } of charts) {
      marker.setAttribute("x1", x(step));
      marker.setAttribute("x2", x(step));
    }
    const line = data.history.filter((item) => item.step <= step).pop();
    const scores = line
      ? ` 판별자의 손실 ${line.d_loss.toFixed(3)}, 생성자의 손실 ${line.g_loss.toFixed(3)}, 맞힌 비율 진짜 ${line.d_real_accuracy.toFixed(3)}·가짜 ${line.d_fake_accuracy.toFixed(3)} (그때까지 끝난 에포크의 평균).`
      : " 첫 에포크가 아직 끝나지 않았다.";
    slider.setAttribute("aria-valuetext", `${step.toLocaleString("ko")}스텝`);
    words.textContent = `${step.toLocaleString("ko")}스텝, 본 이미지 ${images}장.${scores}`;
  }

  let timer = null;
  const playing = element("button", { type: "button" }, "처음부터 틀기");
  const stop = () => { clearInterval(timer); timer = null; playing.textContent = "처음부터 틀기"; };
  playing.addEventListener("click", () => {
    if (timer) { stop(); return; }
    slider.value = 0;
    playing.textContent = "멈추기";
    update();
    timer = setInterval(() => {
      slider.value = Number(slider.value) + 1;
      update();
      if (slider.value === slider.max) stop();
    }, 700);
  });
  slider.addEventListener("input", () => { stop(); update(); });
  const places = data.marks.map(({ name, frame }) => {
    const button = element("button", { type: "button" }, name);
    button.addEventListener("click", () => { stop(); slider.value = frame; update(); });
    return button;
  });
  stage.append(picture, element("label", { class: "play-slider" }, element("span", {}, "훈련한 만큼"), slider), words,
    element("div", { class: "play-buttons" }, playing),
    element("div", { class: "play-buttons", role: "group", "aria-label": "들러 볼 만한 때" }, ...places), ...charts.map(({ node }) => node));
  update();
});
