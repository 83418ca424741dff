"""훈련 스텝 하나의 시간이 어느 연산에 드는지 센다.

연산을 한 번에 하나씩만 돌려(연산 안에서는 모든 코어를 쓴다) 시간을 더하면 스텝 전체가 되게 하고, TensorFlow의
프로파일러가 적은 것을 연산의 종류끼리 모은다.

    python -m tools.studies.profile_step --batch 32
"""

import argparse
import json
import os
import re
import tempfile
import time
from collections import defaultdict
from pathlib import Path

KINDS = {
    "합성곱과 전치 합성곱": r"Conv2D(Backprop\w+)?$",
    "배치 정규화": r"FusedBatchNorm",
    "LeakyReLU": r"LeakyRelu",
    "드롭아웃": r"SelectV2|StatelessRandom",
    "옵티마이저와 이동 평균(변수를 고치는 연산)": r"Assign\w*Variable|ResourceApply",
}


def profile(batch: int, precision: str, steps: int, dropout_rate: float = 0.0) -> dict:
    """연산의 종류마다 스텝에 든 밀리초를 돌려준다."""
    import tensorflow as tf

    from companion.training import build_dcgan
    from tools.studies.contenders import endless_batches

    tf.config.threading.set_inter_op_parallelism_threads(1)
    dcgan = build_dcgan(upsampling="transpose", precision=precision, dropout_rate=dropout_rate)
    images = tf.constant(next(endless_batches(batch)))
    function = tf.function(dcgan.train_step, reduce_retracing=True)
    for _ in range(2):
        function(images)
    with tempfile.TemporaryDirectory() as folder:
        tf.profiler.experimental.start(folder)
        start = time.perf_counter()
        for _ in range(steps):
            {name: float(value) for name, value in function(images).items()}
        wall = (time.perf_counter() - start) / steps
        tf.profiler.experimental.stop()
        path = next(Path(folder).rglob("*.xplane.pb"))
        by_kind = operations(path)
    milliseconds = {kind: total / 1e9 / steps for kind, total in by_kind.items()}
    return {"batch": batch, "precision": precision, "step_ms": wall * 1000, "ops_ms": milliseconds}


def operations(path: Path) -> dict[str, float]:
    """프로파일에서 연산의 종류마다 걸린 피코초를 더한다."""
    from tensorflow.tsl.profiler.protobuf import xplane_pb2

    space = xplane_pb2.XSpace()
    space.ParseFromString(path.read_bytes())
    totals: dict[str, float] = defaultdict(float)
    for plane in space.planes:
        if plane.name != "/host:CPU":
            continue
        for line in plane.lines:
            for event in line.events:
                name = plane.event_metadata[event.metadata_id].name
                if match := re.fullmatch(r"[^:]+:_?(?:Mkl|MklNative)?(?:Native)?(\w+)", name):
                    totals[match[1]] += event.duration_ps
    return dict(sorted(totals.items(), key=lambda item: -item[1]))


def table(result: dict) -> str:
    sums: dict[str, float] = defaultdict(float)
    for op, milliseconds in result["ops_ms"].items():
        kind = next((k for k, pattern in KINDS.items() if re.search(pattern, op)), "나머지")
        sums[kind] += milliseconds
    lines = [
        f"배치 {result['batch']}, {result['precision']}, 스텝 {result['step_ms']:.0f} ms",
        "",
        "| 연산 | 밀리초 | 스텝의 몇 % |",
        "| --- | --- | --- |",
    ]
    sums["연산 밖"] = result["step_ms"] - sum(sums.values())
    lines += [
        f"| {kind} | {ms:.1f} | {100 * ms / result['step_ms']:.1f} |"
        for kind, ms in sorted(sums.items(), key=lambda item: -item[1])
    ]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--precision", default="float32", choices=("float32", "mixed_bfloat16"))
    parser.add_argument("--steps", type=int, default=10)
    parser.add_argument("--output", type=Path, help="값을 담을 JSON 파일")
    parser.add_argument("--ops", action="store_true", help="연산마다의 시간도 보인다")
    options = parser.parse_args()
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    result = profile(options.batch, options.precision, options.steps)
    if options.output:
        options.output.write_text(json.dumps(result, ensure_ascii=False) + "\n")
    print(table(result))
    if options.ops:
        print(json.dumps(result["ops_ms"], indent=1))


if __name__ == "__main__":
    main()
