"""Which inference engine is fastest and at which cost, and models against what users would pick.

``python -m eval.bench``; every engine and rival runs in a process of its own.
"""
