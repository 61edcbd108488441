"""A fixed list of small mutations of promises: each is one edit that somebody could make and that a test must notice.

`python -m tests.mutate` tries them. An edit whose text is not in its file any more fails `test_mutations.py`.
"""

from __future__ import annotations

from typing import NamedTuple


class Mutation(NamedTuple):
    """Replace `old`, which stands once in `path`, by `new`; some test of `tests` must fail then."""

    path: str
    old: str
    new: str
    tests: str


def _of(path: str, tests: str, *edits: tuple[str, str]) -> list[Mutation]:
    return [Mutation(path, old, new, tests) for old, new in edits]


MUTATIONS = [
    *_of(
        "corpus/searching/view.py",
        "tests/handler/test_gate.py",
        ("within=replace(within, visible_to=self._visible_to)", "within=within"),
        (
            "visible_to=self._visible_to)\n        return [record for record in records if self._lets_in(record)], total",
            "visible_to=None)\n        return [record for record in records if self._lets_in(record)], total",
        ),
        ("return record if record is not None and self._lets_in(record) else None", "return record"),
        ("[[hit for hit in hits if self._lets_through(hit.chunk)] for hits in found]", "found"),
        (
            "return self._visible_to is None or not self._visible_to.isdisjoint(access)",
            "return not access or self._visible_to is None or not self._visible_to.isdisjoint(access)",
        ),
    ),
    *_of(
        "handler/gate.py",
        "tests/handler/test_gate.py",
        (
            "return caller.principals | {EVERYONE} if self._by_documents else None",
            "return caller.principals or None if self._by_documents else None",
        ),
        (
            "with self._together(trace, corpora, self._principals(ANYBODY)) as together:",
            "with self._together(trace, corpora, None) as together:",
        ),
        ("frozenset(each for each in access if via and signer.tag(each) == via)", "frozenset(access)"),
        ("each.known(principals).items()", "each.known(None).items()"),
    ),
    *_of(
        "handler/access/links.py",
        "tests/handler/test_gate.py",
        ("*([via] if via else [])", ""),
    ),
    *_of(
        "corpus/visibility.py",
        "tests/corpus/test_visibility.py tests/handler/test_gate.py",
        ("dict[tuple[str, ...], int] = {(): 0}", "dict[tuple[str, ...], int] = {}"),
    ),
    *_of(
        "corpus/searching/fusion.py",
        "tests/corpus/searching/test_fusion.py",
        ("np.clip(cosines, 0, 1)", "np.clip(cosines, -1, 1)"),
        ("(bm25 / max_bm25)", "(bm25 * max_bm25)"),
        ("if max_bm25 else np.zeros_like(bm25)", "if max_bm25 else np.ones_like(bm25)"),
        ("zip((-scores).tolist(), chunk_ids, strict=True)", "zip(scores.tolist(), chunk_ids, strict=True)"),
        ("best_first[:limit]", "best_first[1:limit]"),
        ("max(fit.vectors, _MIN_TRUST)", "max(fit.vectors, 0.0)"),
        ("* (1 - fit.words * _doubt(cosines, bm25, depth))", ""),
        ("if not bm25.any():\n        return 0.0", "if not bm25.any():\n        return 1.0"),
    ),
    *_of(
        "corpus/searching/diversity.py",
        "tests/corpus/searching/test_diversity.py",
        ("_NEAR_IDENTICAL = 0.8", "_NEAR_IDENTICAL = 0.6"),
        ("_RUN = 3", "_RUN = 1"),
        ("of_document[passage.document_id] >= max_per_document", "of_document[passage.document_id] > max_per_document"),
        ("if len(kept) == limit:", "if len(kept) > limit:"),
        ("common / (fewer + more - common)", "common / more"),
        (".casefold()", ""),
    ),
    *_of(
        "corpus/searching/excerpts.py",
        "tests/corpus/searching/test_excerpts.py tests/handler/routes",
        ("if chunk.start > position and not first and chunk.index > 0:", "if chunk.start > position and not first:"),
        ("position = max(position, chunk.start)", "position = chunk.start"),
        (
            "range(max(0, chunk.index - distance), chunk.index + distance + 1)",
            "range(max(0, chunk.index - distance), chunk.index + distance)",
        ),
        ("found.sort(key=lambda item: -item[0])", "found.sort(key=lambda item: item[0])"),
        ("last.index + 1)", "last.index + 2)"),
    ),
    *_of(
        "corpus/filters.py",
        "tests/corpus/test_filters.py tests/corpus/searching tests/handler/contract/test_filters.py",
        (
            'yield {UPDATED: {"$gte": seconds_of(self.updated_after)}}',
            'yield {UPDATED: {"$gt": seconds_of(self.updated_after)}}',
        ),
        (
            'yield {UPDATED: {"$lt": seconds_of(self.updated_before)}}',
            'yield {UPDATED: {"$lte": seconds_of(self.updated_before)}}',
        ),
        (
            "return all(passes(each, metadata) for each in asked)",
            "return any(passes(each, metadata) for each in asked)",
        ),
        (
            "return any(passes(each, metadata) for each in asked)",
            "return all(passes(each, metadata) for each in asked)",
        ),
        ("return not passes(asked, metadata)", "return passes(asked, metadata)"),
        ('source.startswith((f"{folder}/", f"{folder}#"))', "source.startswith(folder)"),
        (
            "bool(value >= other if end == FROM else value <= other)",
            "bool(value > other if end == FROM else value <= other)",
        ),
        ("limit + timedelta(days=1)) if _is_day(other)", "limit) if _is_day(other)"),
        ("and not isinstance(value, bool)", ""),
        ("type(value) is type(asked) and bool(value == asked)", "str(value) == str(asked)"),
        ("if value.is_integer():", "if not value.is_integer():"),
        ("if len(conditions) < 2:", "if len(conditions) < 1:"),
    ),
    *_of(
        "corpus/stored.py",
        "tests/corpus/store/test_store.py",
        (
            '_OPTIONAL = ("title", "url", "page", "page_end", "heading", "before", "table")',
            '_OPTIONAL = ("title", "url", "page", "heading", "before", "table")',
        ),
        ("if chunk.index == 0:", "if chunk.index == 1:"),
        ("name.removeprefix(USER_PREFIX): value", "name: value"),
    ),
    *_of(
        "corpus/store/changing.py",
        "tests/corpus/store",
        ("key=lambda row: row[1].index == 0", "key=lambda row: row[1].index != 0"),
        (
            'if metadata["digest"] != digests[metadata["document_id"]]',
            'if metadata["digest"] == digests[metadata["document_id"]]',
        ),
    ),
    *_of(
        "corpus/answer.py",
        "tests/corpus/test_answer.py tests/handler/routes",
        ("MIN_CUT_CHARS = 200", "MIN_CUT_CHARS = 20"),
        ("+ (1 if results else 0)", ""),
        ('return {"results": results, **rest, "truncated": True}', 'return {"results": results, **rest}'),
        ("score=round(excerpt.score, 4)", "score=round(excerpt.score, 1)"),
        ("page_end=page_end if page_end != page else None", "page_end=page_end"),
        ("if documents and end < total else {}", "if documents else {}"),
        ("count = 0 if text.isspace() else _fitting(text, room)", "count = _fitting(text, room)"),
        ('if value not in (None, "", [], {})', "if value is not None"),
        ("return len(to_json(text)) - 2", "return len(text)"),
    ),
    *_of(
        "corpus/searching/filtered.py",
        "tests/corpus/searching",
        ("if store.count() != passing.chunks:\n        return None", "if False:\n        return None"),
        ("if len(cosines) < len(ids):\n            return None", "if False:\n            return None"),
        ("-cosines[each], each))[:count]", "cosines[each], each))[:count]"),
        ("if kept is None or len(kept) < min(count, passing.count):", "if kept is None:"),
    ),
    *_of(
        "corpus/searching/by_words.py",
        "tests/corpus/searching",
        ('if mode == "lexical":\n            raise', 'if mode == "lexical":\n            return None'),
    ),
    *_of(
        "corpus/searching/search.py",
        "tests/corpus/searching",
        ("good = [each for each in ranked if each.score >= plan.min_score]", "good = list(ranked)"),
        (
            'return None if asked and "document_id" in asked else plan.max_per_document',
            "return plan.max_per_document",
        ),
        ("versions.setdefault(chunk.document_id, chunk.digest) == chunk.digest", "True"),
    ),
    *_of(
        "handler/access/auth.py",
        "tests/handler/access/test_auth.py",
        ('if scheme.lower() == "bearer":', 'if scheme == "Bearer":'),
        ("yield password or user", "yield user"),
        (
            'raise ActionError(\n            401,\n            "missing_api_key"',
            'raise ActionError(\n            403,\n            "missing_api_key"',
        ),
        ('403, "wrong_api_key"', '401, "wrong_api_key"'),
        ('headers={"WWW-Authenticate": CHALLENGE}', "headers={}"),
    ),
    *_of(
        "handler/access/keys.py",
        "tests/handler/access tests/handler/test_cli.py",
        ('DIGEST = re.compile(r"[0-9a-f]{64}")', 'DIGEST = re.compile(r"[0-9a-f]+")'),
        ('re.split(r"[,\\n]", text)', 're.split(r",", text)'),
        ('or entry.startswith("#")', ""),
        ("KeyEntry(name, digest.lower(), principals_named)", "KeyEntry(name, digest, principals_named)"),
        ("secrets.token_urlsafe(32)", "secrets.token_urlsafe(8)"),
    ),
    *_of(
        "handler/access/rate_limit.py",
        "tests/handler/access/test_rate_limit.py",
        ("if count > self._rate.amount:", "if count >= self._rate.amount:"),
        ('"hour": 3600', '"hour": 360'),
        ("expires = (window + 1) * self._rate.seconds", "expires = window * self._rate.seconds"),
        ('f"{caller}/{self._rate.seconds}/{window}"', 'f"{self._rate.seconds}/{window}"'),
    ),
    *_of(
        "handler/contract/body.py",
        "tests/handler/contract tests/handler/test_hostile.py",
        ("int(declared[:20]) > max_bytes", "int(declared[:20]) > 2 * max_bytes"),
        ("if len(body) > max_bytes:", "if False:"),
        ("if name in fields:", "if False:"),
        ("if len(digits) > 400:", "if len(digits) > 4_000_000:"),
        ("pending += item.keys()", "pass"),
        ("parse_constant=_constant, ", ""),
    ),
    *_of(
        "ingest/sync/diff.py",
        "tests/ingest/sync/test_diff.py tests/ingest/command/test_gone.py tests/ingest/command/test_cli.py",
        ("if source in self._seen:", "if False:"),
        ("if old is not None and old.digest == digest and", "if old is not None and"),
        ("yield Removed(record.document_id, record.source)", "pass"),
        ("and not _lies_in(file, found.kept_from_prune)", ""),
        ('place in {source, "."} or source.startswith(place + "/")', "source.startswith(place)"),
    ),
    *_of(
        "ingest/sync/lexical_index.py",
        "tests/ingest/sync/test_lexical_index.py",
        ("if stamp == state:\n        settle()\n        return", "if stamp == state:\n        return"),
        (
            "[record.document_id, record.digest, record.chunks, filtered_by]",
            "[record.document_id, record.chunks, filtered_by]",
        ),
    ),
    *_of(
        "corpus/snapshot/publish.py",
        "tests/corpus/snapshot/test_publish.py",
        (
            "_kept(listed.manifests, {current, listed.latest, listed.canary}, keep)",
            "_kept(listed.manifests, {current}, keep)",
        ),
        ("kept + others[: max(0, keep - len(kept))]", "kept + others[:keep]"),
        ("place.delete([manifest_key(manifest.version)])\n        _, winner", "_, winner"),
    ),
    *_of(
        "corpus/snapshot/cache.py",
        "tests/corpus/snapshot/test_cache.py tests/corpus/snapshot/test_live.py",
        ("if sha256 != file.sha256:", "if False:"),
        ("if taken + needed > self._limit_mb * MB:", "if needed > self._limit_mb * MB:"),
        ("if attempt == ATTEMPTS:", "if attempt == 1:"),
    ),
    *_of(
        "ingest/sync/lock.py",
        "tests/ingest/sync/test_lock.py",
        ("RENEW_SECONDS = 30.0", "RENEW_SECONDS = 300.0"),
        ("if is_running(other) or", "if"),
    ),
    *_of(
        "ingest/sources/client.py",
        "tests/ingest/sources",
        ('if url.startswith("https:") and not led.startswith("https:"):', "if False:"),
    ),
    *_of(
        "ingest/sources/patience.py",
        "tests/ingest/sources",
        ("MAX_WAITS_SECONDS = 300.0", "MAX_WAITS_SECONDS = 86_400.0"),
        ("if further <= 0:", "if further > 0:"),
    ),
    *_of(
        "corpus/retry_after.py",
        "tests/corpus/test_retry_after.py tests/corpus/embedding",
        ("seconds / 1000 if seconds is not None", "seconds if seconds is not None"),
        ("and number >= 0", ""),
    ),
    *_of(
        "corpus/searching/language.py",
        "tests/corpus/searching/test_language.py",
        ("latin_share(query) * (_FOREIGN_TRUST if is_foreign else 1.0)", "1.0"),
        ("if each != asked", "if each == asked"),
        ("at_home**_WORDS_POWER", "1.0"),
        ("counts[_LOOKS.get(language, language)]", "counts[language]"),
    ),
    *_of(
        "corpus/lexical/spoken.py",
        "tests/corpus/lexical/test_spoken.py",
        ("for word in set(words):", "for word in words:"),
    ),
    *_of(
        "ingest/reading/readers/pdf/headings.py",
        "tests/ingest/reading/readers/test_pdf.py",
        ("_height(group) > 1.15 * body_height", "_height(group) > 1.02 * body_height"),
    ),
    *_of(
        "corpus/embedding/remote.py",
        "tests/corpus/embedding tests/handler/test_upstream.py",
        ("left < timeout_seconds / 2", "left < 0"),
        ("if not error.retryable or", "if"),
    ),
    *_of(
        "handler/contract/facets.py",
        "tests/handler/contract/test_facets.py tests/handler/contract/test_filters.py",
        ("self._clock() + KEPT_SECONDS", "self._clock() + 1e9"),
        ("known = self.values(corpus, visible_to, fresh=True)", "known = self.values(corpus, visible_to)"),
    ),
    *_of(
        "corpus/embedding/patience.py",
        "tests/corpus/embedding/test_patience.py tests/corpus/embedding/test_endpoints.py",
        ("error.status == 403 and answered is not None", "False"),
        ("answered is not None or self._answers()", "True"),
        ("self._dialect.note_most(half)", "pass"),
    ),
    *_of(
        "corpus/embedding/said.py",
        "tests/corpus/embedding/test_said.py",
        ("for secret in filter(None, secrets):", "for secret in ():"),
        ("places += [match.span() for match in _QUOTED.finditer(message)]", ""),
    ),
    *_of(
        "corpus/embedding/reply.py",
        "tests/corpus/embedding",
        ("if not any(indexes):", "if False:"),
    ),
    *_of(
        "ingest/sources/proxies.py",
        "tests/ingest/sources/test_proxies.py",
        ('self._checks.check(parsed.host.decode("ascii"), parsed.origin.port)', "pass"),
        ("if not self._allow_private:", "if False:"),
    ),
    *_of(
        "corpus/searching/rerank.py",
        "tests/corpus/searching/test_rerank.py",
        ("(hints_in(answer.headers).seconds or 0.0)", "0.0"),
        ("self._dialects = (dialect,)", "pass"),
    ),
    *_of(
        "corpus/searching/rerank_dialects.py",
        "tests/corpus/searching/test_rerank.py",
        ("[_logistic(score) for score in scores]", "[min(1.0, max(0.0, score)) for score in scores]"),
    ),
]
