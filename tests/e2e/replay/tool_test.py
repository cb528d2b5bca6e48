"""postern-replay as scripts use it, against OpenDKIM and against filters that misbehave."""

from __future__ import annotations

import json
import subprocess
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
sys.path.insert(0, str(Path(__file__).resolve().parent))

import dkim
from support.recording_milter import CONTINUE, Profile, RecordingMilter, frame
from support import keys, runner
from support.opendkim import OpenDkim
from support.process import SOURCE, Workspace, binary, free_port

MESSAGE = (b"From: Alice <alice@example.org>\nTo: bob@example.net\nSubject: a\n folded subject\n"
           b"Date: Sat, 21 Nov 2026 10:00:00 +0000\nMessage-ID: <1@example.org>\n\nHello.\n\n\n")
MBOX = b"From alice@example.org Sat Nov 21 10:00:00 2026\n" + MESSAGE + \
       b"From alice@example.org Sat Nov 21 10:00:01 2026\n" + MESSAGE.replace(b"Hello", b">From me")


class Tool(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.place = Workspace("rt")
        cls.addClassCleanup(cls.place.close)
        cls.pair = keys.make_rsa(cls.place.path / "k" / "a.pem", "example.org", "a")
        cls.other = keys.make_rsa(cls.place.path / "k" / "b.pem", "example.org", "b")
        settings = {"Domain": "example.org", "KeyFile": str(cls.pair.path), "Selector": "a", "OversignHeaders": "From"}
        cls.signer = OpenDkim.signer(cls.place, {**settings, "Canonicalization": "relaxed/relaxed"})
        cls.signer.start()
        cls.place.keep(cls.signer)
        cls.other_signer = OpenDkim(cls.place, {**settings, "Mode": "s", "Canonicalization": "simple/simple",
                                                "KeyFile": str(cls.other.path), "Selector": "b"}, "odo")
        cls.other_signer.start()
        cls.place.keep(cls.other_signer)
        cls.file = cls.place.write("m.eml", MESSAGE)
        cls.mbox = cls.place.write("m.mbox", MBOX)

    def replay(self, *arguments: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run([str(binary("postern-replay")), *map(str, arguments)], capture_output=True, text=True,
                              timeout=60, check=False)

    def verify(self, data: bytes, pair: keys.KeyPair) -> bool:
        def txt(name: bytes, timeout: int = 5) -> bytes | None:
            return pair.record.encode() if name.decode().rstrip(".") == pair.name else None
        return dkim.DKIM(data).verify(dnsfunc=txt)

    def test_the_contract(self) -> None:
        out = self.place.directory("contract")
        said = self.replay("--milter", self.signer.milter, "--sender", "alice@example.org", "--recipient",
                           "bob@example.net", "--client", "127.0.0.1", "--helo", "h.example", "--login", "alice",
                           "--json", "--output", out, self.file, self.mbox)
        self.assertEqual((said.returncode, said.stderr), (0, ""))
        lines = [json.loads(line) for line in said.stdout.splitlines()]
        self.assertEqual([line["file"] for line in lines], [str(self.file), f"{self.mbox}:1", f"{self.mbox}:2"])
        for line in lines:
            self.assertEqual(line["verdict"], "accept")
            self.assertTrue(line["reply"].startswith("250 2.0.0 Ok"))
            [edit] = line["modifications"]
            self.assertEqual((edit["type"], edit["index"], edit["name"]), ("insert-header", 0, "DKIM-Signature"))
            self.assertGreater(line["milliseconds"], 0)
        results = sorted(out.iterdir())
        self.assertEqual(len(results), 3)
        for result in results:
            data = result.read_bytes()
            self.assertTrue(data.startswith(b"DKIM-Signature: v=1;"))
            self.assertEqual(data.count(b"\n"), data.count(b"\r\n"))
            self.assertTrue(self.verify(data, self.pair), result)

    def test_output_with_lf_and_without_our_received(self) -> None:
        out = self.place.directory("lf")
        said = self.replay("-m", self.signer.milter, "--output", out, "--lf", "--no-received", self.file)
        self.assertEqual(said.returncode, 0, said.stderr)
        [result] = out.iterdir()
        data = result.read_bytes()
        self.assertNotIn(b"\r", data)
        self.assertNotIn(b"Received:", data)
        self.assertTrue(data.endswith(MESSAGE))

    def test_chain_sees_the_signature_of_the_first(self) -> None:
        second = RecordingMilter()
        self.addCleanup(second.stop)
        said = self.replay("-m", self.signer.milter, "-m", second.milter, "--json", self.file)
        self.assertEqual(said.returncode, 0, said.stderr)
        names = [data.split(b"\0")[0] for command, data in second.wait_for_session() if command == b"L"]
        self.assertEqual(names[:2], [b"DKIM-Signature", b"From"])

    def test_expectations_decide_the_exit_status(self) -> None:
        good = self.replay("-m", self.signer.milter, "--expect", "verdict=accept", "--expect",
                           r"header=DKIM-Signature:\bd=example\.org", "--expect", "no-header=X-No", self.file)
        self.assertEqual(good.returncode, 0, good.stdout)
        bad = self.replay("-m", self.signer.milter, "--expect", "verdict=reject", "--expect", "header=X-No", self.file)
        self.assertEqual(bad.returncode, 1)
        self.assertIn("FAILED: expected verdict=reject, the verdict is accept", bad.stdout)
        self.assertIn("FAILED: expected header=X-No, there is no such field", bad.stdout)

    def test_diff_shows_the_new_field(self) -> None:
        said = self.replay("-m", self.signer.milter, "--diff", self.file)
        self.assertIn("\n+DKIM-Signature: v=1;", said.stdout)
        self.assertNotIn("\n-", said.stdout.replace("\n---", ""))

    def test_compare_prints_only_differences(self) -> None:
        same = self.replay("--compare", self.signer.milter, self.signer.milter, self.file, self.mbox)
        self.assertEqual((same.returncode, same.stdout), (0, "0 of 3 messages differ\n"))
        other = self.replay("--compare", self.signer.milter, self.other_signer.milter, "--json", self.file)
        self.assertEqual(other.returncode, 1, other.stderr)
        [difference] = json.loads(other.stdout)["differences"]
        self.assertIn("s=a; a=rsa-sha256; c=relaxed/relaxed", difference["first"])
        self.assertIn("s=b; a=rsa-sha256; c=simple/simple", difference["second"])

    def test_load_counts_and_measures(self) -> None:
        said = self.replay("-m", self.signer.milter, "--load", "-n", "60", "-c", "3", "--per-connection", "2", "--json")
        self.assertEqual(said.returncode, 0, said.stderr)
        figures = json.loads(said.stdout)
        self.assertEqual((figures["messages"], figures["errors"], figures["connections"]), (60, 0, 3))
        self.assertEqual(figures["verdicts"]["accept"], 60)
        latency = figures["latency_ms"]
        self.assertTrue(0 < latency["p50"] <= latency["p90"] <= latency["p99"] <= latency["max"])

    def test_load_counts_errors(self) -> None:
        said = self.replay("-m", f"inet:127.0.0.1:{free_port()}", "--load", "-n", "5", "--json")
        self.assertEqual(said.returncode, 3)
        figures = json.loads(said.stdout)
        self.assertEqual(figures["errors"], 5)
        self.assertIn("Connection refused", figures["error"])

    def test_a_message_that_fails_does_not_stop_the_rest(self) -> None:
        said = self.replay("-m", self.signer.milter, "--json", "/nonexistent.eml", self.file)
        self.assertEqual(said.returncode, 3)
        first, second = (json.loads(line) for line in said.stdout.splitlines())
        self.assertIn("No such file", first["error"])
        self.assertEqual(second["verdict"], "accept")

    def test_a_filter_that_breaks_the_protocol_is_named(self) -> None:
        milter = RecordingMilter()
        self.addCleanup(milter.stop)
        cases = {
            "unexpected SMFIR_ADDHEADER after SMFIC_MAIL": {b"M": [frame(b"h", b"A\0b\0")]},
            "SMFIR_CHGFROM after SMFIC_BODYEOB: expected the end of the frame, 2 octets are left over":
                {b"E": [frame(b"e", b"<a@b>\0A\0B\0"), CONTINUE]},
            "frame of length 0": {b"R": [b"\0\0\0\0"]},
            "unknown reply 0x5a": {b"H": [frame(b"Z")]},
        }
        for expected, replies in cases.items():
            with self.subTest(expected):
                milter.profile = Profile(replies=replies)
                said = self.replay("-m", milter.milter, "--json", self.file, self.file)
                self.assertEqual(said.returncode, 3)
                lines = [json.loads(line) for line in said.stdout.splitlines()]
                self.assertEqual([line["verdict"] for line in lines], ["tempfail", "tempfail"])
                self.assertIn(expected, lines[0]["error"])
                self.assertIn(milter.milter, lines[0]["error"])

    def test_a_filter_that_does_not_answer(self) -> None:
        milter = RecordingMilter()
        self.addCleanup(milter.stop)
        milter.profile = Profile(replies={b"E": []})
        said = self.replay("-m", milter.milter, "--json", "--content-timeout", "0.3", self.file)
        self.assertEqual(said.returncode, 3)
        self.assertIn("answer to SMFIC_BODYEOB: no answer for 300 ms", json.loads(said.stdout)["error"])

    def test_spawn_starts_and_stops_a_daemon(self) -> None:
        fake = SOURCE / "tests/support/recording_milter.py"
        said = self.replay("--spawn", f"/usr/bin/python3 '{fake}'", "--spawn-listen", "fake", "--expect",
                           "header=X-Fake:yes", self.file)
        self.assertEqual((said.returncode, said.stderr), (0, ""), said.stdout)

    def test_spawn_reports_a_daemon_that_dies(self) -> None:
        said = self.replay("--spawn", "/bin/sh -c 'exit 78'", "--spawn-listen", "x", self.file)
        self.assertEqual(said.returncode, 3)
        self.assertIn("sh ended with status 78 before it listened", said.stderr)

    def test_usage_errors(self) -> None:
        for arguments in ((), ("-m", "nonsense", "x"), ("-m", "unix:/x"), ("--no-such-option",)):
            with self.subTest(arguments):
                said = self.replay(*arguments)
                self.assertEqual((said.returncode, said.stdout), (2, ""))
                self.assertIn("postern-replay: ", said.stderr)


if __name__ == "__main__":
    runner.main()
