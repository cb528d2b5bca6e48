"""postern spf, postern dkim verify and postern authres parse as a person or a script runs them, against a real name server."""

import json
import subprocess
import unittest

import dkim

from support import keys, runner
from support.nameserver import NameServer
from support.process import Workspace, binary, free_port, program, run

MESSAGE = (b"From: Alice <alice@example.org>\r\nTo: bob@example.net\r\nSubject: key\r\n"
           b"Date: Sat, 21 Nov 2026 10:00:00 +0000\r\nMessage-ID: <1@example.org>\r\n\r\nHello.\r\n")
SPF = 'example.org. 60 IN TXT "v=spf1 ip4:192.0.2.0/28 a:mail.example.org exp=why.example.org -all"\n' \
      'why.example.org. 60 IN TXT "%{i} is not ours"\nmail.example.org. 60 IN A 198.51.100.7\n'


class ChecksOfMail(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.place = Workspace("pc")
        cls.addClassCleanup(cls.place.close)
        rsa, ed25519 = keys.key_directory(cls.place.directory("keys"), "example.org")
        cls.names = NameServer(cls.place, keys.records(rsa, ed25519), zone_lines=SPF)
        cls.place.keep(cls.names)
        cls.names.start()
        cls.configuration = cls.configured("postern.conf", cls.names.port)
        pem = run([program("openssl", "openssl"), "rsa", "-traditional", "-in", rsa.path]).stdout
        cls.message = cls.place.path / "message.eml"
        cls.message.write_bytes(dkim.sign(MESSAGE, rsa.selector.encode(), b"example.org", pem) + MESSAGE)

    @classmethod
    def configured(cls, name: str, port: int) -> str:
        path = cls.place.path / name
        path.write_text(f"[dns]\nservers = 127.0.0.1:{port}\ntimeout = 1s\nattempts = 1\n")
        return str(path)

    def postern(self, *words: object, code: int = 0, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        said = subprocess.run([binary("postern"), *map(str, words)], input=stdin, capture_output=True, timeout=60, check=False)
        self.assertEqual(said.returncode, code, said.stderr.decode() + said.stdout.decode())
        return said

    def spf(self, *words: str, configuration: str | None = None) -> dict[str, object]:
        return json.loads(self.postern("spf", "--json", "-c", configuration or self.configuration, "--helo", "mx.example.net",
                                       *words).stdout)

    def dkim(self, *words: object, stdin: bytes = b"") -> list[dict[str, str]]:
        return json.loads(self.postern("dkim", "verify", "--json", *words, stdin=stdin).stdout)["results"]

    def test_spf_over_the_network(self) -> None:
        for engine in ("own", "libspf2"):
            with self.subTest(engine):
                passed = self.spf("--ip", "198.51.100.7", "--from", "alice@example.org", "--engine", engine)
                self.assertEqual((passed["result"], passed["mechanism"]), ("pass", "a:mail.example.org"))
                failed = self.spf("--ip", "203.0.113.9", "--from", "alice@example.org", "--engine", engine)
                self.assertEqual((failed["result"], failed["explanation"]), ("fail", "203.0.113.9 is not ours"))
        self.assertEqual(self.spf("--ip", "203.0.113.9", "--from", "a@nowhere.example")["result"], "none")

    def test_spf_with_a_dead_name_server(self) -> None:
        dead = self.configured("dead.conf", free_port())
        found = self.spf("--ip", "203.0.113.9", "--from", "alice@example.org", configuration=dead)
        self.assertEqual(found["result"], "temperror")
        self.assertTrue(found["problem"])

    def test_dkim_over_the_network(self) -> None:
        expected = [{"d": "example.org", "s": "rsa1", "a": "rsa-sha256", "result": "pass", "reason": ""}]
        self.assertEqual(self.dkim("-c", self.configuration, self.message), expected)
        self.assertEqual(self.dkim("-c", self.configuration, "--message", "-", stdin=self.message.read_bytes()), expected)

    def test_dkim_with_a_dead_name_server(self) -> None:
        (found,) = self.dkim("-c", self.configured("dead.conf", free_port()), self.message)
        self.assertEqual(found["result"], "temperror")

    def test_dkim_says_what_was_changed(self) -> None:
        footer = self.message.read_bytes() + b"-- \r\nlist footer\r\n"
        (found,) = self.dkim("-c", self.configuration, "-m", "-", stdin=footer)
        self.assertEqual(found["result"], "fail")
        human = self.postern("dkim", "verify", "-c", self.configuration, "-", stdin=footer).stdout.decode()
        self.assertIn("which is different", human)
        self.assertIn("RSA, 2048 bits", human)

    def test_a_field_is_read(self) -> None:
        said = self.postern("authres", "parse", "--json",
                            stdin=b'Authentication-Results: mx.example.org;\r\n\tdkim=pass header.d=example.org header.b="a/b="\r\n')
        self.assertEqual(json.loads(said.stdout),
                         {"valid": True, "authserv_id": "mx.example.org", "version": 1,
                          "results": [{"method": "dkim", "result": "pass", "reason": "",
                                       "props": {"header.d": "example.org", "header.b": "a/b="}}]})
        self.assertFalse(json.loads(self.postern("authres", "parse", "--json", code=65, stdin=b"x; y").stdout)["valid"])


if __name__ == "__main__":
    runner.main()
