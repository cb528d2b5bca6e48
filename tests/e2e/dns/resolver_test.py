"""common/dns against a real authoritative server (nsd) and a real resolver (unbound), compared with dnspython, which
asks the same servers the same questions; then without servers, with slow ones and with forged zones."""

from __future__ import annotations

import json
import os
import signal
import time
import unittest

import dns.flags
import dns.message
import dns.query
import dns.rcode
import dns.rdatatype
import dns.resolver

from support import runner
from support.nameserver import NameServer
from support.process import Workspace, binary, free_port, run
from support.signed_zone import SignedZone
from support.unbound import Unbound

ZONE_LINES = r"""
host.test. 120 IN A 192.0.2.1
host.test. 120 IN A 192.0.2.2
host.test. 120 IN AAAA 2001:db8::1
host.test. 120 IN MX 10 mail.host.test.
host.test. 120 IN MX 20 Other.Elsewhere.Test.
two.test. 300 IN TXT "one " "and two"
two.test. 300 IN TXT "another record"
odd.test. 300 IN TXT "\000\255\"\\;" ""
a\.b.test. 60 IN TXT "dot"
back\\slash.test. 60 IN TXT "backslash"
under_score.test. 60 IN A 192.0.2.3
dotted.test. 60 IN PTR a\.b.test.
alias.test. 200 IN CNAME alias2.test.
alias2.test. 100 IN CNAME host.test.
away.test. 60 IN CNAME host.other.example.
dead-end.test. 30 IN CNAME nowhere.test.
blind.test. 30 IN CNAME under_score.test.
loop1.test. 60 IN CNAME loop2.test.
loop2.test. 60 IN CNAME loop1.test.
old.test. 60 IN DNAME new.test.
host.new.test. 60 IN A 192.0.2.4
deep.below.new.test. 60 IN TXT "moved"
1.2.0.192.in-addr.arpa. 60 IN PTR host.test.
1.2.0.192.in-addr.arpa. 60 IN PTR mail.host.test.
1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa. 60 IN PTR host.test.
*.wild.test. 60 IN TXT "wild"
""" + "".join(f"many.test. 60 IN A 198.51.100.{n}\n" for n in range(1, 251))

OTHER_ZONE = """$ORIGIN other.example.
$TTL 90
@ IN SOA ns hostmaster 1 3600 600 86400 15
@ IN NS ns
ns IN A 127.0.0.1
host IN A 192.0.2.5
"""

QUESTIONS = [(name, kind) for name, kind in (line.split() for line in r"""
host.test A
HOST.tesT A
host.test AAAA
host.test MX
host.test TXT
two.test TXT
odd.test TXT
a\.b.test TXT
back\\slash.test TXT
under_score.test A
dotted.test PTR
alias.test A
alias.test AAAA
alias.test MX
alias.test CNAME
alias2.test CNAME
away.test A
away.test AAAA
dead-end.test A
blind.test TXT
host.old.test A
host.old.test TXT
deep.below.old.test TXT
nothing.old.test A
old.test A
old.test DNAME
1.2.0.192.in-addr.arpa PTR
2.2.0.192.in-addr.arpa PTR
1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa PTR
any.wild.test TXT
any.wild.test A
wild.test TXT
below.test A
test NS
nowhere.test A
other.example SOA
nowhere.other.example TXT
middle.test TXT
long.test TXT
longest.test TXT
many.test A
""".strip().splitlines())]


def ask(ports: list[int] | int, *questions: tuple[str, str], options: list[str] | None = None) -> list[dict]:
    """What our resolver says, one dictionary per question; texts as octets."""
    ports = [ports] if isinstance(ports, int) else ports
    servers = [word for port in ports for word in ("--server", f"127.0.0.1:{port}")]
    asked = [word for question in questions for word in question]
    said = run([binary("dns_ask"), *servers, *(options or []), *asked]).stdout
    answers = [json.loads(line) for line in said.splitlines()]
    assert len(answers) == len(questions), said
    return answers


def by_dnspython(port: int, name: str, kind: str) -> dict:
    """The same question through dnspython: outcome, the data at the end of the aliases, TTL and AD."""
    question = dns.message.make_query(name, kind, use_edns=0, payload=1232)
    question.flags |= dns.flags.AD
    reply, _ = dns.query.udp_with_fallback(question, "127.0.0.1", port=port, timeout=5)
    if reply.rcode() not in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN):
        return {"outcome": "servfail"}
    chain = reply.resolve_chaining()
    if chain.answer is None and reply.rcode() == dns.rcode.NOERROR and chain.cnames and not any(
            records.rdtype == dns.rdatatype.SOA and chain.canonical_name.is_subdomain(records.name)
            for records in reply.authority):
        following = by_dnspython(port, chain.canonical_name.to_text(), kind)  # as nsd leaves it to us
        following["ttl"] = min(following["ttl"], chain.minimum_ttl)
        return following
    outcome = "nxdomain" if reply.rcode() == dns.rcode.NXDOMAIN else "records" if chain.answer else "nodata"
    return {"outcome": outcome, "ttl": chain.minimum_ttl, "authenticated": bool(reply.flags & dns.flags.AD),
            "records": sorted(data_of(record) for record in chain.answer or [])}


