// 브라우저 안에서 훈련하는 작은 DCGAN. 층마다 앞으로 가는 계산(forward)과 그레이디언트를 되돌리는 계산(backward)이 있고,
// 훈련 스텝은 4.2.4절의 train_step()과 같은 일을 한다. 무거운 반복문은 gan-loops.js에 있다.
//
// 이 함수는 글로 바뀌어 웹 워커로 건너가므로, 바깥의 이름을 쓰지 않는다. wasm은 gan-loops.ts를 컴파일한 모듈이고, 없으면(null)
// loops의 자바스크립트로 계산한다.
"use strict";

function createGan(options, loops, wasm) {
  const settings = {
    size: 32, channels: 8, latent: 100, batch: 16, samples: 48, seed: 1,
    upsampling: "smooth", batchNorm: true, shift: 2, labelNoise: 0.1,
    generatorRate: 2e-3, discriminatorRate: 2e-3, beta1: 0.5, beta2: 0.999, ema: 0.99,
    frozen: false, // 판별자를 고치지 않는다
    mixed: false, // 진짜와 가짜를 한 배치에 섞어 판별자에 넣는다
    ...options,
  };
  const { size, channels, latent, batch, samples } = settings;
  const pixels = size * size;

  // ── 메모리: WebAssembly도 같은 수를 보도록 한 덩어리에서 떼어 쓴다 ──
  const memory = wasm ? new WebAssembly.Memory({ initial: 1024 }) : { buffer: new ArrayBuffer(2 ** 26) };
  let top = 1024; // 아래의 자리는 WebAssembly가 쓴다
  function tensor(length) {
    const array = new Float32Array(memory.buffer, top, length);
    top += 64 * Math.ceil((length + 8) / 16); // 한 번에 네 수씩 읽어도 다음 배열을 건드리지 않게 띄운다
    return array;
  }
  function compiled() { // 이름이 같은 함수들인데, 배열 대신 주소를 받는다
    const { exports } = new WebAssembly.Instance(wasm, { env: { memory } });
    const addresses = (values) => values.map((value) => (value instanceof Float32Array ? value.byteOffset : value));
    return Object.fromEntries(Object.keys(loops).map((name) => [name, (...values) => exports[name](...addresses(values))]));
  }
  const run = wasm ? compiled() : loops;

  // ── 난수: 시드가 같으면 늘 같은 수가 나온다(mulberry32와 박스·뮬러 변환) ──
  function randomFrom(seed) {
    let state = seed >>> 0;
    const uniform = () => {
      state = (state + 0x6d2b79f5) >>> 0;
      let t = Math.imul(state ^ (state >>> 15), state | 1);
      t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
      return (((t ^ (t >>> 14)) >>> 0) + 0.5) / 4294967296;
    };
    const normal = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
    return { uniform, normal, below: (n) => Math.floor(n * uniform()) };
  }
  const random = randomFrom(settings.seed);

  // 훈련할 가중치 하나. m과 v는 Adam의 기억이다.
  function parameter(length, draw) {
    const it = { value: tensor(length), gradient: tensor(length), m: tensor(length), v: tensor(length) };
    for (let i = 0; i < length; i++) it.value[i] = draw();
    return it;
  }
  function glorot(inputs, outputs) { // Keras의 초기 가중치
    const limit = Math.sqrt(6 / (inputs + outputs));
    return () => limit * (2 * random.uniform() - 1);
  }

  // ── 가중치: 신경망의 모양을 따라 한 벌을 만든다. 같은 벌을 두 신경망이 함께 쓰기도 한다 ──
  // side는 층에 들어오는 특성 맵의 한 변, 채널은 작은 쪽 특성 맵의 것이 deep, 큰 쪽의 것이 shallow이다.
  function stages() {
    const all = [];
    for (let side = size, shallow = 1, deep = channels; side > 4; side /= 2, shallow = deep, deep *= 2) all.push({ side, shallow, deep });
    return all; // 32 → 16 → 8 → 4
  }
  const normalization = (c) => (settings.batchNorm ? { gamma: parameter(c, () => 1), beta: parameter(c, () => 0) } : null);
  function discriminatorWeights() {
    const convolutions = stages().map(({ shallow, deep }, k) => ({
      kernel: parameter(16 * shallow * deep, glorot(16 * shallow, 16 * deep)), norm: k > 0 ? normalization(deep) : null,
    }));
    const { deep } = stages().at(-1);
    return { convolutions, last: parameter(16 * deep, glorot(16 * deep, 16)) };
  }
  function generatorWeights() {
    const taps = settings.upsampling === "smooth" ? 9 : 16; // 커널의 칸
    const { deep } = stages().at(-1);
    const first = { kernel: parameter(16 * deep * latent, glorot(16 * latent, 16 * deep)), norm: normalization(deep) };
    const doublings = stages().reverse().map(({ shallow, deep }) => ({
      kernel: parameter(taps * shallow * deep, glorot(taps * deep, taps * shallow)), norm: shallow > 1 ? normalization(shallow) : null,
    }));
    return { first, doublings };
  }
  // 가중치를 Keras의 순서대로 늘어놓는다.
  const listed = (layers) => layers.flatMap(({ kernel, norm }) => (norm ? [kernel, norm.gamma, norm.beta] : [kernel]));

  // ── 층 ──
  // backward(dy, learn, back)는 x로 돌아가는 그레이디언트를 돌려주는데, back이 거짓이면 구하지 않는다. learn이면 가중치의 그레이디언트도 더해
  // 둔다. output은 마지막 forward의 출력이다. met(b, i)는 b번 이미지의 i번 출력이 무엇을 곱해 더한 것인지 알려 준다. 만난 입력과 가중치가 창의 칸마다 채널의 순서로 있다.

  // 4×4, 스트라이드 2인 합성곱. 창을 행으로 펴면(gather) 합성곱은 행렬의 곱이다.
  function convolution(n, side, cin, cout, kernel) {
    const width = 16 * cin, rows = n * side * side / 4;
    const columns = tensor(rows * width), dColumns = tensor(rows * width), flipped = tensor(width * cout);
    const y = tensor(rows * cout), dx = tensor(n * side * side * cin);
    return {
      output: y,
      forward(x) {
        run.gather(columns, x, n, side, cin);
        run.multiply(y, columns, kernel.value, rows, cout, width, width, 1, 0);
        return y;
      },
      backward(dy, learn, back) {
        if (learn) run.multiply(kernel.gradient, columns, dy, width, cout, rows, 1, width, 1);
        if (!back) return null;
        run.transpose(flipped, kernel.value, width, cout);
        run.multiply(dColumns, dy, flipped, rows, width, cout, cout, 1, 0);
        run.scatter(dx, dColumns, n, side, cin);
        return dx;
      },
      met(b, i) {
        const row = b * side * side / 4 + Math.floor(i / cout);
        return {
          window: 4, inputs: columns.slice(row * width, (row + 1) * width),
          weights: kernel.value.filter((_, k) => k % cout === i % cout),
        };
      },
    };
  }

  // 4×4, 스트라이드 2인 전치 합성곱은 합성곱의 수반이다. 위의 backward가 여기서는 forward이고, 위의 forward가 여기서는 backward이다.
  function transposedConvolution(n, side, cin, cout, parameter) {
    const width = 16 * cout, rows = n * side * side;
    const columns = tensor(rows * width), flipped = tensor(width * cin);
    const y = tensor(4 * rows * cout), dx = tensor(rows * cin);
    const kernel = settings.upsampling === "smooth" ? smoothed(parameter, cin * cout) : parameter;
    let input;
    return {
      output: y,
      forward(x) {
        input = x;
        kernel.refresh?.();
        run.transpose(flipped, kernel.value, width, cin);
        run.multiply(columns, x, flipped, rows, width, cin, cin, 1, 0);
        run.scatter(y, columns, n, 2 * side, cout);
        return y;
      },
      backward(dy, learn) {
        run.gather(columns, dy, n, 2 * side, cout);
        if (learn) {
          run.multiply(kernel.gradient, columns, input, width, cin, rows, 1, width, 1);
          kernel.giveBack?.();
        }
        run.multiply(dx, columns, kernel.value, rows, cin, width, width, 1, 0);
        return dx;
      },
      met(b, i) { // 4×4 도장 가운데 이 픽셀을 덮는 것은 2×2 입력의 것뿐이다. 가장자리 밖의 입력은 0이다
        const channel = i % cout, column = Math.floor(i / cout) % (2 * side), row = Math.floor(i / cout / 2 / side);
        const inputs = [], weights = [];
        for (let u = 3 - row % 2; u >= 0; u -= 2) for (let v = 3 - column % 2; v >= 0; v -= 2) {
          const y = (row + 1 - u) / 2, x = (column + 1 - v) / 2, outside = y < 0 || y >= side || x < 0 || x >= side;
          for (let k = 0; k < cin; k++) {
            inputs.push(outside ? 0 : input[((b * side + y) * side + x) * cin + k]);
            weights.push(kernel.value[((4 * u + v) * cout + channel) * cin + k]);
          }
        }
        return { window: 2, inputs, weights };
      },
    };
  }

  // 융합 업샘플링: 3×3 커널을 2×2 상자로 퍼뜨려 4×4로 만든다. 픽셀을 두 배로 늘리고 3×3 합성곱을 하는 것과 같다.
  function smoothed(small, each) {
    const kernel = { value: tensor(16 * each), gradient: tensor(16 * each) };
    function spread(add) { // 3×3의 칸 하나는 4×4의 네 칸에 들어간다
      for (let y = 0; y < 3; y++) for (let x = 0; x < 3; x++) for (const [u, v] of [[0, 0], [0, 1], [1, 0], [1, 1]]) {
        const from = (3 * y + x) * each, to = (4 * (y + u) + x + v) * each;
        for (let i = 0; i < each; i++) add(to + i, from + i);
      }
    }
    kernel.refresh = () => { kernel.value.fill(0); spread((to, from) => { kernel.value[to] += small.value[from]; }); };
    kernel.giveBack = () => {
      spread((to, from) => { small.gradient[from] += kernel.gradient[to]; });
      kernel.gradient.fill(0);
    };
    return kernel;
  }

  // 생성자의 첫 층. 1×1인 잠재 벡터를 4×4로 펴는 전치 합성곱은 행렬의 곱 한 번이다.
  function projection(n, outputs, kernel) {
    const y = tensor(n * outputs), flipped = tensor(outputs * latent);
    let input;
    return {
      output: y,
      forward(z) {
        input = z;
        run.transpose(flipped, kernel.value, outputs, latent);
        run.multiply(y, z, flipped, n, outputs, latent, latent, 1, 0);
        return y;
      },
      backward(dy) { run.multiply(kernel.gradient, dy, input, outputs, latent, n, 1, outputs, 1); },
      met: (b, i) => ({
        window: 1, inputs: input.slice(b * latent, (b + 1) * latent), weights: kernel.value.slice(i * latent, (i + 1) * latent),
      }),
    };
  }

  // 판별자의 마지막 층. 4×4 특성 맵 전체를 보는 합성곱은 내적 한 번이고, 나온 수가 로짓이다.
  function verdict(n, inputs, kernel) {
    const y = tensor(n), dx = tensor(n * inputs);
    let input;
    return {
      output: y,
      forward(x) {
        input = x;
        for (let b = 0, i = 0; b < n; b++) {
          y[b] = 0;
          for (let k = 0; k < inputs; k++, i++) y[b] += x[i] * kernel.value[k];
        }
        return y;
      },
      backward(dy, learn) {
        for (let b = 0, i = 0; b < n; b++) for (let k = 0; k < inputs; k++, i++) {
          if (learn) kernel.gradient[k] += dy[b] * input[i];
          dx[i] = dy[b] * kernel.value[k];
        }
        return dx;
      },
      met: (b) => ({ window: 4, inputs: input.slice(b * inputs, (b + 1) * inputs), weights: kernel.value.slice() }),
    };
  }

  function batchNormalization(rows, c, { gamma, beta }) {
    const y = tensor(rows * c), hat = tensor(rows * c), dx = tensor(rows * c);
    const inverse = tensor(c), dBeta = tensor(c), dGamma = tensor(c);
    return {
      output: y,
      forward(x) { run.normalize(y, hat, inverse, x, gamma.value, beta.value, rows, c); return y; },
      backward(dy, learn) {
        run.normalizeBackward(dx, dy, hat, inverse, gamma.value, dBeta, dGamma, rows, c);
        for (let k = 0; learn && k < c; k++) { gamma.gradient[k] += dGamma[k]; beta.gradient[k] += dBeta[k]; }
        return dx;
      },
      within: (at) => ({ normalized: hat[at], gamma: gamma.value[at % c], beta: beta.value[at % c] }),
    };
  }

  function leakyReLU(length) {
    const y = tensor(length), dx = tensor(length);
    let input;
    return {
      activation: true,
      output: y,
      forward(x) { input = x; run.leaky(y, x, length); return y; },
      backward(dy) { run.leakyBackward(dx, dy, input, length); return dx; },
    };
  }

  function tanh(length) {
    const y = tensor(length), dx = tensor(length);
    return {
      activation: true,
      output: y,
      forward(x) { for (let i = 0; i < length; i++) y[i] = Math.tanh(x[i]); return y; },
      backward(dy) { for (let i = 0; i < length; i++) dx[i] = dy[i] * (1 - y[i] * y[i]); return dx; },
    };
  }

  // 이미지마다 가로세로로 옮긴다. 새로 드러난 자리는 가장자리의 픽셀을 이어 채운다. sources는 픽셀마다 어디에서 왔는지이다.
  function shift(n, moves) {
    const y = tensor(n * pixels), dx = tensor(n * pixels), sources = new Int32Array(n * pixels);
    const clip = (i) => Math.max(0, Math.min(size - 1, i));
    return {
      forward(x) {
        for (let b = 0, to = 0; b < n; b++) for (let row = 0; row < size; row++) {
          const line = (b * size + clip(row + moves[2 * b])) * size;
          for (let column = 0; column < size; column++, to++) sources[to] = line + clip(column + moves[2 * b + 1]);
        }
        for (let i = 0; i < y.length; i++) y[i] = x[sources[i]];
        return y;
      },
      backward(dy) {
        dx.fill(0);
        for (let i = 0; i < y.length; i++) dx[sources[i]] += dy[i];
        return dx;
      },
    };
  }

  // ── 두 신경망 ──
  function chain(layers) {
    return {
      layers,
      forward(x) { for (const layer of layers) x = layer.forward(x); return x; },
      backward(dy, learn, back = !learn) { // 가중치를 배울 때는 첫 층의 입력까지 되돌아갈 것이 없다
        for (let k = layers.length - 1; k >= 0; k--) dy = layers[k].backward(dy, learn, back || k > 0);
        return dy;
      },
    };
  }
  function activated(rows, c, norm) {
    return [...(norm ? [batchNormalization(rows, c, norm)] : []), leakyReLU(rows * c)];
  }
  function discriminator(n, weights) {
    const layers = stages().flatMap(({ side, shallow, deep }, k) => {
      const { kernel, norm } = weights.convolutions[k];
      return [convolution(n, side, shallow, deep, kernel), ...activated(n * side * side / 4, deep, norm)];
    });
    return chain([...layers, verdict(n, 16 * stages().at(-1).deep, weights.last)]);
  }
  function generator(n, { first, doublings }) {
    const { deep } = stages().at(-1);
    const layers = stages().reverse().flatMap(({ side, shallow, deep }, k) => {
      const { kernel, norm } = doublings[k];
      const doubled = transposedConvolution(n, side / 2, deep, shallow, kernel);
      return [doubled, ...(shallow > 1 ? activated(n * side * side, shallow, norm) : [tanh(n * pixels)])];
    });
    return chain([projection(n, 16 * deep, first.kernel), ...activated(16 * n, deep, first.norm), ...layers]);
  }

  const dWeights = discriminatorWeights(), gWeights = generatorWeights(), averageWeights = generatorWeights();
  const dParameters = [...listed(dWeights.convolutions), dWeights.last];
  const parametersOf = (weights) => listed([weights.first, ...weights.doublings]);
  const gParameters = parametersOf(gWeights), averages = parametersOf(averageWeights);
  averages.forEach((average, k) => average.value.set(gParameters[k].value));
  // 진짜와 가짜는 따로 판별자에 넣는다. 가중치는 함께 쓰고, 배치 정규화의 평균과 분산은 저마다 구한다.
  const judgeReal = discriminator(batch, dWeights), judgeFake = discriminator(batch, dWeights);
  const judgeBoth = discriminator(2 * batch, dWeights); // 섞을 때에는 앞의 절반이 진짜이고, 평균과 분산을 함께 구한다
  const forger = generator(batch, gWeights), averageForger = generator(samples, averageWeights);
  const movesReal = new Int32Array(2 * batch), movesFake = new Int32Array(2 * batch);
  const moveReal = shift(batch, movesReal), moveFake = shift(batch, movesFake);

  // ── 훈련 스텝 ──
  const real = tensor(batch * pixels), z = tensor(batch * latent);
  const dBoth = tensor(2 * batch), dReal = dBoth.subarray(0, batch), dFake = dBoth.subarray(batch); // 로짓의 그레이디언트
  const realLabels = new Float32Array(batch), fakeLabels = new Float32Array(batch);
  const sigmoid = (a) => 1 / (1 + Math.exp(-a));
  const crossEntropy = (label, a) => Math.max(a, 0) - label * a + Math.log1p(Math.exp(-Math.abs(a)));
  const mean = (length, value) => { let sum = 0; for (let b = 0; b < length; b++) sum += value(b); return sum / length; };

  // 판별자에 따로 넣는 것과 섞어 넣는 것. backward는 가짜로 돌아가는 그레이디언트를 돌려준다.
  const apart = {
    forward: (reals, fakes) => [judgeReal.forward(reals), judgeFake.forward(fakes)],
    backward(learn) {
      if (learn) judgeReal.backward(dReal, true);
      return judgeFake.backward(dFake, learn);
    },
  };
  const both = tensor(2 * batch * pixels), half = (values) => [values.subarray(0, values.length / 2), values.subarray(values.length / 2)];
  const together = {
    forward(reals, fakes) {
      both.set(reals);
      both.set(fakes, reals.length);
      return half(judgeBoth.forward(both));
    },
    backward(learn) {
      const back = judgeBoth.backward(dBoth, learn);
      return back && half(back)[1];
    },
  };

  // 진짜 이미지와 z와 레이블에서 두 신경망의 그레이디언트를 구한다.
  function gradients() {
    for (const { gradient } of [...dParameters, ...gParameters]) gradient.fill(0);
    const { forward, backward } = settings.mixed ? together : apart;
    const [onReal, onFake] = forward(moveReal.forward(real), moveFake.forward(forger.forward(z)));
    // 이진 교차 엔트로피를 로짓으로 미분하면 답한 확률에서 레이블을 뺀 것이다.
    for (let b = 0; b < batch; b++) {
      dReal[b] = (sigmoid(onReal[b]) - realLabels[b]) / (2 * batch);
      dFake[b] = (sigmoid(onFake[b]) - fakeLabels[b]) / (2 * batch);
    }
    backward(true);
    // 위조범이 바라는 레이블은 1이다. 그레이디언트는 판별자를 지나가기만 한다.
    dReal.fill(0);
    for (let b = 0; b < batch; b++) dFake[b] = (sigmoid(onFake[b]) - 1) / batch;
    forger.backward(moveFake.backward(backward(false)), true);
    return {
      dLoss: mean(batch, (b) => (crossEntropy(realLabels[b], onReal[b]) + crossEntropy(fakeLabels[b], onFake[b])) / 2),
      gLoss: mean(batch, (b) => crossEntropy(1, onFake[b])),
      right: mean(batch, (b) => ((onReal[b] > 0) + (onFake[b] < 0)) / 2),
    };
  }

  let steps = 0;
  function update(parameters, rate) {
    const { beta1, beta2 } = settings;
    const step = rate * Math.sqrt(1 - beta2 ** steps) / (1 - beta1 ** steps);
    for (const { value, gradient, m, v } of parameters) run.adam(value, gradient, m, v, value.length, step, beta1, beta2);
  }

  // bricks는 [0, 255]의 이미지를 이어 붙인 Uint8Array이다.
  function step(bricks) {
    const count = bricks.length / pixels;
    for (let b = 0; b < batch; b++) {
      const from = pixels * random.below(count);
      for (let i = 0; i < pixels; i++) real[b * pixels + i] = bricks[from + i] / 127.5 - 1;
      realLabels[b] = 1 - settings.labelNoise * random.uniform();
      fakeLabels[b] = settings.labelNoise * random.uniform();
    }
    for (let i = 0; i < 2 * batch; i++) {
      movesReal[i] = random.below(2 * settings.shift + 1) - settings.shift;
      movesFake[i] = random.below(2 * settings.shift + 1) - settings.shift;
    }
    for (let i = 0; i < z.length; i++) z[i] = random.normal();
    const result = gradients();
    steps++;
    if (!settings.frozen) update(dParameters, settings.discriminatorRate);
    update(gParameters, settings.generatorRate);
    const keep = Math.min(settings.ema, (1 + steps) / (10 + steps));
    averages.forEach((average, k) => run.blend(average.value, gParameters[k].value, average.value.length, 1 - keep));
    return { ...result, seen: steps * batch };
  }

  // 늘 같은 잠재 벡터로 이동 평균 생성자가 만드는 샘플. 배치 정규화의 평균과 분산은 이 샘플들에서 구한다.
  const fixed = tensor(samples * latent), fixedRandom = randomFrom(12345);
  for (let i = 0; i < fixed.length; i++) fixed[i] = fixedRandom.normal();
  const sample = (latents = fixed) => averageForger.forward(latents).slice();

  // 샘플 하나를 들여다본다. 잠재 벡터, 활성화 함수를 지난 위조범과 검사관의 특성 맵들(위조범의 마지막 것이 이미지), 로짓, 그리고 픽셀을 조금 키우면
  // 로짓이 얼마나 커지는지(그레이디언트)이다. 검사관은 그 샘플이 든 한 배치를 함께 본다.
  const watched = tensor(batch * pixels);
  let looked;
  function inspect(k) {
    const first = Math.min(k - (k % batch), samples - batch), place = k - first;
    watched.set(averageForger.forward(fixed).subarray(first * pixels, (first + batch) * pixels));
    const logit = judgeFake.forward(watched)[place];
    dFake.fill(0);
    dFake[place] = 1;
    const gradient = partOf(judgeFake.backward(dFake, false), place, batch);
    looked = {
      forger: { layers: averageForger.layers, b: k, n: samples }, inspector: { layers: judgeFake.layers, b: place, n: batch },
    };
    const mapsOf = ({ layers, b, n }) => layers.filter(({ activation }) => activation).map(({ output }) => partOf(output, b, n));
    return { z: partOf(fixed, k, samples), forger: mapsOf(looked.forger), inspector: mapsOf(looked.inspector), logit, gradient };
  }
  const partOf = (values, b, n) => values.slice(b * values.length / n, (b + 1) * values.length / n);

  // 들여다본 샘플에서 특성 맵의 값 하나가 나온 길. network의 depth번 특성 맵의 i번 값이 어느 곱들의 합(sum)이고, 그 합이 배치 정규화(within)와
  // 활성화 함수를 지나 얼마(value)가 되었는지이다.
  function origin(network, depth, i) {
    const { layers, b, n } = looked[network];
    const start = layers.indexOf(layers.filter(({ met }) => met)[depth]);
    const next = layers.findIndex(({ met }, k) => met && k > start);
    const passed = layers.slice(start, next < 0 ? layers.length : next);
    const at = b * passed[0].output.length / n + i;
    return {
      ...passed[0].met(b, i), sum: passed[0].output[at], value: passed.at(-1).output[at],
      ...passed.find(({ within }) => within)?.within(at),
    };
  }

  return { settings, step, sample, inspect, origin, gradients, dParameters, gParameters, averages, real, z, realLabels, fakeLabels, movesReal, movesFake, fixed, tensor };
}
