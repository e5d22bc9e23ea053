"""
A table with words, dates and gaps
==================================

As it is, without an encoder or a scaler: who gives up a subscription. The table is
drawn at random, by rules that a net has to find: new customers of the basic plan leave,
and more so where the fee is high and support was called often.
"""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import RocCurveDisplay, log_loss
from sklearn.model_selection import train_test_split

from skkeras import KerasTabularClassifier

rng = np.random.default_rng(0)
n_rows = 1200
since = pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 1800, n_rows), "D")
customers = pd.DataFrame(
    {
        "since": since,
        "plan": rng.choice(["basic", "family", "premium"], n_rows, p=[0.5, 0.3, 0.2]),
        "region": rng.choice([f"region {i}" for i in range(30)], n_rows),
        "fee": rng.gamma(4, 5, n_rows).round(2),
        "calls": rng.poisson(1.5, n_rows),
        "paperless": rng.random(n_rows) < 0.6,
    }
)
is_new = (pd.Timestamp("2025-01-01") - since).days.to_numpy() < 500
score = 2.0 * (customers["plan"] == "basic") + 1.5 * is_new
score += 0.06 * (customers["fee"] - 20) + 0.5 * customers["calls"] - 3
left = np.where(rng.random(n_rows) < 1 / (1 + np.exp(-score)), "left", "stayed")
customers.loc[rng.random(n_rows) < 0.1, "fee"] = np.nan
customers.loc[rng.random(n_rows) < 0.05, "plan"] = None
print(customers.head())

# %%
# Fit
# ---
# Each column is read as what it holds, and ``encoder_`` says as what.

train, test, left_train, left_test = train_test_split(
    customers, left, random_state=0, stratify=left
)
model = KerasTabularClassifier(epochs=40, random_state=0).fit(train, left_train)
for column, kind in model.encoder_.columns_.items():
    print(f"{column:10s} {kind}")
print(f"configurations in the mean: {len(model.members_)}")

# %%
# Beside boosted trees
# --------------------
# They want categories as categories, and dates as numbers.


def for_trees(table):
    categories = {"plan": "category", "region": "category"}
    return table.assign(since=table["since"].astype("int64")).astype(categories)


trees = HistGradientBoostingClassifier(random_state=0)
trees.fit(for_trees(train), left_train)
of_nets, of_trees = model.predict_proba(test), trees.predict_proba(for_trees(test))
print(f"log loss, nets:  {log_loss(left_test, of_nets):.3f}")
print(f"log loss, trees: {log_loss(left_test, of_trees):.3f}")

fig, axes = plt.subplots(figsize=(4.6, 4.6), layout="constrained")
for name, probability in (("nets", of_nets), ("trees", of_trees)):
    RocCurveDisplay.from_predictions(
        left_test, probability[:, 0], pos_label="left", ax=axes, name=name
    )
axes.set_title("Who leaves, found among who stays")
plt.show()
