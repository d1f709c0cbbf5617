from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest

from tests.support.room import Room


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
