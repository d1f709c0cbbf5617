"""`aws s3` (in the model alone) and `openssl x509`: the buckets of the backups, and the certificate on the disk."""

from __future__ import annotations

import re

from restant_tui.practice.io import Io
from restant_tui.practice.shell.registry import flags_and_words, shell_command
from restant_tui.practice.world import World


@shell_command("aws")
async def aws(world: World, args: list[str], io: Io, user: str) -> int:
    """List a bucket, or make one."""
    _, words = flags_and_words(args)
    if words[:1] != ["s3"] or len(words) < 2:
        io.err("aws: only s3 ls and s3 mb on the practice host")
        return 252
    if words[1] == "ls" and len(words) == 2:
        for name in sorted(world.buckets):
            io.out(f"{world.opened_at:%Y-%m-%d %H:%M:%S} {name}")
        return 0
    found = re.fullmatch(r"s3://([a-z0-9.-]+)/?(.*)", words[2] if len(words) > 2 else "")
    if found is None:
        io.err("usage: aws s3 ls|mb s3://BUCKET[/PREFIX]")
        return 252
    if words[1] == "mb":
        world.buckets.setdefault(found[1], [])
        io.out(f"make_bucket: {found[1]}")
        return 0
    objects = world.buckets.get(found[1])
    if objects is None:
        io.err(
            "An error occurred (NoSuchBucket) when calling the ListObjectsV2 operation: The specified bucket does not "
            "exist"
        )
        return 254
    fitting = [stored for stored in objects if stored.key.startswith(found[2])]
    for stored in fitting:
        io.out(f"{stored.at:%Y-%m-%d %H:%M:%S} {stored.size:>10} {stored.key}")
    return 0 if fitting or not found[2] else 1


@shell_command("openssl")
async def openssl(world: World, args: list[str], io: Io, user: str) -> int:
    """Say until when the certificate of an app lasts (`x509 -enddate -noout -in …/APP/tls/server.crt`)."""
    path = next((word for word in args if word.endswith("/tls/server.crt")), "")
    app = next((app for app in world.apps.values() if path == f"{app.directory}/tls/server.crt"), None)
    if app is None or app.certificate_until is None:
        io.err(f"Could not open file or uri for loading certificate from {path or 'stdin'}: No such file or directory")
        return 1
    at = app.certificate_until
    io.out(f"notAfter={at:%b} {at.day:>2} {at:%H:%M:%S %Y} GMT")
    return 0
