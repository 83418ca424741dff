"""이 장이 담기로 한 내용의 점검표이다. 항목마다 그것이 있어야 할 페이지를 적고, 글은 글로 코드는 코드로 본다.

글의 항목은 적힌 말들이 한 문단(이나 표의 한 줄)에 함께 나와야 있는 것으로 친다. 코드의 항목은 빈칸과 따옴표와
주석을 뺀 구문 나무로 비교한다.
"""

import ast
import json
import re

import pytest

from tools.checks import notebooks, pages, settings

IDEAS = [
    # 페이지, 항목, 한 문단에 함께 나와야 하는 말(정규식)
    ("4_1_introduction", "3장의 옷장 이야기", ["옷장", "3장"]),
    ("4_1_introduction", "브릭키의 QA로 취업한 나", ["브릭키", "QA|품질"]),
    ("4_1_introduction", "경쟁업체의 위조품", ["경쟁업체|경쟁사", "위조"]),
    ("4_1_introduction", "물류에 섞인 위조품", ["섞", "위조|가짜"]),
    ("4_1_introduction", "위조 벽돌을 가려내는 전문가", ["전문가", "위조"]),
    ("4_1_introduction", "생산 라인에서 찾기", ["생산 라인", "위조 벽돌"]),
    ("4_1_introduction", "위조범이 방법을 바꾼다", ["경쟁사|위조범", "공정|방법", "바꾼다|바꾸"]),
    ("4_1_introduction", "다시 배우는 나", ["포기하지 않", "다시 배우|다시 배운|재교육"]),
    ("4_1_introduction", "위조와 탐지가 함께 좋아진다", ["위조", "눈|탐지", "겨루", "좋아졌|나아졌"]),
    ("4_1_introduction", "GAN의 이름", ["생성적 적대 신경망", "[Gg]enerative [Aa]dversarial [Nn]etwork", "GAN"]),
    ("4_1_introduction", "생성자와 판별자의 겨룸", ["생성자", "판별자", "겨루|겨룸|겨루기"]),
    ("4_1_introduction", "잡음을 샘플로 바꾸는 생성자", ["생성자", "잡음", "데이터셋"]),
    ("4_1_introduction", "데이터셋인지 위조인지 예측하는 판별자", ["판별자", "데이터셋", "위조|가짜"]),
    ("4_1_introduction", "순환", ["순환", "생성자", "판별자", "나아"]),
    ("4_2_dcgan", "DCGAN의 이름", ["DCGAN", "[Dd]eep [Cc]onvolutional"]),
    ("4_2_dcgan", "케라스로 만들어 벽돌을 생성한다", ["DCGAN", "Keras", "벽돌.*생성"]),
    ("4_2_1_bricks", "캐글의 데이터셋", ["[Kk]aggle|캐글", r"joosthazelzet/lego-brick-images"]),
    ("4_2_1_bricks", "여러 각도에서 렌더링한 40,000장", ["각도", "렌더링", "40,000"]),
    ("4_2_1_bricks", "64×64로 줄이고 픽셀 사이를 보간한다", ["64", "보간"]),
    ("4_2_1_bricks", "[0, 255]를 [-1, 1]로", [r"\[0, 255\]", r"\[-1, 1\]"]),
    ("4_2_1_bricks", "tanh와 시그모이드의 그레이디언트", ["tanh", "시그모이드", "그레이디언트|미분|기울기"]),
    ("4_2_2_discriminator", "판별자의 목표는 진위", ["판별자의 목표", "진위|진짜인지"]),
    ("4_2_2_discriminator", "2장의 지도 학습 분류", ["2장", "지도 학습", "분류"]),
    ("4_2_2_discriminator", "합성곱을 쌓고 유닛 하나로 답한다", ["합성곱.* 층을 쌓", "하나로 답"]),
    ("4_2_2_discriminator", "스트라이드 2가 크기를 반으로", ["스트라이드", "반"]),
    ("4_2_2_discriminator", "64에서 1까지", ["64 → 32 → 16 → 8 → 4 → 1"]),
    ("4_2_2_discriminator", "채널은 512까지", ["채널", "512"]),
    ("4_2_2_discriminator", "시그모이드로 0과 1 사이", ["시그모이드", "0과 1"]),
    ("4_2_2_discriminator", "1×1×1이라 Dense가 필요 없다", ["Flatten", "Dense"]),
    ("4_2_3_generator", "이제 위조범을 만든다", ["이제", "위조범을 만"]),
    ("4_2_3_generator", "다변량 표준 정규 분포의 벡터", ["다변량 표준 정규 분포", "벡터"]),
    ("4_2_3_generator", "원본과 같은 크기의 이미지", ["이미지", "같은 크기|크기가 같|크기의"]),
    ("4_2_3_generator", "VAE의 디코더와 같은 목적", ["VAE|변이형 오토인코더", "디코더", "목적"]),
    ("4_2_3_generator", "잠재 공간에서 원래 도메인으로", ["잠재 공간", "도메인"]),
    ("4_2_3_generator", "길이 100인 벡터", ["벡터", r"길이(가|는)? 100(?!\d)"]),
    ("4_2_3_generator", "Reshape로 1×1×100", ["Reshape", "1×1×100"]),
    ("4_2_3_generator", "네 전치 합성곱과 출력층", ["전치 합성곱", "(4|네) ?개|넷", "마지막|출력층"]),
    ("4_2_3_generator", "tanh로 [-1, 1]", ["tanh", r"\[-1, 1\]|-1과 1"]),
    ("4_2_3_generator", "1에서 64까지", ["1 → 4 → 8 → 16 → 32 → 64"]),
    ("4_2_3_generator", "채널은 512에서 1로", ["채널.*512.*마지막", r"(?<!\d)1(?!\d)|하나"]),
    ("4_2_3_generator", "업샘플링은 행과 열을 되풀이한다", ["행", "열", "되풀이|반복"]),
    ("4_2_3_generator", "0을 채우는 전치 합성곱과의 차이", ["전치 합성곱", r"(?<!\d)0으로 채", "업샘플링|UpSampling2D"]),
    ("4_2_3_generator", "어느 쪽이 나은지 시험한다", ["어느 쪽", "낫|나은|나을"]),
    ("4_2_4_training", "DCGAN 훈련", [r"^# .*DCGAN 훈련$"]),
]  # fmt: skip

