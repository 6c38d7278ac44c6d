"""Makes the items of an iterator on a thread of its own, one ahead of whoever uses them."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

__all__ = ["ahead"]

_Item = TypeVar("_Item")


def ahead(items: Iterator[_Item]) -> Generator[_Item, None, None]:
    """The same items in the same order: while one is in use, the next is being made.

    The first is made by the caller's thread, so that a single one needs no other. What the iterator
    raises comes at its place. When the result is closed early, it waits for the item being made.

    Args:
        items: worth a thread: most of the time it must not hold Python's lock.
    """
    end = object()
    item: _Item | object = next(items, end)
    if item is end:
        return
    with ThreadPoolExecutor(1, thread_name_prefix="ahead") as thread:
        while item is not end:
            coming = thread.submit(next, items, end)
            yield item  # type: ignore[misc]  # not the end
            item = coming.result()
