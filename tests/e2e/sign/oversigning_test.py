"""What is signed cannot be changed or added to on the way: every such change breaks the signatures."""

import re

from support import runner
from support.signing_site import SigningCase, plain_message, unique_mark
from support.verify import verify_dkimpy, verify_mail_dkim


class ChangedOnTheWay(SigningCase):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        mark = unique_mark()
        cls.site.submit(plain_message(mark))
        cls.delivery = cls.site.sink.wait_for_message(mark.encode())

    def assert_breaks(self, changed: bytes) -> None:
        self.assertNotEqual(changed, self.delivery.data)
        for verify in (verify_dkimpy, verify_mail_dkim):
            verdicts = verify(changed, self.site.names)
            self.assertEqual(len(verdicts), 2)
            self.assertFalse([verdict for verdict in verdicts if verdict.passed], verify.__name__)

    def test_unchanged_passes(self) -> None:
        self.assert_passes_everywhere(self.delivery)

    def test_added_fields(self) -> None:
        for field in (b"From: <eve@example.com>", b"Subject: other", b"To: <eve@example.com>", b"Date: Sun, 22 Nov 2026 10:00:00 +0000",
                      b"Reply-To: <eve@example.com>", b"Cc: <eve@example.com>", b"Content-Type: text/html"):
            with self.subTest(field):
                self.assert_breaks(field + b"\r\n" + self.delivery.data)  # on top: what most readers show

    def test_changed_fields(self) -> None:
        for name in (b"From", b"To", b"Subject", b"Date", b"Message-ID"):
            with self.subTest(name):
                self.assert_breaks(re.sub(rb"(?m)^(" + name + rb": )", rb"\1x", self.delivery.data, count=1))

    def test_removed_field(self) -> None:
        self.assert_breaks(self.delivery.data.replace(b"Subject: test\r\n", b""))

    def test_body(self) -> None:
        self.assert_breaks(self.delivery.data.replace(b"Hello.", b"Hello!"))
        self.assert_breaks(self.delivery.data + b"more\r\n")

    def test_no_body_length_is_ever_written(self) -> None:
        for value in self.delivery.fields("DKIM-Signature"):
            self.assertNotRegex(value, rb";\s*l=")


if __name__ == "__main__":
    runner.main()
