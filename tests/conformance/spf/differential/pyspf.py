"""Random cases judged by pyspf in strict mode too: pyspf.py PROGRAM COUNT

PROGRAM is spf_random_cases. Where pyspf says something else than the own engine, it is asked again with one of its known
departures from our reading of RFC 7208 taken back, then with all of them; what makes it agree is the cause. A disagreement
without a cause fails, and so does a cause that never occurs: then it is no longer true.
"""
import collections
import itertools
import json
import re
import subprocess
import sys

import spf as pyspf

CHAIN = 16  # of CNAMEs, as the fixture has it
KNOWN = {
    "secondary": "void answers for the addresses of MX hosts and for PTR names count against the limit (RFC 7208 4.6.4 counts terms)",
    "lazy-mx": "all MX hosts are asked before the first is compared, so that later ones may fail",
    "lazy-p": "%{p} is found out when the record is read, not when the term is come to",
    "lazy-redirect": "redirect= counts as a lookup where a mechanism matches before it",
    "lazy-include": "an include of the domain itself is an error of the record, also where a mechanism matches before it",
    "ptr-errors": "a DNS error for PTR names is a temperror (RFC 7208 5.5: the name is skipped)",
    "invalid-names": "names that cannot be asked are no void lookups (not defined by RFC 7208)",
    "sender-without-domain": "a sender without @ is a domain",
    "sender-without-local": "%{s} of a sender without local part has no postmaster in it (RFC 7208 4.3)",
    "unknown-modifier-twice": "no modifier may occur twice (RFC 7208 6: exp and redirect must not)",
    "utf8-local": "a local part that is not ASCII makes names as any other (RFC 8616 4: such terms match nothing)",
    "utf8-explanation": "a local part that is not ASCII makes an explanation that is not",
    "long-explanation": "an explanation over 253 octets loses what is before its first dot, as if it were a name",
    "broken-macro": "a macro without its closing brace is text",
    "control-octets": "control characters in names are taken (RFC 7208 4.6, 7.1: a syntax error)",
    "closing-dot": "a HELO or sender domain with a closing dot has no record",
}


class Judge(pyspf.query):
    """pyspf over the zone of a case, with the departures in `taken_back` undone."""

    def __init__(self, case, taken_back=frozenset()):
        self.zone = case.zone
        self.taken_back = taken_back
        self.secondary = 0
        sender = case.mail_from
        if sender.startswith("@") and "sender-without-local" in taken_back:
            sender = "postmaster" + sender
        helo = case.helo
        if "closing-dot" in taken_back:
            sender, helo = sender.removesuffix("."), helo.removesuffix(".")
        super().__init__(i=case.client, s=sender, h=helo, receiver=case.receiver, strict=True)
        self.set_default_explanation("")

    # DNS: CNAMEs are followed by what stands for the resolver, as with the own engine.

    def dns(self, name, qtype, cnames=None, ignore_void=False):
        name = str(name).rstrip(".").lower()
        found = []
        if all(0 < len(label) < 64 for label in name.split(".")) and len(name) <= 253:
            found = self.zone.ask(name, qtype)
        elif "invalid-names" not in self.taken_back:
            return []
        if self.secondary and "secondary" in self.taken_back:
            ignore_void = True
        if not found and not ignore_void:
            self.void_lookups += 1
            if self.void_lookups > pyspf.MAX_VOID_LOOKUPS:
                raise pyspf.PermError("Void lookup limit of %d exceeded" % pyspf.MAX_VOID_LOOKUPS)
        return found

    def dns_secondary(self, name):
        self.secondary += 1
        try:
            return self.dns_a(name, self.A)
        finally:
            self.secondary -= 1

    def dns_mx(self, domainname):
        hosts = [] if domainname is NOWHERE else self.dns(domainname, "MX")
        if len(hosts) > pyspf.MAX_MX:
            raise pyspf.PermError("More than %d MX records returned" % pyspf.MAX_MX)
        addresses = (a for host in hosts for a in self.dns_secondary(host[1]))
        return addresses if "lazy-mx" in self.taken_back else list(addresses)

    def cidrmatch(self, ipaddrs, n):
        return any(super(Judge, self).cidrmatch([ip], n) for ip in ipaddrs)

    def validated_ptrs(self):
        try:
            names = self.dns_ptr(self.i)[:pyspf.MAX_PTR]
        except pyspf.TempError:
            if "ptr-errors" in self.taken_back:
                return []
            raise
        found = []
        for name in names:
            try:
                if self.cidrmatch(self.dns_secondary(name), self.cidrmax):
                    found.append(name)
            except pyspf.TempError:
                if "ptr-errors" not in self.taken_back:
                    raise
        return found

    # When a record is read and when a term is come to.

    def check(self):
        self.mechanism = None
        if self.s and "@" not in self.s and "sender-without-domain" in self.taken_back:
            return "none", 250, ""
        self.counted = True  # the first record is no lookup
        self.unread_redirects = 0
        return super().check()

    def check0(self, spf, recursion):
        if "control-octets" in self.taken_back and spf and not spf.isprintable():
            raise pyspf.PermError("control characters")
        if "broken-macro" in self.taken_back and spf and re.search(BROKEN_MACRO, spf):
            raise pyspf.PermError("broken macro")
        if "unknown-modifier-twice" in self.taken_back and spf:
            spf = re.sub(r" other=\S*", "", spf)
        if "lazy-redirect" in self.taken_back and spf:
            self.unread_redirects = len(re.findall(r"(?i) redirect=", spf))
        return super().check0(spf, recursion)

    def check1(self, spf, domain, recursion):
        return super().check1(spf, str(domain), recursion)

    def check_lookups(self):
        if self.unread_redirects:
            self.unread_redirects -= 1
            return
        self.counted = True
        super().check_lookups()

    def dns_spf(self, domain):
        if domain is NOWHERE:
            return "v=spf1"
        if not self.counted and "lazy-redirect" in self.taken_back:
            super().check_lookups()
        self.counted = False
        return super().dns_spf(str(domain))

    def expand_domain(self, arg):
        if "utf8-local" in self.taken_back and not self.l.isascii() and re.search("(?i)%{[ls]", arg):
            return NOWHERE
        if "lazy-p" in self.taken_back and re.search("(?i)%{p", arg):
            known, self.p = self.p, "x"
            super().expand_domain(arg)  # for its errors
            self.p = known
            return Later(self, arg)
        name = super().expand_domain(arg)
        return Name(name) if "lazy-include" in self.taken_back else name

    def expand(self, s, stripdot=True):
        if stripdot or "long-explanation" not in self.taken_back:
            return super().expand(s, stripdot)
        return " ".join(super(Judge, self).expand(word, stripdot) for word in s.split(" "))

    def dns_txt(self, domainname, rr="TXT", ignore_void=False):
        return [] if domainname is NOWHERE else super().dns_txt(domainname, rr, ignore_void)

    def dns_a(self, domainname, A="A"):
        if domainname is NOWHERE:
            return []
        return super().dns_a(str(domainname), A)

    def getp(self):
        self.secondary += 1
        try:
            return super().getp()
        finally:
            self.secondary -= 1


