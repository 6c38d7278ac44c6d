"""All targets, by name."""

from __future__ import annotations

from collections.abc import Mapping

from eval.fuzz.documents import DOCUMENTS
from eval.fuzz.folders import FOLDERS
from eval.fuzz.records import RECORDS
from eval.fuzz.requests import REQUESTS
from eval.fuzz.tables import TABLES
from eval.fuzz.target import Target

__all__ = ["TARGETS"]

TARGETS: Mapping[str, Target] = {
    target.name: target for target in (*DOCUMENTS, *TABLES, *RECORDS, *REQUESTS, *FOLDERS)
}
