"""companion의 DCGAN을 PyTorch로 똑같이 짓고, 여러 훈련법을 나란히 훈련한다.

층, 초기 가중치, 배치 정규화, 손실, 패널티, 옮기기, 이동 평균의 식이 companion의 것과 같고, 테스트가 둘을 비교한다. 다른 것은
셋이다. 배치는 섞어서 차례로 주지 않고 다시 넣으며 뽑는다. 배치 정규화의 이동 분산은 PyTorch대로 n − 1로 나눈 것이다(많아야
0.2% 크다). Adam의 ε은 편향을 고친 뒤에 더한다.

GPU가 있으면 한 스텝을 CUDA 그래프로 담아 두고 훈련법마다 스레드와 스트림 하나씩을 쓴다. 시간이 다 되면 상태를 담고 멈추며,
같은 명령을 다시 치면 이어서 한다. TensorFlow가 없어도 되고, torch, numpy, pillow, filelock, scikit-learn이 있어야 한다.

결과 폴더 안의 계획 이름을 딴 폴더에 다음이 생긴다. 다 끝나면 `python -m tools.studies collect 결과폴더`로 모은다.

- `curves.jsonl`: 한 줄이 훈련 하나를 한 번 잰 것이다. 거리는 이 책의 특성으로 잰 커널 거리에 1,000을 곱한 것이다.
- `weights/`, `samples/`: 훈련마다 이동 평균 생성자의 float16 가중치(Keras의 순서와 모양)와 고르지 않은 샘플 64장이다.
- `states/`: 이어서 할 상태이다. `machine.json`: 기계와 버전이다.
"""

import io
import json
import platform
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from copy import deepcopy
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from PIL import Image
from torch import nn
from torch.nn import functional

from companion import evaluation
from companion.data import load_bricks
from companion.files import read_packaged, write_atomically
from companion.sampling import latents, tile
from companion.settings import Settings
from tools.studies.plan import Recipe

LEG = 250  # 멈추라는 말을 살피고 난수의 시드를 새로 정하는 간격(스텝)
MEASURE_EVERY = 80_000  # 재는 간격(이미지)
SAMPLES = 3_000  # 잴 때 비교하는 이미지의 수
MEANS = ("d_loss", "g_loss", "d_real_accuracy", "d_fake_accuracy", "penalty")


# ---------------------------------------------------------------- 두 신경망


class SmoothConvTranspose2d(nn.Module):
    """`companion.models.SmoothConv2DTranspose`와 같은 층이다."""

    def __init__(self, inputs: int, outputs: int):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(inputs, outputs, 3, 3))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        rows = functional.pad(self.weight, (0, 0, 0, 1)) + functional.pad(self.weight, (0, 0, 1, 0))
        kernel = functional.pad(rows, (0, 1)) + functional.pad(rows, (1, 0))
        return functional.conv_transpose2d(x, kernel, stride=2, padding=1)


class Dropout(nn.Module):
    """훈련마다의 난수를 쓰는 드롭아웃이다. `nn.Dropout`의 난수는 나란히 도는 훈련들이 함께 쓴다."""

    def __init__(self, rate: float, random: torch.Generator):
        super().__init__()
        self.rate, self.random = rate, random

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        kept = torch.rand(x.shape, device=x.device, generator=self.random) >= self.rate
        return x * kept / (1 - self.rate)


def normalized(channels: int) -> list[nn.Module]:
    return [nn.BatchNorm2d(channels, eps=1e-3, momentum=0.1), nn.LeakyReLU(0.2)]


def build_generator(settings: Settings) -> nn.Sequential:
    widths = widths_of(settings)[::-1]

    def double(inputs: int, outputs: int) -> nn.Module:
        if settings.upsampling == "smooth":
            return SmoothConvTranspose2d(inputs, outputs)
        return nn.ConvTranspose2d(inputs, outputs, 4, stride=2, padding=1, bias=False)

    layers = [nn.ConvTranspose2d(settings.latent_dim, widths[0], 4, bias=False)]
    layers += normalized(widths[0])
    for inputs, outputs in zip(widths, widths[1:], strict=False):
        layers += [double(inputs, outputs), *normalized(outputs)]
    return initialized(nn.Sequential(*layers, double(widths[-1], settings.channels), nn.Tanh()))


