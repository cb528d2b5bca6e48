"""Signed messages with one to three things changed: in the signature before it is made, in the message afterwards, in the
key record. Each case carries the names of its changes."""

import base64
import hashlib
import pathlib
import random
import re

from signing import DOMAIN, NAMES, Ed25519Key, RsaKey, message, sign

BODY = (b"Dear reader,\r\n\r\nthis  is text with\ttabs, double  spaces\r\nand trailing ones. \t\r\n \r\n"
        b"Caf\xc3\xa9.\r\n-- \r\nThe author\r\n")
BODIES = (BODY, b"", b"\r\n", b"short\r\n", b"a\r\n\r\n\r\nb\r\n\r\n\r\n", b"x" * 3000 + b"\r\n", b" \r\n\t\r\n",
          b".\r\n..\r\nFrom here\r\n")
FIELDS = [("Received", " from a.example by b.example;\r\n\tMon, 5 Jan 2026 00:00:00 +0000"),
          ("From", " Joe <joe@example.org>"), ("To", " Ann <ann@example.net>,\r\n Bob <bob@example.net>"),
          ("Subject", " A  subject\twith white  space"), ("Date", " Mon, 5 Jan 2026 00:00:00 +0000"),
          ("Message-ID", " <1@example.org>"), ("MIME-Version", " 1.0"), ("Content-Type", " text/plain; charset=utf-8"),
          ("X-Note", " one"), ("X-Note", " two")]
STYLE = {"between": "\r\n\t", "equals": "=", "end": "", "colon": ":", "width": 64, "fold": "\r\n\t "}
ORDER = ["v", "a", "c", "d", "s", "t", "x", "i", "l", "q", "h", "bh", "b"]


