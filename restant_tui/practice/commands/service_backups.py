"""`mysql:backup…` and `redis:…`: copies in a bucket; without a bucket and without credentials there are none."""

from __future__ import annotations

from collections.abc import Sequence

from restant_tui.practice.commands.service_common import named_service, running_service, service_command, words_of
from restant_tui.practice.io import Io
from restant_tui.practice.registry import Refused
from restant_tui.practice.stores import Stored
from restant_tui.practice.world import World


@service_command("backup", seconds=1.2)
async def backup(world: World, kind: str, args: Sequence[str], io: Io) -> int:
    """Put a compressed dump into a bucket."""
    service = running_service(world, kind, args)
    words = words_of(args)
    if len(words) < 2:
        raise Refused("Please specify an aws bucket for the backup")
    if not service.credentials and "--use-iam" not in args and "-u" not in args:
        raise Refused("Missing AWS_ACCESS_KEY_ID file")
    await world.dawdle(4)
    now = world.clock.now()
    key = f"{kind}-{service.name}-{now:%Y-%m-%d-%H-%M-%S}.tgz"
    bucket, _, prefix = words[1].partition("/")
    key = f"{prefix}/{key}" if prefix else key
    if bucket not in world.buckets:
        io.err(
            f"upload failed: ../backup.tgz to s3://{bucket}/{key} An error occurred (NoSuchBucket) when calling the "
            "PutObject operation: The specified bucket does not exist"
        )
        return 1
    world.buckets[bucket].append(Stored(key, service.packed_size, now))
    io.out(f"upload: ../backup.tgz to s3://{bucket}/{key}")
    return 0


@service_command("backup-auth", seconds=0.4)
async def backup_auth(world: World, kind: str, args: Sequence[str], io: Io) -> int:
    """Store the credentials for backups."""
    service = named_service(world, kind, args)
    given = words_of(args)[1:]
    if len(given) < 2:
        raise Refused("Please specify an aws secret access key" if given else "Please specify an aws access key id")
    service.credentials = tuple(given)
    return 0


@service_command("backup-deauth", seconds=0.4)
async def backup_deauth(world: World, kind: str, args: Sequence[str], io: Io) -> int:
    """Forget the credentials for backups."""
    named_service(world, kind, args).credentials = ()
    return 0


@service_command("backup-schedule", seconds=0.5)
async def backup_schedule(world: World, kind: str, args: Sequence[str], io: Io) -> int:
    """Write the cron file of the scheduled backup."""
    service = named_service(world, kind, args)
    words = words_of(args)
    if len(words) < 2:
        raise Refused("Please specify a schedule")
    if len(words) < 3:
        raise Refused("Please specify an aws bucket for the backup")
    if len(words[1].split()) != 5:
        raise Refused("Invalid schedule specified")
    service.schedule = (words[1], words[2])
    return 0


@service_command("backup-unschedule", seconds=0.4)
async def backup_unschedule(world: World, kind: str, args: Sequence[str], io: Io) -> int:
    """Remove the cron file of the scheduled backup."""
    named_service(world, kind, args).schedule = None
    return 0


@service_command("backup-schedule-cat", seconds=0.4)
async def backup_schedule_cat(world: World, kind: str, args: Sequence[str], io: Io) -> int:
    """Print the cron file of the scheduled backup."""
    service = named_service(world, kind, args)
    if service.schedule is None:
        raise Refused(f"There is no cron file for {service.name}")
    when, bucket = service.schedule
    io.out(f"{when} dokku /usr/bin/dokku {kind}:backup {service.name} {bucket}")
    return 0
