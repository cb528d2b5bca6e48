"""postern-replay says to a milter, octet for octet, what Postfix says, and edits messages as Postfix does.

Each case runs twice against the same recording milter: once a client hands the message to a private Postfix, once
postern-replay plays it. Frames must be equal; of macros the names, their order and the values that do not depend on
the instance. The message that leaves Postfix must be the one postern-replay writes, own Received aside.
"""

from __future__ import annotations

import json
import re
import struct
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from support.recording_milter import (CONTINUE, LEADING_SPACE, NO_BODY, NO_CONNECT, NO_DATA, NO_EOH, NO_HEADERS, NO_HELO,
                              NO_MAIL, NO_RCPT, NR_BODY, NR_CONNECT, NR_DATA, NR_EOH, NR_HEADER, NR_HELO, NR_MAIL,
                              NR_RCPT, Frame, Profile, RecordingMilter, frame)
from support import client, runner
from support.postfix import PrivatePostfix
from support.process import Workspace, binary, run
from support.sink import SmtpSink

SENDER, RECIPIENT, OTHER = "alice@example.org", "bob@example.net", "carol@example.net"
HEADER = (b"From: Alice <alice@example.org>\r\nTo: bob@example.net\r\nSubject: test\r\n"
          b"Date: Sat, 21 Nov 2026 10:00:00 +0000\r\nMessage-ID: <1@example.org>\r\n")
PLAIN = HEADER + b"\r\nHello.\r\n"
# Values that depend on the instance: queue id, version, where this Postfix sends mail.
INSTANCE = {b"i", b"v", b"{mail_host}", b"{mail_mailer}", b"{rcpt_host}", b"{rcpt_mailer}", b"{daemon_port}"}

MESSAGES = {
    "plain": PLAIN,
    "folds_and_spaces": HEADER + b"X-Fold: a\r\n b\r\n\tc\r\nX-None:v\r\nX-Tab:\tv\r\nX-Two:  v\r\nX-Empty:\r\n"
                                 b"X-Blank : before the colon\r\nX-End: v \t\r\n\r\nbody\r\n",
    "empty_body": HEADER + b"\r\n",
    "header_only": HEADER,
    "no_empty_line": HEADER + b"this is no header\r\nbody\r\n",
    "no_header": b"\r\njust a body\r\n",
    "begins_with_blank": b" continued from nothing\r\nFrom: a@example.org\r\n\r\nbody\r\n",
    "empty_lines_at_end": PLAIN + b"\r\n\r\n \r\n\r\n",
    "dots": HEADER + b"\r\n.\r\n..\r\n.a\r\nend\r\n",
    "eight_bit": HEADER + b"X-Latin: \xe4\xf6\xfc\r\n\r\n\xe4\xff\x80\r\n",
    "nul_octets": HEADER + b"X-Nul: a\0b\r\n c\r\n\r\nbo\0dy\r\n",
    "stray_cr": HEADER + b"X-Cr: a\rb\r\n\r\nbo\rdy\r\r\n\rx\r\n",
    "long_header_lines": HEADER + b"X-Long: " + b"x" * 5000 + b"\r\n " + b"y" * 3000 + b"\r\n\r\nbody\r\n",
    "header_over_the_limit": HEADER + b"X-Huge: " + b"\r\n ".join(b"z" * 900 for _ in range(130)) + b"\r\n\r\nbody\r\n",
    "header_line_over_the_limit": HEADER + b"X-Huge: " + b"z" * 110000 + b"\r\n\r\nbody\r\n",
    "long_body_lines": HEADER + b"\r\n" + b"w" * 70000 + b"\r\n" + b"u" * 2048 + b"\r\n" + b"t" * 2049 + b"\r\n",
    "body_of_one_chunk": HEADER + b"\r\n" + b"".join(b"%07d\r\n" % i for i in range(7281)) + b"1234\r\n",
    "body_chunk_cut_between_cr_and_lf": HEADER + b"\r\n" + b"x" * 65534 + b"\r\nrest\r\n",
    "body_of_many_chunks": HEADER + b"\r\n" + b"".join(b"line %d of the body\r\n" % i for i in range(20000)),
}