def build_discriminator(settings: Settings, random: torch.Generator) -> nn.Sequential:
    """로짓을 답하는 판별자이다."""
    layers: list[nn.Module] = []
    inputs = settings.channels
    for width in widths_of(settings):
        layers.append(nn.Conv2d(inputs, width, 4, stride=2, padding=1, bias=False))
        layers += normalized(width) if len(layers) > 1 else [nn.LeakyReLU(0.2)]
        if settings.dropout_rate:
            layers.append(Dropout(settings.dropout_rate, random))
        inputs = width
    return initialized(nn.Sequential(*layers, nn.Conv2d(inputs, 1, 4, bias=False), nn.Flatten()))


def widths_of(settings: Settings) -> list[int]:
    """판별자의 채널 수이다. 생성자는 거꾸로이다."""
    return [settings.base_channels * 2**k for k in range(settings.image_size.bit_length() - 3)]


def initialized(network: nn.Sequential) -> nn.Sequential:
    """Keras의 기본값인 Glorot 균등 분포로 초기 가중치를 정한다."""
    for weights in network.parameters():
        if weights.ndim == 4:
            nn.init.xavier_uniform_(weights)
    return network


def to_keras(network: nn.Module) -> list[np.ndarray]:
    """가중치를 Keras의 `set_weights()`에 줄 순서와 모양으로 옮긴다. 합성곱과 전치 합성곱의 축이 같은 순서로 뒤집힌다."""
    tensors = [v.cpu() for v in network.state_dict().values() if v.is_floating_point()]
    return [(v.permute(2, 3, 1, 0) if v.ndim == 4 else v).numpy().copy() for v in tensors]


def from_keras(network: nn.Module, weights: Sequence[np.ndarray]) -> None:
    """Keras의 `get_weights()`를 받아들인다."""
    tensors = [v for v in network.state_dict().values() if v.is_floating_point()]
    for tensor, array in zip(tensors, weights, strict=True):
        value = torch.tensor(array)
        tensor.copy_(value.permute(3, 2, 0, 1) if value.ndim == 4 else value)


# ---------------------------------------------------------------- 훈련


class Draws(NamedTuple):
    """한 스텝에 뽑는 난수이다."""

    real_shift: torch.Tensor
    z: torch.Tensor
    fake_shift: torch.Tensor
    real_noise: torch.Tensor
    fake_noise: torch.Tensor


class Losses(NamedTuple):
    d_loss: torch.Tensor
    g_loss: torch.Tensor
    penalty: torch.Tensor
    """γ/2 · E‖∇ₓ 로짓‖²이다. 거르는 스텝에서는 0이다."""
    real_logits: torch.Tensor
    fake_logits: torch.Tensor


def shifted(images: torch.Tensor, shifts: torch.Tensor) -> torch.Tensor:
    """이미지마다 `shifts`의 (세로, 가로) 픽셀만큼 옮긴다. 드러난 자리는 가장자리의 픽셀로 채운다."""
    n, _, height, width = images.shape
    rows = (torch.arange(height, device=images.device) + shifts[:, :1]).clamp(0, height - 1)
    columns = (torch.arange(width, device=images.device) + shifts[:, 1:]).clamp(0, width - 1)
    each = torch.arange(n, device=images.device)[:, None, None]
    moved = images.permute(0, 2, 3, 1)[each, rows[:, :, None], columns[:, None, :]]
    return moved.permute(0, 3, 1, 2)


def penalty(logits: torch.Tensor, images: torch.Tensor, strength: float) -> torch.Tensor:
    (slope,) = torch.autograd.grad(logits.sum(), images, create_graph=True)
    return strength / 2 * slope.square().sum((1, 2, 3)).mean()


