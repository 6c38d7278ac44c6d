"""Fuzzing: damaged, hostile and accidental inputs through every way in. See docs/security.md."""
