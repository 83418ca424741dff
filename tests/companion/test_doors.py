"""companion의 공개 함수마다 엉뚱한 값을 하나씩 넣어 본다. 뜻이 통하는 결과가 나오거나, 한국어 한 문장으로 거절해야 한다."""

import inspect
import re
import warnings
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure

import companion
from companion import (
    checkpoints,
    data,
    diagnosis,
    evaluation,
    explore,
    models,
    plotting,
    recorded,
    runs,
    sampling,
    training,
)

PIXELS = np.arange(2 * 8 * 8, dtype="uint8").reshape(2, 8, 8, 1)
BRICKS = np.zeros((2, 64, 64, 1), "uint8")
FEATURES = np.random.default_rng(0).standard_normal((100, 3))
LINE = {"d_loss": 0.6, "g_loss": 1.0, "d_real_accuracy": 0.8, "d_fake_accuracy": 0.8}
HISTORY = [{"epoch": 1, "step": 1, "images": 8, "seconds": 1.0, **LINE}]
SMALL = {"image_size": 8, "base_channels": 1}

WRONG = {
    "None": None,
    "text": "text",
    "empty list": [],
    "empty dict": {},
    "objects": np.array([None, {}], object),
    "words": ["a", "b"],
    "ragged": [[1], [1, 2]],
    "complex": np.ones((2, 8, 8, 1), "complex64"),
    "six dimensions": np.zeros((2,) * 6),
    "no images": np.zeros((0, 8, 8, 1), "uint8"),
    "NaN": float("nan"),
    "array with NaN": np.full((2, 8, 8, 1), np.nan),
    "array with huge": np.full((2, 8, 8, 1), 1e300),
    "negative": -1,
    "zero": 0,
    "huge": 10**20,
    "huge float": 1e300,
    "True": True,
    "fraction": 1.5,
    "NumPy's integer": np.int64(3),
    "NumPy's number": np.float32(0.5),
    "missing": Path("/missing/folder"),
    "folder": Path("a folder"),
    "file": Path("a file.txt"),
    "bytes": b"a",
    "function": len,
}


