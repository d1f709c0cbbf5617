"""What Dokku prints while it builds and deploys, line by line, with the seconds before each line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from restant_tui.practice.world import App, Commit

Step = tuple[float, str]
"""World seconds to wait, then the line to print."""

_BAD = "\x1b[1m\x1b[31m !     \x1b[0m\x1b[0m"
_WEB_CHECK = "name='web check' delay=0 path='/up' retries=2 timeout=5 type='path'"
_PORT_CHECK = "name='port listening check' attempts=3 port=5000 retries=2 timeout=5 type='listening' wait=5"
_DEPLOY_PROGRAM = "/var/lib/dokku/plugins/available/scheduler-docker-local/bin/scheduler-deploy-process-container"


def building(app: App, commit: Commit, digest: str) -> Iterator[Step]:
    """Build an image from the commit; about 12 seconds."""
    yield 0.3, "-----> Cleaning up..."
    yield 0.8, f"-----> Building {app.name} from Dockerfile"
    yield 0.4, '#0 building with "default" instance using docker driver'
    layers = (
        ("[internal] load build definition from Dockerfile", "transferring dockerfile: 1.84kB done", 0.2),
        ("[internal] load metadata for docker.io/library/php:8.3-fpm", "", 0.5),
        ("[1/6] FROM docker.io/library/php:8.3-fpm", "CACHED", 0.1),
        ("[2/6] COPY . /app", "", 0.6),
        ("[3/6] RUN composer install --no-dev --optimize-autoloader", "Generating optimized autoload files", 3.4),
        ("[4/6] RUN npm ci && npm run build", f"built {commit.short} in 2.61s", 4.1),
    )
    for number, (title, detail, seconds) in enumerate(layers, 1):
        yield 0.1, ""
        yield 0.0, f"#{number} {title}"
        if detail == "CACHED":
            yield seconds, f"#{number} CACHED"
            continue
        if detail:
            yield seconds / 2, f"#{number} {detail}"
        yield seconds / 2, f"#{number} DONE {seconds:.1f}s"
    yield 0.1, ""
    yield 0.2, "#7 exporting to image"
    yield 0.4, f"#7 writing image sha256:{digest} done"
    yield 0.0, f"#7 naming to docker.io/dokku/{app.name}:latest done"
    yield 0.1, "#7 DONE 0.6s"


def releasing(app: App) -> Iterator[Step]:
    """Release the image that was built; about three seconds."""
    yield 0.6, f"-----> Releasing {app.name}..."
    yield 0.5, "-----> Checking for predeploy task"
    yield 0.1, "       No predeploy task found, skipping"
    yield 0.4, "-----> Checking for release task"
    yield 0.1, "       No release task found, skipping"
    yield 0.5, "=====> Processing deployment checks"
    yield 0.3, f"-----> Deploying {app.name} via the docker-local scheduler..."


def checking(app: App, kind: str, containers: Sequence[tuple[str, str]], output: Sequence[str]) -> Iterator[Step]:
    """Start the containers of one process type and find them well; about seven seconds for each.

    Args:
        app: whose containers.
        kind: the process type.
        containers: name and whole id of each.
        output: what each has written so far.
    """
    yield 0.4, f"-----> Deploying {kind} (count={len(containers)})"
    for name, cid in containers:
        yield 0.7, f"       Attempting pre-flight checks ({name})"
        if kind == "web":
            yield 0.5, "-----> Executing 2 healthchecks"
            yield 0.1, f"       Running healthcheck {_WEB_CHECK}"
            yield 0.0, f"       Running healthcheck {_PORT_CHECK}"
            yield 3.2, "       Healthcheck succeeded name='web check'"
            yield 2.4, "       Healthcheck succeeded name='port listening check'"
        else:
            yield 0.5, "-----> Executing 1 healthcheck"
            yield 0.1, "       Running healthcheck name='default' type='uptime' uptime=10"
            yield 10.0, "       Healthcheck succeeded name='default'"
        yield 0.1, f"       All checks successful ({name})"
        yield from _container_output(app.name, name, cid, output)
        yield 0.1, f"       Scheduling old container shutdown in 60 seconds ({name})"


def failing(app: App, name: str, cid: str, count: int) -> Iterator[Step]:
    """Start the first web container and find it ill; about 13 seconds."""
    output = (
        "[notice] 1#1: nginx/1.27.2 started",
        'production.ERROR: Class "Restant\\Printing\\Spooler" not found',
        '"GET /up HTTP/1.1" 500',
    )
    yield 0.4, f"-----> Deploying web (count={count})"
    yield 0.7, f"       Attempting pre-flight checks ({name})"
    yield 0.5, "-----> Executing 2 healthchecks"
    yield 0.1, f"       Running healthcheck {_WEB_CHECK}"
    yield 0.0, f"       Running healthcheck {_PORT_CHECK}"
    yield 3.0, "       Healthcheck succeeded name='port listening check'"
    yield 8.0, f"{_BAD}Failure in name='web check': expected a successful status code, got 500"
    yield 0.3, cid
    yield 0.1, " !     Could not start due to 1 failed checks (web.1)"
    for _ in range(2):
        yield from _container_output(app.name, name, cid, output)
    yield 0.2, "parallel: This job failed:"
    yield 0.0, f"{_DEPLOY_PROGRAM} {app.name} dockerfile dokku/{app.name}:latest latest web {count} 1"
    yield 0.0, ""


def without_room(app: App) -> Iterator[Step]:
    """Build with a full disk; about four seconds."""
    yield 0.3, "-----> Cleaning up..."
    yield 0.8, f"-----> Building {app.name} from Dockerfile"
    yield 0.4, '#0 building with "default" instance using docker driver'
    yield 0.4, "#4 [2/6] COPY . /app"
    yield 1.8, "#4 ERROR: failed to copy files: copy file range failed: no space left on device"
    yield 0.1, "ERROR: failed to solve: failed to copy files: copy file range failed: no space left on device"


def with_bad_cpus(app: App, kind: str, count: int, cpus: str) -> Iterator[Step]:
    """Start containers with a number of processors Docker does not understand; about two seconds."""
    yield 0.4, f"-----> Deploying {kind} (count={count})"
    problem = f'invalid argument "{cpus}" for "--cpus" flag: failed to parse {cpus} as a rational number'
    yield 0.9, f"{problem}"
    yield 0.0, ""
    yield 0.0, "Usage:  docker container create [OPTIONS] IMAGE [COMMAND] [ARG...]"
    yield 0.1, "Run 'docker container create --help' for more information"
    yield 0.2, "parallel: This job failed:"
    yield 0.0, f"{_DEPLOY_PROGRAM} {app.name} dockerfile dokku/{app.name}:latest latest {kind} {count} 1"
    yield 0.0, ""


def proxying(app: App) -> Iterator[Step]:
    """Point nginx at the new containers; about two seconds."""
    yield 0.3, "=====> Triggering early nginx proxy rebuild"
    yield from nginx(app)
    yield 0.3, "-----> Running post-deploy"
    yield from nginx(app)


def nginx(app: App) -> Iterator[Step]:
    """Write the proxy's configuration once; about a second."""
    yield 0.2, f"-----> Ensuring network configuration is in sync for {app.name}"
    for domain in app.domains:
        yield 0.2, f"-----> Configuring {domain}...(using built-in template)"
    yield 0.1, f"-----> Creating {'https' if app.certificate_until else 'http'} nginx.conf"
    yield 0.4, "       Reloading nginx"


