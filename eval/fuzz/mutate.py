"""How inputs are made: of bytes by hypothesis, of JSON for both engines.

Bytes that are changed at random are seldom JSON still. So of targets that read JSON, some inputs
are made by changing values: one is taken out, put elsewhere, or becomes one of another type.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from random import Random
from typing import Any

from hypothesis import strategies as st

from eval.fuzz.target import Target

__all__ = ["changed_json", "inputs"]

#: What a value may become, beside another value of the same input.
_VALUES: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 0.5, 1e308, float("nan"), float("inf"), 10**20, "", "s1", "c1",
    "\ud800", "<script>", "direct", "belief", [], {}, [[]], ["s1", "s1"], {"start": 0, "end": 0},
    {"start": 9, "end": 3}, {"start": 0, "end": 10**6},
)  # fmt: skip
_CHANGES = 3
#: Share of the inputs of JSON in which one value is nested as deep as there is room, and in what:
#: Python's own reader raises RecursionError at some depth.
_DEEP = 0.03
_NESTS = ((b"[", b"]"), (b'{"a":', b"}"), (b"[", b""))
_EDITS, _CUT = 8, 24


@st.composite
def inputs(draw: st.DrawFn, target: Target) -> bytes:
    """Inputs of a target; hypothesis shrinks them to few edits of its first seed."""
    seeds = target.seeds()
    if target.json and draw(st.booleans()):
        number = draw(st.integers(0, 1 << 32))
        seed = draw(st.sampled_from(seeds))
        return changed_json(seed, Random(number), target.longest)[: target.longest]
    if draw(st.integers(0, 9)) == 9:
        return draw(st.binary(max_size=target.longest))
    data = bytearray(draw(st.sampled_from(seeds)))
    words = st.sampled_from(target.words) if target.words else st.nothing()
    for _ in range(draw(st.integers(0, _EDITS))):
        at = draw(st.integers(0, len(data)))
        cut = draw(st.integers(0, _CUT))
        new = draw(words | st.binary(max_size=4) | st.just(bytes(data[at : at + cut]) * 2))
        data[at : at + cut] = new
    return bytes(data[: target.longest])


def changed_json(data: bytes, random: Random, longest: int) -> bytes:
    """JSON, or lines of it, with some values changed; as it was if there is none.

    Args:
        data: In UTF-8.
        random: Decides what is changed, and how.
        longest: Most bytes that what is nested may make.
    """
    if random.random() < _DEEP:
        return _nested(data, random, longest)
    lines = data.split(b"\n") if b"}\n" in data else [data]
    at = random.randrange(len(lines))
    try:
        whole = [json.loads(lines[at])]
    except (ValueError, RecursionError):
        return data
    for _ in range(random.randint(1, _CHANGES)):
        places = list(_places(whole))
        part, key = random.choice(places)
        way = random.random()
        if way < 0.15 and part is not whole:
            del part[key]
        elif way < 0.45:
            other, name = random.choice(places)
            part[key] = json.loads(json.dumps(other[name]))
        elif way < 0.55 and isinstance(part, list):
            part.insert(key, part[key])
        else:
            part[key] = deepcopy(random.choice(_VALUES))
    lines[at] = json.dumps(whole[0]).encode()
    return b"\n".join(lines)


def _nested(data: bytes, random: Random, longest: int) -> bytes:
    """JSON with something put in at a colon, or in place of it all, as deep as there is room."""
    opening, closing = random.choice(_NESTS)
    places = [at + 1 for at, byte in enumerate(data) if byte == ord(":")]
    at = random.choice([0, *places])
    before, after = data[:at], data[at:] if closing and at else b""
    room = max(0, longest - len(before) - len(after))
    depth = room // len(opening + closing)
    return before + opening * depth + closing * depth + after.lstrip()


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every value in plain data, as what holds it and the key there."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, item in list(items):
        yield value, key
        if isinstance(item, dict | list):
            yield from _places(item)
