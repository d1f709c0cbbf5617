"""What the console itself asks: may production be changed, may it be left with a run under way, which run is meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import App
from textual.content import Content

from restant_tui.config.model import Environment
from restant_tui.engine.state import RunState
from restant_tui.errors import RestantError
from screens.ask import AskScreen
from widgets import glyphs
from widgets.context_bar import Context
from widgets.layout import outside, sentence

if TYPE_CHECKING:
    from restant_tui.engine.run import Run
    from restant_tui.engine.runtime import Runtime
    from screens.app import RestantApp


def arm(context: Context) -> AskScreen:
    """Ask whether production may be changed for a while."""
    return AskScreen(
        "Arm production?",
        "For the next 15 minutes steps that change production can be confirmed; each still asks by itself. "
        "Press w again to make it read-only sooner.",
        proceed="Arm",
        where=_where(context),
    )


async def arm_or_disarm(app: App[None], runtime: Runtime, context: Context) -> None:
    """Ask before production is armed; make it read-only at once where it is armed. To be awaited in a worker."""
    if runtime.arming.armed_until is not None:
        runtime.arming.disarm(runtime.actor)
        app.notify("production is read-only again", markup=False)
    elif await app.push_screen_wait(arm(context)):
        runtime.arming.arm(runtime.actor)


def leave(context: Context, runs: tuple[RunState, ...]) -> AskScreen:
    """Ask whether to leave while runs are under way."""
    titles = ", ".join(run.title for run in runs)
    them = "it" if len(runs) == 1 else "them"
    return AskScreen(
        "Leave while a run is under way?",
        f"Under way: {titles}. Leaving stops {them} here; a command already sent may go on on the host. "
        "restant-tui resume takes up where it stopped.",
        proceed="Leave",
        where=_where(context),
    )


async def which_run(app: RestantApp, runtime: Runtime) -> Run | None:
    """Show the list of runs; return the one that was chosen. To be awaited in a worker.

    One that an earlier console left unfinished is taken up again: the engine asks the host first what has happened.
    """
    from screens.runs import RunsScreen

    kind = type(app)
    chosen = await app.push_screen_wait(RunsScreen(runtime).data_bind(kind.runs, kind.now))
    if not chosen:
        return None
    try:
        return runtime.engine.run(chosen) or await runtime.engine.resume(chosen, by=runtime.actor)
    except RestantError as problem:
        app.tell(str(problem), wrong=True)
        return None


def _where(context: Context) -> Content:
    environments = (Environment.PRODUCTION,) if context.production else context.environments
    words = [Content.styled(glyphs.environment_word(each), glyphs.environment_style(each)) for each in environments]
    return sentence([Content.styled("PRACTICE" if context.practice else "", "bold"), *words, outside(context.where)])
