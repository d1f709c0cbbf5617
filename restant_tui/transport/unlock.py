"""Opening a key file that has a passphrase: with one that is kept, or with one a person is asked for.

This module imports asyncssh, so it is itself imported only when a connection is about to be opened.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import asyncssh

from restant_tui.errors import RestantError
from restant_tui.transport.passphrases import name_of, variable_of
from restant_tui.transport.personal import Personal
from restant_tui.transport.trouble import LinkTrouble

_ASKS = 3


async def unlock(path: Path, personal: Personal) -> bool:
    """Open that key, asking for its passphrase if need be; False if nobody gives it. Asked once for all sessions.

    Raises:
        LinkTrouble: keys with a passphrase cannot be opened on this machine.
    """
    memory = personal.memory
    async with memory.asking(path):
        if path in memory.opened or path in memory.declined:
            return path in memory.opened
        async for passphrase, source in _at_hand(path, personal):
            if await _opens(path, passphrase, personal):
                memory.useless.pop(path, None)
                return True
            memory.useless[path] = f"The passphrase {source} does not open {personal.said(path)} any more."
        if await _asked(path, personal):
            return True
        memory.declined.add(path)
        return False


async def _at_hand(path: Path, personal: Personal) -> AsyncIterator[tuple[str, str]]:
    """Yield the passphrases nobody has to be asked for, each with where it is from."""
    known, memory = personal.passphrases, personal.memory
    if known is None:
        return
    try:
        if given := known.of_environment(path):
            yield given, f"in {variable_of(path)}"
        if kept := await known.kept(path):
            yield kept, f"kept in the keyring as {name_of(path)}"
    except RestantError as problem:
        why = str(problem).partition(":")[0]  # its own way out is for secrets of the configuration
        kept_for, instead = personal.said(path), variable_of(path)
        memory.useless[path] = f"The passphrase kept for {kept_for} cannot be had, as {why}; {instead} may hold it too."


async def _asked(path: Path, personal: Personal) -> bool:
    if personal.ask_secret is None:
        return False
    name, prompt = personal.said(path), f"Passphrase for the key {personal.said(path)}"
    if useless := personal.memory.useless.get(path):
        prompt = f"{useless} {prompt}"
    for _ in range(_ASKS):
        told = await personal.ask_secret(prompt, may_keep=personal.passphrases is not None)
        if told is None or not told.secret:
            break
        if personal.passphrases is not None:
            personal.passphrases.hide(told.secret)
        if await _opens(path, told.secret, personal):
            if await told.keep():
                await _keep(path, told.secret, personal)
            return True
        prompt = f"That does not open {name}. Passphrase for the key {name}"
    return False


async def _keep(path: Path, passphrase: str, personal: Personal) -> None:
    if personal.passphrases is None:
        return
    try:
        await personal.passphrases.keep(path, passphrase)
    except RestantError as problem:
        personal.say(f"The passphrase is not kept: {problem}.")
    else:
        personal.say(f"The passphrase of {personal.said(path)} is kept in the keyring as {name_of(path)}.")


async def _opens(path: Path, passphrase: str, personal: Personal) -> bool:
    try:
        personal.memory.opened[path] = await asyncio.to_thread(asyncssh.read_private_key, path, passphrase)
    except (asyncssh.KeyImportError, asyncssh.KeyEncryptionError) as error:
        if "bcrypt" in str(error):
            raise LinkTrouble(
                f"The key {personal.said(path)} cannot be opened without the Python package bcrypt: install it, or add "
                "the key to your SSH agent.",
                refused=True,
            ) from error
        return False
    return True
