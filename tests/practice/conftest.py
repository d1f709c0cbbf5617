"""A fast practice host and its two logins."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from restant_tui.practice.host import PracticeHost
from tests.support.practicehost import Login, logged_in, make


@pytest.fixture
async def host(tmp_path: Path) -> AsyncIterator[PracticeHost]:
    async with make(tmp_path / "practice") as running:
        yield running


@pytest.fixture
async def dokku(host: PracticeHost) -> AsyncIterator[Login]:
    async with logged_in(host, "dokku") as login:
        yield login


@pytest.fixture
async def admin(host: PracticeHost) -> AsyncIterator[Login]:
    async with logged_in(host, "admin") as login:
        yield login
