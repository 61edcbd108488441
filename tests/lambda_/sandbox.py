"""Lambda's limits, where we are root on Linux: a read-only /var/task, 512 MB in /tmp, a user, CPU and memory.

A mount namespace of its own: the machine itself is not changed. 1,769 MB are one vCPU, as AWS documents.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

from tests.lambda_ import tools

CGROUP = Path("/sys/fs/cgroup")
FULL_CPU_MB = 1769
PERIOD_US = 100_000
END_SECONDS = 10.0
USER, GROUP = "993", "990"

# /var and /opt get a layer of their own, in which the places that Lambda has can be made.
SCRIPT = """
set -e
mount -t tmpfs tmpfs {scratch}
for place in var opt; do
    mkdir {scratch}/$place {scratch}/$place-work
    mount -t overlay overlay -o lowerdir=/$place,upperdir={scratch}/$place,workdir={scratch}/$place-work /$place
done
mkdir -p /var/task /var/runtime /var/lang /opt/rie
mount --bind {task} /var/task && mount -o remount,bind,ro /var/task
mount --bind {runtime} /var/runtime && mount -o remount,bind,ro /var/runtime
mount --bind {lang} /var/lang && mount -o remount,bind,ro /var/lang
mount --bind {emulator} /opt/rie && mount -o remount,bind,ro /opt/rie
mount -t tmpfs -o size=512m,mode=1777 tmpfs /tmp
for group in {groups}; do echo $$ > $group; done
cd /var/task
exec setpriv --reuid {user} --regid {group} --clear-groups --no-new-privs --bounding-set=-all --inh-caps=-all {command}
"""


class Sandbox:
    """For one environment."""

    places = {"task": "/var/task", "runtime": "/var/runtime", "python": "/var/lang/bin/python3.13"}  # noqa: RUF012

    def __init__(self, name: str, scratch: Path) -> None:
        self._name = f"retrieval-action-{os.getpid()}-{name}"
        self._scratch = scratch
        self._groups: list[Path] = []

    def wrap(
        self, command: list[str], variables: Mapping[str, str], *, task: Path, python: Path, memory_mb: int
    ) -> tuple[list[str], dict[str, str]]:
        """The command and its environment, inside of the sandbox."""
        mount_point = self._scratch / "layers"
        mount_point.mkdir(parents=True, exist_ok=True)
        emulator = tools.emulator()
        inside = [f"/opt/rie/{emulator.name}", *command[1:]]
        script = SCRIPT.format(
            scratch=shlex.quote(str(mount_point)),
            task=shlex.quote(str(task)),
            runtime=shlex.quote(str(tools.runtime())),
            lang=shlex.quote(str(python.resolve().parents[1])),
            emulator=shlex.quote(str(emulator.parent)),
            groups=" ".join(shlex.quote(str(path)) for path in self._limit(memory_mb)),
            user=USER,
            group=GROUP,
            command=shlex.join(inside),
        )
        given = dict(variables) | {"LD_LIBRARY_PATH": "/var/lang/lib", "HOME": "/home/sbx_user1051"}
        return ["unshare", "--mount", "--propagation", "private", "bash", "-c", script], given

    def close(self) -> None:
        """Remove the groups, as soon as their last process is gone."""
        deadline = time.monotonic() + END_SECONDS
        for group in self._groups:
            while group.is_dir():
                try:
                    group.rmdir()
                except OSError:
                    if time.monotonic() > deadline:
                        raise
                    time.sleep(0.05)

    def _limit(self, memory_mb: int) -> list[Path]:
        """Make control groups with Lambda's share of CPU and memory. Returns the files that take a process."""
        quota = PERIOD_US * memory_mb // FULL_CPU_MB
        if (CGROUP / "cgroup.controllers").exists():
            group = CGROUP / self._name
            limits = {group / "cpu.max": f"{quota} {PERIOD_US}", group / "memory.max": str(memory_mb << 20)}
            self._groups = [group]
            entries = [group / "cgroup.procs"]
        else:
            cpu, memory = CGROUP / "cpu" / self._name, CGROUP / "memory" / self._name
            limits = {
                cpu / "cpu.cfs_period_us": str(PERIOD_US),
                cpu / "cpu.cfs_quota_us": str(quota),
                memory / "memory.limit_in_bytes": str(memory_mb << 20),
            }
            self._groups = [cpu, memory]
            entries = [cpu / "tasks", memory / "tasks"]
        for group in self._groups:
            group.mkdir()
        for path, value in limits.items():
            path.write_text(value)
        return entries


def why_not() -> str | None:
    """Why there can be no sandbox here; None where there can."""
    if os.geteuid() != 0:
        return "the sandbox needs root"
    if not all(map(shutil.which, ("unshare", "setpriv", "mount"))):
        return "the sandbox needs unshare, setpriv and mount"
    probe = ["unshare", "--mount", "sh", "-c", "mount -t tmpfs tmpfs /mnt"]
    if subprocess.run(probe, capture_output=True, check=False).returncode:
        return "this root may not mount"
    probe_group = Sandbox("probe", Path("/nonexistent"))
    try:
        probe_group._limit(1769)
    except OSError as error:
        return f"this root may not make control groups ({error.strerror})"
    finally:
        probe_group.close()
    return None
