// 되새기기: 알았는지를 이 브라우저에만 적어 둔다. 아무것도 보내지 않고, 언제든 지울 수 있다.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const title = [...document.querySelectorAll(".bd-article h2")].find((node) => node.textContent.startsWith("되새기기"));
  if (!title) return;
  const KEY = "brickie-recall";
  const page = location.pathname.split("/").at(-1);

  // 저장할 수 없는 브라우저에서는 이 페이지를 닫을 때까지만 기억한다.
  let known = {};
  try { known = JSON.parse(localStorage.getItem(KEY)) ?? {}; } catch { /* 기억하지 못해도 물음은 그대로이다 */ }
  const keep = () => { try { localStorage.setItem(KEY, JSON.stringify(known)); } catch { /* 위와 같다 */ } };

  const line = document.createElement("p");
  const count = document.createElement("span");
  const clear = document.createElement("button");
  line.className = "recall-line";
  count.setAttribute("role", "status");
  clear.type = "button";
  clear.textContent = "표시 지우기";
  line.append(count, " ", clear);

  const boxes = [...title.parentElement.querySelectorAll("details")].map((question, k) => {
    const label = document.createElement("label");
    const box = document.createElement("input");
    box.type = "checkbox";
    box.addEventListener("change", () => {
      if (box.checked) known[`${page}:${k}`] = true;
      else delete known[`${page}:${k}`];
      keep();
      show();
    });
    label.append(box, " 펴기 전에 알고 있었다");
    label.className = "recall-known";
    question.append(label);
    return box;
  });

  function show() {
    boxes.forEach((box, k) => { box.checked = Boolean(known[`${page}:${k}`]); });
    const total = Object.keys(known).length;
    count.textContent = total ? `이 장에서 알고 있었다고 표시한 물음: ${total}개(이 브라우저에만 적어 둔다).` : "";
    clear.hidden = !total;
  }

  clear.addEventListener("click", () => { known = {}; keep(); show(); });
  title.parentElement.append(line);
  show();
});
