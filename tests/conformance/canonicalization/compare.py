#!/usr/bin/python3
"""Our canonical forms against those of dkimpy and Mail::DKIM, over generated bodies and header fields.

    compare.py PROGRAM        PROGRAM is built from canonicalize_main.cpp

Every disagreement must be one of the list KNOWN, which says who reads RFC 6376 how; one that is not fails the test, and so
does an entry of the list that no case shows any more. The cases are the same in each run (seeded).
"""

import pathlib
import random
import re
import subprocess
import sys

from dkim.canonicalization import Relaxed, Simple

HERE = pathlib.Path(__file__).resolve().parent
BODIES, BODIES_BARE, FIELDS, FIELDS_BARE = 4000, 2000, 3000, 1000


def known_disagreements():
    """(peer, kind, form, name, why, applies(octets, ours, theirs)): where a peer and we differ, and who is right."""
    def unfinished_blanks(octets, ours, theirs):
        return bool(re.search(rb"[ \t]\Z", octets)) and drop_blank_tail(theirs) == ours

    def drop_blank_tail(canonical):
        lines = canonical[:-2].split(b"\r\n") if canonical.endswith(b"\r\n") else canonical.split(b"\r\n")
        lines = [line[:-1] if line.endswith(b" ") else line for line in lines]
        while lines and not lines[-1]:
            lines.pop()
        return b"".join(line + b"\r\n" for line in lines)

    def strip_value(canonical, front, behind):
        """The canonical field without octets of these classes at the ends of its value."""
        name, value = canonical[:-2].split(b":", 1)
        value = re.sub(rb"\A" + front + b"*", b"", value) if front else value
        value = re.sub(behind + rb"*\Z", b"", value) if behind else value
        return name + b":" + value + b"\r\n"

    return [
        ("dkimpy", "body", "relaxed", "blanks at the end of an unfinished last line",
         "dkimpy strips white space only in front of a CRLF; RFC 6376 3.4.4 strips it at the end of lines, and the line "
         "gets its CRLF afterwards. Mail::DKIM does as we do.",
         unfinished_blanks),
        ("Mail::DKIM", "body", "simple", "unfinished last line",
         "Mail::DKIM leaves it so; RFC 6376 3.4.3: if there is no trailing CRLF on the message body, a CRLF is added. "
         "dkimpy does as we do.",
         lambda octets, ours, theirs: not octets.endswith(b"\r\n") and ours == theirs + b"\r\n"),
        ("dkimpy", "header", "relaxed", "bare CR at an end of the value",
         "dkimpy uses bytes.strip(), which takes CR for white space; WSP in RFC 6376 2.8 is space and tab.",
         lambda octets, ours, theirs: strip_value(ours, rb"[ \r]", rb"[ \r]") == theirs),
        ("Mail::DKIM", "header", "relaxed", "bare CR behind the colon",
         "Mail::DKIM takes Perl's \\s for white space in front of the value, which includes CR.",
         lambda octets, ours, theirs: strip_value(ours, rb"[ \r]", rb"") == theirs),
    ]


def bodies(rng):
    """Most of them as SMTP delivers bodies: the last line finished."""
    for body in unfinished_bodies(rng):
        yield body
        if body and not body.endswith(b"\r\n"):
            yield body + b"\r\n"


def unfinished_bodies(rng):
    edge = [b" ", b"\t", b"\r\n", b"a", b".", b"  ", b"\r\n\r\n", b" \r\n"]
    far = edge + [b"x" * 70, b" " * 40, b"\r\n" * 20, b"word. ", b"Two.  Blanks. \t", b"\xc3\xa9"]
    bare = edge + [b"\r", b"\n"]
    for fixed in (b"", b"\r\n", b" ", b" \r\n", b"a\r\n \r\n", b"a", b"a ", b"\r\n\r\n", b"\r\na"):
        yield fixed
    for _ in range(BODIES):
        yield b"".join(rng.choice(rng.choice((edge, far))) for _ in range(rng.randrange(14)))
    for _ in range(BODIES // 4):
        yield b"".join(rng.choice(far) for _ in range(rng.randrange(120)))
    for _ in range(BODIES_BARE):
        yield b"".join(rng.choice(bare) for _ in range(rng.randrange(12)))


def fields(rng):
    names = [b"A", b"aB", b"X-y ", b"Subject\t ", b"DKIM-Signature"]
    value = [b" ", b"\t", b"\r\n ", b"\r\n\t", b"a", b".", b":", b"B c", b"  ", b"\xc3\xa9", b"x" * 30, b"\r\n \r\n "]
    for _ in range(FIELDS):
        yield rng.choice(names) + b":" + b"".join(rng.choice(value) for _ in range(rng.randrange(10)))
    for _ in range(FIELDS_BARE):
        yield rng.choice(names) + b":" + b"".join(rng.choice(value + [b"\r"] * 2) for _ in range(rng.randrange(8)))


def cases():
    rng = random.Random(6376)
    for form in ("simple", "relaxed"):
        for body in bodies(rng):
            yield "body", form, rng.choice((0, 1, 2, 3, 7, 64)), body
        for field in fields(rng):
            yield "header", form, 0, field


def dkimpy(kind, form, octets):
    algorithm = Relaxed if form == "relaxed" else Simple
    if kind == "body":
        return algorithm.canonicalize_body(octets)
    name, value = octets.split(b":", 1)
    (name, value), = algorithm.canonicalize_headers([(name, value + b"\r\n")])
    return name + b":" + value


def answers(command, todo):
    """What a program that reads cases as lines gives for all of them."""
    text = "".join(f"{kind} {form} {chunk} {octets.hex()}\n" for kind, form, chunk, octets in todo)
    done = subprocess.run(command, input=text, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode != 0:
        sys.exit(f"{command[0]} failed ({done.returncode}): {done.stderr.strip()}")
    lines = [bytes.fromhex(line) for line in done.stdout.splitlines()]
    if len(lines) != len(todo):
        sys.exit(f"{command[0]} answered {len(lines)} of {len(todo)} cases")
    return lines


def main():
    todo = list(cases())
    ours = answers([sys.argv[1]], todo)
    peers = {"dkimpy": [dkimpy(kind, form, octets) for kind, form, _, octets in todo],
             "Mail::DKIM": answers(["/usr/bin/perl", str(HERE / "mail_dkim.pl")], todo)}
    known = known_disagreements()
    seen = {entry[:4]: 0 for entry in known}
    failures = 0
    for peer, theirs in peers.items():
        counts = {}
        for (kind, form, chunk, octets), we, they in zip(todo, ours, theirs):
            count = counts.setdefault((kind, form), [0, 0])
            count[0] += 1
            if we == they:
                count[1] += 1
                continue
            named = next((e for e in known if e[:3] == (peer, kind, form) and e[5](octets, we, they)), None)
            if named:
                seen[named[:4]] += 1
                continue
            failures += 1
            if failures <= 20:
                print(f"{peer} differs: {kind} {form} chunks of {chunk}\n  in     {octets!r}\n  ours   {we!r}\n  theirs {they!r}")
        for (kind, form), (total, same) in counts.items():
            print(f"{peer}: {kind} {form}: {total} cases, {same} equal, {total - same} differ")
    for entry in known:
        print(f"{entry[0]}, {entry[1]} {entry[2]}, {entry[3]}: {seen[entry[:4]]} cases. {entry[4]}")
        if seen[entry[:4]] == 0:
            print("  is in the list and was not seen")
            failures += 1
    print(f"{failures} unexplained")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
