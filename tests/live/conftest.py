from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.support.room import Room
from tests.support.sshd import Sshd


@pytest.fixture
async def sshd(tmp_path: Path) -> AsyncIterator[Sshd]:
    server = Sshd(tmp_path / "sshd")
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
def room() -> Iterator[Room]:
    if shutil.which("ip") is None or os.geteuid() != 0:
        pytest.skip("network namespaces need ip and root")
    room = Room()
    try:
        if not room.open():
            pytest.skip("this machine allows no network namespaces")
        yield room
    finally:
        room.close()
