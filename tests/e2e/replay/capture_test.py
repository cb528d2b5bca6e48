"""postern-replay --dns, --record and --from with postern-verify: a capture gives the same verdict again, whatever day it is."""

from __future__ import annotations

import json
import subprocess
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from support import keys, runner
from support.nameserver import NameServer, character_strings
from support.process import SOURCE, Workspace, binary, run

CASES = SOURCE / "tests/conformance/dkim_verify/cases"


class Captures(unittest.TestCase):
    def setUp(self) -> None:
        self.place = Workspace("rc")
        self.addCleanup(self.place.close)
        self.configuration = self.place.write("c.conf", "[verify]\nauthserv-id = mx.example.org\n")
        case = CASES / "dkimpy--test_verifiesRSAPublicKey2048-1"
        self.message, self.keys = case / "message.eml", case / "dns.json"
        self.time = json.loads((case / "expect.json").read_text())["verify_time"]

    def replay(self, *arguments: object, spawn: str = "postern-verify") -> subprocess.CompletedProcess[bytes]:
        return run([binary("postern-replay"), "--spawn", f"{spawn} -c {self.configuration}", *map(str, arguments)],
                   check=False)

    def record(self, directory: Path, *arguments: object) -> None:
        said = self.replay("--client", "192.0.2.7", "--record", directory, *arguments, self.message)
        self.assertEqual(said.returncode, 0, said.stderr)

    def zone(self, spf: str, key: bool = True) -> Path:
        record = json.loads(self.keys.read_text())
        [(name, [text])] = [(name.split()[0], texts) for name, texts in record.items()]
        lines = f'example.com. 60 IN TXT "{spf}"\n' + (f"{name} 60 IN TXT {character_strings(text.strip())}\n" if key else "")
        return self.place.write("zone.txt", lines)

    def test_zone_text_stands_for_dns(self) -> None:
        said = self.replay("--client", "192.0.2.7", "--dns", self.zone("v=spf1 ip4:192.0.2.7 -all"), "--time", self.time,
                           "--expect", "header=Authentication-Results:dkim=pass.*spf=pass", self.message)
        self.assertEqual(said.returncode, 0, said.stdout + said.stderr)

    def test_failures_can_be_said(self) -> None:
        zone = self.place.write("fail.txt", "$FAIL example.com. TXT SERVFAIL\n$FAIL test4._domainkey.example.com. ANY TIMEOUT\n")
        said = self.replay("--client", "192.0.2.7", "--dns", zone, "--time", self.time, "--expect",
                           "header=Authentication-Results:dkim=temperror.*spf=temperror", self.message)
        self.assertEqual(said.returncode, 0, said.stdout + said.stderr)

    def test_time_is_pinned(self) -> None:
        for time, wanted in ((self.time, "dkim=pass"), (1000000000, "dkim=policy")):  # t= lies in the future
            said = self.replay("--client", "192.0.2.7", "--dns", self.keys, "--time", time, "--expect",
                               f"header=Authentication-Results:{wanted}", self.message)
            self.assertEqual(said.returncode, 0, said.stdout)

    def test_a_capture_gives_the_same_again(self) -> None:
        capture = self.place.path / "capture"
        self.record(capture, "--dns", self.keys, "--time", self.time)
        self.assertEqual({path.name for path in capture.iterdir()},
                         {"capture.json", "dns.json", "000001.eml", "000001.json"})
        said = self.replay("--from", capture)
        self.assertEqual((said.returncode, said.stdout), (0, b"0 of 1 messages are not as recorded\n"), said.stderr)

    def test_what_changed_is_shown(self) -> None:
        capture = self.place.path / "capture"
        self.record(capture, "--dns", self.keys, "--time", self.time)
        said = self.replay("--from", capture, "--dns", self.zone("v=spf1 -all", key=False))
        self.assertEqual(said.returncode, 1)
        self.assertIn(b"dkim=pass", said.stdout)
        self.assertIn(b"dkim=permerror", said.stdout)
        self.assertIn(b"spf=fail", said.stdout)
        self.configuration.write_text("[verify]\nauthserv-id = mx.example.org\non-dkim-none = reject\niprev = no\n")
        self.assertEqual(self.replay("--from", capture).returncode, 1)

    def test_answers_of_a_real_name_server_are_kept(self) -> None:
        pair = keys.make_ed25519(self.place.path / "k.pem", "example.net", "s")
        names = NameServer(self.place, {**keys.records(pair), "example.com": "v=spf1 ip4:192.0.2.7 -all"})
        self.place.keep(names)
        names.start()
        self.configuration.write_text(f"[dns]\nservers = 127.0.0.1:{names.port}\n[verify]\nauthserv-id = mx.example.org\n")
        capture = self.place.path / "capture"
        self.record(capture)
        names.stop()
        said = self.replay("--from", capture)
        self.assertEqual((said.returncode, said.stdout), (0, b"0 of 1 messages are not as recorded\n"), said.stderr)
        self.assertIn(b"spf=pass", (capture / "000001.json").read_bytes())

    def test_a_signer_is_captured_without_dns(self) -> None:
        self.configuration.write_text("[sign]\nkey-directory =\n")
        capture = self.place.path / "capture"
        said = self.replay("--record", capture, self.message, spawn="postern-sign")
        self.assertEqual(said.returncode, 0, said.stderr)
        self.assertFalse((capture / "dns.json").exists())
        self.assertEqual(self.replay("--from", capture, spawn="postern-sign").returncode, 0)


if __name__ == "__main__":
    runner.main()
