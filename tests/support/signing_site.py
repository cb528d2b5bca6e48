"""A whole mail site with postern-sign: what most end-to-end tests of signing start from.

    client -> Postfix (milter: postern-sign) -> next hop (Postfix smtpd, milter: OpenDKIM as verifier) -> sink

Keys of every domain are in a key directory (RSA and Ed25519), served by nsd to dkimpy and Mail::DKIM, and known to the
OpenDKIM of the next hop. What arrives in the sink has passed through smtp(8) once more, as real mail has.
"""

from __future__ import annotations

import itertools
import re
import shutil
import unittest
from pathlib import Path

from . import client, keys
from .daemon import Daemon
from .nameserver import NameServer
from .opendkim import OpenDkim
from .postfix import PrivatePostfix, Service
from .process import Workspace, free_port, wait_for
from .sink import Delivery, SmtpSink
from .verify import Verdict, read_authentication_results, signatures, verify_dkimpy, verify_mail_dkim

NEXT_HOP = "mx.example.net"
ALICE = client.Login("alice@example.org")
_marks = itertools.count(1)


def unique_mark() -> str:
    """Goes into a Message-ID, to find the message again."""
    return f"mark{next(_marks)}x"


def plain_message(mark: str, author: str = "alice@example.org", body: str = "Hello.\r\n", **more: str) -> bytes:
    """A message with the usual fields; `more` are added, with - for _ in their names."""
    fields = {"From": f"<{author}>", "To": "<bob@example.net>", "Subject": "test",
              "Date": "Sat, 21 Nov 2026 10:00:00 +0000", "Message-ID": f"<{mark}@example.org>",
              **{name.replace("_", "-"): value for name, value in more.items()}}
    return ("".join(f"{name}: {value}\r\n" for name, value in fields.items()) + "\r\n" + body).encode()


class SigningSite:
    """`options` are lines for [sign] that come after listen, key-directory, internal-hosts and user."""

    def __init__(self, *, options: str = "", domains: tuple[str, ...] = ("example.org",),
                 users: dict[str, str] | None = None, services: list[Service] | None = None,
                 listen: list[str] | None = None, key_directory: bool = True,
                 settings: dict[str, str] | None = None) -> None:
        self.place = Workspace("ps")
        try:
            self._build(options, domains, users, services or [], listen, key_directory, settings or {})
        except BaseException:
            self.place.close()
            raise

    def _build(self, options: str, domains: tuple[str, ...], users: dict[str, str] | None, services: list[Service],
               listen: list[str] | None, key_directory: bool, settings: dict[str, str]) -> None:
        place = self.place
        self.keys = place.directory("keys", 0o750)
        self.pairs = [pair for domain in domains for pair in keys.key_directory(self.keys, domain)]
        self.let_daemon_read(self.keys)
        self.sink = SmtpSink()
        self.names = NameServer(place, keys.records(*self.pairs))
        self.judge = OpenDkim.verifier(place, keys.records(*self.pairs), NEXT_HOP)
        self.port = free_port()
        self.milter = f"inet:127.0.0.1:{self.port}"
        self.base_configuration = "[sign]\n" + "".join(f"listen = {one}\n" for one in listen or [self.milter]) + (
            f"key-directory = {self.keys if key_directory else ''}\n"
            "internal-hosts = 127.0.0.1, 192.0.2.0/24, !192.0.2.9\nuser = nobody\n")
        self.sign = Daemon(place, "postern-sign", self.base_configuration + options)
        self.next_hop = Service({"myhostname": NEXT_HOP, "smtpd_milters": self.judge.milter,
                                 "content_filter": f"smtp:[127.0.0.1]:{self.sink.port}",
                                 "receive_override_options": "no_unknown_recipient_checks",
                                 "milter_macro_daemon_name": "next-hop"})
        route = f"smtp:[127.0.0.1]:{self.next_hop.port}"
        self.postfix = PrivatePostfix(place, sink=self.sink, milters=[self.milter], users=users,
                                      services=[self.next_hop, *services],
                                      settings={"default_transport": route, "relay_transport": route, **settings})
        place.keep(self.sink, self.names, self.judge, self.sign, self.postfix)

    def let_daemon_read(self, directory: Path) -> None:
        """Keys are root's, readable by the group of the account the daemon drops to."""
        for path in (directory, *directory.rglob("*")):
            shutil.chown(path, user="root", group="nogroup")
            path.chmod(0o750 if path.is_dir() else 0o640)

    def start(self) -> None:
        self.names.start()
        self.judge.start()
        self.sign.start()
        self.postfix.start()

    def close(self) -> None:
        self.place.close()

    def submit(self, message: bytes, sender: str = "alice@example.org", *, login: client.Login | None = ALICE,
               **how: object) -> str:
        """By SMTP with login; the queue id."""
        answer = client.send(self.postfix.submission_port, message, sender, "bob@example.net", login=login, **how)
        return queue_id(answer)

    def relay(self, message: bytes, sender: str = "alice@example.org", *, address: str | None = None,
              name: str = "[UNAVAILABLE]", **how: object) -> str:
        """By SMTP without login, as the client `address` (XCLIENT) or from loopback; the queue id."""
        pose = {"ADDR": address, "NAME": name} if address else None
        answer = client.send(self.postfix.smtp_port, message, sender, "bob@example.net", xclient=pose, **how)
        return queue_id(answer)

    def log_line(self, part: str) -> str:
        """What postern-sign logged about the message with this queue id (or any line with `part`)."""
        return wait_for(f"a line of postern-sign with {part}",
                        lambda: next((line for line in self.sign.log if part in line), None))

    def judge_all(self, delivery: Delivery) -> dict[str, list[Verdict]]:
        return {"dkimpy": verify_dkimpy(delivery.data, self.names),
                "Mail::DKIM": verify_mail_dkim(delivery.data, self.names),
                "OpenDKIM": read_authentication_results(delivery.data, NEXT_HOP)}