def renaming(
    app: App, old: Sequence[tuple[str, str]], new: Sequence[tuple[str, str]], pid: int, unix: int
) -> Iterator[Step]:
    """Give the new containers the names of the old ones; about two seconds."""
    before = dict(old)
    yield 0.4, "-----> Renaming containers"
    for name, cid in new:
        full = f"{app.name}.{name}"
        if name in before:
            yield 0.2, f"       Found previous container(s) ({before[name][:12]}) named {full}"
            yield 0.1, f"       Renaming container ({before[name][:12]}) {full} to {full}.{unix}"
        yield 0.2, f"       Renaming container {full}.upcoming-{pid} ({cid[:12]}) to {full}"
    yield 0.3, "-----> Checking for postdeploy task"
    yield 0.1, "       No postdeploy task found, skipping"
    if old:
        yield 0.2, "-----> Shutting down old containers in 60 seconds"


def deployed(app: App) -> Iterator[Step]:
    """Say where it is now."""
    yield 0.2, "=====> Application deployed:"
    for domain in app.domains:
        yield 0.0, f"       https://{domain}"
    yield 0.0, ""


def _container_output(app: str, name: str, cid: str, lines: Sequence[str]) -> Iterator[Step]:
    yield 0.1, f"=====> Start of {app} container output ({cid[:12]} {name})"
    for line in lines:
        yield 0.0, f"       {line}"
    yield 0.0, f"=====> End of {app} container output ({cid[:12]} {name})"
