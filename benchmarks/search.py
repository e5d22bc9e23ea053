"""How fast OptunaSearchCV searches, beside what people would write instead.

`python benchmarks/search.py` searches Pima (scaled, 5 folds, 60 epochs, 40 trials,
TPE with seed 0) in two spaces, each contender in a process of its own, and writes
results/search.md and search.json. The others are scikeras within `study.optimize`, its
first trials only and their time scaled to 40, and `optuna_integration.OptunaSearchCV`
over skkeras's own estimator outside `fused()`. `--rounds 3` is done sooner than five;
`python benchmarks/search.py NAME SPACE` runs one contender and prints JSON.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
import warnings
from contextlib import contextmanager
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import environment
import pandas as pd

HERE = Path(__file__).parent
EPOCHS, N_TRIALS, N_FOLDS = 60, 40, 5
ROUNDS = {
    "skkeras": 5,
    "optuna_integration": 5,
    "skkeras, median pruner": 5,
    "skkeras, halving": 5,
    "skkeras, Hyperband": 5,
    "scikeras": 1,  # takes as long as all others together
}
PRUNED = [name for name in ROUNDS if name.startswith("skkeras, ")]
FEW_TRIALS = {"scikeras": 5}
WANTED = {
    "widths": {"scikeras": 40, "optuna_integration": 4},
    "everything": {"scikeras": 15, "optuna_integration": 2},
}


def define(trial, space):
    """Suggest a perceptron's parameters, as KerasMLPClassifier calls them."""
    n_layers = trial.suggest_int("n_layers", 1, 3)
    params = {
        "hidden_layer_sizes": tuple(
            trial.suggest_int(f"units_{i}", 8, 64) for i in range(n_layers)
        ),
        "learning_rate": trial.suggest_float("learning_rate", 1e-4, 1e-1, log=True),
        "batch_size": 10,
    }
    if space == "everything":
        params |= {
            "activation": trial.suggest_categorical("activation", ["relu", "tanh"]),
            "optimizer": trial.suggest_categorical(
                "optimizer", ["adam", "rmsprop", "sgd"]
            ),
            "loss": trial.suggest_categorical(
                "loss", ["binary_crossentropy", "mean_squared_error"]
            ),
            "batch_size": trial.suggest_categorical("batch_size", [10, 32, 64]),
        }
    return params


def setting():
    """Load what all contenders share: data, folds and a sampler."""
    import optuna
    from sklearn.model_selection import StratifiedKFold

    from skkeras.datasets import load_pima

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    folds = StratifiedKFold(N_FOLDS, shuffle=True, random_state=0)
    return *load_pima(return_X_y=True), folds, optuna.samplers.TPESampler(seed=0)


def pipeline(estimator):
    from sklearn.pipeline import Pipeline
    from sklearn.preprocessing import StandardScaler

    return Pipeline([("scale", StandardScaler()), ("mlp", estimator)])


def prefixed(params):
    return {f"mlp__{name}": value for name, value in params.items()}


def mlp():
    from skkeras import KerasMLPClassifier

    return pipeline(KerasMLPClassifier(epochs=EPOCHS, random_state=0, l2=0.0))


def skkeras(space, pruner=None):
    """Search, and say where the time went."""
    from skkeras.model_selection import OptunaSearchCV

    X, y, folds, sampler = setting()
    search = OptunaSearchCV(
        mlp(),
        lambda trial: prefixed(define(trial, space)),
        n_trials=N_TRIALS,
        cv=folds,
        sampler=sampler,
        pruner=pruner,
        refit=False,
    )
    course = []  # (seconds, best score so far) after each trial that was completed
    start = time.perf_counter()

    def note(study, trial):
        if trial.state.name == "COMPLETE":
            best = max([trial.value, *(score for _, score in course)])
            course.append((time.perf_counter() - start, best))

    search.set_params(callbacks=[note])
    with seconds_in_parts() as parts:
        search.fit(X, y)
    trials = search.study_.trials
    epochs = [sum(t.user_attrs["skkeras:folds"]["epochs"]) for t in trials]
    return {
        "seconds": parts.pop("total"),
        "n_trials": len(trials),
        "best": search.best_score_,
        "spread": search.cv_results_["std_test_score"][search.best_index_],
        "course": course,
        "parts": parts,
        "member_epochs": sum(epochs),
        "pruned": sum(t.state.name == "PRUNED" for t in trials),
    }


