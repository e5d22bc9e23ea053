"""A fit whose callbacks may raise without ending the fits beside it."""


class KeepsFirstError:
    """A fit whose first exception from a callback is kept, not raised.

    Attributes
    ----------
    error : Exception or None
    """

    error = None

    def _guard(self, hook, *arguments):
        """Call a hook; what it raises ends this member's training alone."""
        if self.error is None:
            try:
                hook(*arguments)
            except Exception as error:
                self.error = error
