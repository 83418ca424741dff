"""4.2절의 연습마다 흔한 오답 하나와, 그때 알려 주는 문장에 있어야 하는 말이다."""

WRONG = {
    "broken_guidelines": ("answer = [1]", "지침 3"),
    "is_all_convolutional": (
        """
def is_all_convolutional(model):
    return not any("Pooling" in type(layer).__name__ for layer in model.layers)
""",
        "Dense로 끝나는",
    ),
    "training_hours": (
        """
def training_hours(images, images_per_second):
    return images / images_per_second / 60
""",
        "시간으로 바꾼다",
    ),
}
