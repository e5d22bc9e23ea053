"""Arrays as a program takes them, and the order in which an epoch visits their rows."""