def queue_id(answer: str) -> str:
    found = re.search(r"queued as (\w+)", answer)
    assert found, f"no queue id in {answer!r}"
    return found[1]


class SigningCase(unittest.TestCase):
    """One site for all tests of a class; SITE are the arguments of SigningSite."""

    SITE: dict[str, object] = {}
    site: SigningSite

    @classmethod
    def setUpClass(cls) -> None:
        cls.site = SigningSite(**cls.SITE)  # type: ignore[arg-type]
        cls.addClassCleanup(cls.site.close)
        cls.site.start()

    def run(self, result: unittest.TestResult | None = None) -> unittest.TestResult | None:
        before = len(result.failures) + len(result.errors) if result else 0
        outcome = super().run(result)
        if result and len(result.failures) + len(result.errors) > before:
            print(f"--- {self.id()}: log of postern-sign\n" + "\n".join(self.site.sign.log[-20:])
                  + "\n--- log of Postfix\n" + self.site.postfix.log_tail(20), flush=True)
        return outcome

    def arrived(self, mark: str, seconds: float = 30) -> Delivery:
        return self.site.sink.wait_for_message(mark.encode(), seconds)

    def assert_passes_everywhere(self, delivery: Delivery, domain: str = "example.org") -> None:
        """RSA passes with dkimpy, Mail::DKIM and OpenDKIM; Ed25519 with dkimpy and OpenDKIM (see verify.py)."""
        tags = signatures(delivery.data)
        self.assertEqual(sorted(tag["a"] for tag in tags), ["ed25519-sha256", "rsa-sha256"], "one signature of each kind")
        self.assertEqual({tag["d"] for tag in tags}, {domain})
        for verifier, verdicts in self.site.judge_all(delivery).items():
            wanted = {"rsa-sha256"} if verifier == "Mail::DKIM" else {"rsa-sha256", "ed25519-sha256"}
            passed = {verdict.algorithm for verdict in verdicts if verdict.passed and verdict.domain == domain}
            self.assertEqual(passed & wanted, wanted, f"{verifier}: {verdicts}")

    def assert_not_signed(self, delivery: Delivery) -> None:
        self.assertEqual(delivery.fields("DKIM-Signature"), [])