def before_signing(now):
    """{name: change(plan, rng)}; a plan is what sign() takes, with tags as a dict in order."""
    def tag(name, value):
        return lambda plan, rng: plan["tags"].__setitem__(name, value(rng) if callable(value) else value)

    def style(**what):
        return lambda plan, rng: plan["style"].update(what)

    def put(**what):
        return lambda plan, rng: plan.update(what)

    def shuffle(plan, rng):
        items = list(plan["tags"].items())
        rng.shuffle(items)
        plan["tags"] = dict(items)

    def length(change):
        def apply(plan, rng):
            plan["l"] = change
        return apply

    def duplicate(plan, rng):
        plan["again"] = rng.choice(("d", "s", "x_y", "h", "t"))
        if plan["again"] not in plan["tags"]:
            plan["tags"][plan["again"]] = str(now - 5)

    def rename(plan, rng):
        name = rng.choice(("v", "a", "d", "s", "h", "c"))
        plan["tags"] = {(key.upper() if key == name else key): (plan["spelled"](name) if key == name else value)
                        for key, value in plan["tags"].items()}

    return {
        "nothing": lambda plan, rng: None,
        "shuffled tags": shuffle,
        "odd tag name": tag("x-y", "1"), "unknown tag": tag("x_y", lambda rng: rng.choice(("1", "", "a=b", "\r\n folded", "%&$"))),
        "spaces around =": style(equals=" = "), "fold behind =": style(equals="=\r\n\t"), "no blanks": style(between=""),
        "spaces around ;": style(between=" "), "closing ;": style(end=";"), "closing ; and blank": style(end="; "),
        "two ;": style(end=";;"), "blanks in h=": style(colon=" : "), "folds in h=": style(colon=":\r\n\t"),
        "b= in short pieces": style(width=7, fold=" "), "b= with tabs": style(width=10, fold="\t"),
        "x= ahead": tag("x", str(now + 100000)), "x= past": tag("x", str(now - 1000000)),
        "t= ahead": tag("t", str(now + 1000000)), "t= zero": tag("t", "0"), "t= with letters": tag("t", "12a"),
        "x= before t=": lambda plan, rng: plan["tags"].update(t=str(now - 100), x=str(now - 200)),
        "x= long": tag("x", "9" * 12), "x= empty": tag("x", ""), "x= ahead, 13 digits": tag("x", "9" * 13),
        "i= same": tag("i", "@" + DOMAIN), "i= below": tag("i", "joe@mail." + DOMAIN), "i= elsewhere": tag("i", "@example.net"),
        "i= like a suffix": tag("i", "@not" + DOMAIN), "i= encoded": tag("i", "jo=20e@" + DOMAIN),
        "i= in capitals": tag("i", "Joe@" + DOMAIN.upper()), "i= without @": tag("i", DOMAIN), "i= empty": tag("i", ""),
        "d= in capitals": tag("d", DOMAIN.upper()), "d= empty": tag("d", ""), "s= empty": tag("s", ""),
        "s= in capitals": tag("s", "SEL"), "d= with blanks": tag("d", "exam ple.org"),
        "v= 2": tag("v", "2"), "v= 1.0": tag("v", "1.0"), "v= missing": lambda plan, rng: plan["tags"].pop("v"),
        "tag missing": lambda plan, rng: plan["tags"].pop(rng.choice(("a", "bh", "d", "h", "s", "b")), None),
        "tag empty": lambda plan, rng: plan["tags"].__setitem__(rng.choice(("a", "bh", "h", "v")), ""),
        "tag in capitals": rename, "tag given twice": duplicate,
        "a= unknown": tag("a", lambda rng: rng.choice(("rsa-sha512", "dsa-sha256", "rsa", "rsa_sha256"))),
        "a= in capitals": lambda plan, rng: plan["tags"].__setitem__("a", plan["key"].kind.upper() + "-SHA256"),
        "a= of the other key": lambda plan, rng: plan["tags"].__setitem__(
            "a", "rsa-sha256" if plan["key"].kind == "ed25519" else "ed25519-sha256"),
        "rsa-sha1": put(hasher=hashlib.sha1),
        "c= missing": lambda plan, rng: (plan["tags"].pop("c"), plan.update(canonical="simple/simple")),
        "c= one word": lambda plan, rng: plan["tags"].__setitem__("c", plan.update(canonical="relaxed/simple") or "relaxed"),
        "c= unknown": tag("c", lambda rng: rng.choice(("nofws", "relaxed/nofws", "relaxed/relaxed/simple", "", "/"))),
        "q= dns/txt": tag("q", "dns/txt"), "q= several": tag("q", "dns/other:dns/txt"), "q= other": tag("q", "http/txt"),
        "h= without From": put(h=("To", "Subject")), "h= with absent": put(h=NAMES + ("Cc", "Reply-To")),
        "h= oversigned": put(h=NAMES + ("From", "Subject", "To")), "h= in small letters": put(h=tuple(n.lower() for n in NAMES)),
        "h= with itself": put(h=NAMES + ("DKIM-Signature",)), "h= with X-Note": put(h=NAMES + ("X-Note",)),
        "h= with both X-Notes": put(h=NAMES + ("X-Note", "X-Note", "x-note")),
        "h= with an empty name": put(h=("From", "", "Subject")),
        "l= whole": length("whole"), "l= part": length("part"), "l= zero": length("zero"), "l= more": length("more"),
        "l= with letters": tag("l", "1x"), "l= negative": tag("l", "-1"), "l= empty": tag("l", ""), "l= enormous": tag("l", "9" * 77),
        "z=": tag("z", "From:=20Joe|Subject:x"), "bh= short": tag("bh", "MTIzNA=="), "bh= no base64": tag("bh", "!!!!"),
        "bh= of another body": tag("bh", base64.b64encode(b"x" * 32).decode()),
    }


