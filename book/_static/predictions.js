// 그림을 보기 전에 하는 짐작: 하나를 누르거나 '그냥 보기'를 누를 때까지 그 아래의 출력과, 글 없이 이어진 셀의 출력을
// 접어 둔다. 종이에는 모두 나온다. 저장하지도 보내지도 않는다.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const outputs = [...document.querySelectorAll(".bd-article .cell_output")];
  const words = (item) => item.textContent.trim().replace(/\.$/, "");
  const buttonOf = (...content) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...content);
    return button;
  };

  for (const list of document.querySelectorAll("ul.prediction")) {
    const output = outputs.find((one) => list.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING);
    const hidden = [output];
    for (let cell = output.closest(".cell").nextElementSibling; cell?.matches(".cell"); cell = cell.nextElementSibling) {
      hidden.push(...cell.querySelectorAll(".cell_output"));
    }
    const right = list.querySelector(".right");

    const echo = document.createElement("p");
    echo.className = "prediction-echo";
    echo.setAttribute("role", "status");
    const cover = document.createElement("div");
    const look = buttonOf("그냥 보기");
    cover.className = "prediction-cover";
    cover.append("짐작을 고르면 보인다. ", look);
    output.classList.add("prediction-answer");
    for (const one of hidden) one.classList.add("prediction-waiting");
    list.after(echo); // 아래에 긴 코드가 있어도 누른 자리에서 보인다
    output.append(cover);
    const reveal = () => {
      for (const one of hidden) one.classList.remove("prediction-waiting");
      cover.remove();
    };
    look.addEventListener("click", () => {
      reveal();
      output.tabIndex = -1; // 누른 단추가 사라지므로 키보드의 자리를 나타난 것으로 옮긴다
      output.focus({ preventScroll: true });
    });

    const buttons = [...list.children].map((item) => {
      const button = buttonOf(...item.childNodes);
      button.setAttribute("aria-pressed", "false");
      item.append(button);
      button.addEventListener("click", () => {
        for (const other of buttons) other.setAttribute("aria-pressed", String(other === button));
        reveal();
        echo.textContent = item === right ? `짐작한 대로이다: ${words(item)}.` : `짐작은 ‘${words(item)}’, 결과는 ‘${words(right)}’이다.`;
      });
      return button;
    });
    list.dataset.ready = "";
  }
});
