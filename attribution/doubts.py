"""Stage 4b: whether a person whom one pronoun made "he" is "she", by the pronouns of all persons.

Mentions are linked from left to right, so that the first "he" decides what a name is called, and
all that follows has to go elsewhere: "Roe asked Poe. He said no. She said yes, and she left."
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from attribution.linking import Pairing, options_features
from attribution.namesakes import Agreement
from attribution.tabular import Scorer

__all__ = ["Reading"]

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

#: Another source fits a pronoun when it scores better than a new one would.
_FITS = 0.5
#: What a pronoun counts that has no source before it, and the most that one counts.
_ALONE, _MOST = -3.0, 5.0


@dataclass(frozen=True)
class Reading:
    """The sources of all mentions in ``owner`` (m), by how well "he" and "she" go with them."""

    pairing: Pairing
    scorer: Scorer
    owner: Ints

    @cached_property
    def scores(self) -> dict[int, dict[int, float]]:
        """By "he" or "she", the score of each source that was told of before, its own too."""
        found: dict[int, dict[int, float]] = {}
        for row in np.flatnonzero(self._said).tolist():
            if row:
                sources, features = options_features(self.pairing, row, self.owner[:row])
                scores = self.scorer.probabilities(features)
                found[row] = dict(zip(sources.tolist(), scores.tolist(), strict=True))
        return found

    @property
    def fit(self) -> float:
        """The sum of the log odds of all "he" and "she" with their sources."""
        return sum(self._odds(row, options) for row, options in self.scores.items())

    def _odds(self, row: int, options: dict[int, float]) -> float:
        score = options.get(int(self.owner[row]))
        if score is None:
            return _ALONE
        return float(np.clip(np.log(score) - np.log1p(-score), -_MOST, _MOST))

    @cached_property
    def _said(self) -> Ints:
        """(m) 1 for "he", -1 for "she", 0 for all else."""
        return self.pairing.gender * (self.pairing.pronouns >= 0)

    @cached_property
    def told(self) -> Ints:
        """(m) of every mention how many more pronouns call its source "he" than "she"."""
        return np.bincount(self.owner, weights=self._said).astype(np.int64)[self.owner]

    @cached_property
    def _orphaned(self) -> Ints:
        """(m) as _said, of the sources that are pronouns and nothing else."""
        worded = self.pairing.pronouns < 0
        owned = np.bincount(self.owner, weights=worded)[self.owner] > 0
        return np.where(owned, 0, self._said)

    def others(self) -> Iterator[tuple[int, Agreement]]:
        """For each source that pronouns alone call "he", the agreement in which it is "she".

        And the other way round; where the first of those pronouns fits another source as well, or a
        "she" is left to nobody. Each with a mention of the source.
        """
        pairing, owner = self.pairing, self.owner
        nouns = np.bincount(owner, weights=pairing.gender * (self._said == 0))[owner]
        called = np.array([bool(mention.tokens) for mention in pairing.table.mentions], np.bool_)
        called &= pairing.pronouns < 0
        doubtful = called & (self.told != 0) & (nouns == 0)
        for source, row in zip(*np.unique(owner[doubtful], return_index=True), strict=True):
            first = int(np.flatnonzero((owner == source) & (self._said != 0))[0])
            rivals = [
                score for other, score in self.scores.get(first, {}).items() if other != source
            ]
            mine = int(np.flatnonzero(doubtful)[row])
            alone = (self._orphaned * self.told[mine] < 0).any()
            if alone or max(rivals, default=0.0) >= _FITS:
                says = np.where(owner == source, -self.told[mine], nouns)
                yield mine, Agreement(pairing, np.sign(says).astype(np.int64) * called)

    def better(self, other: Reading, row: int) -> bool:
        """Whether this one fits better, with a mention's source called "he" that was "she"."""
        return self.fit > other.fit and self.told[row] * other.told[row] < 0

    def parts_a_couple(self, other: Reading) -> bool:
        """Whether this one fits better by an owned pronoun, with "Lu Poe" a "he" beside "Mrs Poe".

        In the other they are one source. "Mrs Poe" is a "she" here: else "he" may be the fault.
        """
        gender, persons = self.pairing.gender, self.pairing.persons
        says = np.bincount(self.owner, weights=gender)[self.owner]
        own = np.bincount(self.owner, weights=self._said)[self.owner]
        titled = np.flatnonzero(persons & (abs(gender) > 1) & (own * gender > 0)).tolist()
        couple = any(
            (persons & (other.owner == other.owner[row]) & (says * gender[row] < 0)).any()
            for row in titled
        )
        return couple and self.fit - other.fit >= -_ALONE
