"""책의 그림을 그린다.

그림을 그리는 함수는 모두 matplotlib `Figure`를 돌려주고, `show()`가 설명과 대체 글을 붙여 노트북에 보인다. 그림은
휴대 전화에서도 읽히게 폭을 700픽셀로 잡고, 늘 흰 바탕에 그린다. 진짜와 가짜, 판별자와 생성자의 색은 책 전체에서 같다.

이미지는 0~255의 uint8이나 [-1, 1]의 실수이고 크기는 `(N, H, W)`나 `(N, H, W, C)`이다. C는 1이나 3이다. 신경망은
Keras의 함수형 모델을 받지만, 이 패키지는 TensorFlow를 불러오지 않는다.
"""

from companion.plotting.canvas import (
    DISCRIMINATOR_COLOUR as DISCRIMINATOR_COLOUR,
    FAKE_COLOUR as FAKE_COLOUR,
    FONT as FONT,
    GENERATOR_COLOUR as GENERATOR_COLOUR,
    REAL_COLOUR as REAL_COLOUR,
    WIDTH as WIDTH,
    HtmlPicture as HtmlPicture,
    as_pixels as as_pixels,
    data_uri as data_uri,
    show as show,
    use_korean_font as use_korean_font,
)
from companion.plotting.convolutions import (
    plot_overlap_counts as plot_overlap_counts,
    plot_transposed_convolution as plot_transposed_convolution,
    plot_upsampling_convolution as plot_upsampling_convolution,
)
from companion.plotting.curves import (
    plot_activation_gradients as plot_activation_gradients,
    plot_history as plot_history,
    plot_pixel_histogram as plot_pixel_histogram,
)
from companion.plotting.networks import (
    plot_architecture as plot_architecture,
    plot_plan as plot_plan,
    plot_size_steps as plot_size_steps,
)
from companion.plotting.step import plot_training_step as plot_training_step
from companion.plotting.tables import layer_table as layer_table, table as table
from companion.plotting.tiles import (
    plot_interpolation as plot_interpolation,
    plot_neighbours as plot_neighbours,
    plot_samples as plot_samples,
    plot_training_grids as plot_training_grids,
)
