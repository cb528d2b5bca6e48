"""A site that receives mail: Postfix with postern-verify in front, unbound and nsd behind it, a sink as mailbox.

    client (any address, by XCLIENT) -> Postfix (milter: postern-verify -> unbound -> nsd) -> sink

The world around it is one zone: example.net sends from 192.0.2.0/24 (SPF -all, two DKIM keys, PTR records), soft.example,
none.example, broken.example and others have what their names say. Mail from them is signed by dkimpy.
"""

from __future__ import annotations

import base64
import unittest

import authres
import dkim

from . import client, keys
from .daemon import Daemon
from .nameserver import NameServer
from .postfix import PrivatePostfix, Service
from .process import Workspace, free_port, wait_for
from .signing_site import plain_message, queue_id, unique_mark
from .sink import Delivery, SmtpSink
from .unbound import Unbound

AUTHSERV = "mx.example.org"
GOOD_CLIENT = "192.0.2.25"
BAD_CLIENT = "198.51.100.66"
SENDER = "carol@example.net"

#: SPF and other TXT records by name.
TEXTS = {
    "example.net": "v=spf1 ip4:192.0.2.0/24 -all",
    "mail.example.net": "v=spf1 ip4:192.0.2.25 -all",
    "soft.example": "v=spf1 ip4:192.0.2.0/24 ~all",
    "neutral.example": "v=spf1 ?all",
    "broken.example": "v=spf1 ip4:192.0.2.300 -all",
    "explained.example": "v=spf1 -all exp=why.explained.example",
    "why.explained.example": "Go to https://explained.example/?ip=%{i}",
}
ADDRESSES = {"mail.example.net": GOOD_CLIENT, "liar.example": "203.0.113.1"}
POINTERS = {GOOD_CLIENT: "mail.example.net", BAD_CLIENT: "liar.example"}


def reverse_name(address: str) -> str:
    return ".".join(reversed(address.split("."))) + ".in-addr.arpa"


class VerifyingSite:
    """`options` are further lines of [verify], `dns` further lines of [dns]; `milters`: what stands behind postern-verify."""

    def __init__(self, *, options: str = "", dns: str = "", name_server: int | None = None,
                 milters: list[str] | None = None, settings: dict[str, str] | None = None,
                 services: list[Service] | None = None) -> None:
        self.place = Workspace("pv")
        try:
            self._build(options, dns, name_server, milters or [], settings or {}, services or [])
        except BaseException:
            self.place.close()
            raise

    def _build(self, options: str, dns: str, name_server: int | None, milters: list[str], settings: dict[str, str],
               services: list[Service]) -> None:
        place = self.place
        directory = place.directory("keys")
        self.rsa, self.ed25519 = keys.key_directory(directory, "example.net")
        self.weak = keys.make_rsa(directory / "weak.pem", "weak.example", "weak", bits=512)
        self.other = keys.make_rsa(directory / "other.pem", "other.example", "o1")
        self.sink = SmtpSink()
        records = {**TEXTS, **keys.records(self.rsa, self.ed25519, self.weak, self.other),
                   "gone._domainkey.example.net": "v=DKIM1; p=", "test._domainkey.example.net": "t=y; " + self.rsa.record[9:]}
        lines = "".join(f"{name}. 60 IN A {address}\n" for name, address in ADDRESSES.items())
        lines += "".join(f"{reverse_name(address)}. 60 IN PTR {name}.\n" for address, name in POINTERS.items())
        self.names = NameServer(place, records, lines)
        self.resolver = Unbound(place, {".": self.names.port})
        self.port = free_port()
        self.milter = f"inet:127.0.0.1:{self.port}"
        self.base_configuration = (
            f"[dns]\nservers = 127.0.0.1:{name_server or self.resolver.port}\ntimeout = 1s\n{dns}"
            f"[verify]\nlisten = {self.milter}\nauthserv-id = {AUTHSERV}\nuser = nobody\n")
        self.verify = Daemon(place, "postern-verify", self.base_configuration + options)
        self.postfix = PrivatePostfix(place, sink=self.sink, milters=[self.milter, *milters], services=services,
                                      hostname=AUTHSERV, settings={"relay_domains": "example.org", **settings})
        place.keep(self.sink, self.names, self.resolver, self.verify, self.postfix)

    def start(self) -> None:
        self.names.start()
        self.resolver.start()
        self.verify.start()
        self.postfix.start()

    def close(self) -> None:
        self.place.close()

    def sign(self, message: bytes, pair: keys.KeyPair | None = None, **options: object) -> bytes:
        """The message with a signature by dkimpy on top; `options` are those of dkim.sign()."""
        pair = pair or self.rsa
        if pair is self.ed25519:
            seed = keys.run(["openssl", "pkey", "-in", pair.path, "-outform", "DER"]).stdout[-32:]
            options = {"signature_algorithm": b"ed25519-sha256", **options}
            key = base64.b64encode(seed)
        else:
            key = keys.run(["openssl", "rsa", "-in", pair.path, "-traditional"]).stdout
        options = {"canonicalize": (b"relaxed", b"relaxed"), **options}
        return dkim.sign(message, pair.selector.encode(), pair.domain.encode(), key, **options) + message

    def receive(self, message: bytes, sender: str = SENDER, *, address: str = GOOD_CLIENT, name: str = "mail.example.net",
                helo: str = "mail.example.net", **how: object) -> str:
        """From the client `address` of the internet; the queue id."""
        answer = client.send(self.postfix.smtp_port, message, sender, "bob@example.org",
                             xclient={"ADDR": address, "NAME": name, "HELO": helo}, **how)
        return queue_id(answer)

    def log_line(self, part: str) -> str:
        return wait_for(f"a line of postern-verify with {part}",
                        lambda: next((line for line in self.verify.log if part in line), None))


