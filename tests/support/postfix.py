"""A Postfix of one's own: Debian's binaries with configuration, queue and data in a temporary directory.

The host's /etc/postfix and queue are not used: every command gets our configuration directory. Starting needs root.
Mail goes to an SmtpSink, whatever its recipient. Services: `smtp_port` (no login, as port 25), `submission_port`
(login needed, {daemon_name} ORIGINATING), more with Service, and `sendmail` through pickup(8).

    postfix = PrivatePostfix(place, sink=sink, milters=["inet:127.0.0.1:8891"], users={"alice@example.org": "secret"})
    postfix.start()
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from pathlib import Path

from .login import LoginServer
from .process import Workspace, accepts, free_port, need_root, program, run, wait_for
from .sink import SmtpSink

# master.cf without chroot: the rows Postfix needs to take mail in and hand it to the next hop.
_MASTER = """\
{smtp}
{submission}
{services}
pickup     unix  n  -  n  1    1  pickup
cleanup    unix  n  -  n  -    0  cleanup
qmgr       unix  n  -  n  300  1  qmgr
rewrite    unix  -  -  n  -    -  trivial-rewrite
bounce     unix  -  -  n  -    0  bounce
defer      unix  -  -  n  -    0  bounce
trace      unix  -  -  n  -    0  bounce
verify     unix  -  -  n  -    1  verify
flush      unix  n  -  n  -    0  flush
proxymap   unix  -  -  n  -    -  proxymap
proxywrite unix  -  -  n  -    1  proxymap
smtp       unix  -  -  n  -    -  smtp
relay      unix  -  -  n  -    -  smtp
showq      unix  n  -  n  -    -  showq
error      unix  -  -  n  -    -  error
retry      unix  -  -  n  -    -  error
discard    unix  -  -  n  -    -  discard
anvil      unix  -  -  n  -    1  anvil
scache     unix  -  -  n  -    1  scache
postlog    unix-dgram n - n -  1  postlogd
"""

_SUBMISSION = {
    "smtpd_sasl_auth_enable": "yes",
    "smtpd_recipient_restrictions": "permit_sasl_authenticated,reject",
    "smtpd_relay_restrictions": "permit_sasl_authenticated,reject",
    "milter_macro_daemon_name": "ORIGINATING",
}


@dataclass
class Service:
    """One more smtpd(8): its port and the -o options that set it apart."""

    options: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)

    def row(self) -> str:
        options = "".join(f"\n  -o {{ {name} = {value} }}" for name, value in self.options.items())
        return f"127.0.0.1:{self.port} inet n - n - - smtpd{options}"


class PrivatePostfix:
    def __init__(self, place: Workspace, *, sink: SmtpSink, milters: list[str] | None = None,
                 users: dict[str, str] | None = None, settings: dict[str, str] | None = None,
                 services: list[Service] | None = None, name: str = "pf", hostname: str = "mail.example.org") -> None:
        self._base = place.directory(name)
        self.config = place.directory(f"{name}/etc")
        self.log_path = self._base / "log" / "mail.log"
        self._users = users or {"alice@example.org": "secret"}
        self._login: LoginServer | None = None
        self._started = False
        self._smtp, self._submission = Service(), Service(dict(_SUBMISSION))
        self.smtp_port, self.submission_port = self._smtp.port, self._submission.port
        self.services = services or []
        every_milter = ", ".join(milters or [])
        self.settings = {
            "compatibility_level": "3.7",
            "queue_directory": f"{self._base}/q",
            "data_directory": f"{self._base}/data",
            "maillog_file": str(self.log_path),
            "maillog_file_prefixes": str(self._base),
            "myhostname": hostname,
            "mydestination": "",
            "mynetworks": "127.0.0.0/8",
            "inet_interfaces": "127.0.0.1",
            "inet_protocols": "ipv4",
            "alias_maps": "",
            "alias_database": "",
            "local_recipient_maps": "",
            "local_transport": "error:no local mailboxes here",
            "default_transport": f"smtp:[127.0.0.1]:{sink.port}",
            "relay_transport": f"smtp:[127.0.0.1]:{sink.port}",
            "disable_dns_lookups": "yes",
            "smtp_host_lookup": "native",
            "smtp_connection_cache_on_demand": "no",  # each delivery to the sink is a connection of its own
            "smtpd_peername_lookup": "no",
            "relay_domains": "example.net",  # anybody may send there, as to an MX
            "relay_recipient_maps": "",
            "smtpd_relay_restrictions": "permit_mynetworks,permit_auth_destination,reject",
            "smtpd_authorized_xclient_hosts": "127.0.0.0/8",
            "smtpd_sasl_type": "dovecot",
            "smtpd_sasl_path": f"unix:{self._base}/login",
            "smtpd_tls_security_level": "none",
            "smtp_tls_security_level": "none",
            "message_size_limit": "100000000",
            "mailbox_size_limit": "0",
            "smtpd_client_connection_rate_limit": "0",
            "smtpd_client_connection_count_limit": "0",
            "minimal_backoff_time": "2s",
            "maximal_backoff_time": "4s",
            "queue_run_delay": "2s",
            "smtpd_error_sleep_time": "0",
            "milter_default_action": "tempfail",
            "milter_connect_timeout": "5s",
            "smtpd_milters": every_milter,
            "non_smtpd_milters": every_milter,
            **(settings or {}),
        }

    def _write_configuration(self) -> None:
        text = "".join(f"{name} = {value}\n" for name, value in self.settings.items())
        (self.config / "main.cf").write_text(text)
        (self.config / "master.cf").write_text(_MASTER.format(
            smtp=self._smtp.row(), submission=self._submission.row(),
            services="\n".join(service.row() for service in self.services)))

    def start(self) -> None:
        need_root()
        postfix = program("postfix", "postfix")
        self._write_configuration()
        for directory in ("q", "data", "log"):
            (self._base / directory).mkdir(exist_ok=True)
        run(["chown", "postfix", self._base / "data"])
        self._login = LoginServer(self._base / "login", self._users)
        self._started = True
        run([postfix, "-c", self.config, "start"])
        for port in (self.smtp_port, self.submission_port, *(service.port for service in self.services)):
            wait_for(f"Postfix on port {port}", lambda port=port: accepts(port))

    def set(self, **settings: str) -> None:
        """Changes main.cf; processes that run already keep what they read, new ones see it (postfix reload)."""
        self.settings.update(settings)
        self._write_configuration()
        run([program("postfix", "postfix"), "-c", self.config, "reload"])

    def flush(self) -> None:
        """Tries everything in the queue now."""
        run([program("postqueue", "postfix"), "-c", self.config, "-f"])

    def sendmail(self, data: bytes, sender: str, *recipients: str) -> None:
        """Submission on the host itself, as cron and scripts do it; line ends become LF first."""
        run([program("sendmail", "postfix"), "-C", self.config, "-i", "-f", sender, "--", *recipients],
            data=data.replace(b"\r\n", b"\n"))

    def queue(self) -> list[str]:
        """Queue ids of mail not yet delivered."""
        said = run([program("postqueue", "postfix"), "-c", self.config, "-p"]).stdout.decode()
        return re.findall(r"^([0-9A-Za-z]{6,})[*!]?\s", said, re.MULTILINE)

    def wait_until_empty(self, seconds: float = 30.0) -> None:
        deadline = time.monotonic() + seconds
        while left := self.queue():
            if time.monotonic() > deadline:
                raise TimeoutError(f"{len(left)} messages still queued after {seconds:g} s:\n" + self.log_tail())
            self.flush()
            time.sleep(0.5)

    @property
    def log(self) -> str:
        return self.log_path.read_text("utf-8", "replace") if self.log_path.exists() else ""

    def log_tail(self, lines: int = 40) -> str:
        return "\n".join(self.log.splitlines()[-lines:])

    def wait_for_log(self, pattern: str, seconds: float = 10.0) -> re.Match[str]:
        return wait_for(f"{pattern!r} in the mail log", lambda: re.search(pattern, self.log, re.MULTILINE), seconds)

    def stop(self) -> None:
        if self._started:
            self._started = False
            run([program("postfix", "postfix"), "-c", self.config, "stop"], check=False)
        if self._login is not None:
            self._login.stop()
            self._login = None
