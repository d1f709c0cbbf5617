"""A third-party `releases` plugin, used where a host has one and its answer can be understood."""

from __future__ import annotations

from restant_tui.dokku import commands
from restant_tui.dokku.ask import ask
from restant_tui.dokku.plugins import parse_plugin_releases
from restant_tui.dokku.problems import NoAnswer, ParseProblem
from restant_tui.dokku.verbs.answering import read_limit
from restant_tui.dokku.verbs.model import VerbContext
from restant_tui.transport.outcome import Runner

WHERE = "only on a host with a releases plugin"

PluginReleases = tuple[tuple[str, str], ...]


async def plugin_releases(app: str, runner: Runner, context: VerbContext) -> PluginReleases:
    """Return number and commit of each release the plugin lists; empty without one, or if it is not understood."""
    if context.capabilities is None or not context.capabilities.has_plugin("releases"):
        return ()
    try:
        return parse_plugin_releases(await ask(runner, commands.plugin_releases(app), timeout=read_limit(context)))
    except (NoAnswer, ParseProblem):
        return ()
