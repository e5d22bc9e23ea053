from itertools import combinations, pairwise

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import brier_score_loss, confusion_matrix, roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skkeras.datasets import load_boston, load_pima
from skkeras.model_selection import OptunaSearchCV
from skkeras.report import compare
from skkeras.report.figures import as_svg, inline_svg, overview
from skkeras.report.plots import scores
from skkeras.report.plots.elo import plot_elo
from skkeras.report.plots.scores import label_places, pareto_front
from skkeras.report.plots.style import INK, ORANGE
from skkeras.report.predictions import pooled_predictions


def new_axes():
    return Figure(layout="constrained").add_subplot()


class WithHistory(LogisticRegression):
    def fit(self, X, y):
        epochs = 2 + len(y) % 2
        self.history_ = {"loss": [1.0] * epochs, "val_loss": [2.0] * epochs}
        return super().fit(X, y)


@pytest.fixture(scope="module")
def classes():
    X, y = load_pima(return_X_y=True)
    linear = make_pipeline(StandardScaler(), LogisticRegression())
    models = {
        "linear": linear,
        "dummy": DummyClassifier(),
        "net": make_pipeline(StandardScaler(), WithHistory()),
        "tuned": OptunaSearchCV(
            linear,
            {"logisticregression__C": [1e-4, 1e-2, 1.0]},
            n_trials=3,
            cv=2,
            random_state=0,
        ),
    }
    return compare(models, X, y, cv=3, random_state=0, diagnose=True)


@pytest.fixture(scope="module")
def quantities():
    models = {"ridge": Ridge(), "dummy": DummyRegressor()}
    return compare(models, *load_boston(return_X_y=True), cv=3, random_state=0)


def test_scores_are_drawn_where_they_are(classes):
    ax = classes.plot_scores(ax=new_axes())
    assert isinstance(ax, Axes)
    order = [label.get_text() for label in ax.get_yticklabels()]
    assert order == list(classes.values().columns)
    folds, interval, mean = ax.lines[:3]
    best = classes.values().iloc[:, 0]
    np.testing.assert_array_equal(folds.get_xdata(), best)
    bounds = classes.summary()["accuracy"].iloc[0][["low", "high"]]
    np.testing.assert_allclose(interval.get_xdata().astype(float), bounds.to_list())
    assert mean.get_xdata()[0] == pytest.approx(best.mean())


def test_pareto_front():
    means = pd.Series({"fast": 0.5, "slow": 0.9, "bad": 0.4, "level": 0.5, "mid": 0.7})
    seconds = pd.Series({"fast": 1, "slow": 9, "bad": 2, "level": 3, "mid": 4})
    found = pareto_front(means, seconds, greater_is_better=True)
    assert found == ["fast", "mid", "slow"]
    assert pareto_front(-means, seconds, greater_is_better=False) == found


def test_labels_of_near_points_do_not_cover_each_other():
    ax = new_axes()
    places = label_places({f"model {i}": (0.5, 0.5) for i in range(6)}, ax)
    assert len(set(places.values())) == 6


def test_no_label_is_struck_through_by_the_line():
    ax = new_axes()
    points = {"first": (0.1, 0.1), "second": (0.9, 0.9)}
    without = label_places(points, ax)
    steps = [(0.1, 0.1), (0.9, 0.1), (0.9, 0.9)]
    places = label_places(points, ax, steps)
    # The line goes to the right of the first point, through where its label stood.
    assert without["first"] == ((6, -3), "left")
    assert places["first"] != without["first"]


def test_labels_drawn_cover_no_other():
    rng = np.random.default_rng(0)
    figure = Figure(figsize=(7.2, 4.8), layout="constrained")
    ax = figure.add_subplot()
    names = [f"tuned model {i}" for i in range(16)]
    points = dict(zip(names, rng.uniform(0, 1, (16, 2)), strict=True))
    points |= {"twin": points[names[0]], "third": points[names[0]]}
    ax.plot(*np.transpose(list(points.values())), "o")
    ax.margins(x=0.25)
    scores._label(points, [], ax)
    figure.draw_without_rendering()
    boxes = [text.get_window_extent() for text in ax.texts]
    assert len(boxes) == 18
    for a, b in combinations(boxes, 2):
        overlap = Bbox.intersection(a, b)
        assert overlap is None or min(overlap.width, overlap.height) < 1


def test_pareto_and_pairs_draw_every_model(classes):
    ax = classes.plot_pareto(ax=new_axes())
    assert {t.get_text() for t in ax.texts} == set(classes.values().columns)
    ax = classes.plot_pairwise(ax=new_axes())
    assert len(ax.texts) == 4 * 3
    pair = classes.pairwise().iloc[0]
    shown = ax.images[0].get_array()
    assert shown[0, 1] == pytest.approx(pair["p_better"])
    assert shown[1, 0] == pytest.approx(pair["p_worse"])


def test_confusion_matrix_holds_scikit_learns_counts(classes):
    ax = classes.plot_confusion_matrix("linear", ax=new_axes())
    pooled = pooled_predictions(classes.evaluation("linear"))
    counts = confusion_matrix(pooled.truth, pooled.predicted)
    assert [int(t.get_text()) for t in ax.texts] == counts.ravel().tolist()


