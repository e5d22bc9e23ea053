"""Any table in, a weighted ensemble of nets out."""

import pickle
from unittest import mock

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.datasets import load_diabetes, load_iris
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import get_scorer
from sklearn.model_selection import cross_val_score
from sklearn.utils.estimator_checks import estimator_checks_generator

import skkeras
from skkeras import KerasTabularClassifier, KerasTabularRegressor, training
from skkeras.ensembles.known_predictions import KnownProbabilities
from skkeras.estimators.tabular import base, plan
from skkeras.estimators.tabular.portfolio import OF_CLASSES, TableNet, as_portfolio
from skkeras.training.population import population
from skkeras.training.rows.concatenated import ConcatenatedRows

pytestmark = pytest.mark.in_turn

SMALL = [{"l2": 1e-3}, {"encoding": "piecewise", "l2": 1e-2}]
SMALL_NETS = as_portfolio(SMALL, OF_CLASSES)


def classifier(**params):
    given = {"portfolio": SMALL, "n_folds": 2, "epochs": 20, "random_state": 0}
    return KerasTabularClassifier(**given | params)


def regressor(**params):
    given = {"portfolio": SMALL, "n_folds": 2, "epochs": 20, "random_state": 0}
    return KerasTabularRegressor(**given | params)


@pytest.fixture
def batches(monkeypatch):
    """Sizes of the calls of train."""
    sizes, train = [], training.train

    def spy(jobs):
        sizes.append(len(jobs))
        return train(jobs)

    monkeypatch.setattr(training, "train", spy)
    return sizes


@pytest.fixture
def jobs(monkeypatch):
    """All jobs that are trained."""
    trained, train = [], training.train

    def spy(some):
        trained.extend(some)
        return train(some)

    monkeypatch.setattr(training, "train", spy)
    return trained


@pytest.fixture(scope="module")
def mixed():
    """A table of every kind of column, with gaps, and a target that words decide."""
    rng = np.random.default_rng(0)
    n_rows = 160
    word = rng.choice(["red", "green", "blue"], n_rows)
    town = rng.choice([f"town {i}" for i in range(25)], n_rows)
    frame = pd.DataFrame(
        {
            "number": np.where(
                rng.random(n_rows) < 0.1, np.nan, rng.normal(size=n_rows)
            ),
            "word": pd.Series(word, dtype="str").where(rng.random(n_rows) > 0.05),
            "town": pd.Categorical(town),
            "member": rng.random(n_rows) < 0.5,
            "since": pd.Timestamp("2020-01-01")
            + pd.to_timedelta(rng.integers(0, 1000, n_rows), "D"),
            "same": 1,
        }
    )
    return frame, np.where(word == "red", "yes", "no")


@pytest.fixture(scope="module")
def fitted(mixed):
    return classifier(epochs=40).fit(*mixed)


def test_a_table_of_every_kind_is_learnt(mixed, fitted):
    X, y = mixed
    assert fitted.score(X, y) > 0.9
    assert list(fitted.feature_names_in_) == list(X)
    assert fitted.encoder_.cardinalities_
    np.testing.assert_allclose(fitted.predict_proba(X).sum(axis=1), 1, atol=1e-6)


def test_gaps_and_categories_that_were_not_seen_are_predicted(mixed, fitted):
    X = mixed[0].head(3).astype({"town": "str", "word": "str"})
    X["town"], X["number"] = "elsewhere", np.nan
    X.loc[0, "word"] = "violet"
    assert np.isfinite(fitted.predict_proba(X)).all()


def test_the_model_is_the_weighted_mean_of_its_members(mixed, jobs):
    fitted = classifier().fit(*mixed)
    X = fitted.encoder_.transform(mixed[0])
    nets = [job.fit_model.build() for job in jobs]
    of_two_folds = [nets[i : i + 2] for i in (0, 2)]
    weights = dict.fromkeys(SMALL_NETS, 0.0)
    weights |= dict(zip(fitted.members_, fitted.weights_, strict=True))
    mean = sum(
        weight * (first.predict(X, verbose=0) + second.predict(X, verbose=0))
        for weight, (first, second) in zip(weights.values(), of_two_folds, strict=True)
    )
    np.testing.assert_allclose(fitted.weights_.sum(), 1)
    temperature = fitted.model_.get_layer("temperature")
    expected = np.asarray(temperature(mean / 2))[:, 0]
    np.testing.assert_allclose(
        fitted.predict_proba(mixed[0])[:, 1], expected, atol=1e-6
    )