@contextmanager
def seconds_in_parts():
    """Measure the parts of a search that the main thread goes through in turn.

    Populations train in threads: what they spend is added up apart.
    """
    import optuna

    import skkeras.training
    from skkeras.training.population.population import Population

    parts = {}

    def timed(function, part):
        def timing(*args, **kwargs):
            start = time.perf_counter()
            try:
                return function(*args, **kwargs)
            finally:
                seconds = time.perf_counter() - start
                parts[part] = parts.get(part, 0.0) + seconds

        return timing

    places = [
        (skkeras.training, "train", "compiling and training"),
        (Population, "__init__", "threads: tracing and compiling"),
        (Population, "train", "threads: training"),
        (optuna.Study, "ask", "Optuna"),
        (optuna.Study, "tell", "Optuna"),
        (optuna.Trial, "_suggest", "Optuna"),
    ]
    originals = [getattr(place, name) for place, name, _ in places]
    for place, name, part in places:
        setattr(place, name, timed(getattr(place, name), part))
    start = time.perf_counter()
    try:
        yield parts
    finally:
        parts["total"] = time.perf_counter() - start
        for (place, name, _), original in zip(places, originals, strict=True):
            setattr(place, name, original)
    rest = parts["total"] - parts["compiling and training"] - parts["Optuna"]
    parts["building models, scoring and scikit-learn"] = rest


def skkeras_median(space):
    import optuna

    return skkeras(space, optuna.pruners.MedianPruner())


def skkeras_halving(space):
    import optuna

    pruner = optuna.pruners.SuccessiveHalvingPruner(min_resource=10, reduction_factor=3)
    return skkeras(space, pruner)


def skkeras_hyperband(space):
    import optuna

    pruner = optuna.pruners.HyperbandPruner(
        min_resource=10, max_resource=EPOCHS, reduction_factor=3
    )
    return skkeras(space, pruner)


def optuna_integration(space):
    """Search the same space by its dict; layers beyond the first are fixed choices."""
    from optuna.distributions import (
        CategoricalDistribution,
        FloatDistribution,
        IntDistribution,
    )
    from optuna_integration import OptunaSearchCV
    from sklearn.base import BaseEstimator, ClassifierMixin

    class Layered(ClassifierMixin, BaseEstimator):
        """Takes the widths one by one: a dict of distributions has no tuples."""

        def __init__(self, n_layers=1, units_0=8, units_1=8, units_2=8, **others):
            self.n_layers, self.units_0 = n_layers, units_0
            self.units_1, self.units_2 = units_1, units_2
            for name, value in (DEFAULTS | others).items():
                setattr(self, name, value)

        @classmethod
        def _get_param_names(cls):
            return ["n_layers", "units_0", "units_1", "units_2", *DEFAULTS]

        def fit(self, X, y):
            widths = (self.units_0, self.units_1, self.units_2)[: self.n_layers]
            others = {name: getattr(self, name) for name in DEFAULTS}
            params = {"hidden_layer_sizes": widths, **others}
            self.model_ = mlp().set_params(**prefixed(params)).fit(X, y)
            self.classes_ = self.model_.classes_
            return self

        def predict(self, X):
            return self.model_.predict(X)

    distributions = {
        "n_layers": IntDistribution(1, 3),
        **{f"units_{i}": IntDistribution(8, 64) for i in range(3)},
        "learning_rate": FloatDistribution(1e-4, 1e-1, log=True),
    }
    if space == "everything":
        distributions |= {
            "activation": CategoricalDistribution(["relu", "tanh"]),
            "optimizer": CategoricalDistribution(["adam", "rmsprop", "sgd"]),
            "loss": CategoricalDistribution(
                ["binary_crossentropy", "mean_squared_error"]
            ),
            "batch_size": CategoricalDistribution([10, 32, 64]),
        }
    import optuna

    X, y, folds, sampler = setting()
    study = optuna.create_study(direction="maximize", sampler=sampler)
    search = OptunaSearchCV(
        Layered(), distributions, cv=folds, n_trials=N_TRIALS, refit=False, study=study
    )
    start = time.perf_counter()
    search.fit(X, y)
    seconds = time.perf_counter() - start
    return {"seconds": seconds, "n_trials": N_TRIALS, "best": search.best_score_}


