"""Cross-validate a Keras model of your own on the Pima diabetes table.

The model is a plain function. Wrapped as a KerasClassifier it goes into a pipeline and
into cross_val_score like any other classifier.
"""

from keras import Input, Sequential
from keras.layers import Dense
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skkeras import KerasClassifier
from skkeras.datasets import load_pima


def create_model():
    """Build and compile a network of 8 inputs, 12 and 8 hidden units, 1 output."""
    model = Sequential(
        [
            Input((8,)),
            Dense(12, activation="relu"),
            Dense(8, activation="relu"),
            Dense(1, activation="sigmoid"),
        ]
    )
    model.compile(loss="binary_crossentropy", optimizer="adam", metrics=["accuracy"])
    return model


def main():
    """Print the accuracy of three models on the same five folds."""
    X, y = load_pima(return_X_y=True)
    network = KerasClassifier(
        create_model, epochs=30, batch_size=16, random_state=7, verbose=0
    )
    models = {
        "always 'no diabetes'": DummyClassifier(),
        "logistic regression": make_pipeline(StandardScaler(), LogisticRegression()),
        "Keras 8-12-8-1": make_pipeline(StandardScaler(), network),
    }
    folds = StratifiedKFold(n_splits=5, shuffle=True, random_state=7)
    print(f"{len(y)} women, {y.mean():.0%} with diabetes within five years")
    for name, model in models.items():
        accuracy = cross_val_score(model, X, y, cv=folds)
        print(f"{name:<22} {accuracy.mean():.3f} ± {accuracy.std(ddof=1):.3f} accuracy")


if __name__ == "__main__":
    main()
