"""Handing mail in: SMTP with every octet as given, and swaks as a person would use it."""

from __future__ import annotations

import smtplib
from dataclasses import dataclass
from pathlib import Path

from .process import program, run


@dataclass(frozen=True)
class Login:
    name: str
    password: str = "secret"


class MailRefused(Exception):
    """The server's answer to the message: .code and .text."""

    def __init__(self, code: int, text: bytes) -> None:
        super().__init__(f"{code} {text.decode('utf-8', 'replace')}")
        self.code, self.text = code, text


def connect(port: int, login: Login | None = None, xclient: dict[str, str] | None = None,
            seconds: float = 60) -> smtplib.SMTP:
    """An SMTP session after EHLO, posing as another client if `xclient` says so (ADDR, NAME, HELO), logged in."""
    smtp = smtplib.SMTP("127.0.0.1", port, local_hostname="client.example", timeout=seconds)
    smtp.ehlo()
    if xclient:
        code, text = smtp.docmd("XCLIENT", " ".join(f"{name}={value}" for name, value in xclient.items()))
        if code != 220:
            raise MailRefused(code, text)
        smtp.ehlo(xclient.get("HELO", ""))  # what the client says itself counts, not what XCLIENT said
    if login:
        smtp.login(login.name, login.password)
    return smtp


def deliver(smtp: smtplib.SMTP, message: bytes, sender: str, *recipients: str, options: tuple[str, ...] = ()) -> str:
    """One transaction; the server's last reply. The message goes out as it is, only dots are stuffed."""
    code, text = smtp.docmd("MAIL", f"FROM:<{sender}>" + "".join(f" {option}" for option in options)) \
        if sender.isascii() else _raw(smtp, f"MAIL FROM:<{sender}> " + " ".join(options))
    if code != 250:
        raise MailRefused(code, text)
    for recipient in recipients:
        line = f"TO:<{recipient}>"
        code, text = smtp.docmd("RCPT", line) if recipient.isascii() else _raw(smtp, f"RCPT {line}")
        if code not in (250, 251):
            raise MailRefused(code, text)
    code, text = smtp.docmd("DATA")
    if code != 354:
        raise MailRefused(code, text)
    stuffed = message.replace(b"\r\n.", b"\r\n..")
    if stuffed.startswith(b"."):
        stuffed = b"." + stuffed
    smtp.send(stuffed + (b"" if stuffed.endswith(b"\r\n") else b"\r\n") + b".\r\n")
    code, text = smtp.getreply()
    if code != 250:
        raise MailRefused(code, text)
    return text.decode("utf-8", "replace")


def _raw(smtp: smtplib.SMTP, line: str) -> tuple[int, bytes]:
    smtp.send(line.encode() + b"\r\n")
    return smtp.getreply()


def send(port: int, message: bytes, sender: str, *recipients: str, login: Login | None = None,
         xclient: dict[str, str] | None = None, options: tuple[str, ...] = ()) -> str:
    """connect, deliver, QUIT."""
    smtp = connect(port, login, xclient)
    try:
        return deliver(smtp, message, sender, *recipients, options=options)
    finally:
        smtp.close()


def swaks(port: int, message: Path, sender: str, recipient: str, login: Login | None = None) -> str:
    """Hands a message file in with swaks(1); its transcript. A refusal is an error that shows the transcript."""
    command: list[str | Path] = [program("swaks", "swaks"), "--server", "127.0.0.1", "--port", str(port), "--helo",
                                 "client.example", "--from", sender, "--to", recipient, "--data", f"@{message}"]
    if login:
        command += ["--auth", "PLAIN", "--auth-user", login.name, "--auth-password", login.password]
    return run(command).stdout.decode("utf-8", "replace")
