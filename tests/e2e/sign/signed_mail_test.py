"""Whatever way mail comes and whatever it looks like: both signatures pass with three verifiers after a second hop."""

import base64
import os

from support import client, runner
from support.signing_site import ALICE, SigningCase, plain_message, unique_mark


class EveryWayIn(SigningCase):
    def test_smtp_with_login(self) -> None:
        mark = unique_mark()
        queue_id = self.site.submit(plain_message(mark))
        self.assert_passes_everywhere(self.arrived(mark))
        line = self.site.log_line(queue_id)
        for part in ("action=signed", "d=example.org", "rsa-sha256", "ed25519-sha256", "login=alice@example.org"):
            self.assertIn(part, line)

    def test_internal_network(self) -> None:
        mark = unique_mark()
        self.site.relay(plain_message(mark), address="192.0.2.7")
        self.assert_passes_everywhere(self.arrived(mark))

    def test_sendmail_on_the_host(self) -> None:
        mark = unique_mark()
        self.site.postfix.sendmail(plain_message(mark), "alice@example.org", "bob@example.net")
        self.assert_passes_everywhere(self.arrived(mark))

    def test_sendmail_on_the_host_where_loopback_is_not_internal(self) -> None:
        everything = self.site.base_configuration.replace("internal-hosts = 127.0.0.1,", "internal-hosts =")
        self.site.sign.reload(everything)
        self.addCleanup(self.site.sign.reload, self.site.base_configuration)
        mark = unique_mark()
        self.site.postfix.sendmail(plain_message(mark), "alice@example.org", "bob@example.net")
        self.assert_passes_everywhere(self.arrived(mark))
        mark = unique_mark()
        self.site.relay(plain_message(mark))  # by SMTP from 127.0.0.1
        self.assert_not_signed(self.arrived(mark))

    def test_null_sender(self) -> None:
        mark = unique_mark()
        self.site.submit(plain_message(mark), "")
        self.assert_passes_everywhere(self.arrived(mark))

    def test_several_messages_in_one_session(self) -> None:
        marks = [unique_mark() for _ in range(5)]
        smtp = client.connect(self.site.postfix.submission_port, ALICE)
        for mark in marks:
            client.deliver(smtp, plain_message(mark, body=mark + "\r\n"), "alice@example.org", "bob@example.net")
        smtp.close()
        for mark in marks:
            self.assert_passes_everywhere(self.arrived(mark))


    def test_from_that_postfix_adds_for_its_own_clients(self) -> None:
        mark = unique_mark()
        self.site.submit(plain_message(mark).replace(b"From: <alice@example.org>\r\n", b""))
        delivery = self.arrived(mark)
        self.assertEqual(delivery.fields("From"), [b"alice@example.org"])
        self.assert_passes_everywhere(delivery)


