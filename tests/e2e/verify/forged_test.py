"""Results that a stranger wrote into his mail are gone before anybody behind us can believe them.

The shapes are those that survive other verifiers, measured on Debian 12: mail without From, results of other methods
than DKIM, unparsable values, letters' case, comments, quotes and versions; and Received-SPF.
"""

from __future__ import annotations

from support import client, runner
from support.verifying_site import AUTHSERV, BAD_CLIENT, VerifyingCase, results_fields

#: name -> value of a field that must not arrive; {id} is our authserv-id.
FORGED = {
    "plain": " {id}; dkim=pass header.d=victim.example",
    "spf_only": " {id}; spf=pass smtp.mailfrom=victim.example",
    "dmarc_only": " {id}; dmarc=pass header.from=victim.example",
    "arc_only": " {id}; arc=pass",
    "no_result": " {id}; none",
    "no_semicolon": " {id}",
    "upper_case": " MX.EXAMPLE.ORG; dkim=pass header.d=victim.example",
    "comment_before": " (it is us) {id}; dkim=pass",
    "nested_comment_before": " (a (b) c) {id} (d); dkim=pass",
    "quoted": ' "{id}"; dkim=pass',
    "quoted_pair": ' "mx.ex\\ample.org"; dkim=pass',
    "version": " {id} 1; dkim=pass",
    "version_of_the_future": " {id} 99; dkim=pass",
    "folded_before": "\r\n\t{id};\r\n\tdkim=pass header.d=victim.example",
    "no_blank": "{id};dkim=pass",
    "unparsable_but_mentions_us": " mx; foo=bar {id} dkim=pass",
    "below_us": " a.{id}; dkim=pass",
    "path_below_us": " {id}/a; dkim=pass",
    "unclosed_comment": " ( {id}; dkim=pass",
    "unclosed_quote": ' "{id}; dkim=pass',
    "no_id": " dkim=pass header.d=victim.example",
    "empty": "",
    "octets": " {id}\xff; dkim=pass",
}


class Forged(VerifyingCase):
    def forged_mail(self, mark: str, *fields: bytes) -> bytes:
        return b"".join(fields) + self.message(mark)

    def arrive_forged(self, name: str, value: bytes, message: bytes | None = None) -> None:
        mark = self.mark()
        forged = name.encode() + b":" + value + b"\r\n"
        self.site.receive(self.forged_mail(mark, forged) if message is None else forged + message.replace(b"MARK", mark.encode()),
                          address=BAD_CLIENT, name="[UNAVAILABLE]", helo="liar.example")
        delivery = self.arrived(mark)
        found = self.check_position(delivery)
        self.assertNotIn("pass", [result for method in ("dkim", "spf", "dmarc", "arc") for result, _ in found.of(method)])
        self.assertEqual(len(delivery.fields(name)), 1 if name.lower() == "authentication-results" else 0,
                         delivery.header.decode("utf-8", "replace"))

    def test_every_shape_of_our_own_results(self) -> None:
        for case, value in FORGED.items():
            with self.subTest(case):
                self.arrive_forged("Authentication-Results", value.replace("{id}", AUTHSERV).encode("latin-1"))

    def test_letters_of_the_name(self) -> None:
        self.arrive_forged("AUTHENTICATION-results", f" {AUTHSERV}; dkim=pass".encode())

    def test_mail_without_from(self) -> None:
        self.arrive_forged("Authentication-Results", f" {AUTHSERV}; dkim=pass".encode(),
                           b"To: <bob@example.org>\r\nMessage-ID: <MARK@x>\r\n\r\nno author\r\n")

    def test_received_spf(self) -> None:
        self.arrive_forged("Received-SPF", b' pass identity=mailfrom; envelope-from="x@victim.example"')

    def test_many_at_once_between_fields_that_stay(self) -> None:
        mark = self.mark()
        ours = f"Authentication-Results: {AUTHSERV}; dkim=pass\r\n".encode()
        others = [f"Authentication-Results: other{number}.example; dkim=pass header.d=x{number}.example\r\n".encode()
                  for number in range(5)]
        fields = [ours, others[0], ours, ours, others[1], others[2], ours, others[3], others[4], ours]
        self.site.receive(self.forged_mail(mark, *fields))
        delivery = self.arrived(mark)
        self.check_position(delivery)
        self.assertEqual([value for value in delivery.fields("Authentication-Results")[1:]],
                         [other.split(b": ", 1)[1].strip() for other in others], "foreign results stay, in their order")

    def test_signature_over_the_forged_field_is_judged_before_it_goes(self) -> None:
        mark = self.mark()
        forged = f"Authentication-Results: {AUTHSERV}; dkim=pass\r\n".encode() + self.message(mark)
        signed = self.site.sign(forged, include_headers=[b"from", b"subject", b"authentication-results"])
        found = self.results(signed, mark)
        self.assertEqual(found.only("dkim")[0], "pass")

    def test_text_of_the_envelope_injects_nothing(self) -> None:
        for sender in ('"x; dkim=pass header.d=victim.example"@liar.example', '"a) (b"@liar.example',
                       '"a\\"; spf=pass"@liar.example'):
            with self.subTest(sender):
                mark = self.mark()
                self.site.receive(self.message(mark), sender, address=BAD_CLIENT, name="[UNAVAILABLE]",
                                  helo="liar.example")
                found = self.check_position(self.arrived(mark))
                self.assertEqual(found.only("dkim")[0], "none")
                self.assertNotIn("pass", [result for result, _ in found.of("spf")])

    def test_tags_of_a_signature_inject_nothing(self) -> None:
        for tag in (b"d=example.net(.example.com", b"d=example.net; dkim=pass header.d=victim.example", b"d=\"example.net",
                    b"d=x.example\r\n\t; dkim=pass", b"i=\"; dkim=pass header.d=victim.example\"@example.net"):
            with self.subTest(tag):
                mark = self.mark()
                signed = self.site.sign(self.message(mark))
                wrong = signed.replace(b"d=example.net", tag) if tag.startswith(b"d=") else \
                    signed.replace(b"d=example.net;", b"d=example.net; " + tag + b";")
                self.assertNotEqual(wrong, signed)
                self.site.receive(wrong, address=BAD_CLIENT, name="[UNAVAILABLE]", helo="liar.example")
                found = self.check_position(self.arrived(mark))
                for result, properties in found.of("dkim"):
                    self.assertNotEqual(result, "pass", found.text)
                    self.assertNotEqual(properties.get("header.d"), "victim.example", found.text)

    def test_internal_hosts_keep_what_they_bring(self) -> None:
        mark = self.mark()
        client.send(self.site.postfix.smtp_port,
                    self.forged_mail(mark, f"Authentication-Results: {AUTHSERV}; dkim=pass header.d=a.example\r\n".encode()),
                    "x@example.net", "bob@example.org")  # from 127.0.0.1, as a content filter re-injects
        delivery = self.arrived(mark)
        self.assertEqual([one.of("dkim")[0][0] for one in results_fields(delivery)], ["pass"])


if __name__ == "__main__":
    runner.main()
