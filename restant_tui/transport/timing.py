"""How long the transport waits for what."""

from __future__ import annotations

import random
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """The limits of one session. Seconds unless said otherwise.

    A silent link is given up after at most `keepalive_interval * (keepalive_count_max + 1)`. Six channels at
    once is what OpenSSH with its default `MaxSessions 10` takes without ever refusing one: it frees a slot later
    than it says so. `retry_*` is counted on the session's clock, everything else is real time, as the wire is.
    """

    connect_timeout: float = 10.0
    login_timeout: float = 10.0
    keepalive_interval: float = 5.0
    keepalive_count_max: int = 3
    channels: int = 6
    """Commands at once on the connection."""
    streams: int = 8
    """Follows at once on the connection of their own."""
    stream_idle: float = 10.0
    """How long the connection for streams stays open with no stream on it."""
    channel_tries: int = 6
    """How often a channel is asked for when the host says it has no slot free."""
    channel_pause: float = 0.02
    """Wait after the n-th refused channel: n times this."""
    slot_grace: float = 1.0
    """How long after the end of a command a busy host may still need to free its slot."""
    parting: float = 4.0
    """How long to wait for the host to say that a command tied to us has ended: it gives it a second for that."""
    leftover_limit: int = 4
    """Abandoned commands that still hold a slot of the host before the connection is replaced by a fresh one."""
    retry_first: float = 0.5
    retry_cap: float = 30.0
    refused_retry: float = 300.0
    """A refusal does not heal by asking again, and repeated tries get an address banned."""
    close_grace: float = 1.0

    def backoff(self, failures: int, chance: random.Random) -> float:
        """Return how long to wait after that many failures in a row: none at first, then doubling, with jitter."""
        if failures <= 0:
            return 0.0
        longest = min(self.retry_cap, self.retry_first * 2.0 ** min(failures - 1, 30))
        return longest * chance.uniform(0.75, 1.0)