PROFILES = {
    "asks_for_everything": Profile(),
    "leading_space": Profile(protocol=LEADING_SPACE),
    "no_replies": Profile(protocol=NR_CONNECT | NR_HELO | NR_MAIL | NR_RCPT | NR_DATA | NR_HEADER | NR_EOH | NR_BODY),
    "no_envelope": Profile(protocol=NO_CONNECT | NO_HELO | NO_MAIL | NO_RCPT | NO_DATA),
    "no_content": Profile(protocol=NO_HEADERS | NO_EOH | NO_BODY),
    "own_macros": Profile(actions=0x1ff, macros={0: b"{client_name}, {client_addr} j", 1: b"", 2: b"{auth_type} i",
                                                 3: b"{rcpt_addr} {client_ptr}", 4: b"{rcpt_addr} {mail_addr}",
                                                 6: b"{client_addr} {mail_addr}", 5: b"{auth_authen} i {client_resolve}",
                                                 77: b"x"}),
    "old_version_2": Profile(version=2, actions=0x3f),
    "accepts_at_helo": Profile(replies={b"H": [frame(b"a")]}),
    "accepts_at_mail": Profile(replies={b"M": [frame(b"a")]}),
    "accepts_at_header": Profile(replies={b"L": [frame(b"a")]}),
    "accepts_first_message_at_eoh": Profile(replies={b"N": [frame(b"a")]}, first_only=True),
    "skips_body": Profile(replies={b"B": [frame(b"s")]}),
    "skips_headers": Profile(replies={b"L": [frame(b"s")]}),
    "progress": Profile(replies={b"E": [frame(b"p"), frame(b"p"), CONTINUE]}),
    "rejects_mail": Profile(replies={b"M": [frame(b"r")]}),
    "rejects_first_recipient": Profile(replies={b"R": [frame(b"y", b"550 5.7.1 not him\0")]}, first_only=True),
    "rejects_data": Profile(replies={b"T": [frame(b"y", b"450 4.7.1 100%% later\0")]}),
    "rejects_header": Profile(replies={b"L": [frame(b"r")]}, first_only=True),
    "rejects_body": Profile(replies={b"B": [frame(b"t")]}),
    "rejects_message": Profile(replies={b"E": [frame(b"y", b"554 5.7.1 no\r\n554 5.7.1 never\0")]}),
    "discards_at_mail": Profile(replies={b"M": [frame(b"d")]}),
    "discards_message": Profile(replies={b"E": [frame(b"d")]}),
    "quarantines": Profile(replies={b"E": [frame(b"q", b"suspicious\0"), CONTINUE]}),
}


def index(number: int) -> bytes:
    return struct.pack(">I", number)


EDITED = (b"Received: from a by b; Sat, 21 Nov 2026 09:00:00 +0000\r\n" + HEADER +
          b"X-Same: one\r\nx-same: two\r\n\tfolded\r\nX-Same: three\r\n\r\nold body\r\n")
