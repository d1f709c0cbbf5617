"""The settings of Dokku's plugins as tables: which keys there are, and what holds while nobody has set them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from restant_tui.practice.world import App, World


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one plugin; `PLUGIN:report` shows each up to three times: own, computed, global."""

    plugin: str
    own: tuple[str, ...] = ()
    computed: tuple[tuple[str, str], ...] = ()
    """Keys and their defaults; `{app}` stands for the app's name."""
    shared: tuple[str, ...] = ()
    """Keys that can be set globally."""
    fixed: Callable[[World, App], dict[str, str]] = lambda world, app: {}
    """What is reported and cannot be set."""
    title: str = ""
    legacy: bool = True
    refusal: str = "Invalid property specified, valid properties include: "

    def values(self, world: World, app: App) -> dict[str, str]:
        """Return what the report of an app shows."""
        found: dict[str, str] = {}
        for key in self.own:
            found[f"{self.plugin}-{key}"] = app.settings.get(f"{self.plugin}.{key}", "")
        for key in self.shared:
            found[f"{self.plugin}-global-{key}"] = world.settings.get(f"{self.plugin}.{key}", "")
        for key, default in self.computed:
            name = f"{self.plugin}.{key}"
            value = app.settings.get(name) or world.settings.get(name) or default.format(app=app.name)
            found[f"{self.plugin}-computed-{key}"] = value
        return found | {f"{self.plugin}-{key}": value for key, value in self.fixed(world, app).items()}


def _ports(world: World, app: App) -> dict[str, str]:
    given = app.settings.get("ports.map", "")
    mapped = [
        dict(zip(("scheme", "host_port", "container_port"), one.split(":"), strict=True)) for one in given.split()
    ]
    text = ",".join(
        f'{{"container_port":{one["container_port"]},"host_port":{one["host_port"]},"scheme":"{one["scheme"]}"}}'
        for one in mapped
    )
    return {
        "map": given,
        "map-detected": "http:5000:5000",
        "map-detected-json": '[{"container_port":5000,"host_port":5000,"scheme":"http"}]',
        "map-json": f"[{text}]" if mapped else "null",
    }


def _listeners(world: World, app: App) -> dict[str, str]:
    web = [process for process in app.processes if process.kind == "web" and process.stopped_at is None]
    return {"web-listeners": " ".join(f"172.17.0.{number}:5000" for number, _ in enumerate(web, 4))}


_VECTOR = ("vector-cron-sink", "vector-image", "vector-networks", "vector-sink")
_NETWORK = ("attach-post-create", "attach-post-deploy", "bind-all-interfaces", "initial-network", "tld")
_REGISTRY = ("image-repo-template", "push-extra-tags", "push-on-release", "server")

ALL = (
    Settings("app-json", ("appjson-path",), (("appjson-path", "app.json"),), ("appjson-path",)),
    Settings(
        "builder",
        ("build-dir", "selected", "skip-cleanup"),
        (("build-dir", ""), ("selected", ""), ("skip-cleanup", "false")),
        ("build-dir", "selected", "skip-cleanup"),
        lambda world, app: {"detected": "dockerfile" if app.deployed else ""},
    ),
    Settings("builder-dockerfile", ("dockerfile-path",), (("dockerfile-path", "Dockerfile"),), ("dockerfile-path",)),
    Settings(
        "buildpacks",
        ("stack",),
        (("stack", "gliderlabs/herokuish:latest-24"),),
        ("stack",),
        lambda world, app: {"list": ""},
    ),
    Settings(
        "cron",
        ("maintenance",),
        (("mailfrom", ""), ("mailto", ""), ("maintenance", "false")),
        ("mailfrom", "mailto", "maintenance"),
        lambda world, app: {"task-count": "1" if "worker" in app.scale else "0"},
    ),
    Settings("docker-options", fixed=lambda world, app: {"build": "", "deploy": "", "run": ""}, legacy=False),
    Settings(
        "logs",
        ("app-label-alias", "max-size", "vector-cron-sink", "vector-sink"),
        (
            ("app-label-alias", "com.dokku.app-name"),
            ("max-size", "10m"),
            ("vector-cron-sink", ""),
            ("vector-image", "timberio/vector:0.57.0-debian"),
            ("vector-networks", ""),
            ("vector-sink", ""),
        ),
        ("app-label-alias", "max-size", *_VECTOR),
    ),
    Settings(
        "network",
        (*_NETWORK, "static-web-listener"),
        tuple((key, "false" if key == "bind-all-interfaces" else "") for key in _NETWORK),
        _NETWORK,
        _listeners,
    ),
    Settings("ports", fixed=_ports),
    Settings(
        "proxy",
        ("disabled", "proxy-port", "proxy-ssl-port", "type"),
        (("disabled", "false"), ("proxy-port", "80"), ("proxy-ssl-port", ""), ("type", "nginx")),
        ("proxy-port", "proxy-ssl-port", "type"),
        lambda world, app: {"enabled": "false" if app.settings.get("proxy.disabled") == "true" else "true"},
    ),
    Settings(
        "registry",
        ("image-repo", *_REGISTRY),
        (("image-repo", "dokku/{app}"), *((key, "false" if key == "push-on-release" else "") for key in _REGISTRY)),
        _REGISTRY,
        lambda world, app: {"tag-version": app.settings.get("registry.tag-version", "")},
    ),
    Settings("scheduler", ("selected", "shell"), (("selected", "docker-local"), ("shell", "")), ("selected", "shell")),
    Settings(
        "scheduler-docker-local",
        ("init-process", "parallel-schedule-count"),
        (("init-process", "true"), ("parallel-schedule-count", "1")),
        ("init-process", "parallel-schedule-count"),
        legacy=False,
    ),
    Settings(
        "storage",
        fixed=lambda world, app: {
            "build-mounts": "",
            "deploy-mounts": " ".join(f"-v {mount}" for mount in app.storage),
            "run-mounts": " ".join(f"-v {mount}" for mount in app.storage),
        },
    ),
    Settings("ps", ("procfile-path", "restart-policy", "skip-deploy", "stop-timeout-seconds")),
    Settings("git", ("deploy-branch", "keep-git-dir", "rev-env-var")),
    Settings("builds", ("retention",)),
    Settings("checks", ("wait-to-retire",)),
    Settings("apps", ("disable-autocreation",)),
)
"""Every plugin whose settings can be set or reported here; the last five report elsewhere."""
