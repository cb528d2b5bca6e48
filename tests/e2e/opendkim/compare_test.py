#!/usr/bin/python3
"""Debian's opendkim and our tables, asked the same: which signatures (d=, s=, i=) for which author, which clients are ours.

Every difference must stand in cases.py with its reason; one that stands there and does not happen is a failure too.
"""

from __future__ import annotations

import base64
import os
import shutil
import sys
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parents[1]), str(HERE)]

from cases import AUTHORS, CASES, CLIENTS, HOSTS, REFILE_HOSTS, SINGLE, Case  # noqa: E402
from milter_client import Gone, MilterClient, describe  # noqa: E402
from support.keys import make_rsa  # noqa: E402
from support.opendkim import OpenDkim  # noqa: E402
from support.process import Workspace, binary, program, run  # noqa: E402

PAIRS = {"tables": 0, "single": 0, "hosts": 0}


class Equivalence(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.ours = binary("select_keys")
        cls.place = Workspace("pdk")
        cls.addClassCleanup(cls.place.close)
        cls.k = cls.place.directory("k")
        for name in ("example.com", "other"):
            make_rsa(cls.k / f"{name}.pem", name, "s", bits=1024)
        (cls.k / "example.com").mkdir()
        shutil.copy(cls.k / "example.com.pem", cls.k / "a:b.pem")
        shutil.copy(cls.k / "example.com.pem", cls.k / "example.com" / "example.com.pem")
        (cls.k / "text.pem").write_text("no key\n")
        # Short enough for a line of a KeyTable in base64.
        der = run([program("openssl", "openssl"), "rsa", "-in", cls.k / "example.com.pem", "-outform", "DER", "-traditional"]).stdout
        cls.inline = base64.b64encode(der).decode()

    def opendkim(self, settings: dict[str, str]) -> OpenDkim:
        daemon = OpenDkim.signer(self.place, {"SignatureAlgorithm": "rsa-sha256", **settings})
        self.addCleanup(daemon.stop)
        daemon.start()
        return daemon

    def their_answers(self, settings: dict[str, str], authors: list[str]) -> dict[str, str]:
        daemon = self.opendkim(settings)
        try:
            client = MilterClient(daemon.port)
            answers = {}
            for author in authors:
                answers[author] = describe(*client.send(author.encode()))
            client.close()
            return answers
        finally:
            daemon.stop()

    def our_answers(self, arguments: list[str], lines: list[str]) -> tuple[dict[str, str], str]:
        result = run([self.ours, *arguments], data="".join(f"{line}\n" for line in lines).encode())
        answers = result.stdout.decode().splitlines()
        self.assertEqual(len(answers), len(lines))
        return dict(zip(lines, answers)), result.stderr.decode()

    def write_table(self, kind: str, name: str, text: str) -> str:
        text = text.format(k=self.k, inline=self.inline)
        if kind == "csl":
            return "csl:" + text
        return f"{kind}:{self.place.write(name, text)}"

    def compare_tables(self, case: Case) -> None:
        keys = self.write_table(case.keys_type, "KeyTable", case.keys)
        signing = self.write_table(case.signing_type, "SigningTable", case.signing)
        authors = AUTHORS + list(case.more)
        settings = {"KeyTable": keys, "SigningTable": signing, "MultipleSignatures": "yes" if case.multiple else "no"}
        ours, said = self.our_answers(["tables", keys, signing, "all" if case.multiple else "first"], authors)
        for part in case.warns:
            self.assertIn(part, said)
        for author in case.crashes:
            with self.assertRaises(Gone):
                self.their_answers(settings, [author])
            self.assertEqual(ours[author], "tempfail")
        if case.refused:
            with self.assertRaisesRegex(RuntimeError, "opendkim ended"):
                self.their_answers(settings, authors)
            return
        if case.crashes:
            authors = [a for a in authors if ours[a] != "tempfail"]
        theirs = self.their_answers(settings, authors)
        for author in authors:
            PAIRS["tables"] += 1
            with self.subTest(case=case.name, author=author):
                if case.loses_middle and ours[author].count(";") > 1:
                    few, all_of_them = set(theirs[author].split("; ")), set(ours[author].split("; "))
                    self.assertLess(few, all_of_them)
                    self.assertEqual(len(few), 2)
                    continue
                expected, answer = case.differs.get(author, (theirs[author], theirs[author]))
                self.assertEqual(theirs[author], expected, "opendkim")
                self.assertEqual(ours[author], answer, "ours")

    def test_single_key(self) -> None:
        key = str(self.k / "example.com.pem")
        for domains, parents in SINGLE:
            word = "yes" if parents else "no"
            settings = {"Domain": domains, "Selector": "s1", "KeyFile": key, "SubDomains": word}
            result = run([self.ours, "single", domains, "s1", key, word], data="".join(f"{a}\n" for a in AUTHORS).encode(),
                         check=False)
            if result.returncode != 0:
                self.assertEqual(domains, ".example.com")  # no domain name for us: the start is refused
                continue
            ours = dict(zip(AUTHORS, result.stdout.decode().splitlines()))
            theirs = self.their_answers(settings, AUTHORS)
            for author in AUTHORS:
                PAIRS["single"] += 1
                with self.subTest(domains=domains, parents=parents, author=author):
                    self.assertEqual(ours[author], theirs[author])

    def compare_hosts(self, value: str) -> None:
        daemon = self.opendkim({"Domain": "example.com", "Selector": "s1", "KeyFile": str(self.k / "example.com.pem"),
                                "InternalHosts": value})
        lines = [f"{name} {address}" for name, address in CLIENTS]
        ours, _ = self.our_answers(["hosts", value], lines)
        for (name, address), line in zip(CLIENTS, lines):
            client = MilterClient(daemon.port, name, address)
            answer = describe(*client.send(b"u@example.com"))
            client.close()
            PAIRS["hosts"] += 1
            with self.subTest(hosts=value, client=line):
                self.assertEqual(ours[line], "no" if answer == "none" else "yes")
        daemon.stop()

    def test_internal_hosts(self) -> None:
        for value in HOSTS:
            # "::1,..." has its colon before a comma: OpenDKIM takes what is before it for a type of table.
            self.compare_hosts(value if "," not in value and ":" not in value or value.startswith("csl:") else "csl:" + value)

    def test_internal_hosts_in_a_refile(self) -> None:
        for text in REFILE_HOSTS:
            self.compare_hosts(f"refile:{self.place.write('hosts', text + chr(10))}")

    @classmethod
    def tearDownClass(cls) -> None:
        print(f"compared with opendkim: {PAIRS}", file=sys.stderr)


def _table_test(case: Case):
    return lambda self: self.compare_tables(case)


for _case in CASES:
    setattr(Equivalence, f"test_table_{_case.name}", _table_test(_case))


if __name__ == "__main__":
    os.umask(0o022)
    unittest.main(verbosity=0)
