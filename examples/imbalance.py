"""
A rare class: class_weight and sample_weight
============================================

One row in twenty is ill. ``class_weight`` says how much a mistake on each class costs;
``"balanced"`` makes all classes cost the same in total. ``sample_weight`` says it row
by row, for what a class cannot say: rows that count more, or several labels at once.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.metrics import precision_score, recall_score
from sklearn.model_selection import train_test_split
from sklearn.utils.class_weight import compute_sample_weight

from skkeras import KerasMLPClassifier

rng = np.random.default_rng(0)
ill = (np.arange(2000) % 20 == 0).astype(int)
X = rng.normal(size=(2000, 3))
X[ill == 1] += 1.2
X_train, X_test, y_train, y_test = train_test_split(
    X, ill, stratify=ill, random_state=0
)

# %%
# One label
# ---------
# Without weights the net is right about 19 rows in 20 by finding nobody ill.

found = {}


def report(name, classifier):
    predicted = classifier.predict(X_test)
    recall = recall_score(y_test, predicted)
    precision = precision_score(y_test, predicted, zero_division=0)
    found[name] = recall, precision
    print(f"{name:28} recall {recall:.2f}  precision {precision:.2f}")


settings = {"hidden_layer_sizes": (8,), "epochs": 30, "random_state": 0}
plain = KerasMLPClassifier(**settings)
report("no weights", plain.fit(X_train, y_train))
for class_weight in ({0: 1, 1: 5}, "balanced"):
    weighted = KerasMLPClassifier(class_weight=class_weight, **settings)
    report(f"class_weight={class_weight}", weighted.fit(X_train, y_train))
weights = compute_sample_weight("balanced", y_train)
report("sample_weight, the same", plain.fit(X_train, y_train, sample_weight=weights))

# %%
# The more a missed ill person costs, the more healthy ones are called ill, too. Which
# exchange is right is a question about the use, and not about the net.

fig, axes = plt.subplots(figsize=(7, 2.6), layout="constrained")
places = np.arange(len(found))
for shift, measure in ((-0.19, 0), (0.19, 1)):
    shares = [each[measure] for each in found.values()]
    label = ("recall: ill, and found", "precision: found, and ill")[measure]
    axes.barh(places + shift, shares, 0.36, label=label)
axes.set_yticks(places, found)
axes.invert_yaxis()
axes.set(xlim=(0, 1), xlabel="share")
fig.suptitle("The rare class, by how its rows are weighed")
axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=2, frameon=False)
plt.show()

# %%
# Two labels a row
# ----------------
# ``class_weight`` has no meaning here; weights of rows have.

labels = np.column_stack([y_train, X_train[:, 1] > 0]).astype(int)
weights = compute_sample_weight("balanced", labels)
for name, sample_weight in (("no weights", None), ("sample_weight", weights)):
    several = KerasMLPClassifier(**settings)
    several.fit(X_train, labels, sample_weight=sample_weight)
    recall = recall_score(y_test, several.predict(X_test)[:, 0])
    print(f"two labels, {name:16} recall of the rare one {recall:.2f}")