DISCRIMINATOR = """
discriminator_input = layers.Input(shape=(IMAGE_SIZE, IMAGE_SIZE, CHANNELS))
x = layers.Conv2D(64, kernel_size=4, strides=2, padding="same", use_bias=False)(discriminator_input)
x = layers.LeakyReLU(0.2)(x)
x = layers.Dropout(0.3)(x)
x = layers.Conv2D(128, kernel_size=4, strides=2, padding="same", use_bias=False)(x)
x = layers.BatchNormalization(momentum=0.9)(x)
x = layers.LeakyReLU(0.2)(x)
x = layers.Dropout(0.3)(x)
x = layers.Conv2D(256, kernel_size=4, strides=2, padding="same", use_bias=False)(x)
x = layers.BatchNormalization(momentum=0.9)(x)
x = layers.LeakyReLU(0.2)(x)
x = layers.Dropout(0.3)(x)
x = layers.Conv2D(512, kernel_size=4, strides=2, padding="same", use_bias=False)(x)
x = layers.BatchNormalization(momentum=0.9)(x)
x = layers.LeakyReLU(0.2)(x)
x = layers.Dropout(0.3)(x)
x = layers.Conv2D(
    1, kernel_size=4, strides=1, padding="valid", use_bias=False, activation="sigmoid",
)(x)
discriminator_output = layers.Flatten()(x)
discriminator = models.Model(discriminator_input, discriminator_output)
"""
GENERATOR = """
generator_input = layers.Input(shape=(100,))
x = layers.Reshape((1, 1, 100))(generator_input)
x = layers.Conv2DTranspose(512, kernel_size=4, strides=1, padding="valid", use_bias=False)(x)
x = layers.BatchNormalization(momentum=0.9)(x)
x = layers.LeakyReLU(0.2)(x)
x = layers.Conv2DTranspose(256, kernel_size=4, strides=2, padding="same", use_bias=False)(x)
x = layers.BatchNormalization(momentum=0.9)(x)
x = layers.LeakyReLU(0.2)(x)
x = layers.Conv2DTranspose(128, kernel_size=4, strides=2, padding="same", use_bias=False)(x)
x = layers.BatchNormalization(momentum=0.9)(x)
x = layers.LeakyReLU(0.2)(x)
x = layers.Conv2DTranspose(64, kernel_size=4, strides=2, padding="same", use_bias=False)(x)
x = layers.BatchNormalization(momentum=0.9)(x)
x = layers.LeakyReLU(0.2)(x)
generator_output = layers.Conv2DTranspose(
    1, kernel_size=4, strides=2, padding="same", use_bias=False, activation="tanh"
)(x)
generator = models.Model(generator_input, generator_output)
"""
CODE = [
    ("4_2_2_discriminator", "판별자의 코드 전체", DISCRIMINATOR),
    ("4_2_3_generator", "생성자의 코드 전체", GENERATOR),
    ("4_2_3_generator", "UpSampling2D와 Conv2D", """
x = layers.UpSampling2D(size=2)(x)
x = layers.Conv2D(256, kernel_size=4, strides=1, padding="same")(x)
"""),
    ("4_2_1_bricks", "preprocess", """
def preprocess(img):
    img = (tf.cast(img, "float32") - 127.5) / 127.5
    return img
"""),
    ("4_2_1_bricks", "map", "train = train_data.map(lambda x: preprocess(x))"),
]  # fmt: skip
DATASET_ARGUMENTS = {
    "labels": None, "color_mode": "grayscale", "image_size": (64, 64), "batch_size": 128,
    "shuffle": True, "seed": 42, "interpolation": "bilinear",
}  # fmt: skip


