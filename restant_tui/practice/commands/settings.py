"""`PLUGIN:set` and `PLUGIN:report` of the plugins that have nothing but settings."""

from __future__ import annotations

from collections.abc import Sequence

from restant_tui.practice.answers import Report, report
from restant_tui.practice.io import Io
from restant_tui.practice.nginx_settings import NGINX
from restant_tui.practice.plugin_settings import ALL, Settings
from restant_tui.practice.registry import Refused, command, named_app
from restant_tui.practice.world import App, World

_REPORTED_ELSEWHERE = {"ps", "git", "builds", "checks", "apps"}
_WITHOUT_SETTINGS = {"ports", "docker-options", "storage"}


async def set_property(world: World, args: Sequence[str], io: Io, settings: Settings) -> int:
    """Store or clear one setting, of an app or with `--global` of all.

    Raises:
        Refused: no app, no key, or a key the plugin does not have.
    """
    everywhere = "--global" in args
    words = [word for word in args if word != "--global"]
    name = "" if everywhere else words.pop(0) if words else ""
    if not everywhere and not name:
        raise Refused("Please specify an app to run the command on")
    # The plugins written in shell do not look whether the app exists.
    app = None if everywhere else world.apps.get(name)
    if app is None and not everywhere and settings.legacy:
        app = named_app(world, name)
    known = settings.shared if everywhere else (*settings.own, *settings.shared)
    if not words or words[0] not in known:
        raise Refused(settings.refusal + ", ".join(dict.fromkeys(known)))
    key, value = words[0], words[1] if len(words) > 1 else ""
    store = world.settings if everywhere else app.settings if app is not None else {}
    if value:
        store[f"{settings.plugin}.{key}"] = value
        io.out(f"=====> Setting {key} to {value}")
    else:
        store.pop(f"{settings.plugin}.{key}", None)
        io.out(f"=====> Unsetting {key}")
    if settings.plugin == "git" and key == "deploy-branch" and app is not None and value:
        app.branch = value
    return 0


def _register(settings: Settings) -> None:
    if settings.plugin not in _WITHOUT_SETTINGS:

        @command(f"{settings.plugin}:set", seconds=0.3)
        async def set_(world: World, args: Sequence[str], io: Io) -> int:
            return await set_property(world, args, io, settings)

    if settings.plugin not in _REPORTED_ELSEWHERE:

        @command(f"{settings.plugin}:report", seconds=0.29)
        async def report_(world: World, args: Sequence[str], io: Io) -> int:
            def values(app: App) -> dict[str, str]:
                return settings.values(world, app)

            kind = Report(settings.title or settings.plugin, f"{settings.plugin}-", values, legacy=settings.legacy)
            return await report(world, args, io, kind)


for _settings in (*ALL, NGINX):
    _register(_settings)
