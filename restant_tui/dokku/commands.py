"""The argument lists we send to Dokku, spelled once.

Numbers for `logs` go as `--num`: over SSH Dokku splits its command again with `xargs`, which eats `-n`.
"""

from __future__ import annotations

import shlex

from restant_tui.dokku import scripts

Argv = tuple[str, ...]

_CLONED = 100
"""Commits of each branch that are fetched."""
_LOCAL_GIT: Argv = ("git", "-c", "core.hooksPath=/dev/null")


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


def service_exists(kind: str, service: str) -> Argv:
    """Ask whether there is a data service of that kind and name; exit status 0 if so."""
    return (f"{kind}:exists", service)


def service_connect(kind: str, service: str) -> Argv:
    """Open the client of a data service; without a terminal it takes its statements from standard input."""
    return (f"{kind}:connect", service)


def service_export(kind: str, service: str) -> Argv:
    """Write a data service's dump to standard output; on a terminal it would be corrupted."""
    return (f"{kind}:export", service)


def service_import(kind: str, service: str) -> Argv:
    """Replace what a data service holds by the dump on standard input; asks nothing, and an empty one is a success."""
    return (f"{kind}:import", service)


def plugin_list(*, json: bool = True) -> Argv:
    """Ask which plugins there are; JSON since 0.38.22."""
    return ("plugin:list", "--format", "json") if json else ("plugin:list",)


def plugin_releases(app: str) -> Argv:
    """Ask a third-party `releases` plugin, where there is one, for its list."""
    return ("releases", app)


def plugin_rollback(app: str, number: str) -> Argv:
    """Have a third-party `releases` plugin go back to one of its releases."""
    return ("releases:rollback", app, number)


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


def clone_made(folder: str) -> Argv:
    """On this machine, make a bare repository that remembers where every branch has been; harmless if it is there."""
    return (*_LOCAL_GIT, "init", "--quiet", "--bare", "--template=", folder)


def clone_fetched(folder: str, destination: str, app: str, ssh: tuple[str, ...]) -> Argv:
    """On this machine, fetch the newest commits of an app through the forced command of `user@address`.

    Nothing but ssh is spoken, and nothing is left running.
    """
    return (
        *_LOCAL_GIT, "-C", folder, "-c", f"core.sshCommand={shlex.join(ssh)}", "-c", "core.logAllRefUpdates=always",
        "-c", "protocol.allow=never", "-c", "protocol.ssh.allow=always",
        "-c", "maintenance.auto=false", "-c", "gc.auto=0",
        "fetch", "--quiet", "--no-tags", "--no-recurse-submodules", f"--depth={_CLONED}", f"{destination}:{app}",
        "+refs/heads/*:refs/heads/*",
    )  # fmt: skip


def clone_log(folder: str) -> Argv:
    """On this machine, ask for the commits of a clone, also those a branch has left (see `git.parse_log`)."""
    return (
        *_LOCAL_GIT, "-C", folder, "log", "--all", "--reflog", "--format=%H%x1f%ct%x1f%an%x1f%s", "-n", str(4 * _CLONED)
    )  # fmt: skip


def lock_folders(app: str) -> tuple[str, str]:
    """Return the folders in which a deploy of an app takes its lock: before 0.34, and since then."""
    return repository(app), f"/var/lib/dokku/data/apps/{app}"


def admin_freeze(app: str, who: str, folders: tuple[str, str] | None = None) -> Argv:
    """As admin, hold an app's deploy locks until they are thawed (see `scripts.FREEZE`)."""
    return _script(scripts.FREEZE, app, *(folders or lock_folders(app)), who)


def admin_thaw(app: str, folders: tuple[str, str] | None = None) -> Argv:
    """As admin, let go of an app's deploy locks (see `scripts.THAW`)."""
    return _script(scripts.THAW, app, *(folders or lock_folders(app)))


def admin_figures() -> Argv:
    """As admin, ask for disk, memory, load and time since start (see `scripts.FIGURES`); takes a second."""
    return _script(scripts.FIGURES)


def admin_tools(*names: str) -> Argv:
    """As admin, ask which of these programs there are (see `scripts.TOOLS`)."""
    return _script(scripts.TOOLS, *names)


def admin_mysql(service: str) -> Argv:
    """As admin, run one question inside a mysql service's container, with the password that is in there."""
    ask = 'exec mysql --user=mysql --password="$MYSQL_PASSWORD" --database="$MYSQL_DATABASE" -e "SELECT 1"'
    return ("sudo", "-n", "docker", "container", "exec", f"dokku.mysql.{service}", "sh", "-c", ask)


def _script(text: str, *arguments: str) -> Argv:
    return ("sh", "-c", text, "_", *arguments)


def _admin_git(app: str) -> Argv:
    return ("sudo", "-n", "-u", "dokku", "git", "-C", repository(app))


def _report(command: str, app: str, json: bool) -> Argv:
    return (command, app, "--format", "json") if json else (command, app)
