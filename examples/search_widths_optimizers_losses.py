"""Search layer widths, optimizers and losses on Pima, pruning hopeless trials.

`python examples/search_widths_optimizers_losses.py` takes about a minute.
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # TensorFlow's remarks on start

import optuna
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skkeras import KerasMLPClassifier
from skkeras.datasets import load_pima
from skkeras.model_selection import OptunaSearchCV, mlp_space

N_TRIALS = 16
EPOCHS = 30


def search_pima(n_trials=N_TRIALS, epochs=EPOCHS):
    """Find a perceptron for Pima.

    The losses train in different ways and their values mean different things, so the
    trials are compared by accuracy. Half the trials draw at random; then the sampler
    learns, and the pruner has scores to compare with.
    """
    X, y = load_pima(return_X_y=True)
    model = KerasMLPClassifier(epochs=epochs, random_state=0)
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
        n_trials=n_trials,
        cv=StratifiedKFold(5, shuffle=True, random_state=0),
        scoring="accuracy",
        pruner=optuna.pruners.MedianPruner(),
        trials_per_batch=N_TRIALS // 2,
        random_state=0,
        verbose=1,
    )
    return search.fit(X, y)


def report(search):
    """Print what was found."""
    states = [trial.state.name for trial in search.study_.trials]
    print(f"{states.count('COMPLETE')} trials, {states.count('PRUNED')} pruned")
    print(f"best accuracy, mean of 5 folds: {search.best_score_:.3f}")
    for name, value in search.best_params_.items():
        print(f"  {name.removeprefix('kerasmlpclassifier__')}: {value}")
    importances = optuna.importance.get_param_importances(
        search.study_,
        params=["n_layers", "optimizer", "loss"],
        evaluator=optuna.importance.PedAnovaImportanceEvaluator(),
    )
    print("share of the accuracy's variation that each choice explains:")
    for name, share in importances.items():
        print(f"  {name}: {share:.2f}")


if __name__ == "__main__":
    report(search_pima())
