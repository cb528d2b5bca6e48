"""A real name server (nsd) on loopback, and TXT questions to it.

    names = NameServer(place, {"s1._domainkey.example.org": "v=DKIM1; p=..."})
    names.start()
    names.text("s1._domainkey.example.org")

The records are served from a root zone, so that any domain can be in it; what is not there is NXDOMAIN.
"""

from __future__ import annotations

import dns.message
import dns.query
import dns.rdatatype

from .process import Child, Workspace, free_port, program, run, wait_for


def character_strings(text: str) -> str:
    """TXT data in zone syntax: strings of at most 255 octets, quoted (RFC 1035 3.3, 5.1)."""
    parts = [text[start:start + 255] for start in range(0, len(text), 255)] or [""]
    return " ".join('"' + part.replace("\\", "\\\\").replace('"', '\\"') + '"' for part in parts)


class NameServer:
    def __init__(self, place: Workspace, records: dict[str, str] | None = None, zone_lines: str = "",
                 zones: dict[str, str] | None = None) -> None:
        """`records`: TXT text by owner name; `zone_lines`: anything else, in zone syntax with full names;
        `zones`: whole zone files besides the root's, by the name of the zone."""
        self._directory = place.directory("ns")
        self.records = dict(records or {})
        self.zone_lines = zone_lines
        self.zones = dict(zones or {})
        self.port = free_port()
        self._child: Child | None = None

    def _zone(self) -> str:
        text = "".join(f"{name}. 60 IN TXT {character_strings(value)}\n" for name, value in self.records.items())
        return ("$ORIGIN .\n$TTL 60\n@ IN SOA ns.test. hostmaster.test. 1 3600 600 86400 60\n@ IN NS ns.test.\n"
                + text + self.zone_lines)

    def start(self) -> None:
        """Starts nsd; the error of a bad zone or configuration is nsd's own."""
        (self._directory / "root.zone").write_text(self._zone())
        configuration = self._directory / "nsd.conf"
        configuration.write_text(
            f'server:\n  ip-address: 127.0.0.1\n  port: {self.port}\n  server-count: 1\n  username: ""\n'
            f'  zonesdir: "{self._directory}"\n  database: ""\n  pidfile: ""\n  chroot: ""\n'
            f'  xfrdfile: "{self._directory}/xfrd.state"\n  xfrdir: "{self._directory}"\n'
            f'  zonelistfile: "{self._directory}/zone.list"\nremote-control:\n  control-enable: no\n'
            f'zone:\n  name: "."\n  zonefile: "root.zone"\n'
            + "".join(f'zone:\n  name: "{name}"\n  zonefile: "{name}.zone"\n' for name in self.zones))
        for name, text in self.zones.items():
            (self._directory / f"{name}.zone").write_text(text)
            run([program("nsd-checkzone", "nsd"), name, self._directory / f"{name}.zone"])
        run([program("nsd-checkconf", "nsd"), configuration])
        run([program("nsd-checkzone", "nsd"), ".", self._directory / "root.zone"])
        self._child = Child([program("nsd", "nsd"), "-d", "-c", configuration])
        wait_for("nsd", self._answers)

    def _answers(self) -> bool:
        if self._child is None or not self._child.running:
            raise RuntimeError("nsd ended: " + "\n".join(self._child.log if self._child else []))
        question = dns.message.make_query(".", dns.rdatatype.SOA)
        try:
            return bool(dns.query.udp(question, "127.0.0.1", port=self.port, timeout=0.3).answer)
        except (OSError, dns.exception.Timeout):
            return False

    def text(self, name: str, seconds: float = 5.0) -> str | None:
        """The TXT record of a name, its strings joined (RFC 6376 3.6.2.2); None when there is none."""
        question = dns.message.make_query(name, dns.rdatatype.TXT)
        answer, _ = dns.query.udp_with_fallback(question, "127.0.0.1", port=self.port, timeout=seconds)
        for records in answer.answer:
            if records.rdtype == dns.rdatatype.TXT:
                return b"".join(next(iter(records)).strings).decode()
        return None

    def stop(self) -> None:
        if self._child is not None:
            self._child.stop()
            self._child = None
