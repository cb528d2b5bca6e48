"""Where mail ends: an SMTP server on loopback that keeps what it was given, octet for octet.

Postfix delivers to it as to any next hop, so what it holds is what the next site would see: after the milters,
after cleanup(8), after smtp(8). Dots are unstuffed; nothing else is touched.
"""

from __future__ import annotations

import re
import socketserver
import threading
import time
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Delivery:
    """One message as it arrived."""

    sender: str
    recipients: tuple[str, ...]
    data: bytes  #: header and body with CRLF line ends
    arguments: str = ""  #: ESMTP arguments of MAIL FROM
    when: float = field(default_factory=time.monotonic)

    @property
    def header(self) -> bytes:
        return self.data.split(b"\r\n\r\n", 1)[0] + b"\r\n"

    @property
    def body(self) -> bytes:
        return self.data.split(b"\r\n\r\n", 1)[1] if b"\r\n\r\n" in self.data else b""

    def fields(self, name: str) -> list[bytes]:
        """The values of all fields of this name in order, unfolded."""
        return [value for field_name, value in header_fields(self.data) if field_name.lower() == name.lower().encode()]


def header_fields(data: bytes) -> list[tuple[bytes, bytes]]:
    """(name, value) of each header field in order; folds (CRLF before white space) removed, blanks around dropped."""
    header = re.sub(rb"\r\n(?=[ \t])", b"", data.split(b"\r\n\r\n", 1)[0])
    pairs = (line.split(b":", 1) for line in header.split(b"\r\n") if b":" in line)
    return [(name.strip(), value.strip()) for name, value in pairs]


class _Handler(socketserver.StreamRequestHandler):
    server: _Server
    timeout = 120

    def _say(self, text: str) -> None:
        self.wfile.write(text.encode() + b"\r\n")
        self.wfile.flush()

    def _data(self) -> bytes:
        parts: list[bytes] = []
        while True:
            line = self.rfile.readline(1 << 20)
            if not line:
                raise ConnectionError("client left in the middle of DATA")
            if line == b".\r\n" and (not parts or parts[-1].endswith(b"\n")):
                return b"".join(parts)
            if line.startswith(b".") and (not parts or parts[-1].endswith(b"\n")):
                line = line[1:]
            parts.append(line)

    def handle(self) -> None:
        sink = self.server.sink
        sender, arguments, recipients = "", "", []
        self._say("220 sink.test ESMTP")
        while True:
            raw = self.rfile.readline(65536)
            if not raw:
                return
            line = raw.decode("utf-8", "surrogateescape").rstrip("\r\n")
            verb = line[:4].upper()
            if verb == "EHLO":
                self._say("".join(f"250-{word}\r\n" for word in ("sink.test", *sink.extensions[:-1]))
                          + f"250 {sink.extensions[-1]}")
            elif verb == "HELO":
                self._say("250 sink.test")
            elif verb == "MAIL":
                found = re.match(r"MAIL FROM:<([^>]*)>\s*(.*)", line, re.IGNORECASE)
                sender, arguments = (found[1], found[2]) if found else ("", "")
                recipients = []
                self._say("250 ok")
            elif verb == "RCPT":
                found = re.match(r"RCPT TO:<([^>]*)>", line, re.IGNORECASE)
                recipients.append(found[1] if found else "")
                self._say("250 ok")
            elif verb == "DATA":
                self._say("354 go on")
                data = self._data()
                sink.add(Delivery(sender, tuple(recipients), data, arguments))
                self._say("250 ok")
            elif verb == "QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 ok")


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128
    sink: SmtpSink

    def handle_error(self, request: object, client_address: object) -> None:
        """A connection that breaks is the test's business (it finds no delivery), not a trace on the terminal."""


class SmtpSink:
    """Started when made. `extensions` are what EHLO offers: leave out 8BITMIME to see Postfix down-convert."""

    def __init__(self, extensions: tuple[str, ...] = ("PIPELINING", "8BITMIME", "SMTPUTF8", "SIZE 200000000")) -> None:
        self.extensions = extensions
        self._deliveries: list[Delivery] = []
        self._changed = threading.Condition()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.sink = self
        self.port = int(self._server.server_address[1])
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
        self._thread.start()

    def add(self, delivery: Delivery) -> None:
        with self._changed:
            self._deliveries.append(delivery)
            self._changed.notify_all()

    @property
    def deliveries(self) -> list[Delivery]:
        with self._changed:
            return list(self._deliveries)

    def wait_for_message(self, mark: bytes, seconds: float = 20.0) -> Delivery:
        """The first delivery that contains `mark` (tests put a unique one into the Message-ID or Subject)."""
        deadline = time.monotonic() + seconds
        seen = 0
        with self._changed:
            while True:
                for delivery in self._deliveries[seen:]:
                    if mark in delivery.data:
                        return delivery
                seen = len(self._deliveries)
                if time.monotonic() > deadline:
                    raise TimeoutError(f"no delivery with {mark!r} within {seconds:g} s ({seen} others)")
                self._changed.wait(0.2)

    def wait_for_count(self, count: int, seconds: float = 60.0) -> list[Delivery]:
        deadline = time.monotonic() + seconds
        with self._changed:
            while len(self._deliveries) < count:
                if time.monotonic() > deadline:
                    raise TimeoutError(f"{len(self._deliveries)} of {count} deliveries within {seconds:g} s")
                self._changed.wait(0.2)
            return list(self._deliveries)

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
