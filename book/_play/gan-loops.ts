// gan-loops.js의 함수들을 WebAssembly로 적은 것(AssemblyScript). 하는 일과 이름이 모두 같고, 한 번에 네 수씩 계산한다.
// 배열 대신 메모리의 주소(바이트)를 받는다. 채널의 수와 행의 수는 4의 배수여야 하고, 배열 뒤에는 네 수만큼의 빈자리가 있어야 한다.
// 고친 다음에는 `python -m tools.makers.loops`로 gan-wasm.js를 다시 만든다.

const F: usize = 4; // 수 하나의 바이트
const BLOCK = 128; // 행렬 B의 행을 이만큼씩 잘라 쓰면 캐시에 머문다
const SLOPE: f32 = 0.2, EPSILON: f32 = 1e-3, TINY: f32 = 1e-7;

// @ts-ignore: decorator
@inline function plusProduct(sum: v128, a: v128, b: v128): v128 { return f32x4.add(sum, f32x4.mul(a, b)); }
// @ts-ignore: decorator
@inline function put(to: usize, value: v128, add: bool): void {
  v128.store(to, add ? f32x4.add(value, v128.load(to)) : value);
}

// 네 행과 여덟 열씩 계산한다. 여덟 벡터에 담은 서른두 합이 레지스터를 떠나지 않는다.
export function multiply(C: usize, A: usize, B: usize, M: i32, N: i32, K: i32, strideI: i32, strideK: i32, add: i32): void {
  const si = <usize>strideI * F, sk = <usize>strideK * F, row = <usize>N * F;
  for (let k0 = 0; k0 < K; k0 += BLOCK) {
    const depth = min(BLOCK, K - k0), sum = add != 0 || k0 > 0;
    for (let i = 0; i < M; i += 4) {
      for (let j = 0; j < N; j += 8) {
        const wide = j + 8 <= N; // 열이 넷만 남으면 오른쪽 절반은 버린다
        let a = A + <usize>k0 * sk + <usize>i * si, b = B + <usize>k0 * row + <usize>j * F;
        let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0, t0 = s0, t1 = s0, t2 = s0, t3 = s0;
        for (let k = 0; k < depth; k++, a += sk, b += row) {
          const u = v128.load(b), v = v128.load(b, 16);
          const a0 = v128.load32_splat(a), a1 = v128.load32_splat(a + si);
          const a2 = v128.load32_splat(a + 2 * si), a3 = v128.load32_splat(a + 3 * si);
          s0 = plusProduct(s0, a0, u); t0 = plusProduct(t0, a0, v);
          s1 = plusProduct(s1, a1, u); t1 = plusProduct(t1, a1, v);
          s2 = plusProduct(s2, a2, u); t2 = plusProduct(t2, a2, v);
          s3 = plusProduct(s3, a3, u); t3 = plusProduct(t3, a3, v);
        }
        const c = C + (<usize>i * N + j) * F;
        put(c, s0, sum); put(c + row, s1, sum); put(c + 2 * row, s2, sum); put(c + 3 * row, s3, sum);
        if (wide) { put(c + 16, t0, sum); put(c + row + 16, t1, sum); put(c + 2 * row + 16, t2, sum); put(c + 3 * row + 16, t3, sum); }
      }
    }
  }
}

export function transpose(to: usize, from: usize, rows: i32, columns: i32): void {
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++, from += F) f32.store(to + (<usize>c * rows + r) * F, f32.load(from));
}

// 채널이 하나인 이미지에서는 픽셀을 하나씩, 아니면 네 채널씩 옮긴다.
export function gather(columns: usize, image: usize, n: i32, side: i32, channels: i32): void {
  const half = side >> 1, pixel = <usize>channels * F;
  for (let b = 0; b < n; b++) for (let i = 0; i < half; i++) for (let j = 0; j < half; j++) {
    for (let y = 2 * i - 1; y < 2 * i + 3; y++) for (let x = 2 * j - 1; x < 2 * j + 3; x++, columns += pixel) {
      const from = image + <usize>((b * side + y) * side + x) * pixel;
      if (y < 0 || y >= side || x < 0 || x >= side) memory.fill(columns, 0, pixel);
      else if (channels == 1) f32.store(columns, f32.load(from));
      else for (let p: usize = 0; p < pixel; p += 16) v128.store(columns + p, v128.load(from + p));
    }
  }
}

