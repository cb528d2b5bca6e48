"""Zones signed with DNSSEC (ldnsutils), sound or broken in a known way.

    zone = SignedZone(place, "signed.test", "www 60 IN A 192.0.2.1\\n")
    NameServer(place, zones={"signed.test": zone.text})
    Unbound(place, {".": names.port}, trust_anchors=[zone.trust_anchor])
"""

from __future__ import annotations

import time

from .process import Workspace, program, run

DAY = 24 * 60 * 60


class SignedZone:
    def __init__(self, place: Workspace, name: str, lines: str, signed_until: int = 30 * DAY) -> None:
        """`lines`: records with names below `name`; `signed_until`: seconds from now, negative for signatures
        that are expired."""
        directory = place.directory(f"zone-{name}")
        key = run([program("env", "coreutils"), "-C", directory, program("ldns-keygen", "ldnsutils"), "-k",
                   "-a", "ECDSAP256SHA256", name]).stdout.decode().strip()
        (directory / "plain").write_text(
            f"$ORIGIN {name}.\n$TTL 60\n@ IN SOA ns hostmaster 1 3600 600 86400 60\n@ IN NS ns\nns IN A 127.0.0.1\n"
            + lines)
        run([program("ldns-signzone", "ldnsutils"), "-i", self._date(-60 * DAY), "-e", self._date(signed_until),
             "-f", directory / "signed", directory / "plain", directory / key])
        self.text = (directory / "signed").read_text()
        """The zone file; tests may falsify it."""
        self.trust_anchor = " ".join((directory / f"{key}.ds").read_text().split())

    @staticmethod
    def _date(seconds_from_now: int) -> str:
        return time.strftime("%Y%m%d%H%M%S", time.gmtime(time.time() + seconds_from_now))
