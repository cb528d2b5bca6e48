"""A real validating resolver (unbound) on loopback, which asks name servers of the tests and nobody else.

    names = NameServer(place, ...)
    names.start()
    resolver = Unbound(place, stubs={".": names.port})
    resolver.start()

Zones it has a trust anchor for are validated; what fails there is SERVFAIL with an extended error (RFC 8914).
"""

from __future__ import annotations

import os

import dns.exception
import dns.message
import dns.query
import dns.rdatatype

from .process import Child, Workspace, free_port, program, run, wait_for


# Zones unbound answers for by itself unless told otherwise (unbound.conf(5)): the addresses and names of examples.
ITS_OWN_ZONES = ("test", "invalid", "onion", "10.in-addr.arpa", "2.0.192.in-addr.arpa", "100.51.198.in-addr.arpa",
                 "113.0.203.in-addr.arpa", "8.b.d.0.1.0.0.2.ip6.arpa")


class Unbound:
    def __init__(self, place: Workspace, stubs: dict[str, int], trust_anchors: list[str] | None = None,
                 extra: str = "", name: str = "unbound") -> None:
        """`stubs`: the port on 127.0.0.1 of the name server for each zone; `trust_anchors`: DS or DNSKEY records
        in zone syntax; `extra`: further lines of its server clause."""
        self._directory = place.directory(name)
        self._stubs = stubs
        self._trust_anchors = trust_anchors or []
        self._extra = extra
        self.port = free_port()
        self._child: Child | None = None

    def _configuration(self) -> str:
        modules = "validator iterator" if self._trust_anchors else "iterator"
        lines = [
            "server:", "  interface: 127.0.0.1", f"  port: {self.port}", '  username: ""', '  chroot: ""',
            '  pidfile: ""', f'  directory: "{self._directory}"', "  use-syslog: no", "  verbosity: 1",
            "  num-threads: 1", "  do-ip6: no", "  do-daemonize: no", "  do-not-query-localhost: no",
            # Nothing of its own: no default zones, no minimised names, nothing learnt about servers but what they say.
            *(f'  local-zone: "{zone}." nodefault' for zone in ITS_OWN_ZONES),
            "  qname-minimisation: no", "  ede: yes", "  harden-dnssec-stripped: yes",
            "  access-control: 127.0.0.0/8 allow",
            f'  module-config: "{modules}"', "", "  infra-host-ttl: 1", "  msg-buffer-size: 65552",
        ]
        lines += [f'  trust-anchor: "{anchor}"' for anchor in self._trust_anchors]
        lines += [f"  {line}" for line in self._extra.splitlines()]
        lines += ["remote-control:", "  control-enable: no"]
        for zone, port in self._stubs.items():
            lines += ["stub-zone:", f'  name: "{zone}"', f"  stub-addr: 127.0.0.1@{port}", "  stub-prime: no"]
        return "\n".join(lines) + "\n"

    def start(self) -> None:
        """Starts unbound; the error of a bad configuration is its own."""
        configuration = self._directory / "unbound.conf"
        configuration.write_text(self._configuration())
        run([program("unbound-checkconf", "unbound"), configuration])
        self._child = Child([program("unbound", "unbound"), "-d", "-p", "-c", configuration],
                            environment={**os.environ, "LC_ALL": "C"})
        wait_for("unbound", self._answers)

    def _answers(self) -> bool:
        if self._child is None or not self._child.running:
            raise RuntimeError("unbound ended: " + "\n".join(self._child.log if self._child else []))
        question = dns.message.make_query("localhost.", dns.rdatatype.A)  # a zone of its own
        try:
            dns.query.udp(question, "127.0.0.1", port=self.port, timeout=0.3)
            return True  # whatever it says: it may be told to refuse
        except (OSError, dns.exception.Timeout):
            return False

    @property
    def pid(self) -> int:
        assert self._child is not None
        return self._child.pid

    @property
    def log(self) -> list[str]:
        return self._child.log if self._child is not None else []

    def stop(self) -> None:
        if self._child is not None:
            self._child.stop()
            self._child = None
