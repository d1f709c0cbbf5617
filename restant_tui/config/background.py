"""One blocking call in a thread that nobody has to wait for."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

T = TypeVar("T")


def in_background(call: Callable[[], T]) -> Future[T]:
    """Start the call in a daemon thread and return its result to come.

    The event loop's own threads are waited for when the program ends; a call that may block for ever (a keyring that
    asks for a password nobody types) must not be one of them.
    """
    result: Future[T] = Future()
    # From here on it cannot be cancelled, so a caller who gives up does not upset the thread.
    result.set_running_or_notify_cancel()

    def work() -> None:
        try:
            result.set_result(call())
        except BaseException as problem:  # whoever asked gets it
            result.set_exception(problem)

    threading.Thread(target=work, name="background call", daemon=True).start()
    return result
