"""Where commands go, over the real transport."""

from __future__ import annotations

from restant_tui.config.model import Config, Host, Identity, Login, Target
from restant_tui.errors import UsageProblem
from restant_tui.transport.lifeline import Lifeline
from restant_tui.transport.links import Links
from restant_tui.transport.outcome import Runner
from restant_tui.transport.personal import Personal

_USUAL_PORT = 22


class LinkTargets:
    """The hosts of a configuration and this machine, as targets of steps.

    A person's step goes before the pollers' reads on the same link.

    Args:
        config: the hosts.
        links: their sessions.
        local: runs programs on this machine.
        personal: what the person has for SSH; the system's `ssh` reads their configuration only where we do.
    """

    def __init__(self, config: Config, links: Links, local: Runner, personal: Personal | None = None) -> None:
        self._config = config
        self._links = links
        self._local = local
        self._personal = personal or Personal()

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
        there, login = self._login(host, target)
        return self._unattended(there, login)

    def fetcher(self, host: str) -> tuple[str, tuple[str, ...]] | None:
        """Return `user@address` and the ssh argument list with which git reaches the apps of a host, keys checked.

        None where the dokku identity, whose forced command serves git, is not configured.
        """
        there = self._config.hosts[host]
        if there.dokku is None:
            return None
        return self._unattended(there, there.dokku)

    def terminal(self, host: str, target: Target) -> tuple[str, ...]:
        """Return the ssh argument list that opens a terminal on the host, keys checked; what to run follows behind it.

        It may ask the person who has the terminal for a passphrase, and notices a dead link within a minute.
        """
        there, login = self._login(host, target)
        ssh = self._ssh(there, login, "-t", "-o", "ConnectTimeout=15", "-o", "ServerAliveInterval=15")
        return (*ssh, _address(there, login))

    def trusted(self) -> tuple[str, ...]:
        """Return the host keys that are trusted until the program ends, as lines of a known_hosts file."""
        return tuple(self._personal.memory.trusted)

    def _login(self, host: str, target: Target) -> tuple[Host, Login]:
        self.where(host, target)
        there = self._config.hosts[host]
        login = there.login(Identity(target.value))
        assert login is not None
        return there, login

    def _unattended(self, there: Host, login: Login) -> tuple[str, tuple[str, ...]]:
        return _address(there, login), self._ssh(there, login, "-o", "BatchMode=yes")

    def _ssh(self, there: Host, login: Login, *options: str) -> tuple[str, ...]:
        """Return the ssh program as it reaches that host: with what we configured, and else as the person has it."""
        # The usual port is not named: the person's own configuration may have another one for this host.
        port = ("-p", str(there.port)) if there.port != _USUAL_PORT else ()
        config = () if self._personal.config else ("-F", "none")
        known = ("-o", f"UserKnownHostsFile={quoted(there.known_hosts)}") if there.known_hosts else ()
        key = ("-i", login.key, "-o", "IdentitiesOnly=yes") if login.key else ()
        return ("ssh", *port, *config, *options, "-o", "StrictHostKeyChecking=yes", *known, *key)


def quoted(path: str) -> str:
    """Return a path as one word of an ssh option that takes several."""
    return f'"{path}"' if any(character.isspace() for character in path) else path


def _address(there: Host, login: Login) -> str:
    return f"{login.user}@{there.address}" if login.user else there.address
