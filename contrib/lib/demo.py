"""The play of contrib/demo: one message signed, one forged field noticed, one message left alone, each with its reason."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import textwrap
from pathlib import Path

from support import client
from support.daemon import Daemon
from support.nameserver import NameServer
from support.postfix import PrivatePostfix
from support.process import TestEnvironmentError, Workspace, binary, free_port, run, wait_for
from support.sink import Delivery, SmtpSink
from support.verify import verify_dkimpy

COLOUR = sys.stdout.isatty() and "NO_COLOR" not in os.environ and os.environ.get("TERM", "dumb") != "dumb"
WIDTH = 79

MESSAGE = """\
From: Alice <alice@example.org>
To: Bob <bob@example.net>
Subject: Saturday
Date: Sat, 21 Nov 2026 10:00:00 +0000
Message-ID: <{name}@example.org>

The side gate is open. Come at nine.
"""


def paint(text: str, code: str) -> str:
    return f"\033[{code}m{text}\033[0m" if COLOUR else text


def heading(text: str) -> None:
    print("\n" + paint(f"== {text}", "1"), flush=True)


def say(text: str) -> None:
    print(textwrap.fill(text, WIDTH, initial_indent="   ", subsequent_indent="   "))


def show(text: str) -> None:
    """Something quoted, line for line; what is wider than the terminal goes on in the next line."""
    for line in text.rstrip("\n").replace("\r", "").replace("\t", "    ").split("\n"):
        for part in textwrap.wrap(line, WIDTH + 1 - 2, drop_whitespace=False, subsequent_indent="      ") or [""]:
            print(paint("| ", "2") + part.rstrip())


def verdicts(data: bytes, names: NameServer) -> bool:
    """Prints what dkimpy thinks of each signature; did all pass?"""
    judged = verify_dkimpy(data, names)
    for verdict in judged:
        word = paint("PASS", "32") if verdict.passed else paint("FAIL", "31")
        why = verdict.detail.split(" (got")[0].removeprefix("ValidationError: ")
        print(f"   {word}  d={verdict.domain} s={verdict.selector} a={verdict.algorithm} {why}".rstrip())
    return bool(judged) and all(verdict.passed for verdict in judged)


def added_fields(delivery: Delivery) -> str:
    """Everything that stands above the fields the author wrote."""
    return delivery.header.decode("utf-8", "replace").split("From: Alice", 1)[0]


def dkim_fields(delivery: Delivery) -> str:
    kept, keep = [], False
    for line in added_fields(delivery).split("\r\n"):
        keep = line.lower().startswith("dkim-signature:") or (keep and line[:1] in (" ", "\t"))
        if keep:
            kept.append(line)
    return "\n".join(kept)


def log_line(sign: Daemon, part: str) -> str:
    """The daemon's line about one message, by queue id."""
    return wait_for(f"a log line with {part}", lambda: next((line for line in sign.log if part in line), None))


def queue_id(transcript: str) -> str:
    return transcript.split("queued as ", 1)[1].split()[0]


