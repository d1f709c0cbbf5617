"""The argument lists we send to Dokku, spelled once.

Numbers for `logs` go as `--num`: over SSH Dokku splits its command again with `xargs`, which eats `-n`.
"""

from __future__ import annotations

Argv = tuple[str, ...]


def version() -> Argv:
    """Ask which Dokku this is."""
    return ("version",)


def apps_list(*, json: bool = True) -> Argv:
    """Ask for the names of all apps; JSON since 0.38.21."""
    return ("apps:list", "--format", "json") if json else ("apps:list",)


def apps_report(app: str, *, json: bool = True) -> Argv:
    """Ask what is live on an app and whether it is locked; JSON since 0.23.1."""
    return _report("apps:report", app, json)


def ps_report(app: str, *, json: bool = True) -> Argv:
    """Ask for the state of an app's processes; JSON since 0.23.1."""
    return _report("ps:report", app, json)


def ps_running(app: str) -> Argv:
    """Ask only whether an app runs: `true`, `false` or `mixed`."""
    return ("ps:report", app, "--running")


def git_report(app: str, *, json: bool = True) -> Argv:
    """Ask for an app's deploy branch and the commit it points at; JSON since 0.38.0."""
    return _report("git:report", app, json)


def certs_report(app: str, *, json: bool = True) -> Argv:
    """Ask for the TLS certificate an app serves; JSON since 0.38.0."""
    return _report("certs:report", app, json)


def letsencrypt_report(app: str) -> Argv:
    """Ask the letsencrypt plugin (0.24 or newer) for an app's certificate."""
    return _report("letsencrypt:report", app, True)


def letsencrypt_list() -> Argv:
    """Ask the letsencrypt plugin for all certificates, as a table."""
    return ("letsencrypt:list",)


def builds_list(app: str, *, json: bool = True) -> Argv:
    """Ask for the recorded builds and deploys of an app, newest first; since 0.38.0."""
    return _report("builds:list", app, json)


def builds_output(app: str, build: str) -> Argv:
    """Ask for the log of a build that has ended; of a running one it would never end."""
    return ("builds:output", app, build)


def logs(app: str, num: int, *, process: str | None = None) -> Argv:
    """Ask for the last lines of each container of an app; `process` is a type such as `web`."""
    return ("logs", app, "--num", str(num), *(("-p", process) if process else ()))


def follow_logs(app: str) -> Argv:
    """Follow an app's log: the last 100 lines of each container, then what comes; never ends by itself."""
    return ("logs", app, "-t")


def service_status(kind: str, service: str) -> Argv:
    """Ask for a data service's state only: the whole info would print its password."""
    return (f"{kind}:info", service, "--status")


def repository(app: str) -> str:
    """Return the path of an app's bare repository on its host."""
    return f"/home/dokku/{app}"


def git_sync(app: str, commit: str, *, build: bool) -> Argv:
    """Set an app to a commit of its own repository; with `build`, also build and deploy it."""
    return ("git:sync", *(("--build",) if build else ()), app, repository(app), commit)


def admin_reflog(app: str, branch: str, count: int = 50) -> Argv:
    """As admin, ask for the moves of the deploy branch, newest first (see `git.parse_reflog`)."""
    form = "--format=%H%x1f%gd%x1f%an%x1f%s"
    return (*_admin_git(app), "log", "-g", "--date=unix", form, "-n", str(count), branch)


def admin_log(app: str, branch: str, count: int = 50) -> Argv:
    """As admin, ask for the commits of the deploy branch, newest first (see `git.parse_log`)."""
    return (*_admin_git(app), "log", "--format=%H%x1f%ct%x1f%an%x1f%s", "-n", str(count), branch)


def _admin_git(app: str) -> Argv:
    return ("sudo", "-n", "-u", "dokku", "git", "-C", repository(app))


def _report(command: str, app: str, json: bool) -> Argv:
    return (command, app, "--format", "json") if json else (command, app)