class EveryShape(SigningCase):
    def passes(self, message: bytes, mark: str, **how: object) -> None:
        self.site.submit(message, **how)
        self.assert_passes_everywhere(self.arrived(mark, 90))

    def test_eight_bit_body(self) -> None:
        mark = unique_mark()
        self.passes(plain_message(mark, body="Grüße aus Köln\r\n", MIME_Version="1.0",
                                  Content_Type="text/plain; charset=utf-8", Content_Transfer_Encoding="8bit"),
                    mark, options=("BODY=8BITMIME",))

    def test_every_octet_but_line_ends_and_nul(self) -> None:
        # NUL is left out: OpenDKIM's and Mail::DKIM's text handling ends there.
        mark = unique_mark()
        octets = bytes(value for value in range(1, 256) if value not in b"\r\n")
        message = plain_message(mark, body="", MIME_Version="1.0", Content_Type="text/plain; charset=iso-8859-1",
                                Content_Transfer_Encoding="8bit") + octets + b"\r\n"
        self.passes(message, mark, options=("BODY=8BITMIME",))

    def test_empty_body(self) -> None:
        mark = unique_mark()
        self.passes(plain_message(mark, body=""), mark)

    def test_body_of_empty_lines(self) -> None:
        mark = unique_mark()
        self.passes(plain_message(mark, body="\r\n\r\n \t\r\n\r\n"), mark)

    def test_dots_and_blanks(self) -> None:
        mark = unique_mark()
        self.passes(plain_message(mark, body=".\r\n..\r\n. a \t b \r\n\r\n.end\r\n\r\n\r\n"), mark)

    def test_thirty_megabytes(self) -> None:
        mark = unique_mark()
        body = base64.encodebytes(os.urandom(22 << 20)).replace(b"\n", b"\r\n").decode()
        self.assertGreater(len(body), 30 << 20)
        self.passes(plain_message(mark, body=body, MIME_Version="1.0", Content_Type="application/octet-stream",
                                  Content_Transfer_Encoding="base64"), mark)

    def test_a_thousand_header_fields(self) -> None:
        mark = unique_mark()
        more = "".join(f"X-Field-{number % 7}: value {number}\r\n" for number in range(1000)).encode()
        self.passes(more + plain_message(mark), mark)

    def test_a_thousand_fields_that_are_signed(self) -> None:
        mark = unique_mark()
        more = "".join(f"List-Id: <{number}.example.org>\r\n" for number in range(300)).encode()
        self.passes(more + plain_message(mark), mark)

    def test_odd_folding(self) -> None:
        mark = unique_mark()
        message = (f"From:\r\n\t<alice@example.org>\r\nTo:bob@example.net\r\nSubject:  two  blanks \t and\r\n"
                   f"\t\ttabs\r\n  more \r\nMessage-ID:\r\n <{mark}@example.org>\r\nDate: Sat,\r\n 21 Nov 2026\r\n"
                   "\t10:00:00 +0000\r\nCc:\r\nX-Nothing:\r\nMIME-Version:1.0\r\n"
                   "Content-Type: text/plain;\r\n\tcharset=us-ascii;\r\n  format=flowed\r\n\r\nbody\r\n").encode()
        self.passes(message, mark)

    def test_long_header_field(self) -> None:
        mark = unique_mark()
        references = "\r\n ".join(f"<{number}.{'r' * 60}@example.org>" for number in range(200))
        self.passes(plain_message(mark, References=references), mark)

    def test_multipart(self) -> None:
        mark = unique_mark()
        body = ("preamble\r\n--b1\r\nContent-Type: text/plain\r\n\r\none \r\n--b1\r\nContent-Type: text/html\r\n\r\n"
                "<p>two</p>\r\n--b1--\r\n\r\nepilogue\r\n\r\n")
        self.passes(plain_message(mark, body=body, MIME_Version="1.0", Content_Type='multipart/mixed; boundary="b1"'), mark)


class International(SigningCase):
    SITE = {"domains": ("example.org", "xn--bcher-kva.example")}

    def test_utf8_header_and_local_part(self) -> None:
        mark = unique_mark()
        message = plain_message(mark, author="älice@example.org", Subject="Grüße").replace(
            b"To: <bob@", "To: Jürgen <bob@".encode())
        self.site.submit(message, "älice@example.org", options=("SMTPUTF8", "BODY=8BITMIME"))
        self.assert_passes_everywhere(self.arrived(mark))

    def test_domain_in_u_labels_is_signed_as_a_labels(self) -> None:
        mark = unique_mark()
        self.site.submit(plain_message(mark, author="lager@bücher.example"), "lager@bücher.example",
                         options=("SMTPUTF8", "BODY=8BITMIME"))
        self.assert_passes_everywhere(self.arrived(mark), domain="xn--bcher-kva.example")

    def test_domain_in_a_labels(self) -> None:
        mark = unique_mark()
        self.site.submit(plain_message(mark, author="lager@xn--bcher-kva.example"), "lager@xn--bcher-kva.example")
        self.assert_passes_everywhere(self.arrived(mark), domain="xn--bcher-kva.example")


class EveryCanonicalization(SigningCase):
    def test_all_four(self) -> None:
        message_body = "  leading\t and trailing \r\n\r\nlast \r\n\r\n\r\n"
        for form in ("simple/simple", "simple/relaxed", "relaxed/simple", "relaxed/relaxed"):
            with self.subTest(form):
                said = self.site.sign.reload(self.site.base_configuration + f"canonicalization = {form}\n")
                self.assertNotIn("fail", said)
                mark = unique_mark()
                self.site.submit(plain_message(mark, body=message_body, Subject="  two  blanks\r\n\tfolded "))
                delivery = self.arrived(mark)
                self.assertIn(b"c=" + form.encode(), delivery.fields("DKIM-Signature")[0])
                self.assert_passes_everywhere(delivery)


if __name__ == "__main__":
    runner.main()