@pytest.fixture(scope="module")
def doors(tmp_path_factory):
    """공개 함수와, 하나만 바꾸어 볼 옳은 인자들이다."""
    discriminator, generator = (
        models.build_discriminator(**SMALL),
        models.build_generator(4, **SMALL),
    )
    smooth = models.build_generator(4, "smooth", **SMALL)
    dcgan = training.build_dcgan(**SMALL, latent_dim=4, shift=1)
    folder = tmp_path_factory.mktemp("checkpoints")
    path = checkpoints.save_checkpoint(folder, dcgan, 0)
    run_dir = tmp_path_factory.mktemp("runs") / "run"
    options = {"dcgan": dcgan, "images": PIXELS, "run_dir": run_dir, "epochs": 1, "batch_size": 2}
    figure = {"caption": "설명", "alt": "글"}
    return [
        (data.preprocess, {"img": PIXELS}),
        (data.to_uint8, {"x": np.zeros((2, 8, 8, 1))}),
        (data.load_bricks, {"source": "embedded", "split": "train", "channels": 1, "background": 0, "cache_dir": None}),
        (data.Bricks(PIXELS, *[np.zeros(2)] * 4).dataset, {"batch_size": 2, "shuffle": True, "seed": 1}),
        (data.brick_batches, {"images": PIXELS, "batch_size": 2, "seed": 1, "start_step": 0}),
        (data.count_steps, {"images": 4, "batch_size": 2}),
        (data.export_bricks, {"folder": folder / "bricks", "split": "heldout", "limit": 2}),
        (diagnosis.diagnose, {"history": HISTORY, "label_noise": 0.1}),
        (models.build_discriminator, {**SMALL, "channels": 1, "dropout_rate": 0.1}),
        (models.build_generator, {**SMALL, "latent_dim": 4, "upsampling": "resize", "kernel_size": 4, "channels": 1}),
        (models.build_logit_model, {"discriminator": discriminator}),
        (models.as_transposed, {"generator": smooth}),
        (sampling.latents, {"n": 2, "latent_dim": 3, "seed": 0}),
        (sampling.interpolate, {"start": [1.0, 0.0], "end": [0.0, 1.0], "n": 3}),
        (sampling.strongest_directions, {"kernel": np.eye(3), "n": 2}),
        (sampling.tile, {"images": PIXELS, "columns": 2}),
        (training.DCGAN, {"discriminator": discriminator, "generator": generator, "latent_dim": 4, "label_noise": 0.1,
                          "ema_decay": 0.9, "gradient_penalty": 0.0, "penalty_interval": 1, "shift": 1, "seed": 0,
                          "settings": None}),
        (training.binary_cross_entropy, {"labels": [1.0, 0.0], "logits": [0.0, 1.0]}),
        (training.build_dcgan, {"settings": training.Settings(**SMALL, latent_dim=4, shift=1), "devices": None}),
        (training.mirrored, {"devices": ["CPU:0"]}),
        (training.ConstantThenLinear, {"learning_rate": 0.1, "decay_steps": 10}),
        (runs.train, {**options, "steps_per_epoch": 1, "sample_steps": (), "seed": 0, "callbacks": (), "verbose": 0}),
        (runs.load_generator, {"path": path}),
        (runs.stored_config, {"run_dir": folder}),
        (checkpoints.list_checkpoints, {"folder": folder}),
        (checkpoints.read_header, {"path": path}),
        (checkpoints.load_checkpoint, {"path": path, "dcgan": dcgan, "config": None}),
        (checkpoints.load_latest_checkpoint, {"folder": folder, "dcgan": dcgan, "config": None}),
        (checkpoints.save_checkpoint, {"folder": folder / "new", "dcgan": dcgan, "step": 1, "keep": 1}),
        (evaluation.brick_features, {"images": BRICKS}),
        (evaluation.predict_parts, {"images": BRICKS}),
        (evaluation.part_coverage, {"images": BRICKS}),
        (evaluation.kernel_distance, {"real": FEATURES, "fake": FEATURES, "kernel": "gaussian", "subsets": 1, "subset_size": 2, "seed": 0}),
        (evaluation.agreement, {"real": FEATURES, "fake": FEATURES, "k": 3, "k_density": 5}),
        (evaluation.nyquist_share, {"images": BRICKS}),
        (evaluation.nearest_distances, {"images": BRICKS, "reference": BRICKS}),
        (evaluation.diversity, {"images": BRICKS}),
        (explore.frame_scrubber, {"frames": PIXELS[..., 0], "labels": [1, 2], "title": "제목", "alt": "글"}),
        (explore.latent_explorer, {"generator": generator, "latent_dim": 4, "seed": 0, "directions": 2}),
        (plotting.as_pixels, {"images": PIXELS}),
        (plotting.data_uri, {"picture": PIXELS[0]}),
        (plotting.show, {"figure": Figure((1, 1)), **figure}),
        (plotting.plot_samples, {"images": PIXELS, "columns": 2, "titles": ["a", "b"], "kinds": ["real", "fake"]}),
        (plotting.plot_training_grids, {"steps": [1, 2], "grids": PIXELS[None, ..., 0].repeat(2, 0), "n": 1, "heading": "스텝"}),
        (plotting.plot_interpolation, {"images": PIXELS}),
        (plotting.plot_neighbours, {"samples": PIXELS, "neighbours": PIXELS, "distances": [0.1, 0.2]}),
        (plotting.plot_history, {"history": HISTORY}),
        (plotting.plot_pixel_histogram, {"before": PIXELS, "after": PIXELS / 255}),
        (plotting.plot_training_step, {"real": PIXELS[0], "fake": PIXELS[1]}),
        (plotting.plot_architecture, {"model": generator}),
        (plotting.plot_size_steps, {"model": generator}),
        (plotting.plot_plan, {"real": PIXELS, "discriminator": discriminator, "generator": generator, "fake": PIXELS,
                              "titles": list("가나다라"), "notes": list("가나다라")}),
        (plotting.plot_transposed_convolution, {"values": [[1]], "kernel": [[1, 2], [3, 4]], "stride": 2, "padding": 0, "view": "zeros"}),
        (plotting.plot_upsampling_convolution, {"values": [[1]], "kernel": [[1, 2], [3, 4]]}),
        (plotting.plot_overlap_counts, {"kernel_sizes": (2,), "stride": 2}),
        (plotting.table, {"columns": {"수": [1, 2]}}),
        (plotting.layer_table, {"model": generator}),
        (recorded.experiments, {"study": "recipe"}),
    ]  # fmt: skip


def complaint(function, arguments):
    """함수가 뜻 모를 말을 하면 그 말이고, 되거나 한국어로 거절하면 빈 글이다."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            warnings.simplefilter(
                "ignore", DeprecationWarning
            )  # 남의 패키지가 저희끼리 쓰는 낡은 기능
            function(**arguments)
    except (ValueError, TypeError, OSError, RuntimeError, ArithmeticError, UserWarning) as error:
        if re.search(r"[가-힣]다[.(]", str(error)) and "\n" not in str(error):
            return ""
        return f"{type(error).__name__}: {error}"
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return ""


def test_no_public_function_is_left_out(doors):
    tried = {function.__name__ for function, _ in doors}
    public = [getattr(companion, name) for name in companion.__all__] + list(
        vars(plotting).values()
    )
    functions = [
        one for one in public if inspect.isfunction(one) and inspect.signature(one).parameters
    ]
    assert {function.__name__ for function in functions} <= tried


def test_every_door_answers_or_refuses_in_korean(doors, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("a folder").mkdir()
    Path("a file.txt").write_text("text", encoding="utf-8")
    said = []
    for function, arguments in doors:
        assert complaint(function, arguments) == "", function
        for name in arguments:
            for kind, wrong in WRONG.items():
                words = complaint(function, {**arguments, name: wrong})
                if words:
                    said.append(f"{function.__qualname__}({name}={kind}): {words[:200]}")
    assert said == []
