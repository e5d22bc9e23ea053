"""Nets that differ in activations and losses trained by one program, exactly."""

from dataclasses import dataclass, replace

import keras
import numpy as np
import pytest
import tensorflow as tf
from numpy.testing import assert_allclose
from plans import covered_by, plan
from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.model_selection import GridSearchCV
from weighted_jobs import weighted_job, weighted_rows

import skkeras
from skkeras import KerasMLPClassifier
from skkeras.training import BuiltModel, Job, train
from skkeras.training.hyperparameters.activation import ACTIVATIONS
from skkeras.training.hyperparameters.loss import LOSSES
from skkeras.training.planning.sharing import share_programs
from skkeras.training.planning.signature import signature

pytestmark = [pytest.mark.tensorflow, pytest.mark.in_turn]

ROWS, HELD_OUT = 33, 13


def net(activation="relu", loss="mse", head="sigmoid", seed=0, layer=None, width=6):
    """Build a net of two hidden layers, one with its activation in a layer apart."""

    def initializer(number):
        return keras.initializers.GlorotUniform(10 * seed + number)

    model = keras.Sequential(
        [
            keras.Input((4,)),
            keras.layers.Dense(
                width,
                use_bias=False,  # the normalization would take it away again
                kernel_initializer=initializer(0),
            ),
            keras.layers.BatchNormalization(),
            keras.layers.Activation(activation),
            keras.layers.Dense(
                5, layer or activation, kernel_initializer=initializer(1)
            ),
            keras.layers.Dense(1, head, kernel_initializer=initializer(2)),
        ]
    )
    model.compile(keras.optimizers.Adam(0.01), loss=loss, metrics=["mae"])
    return model


def job(model, **options):
    x, weight = weighted_rows(ROWS + HELD_OUT)
    y = (x[:, :1] * x[:, 1:2] > 0).astype("float32")
    return weighted_job(model, (x, y, weight), ROWS, **{"batch_size": 8} | options)


def assert_as_keras(nets, **options):
    """Compare nets trained together with the same nets in Model.fit."""
    models, references = ([net(**each) for each in nets] for _ in range(2))
    results = train([job(model, **options) for model in models])
    expected = train([job(model, engine="keras", **options) for model in references])
    for model, reference, mine, its in zip(
        models, references, results, expected, strict=True
    ):
        assert mine.training.members == len(nets), mine.training
        assert mine.history.keys() == its.history.keys()
        for name, values in its.history.items():
            assert_allclose(mine.history[name], values, rtol=1e-4, err_msg=name)
        for part, same in zip(
            model.get_weights(), reference.get_weights(), strict=True
        ):
            assert_allclose(part, same, rtol=1e-4, atol=1e-5)


def names(functions):
    return [function.__name__ for function in functions]


def test_all_activations_share_a_program_exactly():
    assert_as_keras(
        [{"activation": name, "seed": i} for i, name in enumerate(names(ACTIVATIONS))]
    )


@pytest.mark.parametrize("head", ["sigmoid", "softplus"])
def test_all_losses_share_a_program_exactly(head):
    # Of one output, a cosine is 1 or -1 and its gradient is only rounding.
    losses = set(names(LOSSES)) - {"categorical_crossentropy", "cosine_similarity"}
    assert_as_keras(
        [{"loss": loss, "head": head, "seed": 2} for loss in sorted(losses)]
    )


def several_classes(loss):
    """Build a net of three classes, as its job."""
    rng = np.random.default_rng(4)
    x = rng.normal(size=(ROWS, 4)).astype("float32")
    y = np.eye(3, dtype="float32")[rng.integers(0, 3, ROWS)]
    initializers = [keras.initializers.GlorotUniform(i) for i in range(2)]
    model = keras.Sequential(
        [
            keras.Input((4,)),
            keras.layers.Dense(6, "tanh", kernel_initializer=initializers[0]),
            keras.layers.Dense(3, "softmax", kernel_initializer=initializers[1]),
        ]
    )
    model.compile(keras.optimizers.SGD(0.1, 0.9), loss=loss, metrics=["accuracy"])
    return Job(BuiltModel(model), x, y, epochs=3, batch_size=8, seed=1)


