"""What an embedded store's documents say of themselves, read by one question while nobody writes.

Chroma gives the same by requests of a thousand records each, and takes five times as long. What is read here is what
its own reader makes of the same tables; the file is read as `corpus/store/change_detection.py` reads it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

# Of records whose ids are those of our documents' first chunks: 16 hex digits followed by -0.
_RECORDS = """
FROM embeddings JOIN segments ON segments.id = embeddings.segment_id
JOIN collections ON collections.id = segments.collection JOIN databases ON databases.id = collections.database_id
CROSS JOIN {table} AS said ON said.id = embeddings.id
WHERE segments.scope = 'METADATA' AND collections.name = ? AND databases.name = ? AND databases.tenant_id = ?
AND length(embeddings.embedding_id) = 18 AND embeddings.embedding_id LIKE '%-0' AND said.key <> 'chroma:document'
"""
# Floats with all their digits; booleans are stored as 0 or 1.
_VALUE = """
CASE WHEN said.bool_value IS NOT NULL THEN json(CASE said.bool_value WHEN 0 THEN 'false' ELSE 'true' END)
WHEN said.float_value IS NOT NULL THEN json(printf('%!.17g', said.float_value))
ELSE coalesce(said.string_value, said.int_value) END
"""
_FIELDS = _RECORDS.format(table="embedding_metadata")
_LISTS = _RECORDS.format(table="embedding_metadata_array")
FIELDS = f"SELECT embeddings.embedding_id, json_group_object(said.key, {_VALUE}) {_FIELDS} GROUP BY embeddings.id"
LISTS = f"SELECT embeddings.embedding_id, said.key, json_array({_VALUE}) {_LISTS} ORDER BY said.rowid"


def metadata_in(fields: Iterable[tuple[Any, ...]], lists: Iterable[tuple[Any, ...]]) -> Iterator[tuple[str, Any]]:
    """The metadata by record id, from the results of FIELDS and LISTS."""
    listed: dict[str, dict[str, list[Any]]] = {}
    for record_id, key, value in lists:
        listed.setdefault(record_id, {}).setdefault(key, []).extend(json.loads(value))
    for record_id, written in fields:
        yield record_id, json.loads(written) | listed.get(record_id, {})
