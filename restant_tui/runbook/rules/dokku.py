"""Rules of arguments for Dokku: what cannot be sent there, never ends there, or changes more than the step says."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from restant_tui.runbook.rules.node import Node, Place, every_place, probes
from restant_tui.runbook.shape import Finding
from restant_tui.runbook.templates import nearest

_EATEN = re.compile(r"-[neE]+")
_SHELL = re.compile(r"(?:/\S*/)?(?:sh|bash|dash|zsh|fish|su|tinker|mysql|mariadb|psql|redis-cli)")
_TEMPLATE = re.compile(r"\{\{.*?\}\}", re.DOTALL)
_FOLLOWS = frozenset({"logs", "nginx:access-logs", "nginx:error-logs", "events", "mysql:logs", "redis:logs"})
_CHANGES = frozenset({
    "add", "append", "backup", "backup-auth", "backup-schedule", "backup-unschedule", "build", "cancel",
    "cleanup", "clear", "clone", "connect", "create", "deploy", "destroy", "disable", "enable", "expose",
    "freeze", "from-archive", "from-image", "gc", "import", "initialize", "install", "link", "lock", "promote",
    "prune", "purge", "purge-cache", "rebuild", "remove", "rename", "reset", "restart", "restore", "retire",
    "revoke", "rollback", "set", "start", "stop", "sync", "thaw", "unexpose", "uninstall", "unlink", "unlock",
    "unset", "update", "upgrade",
})  # fmt: skip
"""Second words of commands (`ps:stop`) and verbs (`@release.rollback`) that change something."""


def check(runbook: Node, verbs: Collection[str] | None) -> Iterator[Finding]:
    """Check every argument list; `verbs` are the names of the adapter verbs without @, or None if not known."""
    for param in runbook["params"].each:
        yield from _probe(param["choices_from"]["probe"], verbs)
    for place in every_place(runbook):
        yield from _step(place, verbs)
        for probe in probes(place):
            yield from _probe(probe, verbs)
    for verb in runbook["requires"]["verbs"].each:
        yield from _verb(verb, verbs)


def _step(place: Place, verbs: Collection[str] | None) -> Iterator[Finding]:
    step = place.step
    target = step["target"].text or "dokku"
    if place.kind == "run" and step["shell"].given and target == "dokku":
        said = "the dokku identity has no shell; use an argument list, or `target: admin`"
        yield Finding(step["shell"].path, "RB407", said, on_key=True)
    argv = step["argv"].each
    if place.kind == "terminal" and place.danger == "read":
        yield from _typed_by_hand(step)
    if place.kind not in ("run", "follow", "poll", "terminal") or not argv:
        return
    yield from _verb(argv[0], verbs)
    if target != "dokku":
        return
    yield from _arguments(argv)
    if place.kind not in ("follow", "terminal"):
        yield from _endless(argv)
    if place.danger == "read":
        yield from _marked_as_read(argv)


def _probe(probe: Node, verbs: Collection[str] | None) -> Iterator[Finding]:
    argv = probe["argv"].each
    if not argv:
        return
    yield from _verb(argv[0], verbs)
    if (probe["target"].text or "dokku") == "dokku":
        yield from _arguments(argv)
        yield from _endless(argv)
        yield from _marked_as_read(argv)


def _verb(node: Node, verbs: Collection[str] | None) -> Iterator[Finding]:
    name = node.text.removeprefix("@")
    if verbs is not None and node.text.startswith("@") and name not in verbs:
        yield Finding(node.path, "RB406", f"there is no verb `@{name}`{nearest(name, verbs)}")


def _arguments(argv: tuple[Node, ...]) -> Iterator[Finding]:
    command = argv[0].text
    for node in argv:
        literal = _TEMPLATE.sub("x", node.text)
        if re.search(r"[\n\r\0]", literal):
            yield Finding(
                node.path, "RB401", "a newline cannot be sent to Dokku: it would run the command cut off there"
            )
        if _EATEN.fullmatch(literal) and not command.startswith("@"):
            instead = "; say `--num`" if literal == "-n" else "; say the long option"
            yield Finding(node.path, "RB403", f"`{literal}` alone never reaches Dokku over SSH{instead}")
        if command.startswith(("git:", "git-")) and (not literal or re.search(r"[\s'\"\\]", literal)):
            said = "git commands are split at blanks without quotes, so this cannot be one argument"
            yield Finding(node.path, "RB402", said)


def _endless(argv: tuple[Node, ...]) -> Iterator[Finding]:
    words = [node.text for node in argv]
    if words[0] not in _FOLLOWS:
        return
    for index, node in enumerate(argv[1:], start=1):
        number = index + 1 < len(words) and words[index + 1].isdigit()
        if node.text == "--tail" and number:
            said = f"`--tail` takes no number and follows for ever; say `--num {words[index + 1]}`"
            yield Finding(node.path, "RB404", said)
        elif node.text in ("-t", "--tail") or re.fullmatch(r"-[a-z]*t[a-z]*", node.text):
            yield Finding(node.path, "RB405", f"`{words[0]} … {node.text}` never ends by itself; use a follow step")


def _typed_by_hand(step: Node) -> Iterator[Finding]:
    """Check that no prompt in which anything can be typed is called a read."""
    argv = step["argv"].each
    name = argv[0].text if argv else ""
    if not argv or name == "enter" or any(_SHELL.fullmatch(node.text) for node in argv):
        said = (
            f"in {f'`{name}`' if name else 'a shell'} anything can be typed: call it the worst that can be done there"
        )
        yield Finding(step["danger"].path, "RB312", said)


def _marked_as_read(argv: tuple[Node, ...]) -> Iterator[Finding]:
    command = argv[0].text
    action = re.split(r"[:.]", command)[-1] if re.search(r"[:.]", command) else command
    scales = command == "ps:scale" and any("=" in node.text for node in argv[1:])
    if scales or (action in _CHANGES and not command.startswith("run")):
        said = f"`{command}` changes something; a step with `danger: read`, a poll and a probe only look"
        yield Finding(argv[0].path, "RB312", said)
