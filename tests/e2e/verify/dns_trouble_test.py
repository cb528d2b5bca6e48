"""Name servers that are gone, slow or lying: temperror, the mail arrives all the same, and it costs no more than the deadline."""

from __future__ import annotations

import time

from support import runner
from support.lying_nameserver import MODES, LyingNameServer
from support.verifying_site import BAD_CLIENT, VerifyingCase

DEADLINE = 4.0  #: of one message, seconds; below what two rounds at one second each and three levels would take


class LyingDns(VerifyingCase):
    liar: LyingNameServer

    @classmethod
    def setUpClass(cls) -> None:
        cls.liar = LyingNameServer("silent")
        cls.addClassCleanup(cls.liar.stop)
        cls.SITE = {"name_server": cls.liar.port, "options": f"timeout = {DEADLINE:.0f}s\n", "dns": "cache-size = 0\n"}
        super().setUpClass()

    def test_no_lie_is_believed_and_none_costs_more_than_the_deadline(self) -> None:
        for mode in MODES:
            with self.subTest(mode):
                self.liar.mode = mode
                mark = self.mark()
                message = self.site.sign(self.message(mark))
                began = time.monotonic()
                self.site.receive(message, address=BAD_CLIENT, name="[UNAVAILABLE]", helo="liar.example")
                took = time.monotonic() - began
                found = self.check_position(self.arrived(mark))
                self.assertEqual(found.only("dkim")[0], "temperror")
                self.assertEqual({result for result, _ in found.of("spf")}, {"temperror"})
                self.assertLess(took, DEADLINE + 3)

    def test_progress_is_reported_while_dns_is_slow(self) -> None:
        """Postfix would give up after two seconds without a word; with progress it waits."""
        self.liar.mode = "silent"
        self.site.postfix.set(milter_content_timeout="2s")
        self.addCleanup(lambda: self.site.postfix.set(milter_content_timeout="300s"))
        mark = self.mark()
        self.site.receive(self.site.sign(self.message(mark)), address=BAD_CLIENT, name="[UNAVAILABLE]")
        self.assertEqual(self.check_position(self.arrived(mark)).only("dkim")[0], "temperror")


class DnsComesAndGoes(VerifyingCase):
    SITE = {"dns": "serve-stale = 1h\n", "options": "timeout = 6s\n"}

    def test_server_stopped_and_back(self) -> None:
        mark = self.mark()
        self.assertEqual(self.results(self.site.sign(self.message(mark)), mark).only("dkim")[0], "pass")
        self.site.resolver.stop()
        mark = self.mark()
        found = self.results(self.site.sign(self.message(mark)), mark)
        self.assertEqual(found.only("dkim")[0], "pass", "the key is in the cache")
        mark = self.mark()
        found = self.results(self.site.sign(self.message(mark), self.site.other), mark)
        self.assertEqual(found.only("dkim")[0], "temperror", "never seen, nobody to ask")
        self.site.resolver.start()
        mark = self.mark()

        def once_more() -> str:
            return self.results(self.site.sign(self.message(mark), self.site.other), mark).only("dkim")[0]
        time.sleep(6)  # failures are kept for some seconds (RFC 9520)
        self.assertEqual(once_more(), "pass")


if __name__ == "__main__":
    runner.main()
