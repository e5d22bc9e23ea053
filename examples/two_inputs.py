"""
A model with two inputs, in a pipeline
======================================

:class:`~skkeras.preprocessing.ColumnInputs` keeps blocks of a table's columns apart,
and each goes to the ``keras.Input`` of its name. As it is part of the pipeline,
cross-validation slices the table and fits the scaler anew.
"""

import keras
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OrdinalEncoder, StandardScaler

from skkeras import KerasClassifier
from skkeras.preprocessing import ColumnInputs

# %%
# The table
# ---------
# Who moves house: the young, but in Ghent the others.

rng = np.random.default_rng(0)
people = pd.DataFrame(
    {
        "age": rng.normal(40, 12, 600),
        "income": rng.normal(3000, 600, 600),
        "town": rng.choice(["Bruges", "Ghent", "Leuven"], 600),
    }
)
moves = ((people["age"] < 35) ^ (people["town"] == "Ghent")).astype(int)

# %%
# The model
# ---------
# Numbers as they are, and an embedding of the town.


def create_model():
    numbers = keras.Input((2,), name="numbers")
    town = keras.Input((1,), name="town")
    place = keras.layers.Flatten()(keras.layers.Embedding(3, 4)(town))
    joined = keras.layers.Concatenate()([numbers, place])
    hidden = keras.layers.Dense(16, activation="relu")(joined)
    output = keras.layers.Dense(1, activation="sigmoid")(hidden)
    return keras.Model({"numbers": numbers, "town": town}, output)


pipeline = make_pipeline(
    ColumnInputs(
        [
            ("numbers", StandardScaler(), ["age", "income"]),
            ("town", OrdinalEncoder(), ["town"]),
        ]
    ),
    KerasClassifier(
        create_model,
        loss="binary_crossentropy",
        optimizer="adam",
        optimizer__learning_rate=0.02,
        epochs=30,
        verbose=0,
        random_state=0,
    ),
)
scores = cross_val_score(pipeline, people, moves, cv=5)
print(f"accuracy {scores.mean():.3f} ± {scores.std():.3f}")
print(pipeline.fit(people, moves).predict(people.head(3)))
pipeline[-1].summary()

# %%
# What it has learnt
# ------------------
# The rule of each town, from one net.

ages = np.linspace(15, 65, 101)
fig, axes = plt.subplots(figsize=(7, 3), layout="constrained")
for town, style in (("Bruges", "-"), ("Ghent", "--"), ("Leuven", ":")):
    asked = pd.DataFrame({"age": ages, "income": 3000.0, "town": town})
    axes.plot(ages, pipeline.predict_proba(asked)[:, 1], style, label=town)
axes.set(xlabel="age", ylabel="probability of moving")
axes.set_title("Who moves, by age and town")
axes.legend(title="town")
plt.show()
