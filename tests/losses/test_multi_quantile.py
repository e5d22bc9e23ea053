"""Several quantiles: the loss, the layer that keeps them in order, and regressors."""

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.compose import TransformedTargetRegressor
from sklearn.metrics import d2_pinball_score, mean_pinball_loss
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import skkeras
from skkeras import KerasMLPClassifier, KerasMLPRegressor, KerasRegressor
from skkeras.layers import NonCrossingQuantiles
from skkeras.losses import MultiQuantileLoss
from skkeras.training import BuiltModel, Job, train
from skkeras.training.population import population

pytestmark = pytest.mark.in_turn

LEVELS = [0.05, 0.5, 0.95]
N = 240
RNG = np.random.default_rng(0)
X = RNG.normal(size=(N, 3)).astype("float32")
# The spread grows with the second column, and is not symmetric.
Y = 50 + 4 * X[:, 0] + np.exp(X[:, 1]) * RNG.exponential(size=N)
FAR = 30 * RNG.normal(size=(400, 3))

levels = st.lists(st.floats(0.001, 0.999), min_size=1, max_size=6, unique=True)
numbers = st.floats(-1e3, 1e3, width=32)


@settings(max_examples=60)
@given(st.data(), levels.map(sorted))
def test_loss_is_the_mean_of_scikit_learns(data, quantiles):
    n = data.draw(st.integers(1, 5))
    rows = st.lists(numbers, min_size=len(quantiles), max_size=len(quantiles))
    predicted = np.array(data.draw(st.lists(rows, min_size=n, max_size=n)), "float32")
    y = np.array(data.draw(st.lists(numbers, min_size=n, max_size=n)), "float32")
    weights = np.array(data.draw(st.lists(st.integers(1, 9), min_size=n, max_size=n)))
    expected = [
        mean_pinball_loss(y, column, alpha=q, sample_weight=weights)
        for q, column in zip(quantiles, predicted.T, strict=True)
    ]
    reduction = "mean_with_sample_weight"
    loss = MultiQuantileLoss(quantiles, reduction=reduction)
    for target in (y, y[:, None]):
        found = loss(target, predicted, sample_weight=weights.astype("float32"))
        assert_allclose(float(found), np.mean(expected), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(
    "quantiles",
    [[], [0.5, 0.1], [0.1, 0.1], [0, 0.5], [0.5, 1], [-0.1], [float("nan"), 0.5]],
)
def test_quantiles_must_ascend_between_0_and_1(quantiles):
    with pytest.raises(ValueError, match="quantiles must be ascending numbers"):
        MultiQuantileLoss(quantiles)


@pytest.mark.parametrize(("targets", "outputs"), [(1, 2), (3, 3)])
def test_loss_names_shapes_that_do_not_fit(targets, outputs):
    with pytest.raises(ValueError, match="of 3 quantiles needs as many outputs and"):
        MultiQuantileLoss(LEVELS)(np.ones((4, targets)), np.ones((4, outputs)))


@settings(max_examples=100)
@given(st.data(), st.integers(1, 9))
def test_layer_is_the_formula_and_never_descends(data, count):
    wide = st.floats(-1e6, 1e6, width=32)
    raw = data.draw(st.lists(wide, min_size=count, max_size=count))
    found = np.asarray(NonCrossingQuantiles()(np.array([raw], "float32")))[0]
    steps = np.concatenate([raw[:1], np.logaddexp(0, raw[1:])])
    assert (np.diff(found) >= 0).all()
    scale = max(1.0, np.abs(steps).sum())
    assert_allclose(found, np.cumsum(steps), atol=2e-6 * scale)


def net(meta, quantiles=3, hold_order=True):
    layers = [
        keras.Input((meta["n_features_in_"],)),
        keras.layers.Dense(6, activation="tanh"),
        keras.layers.Dense(quantiles),
        *([NonCrossingQuantiles()] if hold_order else []),
    ]
    return keras.Sequential(layers)


@pytest.mark.tensorflow
@pytest.mark.parametrize("members", [1, 3])
def test_is_trained_as_by_keras(members, monkeypatch):
    monkeypatch.setattr(population, "check_measured_cost", lambda *measured: None)
    models = [net({"n_features_in_": 3}) for _ in range(members)]
    others = [keras.models.clone_model(model) for model in models]
    for model, other in zip(models, others, strict=True):
        other.set_weights(model.get_weights())
    sizes = [90, 71, 80]
    y = ((Y - Y.mean()) / Y.std()).astype("float32")[:, None]

    def job(k, model, **params):
        model.compile(keras.optimizers.SGD(0.05), MultiQuantileLoss(LEVELS))
        rows = {"x": X[: sizes[k]], "y": y[: sizes[k]]}
        weights = np.linspace(0.5, 1.5, sizes[k]).astype("float32")
        options = {"epochs": 3, "batch_size": 16, "seed": k}
        model = BuiltModel(model)
        return Job(model, **rows, sample_weight=weights, **options, **params)

    found = train([job(k, m) for k, m in enumerate(models)])
    expected = train([job(k, m, engine="keras") for k, m in enumerate(others)])
    assert found[0].training.engine == ("fused" if members > 1 else "compiled")
    for a, b, model, other in zip(found, expected, models, others, strict=True):
        assert_allclose(a.history["loss"], b.history["loss"], rtol=1e-5)
        pairs = zip(model.get_weights(), other.get_weights(), strict=True)
        for own, reference in pairs:
            assert_allclose(own, reference, atol=5e-6)


@pytest.fixture(scope="module")
def perceptron():
    loss = MultiQuantileLoss(LEVELS)
    model = KerasMLPRegressor((16,), loss=loss, l2=0.001, epochs=60, random_state=0)
    return model.fit(X, Y)


def test_perceptron_predicts_a_column_a_quantile(perceptron):
    found = perceptron.predict(X)
    assert found.shape == (N, 3)
    assert perceptron.quantiles_ == tuple(LEVELS)
    assert (np.diff(perceptron.predict(FAR), axis=1) >= 0).all()
    shares = (Y[:, None] <= found).mean(axis=0)
    assert_allclose(shares, LEVELS, atol=0.1)
    # Wider where the target is more spread.
    width = found[:, 2] - found[:, 0]
    high = X[:, 1] > np.median(X[:, 1])
    assert width[high].mean() > 1.5 * width[~high].mean()
    assert_allclose(perceptron.model_.predict(X, verbose=0), found, rtol=1e-4)


@pytest.mark.parametrize("weights", [None, np.linspace(0.1, 2, N)])
def test_score_is_the_mean_d2(perceptron, weights):
    found = perceptron.score(X, Y, sample_weight=weights)
    expected = [
        d2_pinball_score(Y, column, alpha=q, sample_weight=weights)
        for q, column in zip(LEVELS, perceptron.predict(X).T, strict=True)
    ]
    assert found == pytest.approx(np.mean(expected))
    assert found > 0.2


def test_the_unit_of_the_target_changes_nothing(perceptron):
    other = clone(perceptron).fit(X, 1000 * Y + 5)
    expected = 1000 * perceptron.predict(X) + 5
    assert_allclose(other.predict(X), expected, rtol=1e-3)


def test_is_scored_by_its_own_scorer_where_it_has_one():
    class Widths(KerasRegressor):
        @staticmethod
        def scorer(y_true, y_pred, **kwargs):
            return float((y_pred[:, 2] - y_pred[:, 0]).mean())

    model = Widths(net, loss=MultiQuantileLoss(LEVELS), verbose=0).fit(X, Y)
    found = model.predict(X)
    assert model.score(X, Y) == pytest.approx((found[:, 2] - found[:, 0]).mean())


@pytest.mark.parametrize("column", [False, True])
@pytest.mark.parametrize(
    "loss",
    [
        {"loss": MultiQuantileLoss(LEVELS)},
        {"loss": MultiQuantileLoss, "loss__quantiles": LEVELS},
    ],
)
def test_factory_regressors(loss, column):
    model = KerasRegressor(net, **loss, optimizer="adam", epochs=2, verbose=0)
    y = Y[:, None] if column else Y
    assert model.fit(X, y).predict(X).shape == (N, 3)
    assert (np.diff(model.predict(FAR), axis=1) >= 0).all()
    assert model.score(X, y) < 1


def test_another_loss_ends_the_quantiles():
    model = KerasRegressor(net, loss=MultiQuantileLoss(LEVELS), verbose=0).fit(X, Y)
    assert model.set_params(loss="mse", model__quantiles=1).fit(X, Y).score(X, Y) < 1
    assert not hasattr(model, "quantiles_")
    assert model.predict(X).shape == (N,)


def test_one_quantile_keeps_the_shape_of_y():
    model = KerasMLPRegressor((4,), loss=MultiQuantileLoss([0.9]), epochs=40, l2=0.01)
    found = model.set_params(random_state=0).fit(X, Y).predict(X)
    assert found.shape == (N,)
    assert (found >= Y).mean() == pytest.approx(0.9, abs=0.1)
    assert model.score(X, Y) == pytest.approx(d2_pinball_score(Y, found, alpha=0.9))


def test_a_head_of_other_units_is_named():
    model = KerasRegressor(net, quantiles=2, loss=MultiQuantileLoss(LEVELS))
    with pytest.raises(ValueError, match="2 units, but its loss is of 3 quantiles"):
        model.fit(X, Y)


@pytest.mark.parametrize("model", [KerasMLPRegressor(), KerasRegressor(net)])
def test_several_targets_are_refused(model):
    model.set_params(loss=MultiQuantileLoss(LEVELS))
    with pytest.raises(ValueError, match="is of one target, but y has 2"):
        model.fit(X, np.column_stack([Y, Y]))


def test_classifiers_refuse_it():
    model = KerasMLPClassifier(loss=MultiQuantileLoss(LEVELS), epochs=1)
    with pytest.raises(ValueError, match="of 3 quantiles needs as many outputs"):
        model.fit(X, Y > 52)


def test_search_of_losses():
    loss = MultiQuantileLoss(LEVELS)
    model = KerasMLPRegressor((4,), epochs=2, l2=0.0, random_state=0)
    others = [loss, MultiQuantileLoss([0.25, 0.75])]
    search = GridSearchCV(model, {"loss": others}, cv=2).fit(X, Y)
    assert search.predict(X).shape == (N, len(search.best_params_["loss"].quantiles))
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()


def test_transformed_targets_come_back_as_quantiles():
    inside = KerasMLPRegressor(
        (4,), loss=MultiQuantileLoss(LEVELS), epochs=5, l2=0.0, random_state=0
    )
    model = TransformedTargetRegressor(inside, func=np.log, inverse_func=np.exp)
    found = model.fit(X, Y).predict(X)
    expected = np.exp(clone(inside).fit(X, np.log(Y)).predict(X))
    assert_allclose(found, expected, rtol=1e-5)


def test_saved_and_loaded(perceptron, tmp_path):
    path = tmp_path / "quantiles.skkeras"
    perceptron.save(path)
    loaded = skkeras.load(path)
    assert_array_equal(loaded.predict(X), perceptron.predict(X))
    assert loaded.quantiles_ == perceptron.quantiles_
    assert loaded.score(X, Y) == perceptron.score(X, Y)
    assert loaded.loss.quantiles == tuple(LEVELS)
    assert loaded.fit(X, Y).predict(X).shape == (N, 3)


def test_saved_with_the_class_of_the_loss(tmp_path):
    model = KerasRegressor(net, loss=MultiQuantileLoss, loss__quantiles=LEVELS)
    model.set_params(verbose=0).fit(X, Y).save(tmp_path / "quantiles.skkeras")
    loaded = skkeras.load(tmp_path / "quantiles.skkeras", custom_objects={"net": net})
    assert loaded.fit(X, Y).predict(X).shape == (N, 3)


def test_saved_in_a_pipeline(tmp_path):
    pytest.importorskip("skops")
    inside = KerasMLPRegressor((4,), loss=MultiQuantileLoss(LEVELS), epochs=2, l2=0.0)
    model = make_pipeline(StandardScaler(), inside).fit(X, Y)
    skkeras.save(model, tmp_path / "pipeline.skops")
    loaded = skkeras.load(tmp_path / "pipeline.skops")
    assert_array_equal(loaded.predict(X), model.predict(X))


@pytest.mark.tensorflow
@pytest.mark.parametrize("hold_order", [True, False])
def test_exported(hold_order, tmp_path):
    onnxruntime = pytest.importorskip("onnxruntime")
    pytest.importorskip("skl2onnx")
    inside = KerasRegressor(
        net,
        hold_order=hold_order,
        loss=MultiQuantileLoss(LEVELS),
        optimizer="adam",
        verbose=0,
    )
    for step in (inside, KerasMLPRegressor((4,), loss=inside.loss, epochs=2, l2=0.0)):
        model = make_pipeline(StandardScaler(), step).fit(X, Y)
        path = str(tmp_path / "quantiles.onnx")
        skkeras.export(model, path, X)
        session = onnxruntime.InferenceSession(path)
        (found,) = session.run(["prediction"], {"X": X})
        assert_allclose(found, model.predict(X), rtol=1e-4, atol=1e-6)
        assert session.get_outputs()[0].shape[1] == 3