def page(name: str):
    return notebooks.read_page(settings.BOOK.folder / f"{name}.md")


def paragraphs(name: str) -> list[str]:
    text = "\n\n".join(c.source for c in page(name).cells if c.cell_type == "markdown")
    parts = re.split(r"\n\s*\n|\n(?=\|)|\n(?=[-*] )", pages.strip_ties(text))
    return [" ".join(part.split()) for part in parts]


def statements(source: str) -> list[str]:
    return [ast.dump(node) for node in ast.parse(source).body]


@pytest.mark.parametrize(("name", "idea", "words"), IDEAS, ids=[f"{i[0]}-{i[1]}" for i in IDEAS])
def test_idea(name, idea, words):
    assert any(all(re.search(word, part) for word in words) for part in paragraphs(name)), (
        f"{name}에 '{idea}'가 없다: {words}가 한 문단에 함께 나오지 않는다."
    )


@pytest.mark.parametrize(("name", "item", "code"), CODE, ids=[f"{c[0]}-{c[1]}" for c in CODE])
def test_code(name, item, code):
    wanted = statements(code)
    for cell in page(name).cells:
        if cell.cell_type == "code":
            found = statements(pages.python(cell.source))
            starts = range(len(found) - len(wanted) + 1)
            if any(found[start : start + len(wanted)] == wanted for start in starts):
                return
    pytest.fail(f"{name}의 한 코드 셀에 '{item}'의 줄이 차례대로 있지 않다.")


def test_every_argument_of_the_dataset_call():
    calls = [
        node
        for cell in page("4_2_1_bricks").cells
        if cell.cell_type == "code"
        for node in ast.walk(ast.parse(cell.source))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func).endswith("image_dataset_from_directory")
    ]
    given = [
        {k.arg: ast.literal_eval(k.value) for k in call.keywords if k.arg in DATASET_ARGUMENTS}
        for call in calls
        if all(isinstance(k.value, ast.Constant | ast.Tuple) for k in call.keywords)
    ]
    assert DATASET_ARGUMENTS in given


@pytest.mark.parametrize("path", sorted(settings.BOOK.folder.glob("*.ipynb")), ids=lambda p: p.stem)
def test_cells_tell_numbers_instead_of_true_or_false(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    lines = [
        line
        for cell in cells
        if "exercise" not in cell["metadata"].get("tags", [])
        for output in cell.get("outputs", [])
        for line in output.get("text", [])
    ]
    assert not [line for line in lines if re.search(r"\b(True|False)\b", line)]
