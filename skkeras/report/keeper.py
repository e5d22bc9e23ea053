"""What a run asks for models that were finished earlier, and tells of new ones."""


class Keeper:
    """Keeps nothing, and knows of nothing."""

    def recall(self, study, name, model):
        """Find a model's evaluation of an earlier run; None where there is none."""
        return None

    def keep(self, benchmark, study, evaluation):
        """See a model finished."""
