"""`nginx:…`: the proxy's logs and its configuration."""

from __future__ import annotations

import re
from collections.abc import Sequence

from restant_tui.practice.io import Io
from restant_tui.practice.nginx_settings import NGINX
from restant_tui.practice.registry import command, the_app
from restant_tui.practice.world import App, World


@command("nginx:validate-config", seconds=0.5)
async def validate(world: World, args: Sequence[str], io: Io) -> int:
    """Find the configuration well."""
    return 0


@command("nginx:access-logs", seconds=0.45)
async def access_logs(world: World, args: Sequence[str], io: Io) -> int:
    """Print the last twenty requests; with `-t` go on."""
    app = the_app(world, args)
    lines = _requests(world, app)
    for line in lines[-20:]:
        io.out(line)
    while "-t" in args and not io.gone.is_set():
        await world.clock.sleep(0.5)
        fresh = _requests(world, app)
        for line in fresh[len(lines) :]:
            io.out(line)
        lines = fresh
    return 0


@command("nginx:error-logs", seconds=0.45)
async def error_logs(world: World, args: Sequence[str], io: Io) -> int:
    """Print what the proxy complained about: answers of 500 and above."""
    app = the_app(world, args)
    for line in [line for line in _requests(world, app) if re.search(r'" 5\d\d ', line)][-20:]:
        stamp = world.clock.now()
        io.out(f"{stamp:%Y/%m/%d %H:%M:%S} [error] 812#812: upstream answered badly: {line}")
    return 0


def _requests(world: World, app: App) -> list[str]:
    lines: list[str] = []
    for process in app.processes:
        process.log.catch_up(process.stopped_at or world.machine.full_since or world.clock.now())
        lines += [line.text for line in process.log.last(5000) if re.match(r"\d+\.\d+\.\d+\.\d+ - - ", line.text)]
    return lines


@command("nginx:show-config", seconds=0.35)
async def show_config(world: World, args: Sequence[str], io: Io) -> int:
    """Print the configuration of the proxy for one app."""
    app = the_app(world, args)
    values = NGINX.values(world, app)
    secure = app.certificate_until is not None
    for line in _configuration(app, values, secure):
        io.out(line)
    return 0


def _configuration(app: App, values: dict[str, str], secure: bool) -> list[str]:
    def value(key: str) -> str:
        return values[f"nginx-computed-{key}"]

    listen = ["  listen      [::]:443 ssl;", "  listen      443 ssl;", "  http2 on;"] if secure else []
    listen = listen or ["  listen      [::]:80;", "  listen      80;"]
    tls = [f"  ssl_certificate           {app.directory}/tls/server.crt;", "  ssl_protocols TLSv1.2 TLSv1.3;"]
    sub = "; includeSubdomains" if value("hsts-include-subdomains") == "true" else ""
    hsts = f'  add_header Strict-Transport-Security "max-age={value("hsts-max-age")}{sub}" always;'
    return [
        "",
        "server {",
        *listen,
        f"  server_name {' '.join(app.domains)}; ",
        f"  access_log  {value('access-log-path')};",
        f"  error_log   {value('error-log-path')};",
        *(tls if secure else []),
        *([hsts] if secure and value("hsts") == "true" else []),
        f"  client_body_timeout {value('client-body-timeout')};",
        f"  keepalive_timeout {value('keepalive-timeout')};",
        "",
        "  location    / {",
        "",
        "    gzip on;",
        "    gzip_min_length  1100;",
        f"    proxy_pass  http://{app.name}-5000;",
        f"    proxy_read_timeout {value('proxy-read-timeout')};",
        "  }",
        "",
        f"  client_max_body_size {value('client-max-body-size')};",
        "}",
        "",
        f"upstream {app.name}-5000 {{",
        "",
        *(["  server 172.17.0.4:5000;"] if app.serving else []),
        "}",
    ]
