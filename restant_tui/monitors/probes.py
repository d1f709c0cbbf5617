"""The three probes of an app's health; each asks once and returns the new part of the snapshot."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from restant_tui.dokku import commands
from restant_tui.dokku.ask import read
from restant_tui.dokku.certs import CertificateReport, parse_certs_report, parse_letsencrypt_report
from restant_tui.dokku.problems import NoAnswer
from restant_tui.dokku.ps import parse_ps_report
from restant_tui.dokku.version import Feature, Version, speaks
from restant_tui.monitors.http import HttpProbe
from restant_tui.monitors.judge import failing
from restant_tui.monitors.readings import live
from restant_tui.monitors.snapshots import Certificate, Endpoint, Processes
from restant_tui.transport.outcome import OutcomeKind, Runner

_HISTORY = 60
_SECONDS = 15.0
_DAY = 86400.0


async def probe_endpoint(
    before: Endpoint, url: str, http: HttpProbe, now: Callable[[], datetime], *, timeout: float
) -> Endpoint:
    """Ask the health endpoint once. No answer is a finding, not a gap: the reading is live either way."""
    answer = await http.get(url, timeout=timeout)
    bad = failing(answer.status)
    response_ms = None if answer.status is None else answer.seconds * 1000
    return Endpoint(
        reading=live(before.reading.source, now()),
        http_status=answer.status,
        response_ms=response_ms,
        error=answer.error,
        failures=before.failures + 1 if bad else 0,
        history_ms=(*before.history_ms, None if bad else response_ms)[-_HISTORY:],
    )


async def probe_processes(
    before: Processes, app: str, dokku: Runner, now: Callable[[], datetime], version: Version | None = None
) -> Processes:
    """Ask for the processes once, in the words that version of Dokku knows; raises NoAnswer or ParseProblem."""
    argv = commands.ps_report(app, json=speaks(version, Feature.REPORT_JSON))
    report = await read(dokku, argv, parse_ps_report, timeout=_SECONDS)
    detail = tuple((process.name, process.state) for process in report.processes)
    running = sum(state == "running" for _, state in detail)
    return Processes(
        reading=live(before.reading.source, now(), "" if report.deployed else "never deployed"),
        running=running,
        # A process that should be there and has no container is missing too.
        total=max(len(detail), report.scale) if report.deployed else len(detail),
        detail=detail,
    )


async def probe_certificate(
    before: Certificate, app: str, dokku: Runner, now: Callable[[], datetime], version: Version | None = None
) -> Certificate:
    """Ask how long the certificate lasts, in the words that version knows; raises NoAnswer or ParseProblem.

    The letsencrypt plugin is asked first; where it is missing, or does not look after this app, Dokku itself.
    """
    report = await _letsencrypt(app, dokku)
    if report is None or not report.active:
        argv = commands.certs_report(app, json=speaks(version, Feature.GIT_REPORT_JSON))
        report = await read(dokku, argv, parse_certs_report, timeout=_SECONDS)
    seen = now()
    if report.expires_at is None:
        return Certificate(reading=live(before.reading.source, seen, "no certificate"))
    return Certificate(
        reading=live(before.reading.source, seen),
        days_left=(report.expires_at - seen).total_seconds() / _DAY,
    )


async def _letsencrypt(app: str, dokku: Runner) -> CertificateReport | None:
    """Return the plugin's report; None on a host without the plugin."""
    try:
        return await read(dokku, commands.letsencrypt_report(app), parse_letsencrypt_report, timeout=_SECONDS)
    except NoAnswer as problem:
        if problem.outcome.kind is OutcomeKind.EXITED and b"is not a dokku command" in problem.outcome.stderr:
            return None
        raise
