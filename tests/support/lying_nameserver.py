"""A name server that behaves badly, on loopback: what hostile or broken DNS can do to whoever asks.

    liar = LyingNameServer("wrong-id")
    daemon asks 127.0.0.1:liar.port ...
    liar.mode = "silent"               # may change at any time

It offers the answer `v=spf1 +all` (or a key anybody has) with every lie, so that believing it would show.
"""

from __future__ import annotations

import socket
import threading
import time

import dns.flags
import dns.message
import dns.rcode
import dns.rrset

#: What it can do; each is one branch of _answer().
MODES = ("silent", "servfail", "refused", "wrong-id", "wrong-question", "no-question", "garbage", "empty", "slow-tcp")


class LyingNameServer:
    """Started when made. `lie` is the TXT text of every false answer."""

    def __init__(self, mode: str, lie: str = "v=spf1 +all") -> None:
        self.mode, self.lie = mode, lie
        self.asked = 0
        self._stopping = threading.Event()
        self._tcp = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._tcp.getsockname()[1])
        self._udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._udp.bind(("127.0.0.1", self.port))
        self._udp.settimeout(0.1)
        self._tcp.settimeout(0.1)
        self._threads = [threading.Thread(target=serve, daemon=True) for serve in (self._serve_udp, self._serve_tcp)]
        for thread in self._threads:
            thread.start()

    def _lying(self, question: dns.message.Message) -> dns.message.Message:
        answer = dns.message.make_response(question)
        answer.flags |= dns.flags.RA
        answer.answer.append(dns.rrset.from_text(question.question[0].name, 60, "IN", "TXT", f'"{self.lie}"'))
        return answer

    def _answer(self, question: dns.message.Message) -> bytes | None:
        answer = self._lying(question)
        if self.mode == "silent":
            return None
        if self.mode == "garbage":
            return question.to_wire()[:2] + b"\x81\x80" + b"\xff" * 200
        if self.mode == "empty":
            return b""
        if self.mode in ("servfail", "refused"):
            answer.answer.clear()
            answer.set_rcode(dns.rcode.SERVFAIL if self.mode == "servfail" else dns.rcode.REFUSED)
        elif self.mode == "wrong-id":
            answer.id ^= 0x5555
        elif self.mode == "wrong-question":
            other = dns.message.make_query("other.example.", "TXT", id=question.id)
            answer = self._lying(other)
        elif self.mode == "no-question":
            answer.question.clear()
        elif self.mode == "slow-tcp":
            answer.answer.clear()
            answer.flags |= dns.flags.TC
        return answer.to_wire()

    def _serve_udp(self) -> None:
        while not self._stopping.is_set():
            try:
                data, peer = self._udp.recvfrom(4096)
                reply = self._answer(dns.message.from_wire(data))
            except TimeoutError:
                continue
            except (OSError, dns.exception.DNSException):
                continue
            self.asked += 1
            if reply is not None:
                self._udp.sendto(reply, peer)

    def _serve_tcp(self) -> None:
        while not self._stopping.is_set():
            try:
                stream, _ = self._tcp.accept()
            except TimeoutError:
                continue
            except OSError:
                return
            threading.Thread(target=self._drip, args=(stream,), daemon=True).start()

    def _drip(self, stream: socket.socket) -> None:
        """One octet a second of an answer that is announced as 60,000 long."""
        with stream:
            try:
                stream.settimeout(1)
                stream.recv(4096)
                stream.sendall(b"\xea\x60")
                while not self._stopping.is_set():
                    stream.sendall(b"\x00")
                    time.sleep(1)
            except OSError:
                return

    def stop(self) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join(2)
        self._udp.close()
        self._tcp.close()
