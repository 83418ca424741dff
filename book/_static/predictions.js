// 그림을 보기 전에 하는 짐작: 하나를 누르면 그 아래의 출력이나 그림 곁에 적는다. 저장하지도 보내지도 않는다.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const outputs = [...document.querySelectorAll(".bd-article .cell_output")];

  for (const list of document.querySelectorAll("ul.prediction")) {
    const output = outputs.find((one) => list.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING);
    const echo = document.createElement("p");
    echo.className = "prediction-echo";
    echo.setAttribute("role", "status");
    (output?.querySelector("figure") ?? output)?.append(echo);
    const words = (item) => item.textContent.trim().replace(/\.$/, "");
    const right = list.querySelector(".right");
    const buttons = [...list.children].map((item) => {
      const button = document.createElement("button");
      button.type = "button";
      button.setAttribute("aria-pressed", "false");
      button.append(...item.childNodes);
      item.append(button);
      button.addEventListener("click", () => {
        for (const other of buttons) other.setAttribute("aria-pressed", String(other === button));
        echo.textContent = item === right ? `짐작한 대로이다: ${words(item)}.` : `짐작은 '${words(item)}'였다. 데이터는 '${words(right)}' 쪽이다.`;
      });
      return button;
    });
    list.dataset.ready = "";
  }
});
