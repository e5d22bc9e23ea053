"""What a fit carries from step to step: weights, and state of its optimizer."""
