"""How a stranger's model is judged: beside `Model.fit` from the same weights."""

import keras
import numpy as np
from keras import tree

from skkeras.training import BuiltModel, Job, complete, predict, train

L = keras.layers
N_ROWS = (23, 20)  # of two members: with batches of 8 both have a short last one
MOST_ROWS = 23


def table(seed=0, n_rows=MOST_ROWS, n_features=4):
    """Return rows and a real target that depends on them."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n_rows, n_features)).astype("float32")
    return x, (x[:, :1] - 0.5 * x[:, 1:2] ** 2).astype("float32")


def compiled(model, loss="mse", **arguments):
    """Compile a model: with SGD, whose steps do not enlarge rounding, nor diverge."""
    optimizer = keras.optimizers.SGD(0.05, global_clipnorm=1.0)
    model.compile(optimizer=optimizer, loss=loss, **arguments)
    return model


def net(*hidden, shape=(4,), **arguments):
    """Return a compiled net of hidden layers between two of Keras's own."""
    layers = [keras.Input(shape), *hidden, L.Flatten(), L.Dense(1)]
    return compiled(keras.Sequential(layers), **arguments)


def copies(models, make):
    """Return new models with the weights of others."""
    made = [make(k) for k in range(len(models))]
    for model, other in zip(made, models, strict=True):
        for own, theirs in zip(model.variables, other.variables, strict=True):
            own.assign(theirs)
    return made


def jobs_of(models, data, n_rows=N_ROWS, **arguments):
    """Return a job for each model, of a different number of rows."""
    arguments = {"epochs": 2, "batch_size": 8, **arguments}
    return [
        Job(
            BuiltModel(model),
            *(tree.map_structure(lambda leaf, n=n: leaf[:n], part) for part in data),
            seed=k,
            **arguments,
        )
        for k, (model, n) in enumerate(zip(models, n_rows, strict=False))
    ]


def check(make, data=None, *, also=None, predicts=True, coarse=False, **arguments):
    """Train two members by Model.fit and together, and one of them alone; compare.

    Parameters
    ----------
    make : callable
        Returns the model of a member's number.
    data : tuple, default=None
        x and y, those of `table` by default.
    also : callable, default=None
        Returns further arrays of a trained model that must agree.
    predicts : bool, default=True
        Whether to compare predictions.
    coarse : bool, default=False
        Whether numbers of eight bits take part.
    **arguments
        Of `jobs_of`.

    Returns
    -------
    list of Job
        Those that were trained together.
    """
    data = data or table()
    first = [make(k) for k in range(2)]
    by_keras = jobs_of(copies(first, make), data, engine="keras", **arguments)
    expected = train(by_keras)
    arguments["defer_optimizer"] = True  # as estimators train
    together = jobs_of(copies(first, make), data, **arguments)
    alone = jobs_of(first, data, **arguments)[1:]
    fused, compiled = train(together), train(alone)
    jobs, results = [*together, *alone], [*fused, *compiled]
    for job, result, k in zip(jobs, results, (0, 1, 1), strict=True):
        assert_as(job, result, by_keras[k], expected[k], coarse)
        if also is not None:
            close(also(job.model), also(by_keras[k].model))
    if predicts:
        for job in together:
            assert_predicts(job.model, job.x)
    return together


def assert_as(job, result, reference, expected, coarse=False):
    """Assert that a fit left what Model.fit left."""
    for each in (result, expected):
        if each.error is not None:
            raise each.error
    assert_has_reason(result)
    assert result.history.keys() == expected.history.keys()
    for name, values in expected.history.items():
        what = f"{name} by {result.training.engine}"
        close(result.history[name], values, what, coarse)
    complete(job.model)
    pairs = zip(_state_of(job.model), _state_of(reference.model), strict=True)
    for own, other in pairs:
        close(own, other, f"{own.path} by {result.training.engine}", coarse)


def _state_of(model):
    return [*model.variables, *model.optimizer.variables]


def assert_has_reason(result):
    """Assert that a fit that Model.fit trained tells why."""
    if result.training.engine == "keras":
        assert result.training.reason
        assert result.training.reason != "engine='keras'"


def assert_predicts(model, x):
    """Assert that predictions are those of the very model."""
    close(predict(model, x), model.predict(x, verbose=0), "predict")


def close(found, expected, what="", coarse=False):
    """Assert that arrays agree to float tolerance."""
    rtol, atol = (2e-2, 5e-3) if coarse else (2e-5, 5e-6)
    pairs = zip(tree.flatten(found), tree.flatten(expected), strict=True)
    for one, other in pairs:
        one, other = np.asarray(one), np.asarray(other)
        np.testing.assert_allclose(one, other, rtol=rtol, atol=atol, err_msg=what)
