#!/usr/bin/python3
"""Changed messages before three verifiers: mutate.py PROGRAM KEY-DIRECTORY [COUNT]

PROGRAM is built from verify_main.cpp. The messages of mutations.py (the same in each run but for the time, which dkimpy and
Mail::DKIM take from the clock) go to it, to dkimpy and to Mail::DKIM. Where a peer passes what we do not, or the other
way round, the class it falls in is looked up in disagreements.py; what falls in none fails the test, and so does a class
that nothing fell into.
"""

import base64
import collections
import json
import pathlib
import subprocess
import sys
import time

import dkim

from disagreements import CLASSES
from mutations import cases

HERE = pathlib.Path(__file__).resolve().parent
COUNT = 4400


def answers(command, lines):
    done = subprocess.run(command, input=lines, capture_output=True, text=True, timeout=500, check=False)
    if done.returncode != 0:
        sys.exit(f"{command[0]} failed ({done.returncode}): {done.stderr.strip()[-2000:]}")
    found = [json.loads(line) for line in done.stdout.splitlines()]
    if len(found) != lines.count("\n"):
        sys.exit(f"{command[0]} answered {len(found)} of {lines.count(chr(10))} cases: {done.stderr.strip()[-2000:]}")
    return [(one[0]["result"], one[0]["reason"]) if one else ("none", "") for one in found]


def dkimpy(case):
    def lookup(name, timeout=5):
        records = {key.lower(): value for key, value in case["dns"].items()}.get(name.decode().lower() + " txt")
        return records[0].encode() if records else None

    try:
        return ("pass" if dkim.DKIM(case["message"]).verify(dnsfunc=lookup) else "fail"), ""
    except dkim.DKIMException as trouble:
        return "refused", f"{type(trouble).__name__}: {trouble}"
    except Exception as trouble:  # it has such, on odd input
        return "died", f"{type(trouble).__name__}: {trouble}"


def main():
    count = int(sys.argv[3]) if len(sys.argv) > 3 else COUNT
    now = int(time.time())
    todo = list(cases(sys.argv[2], now, count))
    lines = "".join(json.dumps({"message": base64.b64encode(case["message"]).decode(), "dns": case["dns"], "time": now}) + "\n"
                    for case in todo)
    ours = answers([sys.argv[1]], lines)
    peers = {"dkimpy": [dkimpy(case) for case in todo],
             "Mail::DKIM": answers(["/usr/bin/perl", str(HERE / "mail_dkim.pl")], lines)}
    words = collections.Counter(word for word, _ in ours)
    print(f"{len(todo)} messages, ours:", ", ".join(f"{word} {number}" for word, number in sorted(words.items())))

    seen, unexplained = collections.Counter(), 0
    for peer, theirs in peers.items():
        same = collections.Counter()
        for case, we, they in zip(todo, ours, theirs):
            if (we[0] == "pass") == (they[0] == "pass"):
                same["both pass" if we[0] == "pass" else "neither passes"] += 1
                continue
            named = next((entry for entry in CLASSES if entry.peer == peer and entry.applies(case, we, they)), None)
            if named:
                seen[named] += 1
                continue
            unexplained += 1
            if unexplained <= 40:
                print(f"UNEXPLAINED {peer} {they}, ours {we}: {case['key']} {case['form']} {sorted(case['changes'])}")
        print(f"{peer}:", ", ".join(f"{what} {number}" for what, number in sorted(same.items())))
    dead = 0
    for entry in CLASSES:
        print(f"{entry.peer}, {entry.name}: {seen[entry]}. {entry.why}")
        if not seen[entry]:
            print("  is in the list and was not seen")
            dead += 1
    print(f"{unexplained} unexplained, {dead} explanations without a case")
    return 1 if unexplained or dead or words["pass"] < count // 10 else 0


if __name__ == "__main__":
    sys.exit(main())
