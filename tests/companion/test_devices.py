"""배치를 여러 장치에 나누어 훈련해도 한 장치에서와 같은지 본다. CPU를 둘로 나누어 장치 둘을 흉내 낸다."""

import json
import os
import subprocess
import sys

import pytest

from companion import training

# 장치를 나누는 일은 TensorFlow가 시작하기 전에 해야 하므로 따로 띄운 파이썬에서 한다.
SCRIPT = """
import json, sys
import numpy as np, tensorflow as tf
from companion import checkpoints, runs
from companion.training import build_dcgan

two = [tf.config.LogicalDeviceConfiguration()] * 2
tf.config.set_logical_device_configuration(tf.config.list_physical_devices("CPU")[0], two)
images = np.random.default_rng(0).integers(0, 256, (64, 16, 16, 1), "uint8")
plain = {"image_size": 16, "base_channels": 4, "gradient_penalty": 0.0}


def train(folder, devices, *stops):
    for epochs in stops:
        dcgan = build_dcgan(**plain, shift=2, devices=devices)
        arguments = dict(batch_size=16, verbose=0)
        history = runs.train(dcgan, images, run_dir=folder, epochs=epochs, **arguments)
    return history, [np.asarray(v) for v in checkpoints._variables(dcgan).values()]


def distance(first, second):
    return float(max(np.abs(a.astype(float) - b).max() for a, b in zip(first, second, strict=True)))


both = ["CPU:0", "CPU:1"]
history, one = train(sys.argv[1] + "/one", None, 3)
_, two = train(sys.argv[1] + "/two", both, 3)
_, resumed = train(sys.argv[1] + "/resumed", both, 1, 3)
try:
    dcgan = build_dcgan(**plain, devices=both)
    runs.train(dcgan, images, run_dir=sys.argv[1] + "/odd", epochs=1, batch_size=15)
except ValueError as error:
    refused = str(error)
try:
    build_dcgan(image_size=16, base_channels=4, devices=both)
except ValueError as error:
    penalty = str(error)
print(json.dumps({
    "two": distance(one, two), "resumed": distance(two, resumed), "refused": refused, "penalty": penalty,
    "moved": max(line["d_loss"] for line in history) - min(line["d_loss"] for line in history),
}))
"""


def test_two_devices_give_what_one_gives_and_resume_exactly(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(tmp_path)],
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["moved"] > 0.01  # 훈련하기는 했다.
    assert found["two"] < 1e-4
    assert found["resumed"] == 0
    assert "batch_size가 15인데 장치가 2개이다" in found["refused"]
    assert "장치가 2개인데 gradient_penalty가 0.02이다" in found["penalty"]


@pytest.mark.parametrize("devices", [["GPU:7"], []])
def test_devices_that_are_not_there_are_refused(devices):
    with pytest.raises(ValueError, match="이 기계에 있는 장치는.*CPU:0"):
        training.build_dcgan(image_size=16, base_channels=4, devices=devices)
