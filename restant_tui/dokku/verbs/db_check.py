"""`@db.check SERVICE`: ask a data service a real question, as JSON; `mysql:info` connects to nothing.

The plugins' `connect` opens the client with standard input attached and takes a terminal only if there is one, so a
question on standard input is answered over the dokku identity. Older plugins insist on a terminal: then the question
goes through the admin's docker (mysql only; the password stays inside the container). Where neither works only the
state of the container is read, and the answer says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from restant_tui.config.model import Danger, Identity
from restant_tui.dokku import commands
from restant_tui.dokku.ask import ask
from restant_tui.dokku.problems import NoAnswer, ParseProblem, why
from restant_tui.dokku.services import ServiceStatus, parse_service_status
from restant_tui.dokku.verbs.answering import document, no_outcome, not_configured
from restant_tui.dokku.verbs.arguments import one_service
from restant_tui.dokku.verbs.db_kind import NoService, kind_of
from restant_tui.dokku.verbs.model import Call, Need, Verb, VerbContext, not_sent
from restant_tui.errors import UsageProblem
from restant_tui.text import decode
from restant_tui.transport.outcome import Outcome, OutcomeKind, Runner

_NAME = "db.check"
_QUESTION = {"mysql": b"SELECT 1;\n", "redis": b"PING\n"}
_ANSWER = {"mysql": ["1", "1"], "redis": ["PONG"]}
_NO_CLIENT = ("not a tty", "is not a dokku command", "the input device")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What came of asking. `degraded` means that nothing was asked of the service itself."""

    ok: bool
    how: str
    says: str
    degraded: bool = False


def _explain(args: Sequence[str]) -> tuple[Call, ...]:
    service = one_service(_NAME, args)
    calls = []
    for kind in ("mysql", "redis"):
        asked = _QUESTION[kind].decode().strip()
        calls.append(Call(Identity.DOKKU, commands.service_exists(kind, service), "until one of them knows it"))
        calls.append(
            Call(Identity.DOKKU, commands.service_connect(kind, service), f"if it is {kind}; {asked} on standard input")
        )
    no_client = "only if its plugin wants a terminal"
    return (
        *calls,
        Call(Identity.ADMIN, commands.admin_mysql(service), f"{no_client}, and it is mysql"),
        Call(Identity.DOKKU, commands.service_status("mysql", service), f"{no_client} and docker cannot be used"),
        Call(Identity.DOKKU, commands.service_status("redis", service), f"{no_client}, and it is redis"),
    )


async def _perform(args: Sequence[str], context: VerbContext) -> Outcome:
    try:
        service = one_service(_NAME, args)
    except UsageProblem as problem:
        return not_sent(str(problem))
    runner = context.runner(Identity.DOKKU)
    if runner is None:
        return not_sent(not_configured(Identity.DOKKU))
    began = context.clock.monotonic()
    try:
        kind = await kind_of(service, runner, context)
        found = await _connect(kind, service, runner, context) or await _otherwise(kind, service, runner, context)
    except NoService as problem:
        return problem.outcome
    except (NoAnswer, ParseProblem) as problem:
        return no_outcome(problem)
    data = {"service": service, "kind": kind, **asdict(found)}
    return document(data, context, began, status=0 if found.ok else 1)


async def _connect(kind: str, service: str, runner: Runner, context: VerbContext) -> _Found | None:
    """Ask through the plugin's client; None where it cannot be used this way."""
    argv = commands.service_connect(kind, service)
    outcome = await runner.run(argv, timeout=context.timeout, stdin=_QUESTION[kind])
    if outcome.kind is not OutcomeKind.EXITED:
        raise NoAnswer(argv, outcome)
    said = decode(outcome.stderr) + decode(outcome.stdout)
    if not outcome.succeeded and any(word in said.lower() for word in _NO_CLIENT):
        return None
    return _judged(argv, kind, outcome, argv[0])


async def _otherwise(kind: str, service: str, runner: Runner, context: VerbContext) -> _Found:
    admin = context.runner(Identity.ADMIN)
    if kind == "mysql" and admin is not None:
        argv = commands.admin_mysql(service)
        outcome = await admin.run(argv, timeout=context.timeout)
        if outcome.kind is OutcomeKind.EXITED and (outcome.succeeded or b"ERROR " in outcome.stderr):
            return _judged(argv, kind, outcome, "docker exec")
    status = parse_service_status(await ask(runner, commands.service_status(kind, service), timeout=context.timeout))
    return _Found(
        ok=status is ServiceStatus.RUNNING,
        how=f"{kind}:info --status",
        says=f"the container is {status}; whether the service answers was not tried, as its plugin wants a terminal",
        degraded=True,
    )


def _judged(argv: Sequence[str], kind: str, outcome: Outcome, how: str) -> _Found:
    lines = [line.strip() for line in decode(outcome.stdout).splitlines() if line.strip()]
    if outcome.succeeded and lines == _ANSWER[kind]:
        return _Found(ok=True, how=how, says=f"{_QUESTION[kind].decode().strip()} was answered")
    if not outcome.succeeded:
        return _Found(ok=False, how=how, says=why(argv[:1], outcome))
    first = lines[0][:160] if lines else "nothing"
    return _Found(ok=False, how=how, says=f"{_QUESTION[kind].decode().strip()} was answered by: {first}")


DB_CHECK = Verb(
    name=_NAME,
    danger=Danger.READ,
    identity=Identity.DOKKU,
    parameters=("service",),
    summary="Ask a mysql or redis service a real question: SELECT 1, PING.",
    explain=_explain,
    perform=_perform,
    needs=(Need("plugin", "mysql|redis"),),
)
