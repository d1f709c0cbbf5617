"""From the command line's options to everything a verb works with: where, when, who, and the runtime."""

from __future__ import annotations

import getpass
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from random import SystemRandom
from typing import TYPE_CHECKING

from restant_tui.cli.crash import knowing
from restant_tui.cli.options import Options
from restant_tui.clock import Clock, SystemClock
from restant_tui.paths import Paths

if TYPE_CHECKING:
    from restant_tui.cli.asking import Person
    from restant_tui.config.model import Config
    from restant_tui.engine.runtime import Runtime
    from restant_tui.practice.host import PracticeHost
    from restant_tui.transport.asked import AskKey, AskSecret, Tell


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """Everything a runtime is made of. `host` is the embedded practice host, started, if there is one."""

    config: Config
    clock: Clock
    paths: Paths
    actor: str
    host: PracticeHost | None = None

    def runtime(
        self, *, ask_secret: AskSecret | None = None, ask_key: AskKey | None = None, tell: Tell | None = None
    ) -> Runtime:
        """Make the runtime; nothing is connected yet.

        Args:
            ask_secret: asks the person for the passphrase of a key; where nobody can be asked, such keys stay shut.
            ask_key: asks the person about an unknown host key while the command waits; without it the host is refused.
            tell: says a sentence to the person.
        """
        from restant_tui.engine.runtime import Runtime
        from restant_tui.practice.keyring import PracticeKeyring
        from restant_tui.transport.personal import Personal

        return Runtime.create(
            self.config,
            clock=self.clock,
            paths=self.paths,
            actor=self.actor,
            rng=SystemRandom(),
            runbook_folders=(self.paths.runbooks,),
            environ=environment(),
            folder=self.working_copy(),
            # The practice host needs nothing of the person's, and their SSH configuration could lead away from it.
            personal=None
            if self.config.practice
            else Personal.from_environ(os.environ, Path.home(), ask_secret=ask_secret, ask_key=ask_key, tell=tell),
            keyring=PracticeKeyring if self.config.practice else None,
        )

    def working_copy(self) -> Path | None:
        """Return where local steps begin; None for the current folder."""
        written = self.config.working_copy
        return Path(written).expanduser() if written else None


def paths() -> Paths:
    """Return the folders this process's environment asks for."""
    return Paths.from_environ(os.environ, Path.home())


def environment() -> dict[str, str]:
    """Return the environment of local steps: ours, with this program's own folder last in the `PATH`.

    A step may call `restant-tui` itself, which was perhaps started by its path.
    """
    own = Path(sys.executable).parent
    path = os.environ.get("PATH", os.defpath)
    return {**os.environ, "PATH": f"{path}{os.pathsep}{own}"} if (own / "restant-tui").exists() else dict(os.environ)


def actor() -> str:
    """Return who is at the keyboard, as the journal names them."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid-{os.getuid()}"


def at_terminal() -> bool:
    """Whether a person can be asked: standard input and output are both a terminal."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def whom_to_ask(*, as_json: bool = False) -> Person | None:
    """Return the person at the terminal; None where there is nobody, or where a program reads along."""
    if as_json or not at_terminal():
        return None
    from restant_tui.cli.asking import Person

    return Person()


def practice_paths(usual: Paths) -> Paths:
    """Return folders for practice: its own journal and outputs, the person's own runbooks."""
    return replace(usual, state=usual.practice, data=usual.practice / "data")


def check(options: Options) -> None:
    """Read the configuration and let it go again.

    Raises:
        ConfigProblem: there is none, or it cannot be read.
    """
    _load(options, paths())


def journal_paths(options: Options) -> Paths:
    """Return the folders whose journal these options mean, without starting or connecting anything.

    Raises:
        ConfigProblem: the configuration named cannot be read.
    """
    usual = paths()
    if options.practice:
        return practice_paths(usual)
    if options.config is not None and _load(options, usual).practice:
        return practice_paths(usual)
    return usual


def configured(options: Options) -> Config | None:
    """Return the configuration these options mean; None for the practice host, or where none was written yet.

    Raises:
        ConfigProblem: there is one, and it cannot be read.
    """
    usual = paths()
    if options.practice or (options.config is None and not usual.config_file.exists()):
        return None
    return _load(options, usual)


def journal_clock(options: Options) -> Clock:
    """Return the clock by which the journal these options mean was written, without starting anything."""
    if options.config is not None:
        from restant_tui.cli.served import clock_beside

        return clock_beside(options.config)
    return SystemClock()


@asynccontextmanager
async def opened(options: Options) -> AsyncIterator[Opening]:
    """Read the configuration, or start the practice host and stop it at the end.

    Raises:
        ConfigProblem: there is no configuration, or it cannot be read.
    """
    usual = paths()
    if not options.practice:
        config = _load(options, usual)
        if not config.practice:
            yield Opening(config=config, clock=SystemClock(), paths=usual, actor=actor())
            return
        from restant_tui.cli.served import clock_beside

        file = options.config or usual.config_file
        yield Opening(config=config, clock=clock_beside(file), paths=practice_paths(usual), actor=actor())
        return
    from tempfile import TemporaryDirectory

    from restant_tui.practice.host import PracticeHost

    # A folder of its own, so that two practice hosts at the same time do not share a known_hosts file.
    with TemporaryDirectory(prefix="restant-tui-practice-") as folder:
        host = PracticeHost(speed=options.speed, seed=options.seed, calm=options.calm, folder=Path(folder))
        async with host:
            yield Opening(config=host.config(), clock=host.clock, paths=practice_paths(usual), actor=actor(), host=host)


@asynccontextmanager
async def running(options: Options, *, monitors: bool, person: Person | None = None) -> AsyncIterator[Runtime]:
    """Open a runtime, started, and close it at the end.

    Args:
        options: what to open.
        monitors: whether to begin to watch everything as well.
        person: asked about unknown host keys and for passphrases; where there is nobody such hosts are refused.
    """
    async with opened(options) as opening:
        if person is None:
            runtime = opening.runtime()
        else:
            runtime = opening.runtime(ask_secret=person.ask_secret, ask_key=person.ask_key, tell=person.tell)
        try:
            if person is not None and monitors and not runtime.config.practice:
                # What is asked here must not count as a host that does not answer.
                await runtime.links.arrive()
            await runtime.start(monitors=monitors)
            with knowing(runtime.redactor):
                yield runtime
        finally:
            await runtime.close()


def _load(options: Options, usual: Paths) -> Config:
    from restant_tui.config.load import load

    return load(options.config or usual.config_file)
