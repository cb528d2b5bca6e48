"""What the site wants done about bad mail: noted, tagged, quarantined, deferred or refused, each by its condition."""

from __future__ import annotations

from support import client, runner
from support.verifying_site import BAD_CLIENT, SENDER, VerifyingCase

STRANGER = {"address": BAD_CLIENT, "name": "[UNAVAILABLE]", "helo": "helo.invalid"}


class Policy(VerifyingCase):
    def refused(self, options: str, message: bytes, sender: str = SENDER, **how: object) -> client.MailRefused:
        self.site.verify.reload(self.site.base_configuration + options)
        with self.assertRaises(client.MailRefused) as caught:
            self.site.receive(message, sender, **how)
        return caught.exception

    def test_dkim_fail_is_refused_with_the_code_of_rfc_7372(self) -> None:
        mark = self.mark()
        broken = self.site.sign(self.message(mark)).replace(b"Hello.", b"Goodbye.")
        said = self.refused("on-dkim-fail = reject\n", broken)
        self.assertEqual(said.code, 550)
        self.assertIn("5.7.20", str(said))

    def test_a_passing_signature_beside_a_broken_one_is_enough(self) -> None:
        self.site.verify.reload(self.site.base_configuration + "on-dkim-fail = reject\n")
        mark = self.mark()
        message = self.site.sign(self.message(mark))
        both = self.site.sign(message.replace(b"bh=", b"bh=AA", 1), self.site.ed25519)
        found = self.results(both, mark)
        self.assertEqual(found.of("dkim")[0][0], "pass")
        self.assertNotEqual(found.of("dkim")[1][0], "pass")

    def test_unsigned(self) -> None:
        said = self.refused("on-dkim-none = reject\n", self.message(self.mark()))
        self.assertEqual(said.code, 550)

    def test_author_match(self) -> None:
        options = "require-author-match = yes\non-author-mismatch = reject\n"
        mark = self.mark()
        foreign = self.site.sign(self.message(mark), self.site.other)
        said = self.refused(options, foreign)
        self.assertIn("5.7.22", str(said))
        mark = self.mark()
        self.assertEqual(self.results(self.site.sign(self.message(mark)), mark).only("dkim")[0], "pass")

    def test_spf_fail(self) -> None:
        said = self.refused("on-spf-fail = reject\n", self.message(self.mark()), **STRANGER)
        self.assertEqual(said.code, 550)
        self.assertIn("5.7.23", str(said))

    def test_spf_permerror(self) -> None:
        said = self.refused("on-spf-permerror = reject\n", self.message(self.mark()), "x@broken.example", **STRANGER)
        self.assertIn("5.7.24", str(said))

    def test_text_of_the_site(self) -> None:
        said = self.refused("on-spf-fail = reject\nreject-text = Ask postmaster@example.org\n", self.message(self.mark()),
                            **STRANGER)
        self.assertIn("Ask postmaster@example.org", str(said))

    def test_tempfail(self) -> None:
        said = self.refused("on-spf-softfail = tempfail\n", self.message(self.mark()), "x@soft.example", **STRANGER)
        self.assertEqual(said.code, 451)

    def test_quarantine(self) -> None:
        self.site.verify.reload(self.site.base_configuration + "on-spf-fail = quarantine\n")
        queue_id = self.site.receive(self.message(self.mark()), **STRANGER)
        held = [line for line in self.site.postfix.queue() if line.startswith(queue_id)]
        self.assertTrue(held, "in the hold queue")

    def test_tag_is_ours_alone(self) -> None:
        self.site.verify.reload(self.site.base_configuration + "on-spf-fail = tag\n")
        mark = self.mark()
        forged = b"X-Postern-Verify: nothing at all\r\n" + self.message(mark)
        self.site.receive(forged, **STRANGER)
        delivery = self.arrived(mark)
        [tag] = delivery.fields("X-Postern-Verify")
        self.assertIn(b"spf-fail", tag)
        mark = self.mark()
        self.site.receive(b"X-Postern-Verify: nothing at all\r\n" + self.site.sign(self.message(mark)))
        self.assertEqual(self.arrived(mark).fields("X-Postern-Verify"), [])

    def test_default_is_to_note(self) -> None:
        self.site.verify.reload(self.site.base_configuration)
        mark = self.mark()
        broken = self.site.sign(self.message(mark)).replace(b"Hello.", b"Goodbye.")
        found = self.results(broken, mark, **STRANGER)
        self.assertEqual(found.only("dkim")[0], "fail")

    def test_received_spf(self) -> None:
        self.site.verify.reload(self.site.base_configuration + "received-spf = yes\n")
        mark = self.mark()
        self.site.receive(b"Received-SPF: pass identity=helo\r\n" + self.message(mark), **STRANGER)
        [value] = self.arrived(mark).fields("Received-SPF")
        self.assertTrue(value.lower().startswith(b"fail"), value)
        self.assertIn(BAD_CLIENT.encode(), value)

    def test_wrong_configuration_keeps_the_old_one(self) -> None:
        said = self.site.verify.reload(self.site.base_configuration + "on-dkim-fail = sometimes\n")
        self.assertIn("fail", said)
        mark = self.mark()
        self.results(self.site.sign(self.message(mark)), mark)


if __name__ == "__main__":
    runner.main()