class Results:
    """What one Authentication-Results field says, read by python3-authres, which shares no code with us."""

    def __init__(self, value: bytes) -> None:
        self.text = value.decode("utf-8")
        self.header = authres.AuthenticationResultsHeader.parse("Authentication-Results: " + self.text)

    @property
    def authserv_id(self) -> str:
        return self.header.authserv_id

    def of(self, method: str) -> list[tuple[str, dict[str, str]]]:
        """(result, properties) of each result of this method, in their order; properties as "smtp.helo"."""
        return [(result.result, {f"{item.type}.{item.name}": item.value for item in result.properties})
                for result in self.header.results if result.method == method]

    def only(self, method: str) -> tuple[str, dict[str, str]]:
        found = self.of(method)
        assert len(found) == 1, f"{len(found)} results of {method} in {self.text}"
        return found[0]


def results_fields(delivery: Delivery, authserv: str = AUTHSERV) -> list[Results]:
    """Authentication-Results fields of ours in their order."""
    return [Results(value) for value in delivery.fields("Authentication-Results")
            if value.decode("utf-8", "replace").lstrip().lower().startswith(authserv)]


class VerifyingCase(unittest.TestCase):
    """One site for all tests of a class; SITE are the arguments of VerifyingSite."""

    SITE: dict[str, object] = {}
    site: VerifyingSite

    @classmethod
    def setUpClass(cls) -> None:
        cls.site = VerifyingSite(**cls.SITE)  # type: ignore[arg-type]
        cls.addClassCleanup(cls.site.close)
        cls.site.start()

    def run(self, result: unittest.TestResult | None = None) -> unittest.TestResult | None:
        before = len(result.failures) + len(result.errors) if result else 0
        outcome = super().run(result)
        if result and len(result.failures) + len(result.errors) > before:
            print(f"--- {self.id()}: log of postern-verify\n" + "\n".join(self.site.verify.log[-20:])
                  + "\n--- log of Postfix\n" + self.site.postfix.log_tail(60), flush=True)
        return outcome

    def message(self, mark: str, **more: str) -> bytes:
        return plain_message(mark, author=SENDER, **more)

    def arrived(self, mark: str, seconds: float = 30) -> Delivery:
        return self.site.sink.wait_for_message(mark.encode(), seconds)

    def results(self, message: bytes, mark: str, sender: str = SENDER, **how: object) -> Results:
        """Sends it in, and reads the one field of ours that must stand above everything else."""
        self.site.receive(message, sender, **how)
        return self.check_position(self.arrived(mark))

    def check_position(self, delivery: Delivery) -> Results:
        found = results_fields(delivery)
        self.assertEqual(len(found), 1, f"fields of ours: {[one.text for one in found]}")
        first = delivery.data.split(b":", 1)[0]
        self.assertEqual(first, b"Authentication-Results", "the first field of the message")
        self.assertEqual(found[0].authserv_id, AUTHSERV)
        return found[0]

    mark = staticmethod(unique_mark)
