// 감별 게임: 진짜와 가짜 한 쌍에서 진짜를 고른다. 판별자도 같은 쌍에 답한다.
"use strict";

play.define("game", (stage, data) => {
  const { element } = play;
  const ROUNDS = 10;

  // 같은 번호에서 늘 같은 문제가 나온다(mulberry32).
  function random(seed) {
    let state = seed >>> 0;
    return () => {
      state = (state + 0x6d2b79f5) >>> 0;
      let t = Math.imul(state ^ (state >>> 15), state | 1);
      t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
      return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
    };
  }

  // 이미지 여럿을 이어 붙인 그림에서 index번째 것만 보인다.
  function tile(source, index, label, count) {
    const row = Math.floor(index / data.columns), column = index % data.columns;
    const node = element("span", { class: "play-tile", role: "img", "aria-label": label });
    node.style.backgroundImage = `url(${source})`;
    node.style.backgroundSize = `${data.columns * 100}% auto`;
    node.style.setProperty("--last-row", Math.ceil(count / data.columns) - 1);
    node.style.setProperty("--row", row);
    node.style.setProperty("--column", column);
    return node;
  }

  const realTile = (pair, label) => tile(data.real, pair.real, label, data.stages[0].pReal.length);
  const forgedTile = (pair, label) => {
    const { forged, pForged } = data.stages[pair.at];
    return tile(forged, pair.forged, label, pForged.length);
  };

  function makePairs(number, level) {
    const next = random(number * 8 + level + 1);
    const used = new Set();
    const pick = (count, key) => {
      let index;
      do index = Math.floor(next() * count); while (used.has(key + index));
      used.add(key + index);
      return index;
    };
    return Array.from({ length: ROUNDS }, (_, round) => {
      const at = level < data.stages.length ? level : Math.floor(next() * data.stages.length);
      const real = pick(data.stages[at].pReal.length, "real");
      const forged = pick(data.stages[at].pForged.length, `forged${at}-`);
      const pair = { at, real, forged, realFirst: next() < 0.5 };
      pair.pReal = data.stages[at].pReal[real];
      pair.pForged = data.stages[at].pForged[forged];
      return pair;
    });
  }

  const stageName = (at) => `${data.stages[at].images.toLocaleString("ko")}장을 본 위조범`;
  const percent = (hits, total) => (total ? `${Math.round((100 * hits) / total)}%` : "-");

  const level = element("select", { "aria-label": "위조범의 솜씨" },
    ...data.stages.map((_, at) => element("option", { value: at }, stageName(at))),
    element("option", { value: data.stages.length, selected: "" }, "여러 솜씨를 섞어서"));
  const number = element("input", { type: "number", min: 1, max: 99999, step: 1, required: "", "aria-label": "문제 번호" });
  const begin = element("button", { type: "button" }, "이 번호로 다시");
  const another = element("button", { type: "button" }, "새 문제");
  const board = element("div", { class: "play-panel" });
  stage.append(board, element("div", { class: "play-buttons" },
    element("label", {}, "위조범 ", level), element("label", {}, "문제 번호 ", number), begin, another));

  function start() {
    // 주소에 적을 수 없는 번호로 시작하면 받은 사람은 다른 문제를 푼다.
    number.setAttribute("aria-invalid", String(!number.checkValidity()));
    if (!number.checkValidity()) {
      board.onkeydown = null;
      board.replaceChildren(element("p", { role: "alert" }, `문제 번호에는 ${number.min}부터 ${number.max}까지의 정수를 적는다.`));
      return;
    }
    number.value = Number(number.value); // 1e3이나 007도 하나의 주소가 되게 한다
    const pairs = makePairs(Number(number.value), Number(level.value));
    history.replaceState(null, "", `#game=${number.value},${level.value}`);
    ask(pairs, 0);
  }

  const arrows = matchMedia("(hover: hover)").matches ? " (화살표 ←, →로도 고른다)" : "";
  const d = (probability) => `D\u00a0=\u00a0${probability.toPrecision(2)}`;

  // 벽돌 둘을 놓고 그 아래에 below를 놓는다. 화살표는 그쪽의 벽돌을 누른 것과 같다.
  function lay(pair, says, onChoice, ...below) {
    const choices = [true, false].map((first) => {
      const isReal = first === pair.realFirst;
      const label = `${first ? "왼쪽" : "오른쪽"} 벽돌`;
      const node = element("button", { type: "button", class: "play-choice" },
        isReal ? realTile(pair, label) : forgedTile(pair, label), ...says(isReal));
      node.addEventListener("click", () => onChoice(isReal));
      return node;
    });
    board.replaceChildren(element("div", { class: "play-row" }, ...choices), ...below);
    board.onkeydown = (event) => {
      const index = ["ArrowLeft", "ArrowRight"].indexOf(event.key);
      if (index < 0) return;
      event.preventDefault();
      choices[index].click();
    };
    return choices;
  }

  function ask(pairs, round) {
    const pair = pairs[round];
    const question = element("p", { "aria-live": "polite" }, `${round + 1}/${ROUNDS}. 어느 쪽이 진짜 브릭키 벽돌인가?${arrows}`);
    const [first] = lay(pair, () => [], (isReal) => {
      pair.hit = isReal;
      pair.judgeHit = pair.pReal > pair.pForged;
      tell(pairs, round);
    }, question);
    first.focus({ preventScroll: true });
  }

  // 고른 쌍을 그대로 두고 어느 쪽이 진짜였는지와 판별자의 답을 적는다.
  function tell(pairs, round) {
    const pair = pairs[round], last = round + 1 === ROUNDS;
    const go = () => (last ? finish(pairs) : ask(pairs, round + 1));
    const next = element("button", { type: "button" }, last ? "점수 보기" : "다음 쌍");
    next.addEventListener("click", go);
    const choices = lay(pair, (isReal) => [element("span", { class: "play-truth" }, isReal ? `진짜, ${d(pair.pReal)}` : `가짜, ${d(pair.pForged)}`)], go,
      element("p", { "aria-live": "polite" }, element("strong", {}, pair.hit ? "맞혔다. " : "속았다. "), "D는 판별자가 답한, 진짜일 확률이다. ", next));
    choices[pair.hit === pair.realFirst ? 0 : 1].setAttribute("aria-pressed", "true"); // 내가 고른 쪽
    next.focus({ preventScroll: true });
  }

  function finish(pairs) {
    board.onkeydown = null;
    const count = (list, key) => list.filter((pair) => pair[key]).length;
    const header = (...names) => element("thead", {}, element("tr", {}, ...names.map((name) => element("th", { scope: "col" }, name))));
    const row = (...cells) => element("tr", {}, ...cells.map((cell) => element("td", {}, cell)));
    const byStage = data.stages.flatMap((_, at) => {
      const list = pairs.filter((pair) => pair.at === at);
      return list.length ? [row(stageName(at), `${list.length}`, percent(count(list, "hit"), list.length), percent(count(list, "judgeHit"), list.length))] : [];
    });
    const answers = pairs.map((pair, k) => row(
      `${k + 1}`,
      element("span", {}, realTile(pair, "진짜 벽돌"), ` ${d(pair.pReal)}`),
      element("span", {}, forgedTile(pair, "가짜 벽돌"), ` ${d(pair.pForged)}`),
      pair.hit ? "맞음" : "틀림",
      pair.judgeHit ? "맞음" : "틀림"));
    board.replaceChildren(
      element("p", { class: "play-score", tabindex: "-1" }, `나는 ${ROUNDS}쌍 가운데 ${count(pairs, "hit")}쌍, 판별자는 ${count(pairs, "judgeHit")}쌍을 맞혔다.`),
      element("table", {}, header("위조범", "쌍", "나", "판별자"), element("tbody", {}, ...byStage)),
      element("p", { class: "play-note" }, "판별자는 그 위조범과 함께 훈련하던 때의 판별자이고, 두 그림 가운데 진짜일 확률 D를 더 높게 매긴 쪽을 고른다. 진짜는 훈련에 쓰지 않은 벽돌이다. 이 페이지의 주소를 그대로 보내면 다른 사람도 같은 문제를 푼다."),
      element("table", { class: "play-answers" }, header("", "진짜", "가짜", "나", "판별자"), element("tbody", {}, ...answers)));
    board.querySelector(".play-score").focus({ preventScroll: true });
  }

  const shared = location.hash.match(/^#game=([^,]*),?(\d*)$/);
  number.value = shared ? shared[1] : 1 + Math.floor(Math.random() * 9999);
  if (shared?.[2] && Number(shared[2]) <= data.stages.length) level.value = Number(shared[2]);
  begin.addEventListener("click", start);
  level.addEventListener("change", start);
  another.addEventListener("click", () => { number.value = 1 + Math.floor(Math.random() * 9999); start(); });
  start();
});
