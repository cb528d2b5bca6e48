#!/usr/bin/python3
"""Our signatures before other judges: verify.py SIGN-TOOL KEY-DIRECTORY MESSAGE-DIRECTORY

Every message is signed by the tool (see sign_messages.cpp) and verified by dkimpy (RSA and Ed25519) and Mail::DKIM
(RSA; Debian 12's version does not know Ed25519, a later one is asked). Then one octet of the body or of From is changed,
or a field added that is oversigned, and no signature may pass. Public keys come from openssl(1), not from our code.
"""

import base64
import pathlib
import subprocess
import sys
import tempfile

import dkim

SELECTORS = {"rsa": "rsa2048_pkcs8.pem", "ed": "ed25519.pem"}
DOMAIN = "football.example.com"

# Mail::DKIM does not add the missing last CRLF in the simple form (RFC 6376 3.4.3); dkimpy does, as the RFC says.
MAIL_DKIM_DIFFERS = ("no_final_line_end.simple-simple.", "no_final_line_end.relaxed-simple.")


def make_zone(keys):
    zone = {}
    for selector, name in SELECTORS.items():
        der = subprocess.run(["openssl", "pkey", "-in", keys / name, "-pubout", "-outform", "DER"], check=True,
                             capture_output=True).stdout
        kind, public = ("ed25519", der[-32:]) if selector == "ed" else ("rsa", der)
        zone[f"{selector}._domainkey.{DOMAIN}"] = f"v=DKIM1; k={kind}; p={base64.b64encode(public).decode()}"
    return zone


def flip(message, start, end):
    """The message with the first letter between start and end changed, or None if there is no letter."""
    for at in range(start, end):
        if chr(message[at]).isascii() and chr(message[at]).isalnum():
            return message[:at] + bytes([message[at] ^ 1]) + message[at + 1:]
    return None


def damaged(message):
    """What must break every signature, by name."""
    body = message.index(b"\r\n\r\n") + 4
    author = message.index(b"\r\nFrom:") + 7
    damages = {
        "author": flip(message, author, body),
        "body": flip(message, body, len(message)) or message + b"x",
        "added From": b"From: <evil@example.com>\r\n" + message,
        "added Subject": b"Subject: changed\r\n" + message,
        "added Content-Type": b"Content-Type: text/html\r\n" + message,
    }
    return {name: text for name, text in damages.items() if text is not None}


class Dkimpy:
    def __init__(self, zone):
        self.zone = zone

    def lookup(self, name, timeout=5):
        found = self.zone.get(name.decode().rstrip("."))
        return found.encode() if found else None

    def verify(self, message, index):
        try:
            return bool(dkim.DKIM(message).verify(index, dnsfunc=self.lookup))
        except dkim.DKIMException as trouble:
            return f"{type(trouble).__name__}: {trouble}"


def mail_dkim(zone, paths, scratch):
    """{path: {selector: result}}, and whether this Mail::DKIM knows Ed25519."""
    zone_file = scratch / "zone"
    zone_file.write_text("".join(f"{name}\t{record}\n" for name, record in zone.items()))
    script = pathlib.Path(__file__).with_name("verify.pl")
    said = subprocess.run(["perl", script, zone_file, *paths], check=True, capture_output=True, text=True).stdout
    *lines, knows = said.splitlines()
    results = {}
    for line in lines:
        path, *pairs = line.split(" ")
        results[path] = dict(pair.split("=", 1) for pair in pairs)
    return results, knows == "knows-ed25519=yes"


def main():
    tool, keys, messages = (pathlib.Path(argument) for argument in sys.argv[1:4])
    zone = make_zone(keys)
    dkimpy = Dkimpy(zone)
    failures, counts = [], {"dkimpy pass": 0, "dkimpy refused": 0, "Mail::DKIM pass": 0, "Mail::DKIM refused": 0,
                            "Mail::DKIM no Ed25519": 0, "Mail::DKIM differs": 0}

    def check(good, count, what):
        if good:
            counts[count] += 1
        else:
            failures.append(what)

    with tempfile.TemporaryDirectory(prefix="postern-dkim-") as scratch_name:
        scratch = pathlib.Path(scratch_name)
        signed, broken = scratch / "signed", scratch / "broken"
        signed.mkdir()
        broken.mkdir()
        sources = sorted(messages.glob("*.eml"))
        if not sources:
            sys.exit(f"no messages in {messages}")
        subprocess.run([tool, keys, signed, *sources], check=True)
        for path in sorted(signed.iterdir()):
            message = path.read_bytes()
            for index, selector in enumerate(SELECTORS):
                said = dkimpy.verify(message, index)
                check(said is True, "dkimpy pass", f"dkimpy {selector} {path.name}: {said}")
            for name, text in damaged(message).items():
                (broken / f"{path.stem}.{name.replace(' ', '-')}.eml").write_bytes(text)
                for index, selector in enumerate(SELECTORS):
                    said = dkimpy.verify(text, index)
                    check(said is not True, "dkimpy refused", f"dkimpy passes {selector} {path.name} with {name}")

        paths = [*sorted(signed.iterdir()), *sorted(broken.iterdir())]
        results, knows_ed25519 = mail_dkim(zone, paths, scratch)
        for path in paths:
            found, intact = results[str(path)], path.parent == signed
            for selector in SELECTORS:
                said = found.get(selector)
                if selector == "ed" and not knows_ed25519:
                    check(said == "invalid", "Mail::DKIM no Ed25519", f"Mail::DKIM {path.name}: {found}")
                elif intact and path.name.startswith(MAIL_DKIM_DIFFERS):
                    check(said == "fail", "Mail::DKIM differs", f"Mail::DKIM has changed its mind: {path.name}: {found}")
                elif intact:
                    check(said == "pass", "Mail::DKIM pass", f"Mail::DKIM {path.name}: {found}")
                else:
                    check(said in ("fail", "invalid"), "Mail::DKIM refused", f"Mail::DKIM {path.name}: {found}")

    print(f"{len(sources)} messages:", ", ".join(f"{name} {count}" for name, count in counts.items()))
    for failure in failures[:40]:
        print("FAIL", failure)
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
