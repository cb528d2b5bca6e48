"""Key pairs for tests, made by openssl(1): what others publish and store, independent of our own keygen."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from pathlib import Path

from .process import program, run


@dataclass(frozen=True)
class KeyPair:
    """A private key file and what is published for it."""

    domain: str
    selector: str
    path: Path
    record: str  #: text of the TXT record

    @property
    def name(self) -> str:
        return f"{self.selector}._domainkey.{self.domain}"


def _public_der(private: Path) -> bytes:
    return run([program("openssl", "openssl"), "pkey", "-in", private, "-pubout", "-outform", "DER"]).stdout


def _describe(domain: str, selector: str, path: Path, kind: str) -> KeyPair:
    der = _public_der(path)
    # RFC 8463 section 4.2: p= of Ed25519 is the bare 32 octets, not the SubjectPublicKeyInfo around them.
    public = der[-32:] if kind == "ed25519" else der
    record = f"v=DKIM1; k={kind}; p={base64.b64encode(public).decode()}"
    return KeyPair(domain, selector, path, record)


def make_rsa(path: Path, domain: str, selector: str, bits: int = 2048) -> KeyPair:
    path.parent.mkdir(parents=True, exist_ok=True)
    run([program("openssl", "openssl"), "genpkey", "-quiet", "-algorithm", "RSA", "-pkeyopt", f"rsa_keygen_bits:{bits}",
         "-out", path])
    path.chmod(0o640)
    return _describe(domain, selector, path, "rsa")


def make_ed25519(path: Path, domain: str, selector: str) -> KeyPair:
    path.parent.mkdir(parents=True, exist_ok=True)
    run([program("openssl", "openssl"), "genpkey", "-algorithm", "ED25519", "-out", path])
    path.chmod(0o640)
    return _describe(domain, selector, path, "ed25519")


def key_directory(root: Path, domain: str, rsa: str = "rsa1", ed25519: str = "ed1") -> list[KeyPair]:
    """keys/<domain>/<selector>.pem with one key of each kind, as `key-directory` expects it."""
    return [make_rsa(root / domain / f"{rsa}.pem", domain, rsa),
            make_ed25519(root / domain / f"{ed25519}.pem", domain, ed25519)]


def records(*pairs: KeyPair) -> dict[str, str]:
    return {pair.name: pair.record for pair in pairs}
