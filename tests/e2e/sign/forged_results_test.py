"""What a user wrote as if it were a result of ours is gone before the mail is signed and before anybody here reads it."""

from support import runner
from support.signing_site import SigningCase, plain_message, unique_mark


def with_fields(mark: str, *fields: str, author: str = "alice@example.org") -> bytes:
    return "".join(f"{field}\r\n" for field in fields).encode() + plain_message(mark, author=author)


class ForgedResults(SigningCase):
    # With the field in h= a signature that were made before the removal would break by it.
    SITE = {"options": "authserv-id = results.example.org\nsign-headers = *, +Authentication-Results, +Received-SPF\n"}

    def results(self, mark: str) -> list[bytes]:
        """The fields the next hop got; it puts its own above them."""
        return self.arrived(mark).fields("Authentication-Results")[1:]

    def test_own_ones_go_and_the_signature_is_for_the_rest(self) -> None:
        mark = unique_mark()
        queue_id = self.site.submit(with_fields(
            mark, "Authentication-Results: results.example.org; dkim=pass header.d=bank.example",
            "authentication-results: (x) MAIL.EXAMPLE.ORG 1; spf=pass\r\n smtp.mailfrom=bank.example",
            "Authentication-Results: relay.example.com; spf=pass smtp.mailfrom=example.com",
            "Received-SPF: pass (bank.example)",
            "Authentication-Results: results.example.org; foo=bar dkim=pass",
            'Authentication-Results: "results.example.org/dkim"; dmarc=pass header.from=bank.example'))
        delivery = self.arrived(mark)
        kept = self.results(mark)
        self.assertEqual(len(kept), 1, kept)
        self.assertIn(b"relay.example.com", kept[0])
        self.assertEqual(delivery.fields("Received-SPF"), [])
        self.assert_passes_everywhere(delivery)
        self.assertIn(" removed=5 ", self.site.log_line(queue_id))

    def test_many_go_all(self) -> None:
        # CVE-2022-48521: who deletes from the first on leaves every second one
        mark = unique_mark()
        queue_id = self.site.submit(with_fields(
            mark, *(f"Authentication-Results: results.example.org; dkim=pass header.d=d{n}.example" for n in range(20))))
        self.assertEqual(self.results(mark), [])
        self.assertIn(" removed=20 ", self.site.log_line(queue_id))

    def test_mail_that_is_not_signed_keeps_them(self) -> None:
        # It may have come in through postern-verify and a content filter.
        mark = unique_mark()
        queue_id = self.site.submit(with_fields(mark, "Authentication-Results: results.example.org; dkim=pass",
                                                author="bob@example.com"))
        self.assertEqual(len(self.results(mark)), 1)
        self.assertNotIn("removed", self.site.log_line(queue_id))


class WhereItIsSwitchedOff(SigningCase):
    SITE = {"options": "authserv-id = results.example.org\nremove-authres = no\n"}

    def test_nothing_is_removed(self) -> None:
        mark = unique_mark()
        queue_id = self.site.submit(with_fields(mark, "Authentication-Results: results.example.org; dkim=pass"))
        self.assertEqual(len(self.arrived(mark).fields("Authentication-Results")), 2)
        self.assertNotIn("removed", self.site.log_line(queue_id))


if __name__ == "__main__":
    runner.main()
