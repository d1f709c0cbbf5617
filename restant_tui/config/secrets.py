"""Secrets by reference: the name of one in the system's keyring, or `env:NAME` for an environment variable.

Every value that is looked up is told to the redactor first, so that it cannot be stored or shown by accident.
"""

from __future__ import annotations

import asyncio
import importlib
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Final, Protocol, TypeVar, cast

from restant_tui.config.background import in_background
from restant_tui.config.people import KEYRING_NAME
from restant_tui.errors import ConfigProblem, UsageProblem
from restant_tui.text import Redactor

SERVICE: Final = "restant-tui"
"""Under which the keyring keeps our secrets."""
_ENV: Final = "env:"
_TELLING: Final = 12
"""Characters from which a piece of an address is no ordinary word."""
_OR_ENV: Final = "or give the secret in an environment variable and refer to it as env:NAME"
T = TypeVar("T")


class Keyring(Protocol):
    """The part of a keyring that is used here, as the `keyring` library has it."""

    def get_password(self, service: str, username: str) -> str | None:
        """Return what is kept under that name, or None."""
        ...

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep a value under that name."""
        ...

    def delete_password(self, service: str, username: str) -> None:
        """Forget what is kept under that name."""
        ...


class Secrets:
    """Looks secrets up, and keeps them for the command line."""

    def __init__(
        self,
        environ: Mapping[str, str],
        redactor: Redactor,
        *,
        names: Path,
        timeout: float = 5.0,
        keyring: Callable[[], Keyring] | None = None,
    ) -> None:
        """Make one; the keyring is not touched yet.

        Args:
            environ: where `env:NAME` is looked up.
            redactor: told of every value that is looked up or kept.
            names: a file with the names (only the names) of what was kept, because a keyring cannot list them.
            timeout: real seconds a keyring gets; one that is locked may wait for its dialog for ever.
            keyring: gives the keyring; the system's own if not given. Called in a thread.
        """
        self._environ = environ
        self._redactor = redactor
        self._names = names
        self._timeout = timeout
        self._keyring = keyring or _system_keyring

    async def get(self, reference: str) -> str:
        """Return a secret.

        Raises:
            ConfigProblem: it is not there, or the keyring cannot be asked; one sentence with the way out.
        """
        if reference.startswith(_ENV):
            return self._of_environment(reference.removeprefix(_ENV))
        return self._found(reference, await self._ask(lambda ring: ring.get_password(SERVICE, reference)))

    def lookup(self, reference: str) -> str | None:
        """Return a secret or None where there is none, waiting here: for callers outside of an event loop.

        Raises:
            ConfigProblem: the keyring cannot be asked, or what it holds cannot be used.
        """
        if reference.startswith(_ENV):
            name = reference.removeprefix(_ENV)
            return self._of_environment(name) if self._environ.get(name) else None
        call = in_background(lambda: self._keyring().get_password(SERVICE, reference))
        try:
            value = call.result(self._timeout)
        except Exception as problem:
            raise self._explained(problem) from None
        return None if value is None else self._found(reference, value)

    async def set(self, name: str, value: str) -> None:
        """Keep a secret in the keyring under that name, in the place of the one before.

        Raises:
            UsageProblem: the name or the value cannot be used.
            ConfigProblem: the keyring cannot be asked, or did not keep it.
        """
        check_name(name)
        self.hide(value)
        if trouble := _unusable(value):
            raise UsageProblem(f"the secret {name} was not stored: {trouble}")

        def keep(ring: Keyring) -> bool:
            ring.set_password(SERVICE, name, value)
            return ring.get_password(SERVICE, name) == value

        if not await self._ask(keep):
            raise ConfigProblem(f"the keyring took the secret {name} and did not keep it: use another, {_OR_ENV}")
        self._write_names({*self.list(), name})

    async def remove(self, name: str) -> None:
        """Forget a secret.

        Raises:
            UsageProblem: there is none of that name.
            ConfigProblem: the keyring cannot be asked.
        """
        check_name(name)

        def forget(ring: Keyring) -> bool:
            known = ring.get_password(SERVICE, name) is not None
            if known:
                ring.delete_password(SERVICE, name)
            return known

        known = await self._ask(forget)
        self._write_names({*self.list()} - {name})
        if not known:
            raise UsageProblem(f"the keyring holds no secret named {name}: see restant-tui secret list")

    def list(self) -> tuple[str, ...]:
        """Return the names of the secrets that were kept from here, sorted; the keyring is not asked."""
        try:
            lines = self._names.read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return ()
        except (OSError, UnicodeError) as problem:
            raise ConfigProblem(f"the list of secrets {self._names} cannot be read: move it aside") from problem
        return tuple(sorted({line for line in lines if re.fullmatch(KEYRING_NAME, line)}))

    async def _ask(self, question: Callable[[Keyring], T]) -> T:
        call = asyncio.wrap_future(in_background(lambda: question(self._keyring())))
        try:
            async with asyncio.timeout(self._timeout):
                return await call
        except Exception as problem:
            # Not chained: what a keyring says when it fails to keep a secret might hold the secret.
            raise self._explained(problem) from None

    def _of_environment(self, name: str) -> str:
        value = self._environ.get(name, "")
        if not value:
            raise ConfigProblem(f"the environment variable {name} is not set: set it before restant-tui is started")
        return self._checked(f"the environment variable {name}", value)

    def _found(self, name: str, value: str | None) -> str:
        if value is None:
            raise ConfigProblem(
                f"the keyring holds no secret named {name}: store it with restant-tui secret set {name}, {_OR_ENV}"
            )
        return self._checked(f"the secret {name}", value)

    def _checked(self, what: str, value: str) -> str:
        value = value.strip()
        self.hide(value)
        if trouble := _unusable(value):
            raise ConfigProblem(f"{what} cannot be used: {trouble}; store it again")
        return value

    def hide(self, value: str) -> None:
        """Take a value out of everything that is stored or shown from now on."""
        self._redactor.add(value)
        # Of a secret address others may repeat only the path, or the piece of it that is the secret.
        _, separator, rest = value.partition("://")
        path = rest.partition("/")[2] if separator else ""
        for piece in (path, *path.split("/")):
            if len(piece) >= _TELLING:
                self._redactor.add(piece)

    def _explained(self, problem: Exception) -> ConfigProblem:
        if isinstance(problem, TimeoutError):
            return ConfigProblem(
                f"the keyring did not answer within {self._timeout:g} s, perhaps it waits to be unlocked: unlock it, "
                f"{_OR_ENV}"
            )
        # By name, so that a look at an environment variable never loads the library.
        kinds = {kind.__name__ for kind in type(problem).__mro__}
        if "KeyringLocked" in kinds:
            return ConfigProblem(f"the keyring is locked: unlock it, {_OR_ENV}")
        if kinds & {"NoKeyringError", "InitError"}:
            return ConfigProblem(
                "this machine has no keyring that can be used (a headless one often has none): install one, such as "
                f"gnome-keyring, {_OR_ENV}"
            )
        return ConfigProblem(f"the keyring cannot be used ({type(problem).__name__}): see that it works, {_OR_ENV}")

    def _write_names(self, names: Iterable[str]) -> None:
        beside = self._names.with_suffix(".new")
        try:
            self._names.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            beside.write_text("".join(f"{name}\n" for name in sorted(names)), encoding="utf-8")
            beside.chmod(0o600)
            beside.replace(self._names)
        except OSError as problem:
            raise ConfigProblem(
                f"the list of secrets {self._names} cannot be written: {problem.strerror}; make its folder writable"
            ) from problem


def _system_keyring() -> Keyring:
    return cast(Keyring, importlib.import_module("keyring").get_keyring())


def check_name(name: str) -> None:
    """Make sure that a secret can be kept under this name.

    Raises:
        UsageProblem: it cannot.
    """
    if name.startswith(_ENV):
        raise UsageProblem(f"{name} is an environment variable: set it there; the keyring takes names such as slack")
    if not re.fullmatch(KEYRING_NAME, name):
        raise UsageProblem(
            "a secret's name is made of small letters, digits, dots and dashes, begins with a letter and is no secret "
            "itself, such as slack or mail.password"
        )


def _unusable(value: str) -> str:
    """Say why a value cannot be a token, password or address; empty if it can."""
    if not value.strip():
        return "it is empty"
    if any(ord(character) < 32 or ord(character) == 127 for character in value.strip()):
        return "it holds a line break or another control character"
    return ""
