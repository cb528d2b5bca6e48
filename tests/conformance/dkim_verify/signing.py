"""A DKIM signer that does as it is told, also what no signer should: the messages that mutate.py changes.

Canonical forms and RSA are dkimpy's, Ed25519 is pynacl's; nothing of our own code is in here.
"""

import base64
import hashlib
import re
import subprocess

import nacl.signing
from dkim.canonicalization import CanonicalizationPolicy
from dkim.crypto import RSASSA_PKCS1_v1_5_sign, parse_pem_private_key

DOMAIN = "example.org"
NAMES = ("From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type")


class RsaKey:
    kind = "rsa"

    def __init__(self, path):
        text = subprocess.run(["openssl", "rsa", "-in", path, "-traditional"], check=True, capture_output=True).stdout
        self.private = parse_pem_private_key(text)
        public = subprocess.run(["openssl", "pkey", "-in", path, "-pubout", "-outform", "DER"], check=True,
                                capture_output=True).stdout
        self.public = base64.b64encode(public).decode()
        self.signed = {}

    def sign(self, octets, hasher):
        digest = hasher(octets)
        known = (digest.digest(), digest.name)
        if known not in self.signed:
            self.signed[known] = RSASSA_PKCS1_v1_5_sign(digest, self.private)
        return self.signed[known]


class Ed25519Key:
    kind = "ed25519"

    def __init__(self, seed):
        self.private = nacl.signing.SigningKey(seed)
        self.public = base64.b64encode(self.private.verify_key.encode()).decode()

    def sign(self, octets, hasher):
        return self.private.sign(hasher(octets).digest()).signature


def folded(text, width, blank="\r\n "):
    return blank.join(text[at:at + width] for at in range(0, len(text), width))


def sign(fields, body, key, tags, style, h=NAMES, canonical="relaxed/relaxed", length=None, hasher=hashlib.sha256):
    """The DKIM-Signature field (name, value). `tags`: [(name, value)] in their order; of a, bh, h, b, c, l the values are
    put in where they are None. `style`: what stands between the tags and around "=", and between pieces of base64."""
    policy = CanonicalizationPolicy.from_c_value(canonical.encode())
    octets = policy.canonicalize_body(body)
    values = {"a": f"{key.kind}-{hasher().name}", "c": canonical, "h": style["colon"].join(h),
              "bh": base64.b64encode(hasher(octets if length is None else octets[:length]).digest()).decode(),
              "l": None if length is None else str(length), "b": ""}
    texts = []
    for name, value in tags:
        value = values.get(name) if value is None else value
        if value is not None:
            texts.append(f"{name}{style['equals']}{value}")
    between = style["between"]
    head, last = (";" + between).join(texts), style["end"]
    if not re.search(r"(?:\A|[;\s])b\s*=\s*(?:;|\Z)", head):
        return "DKIM-Signature", " " + head + last
    text = " " + head + last
    stack = {}
    for name, value in fields:
        stack.setdefault(name.strip().lower(), []).append((name, value))
    covered = []
    for name in h:
        if stack.get(name.lower()):
            covered.append(stack[name.lower()].pop())
    lines = [(name.encode(), value.encode("utf-8", "surrogateescape") + b"\r\n")
             for name, value in covered + [("DKIM-Signature", text)]]
    data = b"".join(name + b":" + value for name, value in policy.canonicalize_headers(lines))
    signature = key.sign(data[:-2], hasher)
    filled = folded(base64.b64encode(signature).decode(), style["width"], style["fold"])
    return "DKIM-Signature", re.sub(r"((?:\A|[;\s])b\s*=\s*)(?=;|\Z)", lambda found: found.group(1) + filled, text, count=1)


def message(fields, body):
    text = "".join(f"{name}:{value}\r\n" for name, value in fields)
    return text.encode("utf-8", "surrogateescape") + b"\r\n" + body
