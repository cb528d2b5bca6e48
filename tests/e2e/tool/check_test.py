"""postern check beside a postern-sign that runs, a private Postfix configuration, and mistakes in either."""

import json
import os
import subprocess
import time
import unittest

from support import runner
from support.daemon import Daemon
from support.process import Workspace, binary, free_port, run

MASTER = """\
smtp       inet  n - n - - smtpd
submission inet  n - n - - smtpd
  -o smtpd_sasl_auth_enable=yes
  -o milter_macro_daemon_name=ORIGINATING
cleanup    unix  n - n - 0 cleanup
"""


class CheckCase(unittest.TestCase):
    def setUp(self) -> None:
        self.place = Workspace("pc")
        self.addCleanup(self.place.close)
        self.keys = self.place.path / "keys"
        run([binary("postern"), "keygen", "-D", self.keys, "-d", "example.org", "-s", "s"])
        self.listen = f"inet:127.0.0.1:{free_port()}"
        self.postfix = self.place.directory("postfix")
        self.configure()
        self.wire(f"smtpd_milters = {self.listen}\nnon_smtpd_milters = $smtpd_milters\n"
                  "internal_mail_filter_classes = bounce\n")

    def configure(self, more: str = "", listen: str | None = None) -> None:
        self.text = f"[sign]\nlisten = {listen or self.listen}\nkey-directory = {self.keys}\n{more}"
        self.configuration = self.place.write("postern.conf", self.text)

    def wire(self, main: str, master: str = MASTER) -> None:
        """Dated back: Postfix waits for a file that changed within the last second."""
        for name, text in (("main.cf", "compatibility_level = 3.6\n" + main), ("master.cf", master)):
            path = self.place.write(f"postfix/{name}", text)
            os.utime(path, (time.time() - 60,) * 2)

    def start(self) -> None:
        sign = Daemon(self.place, "postern-sign", self.text)
        self.place.keep(sign)
        sign.start()

    def check(self, *arguments: str, code: int) -> subprocess.CompletedProcess[bytes]:
        said = run([binary("postern"), "check", "-c", self.configuration, "--postfix-config", self.postfix, *arguments],
                   check=False)
        self.assertEqual(said.returncode, code, said.stdout.decode() + said.stderr.decode())
        return said

    def found(self, *arguments: str, code: int) -> list[str]:
        report = json.loads(self.check("--json", *arguments, code=code).stdout)
        for finding in report["findings"]:
            self.assertTrue(finding["what"])
        return [finding["id"] for finding in report["findings"]]


class Healthy(CheckCase):
    def test_nothing_is_found(self) -> None:
        self.start()
        said = self.check(code=0).stdout.decode()
        self.assertIn("Nothing found.", said)
        self.assertIn(self.listen, said)
        self.assertEqual(self.found(code=0), [])

    def test_unix_socket_of_the_real_daemon(self) -> None:
        path = self.place.directory("s") / "sign.sock"
        self.configure("socket-mode = 0666\n", listen=f"unix:{path}")
        self.wire(f"smtpd_milters = unix:{path}\nnon_smtpd_milters = unix:{path}\ninternal_mail_filter_classes = bounce\n")
        self.start()
        self.assertEqual(self.found(code=0), [])
        path.chmod(0o600)
        self.assertEqual(self.found(code=2), ["socket-permission"])


