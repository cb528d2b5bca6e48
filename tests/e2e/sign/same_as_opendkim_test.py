"""The same KeyTable and SigningTable, the same message, once through OpenDKIM and once through postern-sign.

What arrives may differ in Received (queue id, time) and, in DKIM-Signature, in the signature and its time, and in the order
of the names in h=: we write a field's oversigned entry beside it, OpenDKIM behind all others. What is covered is the same.
"""

import unittest

from support import client, keys, runner
from support.opendkim import OpenDkim
from support.postfix import Service
from support.process import free_port
from support.signing_site import ALICE, SigningSite, plain_message, unique_mark
from support.sink import Delivery, header_fields
from support.verify import signature_tags, verify_dkimpy

# Every kind of row both programs know; {keys} is the directory of keys.
KEY_TABLE = """\
# name            domain:selector:key
rsa1._domainkey.example.org   example.org:rsa1:{keys}/example.org/rsa1.pem   # comment
second            example.org:rsa2:{keys}/example.org/rsa2.pem
any               %:rsa1:{keys}/%/rsa1.pem
broken            example.org:gone:{keys}/example.org/gone.pem
"""
SIGNING_REFILE = """\
boss@example.org            second:boss@example.org
broken@example.org          broken
*@example.org               rsa1._domainkey.example.org
*@example.com               any
*@*.example.org             second
"""
SIGNING_FILE = """\
boss@example.org            second:boss@example.org
example.org                 rsa1._domainkey.example.org
example.com                 any
.example.org                second
"""
FIELDS = "From,To,Cc,Subject,Date,Message-ID,MIME-Version,Content-Type"
AUTHORS = ("alice@example.org", "boss@example.org", "Alice@Example.ORG", "alice@example.com", "alice@sub.example.org",
           "alice@deep.sub.example.org", "alice@example.net", "alice@notexample.org")


