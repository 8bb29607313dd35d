"""Certificates that do not hold, and one that does."""

import datetime
import ssl

import trustme

HERE = "127.0.0.1"


class Trust:
    """An authority that this machine trusts while the faults run, and another that it does not."""

    def __init__(self) -> None:
        self.authority = trustme.CA()
        self._stranger = trustme.CA()

    def context(self, kind: str) -> ssl.SSLContext:
        """Make what a server needs, good or with one flaw."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        long_ago = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
        match kind:
            case "unknown authority":
                self.spoil(context)
            case "expired":
                self.authority.issue_cert(
                    HERE, not_before=long_ago, not_after=long_ago + datetime.timedelta(9)
                ).configure_cert(context)
            case "wrong host":
                self.authority.issue_cert("elsewhere.test").configure_cert(context)
            case _:
                self.mend(context)
        return context

    def spoil(self, context: ssl.SSLContext) -> None:
        """Take a certificate of an authority that nobody here knows."""
        self._stranger.issue_cert(HERE).configure_cert(context)

    def mend(self, context: ssl.SSLContext) -> None:
        """Take a certificate that holds."""
        self.authority.issue_cert(HERE).configure_cert(context)


TRUST = Trust()
