"""Items made one ahead, on a thread."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from attribution.ahead import ahead


def test_items_come_in_their_order() -> None:
    assert list(ahead(iter(range(20)))) == list(range(20))


def test_nothing_gives_nothing() -> None:
    assert list(ahead(iter(()))) == []


def test_the_next_item_is_made_while_one_is_in_use_and_no_more_than_that() -> None:
    made = [threading.Event() for _ in range(4)]

    def items() -> Iterator[int]:
        for number, event in enumerate(made):
            event.set()
            yield number

    found = ahead(items())
    assert next(found) == 0
    assert made[1].wait(5)
    found.close()
    assert not made[2].is_set()


def test_an_error_comes_at_its_place() -> None:
    def items() -> Iterator[int]:
        yield 1
        yield 2
        raise ValueError("third")

    found = ahead(items())
    assert [next(found), next(found)] == [1, 2]
    with pytest.raises(ValueError, match="third"):
        next(found)


def test_closed_early_it_leaves_no_thread() -> None:
    before = threading.active_count()
    found = ahead(iter(range(9)))
    next(found)
    next(found)
    found.close()
    assert threading.active_count() == before
