"""
Search layer widths, optimizers and losses
==========================================

:class:`~skkeras.model_selection.OptunaSearchCV` goes wherever ``GridSearchCV`` goes,
and ends hopeless trials early. The folds of a whole batch of trials are trained as one
program.
"""

import matplotlib.pyplot as plt
import optuna
import pandas as pd
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skkeras import KerasMLPClassifier
from skkeras.datasets import load_pima
from skkeras.model_selection import OptunaSearchCV, mlp_space

# %%
# The search
# ----------
# The losses train in different ways and their values mean different things, so the
# trials are compared by accuracy. Half the trials draw at random; then the sampler
# learns, and the pruner has scores to compare with.

X, y = load_pima(return_X_y=True)
# A penalty that lies in the space, as the other defaults do: so trial 0, the estimator
# as it is, has a place among the others.
model = KerasMLPClassifier(epochs=30, l2=1e-3, random_state=0)
search = OptunaSearchCV(
    make_pipeline(StandardScaler(), model),
    mlp_space(
        "classification",
        prefix="kerasmlpclassifier__",
        max_layers=2,
        units=(8, 64),
        activations=("relu",),
        losses=("crossentropy", "hinge"),
        batch_sizes=(32,),
    ),
    n_trials=16,
    cv=StratifiedKFold(5, shuffle=True, random_state=0),
    scoring="accuracy",
    pruner=optuna.pruners.MedianPruner(),
    trials_per_batch=8,
    random_state=0,
)
search.fit(X, y)

# %%
# What it found
# -------------

states = [trial.state.name for trial in search.study_.trials]
print(f"{states.count('COMPLETE')} trials, {states.count('PRUNED')} pruned")
print(f"best accuracy, mean of 5 folds: {search.best_score_:.3f}")
for name, value in search.best_params_.items():
    print(f"  {name.removeprefix('kerasmlpclassifier__')}: {value}")

# %%
# Each trial, by its learning rate
# --------------------------------
# ``cv_results_`` is as scikit-learn's searches have it; ``study_`` is Optuna's, with
# all that Optuna can do with one.

trials = pd.DataFrame(search.cv_results_["params"])
trials["accuracy"] = search.cv_results_["mean_test_score"]
fig, axes = plt.subplots(figsize=(7, 3.2), layout="constrained")
by_optimizer = trials.groupby("kerasmlpclassifier__optimizer")
for (name, of_it), marker in zip(by_optimizer, "osv^D", strict=False):
    rates = of_it["kerasmlpclassifier__learning_rate"]
    axes.semilogx(rates, of_it["accuracy"], marker, label=name)
axes.set(xlabel="learning rate", ylabel="accuracy, mean of 5 folds")
axes.set_title("Finished trials")
axes.legend(title="optimizer")
plt.show()

# %%
# What decides
# ------------
# The share of the accuracy's variation that each choice explains.

importances = optuna.importance.get_param_importances(
    search.study_,
    params=["n_layers", "optimizer", "loss"],
    evaluator=optuna.importance.PedAnovaImportanceEvaluator(),
)
for name, share in importances.items():
    print(f"  {name}: {share:.2f}")
