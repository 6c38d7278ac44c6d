"""Readers of the corpora: written articles, PolNeAR, and the provenance layer over it."""
