"""What access tokens cost: a cold start that takes them beside one that takes keys alone, and the check of a token.

python -m benchmarks.tokens [--turns 9]

The package is dist/lambda.zip as `make lambda` builds it. The cold start's question carries an API key: what checks
tokens is imported at the first token. The checks are made in this process, with a provider on loopback.
"""

from __future__ import annotations

import contextlib
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.cold_start import snapshot
from benchmarks.corpora import make_store
from benchmarks.starting import HANDLER_SCRIPT, Start, asked_of_package, unpacked
from benchmarks.turns import Comparison, Goal, Outcome, arguments, finish, take_turns, turns_of
from handler.access.keys import make_key
from handler.access.oauth.access_tokens import Expected
from handler.access.oauth.claim_principals import parse_principals
from handler.access.oauth.issuers import Issuer
from handler.access.oauth.provider import Provider
from handler.access.oauth.provider_client import ProviderClient
from handler.access.oauth.verifier import Verifier
from tests.handler.events import http_api
from tests.identity.stand_in import AUDIENCE, jwk_of, stand_in
from tests.openai_server import embeddings_server

KEYS, TOKENS = "API keys", "API keys and OAuth"
CHUNKS, DIMENSIONS = 1_000, 1536
CHECKS = 300


def cold_starts(scratch: Path, zip_path: Path, turns: int) -> Comparison:
    """Seconds of the whole, from the interpreter to the first answer."""
    key, entry = make_key("benchmark")
    event = http_api("POST", "/search", json.dumps({"query": "warranty"}))
    event["headers"]["authorization"] = f"Bearer {key}"
    with embeddings_server(dimensions=DIMENSIONS) as server:
        snapshot(scratch / "published", make_store(scratch / "store", CHUNKS, DIMENSIONS))
        given = {"API_KEYS": str(entry), "SNAPSHOT_URL": str(scratch / "published"), **server.environment}
        issuer = {"OAUTH_ISSUERS": "https://login.example.com/", "OAUTH_AUDIENCE": AUDIENCE, "OAUTH_CLIENT_ID": "gpt"}
        words = [str(unpacked(zip_path, scratch / "task")), json.dumps(event)]
        started = {
            KEYS: Start(HANDLER_SCRIPT, words, given),
            TOKENS: Start(HANDLER_SCRIPT, words, {**given, "AUTH": "keys+oauth", **issuer}),
        }
        contenders: dict[str, Callable[[], object]] = dict(started)
        take_turns(contenders, turns=1, warm_up=False)
        for start in started.values():
            start.clear()
        take_turns(contenders, turns=turns, warm_up=False)
    return Comparison("cold start", KEYS, {name: start.all("all") for name, start in started.items()})


def checks() -> dict[str, float]:
    """Milliseconds of a check: of a token that was seen before, and of a new one by each algorithm."""
    kinds = {"RS256": "RSA", "PS256": "RSA", "ES256": "EC", "EdDSA": "OKP"}
    with stand_in() as provider, contextlib.closing(ProviderClient()) as client:
        provider.publish(*(jwk_of(kind, kind) for kind in set(kinds.values())))
        verifier = Verifier(
            {provider.url: Provider(Issuer(provider.url), client)},
            expected=Expected(audiences=[AUDIENCE], clients=[]),
            rules=parse_principals("sub,email,groups,roles"),
        )
        found, made = {}, [provider.token(kid="RSA")]
        for algorithm, kind in kinds.items():
            made = [provider.token(kind=kind, kid=kind, algorithm=algorithm, jti=str(n)) for n in range(CHECKS)]
            verifier.identify(made[0])
            found[f"a new token, {algorithm}, ms"] = milliseconds(verifier, made[1:])
        found["a token seen before, ms"] = milliseconds(verifier, made[1:])
    return found


def milliseconds(verifier: Verifier, tokens: Sequence[str]) -> float:
    """The median check."""
    spent = []
    for token in tokens:
        started = time.perf_counter()
        assert verifier.identify_at_once(token)
        spent.append((time.perf_counter() - started) * 1000)
    return statistics.median(spent)


def main(argv: Sequence[str] | None = None) -> None:
    """Print the tables."""
    given = asked_of_package(arguments(__doc__), argv)
    with tempfile.TemporaryDirectory() as scratch:
        cold = cold_starts(Path(scratch), given.zip, turns_of(given))
    found = checks()
    goals = [
        Goal("cold start with OAuth set, of the same without", 1.1, cold.ratio(TOKENS), at_least=False),
        Goal("checking a token, warm, ms", 0.3, found["a token seen before, ms"], at_least=False),
        Goal("checking a new token, RS256, ms", 0.3, found["a new token, RS256, ms"], at_least=False),
    ]
    finish(Outcome("tokens", [cold], found, goals), given)


if __name__ == "__main__":
    main()