def play(place: Workspace) -> bool:
    heading("keys")
    keys = place.directory("keys")
    made = run([binary("postern"), "keygen", "--domain", "example.org", "--selector", "demo", "--type", "both",
                "--key-directory", keys, "--zone"]).stdout.decode()
    say("postern keygen --domain example.org --selector demo --type both --zone")
    show(made)

    heading("a name server, a Postfix and postern-sign, on loopback")
    sink = SmtpSink()
    names = NameServer(place, zone_lines=made)
    port = free_port()
    sign = Daemon(place, "postern-sign", f"[sign]\nlisten = inet:127.0.0.1:{port}\nkey-directory = {keys}\n"
                                         f"internal-hosts = 127.0.0.1, ::1\nuser = nobody\n")
    postfix = PrivatePostfix(place, sink=sink, milters=[f"inet:127.0.0.1:{port}"])
    place.keep(sink, names, sign, postfix)
    shutil.chown(keys, group="nogroup")
    for path in keys.rglob("*"):
        shutil.chown(path, group="nogroup")
    names.start()
    say(f"nsd            127.0.0.1:{names.port}, serves the two records above")
    sign.start()
    say(f"postern-sign   127.0.0.1:{port}, with this postern.conf:")
    show(sign.configuration.read_text())
    postfix.start()
    say(f"Postfix        127.0.0.1:{postfix.submission_port} (login needed) and {postfix.smtp_port} (none), main.cf has:")
    show(f"smtpd_milters = {postfix.settings['smtpd_milters']}\n"
         f"non_smtpd_milters = {postfix.settings['non_smtpd_milters']}")

    heading("1. Alice logs in and sends a message: signed")
    message = place.write("saturday.eml", MESSAGE.format(name="one"))
    say("what she wrote:")
    show(message.read_text())
    transcript = client.swaks(postfix.submission_port, message, "alice@example.org", "bob@example.net",
                              client.Login("alice@example.org"))
    delivery = sink.wait_for_message(b"<one@example.org>")
    say("what was added on its way, and arrived:")
    show(dkim_fields(delivery))
    say("what dkimpy, which shares no code with us, says with the keys from the name server:")
    good = verdicts(delivery.data, names)
    say("what postern-sign logged:")
    show(log_line(sign, queue_id(transcript)))

    heading("2. Somebody changes the message on its way: noticed")
    forged = delivery.data.replace(b"Come at nine.", b"Come at ten.")
    say('the same message with "ten" for "nine":')
    good &= not verdicts(forged, names)
    forged = b"Subject: Sunday\r\n" + delivery.data
    say("and with a second Subject on top, which a mail reader may show: the signature covers the absence of another:")
    good &= not verdicts(forged, names)

    heading("3. A stranger sends mail as Alice, without login: not signed")
    message = place.write("stranger.eml", MESSAGE.format(name="two"))
    say(f"client 192.0.2.66 (by XCLIENT), port {postfix.smtp_port}, From: Alice <alice@example.org>")
    client.send(postfix.smtp_port, message.read_bytes().replace(b"\n", b"\r\n"), "alice@example.org",
                "bob@example.net", xclient={"ADDR": "192.0.2.66", "NAME": "stranger.example"})
    delivery = sink.wait_for_message(b"<two@example.org>")
    fields = dkim_fields(delivery)
    say(f"DKIM-Signature fields that arrived: {fields.count('DKIM-Signature')}; the reason in the log:")
    show(log_line(sign, "192.0.2.66"))
    good &= not fields

    heading("4. A domain without a key: not signed")
    message = place.write("other.eml", MESSAGE.format(name="three").replace("alice@example.org", "alice@example.com"))
    transcript = client.swaks(postfix.submission_port, message, "alice@example.com", "bob@example.net",
                              client.Login("alice@example.org"))
    delivery = sink.wait_for_message(b"<three@example.org>")
    say("From: Alice <alice@example.com>, with login:")
    show(log_line(sign, queue_id(transcript)))
    good &= not delivery.fields("DKIM-Signature")

    heading("the end")
    stopped = sign.terminate()
    say(f"postern-sign stopped (exit code {stopped}); Postfix and nsd follow, the temporary directory is removed.")
    return good and stopped == 0


def interrupted(number: int, _: object) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # cleaning up is not interrupted
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise SystemExit(128 + number)


def main() -> int:
    signal.signal(signal.SIGTERM, interrupted)
    signal.signal(signal.SIGINT, interrupted)
    try:
        with Workspace("postern-demo") as place:
            good = play(place)
    except (TestEnvironmentError, RuntimeError, TimeoutError, client.MailRefused) as trouble:
        print(paint(f"demo: {trouble}", "31"), file=sys.stderr)
        return 1
    if good:
        print(paint("\nAll as it should be.", "32") + " Next: \"Add it to your Postfix\" in README.md.")
    else:
        print(paint("\ndemo: something above is not as it should be", "31"), file=sys.stderr)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
