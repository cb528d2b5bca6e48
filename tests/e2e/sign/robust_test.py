"""Reload, stop and crash with mail under way: nothing is lost, nothing that was accepted lacks its signature."""

import concurrent.futures
import signal
import threading
import time

from support import client, keys, runner
from support.process import wait_for
from support.signing_site import ALICE, SigningCase, plain_message, queue_id, unique_mark
from support.verify import signatures, verify_dkimpy

BIG_BODY = ("0123456789" * 7 + "\r\n") * 60000  # 4 MB: more than any socket buffer between Postfix and us


class Reload(SigningCase):
    def test_under_load_nothing_is_lost_or_deferred(self) -> None:
        """Two key directories in turn; every message has both signatures of one of them."""
        other = self.site.place.directory("keys2", 0o750)
        pairs = keys.key_directory(other, "example.org", rsa="rsa9", ed25519="ed9")
        self.site.let_daemon_read(other)
        self.site.names.stop()
        self.site.names.records.update(keys.records(*pairs))
        self.site.names.start()
        configurations = (self.site.base_configuration.replace(str(self.site.keys), str(other)),
                          self.site.base_configuration)
        before = len(self.site.sink.deliveries)
        stop = threading.Event()

        def submit_until_stopped() -> int:
            sent = 0
            while not stop.is_set():
                smtp = client.connect(self.site.postfix.submission_port, ALICE)
                for _ in range(10):
                    mark = unique_mark()
                    client.deliver(smtp, plain_message(mark, body=f"{mark}\r\n" * 50), "alice@example.org", "bob@example.net")
                    sent += 1
                smtp.close()
            return sent

        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            senders = [pool.submit(submit_until_stopped) for _ in range(4)]
            try:
                for turn in range(20):
                    self.assertNotIn("fail", self.site.sign.reload(configurations[turn % 2]))
                    time.sleep(0.15)
            finally:
                stop.set()
            sent = sum(sender.result() for sender in senders)  # raises if Postfix refused or deferred one
        self.assertGreater(sent, 50)
        arrived = self.site.sink.wait_for_count(before + sent, 120)[before:]
        self.assertEqual(len(arrived), sent)
        seen = set()
        for delivery in arrived:
            selectors = tuple(sorted(tags["s"] for tags in signatures(delivery.data)))
            self.assertIn(selectors, (("ed1", "rsa1"), ("ed9", "rsa9")))
            seen.add(selectors)
            self.assertTrue(all(verdict.passed for verdict in verify_dkimpy(delivery.data, self.site.names)))
        self.assertEqual(len(seen), 2, "both configurations were in use")
        self.assertNotIn("milter-reject", self.site.postfix.log)
        print(f"{sent} messages, 20 reloads", flush=True)

    def test_a_bad_configuration_keeps_the_old_one(self) -> None:
        seen = len(self.site.sign.log)
        said = self.site.sign.reload(self.site.base_configuration + "canonicalisation = relaxed\n")
        self.assertTrue(self.site.sign.child.running)
        everything = said + "\n".join(self.site.sign.log[seen:])
        self.assertIn("canonicalisation", everything)
        self.assertIn("canonicalization", everything)  # did you mean
        mark = unique_mark()
        self.site.submit(plain_message(mark))
        self.assert_passes_everywhere(self.arrived(mark))
        self.assertNotIn("fail", self.site.sign.reload(self.site.base_configuration))

    def test_a_new_domain_without_restart(self) -> None:
        self.site.names.stop()
        pairs = keys.key_directory(self.site.keys, "new.example")
        self.site.let_daemon_read(self.site.keys)
        self.site.names.records.update(keys.records(*pairs))
        self.site.names.start()
        self.site.sign.reload()
        mark = unique_mark()
        self.site.submit(plain_message(mark, author="alice@new.example"))
        delivery = self.arrived(mark)
        self.assertEqual({tags["d"] for tags in signatures(delivery.data)}, {"new.example"})
        self.assertTrue(all(verdict.passed for verdict in verify_dkimpy(delivery.data, self.site.names)))

    def test_a_key_overwritten_in_place_needs_no_reload(self) -> None:
        path = self.site.keys / "example.org" / "rsa1.pem"
        old = path.read_bytes()
        pair = keys.make_rsa(path, "example.org", "rsa1")
        self.site.let_daemon_read(self.site.keys)
        record = self.site.names.records[pair.name]
        self.addCleanup(self._serve, pair.name, record, path, old)
        self._serve(pair.name, pair.record)
        time.sleep(1.2)  # key files are looked at once a second at most

        def passes_now() -> bool:
            mark = unique_mark()
            self.site.submit(plain_message(mark))
            return all(verdict.passed for verdict in verify_dkimpy(self.arrived(mark).data, self.site.names))
        wait_for("the new key in use", passes_now, 5, 0.3)

    def _serve(self, name: str, record: str, path: object = None, content: bytes = b"") -> None:
        if path is not None:
            path.write_bytes(content)  # type: ignore[attr-defined]
            time.sleep(1.2)
        self.site.names.stop()
        self.site.names.records[name] = record
        self.site.names.start()


