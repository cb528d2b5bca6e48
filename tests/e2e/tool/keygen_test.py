"""postern keygen: its files, and its records as a name server and other DKIM implementations take them."""

import base64
import json
import os
import re
import stat
import subprocess
import unittest

import dkim

from support import runner
from support.nameserver import NameServer
from support.process import Workspace, binary, program, run
from support.verify import verify_dkimpy, verify_mail_dkim

MESSAGE = (b"From: Alice <alice@example.org>\r\nTo: bob@example.net\r\nSubject: key\r\n"
           b"Date: Sat, 21 Nov 2026 10:00:00 +0000\r\nMessage-ID: <1@example.org>\r\n\r\nHello.\r\n")


class KeygenCase(unittest.TestCase):
    def setUp(self) -> None:
        self.place = Workspace("pk")
        self.addCleanup(self.place.close)
        self.keys = self.place.path / "keys"

    def postern(self, *arguments: object, code: int = 0) -> subprocess.CompletedProcess[bytes]:
        said = run([binary("postern"), *map(str, arguments)], check=False)
        self.assertEqual(said.returncode, code, said.stderr.decode() + said.stdout.decode())
        return said

    def keygen(self, *arguments: object, code: int = 0) -> str:
        return self.postern("keygen", "--key-directory", self.keys, *arguments, code=code).stdout.decode()

    def serve(self, zone_lines: str) -> NameServer:
        names = NameServer(self.place, zone_lines=zone_lines)
        self.place.keep(names)
        names.start()  # nsd-checkzone refuses what is no zone
        return names

    def signed_by_dkimpy(self, selector: str, domain: str) -> bytes:
        pem = self.keys / domain / f"{selector}.pem"
        if selector.endswith("e"):  # dkimpy takes the bare seed; the PKCS#8 form ends with it (RFC 8410 7)
            der = run([program("openssl", "openssl"), "pkey", "-in", pem, "-outform", "DER"]).stdout
            key, algorithm = base64.b64encode(der[-32:]), b"ed25519-sha256"
        else:
            key = run([program("openssl", "openssl"), "rsa", "-traditional", "-in", pem]).stdout
            algorithm = b"rsa-sha256"
        return dkim.sign(MESSAGE, selector.encode(), domain.encode(), key, signature_algorithm=algorithm) + MESSAGE


class Records(KeygenCase):
    def test_every_kind_of_key_verifies_by_its_record(self) -> None:
        zone = self.keygen("--domain", "example.org", "--type", "both", "--selector", "a", "--zone")
        for bits in (3072, 4096):
            zone += self.keygen("--domain", "example.org", "--bits", bits, "--selector", f"b{bits}", "--zone")
        for string in re.findall(r'"([^"]*)"', zone):
            self.assertLessEqual(len(string), 255)
        names = self.serve(zone)
        for selector in ("ar", "ae", "b3072", "b4096"):
            with self.subTest(selector):
                message = self.signed_by_dkimpy(selector, "example.org")
                (verdict,) = verify_dkimpy(message, names)
                self.assertTrue(verdict.passed, verdict.detail)
                if selector != "ae":  # Debian 12's Mail::DKIM does not know Ed25519
                    (verdict,) = verify_mail_dkim(message, names)
                    self.assertTrue(verdict.passed, verdict.detail)

    def test_zone_file_of_its_own(self) -> None:
        zone = self.keygen("--domain", "example.org", "--type", "both", "--zone")
        path = self.place.write("zone", "$TTL 60\n@ IN SOA ns hostmaster 1 3600 600 86400 60\n@ IN NS ns\nns IN A 192.0.2.1\n" + zone)
        run([program("nsd-checkzone", "nsd"), "example.org", path])

    def test_human_text_has_zone_and_web_form(self) -> None:
        text = self.keygen("-d", "example.org", "-s", "s")
        self.assertIn("s._domainkey.example.org. IN TXT (", text)
        (line,) = [line for line in text.splitlines() if line.startswith("v=DKIM1; k=rsa; p=")]
        zone = "".join(re.findall(r'"([^"]*)"', text))
        self.assertEqual(line, zone)

    def test_key_show_gives_the_same_again(self) -> None:
        made = json.loads(self.keygen("-d", "example.org", "-t", "both", "-s", "s", "--json"))
        shown = json.loads(self.postern("key", "show", "--json", *[key["file"] for key in made]).stdout)
        self.assertEqual(made, shown)

    def test_key_show_of_a_key_openssl_made(self) -> None:
        path = self.place.path / "k.pem"
        run([program("openssl", "openssl"), "genrsa", "-traditional", "-out", path, "2048"])
        public = run([program("openssl", "openssl"), "rsa", "-in", path, "-pubout", "-outform", "DER"]).stdout
        (key,) = json.loads(self.postern("key", "show", "--json", "-d", "example.org", "-s", "x", path).stdout)
        self.assertEqual(key["record"], "v=DKIM1; k=rsa; p=" + base64.b64encode(public).decode())

    def test_key_show_of_what_is_no_key(self) -> None:
        path = self.place.write("k.pem", "no key")
        self.assertIn(str(path), self.postern("key", "show", path, code=65).stderr.decode())
        self.postern("key", "show", path.with_name("none"), code=66)