def test_losses_of_several_classes_share_a_program_exactly():
    losses = "categorical_crossentropy", "cosine_similarity", "kl_divergence", "mse"
    jobs, references = ([several_classes(loss) for loss in losses] for _ in range(2))
    results = train(jobs)
    expected = train([replace(job, engine="keras") for job in references])
    for mine, its, one, other in zip(results, expected, jobs, references, strict=True):
        assert mine.training.members == len(losses)
        assert_allclose(mine.history["loss"], its.history["loss"], rtol=1e-5)
        assert mine.history["accuracy"] == pytest.approx(its.history["accuracy"])
        for pair in zip(one.model.weights, other.model.weights, strict=True):
            assert_allclose(*map(np.asarray, pair), rtol=1e-4, atol=1e-6)


def test_activations_losses_and_widths_differ_at_once():
    assert_as_keras(
        [
            {"activation": "relu", "loss": "mse", "width": 3},
            {"activation": "tanh", "layer": "relu", "loss": "binary_crossentropy"},
            {"activation": "elu", "layer": "tanh", "loss": "mse", "width": 9},
        ]
    )


def test_a_loss_that_is_not_defined_for_a_fit_does_not_spoil_it():
    """A poisson loss takes logarithms of predictions: here they may be negative."""
    nets = [{"loss": "mse", "head": "linear"}, {"loss": "mae", "head": "linear"}]
    models, references = ([net(**each) for each in nets] for _ in range(2))
    results = train([job(m) for m in (*models, net(loss="poisson", head="linear"))])
    expected = train([job(model, engine="keras") for model in references])
    assert results[0].training.members == 3
    assert np.isnan(results[2].history["loss"][-1])
    for mine, its in zip(results[:2], expected, strict=True):
        assert_allclose(mine.history["loss"], its.history["loss"], rtol=1e-5)


def test_a_cosine_of_tiny_probabilities_does_not_spoil_other_fits(proven_programs):
    """Its gradient overflows where a sigmoid comes close to 0."""
    nets = [{"loss": loss} for loss in ("binary_crossentropy", "mse")]
    models, references = ([net(**each) for each in nets] for _ in range(2))
    beside = net(loss="cosine_similarity")
    for model in (*models, *references, beside):
        model.layers[-1].bias.assign([-60.0])
    results = train([job(model) for model in (*models, beside)])
    expected = train([job(model, engine="keras") for model in references])
    assert results[0].training.members == 3
    for mine, its in zip(results[:2], expected, strict=True):
        assert_allclose(mine.history["loss"], its.history["loss"], rtol=1e-5)


@keras.saving.register_keras_serializable("test_choices")
def plain_sigmoid(x):
    return tf.sigmoid(x)


def test_logits_that_keras_finds_behind_a_head_of_ones_own_are_found():
    nets = [{"loss": "binary_crossentropy", "head": plain_sigmoid}]
    nets.append({"loss": "mse", "head": plain_sigmoid})
    models, references = ([net(**each) for each in nets] for _ in range(2))
    for model in (*models, *references):
        model.layers[-1].bias.assign([-30.0])
    results = train([job(model) for model in models])
    expected = train([job(model, engine="keras") for model in references])
    for mine, its in zip(results, expected, strict=True):
        assert mine.training.members == 2
        assert_allclose(mine.history["loss"], its.history["loss"], rtol=1e-5)


def test_losses_of_other_shapes_than_the_targets_are_no_choice():
    """Keras spreads a prediction over three targets for some losses only."""
    jobs = [
        replace(job(net(loss=loss)), y=np.ones((ROWS, 3), "float32"))
        for loss in ("mse", "mae")
    ]
    assert [shape.losses for shape, _ in plan(jobs)] == [(), ()]


@keras.saving.register_keras_serializable("test_choices")
@dataclass
class Scaled:
    """A head that cannot be hashed."""

    factor: float = 2.0

    def __call__(self, x):
        return self.factor * x

    def get_config(self):
        return {"factor": self.factor}

    @classmethod
    def from_config(cls, config):
        return cls(**config)


def test_a_head_that_cannot_be_hashed_is_planned():
    ((shape, numbers),) = plan(
        [job(net(name, head=Scaled())) for name in ("relu", "tanh")]
    )
    assert (names(shape.activations), numbers) == (["relu", "tanh"], [0, 1])


def test_programs_for_one_activation_each_are_used_again():
    jobs = [job(net(name), epochs=10**4) for name in ("relu", "tanh")]
    kinds = [
        grouped([one, replace(job(net(name, width=7)), epochs=10**4)])
        for name, one in zip(("relu", "tanh"), jobs, strict=True)
    ]
    known = [share_programs(*kind, [])[0][0] for kind in kinds]
    planned = plan([job(net("relu")), job(net("tanh"))], known)
    assert sorted(names(shape.activations) for shape, _ in planned) == [
        ["relu"],
        ["tanh"],
    ]


