"""What is predicted: labels and numbers, encoded for a loss and decoded again."""
