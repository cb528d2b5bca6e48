"""How filters are measured: postern-replay --load plays Postfix, the kernel counts the filter's CPU, ratios have aims.

Filters take turns over several rounds; a figure is the median. CPU is that of the filter's process alone: it has one
core to itself, and postern-replay has the others.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable

from subjects import Subject
from support.process import SOURCE, Workspace, program, run

DEFAULT_BINARIES = SOURCE / "build/release/bin"


@dataclass(frozen=True)
class Load:
    """One run of postern-replay against one filter."""

    cpu_us: float       #: of the filter, per message
    per_second: float   #: messages, by the clock
    p50_ms: float


@dataclass
class Series:
    runs: list[Load] = field(default_factory=list)

    @property
    def cpu_us(self) -> float:
        return statistics.median(run.cpu_us for run in self.runs)

    @property
    def per_second(self) -> float:
        return statistics.median(run.per_second for run in self.runs)

    @property
    def p50_ms(self) -> float:
        return statistics.median(run.p50_ms for run in self.runs)


@dataclass(frozen=True)
class Aim:
    name: str
    value: float
    target: float
    at_least: bool = False
    unit: str = ""

    @property
    def reached(self) -> bool:
        return self.value >= self.target if self.at_least else self.value <= self.target


class Bench:
    """`envelope`: what postern-replay is told of client, sender and recipient."""

    def __init__(self, options: argparse.Namespace, envelope: list[str]) -> None:
        self.options = options
        self.envelope = envelope
        cores = sorted(os.sched_getaffinity(0))
        if len(cores) < 2:
            sys.exit("bench: needs two cores, one for the filter and one for the load")
        self.one, self.two, self.rest = {cores[0]}, set(cores[:2]), set(cores[1:])
        self.cores = set(cores)
        self.place = Workspace("bench")
        self.figures: dict[str, Series] = {}

    def say(self, text: str) -> None:
        print(text, file=sys.stderr, flush=True)

    def load(self, subject: Subject, message: Path, count: int, sessions: int = 1, cores: set[int] | None = None) -> Load:
        listed = ",".join(str(core) for core in sorted(cores or self.rest))
        before = subject.cpu_seconds()
        said = run([program("taskset", "util-linux"), "-c", listed, self.options.binaries / "postern-replay",
                    "--milter", subject.address, "--load", "-n", str(count), "-c", str(sessions), "--per-connection",
                    str(self.options.per_connection), *self.envelope, "--json", message], seconds=600, check=False)
        spent = subject.cpu_seconds() - before
        try:
            figures = json.loads(said.stdout.splitlines()[-1])
        except (IndexError, ValueError):
            sys.exit(f"bench: postern-replay against {subject.name}: {said.stderr.decode()[-500:]}")
        if figures["errors"] or figures["verdicts"].get("accept", 0) != figures["messages"]:
            sys.exit(f"bench: {subject.name} failed: {figures}")
        return Load(spent / count * 1e6, figures["messages_per_second"], figures["latency_ms"]["p50"])

    def rounds(self, subjects: dict[str, Subject], message: Path, count: int, suffix: str, sessions: int = 1,
               load_cores: set[int] | None = None) -> None:
        for subject in subjects.values():  # caches, lazily made contexts, the first thread
            self.load(subject, message, max(20, count // 20), sessions, load_cores)
        for number in range(self.options.rounds):
            for name, subject in subjects.items():
                self.say(f"  {suffix}, round {number + 1} of {self.options.rounds}: {name}")
                series = self.figures.setdefault(f"{name} {suffix}", Series())
                series.runs.append(self.load(subject, message, count, sessions, load_cores))


def openssl_speed(*arguments: str, column: int = -1) -> float:
    """Operations or octets per second of CPU, the median of three; of keys, column -2 signs and -1 verifies."""
    def once() -> float:
        said = run([program("openssl", "openssl"), "speed", "-mr", "-seconds", "2", *arguments], seconds=60)
        lines = [line for line in said.stdout.decode().splitlines() if line.startswith("+F")]
        if not lines:
            sys.exit("bench: openssl speed gave no figures")
        return float(lines[-1].split(":")[column])
    return statistics.median(once() for _ in range(3))


def print_aims(aims: list[dict]) -> None:
    print(f"\n{'aim':<64}{'value':>8}{'target':>9}  reached")
    for aim in aims:
        target = (">= " if aim["at_least"] else "<= ") + f"{aim['target']:g}"
        print(f"{aim['name'] + (' (' + aim['unit'] + ')' if aim['unit'] else ''):<64}{aim['value']:>8.2f}{target:>9}  "
              f"{'yes' if aim['reached'] else 'NO'}")


def print_filters(filters: dict) -> None:
    print(f"\n{'filter, message':<46}{'CPU us':>10}{'msg/s':>10}{'p50 ms':>9}")
    for name, row in filters.items():
        print(f"{name:<46}{row['cpu_us']:>10.0f}{row['messages_per_second']:>10.0f}{row['p50_ms']:>9.2f}")


def print_memory(memory: dict) -> None:
    print(f"\n{'resident memory, KiB':<46}{'start':>10}{'end':>10}{'peak':>9}")
    for name, row in memory.items():
        print(f"{name:<46}{row['start']:>10}{row['end']:>10}{row['peak']:>9}")


def filter_figures(bench: Bench) -> dict:
    return {name: {"cpu_us": series.cpu_us, "messages_per_second": series.per_second, "p50_ms": series.p50_ms,
                   "cpu_us_runs": [run.cpu_us for run in series.runs]} for name, series in bench.figures.items()}


def aim_figures(aims: list[Aim]) -> list[dict]:
    return [{"name": aim.name, "value": aim.value, "target": aim.target, "at_least": aim.at_least, "unit": aim.unit,
             "reached": aim.reached} for aim in aims]


def soak(bench: Bench, subject: Subject, message: Path, count: int) -> dict[str, int]:
    """Resident memory in KiB at the start, after a tenth of `count` messages, at the end, and the most there was."""
    memory = {"start": subject.memory().now}
    bench.say(f"  soak: {count} messages")
    bench.load(subject, message, count // 10, sessions=4)
    memory["after_tenth"] = subject.memory().now
    bench.load(subject, message, count - count // 10, sessions=4)
    memory["end"], memory["peak"] = subject.memory().now, subject.memory().peak
    subject.stop()
    return memory


def growth(memory: dict[str, int]) -> Aim:
    return Aim("growth from a tenth of the soak to its end", (memory["end"] - memory["after_tenth"]) / 1024, 1, unit="MB")


def arguments(description: str | None, messages: int) -> argparse.ArgumentParser:
    """The options both scripts have."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binaries", type=Path, default=DEFAULT_BINARIES, help="directory with the programs")
    parser.add_argument("--messages", type=int, default=messages, help="of 10 kB per run (default %(default)s)")
    parser.add_argument("--per-connection", type=int, default=1, help="messages per SMTP session (default %(default)s)")
    parser.add_argument("--tcp", action="store_true", help="filters listen on loopback TCP instead of unix sockets")
    parser.add_argument("--rounds", type=int, default=3, help="figures are medians of so many (default %(default)s)")
    parser.add_argument("--soak", action="store_true", help="also send 100,000 messages through one process")
    parser.add_argument("--soak-messages", type=int, default=100_000, help=argparse.SUPPRESS)
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of tables")
    return parser


def main(parser: argparse.ArgumentParser, programs: tuple[str, ...], measure: Callable[[argparse.Namespace], dict],
         print_tables: Callable[[dict], None]) -> int:
    """Measures and prints; 1 when an aim is missed."""
    options = parser.parse_args()
    for name in (*programs, "postern-replay"):
        if not (options.binaries / name).exists():
            parser.error(f"{options.binaries / name} is not built: cmake --preset release && cmake --build --preset release")
    try:
        figures = measure(options)
    except (RuntimeError, TimeoutError, subprocess.TimeoutExpired) as trouble:
        sys.exit(f"{Path(sys.argv[0]).name}: {trouble}")
    if options.json:
        print(json.dumps(figures, indent=1))
    else:
        print_tables(figures)
        print_aims(figures["aims"])
    return 0 if all(aim["reached"] for aim in figures["aims"]) else 1
