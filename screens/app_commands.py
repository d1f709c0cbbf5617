"""What can be done from every screen of the console."""

from __future__ import annotations

from typing import TYPE_CHECKING

from restant_tui.config.model import Danger
from widgets.commands import Command

if TYPE_CHECKING:
    from screens.app import RestantApp


class Help(Command):
    """Say what every key does here."""

    key, hint = "question_mark,f1", "Help"


class CommandPalette(Command):
    """Find any command by its name."""

    key, hint, title, in_palette, rank = "colon,ctrl+p", "Commands", "Command palette", False, 40


class Runbooks(Command):
    """Open the catalogue of runbooks, with the runs that are under way on top."""

    key, hint, rank = "r", "Runbooks", 20


class Runs(Command):
    """List the runs of the past and those under way; Enter opens one."""

    key = "j"


class Messages(Command):
    """List the messages that did not reach people, and why."""

    key, title = "m", "Messages not delivered"


class Arm(Command):
    """Allow changes to production for fifteen minutes, or forbid them again."""

    key, hint, rank, danger, title = "w", "Arm", 50, Danger.CHANGE, "Arm or disarm production"


class PollNow(Command):
    """Ask everything again now, and reconnect what is lost, without waiting for the next round."""

    key = "ctrl+r"


class SwitchColours(Command):
    """Change between dark colours and light ones."""

    key, title = "ctrl+t", "Light or dark colours"


class Leave(Command):
    """Leave the console; asks first while a run is under way."""

    key, hint, rank = "q,ctrl+q", "Quit", 60
    title = "Quit"


EVERYWHERE = (Help, CommandPalette, Runbooks, Runs, Messages, Arm, PollNow, SwitchColours, Leave)


def why_not(command: type[Command], app: RestantApp) -> str:
    """Return why a command cannot be used now, or an empty string.

    Args:
        command: one of those above.
        app: the console, for what it knows by now.
    """
    waiting = "" if app.runtime is not None else app.trouble or "still connecting"
    if command is PollNow:
        return "" if app.trouble else waiting
    if command is Arm:
        return waiting or ("" if app.context.production else "no production app is configured")
    if command is Messages:
        return waiting or ("" if app.undelivered else "no message is left undelivered")
    if command in (Runbooks, Runs):
        return "this is it" if command.name() == app.screen.TITLE else waiting
    return ""