DEFAULTS = {
    "learning_rate": 1e-3,
    "batch_size": 10,
    "activation": "relu",
    "optimizer": "adam",
    "loss": "binary_crossentropy",
}


def scikeras(space):
    """Write the objective by hand, as one does with scikeras."""
    import keras
    import optuna
    from scikeras.wrappers import KerasClassifier
    from sklearn.model_selection import cross_val_score

    def create_model(sizes, activation):
        hidden = [keras.layers.Dense(n, activation=activation) for n in sizes]
        head = keras.layers.Dense(1, activation="sigmoid")
        return keras.Sequential([keras.Input((8,)), *hidden, head])

    X, y, folds, sampler = setting()

    def objective(trial):
        params = DEFAULTS | define(trial, space)
        model = KerasClassifier(
            create_model,
            model__sizes=params["hidden_layer_sizes"],
            model__activation=params["activation"],
            optimizer=params["optimizer"],
            optimizer__learning_rate=params["learning_rate"],
            loss=params["loss"],
            batch_size=params["batch_size"],
            epochs=EPOCHS,
            verbose=0,
        )
        return cross_val_score(pipeline(model), X, y, cv=folds).mean()

    study = optuna.create_study(direction="maximize", sampler=sampler)
    n_trials = FEW_TRIALS["scikeras"]
    start = time.perf_counter()
    study.optimize(objective, n_trials=n_trials)
    seconds = time.perf_counter() - start
    return {"seconds": seconds, "n_trials": n_trials, "best": study.best_value}


CONTENDERS = {
    "skkeras": skkeras,
    "optuna_integration": optuna_integration,
    "skkeras, median pruner": skkeras_median,
    "skkeras, halving": skkeras_halving,
    "skkeras, Hyperband": skkeras_hyperband,
    "scikeras": scikeras,
}


def run(name, space):
    """Run a contender, with TensorFlow imported before any clock starts."""
    mlp()
    start = time.process_time()
    result = CONTENDERS[name](space)
    return result | {"processor seconds": time.process_time() - start}


def measure(name, space):
    """Run a contender in a process of its own."""
    print(f"  {space}: {name} …", end=" ", flush=True)
    process = subprocess.run(
        [sys.executable, __file__, name, space],
        capture_output=True,
        text=True,
        check=False,
    )
    if process.returncode:
        raise RuntimeError(process.stderr[-2000:])
    result = json.loads(process.stdout.splitlines()[-1])
    scale = N_TRIALS / result["n_trials"]
    for kind in ("seconds", "processor seconds"):
        result[f"{kind} of {N_TRIALS}"] = result[kind] * scale
    print(f"{result['seconds of 40']:.1f} s", flush=True)
    return result


def summary(runs, key):
    return statistics.median(run[key] for run in runs)


def table(contenders):
    """Put the contenders of one space side by side."""
    wanted, seconds = contenders.pop("wanted"), f"seconds of {N_TRIALS}"
    ours = summary(contenders["skkeras"], seconds)
    return pd.DataFrame(
        {
            "contender": name,
            f"seconds of {N_TRIALS} trials": summary(runs, seconds),
            "processor seconds": summary(runs, f"processor {seconds}"),
            "runs": len(runs),
            "trials a run": runs[0]["n_trials"],
            "best accuracy": summary(runs, "best"),
            "times slower": summary(runs, seconds) / ours,
            "wanted": wanted.get(name, ""),
        }
        for name, runs in contenders.items()
    )