def test_nets_share_the_rows_and_differ_in_which_they_train_on(mixed, jobs):
    fitted = classifier().fit(*mixed)
    assert {id(job.x) for job in jobs} == {id(jobs[0].x)}
    assert jobs[0].x.shape == fitted.encoder_.transform(mixed[0]).shape
    together = np.sort(np.concatenate([jobs[0].rows, jobs[1].rows]))
    np.testing.assert_array_equal(together, np.arange(len(mixed[1])))


def test_programs_read_the_encoded_table_where_it_lies(mixed, jobs, monkeypatch):
    """A second copy of a large table would be most of what a fit takes."""
    laid_out = []

    def of(*arguments):
        laid_out.append(ConcatenatedRows.of(*arguments))
        return laid_out[-1]

    monkeypatch.setattr(population, "ConcatenatedRows", mock.Mock(of=of))
    classifier().fit(*mixed)
    places = {rows.arrays[0].ctypes.data for rows in laid_out}
    assert places == {job.x.ctypes.data for job in jobs}
    assert len(places) == 1


def test_few_rows_are_predicted_as_many_are(mixed, fitted):
    X, _ = mixed
    together = fitted.predict_proba(X)
    for rows in ([3], [5, 9], list(range(8)), list(range(9))):
        alone = fitted.predict_proba(X.iloc[rows])
        np.testing.assert_allclose(alone, together[rows], atol=1e-6)


@pytest.mark.parametrize("scoring", ["accuracy", "roc_auc", "neg_log_loss"])
def test_members_are_judged_by_the_score_that_is_asked_for(mixed, scoring):
    X, y = mixed
    y = np.where(np.arange(len(y)) % 5 == 0, "no", y)
    fitted = classifier(scoring=scoring).fit(X, y)
    known = KnownProbabilities(fitted.classes_, fitted.oof_predictions_)
    found = get_scorer(scoring)(known, None, y)
    # The temperature changes no order, and the log loss a little.
    tolerance = 0.1 if scoring == "neg_log_loss" else 1e-9
    np.testing.assert_allclose(fitted.validation_score_, found, atol=tolerance)


def test_regressors_are_judged_in_the_targets_unit():
    X, y = load_diabetes(return_X_y=True)
    fitted = regressor(scoring="neg_mean_absolute_error").fit(X, 1000 * y)
    error = np.abs(fitted.oof_predictions_ - 1000 * y).mean()
    np.testing.assert_allclose(fitted.validation_score_, -error, rtol=1e-4)


def test_a_score_that_is_not_there_is_refused(mixed):
    with pytest.raises(ValueError, match="scoring"):
        classifier(scoring="acuracy").fit(*mixed)


def test_one_epoch_is_trained_where_there_is_no_time(mixed, jobs):
    X, y = mixed
    fitted = classifier(time_limit=1e-9).fit(X, y)
    assert {job.epochs for job in jobs} == {1}
    assert np.isfinite(fitted.predict_proba(X)).all()


def test_time_enough_changes_nothing(mixed):
    X, y = mixed
    limited = classifier(time_limit=3600).fit(X, y).predict_proba(X)
    plain = classifier().fit(X, y).predict_proba(X)
    np.testing.assert_allclose(limited, plain, atol=1e-4)


def test_of_a_large_table_a_part_is_held_out_once(mixed, jobs, monkeypatch):
    monkeypatch.setattr(plan, "_MOST_ROWS_IN_FOLDS", 100)
    X, y = mixed
    fitted = classifier(n_folds="auto").fit(X, y)
    assert len(jobs) == len(SMALL)
    known = ~np.isnan(fitted.oof_predictions_[:, 0])
    assert known.sum() == len(y) / 5
    assert not set(np.flatnonzero(known)) & set(jobs[0].rows)
    assert fitted.score(X, y) > 0.8


def test_hopeless_configurations_stop_early(mixed, jobs, monkeypatch):
    monkeypatch.setattr(base, "_WORTH_A_RUNG", 0)
    hopeless = {"learning_rate": 1e-7}
    X, y = mixed
    fitted = classifier(portfolio=[hopeless, {"l2": 1e-3}, hopeless]).fit(X, y)
    assert [job.epochs for job in jobs] == [5] * 6 + [20] * 2
    assert [net.l2 for net in fitted.members_] == [1e-3]
    assert fitted.members_[0].learning_rate == 0.01
    # Stopped and gone on with, the others are trained as if nothing had been.
    plain = classifier(portfolio=[{"l2": 1e-3}]).fit(X, y)
    np.testing.assert_allclose(
        fitted.predict_proba(X), plain.predict_proba(X), atol=1e-4
    )


