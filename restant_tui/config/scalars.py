"""The small words of a configuration that have a form of their own."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

Name = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9._-]*$", max_length=63)]
Duration = Annotated[str, Meta(pattern=r"^([0-9]+(ms|s|m|h|d|w))+$", description="like 500ms, 30s, 2m30s, 25d")]
Port = Annotated[int, Meta(ge=1, le=65535)]
Zone = Annotated[
    str, Meta(pattern=r"^[A-Za-z][A-Za-z0-9_+/-]*$(?!\n)", description="a time zone, like Asia/Kathmandu or UTC")
]
TimeOfDay = Annotated[
    str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$(?!\n)", description="a time of the day, like 09:00")
]
Rule = Annotated[
    str,
    Meta(
        pattern=r"^(RRULE:)?[A-Z]+=[A-Z0-9,;=+-]+$(?!\n)",
        description="an RRULE (RFC 5545), like FREQ=WEEKLY;BYDAY=MO;BYHOUR=9",
    ),
]
