"""What counts as wrong with an app. Pure: readings and thresholds in, a verdict and its reasons out."""

from __future__ import annotations

from collections.abc import Mapping

from restant_tui.config.model import Thresholds
from restant_tui.monitors.snapshots import Certificate, Endpoint, Processes, Reading, Status, Trust

Verdict = tuple[Status, str]

_FINE: Verdict = (Status.OK, "")
# Not knowing is worse than a warning, for it may hide anything; but it must not hide what is known to be critical.
_RANK = {Status.OK: 0, Status.WARNING: 1, Status.UNKNOWN: 2, Status.CRITICAL: 3}


def rank(status: Status) -> int:
    """Return how bad a status is, 0 for ok; unknown stands between warning and critical."""
    return _RANK[status]


def judge(
    endpoint: Endpoint, processes: Processes, certificate: Certificate, limits: Thresholds, *, missing: str = ""
) -> Verdict:
    """Return how an app is, the worst of its parts, and all reasons in one sentence, the worst first.

    `missing` is the sentence that its host has no such app: what cannot be seen of it there is then explained.
    """
    readings = {
        "health": endpoint.reading,
        "processes": processes.reading,
        "certificate": certificate.reading,
    }
    if missing:
        return _missing(endpoint, limits, missing)
    if all(reading.trust is Trust.NOT_CONFIGURED for reading in readings.values()):
        return Status.UNKNOWN, "nothing is configured to watch it by"
    parts = [
        *_unseen(readings),
        _endpoint(endpoint, limits),
        _processes(processes),
        _certificate(certificate, limits),
    ]
    parts.sort(key=lambda part: rank(part[0]), reverse=True)
    return parts[0][0], "; ".join(reason for _, reason in parts if reason)


def _missing(endpoint: Endpoint, limits: Thresholds, missing: str) -> Verdict:
    _, answers = _endpoint(endpoint, limits)
    return Status.CRITICAL, f"{missing}; {answers}" if answers else missing


def failing(http_status: int | None) -> bool:
    """Whether a health probe with that answer failed: none at all, or anything but a 2xx."""
    return http_status is None or not 200 <= http_status < 300


def judge_processes(processes: Processes) -> Verdict:
    """Return how the processes are by themselves: none running is critical, some missing a warning."""
    return _alone("processes", processes.reading) or _processes(processes)


def judge_certificate(certificate: Certificate, limits: Thresholds) -> Verdict:
    """Return how the certificate is by itself; an app without one is not judged by it."""
    return _alone("certificate", certificate.reading) or _certificate(certificate, limits)


def _alone(name: str, reading: Reading) -> Verdict | None:
    return next(iter(_unseen({name: reading})), None)


def _unseen(readings: Mapping[str, Reading]) -> list[Verdict]:
    """Return one verdict for each kind of not knowing, so that a lost link is told once and not for every part."""
    found: dict[Trust, tuple[list[str], str]] = {}
    for name, reading in readings.items():
        if reading.trust not in (Trust.LIVE, Trust.NOT_CONFIGURED):
            found.setdefault(reading.trust, ([], reading.reason.rstrip(".")))[0].append(name)
    return [
        (Status.UNKNOWN, f"{' and '.join(names)}: {trust.value}" + (f", {reason}" if reason else ""))
        for trust, (names, reason) in found.items()
    ]


def _endpoint(endpoint: Endpoint, limits: Thresholds) -> Verdict:
    if endpoint.reading.trust is not Trust.LIVE:
        return _FINE
    if failing(endpoint.http_status):
        what = f"answers {endpoint.http_status}" if endpoint.http_status else f"no answer: {endpoint.error}"
        times = f" ({endpoint.failures} times in a row)" if endpoint.failures > 1 else ""
        if endpoint.failures >= limits.failed_probes.critical:
            return Status.CRITICAL, what + times
        # A failed probe is never ok, even where the configuration lets more than one pass.
        return Status.WARNING, what + times
    milliseconds = endpoint.response_ms or 0.0
    if milliseconds >= limits.response_ms.critical:
        return Status.CRITICAL, f"very slow: {milliseconds:.0f} ms"
    if milliseconds >= limits.response_ms.warning:
        return Status.WARNING, f"slow: {milliseconds:.0f} ms"
    return _FINE


def _processes(processes: Processes) -> Verdict:
    if processes.reading.trust is not Trust.LIVE:
        return _FINE
    running, total = processes.running, processes.total
    if running is None or total is None:
        return Status.UNKNOWN, "processes: no data"
    if total == 0:
        return Status.WARNING, "no processes: it was never deployed, or is scaled to none"
    if running == 0:
        return Status.CRITICAL, f"none of {total} processes is running"
    if running < total:
        down = ", ".join(f"{name} {state}" for name, state in processes.detail if state != "running")
        return Status.WARNING, f"{running} of {total} processes running" + (f" ({down})" if down else "")
    return _FINE


def _certificate(certificate: Certificate, limits: Thresholds) -> Verdict:
    if certificate.reading.trust is not Trust.LIVE:
        return _FINE
    days = certificate.days_left
    if days is None:
        return _FINE
    words = "certificate has expired" if days < 0 else f"certificate ends in {days:.0f} days"
    if days < limits.certificate_days.critical:
        return Status.CRITICAL, words
    if days < limits.certificate_days.warning:
        return Status.WARNING, words
    return _FINE
