"""The pictures of a report, each drawn on matplotlib axes."""
