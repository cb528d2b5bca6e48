"""The play of contrib/demo: mail that leaves is signed or left alone, mail that comes in is judged; each with the reason."""

from __future__ import annotations

import os
import re
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


# What the world knows of example.org: which host may send for it, and that host's name and address.
WORLD = """\
example.org. 3600 IN TXT "v=spf1 ip4:192.0.2.25 -all"
mail.example.org. 3600 IN TXT "v=spf1 a -all"
mail.example.org. 3600 IN A 192.0.2.25
25.2.0.192.in-addr.arpa. 3600 IN PTR mail.example.org.
"""
FORGED_RESULTS = b"Authentication-Results: mail.example.org; dkim=pass header.d=example.org\r\n"
GOOD_HOST = {"ADDR": "192.0.2.25", "NAME": "mail.example.org", "HELO": "mail.example.org"}
BAD_HOST = {"ADDR": "198.51.100.66", "NAME": "[UNAVAILABLE]", "HELO": "mail.example.org"}


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


def results(delivery: Delivery) -> str:
    """The Authentication-Results field on top."""
    first = re.split(r"\r\n(?![ \t])", delivery.header.decode("utf-8", "replace"), maxsplit=1)[0]
    return first if first.lower().startswith("authentication-results:") else "(none)"


def log_line(daemon: Daemon, part: str) -> str:
    """The daemon's line about one message, by queue id."""
    return wait_for(f"a log line with {part}", lambda: next((line for line in daemon.log if part in line), None))


def arriving(delivery: Delivery, mark: str) -> bytes:
    """A message that was delivered, as another site hands it to us; marked with a field that no signature covers."""
    return f"X-Mark: {mark}\r\n".encode() + delivery.data


def queue_id(transcript: str) -> str:
    return transcript.split("queued as ", 1)[1].split()[0]


def play(place: Workspace) -> bool:
    heading("keys")
    keys = place.directory("keys")
    made = run([binary("postern"), "keygen", "--domain", "example.org", "--selector", "demo", "--type", "both",
                "--key-directory", keys, "--zone"]).stdout.decode()
    say("postern keygen --domain example.org --selector demo --type both --zone")
    show(made)

    heading("a name server, a Postfix, postern-sign and postern-verify, on loopback")
    sink = SmtpSink()
    names = NameServer(place, zone_lines=made + WORLD)
    ports = {"sign": free_port(), "verify": free_port()}
    configuration = (f"[dns]\nservers = 127.0.0.1:{names.port}\n\n"
                     f"[sign]\nlisten = inet:127.0.0.1:{ports['sign']}\nkey-directory = {keys}\n"
                     f"internal-hosts = 127.0.0.1, ::1\nuser = nobody\n\n"
                     f"[verify]\nlisten = inet:127.0.0.1:{ports['verify']}\nuser = nobody\n")
    sign = Daemon(place, "postern-sign", configuration, "postern")
    verify = Daemon(place, "postern-verify", configuration, "postern")
    postfix = PrivatePostfix(place, sink=sink, milters=[f"inet:127.0.0.1:{port}" for port in ports.values()])
    place.keep(sink, names, sign, verify, postfix)
    shutil.chown(keys, group="nogroup")
    for path in keys.rglob("*"):
        shutil.chown(path, group="nogroup")
    names.start()
    say(f"nsd            127.0.0.1:{names.port}, serves the two records above, and:")
    show(WORLD)
    sign.start()
    verify.start()
    say(f"postern-sign   127.0.0.1:{ports['sign']}, and")
    say(f"postern-verify 127.0.0.1:{ports['verify']}, with this postern.conf:")
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
    delivery = signed = sink.wait_for_message(b"<one@example.org>")
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

    heading("5. The signed message comes in from the internet: verified")
    say("from client 192.0.2.25 (by XCLIENT), which the SPF record of example.org names; on top of what arrives stands:")
    answer = client.send(postfix.smtp_port, arriving(signed, "five"), "alice@example.org", "bob@example.net",
                         xclient=GOOD_HOST)
    delivery = sink.wait_for_message(b"X-Mark: five")
    show(results(delivery))
    good &= "dkim=pass" in results(delivery) and "spf=pass" in results(delivery)
    say("what postern-verify logged:")
    show(log_line(verify, queue_id(answer)))

    heading("6. A forgery comes in: caught, and its own praise removed")
    forged = FORGED_RESULTS + arriving(signed, "six").replace(b"Come at nine.", b"Come at ten.")
    say("from client 198.51.100.66, with another hour in the text and this field, which claims to be ours:")
    show(FORGED_RESULTS.decode())
    answer = client.send(postfix.smtp_port, forged, "alice@example.org", "bob@example.net", xclient=BAD_HOST)
    delivery = sink.wait_for_message(b"X-Mark: six")
    say("what stands there when it arrives:")
    show(results(delivery))
    left = [value for value in delivery.fields("Authentication-Results") if b"=pass header.d" in value]
    say(f"forged fields left: {len(left)}; what postern-verify logged:")
    show(log_line(verify, queue_id(answer)))
    good &= "dkim=fail" in results(delivery) and "spf=fail" in results(delivery) and not left
    say("The message arrives all the same: what is done about it (tag, quarantine, refuse) is for [verify] to say.")

    heading("the end")
    stopped = [daemon.terminate() for daemon in (sign, verify)]
    say(f"postern-sign and postern-verify stopped (exit codes {stopped[0]} and {stopped[1]}); Postfix and nsd follow, the "
        "temporary directory is removed.")
    return good and stopped == [0, 0]


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
