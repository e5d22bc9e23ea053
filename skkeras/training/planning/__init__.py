"""Which fits share which program."""
