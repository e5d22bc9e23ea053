"""What only private names of Keras and TensorFlow give."""