export function scatter(image: usize, columns: usize, n: i32, side: i32, channels: i32): void {
  const half = side >> 1, pixel = <usize>channels * F;
  memory.fill(image, 0, <usize>(n * side * side) * pixel);
  for (let b = 0; b < n; b++) for (let i = 0; i < half; i++) for (let j = 0; j < half; j++) {
    for (let y = 2 * i - 1; y < 2 * i + 3; y++) for (let x = 2 * j - 1; x < 2 * j + 3; x++, columns += pixel) {
      if (y < 0 || y >= side || x < 0 || x >= side) continue;
      const to = image + <usize>((b * side + y) * side + x) * pixel;
      if (channels == 1) f32.store(to, f32.load(to) + f32.load(columns));
      else for (let p: usize = 0; p < pixel; p += 16) put(to + p, v128.load(columns + p), true);
    }
  }
}

// 채널 넷씩 계산한다.
export function normalize(y: usize, hat: usize, inverse: usize, x: usize, gamma: usize, beta: usize, rows: i32, channels: i32): void {
  const row = <usize>channels * F, end = <usize>rows * row, share = f32x4.splat(<f32>1 / <f32>rows);
  for (let c: usize = 0; c < row; c += 16) {
    let sum = f32x4.splat(0), squares = sum;
    for (let p = x + c; p < x + end; p += row) sum = f32x4.add(sum, v128.load(p));
    const mean = f32x4.mul(share, sum);
    for (let p = x + c; p < x + end; p += row) {
      const centred = f32x4.sub(v128.load(p), mean);
      squares = plusProduct(squares, centred, centred);
    }
    const scale = f32x4.div(f32x4.splat(1), f32x4.sqrt(plusProduct(f32x4.splat(EPSILON), share, squares)));
    v128.store(inverse + c, scale);
    const g = v128.load(gamma + c), s = v128.load(beta + c);
    for (let p = c; p < end; p += row) {
      const h = f32x4.mul(f32x4.sub(v128.load(x + p), mean), scale);
      v128.store(hat + p, h);
      v128.store(y + p, plusProduct(s, g, h));
    }
  }
}

export function normalizeBackward(dx: usize, dy: usize, hat: usize, inverse: usize, gamma: usize, dBeta: usize, dGamma: usize, rows: i32, channels: i32): void {
  const row = <usize>channels * F, end = <usize>rows * row, share = f32x4.splat(<f32>1 / <f32>rows);
  for (let c: usize = 0; c < row; c += 16) {
    let sum = f32x4.splat(0), product = sum;
    for (let p = c; p < end; p += row) {
      const d = v128.load(dy + p);
      sum = f32x4.add(sum, d);
      product = plusProduct(product, d, v128.load(hat + p));
    }
    v128.store(dBeta + c, sum);
    v128.store(dGamma + c, product);
    const g = f32x4.mul(v128.load(gamma + c), v128.load(inverse + c)), s = f32x4.mul(sum, share), t = f32x4.mul(product, share);
    for (let p = c; p < end; p += row) {
      const rest = f32x4.sub(f32x4.sub(v128.load(dy + p), s), f32x4.mul(v128.load(hat + p), t));
      v128.store(dx + p, f32x4.mul(g, rest));
    }
  }
}

export function leaky(y: usize, x: usize, length: i32): void {
  for (let p: usize = 0; p < <usize>length * F; p += 16) {
    const v = v128.load(x + p);
    v128.store(y + p, f32x4.max(v, f32x4.mul(v, f32x4.splat(SLOPE))));
  }
}

export function leakyBackward(dx: usize, dy: usize, x: usize, length: i32): void {
  for (let p: usize = 0; p < <usize>length * F; p += 16) {
    const d = v128.load(dy + p), positive = f32x4.gt(v128.load(x + p), f32x4.splat(0));
    v128.store(dx + p, v128.bitselect(d, f32x4.mul(d, f32x4.splat(SLOPE)), positive));
  }
}

export function adam(value: usize, gradient: usize, m: usize, v: usize, length: i32, step: f32, beta1: f32, beta2: f32): void {
  const a = f32x4.splat(1 - beta1), b = f32x4.splat(1 - beta2), rate = f32x4.splat(step), tiny = f32x4.splat(TINY);
  for (let p: usize = 0; p < <usize>length * F; p += 16) {
    const g = v128.load(gradient + p), m0 = v128.load(m + p), v0 = v128.load(v + p);
    const m1 = plusProduct(m0, a, f32x4.sub(g, m0)), v1 = plusProduct(v0, b, f32x4.sub(f32x4.mul(g, g), v0));
    v128.store(m + p, m1);
    v128.store(v + p, v1);
    const move = f32x4.div(f32x4.mul(rate, m1), f32x4.add(f32x4.sqrt(v1), tiny));
    v128.store(value + p, f32x4.sub(v128.load(value + p), move));
  }
}

export function blend(to: usize, from: usize, length: i32, share: f32): void {
  for (let p: usize = 0; p < <usize>length * F; p += 16) {
    const t = v128.load(to + p);
    v128.store(to + p, plusProduct(t, f32x4.splat(share), f32x4.sub(v128.load(from + p), t)));
  }
}
