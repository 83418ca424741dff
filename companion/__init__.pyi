from companion import (
    checkpoints as checkpoints,
    cli as cli,
    data as data,
    diagnosis as diagnosis,
    evaluation as evaluation,
    explore as explore,
    models as models,
    plotting as plotting,
    recorded as recorded,
    runs as runs,
    sampling as sampling,
    training as training,
)
from companion.data import (
    Bricks as Bricks,
    brick_batches as brick_batches,
    export_bricks as export_bricks,
    load_bricks as load_bricks,
    preprocess as preprocess,
    to_uint8 as to_uint8,
)
from companion.diagnosis import Sign as Sign, diagnose as diagnose
from companion.models import (
    build_discriminator as build_discriminator,
    build_generator as build_generator,
    build_logit_model as build_logit_model,
)
from companion.runs import load_generator as load_generator, train as train
from companion.sampling import interpolate as interpolate, latents as latents
from companion.training import (
    DCGAN as DCGAN,
    binary_cross_entropy as binary_cross_entropy,
    build_dcgan as build_dcgan,
)

__version__: str
