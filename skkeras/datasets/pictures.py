"""The pictures of ``keras.datasets``, in the forms that scikit-learn's loaders offer.

Keras downloads each once into its own folder and checks it; where it cannot, a small
stand-in is given with a warning. Labels come as class numbers in one dimension: the
estimators make one-hot rows where a loss wants them.
"""

from __future__ import annotations

from functools import partial
from typing import Literal, overload

from sklearn.utils import Bunch

from skkeras.datasets import stand_ins
from skkeras.datasets.fetching import Content, Pair, Subset, fetched

_FASHION: tuple[str, ...] = (
    "T-shirt/top",
    "trouser",
    "pullover",
    "dress",
    "coat",
    "sandal",
    "shirt",
    "sneaker",
    "bag",
    "ankle boot",
)
_CIFAR10: tuple[str, ...] = (
    "airplane",
    "automobile",
    "bird",
    "cat",
    "deer",
    "dog",
    "frog",
    "horse",
    "ship",
    "truck",
)


@overload
def fetch_mnist(
    *,
    subset: Subset = ...,
    return_X_y: Literal[False] = ...,
    stand_in: bool | None = ...,
) -> Bunch: ...
@overload
def fetch_mnist(
    *, subset: Subset = ..., return_X_y: Literal[True], stand_in: bool | None = ...
) -> Pair: ...
def fetch_mnist(
    *,
    subset: Subset = "train",
    return_X_y: bool = False,
    stand_in: bool | None = None,
) -> Bunch | Pair:
    """Load handwritten digits (10 classes), downloading them the first time.

    Parameters
    ----------
    subset : {"train", "test", "all"}, default="train"
        60,000 images, 10,000, or both in this order.
    return_X_y : bool, default=False
        Return ``(data, target)`` instead of a Bunch.
    stand_in : bool, default=None
        Whether to give 1,797 digits of scikit-learn's, enlarged, in place of the real
        ones: where these cannot be downloaded when None, always, or never.

    Returns
    -------
    data : Bunch
        ``data`` : ndarray of shape (n_samples, 28, 28), uint8, 0 to 255;
        ``target`` : ndarray of shape (n_samples,), int64;
        ``target_names`` : list of str; ``DESCR`` : str.
    (data, target) : tuple
        Where `return_X_y` is true.

    Raises
    ------
    OSError
        When the file is not there and cannot be downloaded, and nothing may stand in.

    Warns
    -----
    StandInWarning
        When it cannot be downloaded and `stand_in` is None.

    Examples
    --------
    >>> from skkeras.datasets import fetch_mnist
    >>> X, y = fetch_mnist(return_X_y=True, stand_in=True)  # a small one
    >>> X.shape
    (1500, 28, 28)
    """
    digits = list("0123456789")
    return fetched(
        *("mnist", "mnist.npz", stand_ins.digits),
        real=Content("MNIST digits", digits),
        stand_in_is=Content("Digits of scikit-learn's", digits),
        subset=subset,
        return_X_y=return_X_y,
        stand_in=stand_in,
    )


@overload
def fetch_fashion_mnist(
    *,
    subset: Subset = ...,
    return_X_y: Literal[False] = ...,
    stand_in: bool | None = ...,
) -> Bunch: ...
@overload
def fetch_fashion_mnist(
    *, subset: Subset = ..., return_X_y: Literal[True], stand_in: bool | None = ...
) -> Pair: ...
def fetch_fashion_mnist(
    *,
    subset: Subset = "train",
    return_X_y: bool = False,
    stand_in: bool | None = None,
) -> Bunch | Pair:
    """Load pictures of clothes (10 classes), downloading them the first time.

    Parameters
    ----------
    subset : {"train", "test", "all"}, default="train"
        60,000 images, 10,000, or both in this order.
    return_X_y : bool, default=False
        Return ``(data, target)`` instead of a Bunch.
    stand_in : bool, default=None
        Whether to give 1,400 grey shapes in place of them; as in
        :func:`fetch_mnist`.

    Returns
    -------
    data : Bunch or (data, target)
        As :func:`fetch_mnist` gives them.

    Examples
    --------
    >>> from skkeras.datasets import fetch_fashion_mnist
    >>> fetch_fashion_mnist(stand_in=True).target_names[0]
    'disc'
    """
    return fetched(
        *("fashion_mnist", "fashion-mnist/", stand_ins.grey_shapes),
        real=Content("Fashion-MNIST clothes", [*_FASHION]),
        stand_in_is=Content("Grey shapes", stand_ins.shapes()),
        subset=subset,
        return_X_y=return_X_y,
        stand_in=stand_in,
    )