def where_time_goes(runs):
    """Tell the parts of the median run of ours."""
    run = sorted(runs, key=lambda run: run["seconds"])[len(runs) // 2]
    threads = {k: v for k, v in run["parts"].items() if k.startswith("threads: ")}
    parts = pd.Series({k: v for k, v in run["parts"].items() if k not in threads})
    shares = pd.DataFrame({"seconds": parts, "share": parts / parts.sum()})
    compiling, training = (
        threads[f"threads: {part}"] for part in ("tracing and compiling", "training")
    )
    return (
        shares.sort_values("seconds", ascending=False).to_markdown(floatfmt=".2g"),
        f"The threads that train spent {compiling:.1f} s on tracing and compiling, and "
        f"on waiting for each other's traces, and {training:.1f} s on training.",
    )


def write(results):
    sections = [
        "# Search",
        environment.sentence(),
        f"Pima, scaled, 5 folds, {N_TRIALS} trials, {EPOCHS} epochs, TPE with seed 0; "
        "each run in a process of its own, in turn; medians; imports not counted. "
        f"scikeras runs {FEW_TRIALS['scikeras']} trials, and its time is scaled to "
        f"{N_TRIALS}.",
    ]
    for space, contenders in results.items():
        sections += [
            f"## {space.capitalize()}",
            table(contenders | {"wanted": WANTED[space]}).to_markdown(
                index=False, floatfmt=".3g"
            ),
            "Where our time goes:",
            *where_time_goes(contenders["skkeras"]),
            _on_pruning(contenders),
        ]
    (HERE / "results" / "search.md").write_text("\n\n".join(sections) + "\n")
    report = {"environment": environment.describe(), "results": results}
    (HERE / "results" / "search.json").write_text(json.dumps(report, indent=1) + "\n")


def _on_pruning(contenders):
    """Tell what each pruner saves, by pairs of runs of the same round."""
    full = contenders["skkeras"]
    error = full[0]["spread"] / N_FOLDS**0.5
    lines = [
        f"Without a pruner the best accuracy is {full[0]['best']:.4f}, with a standard "
        f"error over the folds of {error:.4f}."
    ]
    for name in PRUNED:
        runs = contenders[name]
        pairs = list(zip(runs, full, strict=False))
        saved = 1 - runs[0]["member_epochs"] / full[0]["member_epochs"]
        ratio = statistics.median(a["seconds"] / b["seconds"] for a, b in pairs)
        shares = [_share_until(a, b["best"], b) for a, b in pairs]
        near = [_share_until(a, b["best"] - error, b) for a, b in pairs]
        lines.append(
            f"- {name}: ended {runs[0]['pruned']} of {N_TRIALS} trials early, which "
            f"saved {saved:.0%} of the epochs of single fits; took {ratio:.2f} of the "
            f"time (median of {len(pairs)} pairs of runs). Best accuracy "
            f"{runs[0]['best']:.4f}. It was as good as the best without a pruner after "
            f"{_median_share(shares)}, and within a standard error of that after "
            f"{_median_share(near)}."
        )
    return "\n".join(lines)


def _share_until(run, score, full):
    """Return after which share of another run's time a score was reached, or None."""
    times = (seconds for seconds, best in run["course"] if best >= score)
    reached = next(times, None)
    return None if reached is None else reached / full["seconds"]


def _median_share(shares):
    if None in shares:
        return "no trial"
    return f"{statistics.median(shares):.2f} of the time without one"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", nargs="?", choices=CONTENDERS)
    parser.add_argument("space", nargs="?", choices=WANTED)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    if options.name is not None:
        warnings.simplefilter("ignore")
        print(json.dumps(run(options.name, options.space)))
        return
    results = {space: {name: [] for name in CONTENDERS} for space in WANTED}
    for number in range(options.rounds):
        for space, contenders in results.items():
            for name, runs in contenders.items():
                if number < ROUNDS[name]:
                    runs.append(measure(name, space))
    write(results)


if __name__ == "__main__":
    main()
