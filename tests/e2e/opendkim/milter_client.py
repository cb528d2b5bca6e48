"""The least of Postfix's side of the milter protocol that makes a filter sign: independent of our own replay."""

from __future__ import annotations

import re
import socket
import struct


class Gone(Exception):
    """The filter closed the connection in the middle of a message."""


class MilterClient:
    """One connection: a client's name and address, then any number of messages."""

    #: no-reply flags are not asked for, so every command but end of body has one answer
    ACTIONS = 0x1FF
    STEPS = 0x00100000  # SMFIP_HDR_LEADSPC

    def __init__(self, port: int, name: str = "localhost", address: str = "127.0.0.1",
                 macros: dict[str, str] | None = None) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self._macros = macros or {}
        self._command(b"O", struct.pack("!III", 6, self.ACTIONS, self.STEPS))
        self._answer()
        family = b"6" if ":" in address else b"4"
        self._define(b"C", {"j": "mail.test", "{daemon_name}": "smtpd", **self._macros})
        self._command(b"C", name.encode() + b"\0" + family + struct.pack("!H", 40000) + address.encode() + b"\0")
        self._answer()

    def close(self) -> None:
        self._socket.close()

    def _command(self, code: bytes, data: bytes = b"") -> None:
        try:
            self._socket.sendall(struct.pack("!I", len(data) + 1) + code + data)
        except OSError as error:
            raise Gone from error

    def _exactly(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            try:
                more = self._socket.recv(size - len(data))
            except ConnectionError as error:
                raise Gone from error
            if not more:
                raise Gone
            data += more
        return data

    def _answer(self) -> tuple[bytes, bytes]:
        (size,) = struct.unpack("!I", self._exactly(4))
        packet = self._exactly(size)
        return packet[:1], packet[1:]

    def _define(self, step: bytes, macros: dict[str, str]) -> None:
        pairs = b"".join(k.encode() + b"\0" + v.encode() + b"\0" for k, v in macros.items())
        self._command(b"D", step + pairs)

    def send(self, author: bytes) -> tuple[str, list[bytes]]:
        """One message with this value of From: "accept" or the verdict that ended it, and the signatures inserted."""
        fields = [(b"From", b" " + author), (b"To", b" <r@rcpt.test>"), (b"Subject", b" x"),
                  (b"Date", b" Sat, 21 Nov 2026 10:00:00 +0000"), (b"Message-ID", b" <1@mail.test>")]
        self._define(b"M", {"i": "4ZxQ1m2Jz9", **self._macros})
        steps = [(b"M", b"<s@sender.test>\0"), (b"R", b"<r@rcpt.test>\0")]
        steps += [(b"L", name + b"\0" + value + b"\0") for name, value in fields] + [(b"N", b""), (b"B", b"hello\r\n")]
        for code, data in steps:
            self._command(code, data)
            verdict, text = self._answer()
            if verdict == b"c":
                continue
            self._command(b"A")
            return self._word(verdict, text), []
        self._command(b"E")
        signatures: list[bytes] = []
        while True:
            verdict, text = self._answer()
            if verdict in (b"i", b"h"):
                name, value = text[4 if verdict == b"i" else 0:].split(b"\0")[:2]
                if name.lower() == b"dkim-signature":
                    signatures.append(value)
            elif verdict in (b"c", b"a", b"t", b"r", b"y", b"d"):
                return self._word(verdict, text), signatures

    @staticmethod
    def _word(verdict: bytes, text: bytes) -> str:
        if verdict == b"t" or (verdict == b"y" and text.startswith(b"4")):
            return "tempfail"
        if verdict == b"r" or (verdict == b"y" and text.startswith(b"5")):
            return "reject"
        return "accept"


def tags(signature: bytes) -> dict[str, str]:
    text = re.sub(rb"\s+", b"", signature).decode("utf-8", "surrogateescape")
    return dict(part.split("=", 1) for part in text.split(";") if "=" in part)


def describe(verdict: str, signatures: list[bytes]) -> str:
    """As select_keys prints it."""
    if verdict != "accept":
        return verdict
    found = {f"d={t['d'].lower()} s={t['s'].lower()} i={t.get('i', '')}" for t in map(tags, signatures)}
    return "; ".join(sorted(found)) or "none"