def header_changes():
    """{name: change(fields, rng) -> fields}, the DKIM-Signature on top."""
    def at(name, change):
        def apply(fields, rng):
            return [(n, change(v)) if n.lower() == name else (n, v) for n, v in fields]
        return apply

    def names(change):
        return lambda fields, rng: [(change(n), v) for n, v in fields]

    def add(name, value, top=True):
        return lambda fields, rng: [(name, value)] + fields if top else fields + [(name, value)]

    def double(name, top):
        def apply(fields, rng):
            value = next((v for n, v in fields if n.lower() == name.lower()), " x")
            return add(name, value, top)(fields, rng)
        return apply

    def signature(pattern, into):
        return at("dkim-signature", lambda value: re.sub(pattern, into, value, count=1))

    def swap(fields, rng):
        first, second = rng.sample(range(1, len(fields)), 2)
        fields = list(fields)
        fields[first], fields[second] = fields[second], fields[first]
        return fields

    return {
        "From changed": at("from", lambda v: v.replace("Joe", "Moe")), "Subject changed": at("subject", lambda v: v + "!"),
        "Subject prefixed": at("subject", lambda v: " [list]" + v), "case of value": at("subject", lambda v: v.swapcase()),
        "unsigned field changed": at("received", lambda v: v + "x"),
        "refolded": at("subject", lambda v: v.replace(" ", "\r\n ", 1)),
        "unfolded": at("to", lambda v: v.replace("\r\n", "")), "tab fold": at("to", lambda v: v.replace("\r\n ", "\r\n\t")),
        "blank before colon": names(lambda n: n + " " if n.lower() == "subject" else n),
        "no blank behind colon": at("from", str.lstrip), "more blanks": at("date", lambda v: v.replace(" ", "  ")),
        "trailing blanks": at("subject", lambda v: v + " \t"), "empty fold line": at("subject", lambda v: v + "\r\n "),
        "names in small letters": names(str.lower), "names in capitals": names(str.upper),
        "field on top": add("X-New", " 1"), "field at the end": add("X-New", " 1", False),
        "From doubled on top": double("From", True), "From doubled at the end": double("From", False),
        "other From on top": add("From", " <evil@example.com>"), "other From at the end": add("From", " <evil@example.com>", False),
        "Subject doubled on top": double("Subject", True), "Subject doubled at the end": double("Subject", False),
        "other Subject on top": add("Subject", " other"), "Cc added": add("Cc", " x@example.com"),
        "Subject removed": lambda fields, rng: [f for f in fields if f[0].lower() != "subject"],
        "From removed": lambda fields, rng: [f for f in fields if f[0].lower() != "from"],
        "unsigned field removed": lambda fields, rng: [f for f in fields if f[0].lower() != "received"],
        "one X-Note removed": lambda fields, rng: [f for f in fields if f != ("X-Note", " two")],
        "fields reversed": lambda fields, rng: fields[:1] + fields[:0:-1], "two fields swapped": swap,
        "signature at the end": lambda fields, rng: fields[1:] + fields[:1],
        "signature refolded": at("dkim-signature", lambda v: v.replace(";\r\n\t", ";\r\n ").replace("; ", ";\r\n  ")),
        "signature unfolded": at("dkim-signature", lambda v: v.replace("\r\n", "")),
        "signature name in capitals": names(lambda n: n.upper() if n == "DKIM-Signature" else n),
        "b= with blanks": signature(r"([;\s]b\s*=\s*\w{4})", r"\1 \t "), "b= without last octet": signature(r"(\w)(=*;?\s*)\Z", r"\2"),
        "b= changed": signature(r"([;\s]b\s*=\s*)(\w)", lambda m: m[1] + ("A" if m[2] != "A" else "B")),
        "b= empty": signature(r"([;\s]b\s*=)[^;]*", r"\1"), "b= with foreign octet": signature(r"([;\s]b\s*=\s*\w{4})", r"\1%"),
        "bh= with blanks": signature(r"([;\s]bh\s*=\s*\w{4})", r"\1 "), "d= changed": signature(DOMAIN, "example.net"),
        "text behind": at("dkim-signature", lambda v: v + "; junk"), "tag added": at("dkim-signature", lambda v: v + "; y=1"),
    }