class Crash(SigningCase):
    def setUp(self) -> None:
        if not self.site.sign.child.running:
            self.site.sign.start()

    def refused_for_now(self, answer: tuple[int, bytes]) -> None:
        self.assertEqual(answer[0] // 100, 4, answer)

    def signed_on_retry(self, message: bytes, mark: str) -> None:
        self.site.sign.start()
        self.site.submit(message)
        self.assert_passes_everywhere(self.arrived(mark, 60))
        self.assertEqual(sum(mark.encode() in one.data for one in self.site.sink.deliveries), 1, "arrived once")

    def test_killed_between_envelope_and_content(self) -> None:
        mark = unique_mark()
        smtp = client.connect(self.site.postfix.submission_port, ALICE)
        smtp.mail("alice@example.org")
        smtp.rcpt("bob@example.net")
        self.assertEqual(smtp.docmd("DATA")[0], 354)
        smtp.send(plain_message(mark))
        self.site.sign.kill()
        smtp.send(b".\r\n")
        self.refused_for_now(smtp.getreply())
        smtp.close()
        self.signed_on_retry(plain_message(mark), mark)

    def test_killed_while_the_content_streams(self) -> None:
        mark = unique_mark()
        message = plain_message(mark, body=BIG_BODY)
        smtp = client.connect(self.site.postfix.submission_port, ALICE)
        smtp.mail("alice@example.org")
        smtp.rcpt("bob@example.net")
        self.assertEqual(smtp.docmd("DATA")[0], 354)
        self.site.sign.child.send_signal(signal.SIGSTOP)  # so that Postfix waits for us in the middle of the body
        smtp.send(message + b".\r\n")
        time.sleep(0.5)
        self.site.sign.kill()
        self.refused_for_now(smtp.getreply())
        smtp.close()
        self.signed_on_retry(message, mark)

    def test_mail_of_the_host_waits(self) -> None:
        mark = unique_mark()
        self.site.sign.kill()
        self.site.postfix.sendmail(plain_message(mark), "alice@example.org", "bob@example.net")
        time.sleep(2)
        self.assertFalse([one for one in self.site.sink.deliveries if mark.encode() in one.data])
        self.site.sign.start()
        self.assert_passes_everywhere(self.arrived(mark, 90))


class Stop(SigningCase):
    def setUp(self) -> None:
        if not self.site.sign.child.running:
            self.site.sign.start()

    def open_transaction(self) -> tuple[object, str]:
        mark = unique_mark()
        smtp = client.connect(self.site.postfix.submission_port, ALICE)
        smtp.mail("alice@example.org")
        smtp.rcpt("bob@example.net")
        self.assertEqual(smtp.docmd("DATA")[0], 354)
        return smtp, mark

    def finish(self, smtp: object, mark: str) -> None:
        code, text = smtp.getreply()  # type: ignore[attr-defined]
        self.assertEqual(code, 250, text)
        smtp.close()  # type: ignore[attr-defined]
        self.assertEqual(self.site.sign.child.wait(20), 0)
        self.assertIn("action=signed", self.site.log_line(queue_id(text.decode())))
        self.assert_passes_everywhere(self.arrived(mark))

    def test_sigterm_finishes_the_message_whose_body_streams(self) -> None:
        smtp, mark = self.open_transaction()
        self.site.sign.child.send_signal(signal.SIGSTOP)
        smtp.send(plain_message(mark, body=BIG_BODY) + b".\r\n")
        time.sleep(0.5)
        self.site.sign.child.send_signal(signal.SIGTERM)
        self.site.sign.child.send_signal(signal.SIGCONT)
        self.finish(smtp, mark)

    def test_sigterm_finishes_the_message_whose_envelope_is_known(self) -> None:
        smtp, mark = self.open_transaction()
        self.site.sign.child.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        smtp.send(plain_message(mark) + b".\r\n")
        self.finish(smtp, mark)

    def test_sigterm_with_idle_connections_ends_at_once(self) -> None:
        idle = [client.connect(self.site.postfix.submission_port, ALICE) for _ in range(5)]
        began = time.monotonic()
        self.assertEqual(self.site.sign.terminate(), 0)
        self.assertLess(time.monotonic() - began, 8)
        for smtp in idle:
            smtp.close()


if __name__ == "__main__":
    runner.main()
