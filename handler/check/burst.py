"""Rapid calls until the deployment refuses. Bounded in number and in time."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Literal

from handler.check.http_call import Reply

AT_ONCE = 8
MAX_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Burst:
    """How it ended."""

    outcome: Literal["ok", "failed"]
    came: str


def burst(call: Callable[[], Reply], *, most_calls: int) -> Burst:
    """Call, several at once, until the first 429."""
    started = time.monotonic()
    sent, faults = 0, 0
    running: set[Future[Reply]] = set()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        while True:
            while sent < most_calls and len(running) < AT_ONCE and time.monotonic() - started < MAX_SECONDS:
                running.add(pool.submit(call))
                sent += 1
            if not running:
                break
            done, running = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                reply = future.result()
                if reply.status == 429:
                    return _judged(reply, sent)
                faults += reply.status == 0 or reply.status >= 500
    broken = f", {faults} of them broken" if faults else ""
    return Burst("failed", f"no 429 in {sent} calls within {time.monotonic() - started:.0f} s{broken}")


def _judged(reply: Reply, sent: int) -> Burst:
    after = f"429 after {sent} calls"
    value = reply.headers.get("retry-after")
    if value:
        return Burst("ok", f"{after}, Retry-After: {value}")
    # API Gateway's own throttling names no time, and cannot be made to.
    if {"apigw-requestid", "x-amzn-requestid", "x-amz-apigw-id"} & {name.lower() for name in reply.headers}:
        return Burst("ok", f"{after}, by API Gateway itself (which sends no Retry-After)")
    return Burst("failed", f"{after}, without Retry-After")
