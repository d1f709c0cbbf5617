"""Whether a procedure can be carried out on a host, judged from what was found there before anybody needs it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from restant_tui.config.model import Danger, Identity, Target
from restant_tui.dokku.capabilities import Capabilities
from restant_tui.dokku.verbs import VERBS, Need
from restant_tui.dokku.version import Feature, Version, since, supports

_CLAUSE = re.compile(r"^(>=|>|==|=|<=|<)?\s*v?(\d+)(?:\.(\d+))?(?:\.(\d+))?$")


class State(StrEnum):
    """How far a host can carry out a procedure."""

    READY = "ready"
    DEGRADED = "degraded"
    """It can be carried out, but something is done in another way, is left out, or is not known."""
    CANNOT_RUN = "cannot-run"


@dataclass(frozen=True, slots=True)
class Readiness:
    """A verdict: `reasons` in sentences for a person, `substitutes` as pairs of what was wanted and what is done."""

    state: State
    reasons: tuple[str, ...] = ()
    substitutes: tuple[tuple[str, str], ...] = ()


class Requirements(Protocol):
    """What a runbook says it needs, beyond what its steps show."""

    @property
    def dokku(self) -> str | None:
        """Versions of Dokku: `>=0.38`, several parted by commas."""
        ...

    @property
    def plugins(self) -> tuple[str, ...]:
        """Plugins of Dokku."""
        ...

    @property
    def local(self) -> tuple[str, ...]:
        """Programs of this machine."""
        ...

    @property
    def verbs(self) -> tuple[str, ...]:
        """Verbs, with or without @."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Needed:
    """What the steps of a procedure use. `targets` says where they go and the worst they do there."""

    verbs: frozenset[str] = frozenset()
    targets: Mapping[Target, Danger] = field(default_factory=dict)
    commands: frozenset[str] = frozenset()
    """First words sent to Dokku, such as `mysql:export`."""
    local: frozenset[str] = frozenset()
    """Programs started on this machine."""
    root: bool = False
    """Whether a step of the admin's asks for root's rights."""
    terminal: bool = False
    """Whether a person gets a terminal on the host, for work by hand."""


@dataclass(frozen=True, slots=True)
class _Lack:
    """Something that is missing; `instead` says what is done without it, `fatal` that nothing can be."""

    what: str
    wanted: str = ""
    instead: str = ""
    fatal: bool = False


PLUGGED = frozenset({"mysql", "redis", "letsencrypt", "maintenance", "postgres", "mariadb", "releases"})
"""Plugins that do not come with Dokku, by the word before the colon of their commands."""
_FEATURES = {"builds": Feature.BUILDS}


def judge(requires: Requirements, needed: Needed, known: Capabilities) -> Readiness:
    """Return how far a host can carry out a procedure. What is not known never counts as missing, nor as there.

    Args:
        requires: what the procedure says it needs; it only adds.
        needed: what its steps use.
        known: what was found on the host.
    """
    verbs = sorted({*needed.verbs, *(name.removeprefix("@") for name in requires.verbs)})
    lacks = [
        *_targets(needed, verbs, known),
        *(lack for name in verbs for lack in _verb(name, known)),
        *_version(requires.dokku, known),
        *_plugins({*requires.plugins, *_plugged(needed.commands)}, known),
        *_features(needed.commands, known),
        *_local({*requires.local, *needed.local}, known),
        *_root(needed, known),
        *_terminal(needed, known),
    ]
    lacks = list(dict.fromkeys(lacks))
    state = State.READY
    if lacks:
        state = State.CANNOT_RUN if any(lack.fatal for lack in lacks) else State.DEGRADED
    return Readiness(
        state,
        tuple(dict.fromkeys(lack.what for lack in lacks)),
        tuple((lack.wanted, lack.instead) for lack in lacks if lack.instead),
    )


def _targets(needed: Needed, verbs: list[str], known: Capabilities) -> Iterator[_Lack]:
    wanted = dict(needed.targets)
    for name in verbs:
        verb = VERBS.get(name)
        if verb and verb.danger.rank >= wanted.get(verb.target, Danger.READ).rank:
            wanted[verb.target] = verb.danger
    for target, danger in wanted.items():
        if target is Target.LOCAL or Identity(target.value) in known.identities:
            continue
        what = f"the {target} identity is not configured for {known.host}, or did not answer"
        if target is Target.ADMIN and danger is Danger.READ:
            yield _Lack(what, "what the admin identity reads", "those steps are skipped, with a reason")
        else:
            yield _Lack(what, fatal=True)


