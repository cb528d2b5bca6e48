"""Filters that are measured: ours, opendkim, dkimpy-milter, the empty filter; each one process on a socket of its own.

Signers use the same keys and sign everything from 127.0.0.1; verifiers know the same keys. None logs a line per message.
"""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from pathlib import Path

from support.keys import make_ed25519, make_rsa
from support.process import SOURCE, Child, Workspace, free_port, program, run, wait_for

DOMAIN = "example.org"
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Memory:
    """Resident memory in KiB: now, and the most there ever was."""

    now: int
    peak: int


class Subject:
    """A running filter. CPU time is counted by the kernel, threads that ended included."""

    def __init__(self, name: str, command: list[str | Path], place: str | int, cores: set[int]) -> None:
        """`place`: path of a unix socket, or port on 127.0.0.1."""
        self.name = name
        self._place = place
        self.address = f"unix:{place}" if isinstance(place, str) else f"inet:127.0.0.1:{place}"
        listed = ",".join(str(core) for core in sorted(cores))
        self._child = Child([program("taskset", "util-linux"), "-c", listed, *command])
        wait_for(name, self._ready, 20)

    def _ready(self) -> bool:
        if not self._child.running:
            raise RuntimeError(f"{self.name} ended: " + "\n".join(self._child.log[-10:]))
        family, address = ((socket.AF_UNIX, self._place) if isinstance(self._place, str)
                           else (socket.AF_INET, ("127.0.0.1", self._place)))
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            try:
                probe.connect(address)
            except OSError:
                return False
        return True

    def pin(self, cores: set[int]) -> None:
        for task in os.listdir(f"/proc/{self._child.pid}/task"):
            os.sched_setaffinity(int(task), cores)  # threads to come inherit it from the one that makes them

    def cpu_seconds(self) -> float:
        text = Path(f"/proc/{self._child.pid}/stat").read_text()
        fields = text.rpartition(")")[2].split()  # the name may have blanks
        return (int(fields[11]) + int(fields[12])) / TICKS

    def memory(self) -> Memory:
        rows = dict(line.split(":", 1) for line in Path(f"/proc/{self._child.pid}/status").read_text().splitlines())
        return Memory(int(rows["VmRSS"].split()[0]), int(rows["VmHWM"].split()[0]))

    def stop(self) -> None:
        self._child.stop()


