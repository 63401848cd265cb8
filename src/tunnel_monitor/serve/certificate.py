"""The certificate that a server shows, so that nobody on the way can read or change a reply."""

from __future__ import annotations

import ssl

from tunnel_monitor.errors import BadSetting


def load(certificate: str, key: str | None = None) -> ssl.SSLContext:
    """Read certificate and key, once, while their files may still be read.

    Args:
        certificate: a PEM file, the server's own first, then those that lead to a known one.
        key: the PEM file of its private key; None where it is in the same file.
    Raises:
        BadSetting: one of them cannot be read, or they do not belong together.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    what = f"cannot use certificate {certificate}" + (f" with key {key}" if key else "")
    for file in (certificate, key):
        if file is not None:
            _expect_readable(what, file)
    try:
        context.load_cert_chain(certificate, key, password=_refuse_password)
    except ssl.SSLError as error:
        raise BadSetting(f"{what}: {_why(error)}", "give PEM files that belong together") from error
    except _Locked as error:
        raise BadSetting(
            f"{what}: the key is locked by a password",
            "unlock it: openssl pkey -in KEY -out FILE",
        ) from error
    return context


class _Locked(Exception):
    """OpenSSL would ask for a password, on a terminal that may not be there."""


def _refuse_password() -> str:
    raise _Locked


def _expect_readable(what: str, file: str) -> None:
    try:
        with open(file, "rb"):  # noqa: PTH123 - what the user wrote, `-` and all
            pass
    except OSError as error:
        raise BadSetting(
            f"{what}: {file}: {error.strerror}", "name files that root may read"
        ) from error


def _why(error: ssl.SSLError) -> str:
    """OpenSSL's reason in words; it is terse, and blank for what is no PEM at all."""
    match error.reason:
        case "KEY_VALUES_MISMATCH":
            return "the key belongs to another certificate"
        case None:
            return "there is no certificate with its key in it"
        case reason:
            return reason.lower().replace("_", " ")
