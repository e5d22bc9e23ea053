"""
Predict a quantity, and see what one column is worth: Boston
============================================================

The Boston table is here because results on it are still cited. Its column ``b`` rests
on an assumption about race (see ``load_boston().DESCR``); this script compares the fit
with it and without it. Use another data set to learn anything about housing.
"""

import matplotlib.pyplot as plt
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skkeras import KerasMLPRegressor
from skkeras.datasets import load_boston
from skkeras.report import compare

# %%
# :func:`~skkeras.report.compare` cross-validates all models on the same folds, and
# trains the folds of Keras models as one program.

models = {
    "ridge regression": make_pipeline(StandardScaler(), Ridge()),
    "Keras MLP": make_pipeline(
        StandardScaler(), KerasMLPRegressor(epochs=40, random_state=0)
    ),
}
summaries = {}
for drop_b in (False, True):
    X, y = load_boston(drop_b=drop_b, return_X_y=True)
    columns = f"{X.shape[1]} columns, {'without' if drop_b else 'with'} b"
    summary = compare(models, X, y, cv=3, random_state=0).summary()
    summaries[columns] = summary
    print(columns)
    for name, row in summary.iterrows():
        print(
            f"{name:<18} R² {row['r2', 'mean']:.3f} ± {row['r2', 'std']:.3f}, "
            f"off by {row['mae', 'mean']:.2f} thousand dollars on average"
        )

# %%
# Bars are standard deviations over the folds: what the column adds is less than those.

fig, axes = plt.subplots(figsize=(7, 2.8), layout="constrained")
for shift, (columns, summary) in zip((-0.1, 0.1), summaries.items(), strict=True):
    r2 = summary["r2"].loc[list(models)]
    places = [place + shift for place in range(len(models))]
    axes.errorbar(r2["mean"], places, xerr=r2["std"], fmt="o", capsize=4, label=columns)
axes.set_yticks(range(len(models)), models)
axes.set(xlabel="R² on three folds, mean and standard deviation", ylim=(-0.6, 1.6))
fig.suptitle("R² with the column b and without it")
axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=2, frameon=False)
plt.show()