def test_curves_name_their_area_and_brier_score(classes):
    pooled = pooled_predictions(classes.evaluation("linear"))
    truth, probability = pooled.truth == 1, pooled.probabilities[:, 1]

    def legend(method):
        ax = getattr(classes, method)("linear", ax=new_axes())
        return ax.get_legend().get_texts()[0].get_text()

    assert f"area {roc_auc_score(truth, probability):.3f}" in legend("plot_roc")
    brier = brier_score_loss(truth, probability)
    assert f"Brier {brier:.3f}" in legend("plot_calibration")
    assert "average precision" in legend("plot_precision_recall")


def test_residuals_and_quantiles(quantities):
    pooled = pooled_predictions(quantities.evaluation("ridge"))
    residuals = pooled.truth - pooled.predicted
    ax = quantities.plot_residuals("ridge", ax=new_axes())
    np.testing.assert_array_equal(ax.lines[0].get_ydata(), residuals)
    ax = quantities.plot_quantiles("ridge", ax=new_axes())
    np.testing.assert_allclose(ax.lines[0].get_ydata(), np.sort(residuals))


def test_learning_curves_go_on_where_a_fold_stopped(classes):
    ax = classes.plot_learning_curves("net", ax=new_axes())
    assert [t.get_text() for t in ax.get_legend().get_texts()] == [
        "training rows",
        "validation rows",
    ]
    np.testing.assert_array_equal(ax.lines[0].get_ydata(), 1.0)
    np.testing.assert_array_equal(ax.lines[1].get_ydata(), 2.0)


def test_search_is_drawn(classes):
    ax = classes.plot_search_history("tuned", ax=new_axes())
    best = ax.lines[-1].get_ydata()
    assert all(b >= a for a, b in pairwise(best))
    expected = np.mean(
        [o.search.best_score for o in classes.evaluation("tuned").observations]
    )
    assert best[-1] == pytest.approx(expected)
    ax = classes.plot_search_importances("tuned", ax=new_axes())
    assert [t.get_text() for t in ax.get_yticklabels()] == ["logisticregression__C"]


def test_importance_is_drawn_with_the_most_important_first(classes):
    ax = classes.plot_importance("linear", ax=new_axes())
    widths = [bar.get_width() for bar in ax.patches]
    assert widths == sorted(widths, reverse=True)
    assert ax.get_yticklabels()[0].get_text() == "column 1"  # glucose


def test_clear_errors(classes, quantities):
    with pytest.raises(KeyError, match="'no' is not among the models: linear, dummy"):
        classes.plot_roc("no")
    with pytest.raises(ValueError, match="keeps no history"):
        classes.plot_learning_curves("linear", ax=new_axes())
    with pytest.raises(ValueError, match="was not tuned"):
        classes.plot_search_history("linear", ax=new_axes())
    with pytest.raises(ValueError, match=r"compare\(..., diagnose=True\)"):
        quantities.plot_importance("ridge", ax=new_axes())


def test_new_axes_are_made_where_none_are_given(quantities):
    from matplotlib import pyplot

    ax = quantities.plot_scores()
    assert isinstance(ax, Axes)
    pyplot.close(ax.figure)


def test_ratings_are_drawn_where_they_are():
    standings = pd.DataFrame(
        {"elo": [1100.0, 1000.0, 900.0], "low": [1050.0, 1000.0, 700.0]},
        index=["Keras MLP", "random forest", "a name that is a good deal too long"],
    ).assign(high=[1200.0, 1000.0, 1050.0])
    ax = plot_elo(standings, focus=["Keras MLP"], ax=new_axes())
    labels = [label.get_text() for label in ax.get_yticklabels()]
    assert labels == ["Keras MLP", "random forest", "a name that is a good deal too …"]
    assert ax.yaxis_inverted()
    for place, (name, row) in enumerate(standings.iterrows()):
        interval, point = ax.lines[2 * place : 2 * place + 2]
        assert list(interval.get_xdata()) == [row["low"], row["high"]]
        assert (point.get_xdata()[0], point.get_ydata()[0]) == (row["elo"], place)
        # A Keras model is known by its shape too, not by its colour alone.
        of_keras = name == "Keras MLP"
        assert point.get_marker() == ("D" if of_keras else "o")
        assert (point.get_color() == ORANGE) == of_keras


def test_svg_is_the_same_each_time_and_fits_any_page(classes):
    picture = overview(classes)[0]
    first, second = as_svg(picture.figure()), as_svg(picture.figure())
    assert first == second
    inline = inline_svg(first, "a-")
    assert inline.startswith('<svg aria-hidden="true"')
    assert INK not in inline
    assert 'id="a-figure_1"' in inline
    assert 'id="figure_1"' not in inline
    assert "url(#a-" in inline
    assert '"#a-' in inline


def test_names_are_no_mathematics(quantities):
    named = {r"$\frac{": Ridge(), "<b>&": DummyRegressor()}
    compared = compare(named, *load_boston(return_X_y=True), cv=2, random_state=0)
    for picture in overview(compared):
        svg = as_svg(picture.figure())
        assert r"$\frac{" in svg
        assert "&lt;b&gt;&amp;" in svg