def test_a_program_offers_few_activations_that_its_fits_do_not_need():
    several = [job(net(name)) for name in names(ACTIVATIONS[:5])]
    one = job(net(ACTIVATIONS[0].__name__, layer="linear"))
    shapes = [shape for shape, _ in plan([*several, one])]
    assert sorted(len(shape.activations) for shape in shapes) == [1, 5]


def test_a_fit_that_diverges_does_not_spoil_others(proven_programs):
    models = [net("relu"), net("tanh", "binary_crossentropy"), net("elu")]
    models[0].optimizer.learning_rate = np.inf
    reference = net("tanh", "binary_crossentropy")
    results = train([job(model) for model in models])
    expected = train([job(reference, engine="keras")])[0]
    assert results[1].training.members == 3
    assert np.isnan(results[0].history["loss"][-1])
    assert_allclose(results[1].history["loss"], expected.history["loss"], rtol=1e-5)


def test_a_program_offers_what_all_nets_of_a_search_have():
    jobs = [job(net("relu")), job(net("tanh")), job(net("elu", layer="linear"))]
    (shape, numbers), (other, _) = plan(jobs)
    assert (names(shape.activations), numbers) == (["elu", "relu", "tanh"], [0, 1])
    # Linear layers are no choice, and so are part of what a program is.
    assert names(other.activations) == ["elu", "relu", "tanh"]
    assert names(shape.losses) == ["mean_squared_error"]


def test_a_program_that_is_there_takes_those_it_offers():
    known = share_programs(*grouped([job(net("relu")), job(net("tanh"))]), [])
    keys = [key for key, _, _ in known]
    (shape, _) = plan([job(net("tanh", width=9)), job(net("relu", width=8))], keys)[0]
    assert shape == covered_by(keys[0].covers)
    (shape, _) = plan([job(net("elu")), job(net("relu"))], keys)[0]
    assert names(shape.activations) == ["elu", "relu", "tanh"]


def grouped(jobs):
    return jobs, {signature(each): [number] for number, each in enumerate(jobs)}


def test_long_fits_compute_no_other_activation_than_theirs():
    jobs = [job(net(name), epochs=10**6) for name in ("relu", "tanh") for _ in range(2)]
    planned = plan(jobs)
    assert all(shape is None for shape, _ in planned)
    assert sorted(numbers for _, numbers in planned) == [[0, 1], [2, 3]]


def test_shares_by_activation_where_all_together_cost_too_much():
    """Computing another activation costs more here than what fewer widths cost."""
    nets = [("relu", 63), ("relu", 64), ("tanh", 63), ("tanh", 64)]
    jobs = [job(net(name, width=width), epochs=150_000) for name, width in nets]
    planned = [(names(shape.activations), numbers) for shape, numbers in plan(jobs)]
    assert sorted(planned) == [(["relu"], [0, 1]), (["tanh"], [2, 3])]


def test_what_cannot_be_chosen_has_its_own_program():
    def own(x):
        return keras.ops.relu(x)

    smooth = keras.losses.BinaryCrossentropy(label_smoothing=0.1)
    for special in ({"activation": own}, {"activation": "sigmoid"}, {"loss": smooth}):
        planned = plan([job(net()), job(net("tanh")), job(net(**special))])
        assert sorted(numbers for _, numbers in planned) == [[0, 1], [2]]


def test_a_loss_instance_leaves_the_activations_a_choice():
    losses = [keras.losses.BinaryCrossentropy(label_smoothing=0.1) for _ in range(2)]
    jobs = [
        job(net(name, loss))
        for name, loss in zip(("relu", "tanh"), losses, strict=True)
    ]
    ((shape, _),) = plan(jobs)
    assert (names(shape.activations), shape.losses) == (["relu", "tanh"], ())
    nets = [
        {"activation": "relu", "loss": losses[0]},
        {"activation": "tanh", "loss": losses[1]},
    ]
    assert_as_keras(nets)


def test_a_search_scores_the_same_fused():
    X, y = load_iris(return_X_y=True)
    grid = {
        "activation": ["relu", "tanh"],
        "loss": ["categorical_crossentropy", "mean_squared_error"],
        "hidden_layer_sizes": [(4,), (7,)],
    }
    search = GridSearchCV(
        KerasMLPClassifier(l2=0.01, epochs=5, random_state=0, batch_size=16),
        grid,
        cv=2,
        refit=False,
    )
    with skkeras.fused():
        fused = clone(search).fit(X, y).cv_results_["mean_test_score"]
    assert_allclose(fused, search.fit(X, y).cv_results_["mean_test_score"])
