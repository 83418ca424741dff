// 놀이의 공통 부분. 단추를 누르면 그 놀이의 코드와 데이터를 그때 읽는다. 쿠키도 저장소도 쓰지 않는다.
"use strict";

window.play = {
  definitions: {},
  data: {},

  // 놀이 하나를 등록한다. begin(stage, data)는 stage 안에 놀이를 그린다.
  define(name, begin) {
    play.definitions[name] = begin;
  },

  // HTML 요소를 만든다. children은 요소이거나 글이다.
  element(tag, attributes = {}, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    node.append(...children);
    return node;
  },

  // [-1, 1]의 이미지나 특성 맵을 캔버스에 그린다. 특성 맵은 앞의 shown개를 바둑판으로 늘어놓는다.
  draw(canvas, values, channels = 1, shown = 1) {
    const side = Math.round(Math.sqrt(values.length / channels));
    const columns = Math.ceil(Math.sqrt(shown));
    canvas.width = canvas.height = columns * side;
    const context = canvas.getContext("2d");
    const pixels = context.createImageData(canvas.width, canvas.height);
    let low = -1, high = 1;
    if (shown > 1) [low, high] = play.range(values);
    for (let k = 0; k < shown; k++) {
      const left = (k % columns) * side, top = Math.floor(k / columns) * side;
      for (let i = 0; i < side * side; i++) {
        const grey = 255 * (values[i * channels + k] - low) / (high - low);
        const at = 4 * ((top + Math.floor(i / side)) * canvas.width + left + (i % side));
        pixels.data.fill(Math.round(grey), at, at + 3);
        pixels.data[at + 3] = 255;
      }
    }
    context.putImageData(pixels, 0, 0);
  },

  range(values) {
    let low = Infinity, high = -Infinity;
    for (const value of values) {
      if (value < low) low = value;
      if (value > high) high = value;
    }
    return [low, high > low ? high : low + 1];
  },

  // 고르면 그 판을 그리는 단추 묶음을 만든다. panels는 이름에서 요소들을 만드는 함수로 간다.
  tabs(stage, legend, panels) {
    const { element } = play;
    const panel = element("div", { class: "play-panel" });
    const group = `${stage.parentElement.id}-tabs`;
    const choices = Object.entries(panels).map(([name, build], k) => {
      const input = element("input", { type: "radio", name: group, ...(k ? {} : { checked: "" }) });
      input.addEventListener("change", () => panel.replaceChildren(...build()));
      return element("label", {}, input, " ", name);
    });
    stage.append(element("fieldset", { class: "play-tabs" }, element("legend", {}, legend), ...choices), panel);
    panel.replaceChildren(...Object.values(panels)[0]());
  },

  load(path) {
    return new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = path;
      script.onload = resolve;
      script.onerror = () => reject(new Error(path));
      document.head.append(script);
    });
  },

  async start(box) {
    const name = box.dataset.play;
    const stage = box.querySelector(".play-stage");
    const button = box.querySelector(".play-start");
    button.disabled = true;
    button.textContent = "불러오는 중…";
    try {
      for (const file of box.dataset.files.split(" ")) await play.load(box.dataset.folder + file);
      box.classList.add("play-begun");
      button.remove();
      stage.hidden = false;
      play.definitions[name](stage, play.data[name]);
      if (!stage.contains(document.activeElement)) stage.querySelector("button, input, select")?.focus();
    } catch (error) {
      button.disabled = false;
      button.textContent = "불러오지 못했다. 다시 누른다.";
      throw error;
    }
  },
};

document.addEventListener("DOMContentLoaded", () => {
  // 첫 페이지의 한 쌍: 고르면 접어 둔 답을 편다.
  for (const picture of document.querySelectorAll(".play-first img")) {
    const choice = play.element("button", { type: "button", class: "play-choice", "aria-label": `${picture.alt}이 진짜이다` });
    picture.replaceWith(choice);
    choice.append(picture);
    choice.addEventListener("click", () => {
      const box = choice.closest(".play-first");
      for (const other of box.querySelectorAll(".play-choice")) other.setAttribute("aria-pressed", String(other === choice));
      box.querySelector("details").open = true;
      box.querySelector("[role=status]").textContent = picture.dataset.right === "1" ? "맞혔다." : "속았다.";
    });
  }
  for (const box of document.querySelectorAll(".play[data-play]")) {
    const button = box.querySelector(".play-start");
    button.hidden = false;
    button.addEventListener("click", () => play.start(box));
    // 함께 하자고 보낸 주소이다. 뒤로 돌아온 독자에게는 보던 자리가 먼저이다.
    const returned = performance.getEntriesByType("navigation")[0]?.type === "back_forward";
    if (!returned && location.hash.startsWith(`#${box.id}=`)) play.start(box).then(() => box.scrollIntoView());
  }
});