def body_changes():
    return {
        "word changed": lambda body: body.replace(b"r", b"R", 1) + (b"" if b"r" in body else b"x\r\n"),
        "footer": lambda body: body + b"____\r\nfooter\r\n", "trailing blanks": lambda body: body.replace(b"\r\n", b" \t\r\n"),
        "blank lines at the end": lambda body: body + b"\r\n\r\n", "blanks and lines at the end": lambda body: body + b" \r\n\t\r\n",
        "blank line in front": lambda body: b"\r\n" + body, "tabs as spaces": lambda body: body.replace(b"\t", b" "),
        "more blanks": lambda body: body.replace(b" ", b"   "), "no final line end": lambda body: body[:-2] if body else body,
        "blanks for final line end": lambda body: body[:-2] + b"  " if body else body,
        "emptied": lambda body: b"", "dots doubled": lambda body: body.replace(b"\r\n.", b"\r\n.."),
    }


def key_records(key, other):
    p = key.public
    k = "" if key.kind == "rsa" else "k=ed25519; "
    good = f"v=DKIM1; {k}p={p}"
    return {
        "plain": [good], "p alone": [f"{k}p={p}"], "closing ;": [good + ";"], "p with blanks": [f"v=DKIM1; {k}p={p[:30]} {p[30:] }"],
        "spaces": [f"v = DKIM1 ;  {k.replace('=', ' = ')} p = {p} "], "k= given": [f"v=DKIM1; k={key.kind}; p={p}"],
        "k= other": [f"v=DKIM1; k={other.kind}; p={p}"], "k= unknown": [f"v=DKIM1; k=dsa; p={p}"],
        "k= in capitals": [f"v=DKIM1; k={key.kind.upper()}; p={p}"],
        "h= sha256": [f"v=DKIM1; {k}h=sha256; p={p}"], "h= both": [f"v=DKIM1; {k}h=sha1 : sha256; p={p}"],
        "h= sha1": [f"v=DKIM1; {k}h=sha1; p={p}"], "h= unknown": [f"v=DKIM1; {k}h=sha512; p={p}"],
        "s= email": [f"v=DKIM1; {k}s=email; p={p}"], "s= *": [f"v=DKIM1; {k}s=*; p={p}"], "s= several": [f"v=DKIM1; {k}s=x:email; p={p}"],
        "s= other": [f"v=DKIM1; {k}s=tlsrpt; p={p}"], "s= unknown": [f"v=DKIM1; {k}s=web; p={p}"],
        "t=y": [f"v=DKIM1; {k}t=y; p={p}"], "t=s": [f"v=DKIM1; {k}t=s; p={p}"], "t=y:s": [f"v=DKIM1; {k}t=y : s; p={p}"],
        "n= and unknown": [f"v=DKIM1; {k}n=note=20here; zz=1; p={p}"], "g=": [f"v=DKIM1; g=*; {k}p={p}"],
        "g= other": [f"v=DKIM1; g=ann; {k}p={p}"],
        "revoked": [f"v=DKIM1; {k}p="], "p missing": [f"v=DKIM1; {k}"], "p no base64": [f"v=DKIM1; {k}p=%%%"],
        "p short": [f"v=DKIM1; {k}p={p[:40]}"], "p of another": [f"v=DKIM1; k={other.kind}; p={other.public}"],
        "v= behind": [f"{k}p={p}; v=DKIM1"], "v= other": [f"v=DKIM2; {k}p={p}"], "v= in small letters": [f"v=dkim1; {k}p={p}"],
        "tag twice": [f"v=DKIM1; {k}n=1; n=2; p={p}"], "p twice": [f"v=DKIM1; {k}p={p}; p={p}"], "not a key": ["v=spf1 -all"],
        "empty": [""], "none": [], "not a key first": ["v=spf1 -all", good], "not a key second": [good, "v=spf1 -all"],
        "other key first": [f"v=DKIM1; k={other.kind}; p={other.public}", good], "revoked first": [f"v=DKIM1; {k}p=", good],
        "tag without =": [f"v=DKIM1; {k}junk; p={p}"], "two ;": [f"v=DKIM1;; {k}p={p}"],
    }


