"""Three verifiers that owe us nothing: dkimpy, Mail::DKIM (Perl) and OpenDKIM.

Each gives one Verdict per DKIM-Signature field, in the order of the fields. dkimpy and Mail::DKIM read a message as it
was delivered and ask a name server of ours for keys. OpenDKIM judges where it does in life: as a milter of the next hop
(opendkim.py); what it found is read from the Authentication-Results field it added.

Debian 12's Mail::DKIM (1.20230212) does not know Ed25519 and says so; RFC 8463 has two judges here, RSA three.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from .nameserver import NameServer
from .process import TestEnvironmentError, program, run
from .sink import header_fields


@dataclass(frozen=True)
class Verdict:
    passed: bool
    domain: str
    selector: str
    algorithm: str
    detail: str = ""


def signature_tags(value: bytes) -> dict[str, str]:
    """Tags of a DKIM-Signature value; white space of folding removed (RFC 6376 3.2)."""
    tags = {}
    for item in value.split(b";"):
        if b"=" in item:
            name, text = item.split(b"=", 1)
            tags[name.strip().decode()] = re.sub(rb"\s+", b"", text).decode("utf-8", "replace")
    return tags


def signatures(message: bytes) -> list[dict[str, str]]:
    """The tags of every DKIM-Signature field, top first."""
    return [signature_tags(value) for name, value in header_fields(message) if name.lower() == b"dkim-signature"]


def verify_dkimpy(message: bytes, names: NameServer) -> list[Verdict]:
    try:
        import dkim
    except ImportError:
        raise TestEnvironmentError("dkimpy is not installed (Debian package python3-dkim)") from None

    def lookup(name: bytes, timeout: int = 5) -> bytes | None:
        found = names.text(name.decode().rstrip("."), timeout)
        return None if found is None else found.encode()

    verdicts = []
    for index, tags in enumerate(signatures(message)):
        detail = ""
        try:
            passed = dkim.DKIM(message, minkey=1024).verify(index, dnsfunc=lookup)
        except dkim.DKIMException as trouble:
            passed, detail = False, f"{type(trouble).__name__}: {trouble}"
        verdicts.append(Verdict(bool(passed), tags.get("d", ""), tags.get("s", ""), tags.get("a", ""), detail))
    return verdicts


_PERL = r"""
use strict; use warnings;
use Net::DNS::Resolver; use Mail::DKIM::DNS; use Mail::DKIM::Verifier;
Mail::DKIM::DNS::resolver(Net::DNS::Resolver->new(nameservers => ['127.0.0.1'], port => $ARGV[0], recurse => 0,
    udp_timeout => 5, tcp_timeout => 5));
my $verifier = Mail::DKIM::Verifier->new();
binmode STDIN;
while (read STDIN, my $chunk, 65536) { $verifier->PRINT($chunk); }
$verifier->CLOSE;
for my $signature ($verifier->signatures) {
    print join("\t", $signature->result, $signature->domain, $signature->selector, $signature->algorithm,
        $signature->result_detail), "\n";
}
"""


def verify_mail_dkim(message: bytes, names: NameServer, seconds: float = 120) -> list[Verdict]:
    said = run([program("perl", "perl"), "-e", _PERL, str(names.port)], data=message, seconds=seconds)
    verdicts = []
    for line in said.stdout.decode("utf-8", "replace").splitlines():
        result, domain, selector, algorithm, detail = line.split("\t")
        verdicts.append(Verdict(result == "pass", domain, selector, algorithm, detail))
    return verdicts


def read_authentication_results(message: bytes, authserv: str) -> list[Verdict]:
    """What a milter with this authserv-id wrote about DKIM (RFC 8601), as far as OpenDKIM's form goes."""
    verdicts = []
    for name, value in header_fields(message):
        text = value.decode("utf-8", "replace")
        if name.lower() != b"authentication-results" or not text.startswith(authserv):
            continue
        for result, rest in re.findall(r"dkim=(\w+)([^;]*)", text):
            found = dict(re.findall(r"header\.(\w)=(\S+)", rest))
            verdicts.append(Verdict(result == "pass", found.get("d", ""), found.get("s", ""), found.get("a", ""),
                                    f"{result}{rest}"))
    return verdicts
