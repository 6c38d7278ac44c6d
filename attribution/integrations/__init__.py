"""Components for other libraries: a spaCy pipe, scikit-learn estimators."""
