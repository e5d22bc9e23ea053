"""Small data of the forms of ``keras.datasets``, for machines without a network.

They are there so that a script runs: what is learnt from them says nothing of the data
sets in whose place they stand.
"""

from skkeras.datasets.stand_ins.digits import digits
from skkeras.datasets.stand_ins.newswires import newswire_words, newswires
from skkeras.datasets.stand_ins.pictures import coloured_shapes, grey_shapes, shapes
from skkeras.datasets.stand_ins.reviews import review_words, reviews

__all__ = [
    "coloured_shapes",
    "digits",
    "grey_shapes",
    "newswire_words",
    "newswires",
    "review_words",
    "reviews",
    "shapes",
]