def data_of(record: dns.rdata.Rdata) -> tuple[int, bytes]:
    """Preference and data of a record of dnspython's."""
    if record.rdtype in (dns.rdatatype.A, dns.rdatatype.AAAA):
        return 0, record.address.encode()
    if record.rdtype == dns.rdatatype.TXT:
        return 0, b"".join(record.strings)
    if record.rdtype == dns.rdatatype.MX:
        return record.preference, text_of(record.exchange)
    if record.rdtype == dns.rdatatype.SOA:
        return 0, b""
    return 0, text_of(record.target)


def text_of(name: dns.name.Name) -> bytes:
    """As dns::Question writes names: labels of any octets, dots and backslashes in them escaped."""
    labels = [label.replace(b"\\", b"\\\\").replace(b".", b"\\.") for label in name.labels if label]
    return b".".join(labels)


def data_in(answer: dict) -> list[tuple[int, bytes]]:
    return sorted((record["preference"], record["address"].encode() if "address" in record
                   else bytes.fromhex(record["text"])) for record in answer["records"])


class SameAsDnspython(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.place = Workspace("dns")
        texts = {"middle.test": "m" * 1000, "long.test": "x" * 3000, "longest.test": "y" * 60000}
        cls.names = NameServer(cls.place, texts, ZONE_LINES, zones={"other.example": OTHER_ZONE})
        cls.names.start()
        cls.place.keep(cls.names)
        cls.resolver = Unbound(cls.place, {".": cls.names.port})
        cls.resolver.start()
        cls.place.keep(cls.resolver)

    @classmethod
    def tearDownClass(cls) -> None:
        cls.place.close()

    def _compare(self, port: int, answers: list[dict]) -> None:
        for (name, kind), answer in zip(QUESTIONS, answers):
            with self.subTest(name=name, type=kind):
                expected = by_dnspython(port, name, kind)
                self.assertEqual(answer["outcome"], expected["outcome"], answer["why"])
                self.assertEqual(data_in(answer), expected["records"])
                self.assertLessEqual(abs(answer["ttl"] - expected["ttl"]), 2, "unbound counts its TTLs down")
                self.assertEqual(answer["authenticated"], expected["authenticated"])
        outcomes = {answer["outcome"] for answer in answers}
        self.assertEqual(outcomes, {"records", "nxdomain", "nodata"})

    def test_nsd(self) -> None:
        self._compare(self.names.port, ask(self.names.port, *QUESTIONS))

    def test_unbound(self) -> None:
        self._compare(self.resolver.port, ask(self.resolver.port, *QUESTIONS))

    def test_without_edns_more_goes_over_tcp(self) -> None:
        for port in (self.names.port, self.resolver.port):
            self._compare(port, ask(port, *QUESTIONS, options=["--edns", "0"]))

    def test_with_much_edns_less_goes_over_tcp(self) -> None:
        for port in (self.names.port, self.resolver.port):
            self._compare(port, ask(port, *QUESTIONS, options=["--edns", "4096"]))

    def test_long_text_is_whole(self) -> None:
        for port in (self.names.port, self.resolver.port):
            long, longest = ask(port, ("long.test", "TXT"), ("longest.test", "TXT"))
            self.assertEqual(data_in(long), [(0, b"x" * 3000)])
            self.assertEqual(data_in(longest), [(0, b"y" * 60000)])

    def test_octets_that_are_no_text(self) -> None:
        for port in (self.names.port, self.resolver.port):
            self.assertEqual(data_in(ask(port, ("odd.test", "TXT"))[0]), [(0, b"\x00\xff\"\\;")])

    def test_loops_end(self) -> None:
        for port in (self.names.port, self.resolver.port):
            answer, = ask(port, ("loop1.test", "A"))
            self.assertEqual(answer["outcome"], "servfail", answer)
            self.assertLess(answer["ms"], 3000)

    def test_a_server_that_refuses_gives_way(self) -> None:
        refusing = Unbound(self.place, {}, extra="access-control: 127.0.0.1/32 refuse", name="refusing")
        refusing.start()
        try:
            answer, = ask(refusing.port, ("host.test", "A"))
            self.assertEqual(answer["outcome"], "servfail")
            self.assertIn("REFUSED", answer["why"])
            answer, = ask([refusing.port, self.resolver.port], ("host.test", "A"))
            self.assertEqual(data_in(answer), [(0, b"192.0.2.1"), (0, b"192.0.2.2")])
        finally:
            refusing.stop()


class ServersInTrouble(unittest.TestCase):
    def setUp(self) -> None:
        self.place = Workspace("dns")
        self.addCleanup(self.place.close)
        self.names = NameServer(self.place, zone_lines=ZONE_LINES)
        self.names.start()
        self.place.keep(self.names)

    def _resolver(self, name: str) -> Unbound:
        resolver = Unbound(self.place, {".": self.names.port}, name=name)
        resolver.start()
        self.place.keep(resolver)
        return resolver

    def test_a_server_that_is_gone_gives_way(self) -> None:
        first, second = self._resolver("first"), self._resolver("second")
        ports = [first.port, second.port]
        self.assertEqual(ask(ports, ("host.test", "A"))[0]["outcome"], "records")
        first.stop()
        answer, = ask(ports, ("host.test", "A"))
        self.assertEqual(answer["outcome"], "records")
        self.assertLess(answer["ms"], 1000, "a closed port tells at once")
        second.stop()
        answer, = ask(ports, ("host.test", "A"))
        self.assertEqual(answer["outcome"], "servfail")
        self.assertIn("Connection refused", answer["why"])

    def test_a_server_that_hangs_gives_way(self) -> None:
        first, second = self._resolver("first"), self._resolver("second")
        os.kill(first.pid, signal.SIGSTOP)
        ports = [first.port, second.port]
        answer, = ask(ports, ("host.test", "A"), options=["--timeout-ms", "300"])
        self.assertEqual(answer["outcome"], "records")
        self.assertGreaterEqual(answer["ms"], 300)
        self.assertLess(answer["ms"], 1500)
        os.kill(second.pid, signal.SIGSTOP)
        begin = time.monotonic()
        many = [(f"h{n}.test", "A") for n in range(100)]
        answers = ask(ports, *many, options=["--timeout-ms", "5000", "--deadline-ms", "700"])
        self.assertLess(time.monotonic() - begin, 3)
        for answer in answers:
            self.assertEqual(answer["outcome"], "timeout")
            self.assertLess(answer["ms"], 1500)

    def test_a_resolver_without_its_name_server_cannot_say(self) -> None:
        resolver = self._resolver("first")
        self.names.stop()
        answer, = ask(resolver.port, ("host.test", "A"), options=["--timeout-ms", "4000", "--attempts", "1"])
        self.assertIn(answer["outcome"], ("servfail", "timeout"))

    def test_nobody_there(self) -> None:
        answer, = ask(free_port(), ("host.test", "A"))
        self.assertEqual(answer["outcome"], "servfail")


class Dnssec(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.place = Workspace("dns")
        lines = 'www IN A 192.0.2.1\nalias IN CNAME www\naway IN CNAME host.test.\nforged IN TXT "true"\n'
        good = SignedZone(cls.place, "signed.example", lines)
        expired = SignedZone(cls.place, "expired.example", lines, signed_until=-30 * 24 * 60 * 60)
        zones = {"signed.example": good.text.replace('"true"', '"false"'), "expired.example": expired.text}
        cls.names = NameServer(cls.place, zone_lines=ZONE_LINES, zones=zones)
        cls.names.start()
        cls.place.keep(cls.names)
        cls.resolver = Unbound(cls.place, {".": cls.names.port}, [good.trust_anchor, expired.trust_anchor])
        cls.resolver.start()
        cls.place.keep(cls.resolver)

    @classmethod
    def tearDownClass(cls) -> None:
        cls.place.close()

    def test_what_is_proved_is_authenticated(self) -> None:
        proved = [("www.signed.example", "A"), ("alias.signed.example", "A"), ("www.signed.example", "TXT"),
                  ("nowhere.signed.example", "A")]
        answers = ask(self.resolver.port, *proved)
        self.assertEqual([answer["outcome"] for answer in answers], ["records", "records", "nodata", "nxdomain"])
        for question, answer in zip(proved, answers):
            self.assertTrue(answer["authenticated"], question)
            self.assertTrue(by_dnspython(self.resolver.port, *question)["authenticated"], "dnspython sees the same")

    def test_what_is_not_proved_is_not(self) -> None:
        for answer in ask(self.resolver.port, ("host.test", "A"), ("away.signed.example", "A")):
            self.assertEqual(answer["outcome"], "records")
            self.assertFalse(answer["authenticated"])
        answer, = ask(self.names.port, ("www.signed.example", "A"))
        self.assertFalse(answer["authenticated"], "nsd proves nothing")

    def test_forged_records_are_bogus(self) -> None:
        self.assertEqual(by_dnspython(self.resolver.port, "forged.signed.example", "TXT")["outcome"], "servfail")
        answer, = ask([self.resolver.port, self.names.port], ("forged.signed.example", "TXT"))
        self.assertEqual(answer["outcome"], "bogus", "and the name server behind it is no way around")
        self.assertIn("DNSSEC bogus", answer["why"])

    def test_expired_signatures_are_bogus(self) -> None:
        answer, = ask(self.resolver.port, ("www.expired.example", "A"))
        self.assertEqual(answer["outcome"], "bogus")


if __name__ == "__main__":
    runner.require(("nsd", "nsd"), ("unbound", "unbound"), ("ldns-signzone", "ldnsutils"))
    unittest.main(verbosity=2)
