"""A milter that writes down every frame it is sent and answers as it was told: no libmilter in between.

    milter = RecordingMilter()
    milter.profile = Profile(protocol=NR_HEADER | LEADING_SPACE, replies={b"E": [frame(b"h", b"X-A\\0 1\\0"), CONTINUE]})
    ... one SMTP session ...
    session = milter.wait_for_session()      # [(b"O", data), (b"D", data), ...]
"""

from __future__ import annotations

import signal
import socket
import struct
import sys
import threading
from dataclasses import dataclass, field

Frame = tuple[bytes, bytes]

NO_CONNECT, NO_HELO, NO_MAIL, NO_RCPT, NO_BODY, NO_HEADERS, NO_EOH, NR_HEADER = (1 << bit for bit in range(8))
NO_UNKNOWN, NO_DATA, SKIP, RCPT_REJ, NR_CONNECT, NR_HELO, NR_MAIL, NR_RCPT = (1 << bit for bit in range(8, 16))
NR_DATA, NR_UNKNOWN, NR_EOH, NR_BODY, LEADING_SPACE = (1 << bit for bit in range(16, 21))

_NO_REPLY = {b"C": NR_CONNECT, b"H": NR_HELO, b"M": NR_MAIL, b"R": NR_RCPT, b"T": NR_DATA, b"L": NR_HEADER,
             b"N": NR_EOH, b"B": NR_BODY, b"U": NR_UNKNOWN}


def frame(command: bytes, data: bytes = b"") -> bytes:
    return struct.pack(">I", len(data) + 1) + command + data


CONTINUE = frame(b"c")


@dataclass
class Profile:
    version: int = 6
    actions: int = 0x1ff
    protocol: int = 0
    macros: dict[int, bytes] = field(default_factory=dict)  #: stage number to list of names
    replies: dict[bytes, list[bytes]] = field(default_factory=dict)  #: command to frames; default: continue
    first_only: bool = False  #: replies hold for the first frame of each command in a session

    def negotiation(self) -> bytes:
        lists = b"".join(struct.pack(">I", stage) + names + b"\0" for stage, names in self.macros.items())
        return frame(b"O", struct.pack(">III", self.version, self.actions, self.protocol) + lists)


class RecordingMilter:
    def __init__(self, listener: socket.socket | None = None) -> None:
        self.profile = Profile()
        self._sessions: list[list[Frame]] = []
        self._changed = threading.Condition()
        self._listener = listener or socket.create_server(("127.0.0.1", 0))
        name = self._listener.getsockname()
        self.milter = f"unix:{name}" if isinstance(name, str) else f"inet:127.0.0.1:{name[1]}"
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection, self.profile), daemon=True).start()

    def _serve(self, connection: socket.socket, profile: Profile) -> None:
        frames: list[Frame] = []
        seen: set[bytes] = set()
        connection.settimeout(60)
        try:
            with connection, connection.makefile("rb") as stream:
                while len(head := stream.read(5)) == 5:
                    command, data = head[4:], stream.read(struct.unpack(">I", head[:4])[0] - 1)
                    frames.append((command, data))
                    if command == b"O":
                        connection.sendall(profile.negotiation())
                    elif command in _NO_REPLY or command == b"E":
                        answers = profile.replies.get(command, [CONTINUE])
                        if profile.first_only and command in seen:
                            answers = [CONTINUE]
                        seen.add(command)
                        if not profile.protocol & _NO_REPLY.get(command, 0):
                            connection.sendall(b"".join(answers))
        except OSError as trouble:
            frames.append((b"!", str(trouble).encode()))
        with self._changed:
            self._sessions.append(frames)
            self._changed.notify_all()

    def wait_for_session(self, seconds: float = 20) -> list[Frame]:
        """The frames of the oldest connection that ended and was not asked for yet."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._sessions, seconds):
                raise TimeoutError("no milter session ended")
            return self._sessions.pop(0)

    def forget(self) -> None:
        """Sessions that nobody asked for, after a failure."""
        with self._changed:
            self._sessions.clear()

    def stop(self) -> None:
        self._listener.close()


def main() -> None:
    """As a daemon of ours is started: the last argument is SECTION.listen=unix:PATH; adds X-Fake, ends on SIGTERM."""
    path = sys.argv[-1].split("=unix:", 1)[1]
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen()
    milter = RecordingMilter(listener)
    milter.profile = Profile(replies={b"E": [frame(b"h", b"X-Fake\0yes\0"), CONTINUE]})
    signal.sigwait({signal.SIGTERM})
    sys.exit(0)


if __name__ == "__main__":
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    main()
