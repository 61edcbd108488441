"""What is typed with `--on`: exit codes, results on standard output alone, and what Ctrl-C leaves."""

from __future__ import annotations

import json
import signal
import time

from tests.ray_runs.scene import Scene, say


def typed(scene: Scene, on: str, where: str) -> None:
    """Results on standard output alone; 0, 1, and what Ctrl-C leaves."""
    scene.write(100)
    code, out, _ = scene.outcome("there", "--on", on, "--dry-run", "--json")
    dry = json.loads(out)
    say(f"--dry-run, {where}", kept=(code, dry["added"]) == (0, 100), figure=f"exit {code}, {dry['added']} to add")
    (scene.docs / "broken.pdf").write_bytes(b"%PDF-1.7 and no more")
    code, out, _ = scene.outcome("there", "--on", on, "--json")
    told = json.loads(out)
    kept = (code, told["added"], [each["source"] for each in told["failed"]]) == (1, 100, ["broken.pdf"])
    say(f"a file that is broken, {where}", kept=kept, figure=f"exit {code}, {told['added']} added, broken.pdf failed")
    for path in [scene.docs / "broken.pdf", *sorted(scene.docs.glob("*/*"))[:10]]:
        path.unlink()
    code, out, _ = scene.outcome("there", "--on", on, "--prune", "--json")
    told = json.loads(out)
    kept = (code, told["removed"], told["unchanged"]) == (0, 10, 90)
    say(f"--prune, {where}", kept=kept, figure=f"exit {code}, {told['removed']} removed")
    interrupted(scene, on, where)


def interrupted(scene: Scene, on: str, where: str) -> None:
    """Ctrl-C once, as a terminal sends it."""
    scene.write(600, salt="interrupted")
    scene.server.latency_seconds = 0.5
    before = len(scene.server.requests)
    process = scene.command("there", "--on", on, "--json")
    while len(scene.server.requests) < before + 2 and process.poll() is None:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    out, problems = process.communicate(timeout=300)
    scene.server.latency_seconds = 0.0
    told = json.loads(out)
    changed = told["added"] + told["updated"]
    kept = process.returncode == 1 and "Stopping" in problems and 0 < changed < 600
    say(f"Ctrl-C, {where}", kept=kept, figure=f"exit {process.returncode}, {changed} of 600 stored")
    code, out, _ = scene.outcome("there", "--on", on, "--json")
    told = json.loads(out)
    kept = code == 0 and told["unchanged"] >= changed
    say(f"and the run after it, {where}", kept=kept, figure=f"exit {code}, {told['unchanged']} unchanged")
