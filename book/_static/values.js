// 값을 묻는 물음: 적은 값을 책에 든 답과 비교해 그 자리에서 말한다. 아무것도 보내지 않는다.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  // ①과 같은 글자도 1로 읽는다. 번호를 이어 적은 답에는 '번'이 붙어도 된다.
  const bare = (text) => text.normalize("NFKC").replace(/[\s,·'"()[\]]/g, "").replace(/(\d)번/g, "$1");

  // "1/3", "−0.5", "1,024칸"도 수이다. 수가 아니면 NaN이다.
  function number(text) {
    const [above, below = "1", ...rest] = bare(text).replace(/[−–]/g, "-").replace(/[가-힣]+$/, "").split("/");
    return above && below && !rest.length ? Number(above) / Number(below) : NaN;
  }

  function judge(text, { expected, tolerance, wrong }) {
    const isText = typeof expected === "string";
    const given = isText ? bare(text) : number(text);
    if (!isText && Number.isNaN(given)) return ["", "수로 읽을 수 없다. 0.25나 1/4처럼 적는다."];
    if (/^[ㄱ-ㅎ]$/.test(expected) && !/^[ㄱ-ㅎ]$/.test(given)) return ["", "ㄱ, ㄴ, ㄷ처럼 글자 하나를 적는다."];
    const same = (value) => (isText ? given === bare(value) : Math.abs(given - value) <= tolerance + 1e-9);
    if (same(expected)) return ["right", "맞다."];
    return ["wrong", `아직 아니다. ${wrong.find(([value]) => same(value))?.[1] ?? "한 번 더 해 보고, 막히면 아래의 길을 편다."}`];
  }

  for (const form of document.querySelectorAll(".value-box form")) {
    form.hidden = false;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const [kind, words] = judge(form.querySelector("input").value, JSON.parse(form.dataset.answer));
      const verdict = form.nextElementSibling;
      verdict.dataset.kind = kind;
      verdict.innerHTML = words;
    });
  }
});
