// gan.js가 쓰는 반복문. 무거운 계산은 모두 여기에 있다. gan-loops.ts는 같은 함수를 한 번에 네 수씩 계산하는 WebAssembly로
// 적은 것이고, 그것을 쓸 수 없는 브라우저는 이 파일로 훈련한다.
//
// 배열은 Float32Array이고 순서는 Keras와 같다. 이미지는 (배치, 세로, 가로, 채널), 커널은 (4, 4, 채널, 채널)이다.
"use strict";

function ganLoops() {
  const SLOPE = 0.2; // LeakyReLU가 음수에 곱하는 기울기
  const EPSILON = 1e-3; // 배치 정규화가 분산에 더하는 수. Keras의 기본값이다

  return {
    // 행렬의 곱 C = A·B. add가 1이면 C에 더한다. C는 M×N, B는 K×N이고 한 행씩 이어져 있다. N은 4의 배수이다.
    // A의 (i, k)는 A[i·strideI + k·strideK]에 있으므로, 두 걸음을 바꾸어 주면 전치 행렬을 곱한다.
    // 네 열씩 함께 계산하면 A를 한 번만 읽고, 합을 다 더한 다음에 C에 적는다.
    multiply(C, A, B, M, N, K, strideI, strideK, add) {
      for (let i = 0; i < M; i++) {
        for (let j = 0; j < N; j += 4) {
          let c0 = 0, c1 = 0, c2 = 0, c3 = 0;
          for (let k = 0, a = i * strideI, b = j; k < K; k++, a += strideK, b += N) {
            const value = A[a];
            c0 += value * B[b];
            c1 += value * B[b + 1];
            c2 += value * B[b + 2];
            c3 += value * B[b + 3];
          }
          const c = i * N + j;
          C[c] = c0 + (add ? C[c] : 0);
          C[c + 1] = c1 + (add ? C[c + 1] : 0);
          C[c + 2] = c2 + (add ? C[c + 2] : 0);
          C[c + 3] = c3 + (add ? C[c + 3] : 0);
        }
      }
    },

    transpose(to, from, rows, columns) {
      for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) to[c * rows + r] = from[r * columns + c];
    },

    // 4×4 창을 두 픽셀씩 옮기며, 창마다 본 것을 한 행에 펴서 적는다. 한 변이 side인 이미지 n장에서 n·(side/2)² 행이 나온다.
    // 창은 이미지 밖으로 한 픽셀 나가고, 나간 자리는 0이다.
    gather(columns, image, n, side, channels) {
      const half = side / 2;
      let to = 0;
      for (let b = 0; b < n; b++) for (let i = 0; i < half; i++) for (let j = 0; j < half; j++) {
        for (let y = 2 * i - 1; y < 2 * i + 3; y++) for (let x = 2 * j - 1; x < 2 * j + 3; x++, to += channels) {
          const outside = y < 0 || y >= side || x < 0 || x >= side;
          const from = ((b * side + y) * side + x) * channels;
          for (let c = 0; c < channels; c++) columns[to + c] = outside ? 0 : image[from + c];
        }
      }
    },

    // gather의 수반(adjoint). 행마다 적힌 4×4 창을 왔던 자리에 되돌려 더한다.
    scatter(image, columns, n, side, channels) {
      const half = side / 2;
      let from = 0;
      image.fill(0, 0, n * side * side * channels);
      for (let b = 0; b < n; b++) for (let i = 0; i < half; i++) for (let j = 0; j < half; j++) {
        for (let y = 2 * i - 1; y < 2 * i + 3; y++) for (let x = 2 * j - 1; x < 2 * j + 3; x++, from += channels) {
          if (y < 0 || y >= side || x < 0 || x >= side) continue;
          const to = ((b * side + y) * side + x) * channels;
          for (let c = 0; c < channels; c++) image[to + c] += columns[from + c];
        }
      }
    },

    // 배치 정규화. 채널마다 평균 0, 분산 1로 맞춘 것이 hat이고, 거기에 gamma를 곱하고 beta를 더한 것이 y이다.
    normalize(y, hat, inverse, x, gamma, beta, rows, channels) {
      for (let c = 0; c < channels; c++) {
        let sum = 0, squares = 0;
        for (let i = c; i < rows * channels; i += channels) sum += x[i];
        const mean = sum / rows;
        for (let i = c; i < rows * channels; i += channels) squares += (x[i] - mean) ** 2;
        inverse[c] = 1 / Math.sqrt(squares / rows + EPSILON);
        for (let i = c; i < rows * channels; i += channels) {
          hat[i] = (x[i] - mean) * inverse[c];
          y[i] = gamma[c] * hat[i] + beta[c];
        }
      }
    },

    // dBeta와 dGamma는 beta와 gamma의 그레이디언트이고, x로 돌아가는 그레이디언트에도 쓰인다. 평균과 분산도 x에서 나왔기 때문이다.
    normalizeBackward(dx, dy, hat, inverse, gamma, dBeta, dGamma, rows, channels) {
      for (let c = 0; c < channels; c++) {
        let sum = 0, product = 0;
        for (let i = c; i < rows * channels; i += channels) { sum += dy[i]; product += dy[i] * hat[i]; }
        dBeta[c] = sum;
        dGamma[c] = product;
        for (let i = c; i < rows * channels; i += channels) {
          dx[i] = gamma[c] * inverse[c] * (dy[i] - (sum + hat[i] * product) / rows);
        }
      }
    },

    leaky(y, x, length) { for (let i = 0; i < length; i++) y[i] = x[i] > 0 ? x[i] : SLOPE * x[i]; },
    leakyBackward(dx, dy, x, length) { for (let i = 0; i < length; i++) dx[i] = x[i] > 0 ? dy[i] : SLOPE * dy[i]; },

    // Adam의 한 걸음. m은 그레이디언트의, v는 그 제곱의 지수 이동 평균이다.
    adam(value, gradient, m, v, length, step, beta1, beta2) {
      for (let i = 0; i < length; i++) {
        m[i] += (1 - beta1) * (gradient[i] - m[i]);
        v[i] += (1 - beta2) * (gradient[i] ** 2 - v[i]);
        value[i] -= step * m[i] / (Math.sqrt(v[i]) + 1e-7);
      }
    },

    // 지수 이동 평균. to를 from 쪽으로 share만큼 끌어온다.
    blend(to, from, length, share) { for (let i = 0; i < length; i++) to[i] += share * (from[i] - to[i]); },
  };
}
