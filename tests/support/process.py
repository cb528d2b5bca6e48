"""Temporary places, child processes and waiting, all of it bounded.

A Workspace is the one temporary directory of a test: short (unix socket paths end at 107 octets), readable by the
accounts Postfix and daemons drop to, gone afterwards together with everything that was started in it.
"""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from pathlib import Path
from typing import Callable, Protocol, TypeVar

SOURCE = Path(__file__).resolve().parents[2]
T = TypeVar("T")


class Stoppable(Protocol):
    def stop(self) -> None: ...


class TestEnvironmentError(Exception):
    """The environment lacks something (a program, root): a reason to skip loudly, not a failure of our code."""

    __test__ = False


def binary(name: str) -> Path:
    """A program of ours: from POSTERN_BIN_DIR (ctest and contrib/demo set it), else the dev build."""
    place = Path(os.environ.get("POSTERN_BIN_DIR", SOURCE / "build" / "dev" / "bin"))
    path = place / name
    if not path.exists():
        raise TestEnvironmentError(f"{path} is not built (POSTERN_BIN_DIR names the directory of binaries)")
    return path


def program(name: str, package: str) -> str:
    """A program of Debian's, also when sbin is not in PATH."""
    path = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin:/usr/bin:/bin")
    if path is None:
        raise TestEnvironmentError(f"{name} is not installed (Debian package {package})")
    return path


def need_root() -> None:
    if os.geteuid() != 0:
        raise TestEnvironmentError("a private Postfix starts as root only (master(8) changes accounts)")


def free_port(address: str = "127.0.0.1") -> int:
    """A port nobody listens on now, for TCP and UDP alike; below the range the kernel hands out to clients."""
    for _ in range(200):
        port = 20000 + int.from_bytes(os.urandom(2), "big") % 12000
        try:
            with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as tcp:
                tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                tcp.bind((address, port))
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
                udp.bind((address, port))
            return port
        except OSError:
            continue
    raise TestEnvironmentError("no free port on loopback")


def wait_for(what: str, check: Callable[[], T | None], seconds: float = 10.0, pause: float = 0.02) -> T:
    """Calls `check` until it gives something true; TimeoutError names `what` otherwise."""
    deadline = time.monotonic() + seconds
    while True:
        value = check()
        if value:
            return value
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {seconds:g} s for {what}")
        time.sleep(pause)


def accepts(port: int, address: str = "127.0.0.1") -> bool:
    """Does somebody listen there?"""
    try:
        with socket.create_connection((address, port), timeout=1):
            return True
    except OSError:
        return False


def run(arguments: list[str | os.PathLike[str]], *, data: bytes | None = None, seconds: float = 60,
        check: bool = True, environment: dict[str, str] | None = None) -> subprocess.CompletedProcess[bytes]:
    """A command to its end, output captured; with `check` a failure shows what it said."""
    result = subprocess.run([os.fspath(a) for a in arguments], input=data, capture_output=True, timeout=seconds,
                            env=environment, check=False, stdin=subprocess.DEVNULL if data is None else None)
    if check and result.returncode != 0:
        said = (result.stderr + result.stdout).decode("utf-8", "replace").strip()
        raise RuntimeError(f"{arguments[0]} ended with {result.returncode}: {said[-2000:]}")
    return result


class Child:
    """A long-running process whose standard error is collected line by line in a thread."""

    def __init__(self, arguments: list[str | os.PathLike[str]], *, environment: dict[str, str] | None = None) -> None:
        self.name = Path(os.fspath(arguments[0])).name
        self._lines: list[str] = []
        self._changed = threading.Condition()
        self._process = subprocess.Popen([os.fspath(a) for a in arguments], stdin=subprocess.DEVNULL,
                                         stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stderr is not None
        with self._process.stderr as lines:
            for raw in lines:
                with self._changed:
                    self._lines.append(raw.decode("utf-8", "replace").rstrip("\n"))
                    self._changed.notify_all()
        with self._changed:
            self._changed.notify_all()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    @property
    def log(self) -> list[str]:
        """All lines so far."""
        with self._changed:
            return list(self._lines)

    def wait_for_line(self, part: str, seconds: float = 10.0, after: int = 0) -> str:
        """The first line from index `after` on that contains `part`; an early end of the process is an error."""
        deadline = time.monotonic() + seconds
        with self._changed:
            seen = after
            while True:
                for line in self._lines[seen:]:
                    if part in line:
                        return line
                seen = len(self._lines)
                if not self._reader.is_alive() or (self._process.poll() is not None and time.monotonic() > deadline):
                    raise RuntimeError(f"{self.name} ended with {self._process.wait(5)} before it said {part!r}:\n"
                                       + "\n".join(self._lines[-30:]))
                if time.monotonic() > deadline:
                    raise TimeoutError(f"{self.name} did not say {part!r} within {seconds:g} s:\n"
                                       + "\n".join(self._lines[-30:]))
                self._changed.wait(0.1)

    def send_signal(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    def wait(self, seconds: float = 20.0) -> int:
        """The exit code; a process that does not end is killed and reported."""
        try:
            code = self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(5)
            raise TimeoutError(f"{self.name} did not end within {seconds:g} s:\n" + "\n".join(self.log[-30:])) from None
        self._reader.join(5)
        return code

    def terminate(self, seconds: float = 20.0) -> int:
        if self.running:
            self.send_signal(signal.SIGTERM)
        return self.wait(seconds)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        """Ends it whatever state it is in; never raises. For cleaning up, not for asserting."""
        if self.running:
            self._process.send_signal(number)
            self._process.send_signal(signal.SIGCONT)  # a stopped process takes no SIGTERM
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait(5)
        self._reader.join(2)


class Workspace:
    """The temporary directory of a test and everything started in it."""

    def __init__(self, name: str = "pe") -> None:
        self.path = Path(tempfile.mkdtemp(prefix=f"{name}-", dir="/tmp"))
        self.path.chmod(0o755)
        self._kept: list[Stoppable] = []
        atexit.register(self.close)  # whatever happens to the test

    def keep(self, *started: Stoppable) -> None:
        """To be stopped in reverse order when the workspace closes."""
        self._kept.extend(started)

    def directory(self, name: str, mode: int = 0o755) -> Path:
        path = self.path / name
        path.mkdir(parents=True, exist_ok=True)
        path.chmod(mode)
        return path

    def write(self, name: str, text: str | bytes, mode: int = 0o644) -> Path:
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        path.chmod(mode)
        return path

    def close(self) -> None:
        atexit.unregister(self.close)
        while self._kept:
            try:
                self._kept.pop().stop()
            except Exception as trouble:  # the rest must be stopped too
                print(f"cleanup: {trouble}", flush=True)
        if os.environ.get("POSTERN_KEEP_WORKSPACE"):
            print(f"kept: {self.path}", flush=True)
        else:
            shutil.rmtree(self.path, ignore_errors=True)

    def __enter__(self) -> Workspace:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
