"""A model's configuration with other hidden layers."""

import copy

import keras


def widened(config, widths, activation=None):
    """Return a Sequential's configuration with other units in its hidden layers.

    Parameters
    ----------
    config : dict
    widths : tuple of int
        Units of the hidden layers.
    activation : str, default=None
        Name in place of each activation of theirs that is not linear, where given.

    Returns
    -------
    dict
    """
    config = copy.deepcopy(config)
    dense = [layer for layer in config["layers"] if layer["class_name"] == "Dense"]
    for layer, units in zip(dense[:-1], widths, strict=True):
        layer["config"]["units"] = units
    if activation is not None:
        for layer in config["layers"][: config["layers"].index(dense[-1])]:
            if layer["config"].get("activation", "linear") != "linear":
                layer["config"]["activation"] = activation
    for layer in config["layers"]:
        layer.pop("build_config", None)  # shapes for the old widths
    return config


def without_shape(model, widths, activation=None):
    """Return what `widened` puts in place of a model's attributes.

    Parameters
    ----------
    model : keras.Sequential
    widths : tuple of int
        Units of the hidden layers.
    activation : str, default=None
        Name in place of each activation of theirs that is not linear, where given.

    Returns
    -------
    dict of (int, str) to value
        By the id of a layer and the name of its attribute.
    """
    dense = [layer for layer in model.layers if type(layer) is keras.layers.Dense]
    hidden = zip(dense[:-1], widths, strict=True)
    instead = {(id(layer), "units"): units for layer, units in hidden}
    if activation is not None:
        for layer in model.layers[: model.layers.index(dense[-1])]:
            own = getattr(layer, "activation", keras.activations.linear)
            if own is not keras.activations.linear:
                instead[id(layer), "activation"] = activation
    return instead