EDITS = {
    "insert_at_0": [frame(b"i", index(0) + b"X-New\0 v\0")],
    "insert_at_1": [frame(b"i", index(1) + b"X-New\0 v\0")],
    "insert_at_0_then_1": [frame(b"i", index(0) + b"X-A\0 a\0"), frame(b"i", index(1) + b"X-B\0 b\0")],
    "insert_at_0_twice": [frame(b"i", index(0) + b"X-A\0 a\0"), frame(b"i", index(0) + b"X-B\0 b\0")],
    "insert_in_the_middle": [frame(b"i", index(4) + b"X-A\0 a\n\tb\0"), frame(b"i", index(8) + b"X-B\0b\0")],
    "insert_after_a_folded_field": [frame(b"i", index(9) + b"X-A\0 a\0")],
    "insert_far_away": [frame(b"i", index(1000) + b"X-New\0 v\0")],
    "add": [frame(b"h", b"X-New\0 v\0"), frame(b"h", b"X-New\0 w\n x\0")],
    "add_without_space": [frame(b"h", b"X-New\0v\0")],
    "fold_without_blank": [frame(b"h", b"X-New\0 a\nb\0")],
    "change_first": [frame(b"m", index(1) + b"X-Same\0 changed\0")],
    "change_0_is_1": [frame(b"m", index(0) + b"X-Same\0 changed\0")],
    "change_second_folded": [frame(b"m", index(2) + b"x-sAME\0 changed\0")],
    "change_missing_appends": [frame(b"m", index(4) + b"X-Same\0 four\0"), frame(b"m", index(1) + b"X-No\0 n\0")],
    "change_received_is_not_our_own": [frame(b"m", index(1) + b"Received\0 changed\0")],
    "delete_first": [frame(b"m", index(1) + b"X-Same\0\0")],
    "delete_from_the_front": [frame(b"m", index(1) + b"X-Same\0\0"), frame(b"m", index(2) + b"X-Same\0\0")],
    "delete_from_the_back": [frame(b"m", index(3) + b"X-Same\0\0"), frame(b"m", index(2) + b"X-Same\0\0"),
                             frame(b"m", index(1) + b"X-Same\0\0")],
    "delete_missing": [frame(b"m", index(9) + b"X-Same\0\0"), frame(b"m", index(1) + b"X-No\0\0")],
    "insert_then_delete_counts_the_insert": [frame(b"i", index(0) + b"X-Same\0 zero\0"),
                                             frame(b"m", index(2) + b"X-Same\0\0")],
    "add_then_change_it": [frame(b"h", b"X-New\0 v\0"), frame(b"m", index(1) + b"X-New\0 w\0"),
                           frame(b"i", index(0) + b"X-New\0 u\0"), frame(b"m", index(2) + b"X-New\0\0")],
    "replace_body": [frame(b"b", b"new\r\nbo"), frame(b"b", b"dy\r\nwithout end"), frame(b"h", b"X-New\0 v\0")],
    "replace_body_bare_lf": [frame(b"b", b"a\nb\r\n\r\n")],
    "empty_new_body": [frame(b"b", b"")],
}


def normal(session: list[Frame]) -> list[object]:
    """Frames with macros as (stage, [(name, value)]), values of the instance left out."""
    result: list[object] = []
    for command, data in session:
        if command != b"D":
            result.append((command, data))
            continue
        words = data[1:].split(b"\0")[:-1]
        pairs = [(n, None if n in INSTANCE else v) for n, v in zip(words[::2], words[1::2])]
        result.append((command, data[:1], pairs))
    return result


def readable(session: list[Frame]) -> str:
    return "\n".join(f"{command!r} {data[:120]!r}{f' ... {len(data)} octets' if len(data) > 120 else ''}"
                     for command, data in normal_text(session))


def normal_text(session: list[Frame]) -> list[Frame]:
    return [(item[0], item[1] if len(item) == 2 else repr(item[1:]).encode()) for item in normal(session)]


def without_own_received(data: bytes) -> bytes:
    """Ours and that of the Postfix under test look alike but for id and date."""
    return re.sub(rb"Received: from client\.example \([^\n]*\n(?:[ \t][^\n]*\n)*", b"Received: (our own)\r\n", data)


