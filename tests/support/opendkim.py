"""OpenDKIM as a peer: the verifying milter of a next hop, or a signer given the same tables as ours.

    judge = OpenDkim.verifier(place, keys.records(*pairs), authserv="mx.example.net")
    judge.start()          # then: smtpd_milters = judge.milter
"""

from __future__ import annotations

import signal

from .process import Child, Workspace, accepts, free_port, program, wait_for


class OpenDkim:
    def __init__(self, place: Workspace, settings: dict[str, str], name: str) -> None:
        self.port = free_port()
        self.milter = f"inet:127.0.0.1:{self.port}"
        self._name = name
        self._directory = place.directory(name)
        everything = {"Socket": f"inet:{self.port}@127.0.0.1", "Background": "no", "AutoRestart": "no", "Syslog": "no",
                      "PidFile": f"{self._directory}/pid", "RequireSafeKeys": "no", **settings}
        self._configuration = self._directory / "opendkim.conf"
        self._configuration.write_text("".join(f"{key} {value}\n" for key, value in everything.items()))
        self._child: Child | None = None

    @classmethod
    def verifier(cls, place: Workspace, records: dict[str, str], authserv: str) -> OpenDkim:
        """Adds `Authentication-Results: <authserv>; dkim=...`; keys from `records` (name to TXT text), not from DNS."""
        file = place.write("odv/keys", "".join(f"{name} {text}\n" for name, text in records.items()))
        return cls(place, {"Mode": "v", "TestPublicKeys": str(file), "AuthservID": authserv, "AlwaysAddARHeader": "yes",
                           "MaximumSignaturesToVerify": "10", "MaximumHeaders": "1000000"}, "odv")

    @classmethod
    def signer(cls, place: Workspace, settings: dict[str, str]) -> OpenDkim:
        return cls(place, {"Mode": "s", **settings}, "ods")

    def start(self) -> None:
        self._child = Child([program("opendkim", "opendkim"), "-f", "-x", self._configuration])
        wait_for("opendkim", self._listens)

    def _listens(self) -> bool:
        if self._child is None or not self._child.running:
            raise RuntimeError("opendkim ended: " + "\n".join(self._child.log if self._child else []))
        return accepts(self.port)

    def stop(self) -> None:
        if self._child is not None:
            self._child.stop(signal.SIGKILL)  # it keeps nothing, and would take five seconds to go
            self._child = None
