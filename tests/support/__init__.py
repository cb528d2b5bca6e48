"""What end-to-end tests and contrib/demo share: a private Postfix, a name server, our daemons, peers as judges.

Standard library and Debian's python3-dkim (with its python3-dnspython) only; run it with /usr/bin/python3.
Everything lives below one temporary directory and on loopback; nothing of the host's mail setup is read or written.

    with Workspace() as place:
        sink = SmtpSink()
        postfix = PrivatePostfix(place, sink=sink)
        place.keep(sink, postfix)            # stopped in reverse order, also after a failure
        postfix.start()
"""
