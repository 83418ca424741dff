// 좁은 화면에서 이 페이지의 목차를 고르면 목차를 닫는다.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const open = document.getElementById("pst-secondary-sidebar-checkbox");
  for (const link of document.querySelectorAll('.bd-sidebar-secondary a[href^="#"]')) {
    link.addEventListener("click", () => (open.checked = false));
  }
});
