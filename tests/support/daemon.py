"""One of our daemons under test: a configuration text, a process, its log, its end.

    sign = Daemon(place, "postern-sign", "[sign]\nlisten = inet:127.0.0.1:8891\n...")
    sign.start()                       # until it says "ready"
    sign.reload()                      # SIGHUP, until it tells the outcome
    assert sign.terminate() == 0       # SIGTERM, messages under way are finished
"""

from __future__ import annotations

import signal
from pathlib import Path

from .process import Child, Workspace, binary


class Daemon:
    def __init__(self, place: Workspace, program: str, configuration: str, name: str | None = None) -> None:
        self.program = program
        self.configuration = place.write(f"{name or program}.conf", configuration)
        self._child: Child | None = None
        self._before: list[str] = []  # log of processes that ended

    @property
    def child(self) -> Child:
        assert self._child is not None, f"{self.program} was not started"
        return self._child

    @property
    def log(self) -> list[str]:
        """Every line of every run so far."""
        return self._before + (self._child.log if self._child is not None else [])

    @property
    def command(self) -> list[str | Path]:
        return [binary(self.program), "-c", self.configuration]

    def start(self, seconds: float = 20.0) -> None:
        if self._child is not None:
            self._before += self._child.log
        self._child = Child([*self.command])
        self._child.wait_for_line("ready", seconds)

    def reload(self, configuration: str | None = None, seconds: float = 20.0) -> str:
        """SIGHUP, with a new configuration if given; the log line that tells how it went."""
        if configuration is not None:
            self.configuration.write_text(configuration)
        seen = len(self.child.log)
        self.child.send_signal(signal.SIGHUP)
        return self.child.wait_for_line("reload", seconds, after=seen)

    def line_about(self, part: str, seconds: float = 10.0) -> str:
        """The first log line of this run that contains `part`, waited for."""
        return self.child.wait_for_line(part, seconds)

    def kill(self) -> None:
        """SIGKILL: what a crash looks like from outside."""
        self.child.send_signal(signal.SIGKILL)
        self.child.wait(5)

    def terminate(self, seconds: float = 20.0) -> int:
        return self.child.terminate(seconds)

    def stop(self) -> None:
        if self._child is not None:
            self._child.stop()
