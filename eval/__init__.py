"""Evaluation: the measures, the baselines and the commands that run them."""
