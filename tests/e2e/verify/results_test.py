"""What postern-verify writes about mail of every kind, through a real Postfix, unbound and nsd."""

from __future__ import annotations

import base64
import hashlib
import os
import re

from support import client, runner
from support.process import run
from support.verifying_site import BAD_CLIENT, GOOD_CLIENT, SENDER, VerifyingCase


class Results(VerifyingCase):
    def test_everything_passes(self) -> None:
        mark = self.mark()
        message = self.site.sign(self.site.sign(self.message(mark)), self.site.ed25519)
        found = self.results(message, mark)
        self.assertEqual(found.of("dkim"), [
            ("pass", {**found.of("dkim")[0][1], "header.d": "example.net", "header.s": "ed1", "header.a": "ed25519-sha256",
                      "header.i": "@example.net"}),
            ("pass", {**found.of("dkim")[1][1], "header.d": "example.net", "header.s": "rsa1", "header.a": "rsa-sha256",
                      "header.i": "@example.net"})])
        shown = [properties["header.b"] for _, properties in found.of("dkim")]
        for beginning, signature in zip(shown, re.findall(rb"\bb=([^;]*?)\r\n(?=[A-Z])", message, re.DOTALL)):
            self.assertGreaterEqual(len(beginning), 8)
            self.assertTrue(re.sub(rb"\s", b"", signature).decode().startswith(beginning))
        self.assertIn("2048", found.text)
        spf = dict((next(iter(properties)), result) for result, properties in found.of("spf"))
        self.assertEqual(spf, {"smtp.mailfrom": "pass", "smtp.helo": "pass"})
        self.assertEqual(found.only("iprev"), ("pass", {"policy.iprev": GOOD_CLIENT}))

    def test_unsigned_mail_of_a_stranger(self) -> None:
        mark = self.mark()
        found = self.results(self.message(mark), mark, "x@none.example", address="203.0.113.9", name="[UNAVAILABLE]",
                             helo="none.example")
        self.assertEqual(found.only("dkim")[0], "none")
        self.assertEqual({result for result, _ in found.of("spf")}, {"none"})

    def test_spf_results(self) -> None:
        for sender, address, wanted in ((SENDER, BAD_CLIENT, "fail"), ("x@soft.example", BAD_CLIENT, "softfail"),
                                        ("x@neutral.example", BAD_CLIENT, "neutral"),
                                        ("x@broken.example", GOOD_CLIENT, "permerror"),
                                        ("x@soft.example", GOOD_CLIENT, "pass")):
            with self.subTest(f"{sender} from {address}"):
                mark = self.mark()
                found = self.results(self.message(mark), mark, sender, address=address, name="[UNAVAILABLE]",
                                     helo="helo.invalid")
                results = {name: result for result, properties in found.of("spf") for name in properties}
                self.assertEqual(results["smtp.mailfrom"], wanted)

    def test_null_sender_is_judged_by_helo(self) -> None:
        mark = self.mark()
        found = self.results(self.message(mark), mark, "")
        results = {name: (result, value) for result, properties in found.of("spf") for name, value in properties.items()}
        self.assertEqual(results["smtp.helo"], ("pass", "mail.example.net"))

    def test_reverse_name_that_does_not_come_back(self) -> None:
        mark = self.mark()
        found = self.results(self.message(mark), mark, address=BAD_CLIENT, name="[UNAVAILABLE]", helo="liar.example")
        self.assertEqual(found.only("iprev"), ("fail", {"policy.iprev": BAD_CLIENT}))

    def test_changed_body(self) -> None:
        mark = self.mark()
        message = self.site.sign(self.message(mark)).replace(b"Hello.", b"Goodbye.")
        self.assertEqual(self.results(message, mark).only("dkim")[0], "fail")

    def test_footer_of_a_mailing_list_is_named_and_does_not_pass(self) -> None:
        mark = self.mark()
        message = self.site.sign(self.message(mark)) + b"_____\r\nlist mailing list\r\nlist@example.org\r\n"
        found = self.results(message, mark)
        self.assertEqual(found.only("dkim")[0], "fail")
        self.assertIn("footer", found.text)

    def test_changed_header(self) -> None:
        mark = self.mark()
        message = self.site.sign(self.message(mark)).replace(b"Subject: test", b"Subject: [list] test")
        self.assertEqual(self.results(message, mark).only("dkim")[0], "fail")

    def test_expired(self) -> None:
        mark = self.mark()
        found = self.results(self.signed_with(mark, b"x=1000000100; "), mark)  # dkimpy writes no x=
        self.assertIn(found.only("dkim")[0], ("permerror", "policy"))
        self.assertIn("expired", found.text)

    def signed_with(self, mark: str, tags: bytes) -> bytes:
        """A signature with further tags, made with openssl over what RFC 6376 3.7 says: relaxed header, simple body."""
        body = b"Hello.\r\n"
        message = self.message(mark)
        fields = [b"from:<carol@example.net>\r\n", b"subject:test\r\n"]
        value = (b"v=1; a=rsa-sha256; c=relaxed/simple; d=example.net; s=rsa1; t=1000000000; " + tags
                 + b"h=from:subject; bh=" + base64.b64encode(hashlib.sha256(body).digest()) + b"; b=")
        self.assertTrue(message.endswith(b"\r\n\r\n" + body))
        signed = b"".join(fields) + b"dkim-signature:" + value
        signature = run(["openssl", "dgst", "-sha256", "-sign", self.site.rsa.path], data=signed).stdout
        return b"DKIM-Signature: " + value + base64.b64encode(signature) + b"\r\n" + message

    def test_our_own_signing_in_this_test_is_right(self) -> None:
        mark = self.mark()
        self.assertEqual(self.results(self.signed_with(mark, b""), mark).only("dkim")[0], "pass")

    def test_length_limit_never_passes_with_more_than_it_covers(self) -> None:
        mark = self.mark()
        message = self.site.sign(self.message(mark), length=True) + b"Buy now!\r\n"
        self.assertEqual(self.results(message, mark).only("dkim")[0], "policy")

    def test_sha1_and_short_keys_are_policy(self) -> None:
        mark = self.mark()
        message = self.site.sign(self.message(mark), signature_algorithm=b"rsa-sha1")
        self.assertEqual(self.results(message, mark).only("dkim")[0], "policy")
        mark = self.mark()
        message = self.site.sign(self.message(mark), self.site.weak)
        self.assertEqual(self.results(message, mark).only("dkim")[0], "policy")

    def test_revoked_and_missing_keys(self) -> None:
        for selector in (b"gone", b"missing"):
            with self.subTest(selector):
                mark = self.mark()
                message = self.site.sign(self.message(mark)).replace(b"s=rsa1", b"s=" + selector)
                self.assertEqual(self.results(message, mark).only("dkim")[0], "permerror")

    def test_login(self) -> None:
        mark = self.mark()
        client.send(self.site.postfix.submission_port, self.message(mark), SENDER, "bob@example.org",
                    login=client.Login("alice@example.org"), xclient={"ADDR": "203.0.113.9", "NAME": "[UNAVAILABLE]"})
        delivery = self.arrived(mark)
        self.assertEqual(delivery.fields("Authentication-Results"), [])  # skip-logins
        self.assertIn("action=skipped", self.site.log_line("login=alice@example.org"))

    def test_several_messages_in_one_session(self) -> None:
        smtp = client.connect(self.site.postfix.smtp_port,
                              xclient={"ADDR": GOOD_CLIENT, "NAME": "mail.example.net", "HELO": "mail.example.net"})
        marks = [self.mark() for _ in range(4)]
        for number, mark in enumerate(marks):
            message = self.message(mark)
            client.deliver(smtp, self.site.sign(message) if number % 2 else message, SENDER, "bob@example.org")
        smtp.close()
        for number, mark in enumerate(marks):
            self.assertEqual(self.check_position(self.arrived(mark)).only("dkim")[0], "pass" if number % 2 else "none")

    def test_utf8_everywhere(self) -> None:
        mark = self.mark()
        message = self.site.sign(self.message(mark).replace(b"Subject: test", "Subject: Grüße".encode()))
        self.site.receive(message, "jürgen@example.net", options=("SMTPUTF8", "BODY=8BITMIME"))
        [value] = self.arrived(mark).fields("Authentication-Results")  # python3-authres reads no UTF-8
        for part in ("dkim=pass", "spf=pass", 'smtp.mailfrom="jürgen@example.net"'):
            self.assertIn(part, value.decode())

    def test_thirty_megabytes(self) -> None:
        mark = self.mark()
        body = base64.encodebytes(os.urandom(22 << 20)).replace(b"\n", b"\r\n").decode()
        message = self.site.sign(self.message(mark, body=body))
        self.site.receive(message)
        self.assertEqual(self.check_position(self.arrived(mark, 120)).only("dkim")[0], "pass")

    def test_the_log_line_tells_what_and_why(self) -> None:
        mark = self.mark()
        queue_id = self.site.receive(self.site.sign(self.message(mark)))
        self.arrived(mark)
        line = self.site.log_line(queue_id)
        for part in ("action=verified", "dkim=pass", "spf=pass", "ms="):
            self.assertIn(part, line)


if __name__ == "__main__":
    runner.main()