def cases(keys_directory, now, count, seed=6376):
    rng = random.Random(seed)
    where = pathlib.Path(keys_directory)
    keys = [RsaKey(where / "rsa2048_pkcs1.pem"), RsaKey(where / "rfc8463_rsa.pem"), Ed25519Key(b"0123456789abcdef" * 2)]
    plans, headers, bodies = before_signing(now), header_changes(), body_changes()
    forms = [f"{header}/{body}" for header in ("relaxed", "simple") for body in ("relaxed", "simple")]
    todo = [("sign", name) for name in plans] + [("header", name) for name in headers] + [("body", name) for name in bodies]
    todo += [("key", name) for name in key_records(keys[0], keys[2])]
    for number in range(count):
        # Each change by itself with every key first; then two or three at once.
        round_, which = divmod(number, len(todo))
        chosen = [todo[which]] + (rng.sample(todo, rng.choice((0, 1, 1, 2))) if round_ >= 4 else [])
        key, form = keys[round_ % 3], forms[number % 4] if round_ >= 2 else forms[round_]
        yield make(rng, key, keys[2] if key.kind == "rsa" else keys[0], form, chosen, now, plans, headers, bodies)


def make(rng, key, other, form, chosen, now, plans, headers, bodies):
    changes = {kind: [name for k, name in chosen if k == kind] for kind in ("sign", "header", "body", "key")}
    body = BODY if rng.random() < 0.6 else rng.choice(BODIES)
    plan = {"key": key, "tags": {"v": "1", "a": None, "c": None, "d": DOMAIN, "s": "sel", "l": None, "h": None, "bh": None, "b": None},
            "style": dict(STYLE), "h": NAMES, "canonical": form, "l": None, "hasher": hashlib.sha256, "again": None,
            "spelled": lambda name: {"v": "1", "d": DOMAIN, "s": "sel"}.get(name)}
    for name in changes["sign"]:
        if name != "v= missing" or "v" in plan["tags"]:
            try:
                plans[name](plan, rng)
            except KeyError:
                pass  # the tag is gone already
    from dkim.canonicalization import CanonicalizationPolicy
    whole = len(CanonicalizationPolicy.from_c_value(plan["canonical"].encode()).canonicalize_body(body))
    length = {None: None, "whole": whole, "part": whole // 2, "zero": 0, "more": whole + 10}[plan["l"]]
    tags = list(plan["tags"].items())
    if plan["again"]:
        tags.append(next(tag for tag in tags if tag[0] == plan["again"]))
    if key.kind == "ed25519" and plan["hasher"] is hashlib.sha1:
        plan["hasher"] = hashlib.sha256
    field = sign(FIELDS, body, key, tags, plan["style"], plan["h"], plan["canonical"], length, plan["hasher"])
    fields = [field] + FIELDS
    for name in changes["header"]:
        fields = headers[name](fields, rng)
    for name in changes["body"]:
        body = bodies[name](body)
    records = key_records(key, other)[changes["key"][-1] if changes["key"] else "plain"]
    dns = {f"sel._domainkey.{DOMAIN}. TXT": records} if records else {}
    value = next((v for n, v in fields if n.lower() == "dkim-signature"), "")
    return {"message": message(fields, body), "dns": dns, "time": now, "key": key.kind, "records": records, "value": value,
            "body": body, "fields": fields, "changes": {f"{kind}: {name}" for kind, name in chosen}, "form": plan["canonical"]}
