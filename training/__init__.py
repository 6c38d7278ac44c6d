"""Training: readers of the corpora, targets, losses and the commands that fit a model."""
