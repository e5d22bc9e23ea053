"""
Handwritten digits: MNIST
=========================

784-32-10 with RMSprop, as in many a tutorial. The labels stay 0 to 9: the estimator
makes the one-hot rows that ``categorical_crossentropy`` wants, and gives digits back,
so nobody calls ``to_categorical``. Keras downloads mnist.npz the first time, and this
page shows the script and not what it prints; without a network, a few of scikit-learn's
digits stand in.
"""

import keras
import matplotlib.pyplot as plt
from sklearn.metrics import classification_report

from skkeras import KerasClassifier
from skkeras.datasets import fetch_mnist


def create_model():
    return keras.Sequential(
        [
            keras.Input((784,)),
            keras.layers.Dense(32, activation="relu"),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )


X_train, y_train = fetch_mnist(return_X_y=True)
X_test, y_test = fetch_mnist(subset="test", return_X_y=True)
X_train = X_train.reshape(-1, 784).astype("float32") / 255
X_test = X_test.reshape(-1, 784).astype("float32") / 255

classifier = KerasClassifier(
    create_model,
    loss="categorical_crossentropy",
    optimizer=keras.optimizers.RMSprop(learning_rate=0.001, rho=0.9, epsilon=1e-8),
    metrics=["accuracy"],
    epochs=2,
    batch_size=32,
    verbose=0,
    random_state=0,
)
classifier.fit(X_train, y_train)

# %%
# On images that it has not seen
# ------------------------------

measured = classifier.evaluate(X_test, y_test)
predicted = classifier.predict(X_test)
print(f"loss {measured['loss']:.3f}, accuracy {measured['accuracy']:.3f}")
print(classification_report(y_test, predicted, zero_division=0))

# %%
# The first eight, and what the net says
# --------------------------------------

fig, axes = plt.subplots(1, 8, figsize=(8, 1.4), layout="constrained")
for axis, image, digit in zip(axes, X_test, predicted, strict=False):
    axis.imshow(image.reshape(28, 28), cmap="gray_r")
    axis.set_title(digit)
    axis.axis("off")
plt.show()
