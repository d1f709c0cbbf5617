"""How each kind of step is carried out: one small module a kind."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType

from restant_tui.engine.executors import (
    approve,
    branch,
    confirm,
    follow,
    http,
    include,
    loop,
    manual,
    note,
    notify,
    parallel,
    poll,
    run,
    terminal,
    transfer,
    wait,
)
from restant_tui.engine.executors import (
    input as input_,
)
from restant_tui.engine.signals import Ended
from restant_tui.engine.spot import Spot
from restant_tui.runbook import model

EXECUTORS: Mapping[type, Callable[[Spot], Awaitable[Ended]]] = MappingProxyType(
    {
        model.RunStep: run.execute,
        model.HttpStep: http.execute,
        model.FollowStep: follow.execute,
        model.WaitStep: wait.execute,
        model.PollStep: poll.execute,
        model.ManualStep: manual.execute,
        model.ConfirmStep: confirm.execute,
        model.InputStep: input_.execute,
        model.ApproveStep: approve.execute,
        model.BranchStep: branch.execute,
        model.LoopStep: loop.execute,
        model.ParallelStep: parallel.execute,
        model.IncludeStep: include.execute,
        model.NotifyStep: notify.execute,
        model.TransferStep: transfer.execute,
        model.TerminalStep: terminal.execute,
        model.NoteStep: note.execute,
    }
)
"""Every kind of step and what carries it out."""