class Mistakes(CheckCase):
    def test_daemon_is_not_running(self) -> None:
        self.assertEqual(self.found(code=2), ["socket-dead"])
        self.assertEqual(self.found("--no-sockets", code=0), [])

    def test_every_configuration_problem_with_its_line(self) -> None:
        self.configure("canonicalisation = relaxed/relaxed\nuser = no-such-user-here\ntimestamp = perhaps\n")
        report = json.loads(self.check("--json", "--no-sockets", code=2).stdout)
        self.assertEqual([(finding["id"], finding["line"]) for finding in report["findings"]],
                         [("configuration", 4), ("configuration", 5), ("configuration", 6)])
        self.assertIn("canonicalization", json.dumps(report["findings"][0]))

    def test_configuration_of_the_verifier_with_its_line(self) -> None:
        self.start()
        self.configure("[verify]\non-spf-fail = sometimes\ntimeout = soon\n[dns]\nservers = ns.example\n")
        self.assertEqual(self.found("--no-sockets", code=2), ["configuration"] * 3)
        report = self.check("--no-sockets", code=2).stdout.decode()
        for part in ("postern.conf:5: [verify] on-spf-fail", "postern.conf:6: [verify] timeout", "postern.conf:8: [dns] servers",
                     "postern-verify does not start"):
            self.assertIn(part, " ".join(report.split()))

    def test_what_concerns_every_daemon_is_said_once(self) -> None:
        self.start()
        self.configure("[log]\nlevel = loud\n[nonsense]\n")
        self.assertEqual(self.found("--no-sockets", code=2), ["configuration"] * 2)

    def test_verifier_is_not_running(self) -> None:
        self.start()
        self.configure(f"[verify]\nlisten = inet:127.0.0.1:{free_port()}\n")
        self.assertEqual(self.found(code=2), ["socket-dead"])
        self.assertIn("systemctl start postern-verify", self.check(code=2).stdout.decode())

    def test_key_others_can_read(self) -> None:
        (self.keys / "example.org" / "s.pem").chmod(0o644)
        report = json.loads(self.check("--json", "--no-sockets", code=1).stdout)
        (finding,) = report["findings"]
        self.assertEqual(finding["severity"], "warning")
        self.assertIn("s.pem", finding["what"])

    def test_key_of_a_stranger(self) -> None:
        os.chown(self.keys / "example.org" / "s.pem", 12345, 0)
        self.assertEqual(self.found("--no-sockets", code=1), ["key-owner"])

    def test_key_the_user_cannot_read_again(self) -> None:
        self.configure("user = nobody\n")
        self.assertEqual(self.found("--no-sockets", code=1), ["key-directory-closed"])
        for path in (self.keys, self.keys / "example.org"):
            path.chmod(0o755)
        self.assertEqual(self.found("--no-sockets", code=1), ["key-unreadable"])

    def test_broken_key(self) -> None:
        self.place.write("keys/example.net/s.pem", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", 0o640)
        report = json.loads(self.check("--json", "--no-sockets", code=1).stdout)
        (finding,) = report["findings"]
        self.assertIn("example.net", finding["what"])

    def test_short_key(self) -> None:
        path = self.keys / "example.org" / "old.pem"
        run(["openssl", "genrsa", "-out", path, "1024"])
        path.chmod(0o640)
        report = json.loads(self.check("--json", "--no-sockets", code=1).stdout)
        (finding,) = report["findings"]
        self.assertIn("1024", finding["what"])

    def test_no_key_at_all(self) -> None:
        self.configuration = self.place.write("postern.conf", f"[sign]\nlisten = {self.listen}\nkey-directory =\n")
        report = json.loads(self.check("--json", "--no-sockets", code=1).stdout)
        (finding,) = report["findings"]
        self.assertIn("unsigned", finding["what"])

    def test_not_wired(self) -> None:
        self.wire("")
        self.assertEqual(self.found("--no-sockets", code=2), ["not-wired"])
        self.assertIn(f"smtpd_milters = {self.listen}", self.check("--no-sockets", code=2).stdout.decode())

    def test_postfix_directory_without_configuration(self) -> None:
        for name in ("main.cf", "master.cf"):
            (self.postfix / name).unlink()
        self.assertEqual(self.found("--no-sockets", code=2), ["no-postfix"])

    def test_file_that_is_not_there(self) -> None:
        self.configuration.unlink()
        self.assertIn("configuration", self.found("--no-sockets", code=2))

    def test_lines_are_narrow(self) -> None:
        self.wire("")
        for line in self.check("--no-sockets", code=2).stdout.decode().splitlines():
            if "mend:" not in line and "/" not in line:
                self.assertLessEqual(len(line), 80, line)


if __name__ == "__main__":
    runner.main()
