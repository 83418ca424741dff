// 첫 쪽의 벽돌 벽: 같은 잠재 벡터에서 나온 벽돌이 훈련하는 동안 잡음에서 나타난다. 그림은 기록된 훈련에서 왔다.
"use strict";

window.addEventListener("load", () => {
  const still = document.querySelector('.bd-article img[src*="wall"]');
  if (!still || !window.wallFrames) return;
  const FADE = 900, STAY = 700; // 밀리초

  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d");
  canvas.width = still.naturalWidth;
  canvas.height = still.naturalHeight;
  canvas.className = "wall";
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", still.alt);
  const words = document.createElement("p");
  words.className = "wall-words";
  const again = document.createElement("button");
  again.type = "button";
  again.textContent = "잡음에서 나타나는 모습 보기";
  const line = document.createElement("span");
  words.append(line, " ", again);
  still.closest("p").after(words);

  function noise() {
    const pixels = context.createImageData(canvas.width, canvas.height);
    for (let i = 0; i < pixels.data.length; i += 4) {
      pixels.data.fill(Math.floor(256 * Math.random()), i, i + 3);
      pixels.data[i + 3] = 255;
    }
    context.putImageData(pixels, 0, 0);
    return createImageBitmap(canvas);
  }

  const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

  // 앞의 그림에서 다음 그림으로 차츰 바꾼다.
  function fade(from, to) {
    return new Promise((resolve) => {
      let start = null;
      requestAnimationFrame(function draw(now) {
        start ??= now;
        const share = Math.min(1, (now - start) / FADE);
        context.globalAlpha = 1;
        context.drawImage(from, 0, 0);
        context.globalAlpha = share;
        context.drawImage(to, 0, 0);
        if (share < 1) requestAnimationFrame(draw);
        else resolve();
      });
    });
  }

  const read = (file) => new Promise((resolve, reject) => {
    const image = new Image();
    image.onload = () => resolve(image);
    image.onerror = reject;
    image.src = file;
  });

  const say = (images) => `이미지 ${images.toLocaleString("ko")}장을 본 생성자`;

  async function run() {
    again.disabled = true;
    const folder = document.querySelector("script[src*='play/wall.js']").src.replace(/wall\.js.*/, "");
    const pictures = await Promise.all(window.wallFrames.map(({ file }) => read(folder + file)));
    if (still.isConnected) still.replaceWith(canvas);
    let before = await noise();
    line.textContent = "훈련하기 전: 잡음";
    await pause(STAY);
    for (const [k, picture] of pictures.entries()) {
      line.textContent = say(window.wallFrames[k].images);
      await fade(before, picture);
      await pause(STAY);
      before = picture;
    }
    again.disabled = false;
  }

  again.addEventListener("click", run);
  line.textContent = say(window.wallFrames.at(-1).images);
});