def test_predictions_of_held_out_rows_do_not_know_their_targets():
    """On a target of pure chance, nets that saw a row would know it."""
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(200, 10)), rng.integers(0, 2, 200)
    fitted = classifier(epochs=60, portfolio=[{"l2": 0.0}]).fit(X, y)
    of_held_out = fitted.oof_predictions_.argmax(axis=1)
    assert fitted.score(X, y) > 0.75
    assert np.mean(of_held_out == y) < 0.62


def test_held_out_predictions_are_in_the_targets_unit():
    X, y = load_diabetes(return_X_y=True)
    fitted = regressor(epochs=30).fit(X, 1000 * y)
    assert fitted.oof_predictions_.shape == y.shape
    errors = fitted.oof_predictions_ - 1000 * y
    assert np.mean(errors**2) < 0.7 * np.var(1000 * y)
    assert fitted.score(X, 1000 * y) > 0.4


def test_the_validation_score_is_the_loss_of_what_is_held_out(mixed):
    X, y = mixed
    fitted = regressor().fit(X, (y == "yes") * 1.0)
    variance = np.var(y == "yes")
    errors = (fitted.oof_predictions_ - (y == "yes")) ** 2
    np.testing.assert_allclose(
        fitted.validation_score_, -errors.mean() / variance, rtol=1e-4
    )


def test_same_seed_same_model(mixed):
    X, y = mixed
    first, second = classifier().fit(X, y), classifier().fit(X, y)
    np.testing.assert_allclose(first.predict_proba(X), second.predict_proba(X))
    other = classifier(random_state=1).fit(X, y)
    assert np.abs(first.predict_proba(X) - other.predict_proba(X)).max() > 1e-4


def test_rows_of_weight_zero_influence_nothing(mixed):
    X, y = mixed
    spoiled = pd.concat([X, X.head(5).assign(number=1e9, word="odd")])
    labels = np.append(y, ["no"] * 5)
    weights = np.append(np.ones(len(y)), np.zeros(5))
    plain = classifier().fit(X, y)
    weighted = classifier().fit(spoiled, labels, sample_weight=weights)
    np.testing.assert_allclose(
        weighted.predict_proba(X), plain.predict_proba(X), atol=1e-5
    )


@pytest.mark.parametrize("of_classes", [None, {"yes": 1 / 400, "no": 1 / 400}])
@pytest.mark.parametrize("of_rows", [None, 1 / 400])
def test_the_scale_of_weights_does_not_matter(mixed, of_classes, of_rows):
    X, y = mixed
    plain = classifier().fit(X, y)
    weights = None if of_rows is None else np.full(len(y), of_rows)
    weighted = classifier(class_weight=of_classes).fit(X, y, sample_weight=weights)
    np.testing.assert_allclose(
        weighted.predict_proba(X), plain.predict_proba(X), atol=1e-5
    )


@pytest.mark.parametrize("fails", ["table", "training"])
def test_a_fit_that_fails_leaves_the_last_one_whole(mixed, monkeypatch, fails):
    X, y = mixed
    fitted = classifier(epochs=2).fit(X, y)
    before = fitted.predict_proba(X), fitted.predict(X)
    spoiled = X.assign(number=np.inf) if fails == "table" else X

    def train(jobs):
        raise MemoryError("no room")

    if fails == "training":
        monkeypatch.setattr(training, "train", train)
    with pytest.raises((ValueError, MemoryError), match=r"infinity|no room"):
        fitted.fit(spoiled, np.array(["one", "other"])[(y == "no") * 1])
    np.testing.assert_array_equal(fitted.predict_proba(X), before[0])
    np.testing.assert_array_equal(fitted.predict(X), before[1])


def test_class_weights_move_decisions(mixed):
    X, y = mixed
    rare = classifier(class_weight={"yes": 20.0, "no": 1.0}).fit(X, y)
    plain = classifier().fit(X, y)
    assert rare.predict_proba(X)[:, 1].mean() > plain.predict_proba(X)[:, 1].mean()


