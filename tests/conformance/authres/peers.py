#!/usr/bin/python3
"""What python3-authres and Mail::AuthenticationResults read in random results that our writer wrote.

    peers.py PROGRAM        PROGRAM is built from write_results.cpp

Both must find every result and every value as it was meant, but for the shortcomings of theirs listed below; none of them
may ever find a result that was not written. A shortcoming that no case shows any more fails the test too. The cases are
the same in each run (seeded).
"""

import json
import pathlib
import subprocess
import sys
from collections import Counter

import authres

HERE = pathlib.Path(__file__).resolve().parent
COUNT, SEED = 3000, 8601

# What they cannot read, and in which part of the field that shows.
QUOTED_ID = "python3-authres 1.2.0 takes a dot-atom for the authserv-id, no quoted-string"
QUOTED_NOT_LAST = "python3-authres 1.2.0 loses a quoted value that is not the last of its result"
RAW_ESCAPES = "python3-authres 1.2.0 leaves the backslashes of a quoted-string in the value"
NO_ESCAPES = "Mail::AuthenticationResults 2.20230112 knows no quoted-pair: a value with a quote ends early"
shown = Counter()


def is_quoted(field, key, value):
    return f'{key}="{escaped(value)}"' in field


def escaped(value):
    return value.replace("\\", "\\\\").replace('"', '\\"')


def as_python_shows(value):
    """It finds where a quoted string ends, but leaves its escapes in."""
    if escaped(value) != value:
        shown[RAW_ESCAPES] += 1
    return escaped(value)


def python_reads(case):
    """What python3-authres finds, or None if it refuses the field."""
    try:
        header = authres.AuthenticationResultsHeader.parse("Authentication-Results:" + case["field"].replace("\r\n", ""))
    except Exception:
        return None
    return {"authserv_id": header.authserv_id,
            "results": [{"method": result.method, "result": result.result, "reason": result.reason or "",
                         "properties": [[p.type, p.name, p.value] for p in result.properties]} for result in header.results]}


def check_python(case):
    found = python_reads(case)
    if "/" in case["authserv_id"]:
        assert found is None, "reads a quoted authserv-id now"
        shown[QUOTED_ID] += 1
        return
    assert found is not None, "refuses the field"
    wanted = json.loads(json.dumps({key: case[key] for key in ("authserv_id", "results")}))
    for result in wanted["results"]:
        kept = []
        for number, (kind, name, value) in enumerate(result["properties"]):
            last = number + 1 == len(result["properties"])
            if is_quoted(case["field"], f"{kind}.{name}", value) and (not last or value == ""):
                shown[QUOTED_NOT_LAST] += 1
                continue
            kept.append([kind, name, as_python_shows(value)])
        result["properties"] = kept
        result["reason"] = as_python_shows(result["reason"])
    assert found == wanted, f"found {found}\nwanted {wanted}"


def check_perl(case, found):
    values = [case["authserv_id"]]
    for result in case["results"]:
        values += [result["reason"], *(value for _, _, value in result["properties"])]
    if any('"' in value for value in values):
        # It must not find more than there is either way; refusing is all it can do.
        assert "error" in found, f"found {found}"
        shown[NO_ESCAPES] += 1
        return
    wanted = {"authserv_id": case["authserv_id"], "results": []}
    for result in case["results"]:
        properties = [["reason", result["reason"]]] if result["reason"] else []
        properties += [[f"{kind}.{name}", value] for kind, name, value in result["properties"]]
        # A backslash is written twice and read twice.
        wanted["results"].append({"method": result["method"], "result": result["result"],
                                  "properties": [[key, value.replace("\\", "\\\\")] for key, value in properties]})
    assert found == wanted, f"found {found}\nwanted {wanted}"


def main():
    written = subprocess.run([sys.argv[1], str(COUNT), str(SEED)], check=True, capture_output=True, text=True)
    cases = [json.loads(line) for line in written.stdout.splitlines()]
    assert len(cases) == COUNT
    values = "".join(json.dumps(case["field"]) + "\n" for case in cases)
    perl = subprocess.run(["perl", HERE / "mail_authres.pl"], input=values, check=True, capture_output=True, text=True)
    failures = 0
    for case, line in zip(cases, perl.stdout.splitlines(), strict=True):
        for name, check in (("python3-authres", lambda: check_python(case)),
                            ("Mail::AuthenticationResults", lambda: check_perl(case, json.loads(line)))):
            try:
                check()
            except AssertionError as problem:
                failures += 1
                if failures < 10:
                    print(f"{name}: {problem}\nin {case['field']!r}\n")
    for shortcoming in (QUOTED_ID, QUOTED_NOT_LAST, RAW_ESCAPES, NO_ESCAPES):
        print(f"{shown[shortcoming]:6} {shortcoming}")
        failures += shown[shortcoming] == 0
    print(f"{COUNT} fields, {sum(len(case['results']) for case in cases)} results, {failures} disagreements")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
