"""Where dkimpy 1.1.4 or Mail::DKIM 1.20230212 pass what we do not, or the other way round, and who is right.

A class asks for what was done to the message, for our reason and for what the peer says; what is not exactly so stays
unexplained.
"""

import collections
import re

Class = collections.namedtuple("Class", "peer name why applies")


def of(*changes, ours="", theirs=""):
    """One of the changes, with our "result reason" and the peer's beginning so (regular expressions)."""
    def applies(case, we, they):
        return (bool(case["changes"] & set(changes)) and re.match(ours, " ".join(we)) is not None
                and re.match(theirs, " ".join(they)) is not None)
    return applies


def ed25519(case, we, they):
    return case["key"] == "ed25519" and we[0] == "pass" and they == ("invalid", "invalid (unsupported algorithm ed25519-sha256)")


def two_strict(name, why, *changes, ours):
    """Both peers pass what we do not."""
    return [Class("dkimpy", name, why, of(*changes, ours=ours, theirs="pass")),
            Class("Mail::DKIM", name, why, of(*changes, ours=ours, theirs="pass"))]


CLASSES = [
    # Both are looser than we are.
    *two_strict("no From in h=", "RFC 6376 3.5: the From field MUST be signed.",
                "sign: h= without From", ours="permerror h= does not cover From"),
    *two_strict("empty name in h=", "RFC 6376 3.5, sig-h-tag: each entry is a hdr-name.",
                "sign: h= with an empty name", ours="permerror h= has an entry that is no field name"),
    *two_strict("l= leaves octets unsigned", "RFC 6376 8.2: anybody could append to the body; local policy.",
                "sign: l= part", "sign: l= zero", "sign: l= whole", "sign: l= more", ours="policy l= leaves [0-9]+ octets unsigned"),
    *two_strict("l= beyond the body", "RFC 6376 3.5: the value MUST NOT be larger than the canonical body.",
                "sign: l= more", "sign: l= whole", "sign: l= part", "sign: l= enormous", ours="permerror l= is larger than the body"),
    *two_strict("rsa-sha1", "RFC 8301 3.1: verifiers MUST NOT consider it valid.", "sign: rsa-sha1", ours="policy rsa-sha1"),
    *two_strict("\"-\" in the name of a tag", "RFC 6376 3.2, tag-name: letters, digits and underscores.",
                "sign: odd tag name", ours="permerror no valid tag list"),
    *two_strict("v= of a key record that is not first", "RFC 6376 3.6.1: this tag MUST be the first tag in the record.",
                "key: v= behind", ours="permerror key record: v= is not DKIM1, or does not come first"),

    # dkimpy is looser.
    Class("dkimpy", "h= of the key record", "dkimpy does not look at it; RFC 6376 3.6.1, 6.1.2 (6): the hash MUST be listed.",
          of("key: h= sha1", "key: h= unknown", ours="permerror key is not for sha256", theirs="pass")),
    Class("dkimpy", "key of another type than a=", "dkimpy goes by the key; RFC 6376 6.1.2 (6), RFC 8463 3: a= names the type.",
          of("sign: a= of the other key", ours="permerror key is of another type", theirs="pass")),
    Class("dkimpy", "x= before t=", "RFC 6376 3.5: the value of x= MUST be greater than that of t=.",
          of("sign: x= before t=", ours="permerror x= lies before t=", theirs="pass")),

    # Mail::DKIM is looser.
    Class("Mail::DKIM", "a= in capitals", "RFC 6376 3.2: values MUST be processed as case sensitive unless said otherwise.",
          of("sign: a= in capitals", ours="permerror a= is neither", theirs="pass")),
    Class("Mail::DKIM", "foreign octet in b=", "Mail::DKIM skips it, as MIME readers do; RFC 6376 2.10 has no such octet.",
          of("header: b= with foreign octet", ours="permerror b= not base64", theirs="pass")),
    Class("Mail::DKIM", "bh= missing or empty", "Mail::DKIM then verifies the header alone; RFC 6376 3.5: REQUIRED.",
          of("sign: tag missing", "sign: tag empty", ours="permerror bh= is (missing|empty)", theirs="pass")),
    Class("Mail::DKIM", "tag of a key record twice, or without =", "RFC 6376 3.2: makes the whole list invalid.",
          of("key: tag twice", "key: p twice", "key: tag without =", "key: two ;", ours="permerror key record: no valid tag list",
             theirs="pass")),
    Class("Mail::DKIM", "tag twice, or without =", "RFC 6376 3.2: makes the whole list invalid.",
          of("sign: tag given twice", "sign: two ;", "header: text behind", ours="permerror no valid tag list", theirs="pass")),
    Class("Mail::DKIM", "l= that is no number", "RFC 6376 3.5, sig-l-tag: 1 to 76 digits.",
          of("sign: l= empty", "sign: l= with letters", "sign: l= negative", "sign: l= enormous", ours="permerror l= is not a number",
             theirs="pass")),
    Class("Mail::DKIM", "t= that is no number", "RFC 6376 3.5, sig-t-tag: 1 to 12 digits.",
          of("sign: t= with letters", ours="permerror t= is not a time", theirs="pass")),
    Class("Mail::DKIM", "t= in the future", "RFC 6376 3.5: verifiers MAY ignore such signatures; local policy.",
          of("sign: t= ahead", ours="policy t= lies in the future", theirs="pass")),
    Class("Mail::DKIM", "v= missing or empty", "RFC 6376 3.5: REQUIRED.",
          of("sign: v= missing", "sign: tag empty", "sign: tag in capitals", ours="permerror v= is (missing|empty)", theirs="pass")),
    Class("Mail::DKIM", "From added", "RFC 6376 8.15: readers see the one nobody vouched for; local policy. dkimpy refuses it as well.",
          of("header: From doubled on top", "header: From doubled at the end", "header: other From on top",
             "header: other From at the end", ours="policy From field added", theirs="pass")),

    # dkimpy is stricter, or wrong.
    Class("dkimpy", "several TXT records", "dkimpy reads the first; RFC 6376 6.1.2 (4) lets a verifier try the others.",
          of("key: other key first", "key: revoked first", "key: not a key first", ours="pass", theirs="(fail|died ValueError|refused)")),
    Class("dkimpy", "h= with DKIM-Signature", "dkimpy takes the signature itself for that; RFC 6376 3.7: no signature is in its own h=, it is hashed at the end.",
          of("sign: h= with itself", ours="pass", theirs="fail")),
    Class("dkimpy", "blank in front of a colon", "obsolete syntax (RFC 5322 4.5) that dkimpy does not read; Mail::DKIM does.",
          of("header: blank before colon", ours="pass", theirs="refused MessageFormatError: Unexpected characters")),
    Class("dkimpy", "several services in s=", "dkimpy compares the whole text; RFC 6376 3.6.1: a list.",
          of("key: s= several", ours="pass", theirs="refused UnknownKeyTypeError")),
    Class("dkimpy", "several methods in q=", "dkimpy compares the whole text; RFC 6376 3.5: a list, unknown ones are ignored.",
          of("sign: q= several", ours="pass", theirs="refused ValidationError: q= value is not")),
    Class("dkimpy", "blanks at the end of an unfinished last line", "RFC 6376 3.4.4: dropped; see tests/conformance/canonicalization.",
          of("body: blanks for final line end", ours="pass", theirs="refused ValidationError: body hash mismatch")),

    Class("dkimpy", "blank at the end of the signature under simple", "dkimpy strips it; RFC 6376 3.4.1: nothing is changed.",
          of("sign: closing ; and blank", ours="pass", theirs="fail")),

    # Mail::DKIM is stricter, or wrong.
    Class("Mail::DKIM", "Ed25519", "Debian 12's version does not know it (RFC 8463).", ed25519),
    Class("Mail::DKIM", "several TXT records", "Mail::DKIM reads the first; RFC 6376 6.1.2 (4) lets a verifier try the others.",
          of("key: other key first", "key: revoked first", "key: not a key first", ours="pass", theirs="invalid .*public key")),
    Class("Mail::DKIM", "h= with DKIM-Signature", "as dkimpy.", of("sign: h= with itself", ours="pass", theirs="fail")),
    Class("Mail::DKIM", "blanks in h= of the key record", "RFC 6376 3.6.1, key-h-tag: FWS may stand around the colon.",
          of("key: h= both", ours="pass", theirs="invalid .*does not support hash algorithm")),
    Class("Mail::DKIM", "g= of the key record", "gone since RFC 6376 (C.2); unknown tags are ignored.",
          of("key: g= other", ours="pass", theirs="invalid .*granularity mismatch")),
    Class("Mail::DKIM", "unfinished last line under simple", "RFC 6376 3.4.3: it gets its CRLF; see tests/conformance/canonicalization.",
          of("body: no final line end", "body: blanks for final line end", ours="pass", theirs="fail .*body has been altered")),
]
