"""Where a run looks for models that were finished earlier, and stores new ones."""


class Keeper:
    """Base class of what stores models; stores and finds none itself."""

    def recall(self, study, name, model):
        """Return a model's evaluation from an earlier run, or None."""
        return None

    def keep(self, benchmark, study, evaluation):
        """Store a finished model."""
