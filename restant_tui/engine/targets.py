"""Where commands go, over the real transport."""

from __future__ import annotations

from restant_tui.config.model import Config, Identity, Target
from restant_tui.errors import UsageProblem
from restant_tui.transport.lifeline import Lifeline
from restant_tui.transport.links import Links
from restant_tui.transport.outcome import Runner


class LinkTargets:
    """The hosts of a configuration and this machine, as targets of steps.

    A person's step goes before the pollers' reads on the same link.
    """

    def __init__(self, config: Config, links: Links, local: Runner) -> None:
        self._config = config
        self._links = links
        self._local = local

    def runner(self, host: str, target: Target, lifeline: Lifeline | None = None) -> Runner:
        """Return what runs argument lists there, as `Targets` says; raises UsageProblem if it is not configured."""
        if target is Target.LOCAL:
            return self._local
        session = self._links.session(host, Identity(target.value))
        return session.tied(lifeline) if lifeline is not None else session.prioritised()

    def where(self, host: str, target: Target) -> str:
        """Say who that is: the user and the host's name, or `here`; raises UsageProblem as `runner`."""
        if target is Target.LOCAL:
            return "here"
        self._links.session(host, Identity(target.value))
        login = self._config.hosts[host].login(Identity(target.value))
        assert login is not None
        return f"{login.user}@{host}"

    def copier(self, host: str, target: Target) -> tuple[str, tuple[str, ...]]:
        """Return `user@address` and the ssh argument list with which rsync reaches the host, keys checked."""
        if target is not Target.ADMIN:
            raise UsageProblem("Files can only be copied through the admin identity: the dokku one has no shell.")
        self.where(host, target)
        there = self._config.hosts[host]
        login = there.admin
        assert login is not None
        known = ("-o", f"UserKnownHostsFile={there.known_hosts}") if there.known_hosts else ()
        key = ("-i", login.key, "-o", "IdentitiesOnly=yes") if login.key else ()
        ssh = ("ssh", "-p", str(there.port), "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=yes", *known, *key)
        return f"{login.user}@{there.address}", ssh
