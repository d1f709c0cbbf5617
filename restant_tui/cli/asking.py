"""Asks the person at a plain terminal whom to trust and for the passphrases of keys, as the console does on screens."""

from __future__ import annotations

import asyncio
from contextlib import closing
from typing import TYPE_CHECKING

from restant_tui.cli.prompts import Asks
from restant_tui.text import clean, one_line
from restant_tui.transport.asked import Told
from restant_tui.transport.trust import Trust

if TYPE_CHECKING:
    from restant_tui.transport.trouble import OfferedKey

LONGEST = 600.0
"""Real seconds a question stays open; then it counts as a no."""


class Person:
    """The person at the terminal, asked one thing at a time. Nothing they say is a no, and so is the end of input.

    Args:
        keyboard: reads their lines, if something reads along already; else one for each question.
        longest: real seconds a question stays open.
    """

    def __init__(self, keyboard: Asks | None = None, *, longest: float = LONGEST) -> None:
        self._keyboard = keyboard
        self._longest = longest
        self._turn = asyncio.Lock()

    async def ask_key(self, key: OfferedKey) -> Trust | None:
        """Show the key of a host nobody knows yet, and return for how long it is trusted; None if it is not."""
        async with self._turn:
            question = "\n".join([*described(key), choices(key)])
            while (typed := await self._line(question)) is not None:
                match typed.lower():
                    case "s" | "session":
                        return Trust.SESSION
                    case "r" | "remember":
                        return Trust.REMEMBER
                    case "" | "n" | "no" | "refuse":
                        break
                question = "  s, r or n: "
            self.tell(f"refused: {key.host} is left alone")
            return None

    async def ask_secret(self, prompt: str, *, may_keep: bool) -> Told | None:
        """Return what was typed without being shown; None if nothing was."""
        async with self._turn:
            typed = await self._line(f"{one_line(prompt, 400)} (not shown): ", secret=True)
        return Told(typed, self._may_keep if may_keep else _no) if typed else None

    def tell(self, sentence: str) -> None:
        """Print a sentence."""
        print(clean(sentence), flush=True)

    async def _may_keep(self) -> bool:
        async with self._turn:
            typed = await self._line("keep the passphrase in the system keyring? y or n [n]: ")
        return (typed or "").lower() in ("y", "yes")

    async def _line(self, question: str, *, secret: bool = False) -> str | None:
        from restant_tui.cli.keyboard import Keyboard

        try:
            async with asyncio.timeout(self._longest):
                if self._keyboard is not None:
                    return await self._keyboard.ask(question, secret=secret)
                with closing(Keyboard()) as keyboard:
                    return await keyboard.ask(question, secret=secret)
        except TimeoutError:
            return None


def described(key: OfferedKey) -> list[str]:
    """Return what a person has to see before they trust a key, as lines."""
    return [
        f"{one_line(key.host)} shows a host key that nobody has met from here before:",
        f"  host:    {one_line(key.host)}, port {key.port}",
        f"  key:     {one_line(key.kind)}",
        f"  print:   {one_line(key.fingerprint)}",
        *(f"    {line}" for line in clean(key.art).splitlines()),
        "  Compare the fingerprint with whoever runs the host, over another way than this connection.",
    ]


def choices(key: OfferedKey) -> str:
    """Return the question itself."""
    return f"  s trust it this session, r remember it in {one_line(key.file)}, n refuse [n]: "


async def _no() -> bool:
    return False