class Files(KeygenCase):
    def test_modes_and_group(self) -> None:
        os.umask(0o077)
        self.addCleanup(os.umask, 0o022)
        self.keygen("-d", "example.org", "-s", "s", "-g", "daemon")
        for path, mode in ((self.keys, 0o750), (self.keys / "example.org", 0o750),
                           (self.keys / "example.org" / "s.pem", 0o640)):
            status = path.stat()
            self.assertEqual(stat.S_IMODE(status.st_mode), mode, path)
            self.assertEqual(status.st_gid, 1, path)

    def test_nothing_is_overwritten_and_nothing_made_beside(self) -> None:
        self.keygen("-d", "example.org", "-s", "s")
        path = self.keys / "example.org" / "s.pem"
        before = path.read_bytes()
        said = self.postern("keygen", "-D", self.keys, "-d", "example.net", "-d", "example.org", "-s", "s", code=73)
        self.assertIn(str(path), said.stderr.decode())
        self.assertEqual(said.stdout, b"")
        self.assertEqual(path.read_bytes(), before)
        self.assertFalse((self.keys / "example.net").exists())

    def test_two_at_once_make_one_key(self) -> None:
        command = [str(binary("postern")), "keygen", "-D", str(self.keys), "-d", "example.org", "-s", "s", "-t", "ed25519", "--json"]
        running = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) for _ in range(4)]
        said = [(process.communicate(timeout=60)[0], process.returncode) for process in running]
        self.assertEqual(sorted(code for _, code in said), [0, 73, 73, 73])
        (winner,) = [json.loads(out) for out, code in said if code == 0]
        shown = json.loads(self.postern("key", "show", "--json", winner[0]["file"]).stdout)
        self.assertEqual(shown[0]["record"], winner[0]["record"])
        self.assertEqual(os.listdir(self.keys / "example.org"), ["s.pem"])

    def test_selectors_by_date_let_both_types_stand_side_by_side(self) -> None:
        self.keygen("-d", "example.org")
        self.keygen("-d", "example.org", "-t", "ed25519")
        names = sorted(os.listdir(self.keys / "example.org"))
        self.assertEqual(len(names), 2)
        self.assertRegex(names[0], r"^20\d\d(0[1-9]|1[0-2])e\.pem$")
        self.assertRegex(names[1], r"^20\d\d(0[1-9]|1[0-2])r\.pem$")

    def test_international_domain(self) -> None:
        (key,) = json.loads(self.keygen("-d", "B\u00fccher.example", "-s", "s", "-t", "ed25519", "--json"))
        self.assertEqual(key["domain"], "xn--bcher-kva.example")
        self.assertTrue((self.keys / "xn--bcher-kva.example" / "s.pem").exists())

    def test_directory_of_the_configuration(self) -> None:
        configuration = self.place.write("postern.conf", f"[sign]\nkey-directory = {self.keys}\n")
        self.postern("keygen", "-c", configuration, "-d", "example.org", "-s", "s", "-t", "ed25519")
        self.assertTrue((self.keys / "example.org" / "s.pem").exists())


class Refusals(KeygenCase):
    def test_wrong_command_lines(self) -> None:
        for arguments, part in (
                ([], "--domain is missing"),
                (["-d", "example..org"], "example..org"),
                (["-d", "../etc"], "../etc"),
                (["-d", "example.org", "-s", "../x"], "selector"),
                (["-d", "example.org", "-s", ""], "selector"),
                (["-d", "example.org", "-t", "dsa"], "rsa, ed25519 or both"),
                (["-d", "example.org", "-b", "1024"], "2048, 3072 or 4096"),
                (["-d", "example.org", "-t", "ed25519", "-b", "2048"], "--bits"),
                (["-d", "example.org", "-g", "no-such-group-here"], "no-such-group-here"),
                (["-d", "example.org", "--selectr", "x"], "did you mean --selector?")):
            with self.subTest(arguments):
                said = self.postern("keygen", "-D", self.keys, *arguments, code=64)
                self.assertIn(part, said.stderr.decode())
                self.assertFalse(self.keys.exists())

    def test_directory_that_cannot_be(self) -> None:
        blocked = self.place.write("file", "")
        said = self.postern("keygen", "-D", blocked, "-d", "example.org", "-t", "ed25519", code=73)
        self.assertIn(str(blocked), said.stderr.decode())

    def test_help_is_narrow(self) -> None:
        for arguments in (["--help"], ["help", "keygen"], ["check", "--help"], ["key", "show", "-h"]):
            for line in self.postern(*arguments).stdout.decode().splitlines():
                self.assertLessEqual(len(line), 80, line)


if __name__ == "__main__":
    runner.main()