@overload
def fetch_cifar10(
    *,
    subset: Subset = ...,
    return_X_y: Literal[False] = ...,
    stand_in: bool | None = ...,
) -> Bunch: ...
@overload
def fetch_cifar10(
    *, subset: Subset = ..., return_X_y: Literal[True], stand_in: bool | None = ...
) -> Pair: ...
def fetch_cifar10(
    *,
    subset: Subset = "train",
    return_X_y: bool = False,
    stand_in: bool | None = None,
) -> Bunch | Pair:
    """Load small colour pictures (10 classes), downloading them the first time.

    Parameters
    ----------
    subset : {"train", "test", "all"}, default="train"
        50,000 images, 10,000, or both in this order.
    return_X_y : bool, default=False
        Return ``(data, target)`` instead of a Bunch.
    stand_in : bool, default=None
        Whether to give 1,400 coloured shapes in place of them; as in
        :func:`fetch_mnist`.

    Returns
    -------
    data : Bunch or (data, target)
        As :func:`fetch_mnist` gives them, with ``data`` of shape
        (n_samples, 32, 32, 3).

    Examples
    --------
    >>> from skkeras.datasets import fetch_cifar10
    >>> fetch_cifar10(stand_in=True).data.shape
    (1000, 32, 32, 3)
    """
    return fetched(
        *("cifar10", "cifar-10-batches-py-target/", partial(_shapes_in_groups, 10)),
        real=Content("CIFAR-10 pictures", [*_CIFAR10]),
        stand_in_is=Content("Coloured shapes", stand_ins.shapes()),
        subset=subset,
        return_X_y=return_X_y,
        stand_in=stand_in,
    )


@overload
def fetch_cifar100(
    *,
    subset: Subset = ...,
    label_mode: Literal["fine", "coarse"] = ...,
    return_X_y: Literal[False] = ...,
    stand_in: bool | None = ...,
) -> Bunch: ...
@overload
def fetch_cifar100(
    *,
    subset: Subset = ...,
    label_mode: Literal["fine", "coarse"] = ...,
    return_X_y: Literal[True],
    stand_in: bool | None = ...,
) -> Pair: ...
def fetch_cifar100(
    *,
    subset: Subset = "train",
    label_mode: Literal["fine", "coarse"] = "fine",
    return_X_y: bool = False,
    stand_in: bool | None = None,
) -> Bunch | Pair:
    """Load small colour pictures (100 classes), downloading them the first time.

    Parameters
    ----------
    subset : {"train", "test", "all"}, default="train"
        50,000 images, 10,000, or both in this order.
    label_mode : {"fine", "coarse"}, default="fine"
        100 classes, or the 20 groups that they form.
    return_X_y : bool, default=False
        Return ``(data, target)`` instead of a Bunch.
    stand_in : bool, default=None
        Whether to give 1,400 coloured shapes in place of them; as in
        :func:`fetch_mnist`.

    Returns
    -------
    data : Bunch or (data, target)
        As :func:`fetch_mnist` gives them, with ``data`` of shape
        (n_samples, 32, 32, 3) and numbers for ``target_names``.

    Examples
    --------
    >>> from skkeras.datasets import fetch_cifar100
    >>> fetch_cifar100(label_mode="coarse", stand_in=True).target.max()
    np.int64(19)
    """
    is_fine = label_mode == "fine"
    names = [str(number) for number in range(100 if is_fine else 20)]
    shapes = partial(_shapes_in_groups, 1 if is_fine else 5)
    return fetched(
        *("cifar100", "cifar-100-python-target/", shapes),
        real=Content("CIFAR-100 pictures", names),
        stand_in_is=Content("Coloured shapes", names),
        subset=subset,
        return_X_y=return_X_y,
        stand_in=stand_in,
        label_mode=label_mode,
    )


def _shapes_in_groups(size):
    """Return coloured shapes, so many labels of which are one."""
    return tuple((X, y // size) for X, y in stand_ins.coloured_shapes())
