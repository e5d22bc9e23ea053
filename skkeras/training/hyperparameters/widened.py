"""A model's configuration with other hidden layers."""

import copy


def widened(config, widths):
    """Return a Sequential's configuration with other units in its hidden layers.

    Parameters
    ----------
    config : dict
    widths : tuple of int
        Units of the hidden layers.

    Returns
    -------
    dict
    """
    config = copy.deepcopy(config)
    dense = [layer for layer in config["layers"] if layer["class_name"] == "Dense"]
    for layer, units in zip(dense[:-1], widths, strict=True):
        layer["config"]["units"] = units
    for layer in config["layers"]:
        layer.pop("build_config", None)  # shapes for the old widths
    return config
