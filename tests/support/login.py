"""SASL logins for a private Postfix: the server side of Dovecot's auth protocol, as much as smtpd(8) speaks.

Postfix's `smtpd_sasl_type = dovecot` needs nothing but a socket, so no Cyrus database, no service and no file of
the host is involved. Protocol: Dovecot's "Authentication Protocol v1.1"; PLAIN and LOGIN.
"""

from __future__ import annotations

import base64
import os
import socketserver
import threading
from pathlib import Path


class _Handler(socketserver.StreamRequestHandler):
    server: _Server

    def _say(self, *words: str) -> None:
        self.wfile.write("\t".join(words).encode() + b"\n")

    def _judge(self, number: str, name: str, password: str) -> None:
        if self.server.users.get(name) == password:
            self._say("OK", number, f"user={name}")
        else:
            self._say("FAIL", number, f"user={name}")

    def handle(self) -> None:
        self._say("VERSION", "1", "1")
        self._say("MECH", "PLAIN", "plaintext")
        self._say("MECH", "LOGIN", "plaintext")
        self._say("SPID", str(os.getpid()))
        self._say("CUID", "1")
        self._say("COOKIE", os.urandom(16).hex())
        self._say("DONE")
        names: dict[str, str] = {}  # LOGIN under way: request number -> user name
        for raw in self.rfile:
            words = raw.decode("utf-8", "replace").rstrip("\n").split("\t")
            if words[0] == "AUTH" and len(words) > 2:
                number, mechanism = words[1], words[2].upper()
                given = next((w[5:] for w in words if w.startswith("resp=")), None)
                if mechanism == "LOGIN" and given is None:
                    self._say("CONT", number, base64.b64encode(b"Username:").decode())
                elif mechanism == "LOGIN":
                    names[number] = base64.b64decode(given or "").decode("utf-8", "replace")
                    self._say("CONT", number, base64.b64encode(b"Password:").decode())
                elif given is None:
                    self._say("CONT", number, "")
                else:
                    self._plain(number, given)
            elif words[0] == "CONT" and len(words) > 2:
                number, text = words[1], words[2]
                if number in names and names[number]:
                    self._judge(number, names.pop(number), base64.b64decode(text).decode("utf-8", "replace"))
                else:
                    self._login_or_plain(names, number, text)

    def _login_or_plain(self, names: dict[str, str], number: str, text: str) -> None:
        decoded = base64.b64decode(text)
        if b"\0" in decoded:
            self._plain(number, text)
        else:
            names[number] = decoded.decode("utf-8", "replace")
            self._say("CONT", number, base64.b64encode(b"Password:").decode())

    def _plain(self, number: str, text: str) -> None:
        parts = base64.b64decode(text).decode("utf-8", "replace").split("\0")
        if len(parts) == 3:
            self._judge(number, parts[1], parts[2])
        else:
            self._say("FAIL", number)


class _Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True
    users: dict[str, str]


class LoginServer:
    """Answers smtpd(8) on a unix socket; `users` maps login to password. Started when made."""

    def __init__(self, socket: Path, users: dict[str, str]) -> None:
        self.socket = socket
        self._server = _Server(str(socket), _Handler)
        self._server.users = users
        socket.chmod(0o666)
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self.socket.unlink(missing_ok=True)