class Run:
    """훈련 하나의 두 신경망, 옵티마이저, 이동 평균, 그리고 지금까지 잰 것이다."""

    def __init__(self, recipe: Recipe, bricks: torch.Tensor):
        self.recipe, self.bricks, self.device = recipe, bricks, bricks.device
        settings = recipe.settings
        self.random = torch.Generator(self.device)
        torch.manual_seed(settings.seed)
        self.discriminator, self.generator = (
            network.to(self.device, memory_format=torch.channels_last)
            for network in (build_discriminator(settings, self.random), build_generator(settings))
        )
        self.average = deepcopy(self.generator).eval().requires_grad_(False)
        self.rate = torch.tensor(settings.learning_rate, device=self.device)
        self.optimizers = [self._adam(net) for net in (self.discriminator, self.generator)]
        self.count = torch.zeros((), device=self.device)  # 그래프 안에서 세는 스텝
        self.sums = torch.zeros(len(MEANS), device=self.device)  # 마지막으로 잰 뒤로 더한 것
        self.done = 0
        self.curve: list[dict[str, Any]] = []
        self.on_gpu = self.device.type == "cuda"
        self.stream = torch.cuda.Stream() if self.on_gpu else None
        self.graphs: dict[bool, Any] = {}

    def _adam(self, network: nn.Module) -> torch.optim.Adam:
        # 텐서인 학습률은 그래프를 다시 담지 않고도 바꿀 수 있다.
        fast = (
            {"fused": True, "capturable": True}
            if self.device.type == "cuda"
            else {"foreach": False}
        )
        betas = (self.recipe.settings.beta_1, 0.999)
        parameters = list(network.parameters())
        optimizer = torch.optim.Adam(parameters, self.rate, betas, eps=1e-7, **fast)
        for weights in parameters:
            # 모멘텀의 자리를 먼저 마련해야 그래프와 상태 파일이 처음부터 같은 텐서를 가리킨다.
            optimizer.state[weights] = {
                "step": torch.zeros((), device=self.device),
                "exp_avg": torch.zeros_like(weights),
                "exp_avg_sq": torch.zeros_like(weights),
            }
        return optimizer

    def tensors(self) -> list[torch.Tensor]:
        """훈련을 정하는 텐서 모두이다."""
        networks = (self.discriminator, self.generator, self.average)
        moments = (state for optimizer in self.optimizers for state in optimizer.state.values())
        return [
            self.count,
            self.sums,
            *(tensor for network in networks for tensor in network.state_dict().values()),
            *(tensor for state in moments for tensor in state.values()),
        ]

    # ---- 한 스텝

    def draw(self) -> Draws:
        n, settings = self.recipe.batch_size, self.recipe.settings
        options = {"device": self.device, "generator": self.random}
        shifts = torch.randint(-settings.shift, settings.shift + 1, (2, n, 2), **options)
        noise = torch.rand((2, n, 1), **options)
        z = torch.randn((n, settings.latent_dim), **options)
        return Draws(shifts[0], z, shifts[1], *noise)

    def logits(self, images: torch.Tensor) -> torch.Tensor:
        with self._precision():
            logits = self.discriminator(images.contiguous(memory_format=torch.channels_last))
        return logits.float()

    def _precision(self) -> Any:
        if self.recipe.settings.precision == "float32":
            return nullcontext()
        # 그래프에 담긴 형 변환은 다시 쓸 수 없으므로 담아 두지 않는다.
        return torch.autocast(self.device.type, torch.bfloat16, cache_enabled=False)

    def losses(self, real: torch.Tensor, draws: Draws, is_due: bool) -> Losses:
        """`companion.training.DCGAN.train_step()`의 손실이다. `is_due`이면 패널티도 계산한다."""
        settings = self.recipe.settings
        with self._precision():
            fake = self.generator(draws.z[:, :, None, None]).float()
        if settings.shift:
            real, fake = shifted(real, draws.real_shift), shifted(fake, draws.fake_shift)
        real = real.detach().requires_grad_(is_due)
        real_logits, fake_logits = self.logits(real), self.logits(fake)
        if self.recipe.loss == "relativistic":
            d_loss = functional.softplus(fake_logits - real_logits).mean()
            g_loss = functional.softplus(real_logits - fake_logits).mean()
        else:
            entropy = functional.binary_cross_entropy_with_logits
            real_loss = entropy(real_logits, 1 - settings.label_noise * draws.real_noise)
            fake_loss = entropy(fake_logits, settings.label_noise * draws.fake_noise)
            d_loss = (real_loss + fake_loss) / 2
            g_loss = entropy(fake_logits, torch.ones_like(fake_logits))
        slope = torch.zeros((), device=self.device)
        if is_due and settings.gradient_penalty:
            slope = slope + penalty(real_logits, real, settings.gradient_penalty)
        if is_due and self.recipe.fake_penalty:
            slope = slope + penalty(fake_logits, fake, self.recipe.fake_penalty)
        return Losses(d_loss, g_loss, slope, real_logits, fake_logits)

    def differentiate(self, losses: Losses) -> None:
        """두 신경망의 그레이디언트를 구한다. 둘 다 고치기 전의 상대에 대한 것이다."""
        objective = losses.d_loss + self.recipe.settings.penalty_interval * losses.penalty
        for network, loss in ((self.discriminator, objective), (self.generator, losses.g_loss)):
            weights = list(network.parameters())
            for weight, gradient in zip(
                weights, torch.autograd.grad(loss, weights, retain_graph=True), strict=True
            ):
                # GPU의 합쳐진 Adam은 가중치와 그레이디언트가 메모리에 같은 순서로 놓여 있어야 한다.
                weight.grad = torch.empty_like(weight).copy_(gradient)

    def step(self, is_due: bool) -> None:
        index = torch.randint(
            len(self.bricks), (self.recipe.batch_size,), device=self.device, generator=self.random
        )
        losses = self.losses(self.bricks[index].float() / 127.5 - 1, self.draw(), is_due)
        self.differentiate(losses)
        with torch.no_grad():
            self.update(losses)

    def update(self, losses: Losses) -> None:
        """두 신경망과 이동 평균을 고치고 손실을 더해 둔다."""
        settings = self.recipe.settings
        if settings.decay_steps:
            left = (2 * (1 - self.count / settings.decay_steps)).clamp(0, 1)
            self.rate.copy_(settings.learning_rate * left)
        for optimizer in self.optimizers:
            optimizer.step()
        self.count += 1
        decay = ((1 + self.count) / (10 + self.count)).clamp(max=settings.ema_decay)
        current, average = (
            [v for v in network.state_dict().values() if v.is_floating_point()]
            for network in (self.generator, self.average)
        )
        steps = torch._foreach_sub(current, average)
        torch._foreach_mul_(steps, 1 - decay)
        torch._foreach_add_(average, steps)
        right = (losses.real_logits > 0).float().mean(), (losses.fake_logits < 0).float().mean()
        slope = settings.penalty_interval * losses.penalty
        self.sums += torch.stack([losses.d_loss, losses.g_loss, *right, slope])

    def capture(self) -> None:
        """GPU에서 스텝을 CUDA 그래프로 담는다. 담느라 움직인 것은 되돌린다."""
        if not self.on_gpu:
            return
        before = [tensor.clone() for tensor in self.tensors()]
        kinds = [True, False] if self.recipe.is_penalized else [False]
        with torch.cuda.stream(self.stream):
            for is_due in 3 * kinds:
                self.step(is_due)
        torch.cuda.synchronize()
        for is_due in kinds:
            graph = torch.cuda.CUDAGraph()
            graph.register_generator_state(self.random)
            with torch.cuda.graph(graph, stream=self.stream):
                self.step(is_due)
            self.graphs[is_due] = graph
        self.restore(before)
        torch.cuda.synchronize()

    # ---- 여러 스텝

    def legs(self, measure_every: int) -> Iterator[tuple[int, bool]]:
        """남은 다리마다 끝나는 스텝과, 거기에서 재는지이다. 어디에서 멈추었다 이어도 같다."""
        steps = self.recipe.steps
        marks = {*range(0, steps, measure_every // self.recipe.batch_size), steps}
        for end in sorted(marks | set(range(LEG, steps, LEG))):
            if end > self.done:
                yield end, end in marks

    def train(
        self, judge: "Judge", measure_every: int, out_of_time: Callable[[], bool], path: Path
    ) -> None:
        """끝나거나 시간이 다 될 때까지 훈련하며 재고, 상태를 `path`에 담는다."""
        with torch.cuda.stream(self.stream) if self.on_gpu else nullcontext():
            for end, is_mark in self.legs(measure_every):
                if out_of_time():
                    break
                self.advance(end)
                if is_mark:
                    self.curve.append(self.measure(judge))
                    if "error" in self.curve[-1]:
                        break
            self.save(path)

    def advance(self, end: int) -> None:
        # 다리마다 시드를 새로 정하므로 난수의 상태는 담아 두지 않아도 된다. CPU의 난수는 시드의 아래 32비트만 쓰므로 섞는다.
        mixed = np.random.SeedSequence([self.recipe.settings.seed, self.done])
        self.random.manual_seed(int(mixed.generate_state(1)[0]))
        while self.done < end:
            is_due = self.done % self.recipe.settings.penalty_interval == 0
            is_due = is_due and self.recipe.is_penalized
            self.graphs[is_due].replay() if self.on_gpu else self.step(is_due)
            self.done += 1
        if self.stream:
            self.stream.synchronize()

    @property
    def is_finished(self) -> bool:
        return self.done >= self.recipe.steps or bool(self.curve and "error" in self.curve[-1])

    def heading(self) -> dict[str, Any]:
        images = self.done * self.recipe.batch_size
        return {"name": self.recipe.name, "seed": self.recipe.settings.seed, "images": images}

    def measure(self, judge: "Judge") -> dict[str, Any]:
        last = self.curve[-1]["images"] if self.curve else 0
        images = self.done * self.recipe.batch_size
        means = (self.sums / (images - last) * self.recipe.batch_size).tolist()
        self.sums.zero_()
        line = self.heading()
        line |= {name: float(f"{mean:.6g}") for name, mean in zip(MEANS, means, strict=True)}
        if not np.isfinite(means).all():
            return {**line, "error": "손실이 수가 아니게 되었다."}
        for which, network in (("average", self.average), ("raw", self.generator)):
            line[which] = judge.scores(self.generate(network, judge.n), full=self.is_finished)
        return line

    @torch.no_grad()
    def generate(self, network: nn.Module, n: int) -> np.ndarray:
        """companion의 샘플과 같은 잠재 벡터로 만든 uint8 이미지 `(n, 64, 64, 1)`이다."""
        was_training = network.training
        network.eval()
        z = torch.from_numpy(latents(n, self.recipe.settings.latent_dim)).to(self.device)
        made = torch.cat([network(part[:, :, None, None]) for part in z.split(250)])
        network.train(was_training)
        pixels = ((made + 1) * 127.5).round().clamp(0, 255).byte()
        return pixels.permute(0, 2, 3, 1).cpu().numpy()

    # ---- 담기

    def save(self, path: Path) -> None:
        state = {"done": self.done, "curve": self.curve,
                 "tensors": [tensor.cpu() for tensor in self.tensors()]}  # fmt: skip
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, lambda file: torch.save(state, file))

    def load(self, path: Path) -> None:
        state = torch.load(path, map_location="cpu", weights_only=True)
        self.done, self.curve = state["done"], state["curve"]
        self.restore(state["tensors"])

    def restore(self, values: Sequence[torch.Tensor]) -> None:
        with torch.no_grad():
            for tensor, value in zip(self.tensors(), values, strict=True):
                tensor.copy_(value)

    def export(self, folder: Path) -> None:
        """이동 평균 생성자의 가중치와 샘플을 담는다."""
        for name in ("weights", "samples"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        arrays: dict[str, Any] = {
            f"{k:03d}": v.astype("float16") for k, v in enumerate(to_keras(self.average))
        }
        np.savez_compressed(folder / "weights" / f"{self.recipe.name}.npz", **arrays)
        grid = tile(self.generate(self.average, 64), 8)
        Image.fromarray(grid).save(folder / "samples" / f"{self.recipe.name}.png", optimize=True)


class Judge:
    """이 책의 분류 신경망으로 특성을 뽑아 `companion.evaluation`의 잣대로 잰다."""

    def __init__(self, bricks: np.ndarray, n: int, device: torch.device):
        content = read_packaged(
            evaluation.FOLDER / "classifier.npz", evaluation.manifest()["sha256"]
        )
        with np.load(io.BytesIO(content)) as file:
            arrays = {key: torch.from_numpy(file[key].astype("float32")) for key in file.files}
        self.arrays = {
            key: (v.permute(3, 2, 0, 1) if v.ndim == 4 else v).to(device)
            for key, v in arrays.items()
        }
        self.n, self.device = n, device
        order = np.random.default_rng(0).permutation(len(bricks))
        self.real = self.features(bricks[order[:n]])

    @torch.no_grad()
    def features(self, images: np.ndarray) -> np.ndarray:
        """`companion.evaluation.brick_features()`와 같다."""
        layers = [[self.arrays[f"{5 * k + j:03d}"] for j in range(5)] for k in range(5)]
        found = []
        for part in torch.tensor(images).to(self.device).split(500):
            x = part.permute(0, 3, 1, 2).float() / 127.5 - 1
            for k, (kernel, gamma, beta, mean, variance) in enumerate(layers):
                # 크기를 줄이는 층의 "same"은 아래와 오른쪽에만 채운다.
                edges = (0, 1, 0, 1) if k < 4 else (1, 1, 1, 1)
                x = functional.conv2d(functional.pad(x, edges), kernel, stride=2 if k < 4 else 1)
                x = functional.batch_norm(x, mean, variance, gamma, beta, eps=1e-3).relu()
            found.append((x.mean((2, 3)) - self.arrays["mean"]) / self.arrays["std"])
        return torch.cat(found).cpu().numpy()

    def scores(self, images: np.ndarray, full: bool) -> dict[str, float]:
        fake = self.features(images)
        whole: dict[str, Any] = {"subsets": 1, "subset_size": self.n}
        kid = evaluation.kernel_distance(self.real, fake, **whole).mean
        scores = {"kid": 1000 * kid}
        if full:
            gaussian = evaluation.kernel_distance(self.real, fake, kernel="gaussian", **whole).mean
            scores |= {"gaussian": 1000 * gaussian}
            scores |= evaluation.agreement(self.real, fake)._asdict()
            scores |= {"nyquist": evaluation.nyquist_share(images)}
        return {name: float(f"{score:.6g}") for name, score in scores.items()}


def train_all(
    recipes: Sequence[Recipe],
    folder: Path,
    out_of_time: Callable[[], bool],
    *,
    measure_every: int = MEASURE_EVERY,
    samples: int = SAMPLES,
) -> bool:
    """계획의 훈련을 나란히 하고, 모두 끝났으면 참을 돌려준다."""
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    torch.backends.cudnn.benchmark = True
    torch.backends.cudnn.allow_tf32 = False
    images = load_bricks().images
    bricks = torch.tensor(images).permute(0, 3, 1, 2).contiguous().to(device)
    judge = Judge(images, samples, device)
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(machine(device), ensure_ascii=False) + "\n"
    (folder / "machine.json").write_text(text, encoding="utf-8")

    runs = [Run(recipe, bricks) for recipe in recipes]
    paths = {run: folder / "states" / f"{run.recipe.name}.pt" for run in runs}
    for run in runs:
        if paths[run].exists():
            run.load(paths[run])
    waiting = [run for run in runs if not run.is_finished and not out_of_time()]
    # 다른 스레드가 GPU를 쓰는 동안에는 그래프를 담을 수 없으므로 모두 먼저 담는다.
    for run in waiting:
        attempt(run, run.capture)
    began, before = time.monotonic(), sum(run.done * run.recipe.batch_size for run in runs)
    with ThreadPoolExecutor(len(runs)) as pool:
        for run in waiting:
            pool.submit(attempt, run, run.train, judge, measure_every, out_of_time, paths[run])
    seconds = time.monotonic() - began
    seen = sum(run.done * run.recipe.batch_size for run in runs) - before
    print(f"훈련 {len(waiting)}개, 이미지 {seen:,}장, {seconds:.0f}초", flush=True)
    for run in runs:
        if run.curve:
            run.export(folder)
    failed = [run.recipe.name for run in runs if run.curve and "error" in run.curve[-1]]
    if failed:
        print(f"실패한 훈련: {', '.join(failed)}. curves.jsonl의 error를 본다.", file=sys.stderr)
    lines = [json.dumps(line, ensure_ascii=False) + "\n" for run in runs for line in run.curve]
    (folder / "curves.jsonl").write_text("".join(lines), encoding="utf-8")
    return all(run.is_finished for run in runs)


def attempt(run: Run, action: Callable[..., None], *arguments: Any) -> None:
    """실패하면 이유를 적어 두고, 나란히 도는 다른 훈련은 그대로 둔다. 상태는 담지 않으므로 다음에 다시 해 본다."""
    if run.is_finished:
        return
    try:
        action(*arguments)
    except Exception as error:
        print(f"{run.recipe.name}: {error!r}", file=sys.stderr)
        run.curve.append({**run.heading(), "error": repr(error)})


def machine(device: torch.device) -> dict[str, Any]:
    return {
        "device": torch.cuda.get_device_name() if device.type == "cuda" else platform.machine(),
        "python": platform.python_version(),
        "torch": torch.__version__,
        "cuda": torch.version.cuda,
        "numpy": np.__version__,
    }
