"""Why a request got no answer, in one sentence for a person.

The HTTP library wraps what the system said in errors of its own, some of which drop the cause, so both the chain of
causes and the words are looked at.
"""

from __future__ import annotations

import socket
import ssl

from restant_tui.text import one_line

_WORDS = (
    ("Name or service not known", "the name {place} is not known"),
    ("nodename nor servname", "the name {place} is not known"),
    ("Temporary failure in name resolution", "the name {place} could not be looked up"),
    ("getaddrinfo", "the name {place} is not known"),
    ("CERTIFICATE_VERIFY_FAILED", "the certificate of {place} is not valid"),
    ("All connection attempts failed", "{place} refused the connection"),
    ("Connection refused", "{place} refused the connection"),
    ("without sending", "{place} closed the connection without an answer"),
)


def sentence(problem: BaseException, url: str) -> str:
    """Say in one sentence why a request to that address got no answer."""
    place = url.partition("://")[2].partition("/")[0].rpartition("@")[2] or url
    causes = _causes(problem)
    said = next(filter(None, (_of_system(cause, place) for cause in causes)), "")
    if said:
        return one_line(said)
    text = " ".join(str(cause) for cause in causes)
    for words, form in _WORDS:
        if words in text:
            return one_line(form.format(place=place))
    if type(problem).__name__ in ("UnsupportedProtocol", "InvalidURL"):
        return one_line(f"{url!r} is not an address that can be asked; write it whole, like https://host/health")
    return one_line(f"{place} gave no answer that can be read: {str(problem) or type(problem).__name__}")


def _of_system(cause: BaseException, place: str) -> str:
    match cause:
        case ssl.SSLCertVerificationError():
            return f"the certificate of {place} is not valid: {cause.verify_message}"
        case ssl.SSLError():
            return f"TLS with {place} failed: {cause.reason or cause}"
        case socket.gaierror():
            temporary = cause.errno == socket.EAI_AGAIN
            return f"the name {place} could not be looked up" if temporary else f"the name {place} is not known"
        case ConnectionRefusedError():
            return f"{place} refused the connection"
        case ConnectionResetError() | BrokenPipeError():
            return f"{place} closed the connection without an answer"
        case _:
            return ""


def _causes(problem: BaseException) -> list[BaseException]:
    found: list[BaseException] = []
    waiting: list[BaseException | None] = [problem]
    while waiting:
        cause = waiting.pop()
        if cause is None or cause in found:
            continue
        found.append(cause)
        waiting += [cause.__cause__, cause.__context__]
        if isinstance(cause, BaseExceptionGroup):
            waiting += cause.exceptions
    return found
