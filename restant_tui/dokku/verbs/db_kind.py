"""Which plugin a data service belongs to: asked of the host, as a verb is given only the name."""

from __future__ import annotations

from restant_tui.dokku import commands
from restant_tui.dokku.problems import why
from restant_tui.dokku.verbs.answering import read_limit
from restant_tui.dokku.verbs.model import VerbContext, not_sent
from restant_tui.transport.outcome import Outcome, OutcomeKind, Runner

KINDS = ("mysql", "redis")


class NoService(Exception):
    """There is no service to work with; `outcome` says so, and that nothing was changed."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.reason)
        self.outcome = outcome


async def kind_of(service: str, runner: Runner, context: VerbContext) -> str:
    """Return `mysql` or `redis`.

    Raises:
        NoService: there is none of that name, or the host did not answer.
    """
    for kind in KINDS:
        argv = commands.service_exists(kind, service)
        outcome = await runner.run(argv, timeout=read_limit(context))
        if outcome.succeeded:
            return kind
        if outcome.kind is not OutcomeKind.EXITED or outcome.exit_status is None:
            raise NoService(not_sent(f"Whether there is a service {service} is not known: {why(argv, outcome)}"))
    raise NoService(not_sent(f"There is no mysql or redis service {service} on this host; mysql:list names them."))


async def mysql_only(done: str, service: str, runner: Runner, context: VerbContext) -> None:
    """Accept a mysql service only.

    Args:
        done: what cannot be done to another: `dumped`.
        service: its name.
        runner: the dokku identity.
        context: for the time limit.

    Raises:
        NoService: it is of another kind, there is none, or the host did not answer.
    """
    if await kind_of(service, runner, context) != "mysql":
        raise NoService(not_sent(f"{service} is a redis service; only mysql services can be {done} this way."))