BROKEN_MACRO = r"(?i)%\{(?![slodiphvcrt]\d*r?[-.+,/_=]*\})"
NOWHERE = "nowhere.invalid"  # a target that matches nothing and is not looked up


class Name(str):
    """Is not the domain itself, whatever it is."""

    __hash__ = str.__hash__

    def __eq__(self, other):
        return False


class Later:
    """A target whose %{p} is looked up when it is used."""

    def __init__(self, judge, text):
        self.judge, self.text, self.domain, self.name = judge, text, judge.d, None

    def __str__(self):
        if self.name is None:
            outer, self.judge.d = self.judge.d, self.domain
            try:
                self.name = self.judge.expand(self.text)
            finally:
                self.judge.d = outer
        return self.name

    def lower(self):
        return str(self).lower()


class Zone:
    def __init__(self, lines):
        self.records = collections.defaultdict(list)
        self.failures = set()
        for name, kind, value, failure in lines:
            key = name.lower(), kind
            if failure is not None:
                self.failures.add(key)
            elif kind == "TXT":
                self.records[key].append((value.encode("latin-1"),))
            elif kind == "MX":
                self.records[key].append(tuple(value))
            else:
                self.records[key].append(value)

    def ask(self, name, kind):
        for _ in range(CHAIN + 1):
            if (name, kind) in self.failures or (name, "*") in self.failures:
                raise pyspf.TempError("DNS " + name)
            if (name, kind) in self.records:
                return list(self.records[name, kind])
            if (name, "CNAME") not in self.records:
                return []
            name = self.records[name, "CNAME"][0].lower()
        raise pyspf.TempError("DNS loop " + name)


class Case:
    def __init__(self, line):
        self.text = line
        case = json.loads(line)
        self.zone = Zone(case["zone"])
        self.client, self.helo, self.mail_from = case["client"], octets(case["helo"]), octets(case["from"])
        self.receiver = case["receiver"]
        self.seed = case["seed"]
        self.own = verdict(case["result"], case["explanation"], case["mechanism"])

    def judged(self, taken_back=frozenset()):
        judge = Judge(self, frozenset(taken_back))
        result, _, explanation = judge.check()
        if "utf8-explanation" in taken_back and not explanation.isascii():
            explanation = ""
        mechanism = judge.mechanism or "default"
        return verdict(result, explanation, mechanism)

    def cause(self):
        """Names of KNOWN; nothing where the judges agree, None where nobody knows why they do not."""
        if self.judged() == self.own:
            return ()
        for size in (1, len(KNOWN)):
            for taken_back in itertools.combinations(KNOWN, size):
                if self.judged(taken_back) == self.own:
                    return self.needed(taken_back)
        return None

    def needed(self, taken_back):
        """Those of them without which the judges disagree."""
        for one in taken_back:
            rest = tuple(name for name in taken_back if name != one)
            if self.judged(rest) == self.own:
                return self.needed(rest)
        return taken_back


def octets(text):
    """Octets as pyspf takes them: UTF-8."""
    return text.encode("latin-1").decode()


def verdict(result, explanation, mechanism):
    """What is compared: of a fail the explanation, of a match the term."""
    return (result, explanation if result == "fail" else "",
            mechanism if result in ("pass", "fail", "softfail", "neutral") else "")


def main():
    program, count = sys.argv[1:]
    lines = subprocess.run([program, "1000001", count], check=True, capture_output=True, text=True).stdout.splitlines()
    causes = collections.Counter()
    unknown = 0
    for line in lines:
        case = Case(line)
        cause = case.cause()
        if cause is None:
            unknown += 1
            print(f"seed {case.seed}: own {case.own}, pyspf {case.judged()}, corrected {case.judged(KNOWN)}\n{case.text}")
        causes[cause] += 1
    agreed = causes.pop((), 0)
    print(f"{len(lines)} cases, {agreed} agreed ({100 * agreed / len(lines):.1f} %), {unknown} not explained")
    for cause, times in causes.most_common():
        if cause:
            print(f"{times:6} {' and '.join(cause)}")
    seen = {name for cause in causes if cause for name in cause}
    for name, what in KNOWN.items():
        if name not in seen:
            print(f"never seen: {name}: {what}")
    if unknown or seen != set(KNOWN) or agreed < 0.9 * len(lines):
        sys.exit(1)


main()
