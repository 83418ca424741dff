// 다 훈련한 생성자를 브라우저에서 계산한다. 라이브러리 없이 배열과 반복문만 쓴다.
//
// 배열의 차례는 Keras와 같다. 이미지는 [세로][가로][채널], 커널은 [세로][가로][나가는 채널][들어오는 채널]이다.
// 배치 정규화는 미리 커널과 편향에 곱하고 더해 두었다. 훈련이 끝나면 배치 정규화도 곱셈과 덧셈 한 번이기 때문이다.
//
// 이 함수는 글로 바뀌어 웹 워커로 건너가므로, 바깥의 이름을 쓰지 않는다.

function generatorWorker() {
  // 전치 합성곱. 입력 픽셀 하나가 커널만큼의 자리에 제 값을 곱해 더한다. 그것을 출력의 자리에서 거꾸로 보면, 출력
  // 픽셀 (y, x)에는 커널의 칸 (ky, kx)마다 y + 앞여백 - ky와 x + 앞여백 - kx가 스트라이드로 나누어떨어지는 입력이 모인다.
  function transposedConvolution(input, layer) {
    const { size, outSize, inChannels, outChannels, kernelSize, stride, padding, kernel, bias } = layer;
    const output = new Float32Array(outSize * outSize * outChannels);
    for (let y = 0; y < outSize; y++) {
      for (let x = 0; x < outSize; x++) {
        const sums = output.subarray((y * outSize + x) * outChannels, (y * outSize + x + 1) * outChannels);
        sums.set(bias);
        for (let ky = 0; ky < kernelSize; ky++) {
          const row = (y + padding - ky) / stride;
          if (row < 0 || row >= size || !Number.isInteger(row)) continue;
          for (let kx = 0; kx < kernelSize; kx++) {
            const column = (x + padding - kx) / stride;
            if (column < 0 || column >= size || !Number.isInteger(column)) continue;
            const pixel = input.subarray((row * size + column) * inChannels, (row * size + column + 1) * inChannels);
            addProducts(sums, pixel, kernel, (ky * kernelSize + kx) * outChannels * inChannels);
          }
        }
      }
    }
    return output;
  }

  // 나가는 채널마다 sums += 입력 픽셀 · 커널. 네 채널씩 함께 계산하면 입력을 한 번만 읽어 두 배쯤 빠르다.
  function addProducts(sums, pixel, kernel, start) {
    const n = pixel.length;
    let o = 0;
    for (; o + 4 <= sums.length; o += 4) {
      const at = start + o * n;
      let a = 0, b = 0, c = 0, d = 0;
      for (let i = 0; i < n; i++) {
        const value = pixel[i];
        a += value * kernel[at + i];
        b += value * kernel[at + n + i];
        c += value * kernel[at + 2 * n + i];
        d += value * kernel[at + 3 * n + i];
      }
      sums[o] += a;
      sums[o + 1] += b;
      sums[o + 2] += c;
      sums[o + 3] += d;
    }
    for (; o < sums.length; o++) {
      for (let i = 0; i < n; i++) sums[o] += pixel[i] * kernel[start + o * n + i];
    }
  }

  // 음수에는 LeakyReLU의 기울기를 곱한다. 층의 크기와 기울기는 모두 Keras의 모델에서 읽어 온 것이다.
  const activations = {
    linear: (x, slope) => (x < 0 ? slope * x : x),
    tanh: Math.tanh,
  };

  // 잠재 벡터 하나를 층마다의 특성 맵으로 바꾼다. 마지막 것이 이미지이고 범위는 [-1, 1]이다.
  function forward(layers, z) {
    const maps = [];
    let x = Float32Array.from(z);
    for (const layer of layers) {
      const activation = activations[layer.activation];
      x = transposedConvolution(x, layer).map((value) => activation(value, layer.slope));
      maps.push(x);
    }
    return maps;
  }

  // base64 글을 바이트로 바꾸고, 정수에 커널의 칸과 나가는 채널마다의 눈금을 곱해 실수로 되돌린다.
  function decode(layer) {
    const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
    const low = bytes(layer.low), high = new Int8Array(bytes(layer.high).buffer);
    const scale = new Float32Array(bytes(layer.scale).buffer);
    const bias = new Float32Array(bytes(layer.bias).buffer);
    const kernel = new Float32Array(low.length);
    for (let i = 0; i < kernel.length; i++) {
      kernel[i] = (256 * high[i] + low[i]) * scale[Math.floor(i / layer.inChannels)];
    }
    return { ...layer, kernel, bias };
  }

  let layers = null;
  self.onmessage = ({ data }) => {
    if (data.layers) layers = data.layers.map(decode);
    else {
      const start = performance.now();
      const maps = forward(layers, data.z);
      self.postMessage({ id: data.id, maps, milliseconds: performance.now() - start });
    }
  };
}

// 워커를 띄우고, 잠재 벡터를 주면 특성 맵을 약속(Promise)으로 돌려주는 함수를 만든다. 그동안 쪽은 멈추지 않는다.
// file://에서는 다른 파일로 워커를 띄울 수 없어서 함수의 글을 그대로 넘긴다.
window.startGenerator = function (layers) {
  const source = new Blob([`(${generatorWorker})()`], { type: "text/javascript" });
  const worker = new Worker(URL.createObjectURL(source));
  const waiting = new Map();
  let next = 0;
  worker.postMessage({ layers });
  worker.onmessage = ({ data }) => {
    waiting.get(data.id)(data);
    waiting.delete(data.id);
  };
  return (z) =>
    new Promise((resolve) => {
      waiting.set(next, resolve);
      worker.postMessage({ id: next++, z });
    });
};
