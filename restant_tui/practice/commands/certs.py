"""`certs:…` and `letsencrypt:…`: how long the certificates last."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from restant_tui.practice.answers import Report, report
from restant_tui.practice.commands.letsencrypt import GRACE
from restant_tui.practice.io import Io
from restant_tui.practice.registry import command, the_app
from restant_tui.practice.world import App, World

_SERVER = "https://acme-v02.api.letsencrypt.org/directory"


@command("certs:report", seconds=0.28)
async def certs_report(world: World, args: Sequence[str], io: Io) -> int:
    """Report each app's certificate as openssl describes it."""
    return await report(world, args, io, Report("ssl", "ssl-", _certificate))


def _certificate(app: App) -> dict[str, str]:
    has = app.certificate_until is not None
    return {
        "ssl-dir": f"{app.directory}/tls",
        "ssl-enabled": "true" if has else "false",
        "ssl-expires-at": _openssl(app.certificate_until),
        "ssl-hostnames": " ".join(app.domains) if has else "",
        "ssl-issuer": "C = US, O = Let's Encrypt, CN = R11" if has else "",
        "ssl-starts-at": _openssl(app.certificate_from),
        "ssl-subject": f"subject=CN = {app.domains[0]}" if has and app.domains else "",
        "ssl-verified": "verified by a certificate authority" if has else "",
    }


def _openssl(at: datetime | None) -> str:
    return f"{at:%b} {at.day:>2} {at:%H:%M:%S %Y} GMT" if at else ""


@command("letsencrypt:list", seconds=0.38)
async def letsencrypt_list(world: World, args: Sequence[str], io: Io) -> int:
    """List the certificates with the time before expiry and before renewal."""
    io.out(f"-----> {'App name':<18} {'Certificate Expiry':<25} {'Time before expiry':<25} {'Time before renewal':<25}")
    now = world.clock.now()
    for app in sorted(world.apps.values(), key=lambda app: app.certificate_until or now):
        if app.certificate_until:
            left = app.certificate_until - now
            row = (app.name, f"{app.certificate_until:%Y-%m-%d %H:%M:%S}", _left(left), _left(left - GRACE))
            io.out(" ".join(f"{cell:<25}" for cell in row))
    return 0


def _left(left: timedelta) -> str:
    seconds = abs(int(left.total_seconds()))
    text = f"{seconds // 86400}d, {seconds // 3600 % 24}h, {seconds // 60 % 60}m, {seconds % 60}s"
    return text if left >= timedelta() else f"{text} ago"


@command("letsencrypt:active", seconds=0.3)
async def letsencrypt_active(world: World, args: Sequence[str], io: Io) -> int:
    """Say whether an app has a certificate of Let's Encrypt."""
    io.out("true" if the_app(world, args).certificate_until else "false")
    return 0


@command("letsencrypt:report", seconds=0.54)
async def letsencrypt_report(world: World, args: Sequence[str], io: Io) -> int:
    """Report the plugin's settings, and the expiry as Unix time."""
    kind = Report("letsencrypt", "letsencrypt-", lambda app: _letsencrypt(world, app), padded=True, ordered=True)
    return await report(world, args, io, kind)


def _letsencrypt(world: World, app: App) -> dict[str, str]:
    active = app.certificate_until is not None
    values = {"active": "true" if active else "false", "autorenew": "true" if active else "false"}

    def add(key: str, default: str = "") -> None:
        own, everywhere = app.settings.get(f"letsencrypt.{key}", ""), world.settings.get(f"letsencrypt.{key}", "")
        values.update({f"computed-{key}": own or everywhere or default, f"global-{key}": everywhere, key: own})

    add("dns-provider")
    add("email")
    values["expiration"] = str(int(app.certificate_until.timestamp())) if app.certificate_until else ""
    add("graceperiod", str(int(GRACE.total_seconds())))
    add("lego-args")
    add("lego-docker-options")
    add("server", _SERVER)
    return {f"letsencrypt-{key}": value for key, value in values.items()}
