"""Any number of sockets of every kind at once, in Postfix's and in OpenDKIM's spelling; what happens to socket files."""

import os
import socket
import stat
import unittest

from support import client, runner
from support.daemon import Daemon
from support.postfix import Service
from support.process import Child, Workspace, binary, free_port
from support.signing_site import ALICE, SigningSite, plain_message, unique_mark
from support.verify import signatures


def has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as probe:
            probe.bind(("::1", 0))
        return True
    except OSError:
        return False


class ManySockets(unittest.TestCase):
    def test_mail_through_each(self) -> None:
        place = Workspace("pl")
        self.addCleanup(place.close)
        sockets = place.directory("s", 0o777)
        ports = [free_port() for _ in range(3)]
        # (what postern-sign is told, what Postfix is told)
        pairs = [(f"inet:127.0.0.1:{ports[0]}", f"inet:127.0.0.1:{ports[0]}"),
                 (f"inet:{ports[1]}@127.0.0.1", f"inet:127.0.0.1:{ports[1]}"),
                 (f"unix:{sockets}/a", f"unix:{sockets}/a"),
                 (f"local:{sockets}/b", f"unix:{sockets}/b")]
        if has_ipv6():
            pairs.append((f"inet6:[::1]:{ports[2]}", f"inet:[::1]:{ports[2]}"))
        else:
            print("no IPv6 on this host: inet6 listener not looked at", flush=True)
        services = [Service({"smtpd_milters": theirs, "smtpd_sasl_auth_enable": "yes",
                             "smtpd_relay_restrictions": "permit_sasl_authenticated,reject"}) for _, theirs in pairs]
        site = SigningSite(listen=[ours for ours, _ in pairs], services=services, options="socket-mode = 0666\n",
                           settings={"inet_protocols": "all" if has_ipv6() else "ipv4"})
        self.addCleanup(site.close)
        site.start()
        for service, (ours, _) in zip(services, pairs, strict=True):
            with self.subTest(ours):
                mark = unique_mark()
                client.send(service.port, plain_message(mark), "alice@example.org", "bob@example.net", login=ALICE)
                delivery = site.sink.wait_for_message(mark.encode())
                self.assertEqual(len(signatures(delivery.data)), 2)
        self.assertEqual(site.sign.terminate(), 0)
        self.assertEqual(os.listdir(sockets), [], "socket files go with the daemon")


class SocketFiles(unittest.TestCase):
    def setUp(self) -> None:
        self.place = Workspace("pl")
        self.addCleanup(self.place.close)
        self.path = self.place.path / "sock"

    def daemon(self, name: str = "one", options: str = "") -> Daemon:
        keys = self.place.directory("keys")
        daemon = Daemon(self.place, "postern-sign", f"[sign]\nlisten = unix:{self.path}\nkey-directory = {keys}\n{options}", name)
        self.place.keep(daemon)
        return daemon

    def test_a_stale_socket_is_replaced(self) -> None:
        first = self.daemon()
        first.start()
        first.kill()
        self.assertTrue(self.path.exists())
        second = self.daemon("two")
        second.start()
        with socket.socket(socket.AF_UNIX) as probe:
            probe.connect(str(self.path))
        self.assertEqual(second.terminate(), 0)

    def test_a_live_socket_is_not(self) -> None:
        first = self.daemon()
        first.start()
        second = Child(self.daemon("two").command)
        self.place.keep(second)
        self.assertNotEqual(second.wait(20), 0)
        self.assertIn(str(self.path), "\n".join(second.log))
        with socket.socket(socket.AF_UNIX) as probe:
            probe.connect(str(self.path))
        self.assertEqual(first.terminate(), 0)

    def test_another_file_there_is_not_replaced(self) -> None:
        self.path.write_text("precious")
        child = Child(self.daemon().command)
        self.place.keep(child)
        self.assertNotEqual(child.wait(20), 0)
        self.assertEqual(self.path.read_text(), "precious")

    def test_mode(self) -> None:
        daemon = self.daemon(options="socket-mode = 0660\n")
        daemon.start()
        self.assertEqual(stat.S_IMODE(self.path.stat().st_mode), 0o660)
        self.assertEqual(daemon.terminate(), 0)


class WrongConfiguration(unittest.TestCase):
    def test_every_problem_in_one_run_and_exit_code_78(self) -> None:
        with Workspace("pl") as place:
            file = place.write("bad.conf", "[sign]\nlisten = inet:127.0.0.1:99999\ncanonicalisation = relaxed/relaxed\n"
                                           "timestamp = perhaps\nsignature-ttl = soon\n")
            child = Child([binary("postern-sign"), "-c", file])
            place.keep(child)
            self.assertEqual(child.wait(20), 78)
            said = "\n".join(child.log)
            for part in (f"{file}:2", f"{file}:3", f"{file}:4", f"{file}:5", "canonicalization", "99999", "perhaps", "soon"):
                self.assertIn(part, said)


if __name__ == "__main__":
    runner.main()
