"""Parts and steps of a compiled model that Keras has no public name for.

When one goes, look in `keras/src/models/model.py`, `keras/src/trainers/trainer.py` and
`keras/src/layers/layer.py` for what took its place.

- ``_flatten_layers``: all layers, however deep. A walk through attributes.
- ``_operations``: what a functional model computes beside its layers.
- ``_seed_generators``: generators of random numbers that a layer owns, by the tracker.
- ``_call_has_training_arg``: whether ``call`` takes ``training``. `inspect.signature`.
- ``_compile_config``: arguments of ``compile``; ``get_compile_config``, serialized.
- ``_compile_loss``, ``_flat_losses``: the loss over all outputs, and that of each.
- ``_compile_metrics``: the metrics over all outputs.
- ``_compute_loss``: ``compute_loss`` for user code of any signature.
- ``_loss_tracker``: the mean loss of an epoch; the first of ``metrics``.
- ``_symbolic_build``: builds what a batch decides. A call of the model and ``build``.
- ``_called``: whether a model was ever called, which exporting asks. A call.
- ``_initial_epoch``: where `BackupAndRestore` goes on; what the callback sets.
- ``_should_eval``: whether an evaluation is due, by ``validation_freq``.
"""


def layers_of(model):
    """Return a model and all layers in it, those inside layers as well.

    Parameters
    ----------
    model : keras.Model

    Returns
    -------
    list of keras.layers.Layer
        The model first. ``Model.layers`` has the outermost alone.
    """
    return model._flatten_layers()


def layers_inside(model):
    """Return all layers in a model, those inside layers as well, but not itself."""
    return model._flatten_layers(include_self=False)


def operations_of(layer):
    """Return what a functional model computes, layers among it; else nothing."""
    return getattr(layer, "_operations", ())


def seed_generators_of(layer):
    """Return the generators of random numbers that a layer owns."""
    return layer._seed_generators


def call(model, x, training):
    """Return a model's outputs, told whether it trains if it takes that argument."""
    return model(x, training=training) if model._call_has_training_arg else model(x)


def compile_arguments(model):
    """Return what a model was compiled with, as it was given."""
    return model._compile_config.config


def compiled_loss(model):
    """Return the loss of a compiled model over all its outputs, which has metrics."""
    return model._compile_loss


def losses_of_outputs(model):
    """Return an entry for each output's loss; its ``loss`` is the Keras loss.

    Parameters
    ----------
    model : keras.Model
        Compiled, its loss built.
    """
    return model._compile_loss._flat_losses


def compiled_metrics(model):
    """Return the metrics of a compiled model over all its outputs, or None."""
    return model._compile_metrics


def loss_of_batch(model, x, y, predictions, sample_weight, training):
    """Return the loss of a batch, penalties included.

    ``compute_loss`` of Keras's own signature; user code that takes fewer arguments is
    served as well.
    """
    return model._compute_loss(x, y, predictions, sample_weight, training=training)


def track_loss(model, loss, n_rows):
    """Add a batch's loss to the mean that the logs show."""
    model._loss_tracker.update_state(loss, sample_weight=n_rows)


def results_of_metrics(model):
    """Return a model's loss and metrics by name, as tensors.

    ``get_metrics_result``, which in Keras 3.12 makes numbers of those that it can.

    Parameters
    ----------
    model : keras.Model
        Compiled, with a ``get_metrics_result`` that is Keras's own.

    Returns
    -------
    dict of str to Tensor
    """
    results = {}
    for metric in model.metrics:
        result = metric.result()
        results |= result if isinstance(result, dict) else {metric.name: result}
    return results


def build_by_batch(model, batch):
    """Build whatever of a model a batch of rows decides: weights, metrics, optimizer.

    Parameters
    ----------
    model : keras.Model
    batch : tuple of array
        Rows as ``train_step`` takes them.
    """
    model._symbolic_build(data_batch=batch)


def mark_as_called(model):
    """Have a model count as called, as ``Model.fit`` leaves it.

    Parameters
    ----------
    model : keras.Model
        Built.
    """
    model._called = True


def first_epoch_of(model):
    """Return the epoch that a callback, `BackupAndRestore`, wants to go on from."""
    return model._initial_epoch


def is_evaluated_after(model, epoch, validation_freq):
    """Return whether the held-out rows are due after an epoch."""
    return model._should_eval(epoch, validation_freq)
