"""배치 정규화를 한 번에 계산한다.

Keras의 `BatchNormalization`은 평균, 분산, 빼기, 나누기, 곱하기, 더하기를 따로따로 계산해 같은 배열을 여러 번 읽고
쓴다. TensorFlow에는 이 모두를 한 번에 하는 연산(fused batch normalization)이 있다. 식과 결과는 같고 걸리는
시간만 짧다. 얼마나 짧은지는 `make bench`가 잰다.

두 번 미분할 때는 결과도 다르다. Keras의 것은 분산을 구하며 평균을 상수로 보아(`tf.nn.moments`), 그레이디언트 패널티를
가중치로 미분하면 어긋난다. 기록된 판별자에서는 전체로 3 %, 가장 큰 변수에서는 3분의 1이었다. 한 번짜리 연산은 유한 차분과 맞는다.
"""

import keras
import tensorflow as tf
from keras import layers


@keras.saving.register_keras_serializable("companion")
class BatchNormalization(layers.BatchNormalization):
    """훈련할 때 TensorFlow의 한 번짜리 연산을 쓰는 `keras.layers.BatchNormalization`이다.

    인자, 변수, 이동 평균의 갱신, 추론 모드는 모두 Keras의 것 그대로이다. 크기가 `(N, H, W, C)`인 입력을 훈련할 때만
    계산하는 길이 다르고, 나머지 경우에는 Keras의 것을 부른다. `mixed_bfloat16`에서도 평균과 분산은 float32로 계산한다.
    """

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        super().build(input_shape)
        # 배치를 여러 장치에 나누면 통계는 배치 전체에서 구해야 한 장치일 때와 같다.
        if tf.distribute.get_strategy().num_replicas_in_sync > 1:
            self.synchronized = True

    def call(
        self, inputs: tf.Tensor, training: bool | None = None, mask: tf.Tensor | None = None
    ) -> tf.Tensor:
        is_plain = self.axis == -1 or self.axis == 3
        is_plain = is_plain and self.scale and self.center
        # renorm은 Keras 3.14부터 있다.
        renorm = getattr(self, "renorm", False)
        is_plain = is_plain and not renorm and not self.synchronized
        if not (training and self.trainable and is_plain and inputs.ndim == 4 and mask is None):
            return super().call(inputs, training=training, mask=mask)
        outputs, mean, unbiased_variance, *_ = tf.raw_ops.FusedBatchNormV3(
            x=inputs,
            scale=tf.convert_to_tensor(self.gamma),
            offset=tf.convert_to_tensor(self.beta),
            mean=[],
            variance=[],
            epsilon=self.epsilon,
        )
        # 이 연산은 n − 1로 나눈 분산을 돌려준다. Keras처럼 n으로 나눈 분산으로 되돌린다.
        n = tf.cast(tf.size(inputs) / tf.shape(inputs)[-1], tf.float32)
        variance = unbiased_variance * (n - 1) / n
        self.moving_mean.assign(self.momentum * self.moving_mean + (1 - self.momentum) * mean)
        self.moving_variance.assign(
            self.momentum * self.moving_variance + (1 - self.momentum) * variance
        )
        return outputs
