"""Summaries of a corpus run per publisher and month, with DuckDB over its Parquet tables.

DuckDB streams: what is in memory are the groups, not the articles.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

from attribution.errors import InputError
from attribution.extras import load_extra, load_pyarrow
from attribution.transparency import UNNAMED_TYPES

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["KEYS", "Key", "summarize"]

Key = Literal["publisher", "year", "month"]
KEYS: tuple[Key, ...] = get_args(Key)

_EXPRESSIONS = {
    "publisher": "publisher",
    "year": "strftime(day, '%Y')",
    "month": "strftime(day, '%Y-%m')",
}
# Half the width of a 95% interval, in standard errors of a mean (normal approximation).
_HALF_WIDTH = 1.959964

# {keys}: names of the grouping columns; {made}: the expressions they stand for. Both come from
# _EXPRESSIONS alone. A group of NULL keys is one group, so joins compare with IS NOT DISTINCT FROM.
# greatest() and least() leave NULL out, and one article has no standard error.
_QUERY = """
WITH keyed AS (
    SELECT score {made} FROM articles
), means AS (
    SELECT {keys} count(*) AS articles, avg(score) AS score,
           stddev_samp(score) / sqrt(count(*)) AS error
    FROM keyed {group}
), told AS (
    SELECT source_name, source_type, len(chain) > 1 AS relayed {made} FROM claims
), shares AS (
    SELECT {keys} count(*) AS claims,
           avg((source_type IN ({unnamed}))::INT) AS anonymous_share,
           avg(relayed::INT) AS relayed_share
    FROM told {group}
), ranked AS (
    SELECT {keys} source_name, count(*) AS claims,
           row_number() OVER ({partition} ORDER BY count(*) DESC, source_name) AS place
    FROM told WHERE source_type NOT IN ('author', 'unspecified', {unnamed})
    GROUP BY {keys} source_name
), tops AS (
    SELECT {keys} list({{'name': source_name, 'claims': claims}} ORDER BY place) AS top_sources
    FROM ranked WHERE place <= {top} {group}
)
SELECT {mean_keys} articles, score,
       CASE WHEN error IS NOT NULL THEN greatest(0, score - {half} * error) END AS score_low,
       CASE WHEN error IS NOT NULL THEN least(100, score + {half} * error) END AS score_high,
       coalesce(claims, 0) AS claims, anonymous_share, relayed_share,
       coalesce(top_sources, []) AS top_sources
FROM means LEFT JOIN shares ON {on_shares} LEFT JOIN tops ON {on_tops}
{order}
"""


def summarize(output: str | Path, by: Sequence[Key] = (), top: int = 3) -> pa.Table:
    """A row for each group of articles in the output of a corpus run.

    Args:
        output: The run's output folder.
        by: What to group by, in this order; empty: one row over everything.
        top: How many of the most used named sources to list.

    Returns:
        A table with the columns of ``by``, then ``articles``, ``score`` (mean), ``score_low`` and
        ``score_high`` (95% interval of the mean, normal approximation; null for one article),
        ``claims``, ``anonymous_share`` (of all claims, those whose origin is an unnamed person or
        group), ``relayed_share`` (those with an intermediary; both null without a claim) and
        ``top_sources`` (a list of ``name`` and ``claims``). Articles without a publisher, or
        without a full date, form groups of their own, with null.

    Raises:
        InputError: The folder holds no output of a run, or one that is damaged.
        MissingExtraError: pyarrow or DuckDB is not installed.
        ValueError: ``by`` names something else, or twice the same.
    """
    if set(by) - set(KEYS) or len(set(by)) < len(by):
        raise ValueError(f"{', '.join(by)}: group by one or more of {', '.join(KEYS)}, each once")
    arrow = load_pyarrow()
    duckdb = load_extra("duckdb", extra="corpus")
    try:
        articles, claims = (_table(Path(output), name) for name in ("articles", "claims"))
        with duckdb.connect(config={"enable_external_access": "false"}) as base:
            base.register("articles", articles)
            base.register("claims", claims)
            return base.sql(_query(by, top)).to_arrow_table()
    except (OSError, arrow.ArrowException, duckdb.Error) as error:
        reason = " ".join(str(error).split())
        raise InputError(f"{output}: cannot be read: {reason}") from error


def _query(by: Sequence[Key], top: int) -> str:
    keys = "".join(f"{key}, " for key in by)
    group = f"GROUP BY {', '.join(by)}" if by else ""

    def joined(name: str) -> str:
        same = [f"means.{key} IS NOT DISTINCT FROM {name}.{key}" for key in by]
        return " AND ".join(same) or "true"

    return _QUERY.format(
        made="".join(f", {_EXPRESSIONS[key]} AS {key}" for key in by),
        keys=keys,
        group=group,
        mean_keys="".join(f"means.{key}, " for key in by),
        partition=f"PARTITION BY {', '.join(by)}" if by else "",
        unnamed=", ".join(f"'{name}'" for name in sorted(UNNAMED_TYPES)),
        half=_HALF_WIDTH,
        top=int(top),
        on_shares=joined("shares"),
        on_tops=joined("tops"),
        order="ORDER BY " + ", ".join(f"means.{key} NULLS LAST" for key in by) if by else "",
    )


def _table(output: Path, name: str) -> Any:
    from pyarrow import dataset

    parts = sorted(str(path) for path in (output / name).glob("part-*.parquet"))
    if not parts:
        raise InputError(f"{output}: holds no output of 'attribution corpus'")
    return dataset.dataset(parts, format="parquet")