def test_copies_and_pickles(mixed, fitted):
    X, _ = mixed
    again = pickle.loads(pickle.dumps(fitted))
    np.testing.assert_allclose(again.predict_proba(X), fitted.predict_proba(X))
    assert not hasattr(clone(fitted), "model_")


def test_it_is_saved_and_loaded_without_pickle(mixed, fitted, tmp_path):
    X, y = mixed
    fitted.save(tmp_path / "classifier")
    again = skkeras.load(tmp_path / "classifier")
    np.testing.assert_allclose(again.predict_proba(X), fitted.predict_proba(X))
    assert again.members_ == fitted.members_
    assert again.encoder_.columns_ == fitted.encoder_.columns_
    number = regressor(epochs=2).fit(X, np.arange(len(y)))
    number.save(tmp_path / "regressor")
    loaded = skkeras.load(tmp_path / "regressor")
    np.testing.assert_allclose(loaded.predict(X), number.predict(X), rtol=1e-6)


def test_folds_around_it_are_trained_with_its_own(batches):
    X, y = load_iris(return_X_y=True)
    alone = cross_val_score(classifier(), X, y, cv=3)
    before = len(batches)
    with skkeras.fused():
        together = cross_val_score(classifier(), X, y, cv=3)
    np.testing.assert_allclose(together, alone, atol=0.021)
    assert batches[before:] == [12]  # 3 folds around 2 folds of 2 configurations


def test_one_class_and_few_rows():
    X = np.arange(6.0)[:, None]
    one = classifier().fit(X, ["a"] * 6)
    assert one.predict(X).tolist() == ["a"] * 6
    few = classifier(n_folds=5).fit(X[:3], ["a", "b", "a"])
    assert set(few.predict(X)) <= {"a", "b"}


def test_nets_that_diverge_get_no_weight_and_are_told_of_where_all_do():
    X, y = load_diabetes(return_X_y=True)
    wild = {"learning_rate": 1e30, "hidden_layer_sizes": [8]}
    fitted = regressor(portfolio=[wild, {"l2": 1e-3}]).fit(X, y)
    assert [net.learning_rate for net in fitted.members_] == [0.01]
    assert fitted.score(X, y) > 0.4
    with pytest.warns(ConvergenceWarning, match="may not be finite"):
        regressor(portfolio=[wild]).fit(X, y)


def test_several_targets_come_back_in_their_shape():
    X, y = load_diabetes(return_X_y=True)
    both = np.column_stack([y, -y])
    fitted = regressor().fit(X, both)
    predicted = fitted.predict(X)
    assert predicted.shape == both.shape
    assert np.corrcoef(predicted.T)[0, 1] < -0.8


@pytest.mark.parametrize(
    ("portfolio", "message"),
    [
        ([], "portfolio=\\[\\] has no configuration"),
        ([{"drop": 1}], "portfolio\\[0\\] has no field 'drop'. Did you mean 'dropout'"),
        ([{}, {"encoding": "wavelet"}], "portfolio\\[1\\] has encoding='wavelet'"),
    ],
)
def test_a_wrong_portfolio_is_named(portfolio, message):
    with pytest.raises(ValueError, match=message):
        as_portfolio(portfolio, OF_CLASSES)


def test_portfolios_are_read():
    assert as_portfolio(None, OF_CLASSES) == list(OF_CLASSES)
    given = {"hidden_layer_sizes": [8], "dropout": 0.1}
    expected = TableNet(hidden_layer_sizes=(8,), dropout=0.1)
    assert as_portfolio([given], OF_CLASSES) == [expected]


EXPECTED_FAILED_CHECKS = {
    "check_sample_weight_equivalence_on_dense_data": (
        "Repeated rows fall into other folds and mini-batches than weighted ones."
    )
}


def checks():
    for estimator in (classifier(epochs=15), regressor(epochs=15)):
        estimator.set_params(portfolio=[{"l2": 1e-3, "hidden_layer_sizes": [32]}])
        for instance, check in estimator_checks_generator(
            estimator, expected_failed_checks=EXPECTED_FAILED_CHECKS, mark="skip"
        ):
            name = getattr(check, "func", check).__name__
            yield pytest.param(instance, check, id=f"{type(instance).__name__}-{name}")


@pytest.mark.parametrize(("estimator", "check"), list(checks()))
def test_scikit_learns_checks_pass(estimator, check):
    check(estimator)