class SameTables(unittest.TestCase):
    def start(self, signing_kind: str, signing_rows: str, canonicalization: str = "relaxed/relaxed",
              more_ours: str = "", more_theirs: dict[str, str] | None = None) -> SigningSite:
        """A site with two ways in: port `ours` through postern-sign, port `theirs` through OpenDKIM."""
        submission = {"smtpd_sasl_auth_enable": "yes", "smtpd_recipient_restrictions": "permit_sasl_authenticated,reject",
                      "smtpd_relay_restrictions": "permit_sasl_authenticated,reject"}
        port = free_port()
        self.theirs = Service({**submission, "smtpd_milters": f"inet:127.0.0.1:{port}"})
        site = SigningSite(domains=("example.org", "example.com"), services=[self.theirs])
        self.addCleanup(site.close)
        site.pairs.append(keys.make_rsa(site.keys / "example.org" / "rsa2.pem", "example.org", "rsa2"))
        site.let_daemon_read(site.keys)
        site.names.records.update(keys.records(*site.pairs))
        key_table = site.place.write("KeyTable", KEY_TABLE.format(keys=site.keys))
        signing_table = site.place.write("SigningTable", signing_rows)
        opendkim = OpenDkim.signer(site.place, {
            "Socket": f"inet:{port}@127.0.0.1", "KeyTable": f"file:{key_table}",
            "SigningTable": f"{signing_kind}:{signing_table}", "Canonicalization": canonicalization,
            "SignHeaders": FIELDS, "OversignHeaders": "From,Subject", **(more_theirs or {})})
        opendkim.port = port
        site.place.keep(opendkim)
        site.sign.configuration.write_text(
            site.base_configuration.replace(f"key-directory = {site.keys}", "key-directory =")
            + f"key-table = file:{key_table}\nsigning-table = {signing_kind}:{signing_table}\n"
            + f"canonicalization = {canonicalization}\nsign-headers = {FIELDS}\noversign-headers = From, Subject\n{more_ours}")
        opendkim.start()
        site.start()
        return site

    def both(self, site: SigningSite, message: bytes, sender: str = "alice@example.org") -> tuple[Delivery, Delivery]:
        """The same message by both ways: (ours, theirs)."""
        arrived = []
        for port in (site.postfix.submission_port, self.theirs.port):
            before = len(site.sink.deliveries)
            client.send(port, message, sender, "bob@example.net", login=ALICE)
            arrived.append(site.sink.wait_for_count(before + 1)[before])
        return arrived[0], arrived[1]

    def assert_same(self, ours: Delivery, theirs: Delivery) -> list[dict[str, str]]:
        """Compares everything; our signatures' tags for more."""
        self.assertEqual(ours.body, theirs.body)
        trace = (b"received", b"dkim-signature", b"authentication-results")
        self.assertEqual(*([field for field in header_fields(one.data) if field[0].lower() not in trace]
                           for one in (ours, theirs)))
        all_tags = []
        for one in (ours, theirs):
            tags_of_one = [signature_tags(value) for value in one.fields("DKIM-Signature")]
            for tags in tags_of_one:
                self.assertRegex(tags.pop("b"), r"^[A-Za-z0-9+/=]+$")
                tags.pop("t", None)
            all_tags.append(tags_of_one)
        self.assertEqual(all_tags[0], all_tags[1])
        return all_tags[0]

    def compare_authors(self, kind: str, rows: str) -> None:
        site = self.start(kind, rows)
        signed = 0
        for author in AUTHORS:
            with self.subTest(author):
                ours, theirs = self.both(site, plain_message(unique_mark(), author=author))
                tags = self.assert_same(ours, theirs)
                for verdict in verify_dkimpy(ours.data, site.names):
                    self.assertTrue(verdict.passed, verdict)
                signed += bool(tags)
        self.assertGreaterEqual(signed, 5, "most of these authors are in the tables")

    def test_refile(self) -> None:
        self.compare_authors("refile", SIGNING_REFILE)

    def test_file(self) -> None:
        self.compare_authors("file", SIGNING_FILE)

    def test_multiple_signatures(self) -> None:
        site = self.start("refile", "*@example.org second\n*@example.org rsa1._domainkey.example.org\n",
                          more_ours="multiple-signatures = yes\n", more_theirs={"MultipleSignatures": "yes"})
        ours, theirs = self.both(site, plain_message(unique_mark()))
        for one in (ours, theirs):
            self.assertEqual(len(one.fields("DKIM-Signature")), 2)
        self.assert_same(ours, theirs)

    def test_canonicalizations_and_odd_messages(self) -> None:
        for form in ("relaxed/relaxed", "simple/simple", "relaxed/simple", "simple/relaxed"):
            with self.subTest(form):
                site = self.start("refile", SIGNING_REFILE, canonicalization=form)
                for message in (plain_message(unique_mark(), body=" a \t b \r\n\r\n\r\n"),
                                plain_message(unique_mark(), body=""),
                                plain_message(unique_mark(), Subject="  two  blanks\r\n\tfolded", Cc="\r\n <a@example.net>"),
                                plain_message(unique_mark()).replace(b"To: ", b"TO:")):
                    ours, theirs = self.both(site, message)
                    tags = self.assert_same(ours, theirs)
                    self.assertEqual(len(tags), 1)
                    self.assertEqual(tags[0]["c"], form)
                    self.assertTrue(all(verdict.passed for verdict in verify_dkimpy(ours.data, site.names)))
                site.close()

    def test_missing_key_file_defers_with_both(self) -> None:
        site = self.start("refile", SIGNING_REFILE)
        for port in (site.postfix.submission_port, self.theirs.port):
            with self.assertRaises(client.MailRefused) as refused:
                client.send(port, plain_message(unique_mark(), author="broken@example.org"), "alice@example.org",
                            "bob@example.net", login=ALICE)
            self.assertEqual(refused.exception.code // 100, 4)


if __name__ == "__main__":
    runner.main()
