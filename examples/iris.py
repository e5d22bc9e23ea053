"""Tell three species of iris apart, look at the mistakes, and keep the model.

KerasMLPClassifier needs no model function: it sizes its output layer for the classes.
"""

import tempfile
from pathlib import Path

import joblib
import pandas as pd
from sklearn.metrics import confusion_matrix
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skkeras import KerasMLPClassifier
from skkeras.datasets import load_iris


def main():
    """Fit on two thirds of the flowers, and predict the others."""
    iris = load_iris(as_frame=True)
    species = iris.target.map(dict(enumerate(iris.target_names)))
    X_train, X_test, y_train, y_test = train_test_split(
        iris.data, species, test_size=1 / 3, stratify=species, random_state=0
    )
    model = make_pipeline(
        StandardScaler(), KerasMLPClassifier(epochs=100, random_state=0)
    )
    model.fit(X_train, y_train)
    print(
        f"accuracy on {len(y_test)} unseen flowers: {model.score(X_test, y_test):.3f}"
    )

    print("\nrows: the species; columns: what the model says")
    mistakes = confusion_matrix(y_test, model.predict(X_test), labels=model.classes_)
    print(pd.DataFrame(mistakes, index=model.classes_, columns=model.classes_))

    print("\nhow sure it is of the first three")
    probabilities = model.predict_proba(X_test.head(3)).round(3)
    print(pd.DataFrame(probabilities, y_test.head(3).tolist(), model.classes_))

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "iris.joblib"
        joblib.dump(model, path)
        loaded = joblib.load(path)
    same = (loaded.predict(X_test) == model.predict(X_test)).all()
    print(f"\nsaved and loaded, it predicts the same: {same}")


if __name__ == "__main__":
    main()
