// 인쇄하는 동안 접은 풀이와 해답을 펼친다. 종이에서는 눌러 펼칠 수 없다.
"use strict";

let unfolded = [];

addEventListener("beforeprint", () => {
  unfolded = [...document.querySelectorAll("details:not([open])")];
  for (const part of unfolded) part.open = true;
});

addEventListener("afterprint", () => {
  for (const part of unfolded) part.open = false;
});
