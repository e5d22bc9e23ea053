"""
A classifier without a model function: Iris
===========================================

:class:`~skkeras.KerasMLPClassifier` sizes its output layer for the classes. Tell three
species of iris apart, look at the mistakes, and keep the model.
"""

import tempfile
from pathlib import Path

import joblib
import matplotlib.pyplot as plt
import pandas as pd
from sklearn.metrics import ConfusionMatrixDisplay
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skkeras import KerasMLPClassifier
from skkeras.datasets import load_iris

iris = load_iris(as_frame=True)
species = iris.target.map(dict(enumerate(iris.target_names)))
X_train, X_test, y_train, y_test = train_test_split(
    iris.data, species, test_size=1 / 3, stratify=species, random_state=0
)
model = make_pipeline(StandardScaler(), KerasMLPClassifier(epochs=100, random_state=0))
model.fit(X_train, y_train)

# %%
# How good it is
# --------------
# The labels are words, and stay words.

print(f"accuracy on {len(y_test)} unseen flowers: {model.score(X_test, y_test):.3f}")
ConfusionMatrixDisplay.from_estimator(model, X_test, y_test)
plt.title("Species of unseen flowers")
plt.show()

# %%
# How sure it is of the first three
# ---------------------------------

probabilities = model.predict_proba(X_test.head(3)).round(3)
print(pd.DataFrame(probabilities, y_test.head(3).tolist(), model.classes_))

# %%
# Keep it
# -------
# joblib writes a pickle, which is for files that you trust;
# :ref:`sphx_glr_gallery_saving.py` has one that is safe to open.

with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "iris.joblib"
    joblib.dump(model, path)
    loaded = joblib.load(path)
same = (loaded.predict(X_test) == model.predict(X_test)).all()
print(f"saved and loaded, it predicts the same: {same}")
