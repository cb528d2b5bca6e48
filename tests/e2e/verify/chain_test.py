"""postern-verify among other milters, as Postfix runs them: behind a signer, and in front of one that edits."""

from __future__ import annotations

import struct

from support import runner
from support.daemon import Daemon
from support.process import free_port
from support.recording_milter import CONTINUE, LEADING_SPACE, Profile, RecordingMilter, frame
from support.verifying_site import AUTHSERV, GOOD_CLIENT, VerifyingCase, VerifyingSite, results_fields


class SecondMilterThatEdits(VerifyingCase):
    """An rspamd-like filter behind us: it sees our field, changes the Subject, adds fields at the top and at the end."""

    @classmethod
    def setUpClass(cls) -> None:
        cls.second = RecordingMilter()
        cls.addClassCleanup(cls.second.stop)
        cls.second.profile = Profile(protocol=LEADING_SPACE, replies={b"E": [
            frame(b"m", struct.pack(">I", 1) + b"Subject\0 [checked] test\0"),
            frame(b"i", struct.pack(">I", 0) + b"X-Spamd-Result\0 default: False\0"),
            frame(b"h", b"X-Spam-Score\0 1.0\0"), CONTINUE]})
        cls.SITE = {"milters": [cls.second.milter]}
        super().setUpClass()

    def test_it_sees_our_results_and_its_edits_do_not_touch_them(self) -> None:
        mark = self.mark()
        forged = f"Authentication-Results: {AUTHSERV}; dkim=pass header.d=victim.example\r\n".encode()
        self.site.receive(forged + self.site.sign(self.message(mark)))
        delivery = self.arrived(mark)
        self.assertEqual(delivery.fields("Subject"), [b"[checked] test"])
        self.assertTrue(delivery.data.startswith(b"X-Spamd-Result:"))
        [found] = results_fields(delivery)
        self.assertEqual(found.only("dkim")[0], "pass", "judged before the Subject was changed")

        frames: list = []
        while not any(command == b"L" for command, _ in frames):  # sessions without mail: who looked whether Postfix is up
            frames = self.second.wait_for_session()
        seen = [data.split(b"\0")[1].lstrip() for command, data in frames
                if command == b"L" and data.lower().startswith(b"authentication-results\0")]
        self.assertEqual(len(seen), 1, "the forged field is gone for the second milter, ours is there")
        self.assertIn(b"dkim=pass", seen[0])
        self.assertNotIn(b"victim", seen[0])
        names = [data.split(b"\0")[0].lower() for command, data in frames if command == b"L"]
        self.assertEqual(names[0], b"authentication-results")


class SignerInFront(VerifyingCase):
    """One Postfix, first postern-sign, then postern-verify: the second sees the first one's signature as Postfix shows it."""

    @classmethod
    def setUpClass(cls) -> None:
        cls.site = site = VerifyingSite()
        cls.addClassCleanup(site.close)
        port = free_port()
        directory = site.place.directory("signing")
        (directory / "example.net").mkdir()
        for pair in (site.rsa, site.ed25519):
            (directory / "example.net" / f"{pair.selector}.pem").write_bytes(pair.path.read_bytes())
        signer = Daemon(site.place, "postern-sign", f"[sign]\nlisten = inet:127.0.0.1:{port}\nkey-directory = {directory}\n"
                                                    f"internal-hosts = {GOOD_CLIENT}\n")
        site.place.keep(signer)
        signer.start()
        site.postfix.settings["smtpd_milters"] = f"inet:127.0.0.1:{port}, {site.milter}"
        site.start()

    def test_what_one_signs_the_other_verifies(self) -> None:
        for body in ("Hello.\r\n", "  leading\t and trailing \r\n\r\nlast \r\n\r\n\r\n", "", "Grüße\r\n"):
            with self.subTest(body):
                mark = self.mark()
                self.site.receive(self.message(mark, body=body, Subject="  two  blanks\r\n\tfolded "))
                [found] = results_fields(self.arrived(mark))
                self.assertEqual(sorted((result, properties["header.a"]) for result, properties in found.of("dkim")),
                                 [("pass", "ed25519-sha256"), ("pass", "rsa-sha256")], found.text)


if __name__ == "__main__":
    runner.main()
