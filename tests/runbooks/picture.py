"""The practice host as it is, to be compared with how it is later."""

from __future__ import annotations

from restant_tui.practice.world import App, World


def picture(world: World) -> dict[str, object]:
    """Return everything a runbook may have changed; not what changes by itself: times, logs, figures."""
    return {
        "apps": {name: _app(app) for name, app in world.apps.items()},
        "services": {
            name: (
                one.status, tuple(one.links), one.credentials, one.schedule, dict(one.keys),
                {table.name: len(table.rows) for table in one.tables.values()},
            )
            for name, one in world.services.items()
        },
        "buckets": {name: len(stored) for name, stored in world.buckets.items()},
        "settings": dict(world.settings),
        "dns": dict(world.dns),
        "machine": (list(world.machine.denied), dict(world.machine.upgradable), dict(world.machine.freezes)),
    }  # fmt: skip


def _app(app: App) -> dict[str, object]:
    return {
        "live": app.live.commit.sha if app.live else "",
        "serving": app.serving.sha if app.serving else "",
        "ref": app.ref,
        "builds": len(app.builds),
        "processes": [(one.name, one.cid, one.state) for one in app.processes],
        "scale": dict(app.scale),
        "config": dict(app.config),
        "domains": list(app.domains),
        "resources": dict(app.resources),
        "maintenance": app.maintenance,
        "storage": list(app.storage),
        "settings": dict(app.settings),
        "certificate": app.certificate_until,
        "lock": app.lock_file,
    }
