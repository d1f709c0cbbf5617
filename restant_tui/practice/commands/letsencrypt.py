"""`letsencrypt:set|enable|disable|revoke|auto-renew|cron-job`: asking for certificates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from restant_tui.practice.commands.proxy import configure
from restant_tui.practice.io import Io
from restant_tui.practice.registry import Refused, command, the_app
from restant_tui.practice.world import App, World

GRACE = timedelta(days=30)
_LASTS = timedelta(days=90)
_KEYS = ("dns-provider", "email", "graceperiod", "lego-args", "lego-docker-options", "server")


@command("letsencrypt:set", seconds=0.4)
async def set_(world: World, args: Sequence[str], io: Io) -> int:
    """Store or clear a setting, of an app or with `--global` of all."""
    everywhere = "--global" in args
    words = [word for word in args if not word.startswith("--")]
    store = world.settings if everywhere else the_app(world, words).settings
    rest = words if everywhere else words[1:]
    if not rest or rest[0] not in _KEYS:
        raise Refused(f"Invalid key specified, valid keys include: {', '.join(_KEYS)}")
    if len(rest) > 1 and rest[1]:
        store[f"letsencrypt.{rest[0]}"] = rest[1]
        io.out(f"=====> Setting {rest[0]} to {rest[1]}")
    else:
        store.pop(f"letsencrypt.{rest[0]}", None)
        io.out(f"=====> Unsetting {rest[0]}")
    return 0


@command("letsencrypt:enable", seconds=0.5)
async def enable(world: World, args: Sequence[str], io: Io) -> int:
    """Ask for a certificate, unless the one there is lasts long enough."""
    app = the_app(world, args)
    io.out(f"=====> Enabling letsencrypt for {app.name}")
    _check_mail(world, app)
    if app.certificate_until and app.certificate_until - world.clock.now() > GRACE and "--force" not in args:
        days = (app.certificate_until - world.clock.now() - GRACE).days
        io.out(f"       {app.name} still has {days}d until renewal, skipping")
        return 0
    await _ask(world, app, io)
    return 0


@command("letsencrypt:disable", seconds=0.6)
async def disable(world: World, args: Sequence[str], io: Io) -> int:
    """Go back to plain HTTP."""
    app = the_app(world, args)
    io.out(f"=====> Disabling letsencrypt for {app.name}")
    app.certificate_from = app.certificate_until = None
    await configure(world, app, io)
    io.out("       Done")
    return 0


@command("letsencrypt:revoke", seconds=1.5)
async def revoke(world: World, args: Sequence[str], io: Io) -> int:
    """Make the certificate worthless for everybody, at once."""
    app = the_app(world, args)
    if app.certificate_until is None:
        raise Refused(f"No certificate to revoke for {app.name}")
    io.out(f"=====> Revoking letsencrypt certificate for {app.name}")
    app.certificate_from = app.certificate_until = None
    io.out("       Done")
    return 0


@command("letsencrypt:auto-renew", seconds=1.5)
async def auto_renew(world: World, args: Sequence[str], io: Io) -> int:
    """Renew what has less than the grace period left; fails if any renewal fails."""
    names = [word for word in args if not word.startswith("-")]
    apps = [the_app(world, names)] if names else list(world.apps.values())
    if not names:
        io.out("=====> Auto-renewing all apps...")
    failed = 0
    for app in apps:
        if app.certificate_until is None:
            continue
        left = app.certificate_until - world.clock.now()
        if left > GRACE:
            io.out(f"       {app.name} still has {(left - GRACE).days}d until renewal, skipping")
            continue
        io.out(f"=====> Auto-renew {app.name}...")
        try:
            _check_mail(world, app)
            await _ask(world, app, io)
        except Refused as refused:
            io.problem(refused.message)
            failed = 1
    if not names:
        io.out("=====> Finished auto-renewal")
    return failed


@command("letsencrypt:cron-job", seconds=0.4)
async def cron_job(world: World, args: Sequence[str], io: Io) -> int:
    """Let the host renew by itself every day, or no more."""
    if "--add" in args:
        world.settings["letsencrypt.cron"] = "true"
        io.out("-----> Updated dokku's crontab.")
    elif "--remove" in args:
        world.settings.pop("letsencrypt.cron", None)
        io.out("-----> Removed cron job from dokku's crontab.")
    else:
        raise Refused("Please specify --add or --remove")
    return 0


@command("letsencrypt:cleanup", seconds=0.5)
async def cleanup(world: World, args: Sequence[str], io: Io) -> int:
    """Remove the files of old certificates."""
    io.out(f"=====> Cleaning up {the_app(world, args).name}")
    return 0


def _check_mail(world: World, app: App) -> None:
    if not (app.settings.get("letsencrypt.email") or world.settings.get("letsencrypt.email")):
        raise Refused(
            "ERROR: Cannot request a certificate without an e-mail address!\n"
            " !       please provide your e-mail address using\n"
            f" !       dokku letsencrypt:set {app.name} email <e-mail>"
        )


async def _ask(world: World, app: App, io: Io) -> None:
    if not app.deployed:
        raise Refused(f"App {app.name} has not been deployed")
    io.out(f"-----> Enabling ACME proxy for {app.name}...")
    io.out(f"-----> Getting letsencrypt certificate for {app.name} via HTTP-01")
    for name in app.domains:
        io.out(f"        - Domain '{name}'")
    await world.dawdle(6)
    for name in app.domains:
        address = world.resolve(name)
        if address != world.machine.address:
            problem = f"no valid A records found for {name}" if address else f"NXDOMAIN looking up A for {name}"
            io.err(
                f"acme: error: 400 :: urn:ietf:params:acme:error:dns :: DNS problem: {problem} - check that a DNS "
                "record exists for this domain"
            )
            io.out(f"-----> Disabling ACME proxy for {app.name}...")
            raise Refused("Failed to setup letsencrypt\n !     Check log output for further information on failure")
    now = world.clock.now()
    app.certificate_from, app.certificate_until = now, now + _LASTS
    io.out("-----> Certificate retrieved successfully.")
    io.out("-----> Installing let's encrypt certificates")
    await configure(world, app, io)
    io.out(f"-----> Disabling ACME proxy for {app.name}...")
    io.out("       Done")
