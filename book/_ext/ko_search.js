// 찾는 말을 나눈다. 다른 이름은 이 책의 용어로 바꾸고, 조사를 떼고, 색인에 있는 가장 긴 앞부분을 쓴다.
// 낱말의 수와 다른 이름(RANKS)은 찾기 페이지에서만 읽는다.
let rankedWords = [];

var splitQuery = (query) => {
  const between = /[^\p{Letter}\p{Number}_\p{Emoji_Presentation}]+/gu;
  const index = typeof Search === "undefined" ? null : Search._index;
  const isKnown = (part) => !index || Object.hasOwn(index.terms, part) || Object.hasOwn(index.titleterms, part);
  const words = useBookTerms(query.normalize("NFC")).split(between).filter(Boolean);
  const stems = words.map(stripParticle);
  rankedWords = [...stems, ...stems.slice(1).map((stem, i) => words[i] + stem)].map((word) => word.toLowerCase());
  const terms = [];
  for (const word of words) {
    for (let part of word.match(/[가-힣]+|[^가-힣]+/gu) || []) {
      if (/^[가-힣]/.test(part)) {
        part = stripParticle(part);
        for (let i = 0; i + LONGEST < part.length; i++) terms.push(part.slice(i, i + LONGEST));
        part = part.slice(-LONGEST);
        while (part.length > 2 && !isKnown(part)) part = part.slice(0, -1);
      }
      terms.push(part);
    }
  }
  return terms;
};

function stripParticle(word) {
  const particle = PARTICLES.find((p) => word.endsWith(p) && word.length - p.length >= 2);
  return particle && /[가-힣]/.test(word) ? word.slice(0, -particle.length) : word;
}

function useBookTerms(query) {
  if (typeof RANKS === "undefined") return query;
  for (const [name, term] of Object.entries(RANKS.synonyms)) {
    const at = query.toLowerCase().indexOf(name);
    const startsWord = at === 0 || /[^\p{Letter}\p{Number}_]/u.test(query[at - 1] ?? "a");
    const [hangul] = query.slice(at + name.length).match(/^[가-힣]*/); // '학습'이 '학습률'의 앞부분이면 그대로 둔다
    const after = query[at + name.length] ?? " ";
    const endsWord = /[가-힣]$/.test(name) ? !hangul || PARTICLES.includes(hangul) : !/[a-z0-9_]/i.test(after);
    if (at >= 0 && startsWord && endsWord) return query.slice(0, at) + term + query.slice(at + name.length);
  }
  return query;
}

// 찾은 페이지를 BM25로 줄 세운다(Robertson과 Zaragoza, 2009). 절들은 길이가 비슷하고 용어집만 짧으므로, 길이로 나누는 몫 B를
// 흔히 쓰는 0.75보다 작게, 횟수의 몫 K1을 1.2보다 크게 두어 용어집이 늘 앞에 오지 않게 한다.
function rank(page) {
  const K1 = 10, B = 0.2;
  const index = RANKS.pages.indexOf(page), total = RANKS.pages.length;
  const average = RANKS.lengths.reduce((a, b) => a + b) / total;
  let score = 0;
  for (const word of new Set(rankedWords)) {
    const found = (Object.hasOwn(RANKS.counts, word) && RANKS.counts[word]) || [];
    const count = found.find(([k]) => k === index)?.[1] ?? 0;
    const rarity = Math.log(1 + (total - found.length + 0.5) / (found.length + 0.5));
    score += (rarity * count * (K1 + 1)) / (count + K1 * (1 - B + (B * RANKS.lengths[index]) / average));
  }
  return score;
}

// 같은 페이지에서는 제목이 맞는 절을 페이지보다 앞에 둔다.
if (typeof Scorer !== "undefined") {
  // 용어집에는 어느 말이나 있으므로 그 말을 풀이하는 페이지보다 뒤에 둔다.
  const weight = (page) => (page.endsWith("glossary") ? 500 : 1000);
  Scorer.score = ([page, , anchor]) => weight(page) * rank(page) + (anchor ? 1 : 0);
}