class ByteTrue(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls) -> None:
        cls.place = Workspace("bt")
        cls.addClassCleanup(cls.place.close)
        cls.sink = SmtpSink()
        cls.place.keep(cls.sink)
        cls.milters = [RecordingMilter(), RecordingMilter()]
        cls.place.keep(*cls.milters)
        cls.postfix = PrivatePostfix(cls.place, sink=cls.sink, milters=[cls.milters[0].milter], settings={
            "local_header_rewrite_clients": "", "smtp_line_length_limit": "0", "milter_default_action": "tempfail",
            "disable_mime_output_conversion": "yes", "enable_original_recipient": "yes", "header_size_limit": "102400"})
        cls.place.keep(cls.postfix)
        cls.postfix.start()
        for _ in range(2):  # start() looked whether the two ports answer
            cls.milters[0].wait_for_session()

    def setUp(self) -> None:
        for milter in self.milters:
            milter.profile = Profile()
            milter.forget()

    def play(self, messages: list[bytes], recipients: list[str], port: int, *options: str,
             sender: str = SENDER) -> list[dict]:
        """postern-replay as the same client; its JSON."""
        files = []
        for number, message in enumerate(messages):
            files.append(self.place.write(f"in/{number}.eml", message))
        command = [binary("postern-replay"), "--milter", self.milters[0].milter, "--sender", sender, "--client",
                   "127.0.0.1", "--client-name", "unknown", "--client-port", str(port), "--helo", "client.example",
                   "--hostname", "mail.example.org", "--json", "--output", self.place.path / "out",
                   "--per-connection", str(len(messages)), *options]
        for recipient in recipients:
            command += ["--recipient", recipient]
        said = run([*command, *files], check=False)
        self.assertIn(said.returncode, (0,), said.stderr + said.stdout)
        return [json.loads(line) for line in said.stdout.splitlines()]

    def hand_in(self, messages: list[bytes], recipients: list[str], login: client.Login | None = None,
                options: tuple[str, ...] = (), sender: str = SENDER) -> tuple[list[str], int]:
        """The last answer to each message, and the port we came from."""
        port = self.postfix.submission_port if login else self.postfix.smtp_port
        smtp = client.connect(port, login)
        local = smtp.sock.getsockname()[1]
        answers = []
        for message in messages:
            answer = "250"
            code, text = smtp.docmd("MAIL", f"FROM:<{sender}>" + "".join(f" {option}" for option in options))
            accepted = 0
            if code == 250:
                for recipient in recipients:
                    code, text = smtp.docmd("RCPT", f"TO:<{recipient}>")
                    accepted += code == 250
                if accepted:
                    code, text = smtp.docmd("DATA")
                    if code == 354:
                        stuffed = re.sub(rb"(^|\r\n)\.", rb"\1..", message)
                        smtp.send(stuffed + (b"" if stuffed.endswith(b"\r\n") else b"\r\n") + b".\r\n")
                        code, text = smtp.getreply()
            answer = f"{code} {text.decode()}"
            if code != 250:
                smtp.rset()  # as a client that goes on does
            answers.append(answer)
        smtp.quit()
        return answers, local

    def compare(self, messages: list[bytes], recipients: list[str], profile: Profile, *,
                login: client.Login | None = None, esmtp: tuple[str, ...] = (), sender: str = SENDER) -> list[dict]:
        milter = self.milters[0]
        milter.forget()
        milter.profile = profile
        answers, port = self.hand_in(messages, recipients, login, esmtp, sender)
        real = milter.wait_for_session()
        options = [word for argument in esmtp for word in ("--esmtp", argument)]
        if login:
            options += ["--login", login.name, "--daemon-name", "ORIGINATING"]
        results = self.play(messages, recipients, port, *options, sender=sender)
        ours = milter.wait_for_session()
        if normal(real) != normal(ours):
            said = f"Postfix answered {answers}\n{self.postfix.log_tail(12)}"
            self.assertEqual(readable(real), readable(ours), said)
            self.assertEqual(normal(real), normal(ours), said)
        for answer, result in zip(answers, results):
            expected = {"2": ("accept", "discard", "quarantine"), "4": ("tempfail",), "5": ("reject",)}[answer[0]]
            self.assertIn(result["verdict"], expected, answer)
            if answer[0] != "2":
                self.assertEqual(answer.replace("\n", "\r\n").splitlines()[0], result["reply"].splitlines()[0])
        return results

    def test_every_message_gives_the_same_frames(self) -> None:
        for name, message in MESSAGES.items():
            for protocol in (0, LEADING_SPACE | NR_HEADER | NR_BODY):
                with self.subTest(message=name, protocol=hex(protocol)):
                    self.compare([message], [RECIPIENT], Profile(protocol=protocol))

    def test_every_profile_gets_the_same_frames(self) -> None:
        for name, profile in PROFILES.items():
            with self.subTest(profile=name):
                self.compare([MESSAGES["folds_and_spaces"], PLAIN], [RECIPIENT, OTHER], profile)

    def test_login_and_esmtp_arguments(self) -> None:
        self.compare([PLAIN], [RECIPIENT], Profile(), login=client.Login("alice@example.org"),
                     esmtp=("SIZE=500", "BODY=8BITMIME"))

    def test_null_sender(self) -> None:
        self.compare([PLAIN], [RECIPIENT], Profile(), sender="")

    def test_smtputf8(self) -> None:
        self.compare([HEADER + "X-Utf8: Grüße\r\n\r\nGrüße\r\n".encode()], [RECIPIENT], Profile(),
                     esmtp=("SMTPUTF8", "BODY=8BITMIME"))

    def test_edits_give_the_message_that_leaves_postfix(self) -> None:
        for name, edits in EDITS.items():
            for protocol in (LEADING_SPACE, 0):
                with self.subTest(edit=name, protocol=hex(protocol)):
                    before = len(self.sink.deliveries)
                    self.compare([EDITED], [RECIPIENT], Profile(protocol=protocol, replies={b"E": [*edits, CONTINUE]}))
                    delivered = self.sink.wait_for_count(before + 1)[before].data
                    written = (self.place.path / "out" / self.result_name(0)).read_bytes()
                    self.assertEqual(without_own_received(delivered), without_own_received(written))

    def test_chain_of_two_sees_edits_of_the_first(self) -> None:
        first, second = self.milters
        self.postfix.set(smtpd_milters=f"{first.milter}, {second.milter}")
        self.addCleanup(self.postfix.set, smtpd_milters=first.milter)
        edits = [frame(b"i", index(0) + b"X-First\0 a\n\tb\0"), frame(b"m", index(2) + b"X-Same\0\0"),
                 frame(b"m", index(1) + b"Subject\0 changed\0"), frame(b"h", b"X-Last\0no space\0"),
                 frame(b"b", b"a new\nbody"), CONTINUE]
        for name, last in (("continue", CONTINUE), ("reject", frame(b"r"))):
            with self.subTest(first=name):
                first.profile = Profile(protocol=LEADING_SPACE, replies={b"E": [*edits[:-1], last]})
                second.profile = Profile(protocol=LEADING_SPACE)
                _, port = self.hand_in([EDITED], [RECIPIENT])
                real = [first.wait_for_session(), second.wait_for_session()]
                self.play([EDITED], [RECIPIENT], port, "--milter", second.milter)
                ours = [first.wait_for_session(), second.wait_for_session()]
                for one, other in zip(real, ours):
                    self.assertEqual(readable(one), readable(other))
                    self.assertEqual(normal(one), normal(other))

    def test_submission_that_is_not_smtp(self) -> None:
        milter = self.milters[0]
        self.postfix.sendmail(PLAIN, SENDER, RECIPIENT, OTHER)
        real = milter.wait_for_session()
        self.play([PLAIN], [RECIPIENT, OTHER], 0, "--non-smtp")
        ours = milter.wait_for_session()
        self.assertEqual(readable(real), readable(ours))
        self.assertEqual(normal(real), normal(ours))

    def result_name(self, number: int) -> str:
        return str(self.place.path / "in" / f"{number}.eml").lstrip("/").replace("/", "_")


if __name__ == "__main__":
    runner.main()
