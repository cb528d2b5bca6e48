"""A name server on loopback whose every answer takes its time, however many are asked at once.

    slow = SlowNameServer({"example.org": "v=spf1 -all"}, "mail.example.org. 60 IN A 192.0.2.1\\n", delay=0.2)
    daemon asks 127.0.0.1:slow.port ...
"""

from __future__ import annotations

import heapq
import select
import socket
import threading
import time

import dns.flags
import dns.message
import dns.rcode
import dns.zone

from .nameserver import character_strings


class SlowNameServer:
    """Started when made; records as NameServer takes them. UDP only: answers fit."""

    def __init__(self, records: dict[str, str], zone_lines: str, delay: float) -> None:
        text = "$ORIGIN .\n$TTL 60\n@ IN SOA ns.test. hostmaster.test. 1 3600 600 86400 60\n@ IN NS ns.test.\n" + "".join(
            f"{name}. 60 IN TXT {character_strings(value)}\n" for name, value in records.items()) + zone_lines
        self._zone = dns.zone.from_text(text, origin=".", relativize=False)
        self._delay = delay
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self._socket.bind(("127.0.0.1", 0))
        self.port = int(self._socket.getsockname()[1])
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _answer(self, data: bytes) -> bytes:
        question = dns.message.from_wire(data)
        answer = dns.message.make_response(question)
        answer.flags |= dns.flags.RA
        asked = question.question[0]
        node = self._zone.get_node(asked.name)
        if node is None:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        elif (found := self._zone.get_rrset(asked.name, asked.rdtype)) is not None:
            answer.answer.append(found)
        return answer.to_wire()

    def _serve(self) -> None:
        waiting: list[tuple[float, int, bytes, tuple[str, int]]] = []
        count = 0
        while not self._stopping.is_set():
            pause = min(0.1, max(0.0, waiting[0][0] - time.monotonic())) if waiting else 0.1
            readable, _, _ = select.select([self._socket], [], [], pause)
            if readable:
                data, peer = self._socket.recvfrom(4096)
                count += 1
                heapq.heappush(waiting, (time.monotonic() + self._delay, count, self._answer(data), peer))
            while waiting and waiting[0][0] <= time.monotonic():
                _, _, reply, peer = heapq.heappop(waiting)
                self._socket.sendto(reply, peer)

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join(2)
        self._socket.close()
