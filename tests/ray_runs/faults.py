"""The store ends as that of a run without Ray, whatever is killed."""

from __future__ import annotations

import os
import time

from tests.ray_runs.clusters import Machines, end, killing
from tests.ray_runs.scene import MARK, Scene, say

KILLS = 20
KILLS_A_RUN = 4
FILES = 300


def equal(scene: Scene, on: str, where: str) -> None:
    """A first run, and one over what changed since."""
    scene.write(FILES)
    for attempt, prefix in enumerate(("rows equal those of a run here", "and after a change")):
        if attempt:
            scene.write(FILES // 3, salt="changed")
        scene.add("here")
        scene.add("there", on=on)
        here = scene.rows("here")
        say(f"{prefix}, {where}", kept=here == scene.rows("there"), figure=f"{len(here)} rows")


def killed(scene: Scene, on: str, where: str, machines: Machines | None = None, *, most: int = KILLS) -> None:
    """Workers, and nodes of a cluster, until so many are."""
    done: list[str] = []
    is_equal = True
    for attempt in range(most):
        if len(done) >= most:
            break
        scene.write(FILES, salt=f"attempt {attempt}")
        scene.server.latency_seconds = 0.3
        with killing(min(KILLS_A_RUN, most - len(done)), os.environ[MARK], machines) as victims:
            scene.add("there", on=on)
        done += victims
        scene.server.latency_seconds = 0.0
        scene.add("here")
        is_equal = is_equal and scene.same_rows()
    figure = f"{done.count('worker')} workers and {done.count('node')} nodes killed, rows equal: {is_equal}"
    say(f"killed at random, {where}", kept=is_equal and len(done) >= most, figure=figure)


def killed_driver(scene: Scene, on: str, where: str) -> None:
    """By SIGKILL in the middle, then run again."""
    scene.write(FILES, salt="driver")
    scene.server.latency_seconds = 0.5
    before = len(scene.server.requests)
    driver = scene.command("there", "--on", on, **{MARK: f"{os.environ[MARK]}-driver"})
    while len(scene.server.requests) < before + 3 and driver.poll() is None:
        time.sleep(0.05)
    driver.kill()
    driver.communicate()
    scene.server.latency_seconds = 0.0
    end(f"{os.environ[MARK]}-driver")
    if scene.chroma_url is not None:
        time.sleep(1)
        waited = _until_free(scene, on)
    else:
        scene.add("there", on=on)
        waited = 0.0
    scene.add("here")
    kept = scene.same_rows()
    say(f"the driver killed, then run again, {where}", kept=kept, figure=f"rows equal: {kept}, {waited:.0f} s waited")


def _until_free(scene: Scene, on: str) -> float:
    """A server's lease runs out two minutes after its holder was killed; seconds until another run was let in."""
    started = time.monotonic()
    while time.monotonic() - started < 180:
        code, _, problems = scene.outcome("there", "--on", on)
        if "is writing" not in problems:
            say("the run after it", kept=code == 0, figure=problems.strip().splitlines()[-1])
            return time.monotonic() - started
        time.sleep(5)
    return time.monotonic() - started
