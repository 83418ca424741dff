"""4.2절의 연습마다 흔한 오답 하나와, 그때 알려 주는 문장에 있어야 하는 말이다."""

WRONG = {
    "broken_guidelines": ("answer = [1]", "지침 3"),
    "is_all_convolutional": (
        """
def is_all_convolutional(model):
    return not any("Pooling" in type(layer).__name__ for layer in model.layers)
""",
        "층이 Flatten, Dense인",
    ),
    "training_hours": (
        """
def training_hours(images, images_per_second):
    return images / images_per_second / 60
""",
        "시간으로 바꾼다",
    ),
}

KINDS = """
def is_all_convolutional(model):
    kinds = [type(layer).__name__ for layer in model.layers]
    return {}
"""

# 위의 것 말고 받아서는 안 되는 답과, 그때 알려 주는 문장에 있어야 하는 말이다.
ALSO_WRONG = {
    "broken_guidelines": [
        ("answer = [1, 2, 3, 4, 5]", "어긴 것만"),
        ("answer = ['1', '3']", "정수의 목록이 올 자리에 목록 ['1', '3']이 왔다"),
        ("answer = ['①', '③']", "정수의 목록이 올 자리에 목록 ['①', '③']이 왔다"),
        ("answer = [1, 1, 3]", "[1, 1, 3]이라고 답했는데"),
        ("answer = [[1, 3]]", "정수의 목록이 올 자리에"),
    ],
    "is_all_convolutional": [
        # 아는 풀링 둘만 찾는다.
        (
            KINDS.format("not {'MaxPooling2D', 'AveragePooling2D', 'Dense'} & set(kinds)"),
            "GlobalAveragePooling2D",
        ),
        # 가장 큰 값을 남기는 풀링을 빠뜨렸다.
        (
            KINDS.format(
                "not {'MaxPooling2D', 'AveragePooling2D', 'GlobalAveragePooling2D', 'Dense'}"
                " & set(kinds)"
            ),
            "GlobalMaxPooling2D",
        ),
        # 마지막 층만, 첫 층만 본다.
        (KINDS.format("'Conv' in kinds[-1]"), "True여야"),
        (KINDS.format("'Pooling' not in kinds[-1] and kinds[-1] != 'Dense'"), "빠뜨리지"),
        (KINDS.format("'Pooling' not in kinds[0] and 'Dense' not in kinds"), "빠뜨리지"),
        # 끝에 있는 Dense만 본다.
        (KINDS.format("not any('Pooling' in k for k in kinds) and kinds[-1] != 'Dense'"), "Dense"),
        # 클래스가 아니라 층에 붙인 이름을 본다.
        (
            "def is_all_convolutional(model):\n"
            "    names = [layer.name for layer in model.layers]\n"
            "    return not any('pooling' in name or 'dense' in name for name in names)",
            "이름",
        ),
        (KINDS.format("int('Dense' not in kinds)"), "True나 False"),
    ],
    "training_hours": [
        # 나머지를 버린 답이 글로는 같아 보이지 않는다.
        (
            "def training_hours(images, images_per_second):\n"
            "    return images // images_per_second / 3600",
            "1.4211이 나왔다. 1.4213",
        ),
        (
            "def training_hours(images, images_per_second):\n"
            "    return f'{images / images_per_second / 3600}시간'",
            "수 하나가 올 자리에 글",
        ),
    ],
}

# 풀이와 달리 적었지만 받아야 하는 답이다.
ALSO_RIGHT = {
    "broken_guidelines": [
        "import numpy as np\nanswer = np.array([1, 3])",
        "answer = frozenset({3, 1})",
        "answer = (3, 1)",
    ],
    "is_all_convolutional": [
        "import numpy as np"
        + KINDS.format("np.all(['Pooling' not in k and k != 'Dense' for k in kinds])"),
        """
for layer in model.layers:
    if layer.__class__.__name__ == "Dense" or "Pool" in layer.__class__.__name__:
        return False
return True
""",
        """
banned = (layers.Dense, layers.MaxPooling2D, layers.AveragePooling2D)
banned += (layers.GlobalMaxPooling2D, layers.GlobalAveragePooling2D)
return not any(isinstance(layer, banned) for layer in model.layers)
""",
        """
bad = [layer for layer in model.layers if "Pooling" in str(type(layer))]
bad += [layer for layer in model.layers if isinstance(layer, layers.Dense)]
return len(bad) == 0
""",
    ],
    "training_hours": [
        "return images / (3600 * images_per_second)",
        """
import datetime
return datetime.timedelta(seconds=images / images_per_second) / datetime.timedelta(hours=1)
""",
        "return np.float32(images / images_per_second / 60 / 60)",
    ],
}
