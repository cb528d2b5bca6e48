"""Mail that must not be signed goes on unsigned, with the reason in the log."""

from support import client, runner
from support.signing_site import SigningCase, plain_message, unique_mark


class WhatIsNotOurs(SigningCase):
    # As for clients elsewhere: Postfix neither adds a missing From nor completes what stands in it.
    SITE = {"settings": {"local_header_rewrite_clients": ""}}

    def unsigned_because(self, part: str, mark: str, *reasons: str) -> None:
        """`part`: the queue id, or what else tells the log line."""
        self.assert_not_signed(self.arrived(mark))
        line = self.site.log_line(part)
        self.assertIn("action=skipped", line)
        for reason in reasons:
            self.assertIn(reason, line)

    def test_stranger(self) -> None:
        mark = unique_mark()
        self.site.relay(plain_message(mark), address="198.51.100.7", name="far.example")
        # Decided at MAIL, when Postfix has no queue id yet.
        self.unsigned_because("198.51.100.7", mark, "client not internal", "far.example", "sender=<alice@example.org>")

    def test_excluded_from_the_internal_network(self) -> None:
        mark = unique_mark()
        self.site.relay(plain_message(mark), address="192.0.2.9")
        self.unsigned_because("192.0.2.9", mark, "client not internal")

    def test_no_from(self) -> None:
        mark = unique_mark()
        message = plain_message(mark).replace(b"From: <alice@example.org>\r\n", b"")
        self.unsigned_because(self.site.submit(message), mark, "no From field")

    def test_two_from_fields(self) -> None:
        mark = unique_mark()
        message = b"From: <eve@example.com>\r\n" + plain_message(mark)
        self.unsigned_because(self.site.submit(message), mark, "several From fields")

    def test_unreadable_from(self) -> None:
        for author in (b"undisclosed", b"<@>", b"<alice@example.org", b'"alice@example.org', b"=?utf-8?q?alice=40example.org?="):
            with self.subTest(author):
                mark = unique_mark()
                message = plain_message(mark).replace(b"<alice@example.org>", author, 1)
                self.site.submit(message)
                self.assert_not_signed(self.arrived(mark))

    def test_domain_without_key(self) -> None:
        mark = unique_mark()
        self.unsigned_because(self.site.submit(plain_message(mark, author="alice@example.com")), mark, "example.com")

    def test_sub_domain_without_key(self) -> None:
        mark = unique_mark()
        self.unsigned_because(self.site.submit(plain_message(mark, author="alice@sub.example.org")), mark, "sub.example.org")

    def test_domain_that_only_ends_alike(self) -> None:
        mark = unique_mark()
        self.unsigned_because(self.site.submit(plain_message(mark, author="alice@notexample.org")), mark, "notexample.org")

    def test_domain_with_a_path_in_it(self) -> None:
        mark = unique_mark()
        self.site.submit(plain_message(mark, author="alice@../keys/example.org"))
        self.assert_not_signed(self.arrived(mark))

    def test_header_over_the_limit(self) -> None:
        mark = unique_mark()
        more = "".join(f"X-Many: {number}\r\n" for number in range(2100)).encode()
        self.unsigned_because(self.site.submit(more + plain_message(mark)), mark, "too many header fields")


class LoginMustOwnFrom(SigningCase):
    SITE = {"users": {"alice@example.org": "secret", "bob@example.org": "secret"}}
    BOB = client.Login("bob@example.org")

    def configure(self, guard: str) -> None:
        table = self.site.place.write("logins", "alice@example.org alice@example.org\nbob@example.org bob@example.org\n")
        said = self.site.sign.reload(self.site.base_configuration
                                     + f"login-map = {table}\nrequire-login-match = {guard}\n")
        self.assertNotIn("fail", said)

    def test_reject(self) -> None:
        self.configure("reject")
        with self.assertRaises(client.MailRefused) as refused:
            self.site.submit(plain_message(unique_mark()), login=self.BOB)
        self.assertEqual(refused.exception.code, 553)
        mark = unique_mark()
        self.site.submit(plain_message(mark))
        self.assert_passes_everywhere(self.arrived(mark))

    def test_no_signature(self) -> None:
        self.configure("no-signature")
        mark = unique_mark()
        queue_id = self.site.submit(plain_message(mark), login=self.BOB)
        self.assert_not_signed(self.arrived(mark))
        self.assertIn("From does not belong to the login", self.site.log_line(queue_id))

    def test_log(self) -> None:
        self.configure("log")
        mark = unique_mark()
        queue_id = self.site.submit(plain_message(mark), login=self.BOB)
        self.assert_passes_everywhere(self.arrived(mark))
        self.assertIn("login-match=no", self.site.log_line(queue_id))

    def test_off(self) -> None:
        self.configure("off")
        mark = unique_mark()
        queue_id = self.site.submit(plain_message(mark), login=self.BOB)
        self.assert_passes_everywhere(self.arrived(mark))
        self.assertNotIn("login-match", self.site.log_line(queue_id))


if __name__ == "__main__":
    runner.main()