def _root(needed: Needed, known: Capabilities) -> Iterator[_Lack]:
    if needed.root and known.admin_tools is not None and "sudo-root" not in known.admin_tools:
        what = f"sudo asks the admin of {known.host} for a password, and nobody can type one there"
        yield _Lack(what, "what is done as root", "those steps fail at once unless sudo lets just them through")


def _verb(name: str, known: Capabilities) -> Iterator[_Lack]:
    verb = VERBS.get(name)
    if verb is None:
        yield _Lack(f"there is no verb @{name}", fatal=True)
        return
    for need in verb.needs:
        met = _met(need, known)
        if met is None:
            yield _Lack(f"whether @{name} finds {_words(need)} on {known.host} is not known")
        elif not met:
            what = f"@{name} finds no {_words(need)} on {known.host}"
            yield _Lack(what, f"@{name}", need.instead, fatal=not need.instead)


def _met(need: Need, known: Capabilities) -> bool | None:
    match need.kind:
        case "identity":
            return Identity(need.name) in known.identities
        case "feature":
            return None if known.version is None else supports(known.version, Feature(need.name))
        case "plugin":
            return known.has_plugin(need.name)
        case "tool":
            return None if known.admin_tools is None else need.name in known.admin_tools


def _words(need: Need) -> str:
    match need.kind:
        case "identity":
            return f"{need.name} identity"
        case "feature":
            return f"Dokku {since(Feature(need.name))} or newer"
        case "plugin":
            return f"{need.name.replace('|', ' or ')} plugin"
        case "tool":
            return "right to act as the user dokku (sudo)" if need.name == "sudo-dokku" else f"program {need.name}"


def _version(wanted: str | None, known: Capabilities) -> Iterator[_Lack]:
    if not wanted:
        return
    if known.version is None:
        yield _Lack(f"the version of Dokku on {known.host} is not known; {wanted} is wanted")
        return
    met = satisfies(known.version, wanted)
    if met is None:
        yield _Lack(f"the wanted version of Dokku, {wanted!r}, is not understood; write it like >=0.38")
    elif not met:
        found = ".".join(str(part) for part in known.version)
        yield _Lack(f"{known.host} has Dokku {found}; {wanted} is wanted", fatal=True)


def satisfies(version: Version, wanted: str) -> bool | None:
    """Whether a version is within `>=0.38,<1`; None if that cannot be understood. A part left out counts as any."""
    met = True
    for clause in wanted.split(","):
        match = _CLAUSE.match(clause.strip())
        if match is None:
            return None
        limit = tuple(int(part) for part in match.groups()[1:] if part is not None)
        ours = version[: len(limit)]
        sign = match[1] or ">="
        met = met and {
            ">=": ours >= limit, ">": ours > limit, "<=": ours <= limit, "<": ours < limit,
        }.get(sign, ours == limit)  # fmt: skip
    return met


def _plugged(commands: frozenset[str]) -> set[str]:
    words = {command.partition(":")[0] for command in commands}
    return words & PLUGGED


def _plugins(names: set[str], known: Capabilities) -> Iterator[_Lack]:
    for name in sorted(names):
        match known.has_plugin(name):
            case None:
                yield _Lack(f"whether {known.host} has the plugin {name} is not known")
            case False:
                yield _Lack(f"{known.host} has no plugin {name}", fatal=True)


def _features(commands: frozenset[str], known: Capabilities) -> Iterator[_Lack]:
    for command in sorted(commands):
        feature = _FEATURES.get(command.partition(":")[0])
        if feature and known.version is not None and not supports(known.version, feature):
            yield _Lack(f"{command} needs Dokku {since(feature)} or newer", fatal=True)


def _local(names: set[str], known: Capabilities) -> Iterator[_Lack]:
    for name in sorted(names):
        if name in known.local_tools:
            continue
        if name not in known.local_looked_for:
            yield _Lack(f"whether the program {name} is installed here was not looked for")
        else:
            yield _Lack(f"the program {name} is not installed here", fatal=True)


def _terminal(needed: Needed, known: Capabilities) -> Iterator[_Lack]:
    """Work by hand can be done from elsewhere: without `ssh` here everything else is still carried out."""
    if needed.terminal and "ssh" in known.local_looked_for and "ssh" not in known.local_tools:
        what = "the program ssh is not installed here"
        yield _Lack(what, "a terminal on the host", "work by hand is done from elsewhere, or left out with a reason")
