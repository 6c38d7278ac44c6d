"""Is the transparency score valid: does it move as it should, and agree with the gold standard?

``python -m eval.validity`` measures it; docs/score.md says what and why.
"""
