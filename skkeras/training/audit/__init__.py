"""A program proves itself: its steps beside those that Keras takes."""
