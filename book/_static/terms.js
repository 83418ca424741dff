// 용어를 누르면 그 자리에서 뜻을 편다. 스크립트가 꺼져 있으면 용어집으로 간다.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  for (const term of document.querySelectorAll("a.term")) {
    const note = document.createElement("span");
    const more = document.createElement("a");
    more.href = term.href;
    more.textContent = "용어집에서 보기";
    note.className = "term-note";
    note.setAttribute("role", "note");
    note.hidden = true;
    note.append(term.title, " ", more);
    term.after(note);
    term.setAttribute("aria-expanded", "false");
    term.setAttribute("role", "button");
    const show = (open) => {
      note.hidden = !open;
      term.setAttribute("aria-expanded", String(open));
    };
    term.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return; // 새 창으로 여는 사람도 있다
      event.preventDefault();
      show(note.hidden);
    });
    const leave = (event) => { if (event.key === "Escape") { show(false); term.focus(); } };
    term.addEventListener("keydown", leave);
    note.addEventListener("keydown", leave);
  }
});