class Site:
    """Keys, and the filters that use them."""

    def __init__(self, place: Workspace, binaries: Path, tcp: bool) -> None:
        self.place = place
        self.tcp = tcp
        self.binaries = binaries
        self.rsa = make_rsa(place.path / "rsa.pem", DOMAIN, "rsa")
        self.ed25519 = make_ed25519(place.path / "ed25519.pem", DOMAIN, "ed")
        place.directory("s")

    def _socket(self, name: str) -> tuple[str | int, str]:
        """Where a filter is to listen, and the same in the spelling of libmilter."""
        if self.tcp:
            port = free_port()
            return port, f"inet:{port}@127.0.0.1"
        path = f"{self.place.path}/s/{name}"
        return path, f"local:{path}"

    def postern(self, name: str, algorithms: tuple[str, ...], cores: set[int]) -> Subject:
        keys = self.place.directory(f"keys-{name}/{DOMAIN}")
        for algorithm in algorithms:
            pair = {"rsa": self.rsa, "ed25519": self.ed25519}[algorithm]
            (keys / f"{pair.selector}.pem").write_bytes(pair.path.read_bytes())
            (keys / f"{pair.selector}.pem").chmod(0o600)
        where, listen = self._socket(name)
        configuration = self.place.write(f"{name}.conf", f"[log]\nlevel = warning\n[sign]\n"
                                         f"listen = {listen}\nkey-directory = {keys.parent}\n")
        return self._keep(Subject(name, [self.binaries / "postern-sign", "-c", configuration], where, cores))

    def opendkim(self, name: str, algorithm: str, cores: set[int]) -> Subject | None:
        """None when this build of opendkim cannot use the key (Ed25519 came with 2.11)."""
        pair = {"rsa": self.rsa, "ed25519": self.ed25519}[algorithm]
        where, listen = self._socket(name)
        configuration = self.place.write(f"{name}.conf", "".join(f"{key} {value}\n" for key, value in {
            "Socket": listen, "Background": "no", "Syslog": "no", "Mode": "s", "Domain": DOMAIN,
            "Selector": pair.selector, "KeyFile": pair.path, "Canonicalization": "relaxed/relaxed",
            "SignatureAlgorithm": f"{algorithm}-sha256", "RequireSafeKeys": "no", "PidFile": self.place.path / f"{name}.pid",
            "OversignHeaders": "From,To,Subject,Date"}.items()))
        try:
            return self._keep(Subject(name, [program("opendkim", "opendkim"), "-f", "-x", configuration], where, cores))
        except RuntimeError as refusal:
            print(f"{name}: left out: {refusal}", flush=True)
            return None

    def postern_verify(self, name: str, cores: set[int], name_server: int, dns: str = "") -> Subject:
        """With SPF of both identities and iprev, as it comes; the name server listens on 127.0.0.1:`name_server`."""
        where, listen = self._socket(name)
        configuration = self.place.write(f"{name}.conf", f"[log]\nlevel = warning\n[dns]\nservers = 127.0.0.1:{name_server}\n"
                                         f"{dns}[verify]\nlisten = {listen}\nauthserv-id = mx.example.net\n")
        return self._keep(Subject(name, [self.binaries / "postern-verify", "-c", configuration], where, cores))

    def opendkim_verify(self, name: str, cores: set[int]) -> Subject:
        """Keys from a file: it asks no name server at all."""
        keys = self.place.write(f"{name}.keys", "".join(f"{pair.name} {pair.record}\n" for pair in (self.rsa, self.ed25519)))
        where, listen = self._socket(name)
        configuration = self.place.write(f"{name}.conf", "".join(f"{key} {value}\n" for key, value in {
            "Socket": listen, "Background": "no", "Syslog": "no", "Mode": "v", "TestPublicKeys": keys,
            "AuthservID": "mx.example.net", "PidFile": self.place.path / f"{name}.pid"}.items()))
        return self._keep(Subject(name, [program("opendkim", "opendkim"), "-f", "-x", configuration], where, cores))

    def dkimpy_milter(self, name: str, cores: set[int], record: str) -> Subject:
        """The key is part of its configuration: it asks no name server either."""
        where, listen = self._socket(name)
        configuration = self.place.write(f"{name}.conf", "".join(f"{key} {value}\n" for key, value in {
            "Socket": listen, "Syslog": "no", "Mode": "v", "DNSOverride": record, "AuthservID": "mx.example.net",
            "UserID": "root", "PidFile": self.place.path / f"{name}.pid"}.items()))
        return self._keep(Subject(name, [program("dkimpy-milter", "dkimpy-milter"), configuration], where, cores))

    def empty(self, name: str, cores: set[int]) -> Subject:
        """tests/bench/empty_milter.c, compiled here: it belongs to no build."""
        binary = self.place.path / "empty_milter"
        if not binary.exists():
            run([program("cc", "gcc"), "-O2", "-o", binary, SOURCE / "tests/bench/empty_milter.c", "-lmilter", "-lpthread"])
        where, listen = self._socket(name)
        return self._keep(Subject(name, [binary, listen], where, cores))

    def _keep(self, subject: Subject) -> Subject:
        self.place.keep(subject)
        return subject


def write_message(path: Path, octets: int) -> Path:
    """A message as a mail program writes it: some header fields, then lines of base64-like text up to the size."""
    head = (b"Received: from client.example.org (client.example.org [192.0.2.7])\r\n"
            b"\tby mail.example.org (Postfix) with ESMTPSA id 4ZxQ1m2Jz9z1Yq\r\n"
            b"\tfor <bob@example.net>; Mon,  3 Aug 2026 10:00:00 +0200 (CEST)\r\n"
            b"Message-ID: <0d4ee3b6-7c43-4c39-8f52-2b0f5ac0f2a4@example.org>\r\n"
            b"Date: Mon, 3 Aug 2026 10:00:00 +0200\r\nMIME-Version: 1.0\r\nUser-Agent: Mozilla Thunderbird\r\n"
            b"Subject: a message of some size\r\nContent-Language: en-GB\r\nTo: Bob <bob@example.net>\r\n"
            b"From: Alice <alice@example.org>\r\nReferences: <20260802090000.4ZxQ1m2Jz9@mail.example.net>\r\n"
            b"Content-Type: text/plain; charset=UTF-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n")
    line = b"The quick brown fox jumps over the lazy dog, and then it is time for tea.\r\n"
    count = max(1, (octets - len(head)) // len(line))
    path.write_bytes(head + line * count)
    return path
