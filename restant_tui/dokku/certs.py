"""What Dokku says of an app's TLS certificate: through the letsencrypt plugin, or `certs:report`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from restant_tui.dokku.problems import ParseProblem
from restant_tui.dokku.shapes import flag, needed, report, unix_moment, whole_lines

_OPENSSL = re.compile(
    r"^(?P<date>(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) {1,2}\d{1,2} \d\d:\d\d:\d\d \d{4}) GMT$",
    re.ASCII,
)
_MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec"
_LIST_ROW = re.compile(r"^(\S+)\s+(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)\s+\S")


@dataclass(frozen=True, slots=True)
class CertificateReport:
    """Whether an app has a certificate and until when; `expires_at` is None when it has none."""

    active: bool
    expires_at: datetime | None


def parse_letsencrypt_report(text: str) -> CertificateReport:
    """Return `letsencrypt:report APP --format json` (or its text form); raises ParseProblem."""
    pairs = report(text, "letsencrypt")
    active = flag(pairs, "active", text)
    expiration = needed(pairs, "expiration", text)
    if active and not expiration:
        raise ParseProblem("the certificate is active but has no expiry", text)
    return CertificateReport(active, unix_moment(expiration, text) if active else None)


def parse_letsencrypt_list(text: str) -> dict[str, datetime]:
    """Return app and expiry from `letsencrypt:list`; the host prints its local time, taken as UTC here.

    A certificate's age in days survives that; its hours may not. Raises ParseProblem.
    """
    header, *rows = whole_lines(text) or ("",)
    if not header.startswith("-----> App name"):
        raise ParseProblem("the list of certificates has no header", text)
    found: dict[str, datetime] = {}
    for row in rows:
        match = _LIST_ROW.match(row)
        if not match:
            raise ParseProblem(f"not a row of the list of certificates: {row[:80]!r}", text)
        try:
            found[match[1]] = datetime.fromisoformat(match[2]).replace(tzinfo=UTC)
        except ValueError as problem:
            raise ParseProblem(f"not a time: {match[2]!r}", text) from problem
    return found


def parse_certs_report(text: str) -> CertificateReport:
    """Return `certs:report APP` from its JSON or text form; dates are as openssl writes them.

    Raises:
        ParseProblem: the answer has another shape.
    """
    pairs = report(text, "ssl")
    enabled = flag(pairs, "enabled", text)
    return CertificateReport(enabled, openssl_moment(needed(pairs, "expires-at", text), text) if enabled else None)


def openssl_moment(words: str, raw: str) -> datetime:
    """Return a time such as `Jan 15 08:12:44 2027 GMT`; raises ParseProblem."""
    match = _OPENSSL.match(words)
    if not match:
        raise ParseProblem(f"not a time as openssl writes it: {words[:60]!r}", raw)
    try:
        # Month names are English whatever the locale of the host; ours may differ, so no strptime("%b").
        month, day, clock, year = match["date"].split()
        number = _MONTHS.index(month) // 3 + 1
        return datetime.fromisoformat(f"{year}-{number:02}-{int(day):02}T{clock}+00:00")
    except ValueError as problem:
        raise ParseProblem(f"not a time as openssl writes it: {words[:60]!r}", raw) from problem
