"""A world in which every place a secret can come from holds one, and everything that goes out of it is kept."""

from __future__ import annotations

import json
import os
import shlex
import threading
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncssh
import yaml

from restant_tui.config.secrets import SERVICE
from restant_tui.transport.passphrases import variable_of
from tests.secrecy.markers import Marker, Traces
from tests.support import filekeyring
from tests.support.certificates import tls_pair
from tests.support.mailserver import MailServer, serving
from tests.support.sshagent import keygen
from tests.support.sshserver import ScriptedServer
from tests.support.webserver import response, web_server

RUNBOOK = Path(__file__).with_name("planted.yaml")
STAND_IN = """#!/bin/sh
{ printf '%s\\n' "$0 $*"; tr '\\0' '\\n' < /proc/$$/environ; } >> "$STAND_IN_SAW"
echo "my whole environment:"; env
"""


@dataclass(frozen=True, slots=True)
class World:
    """The markers, and everything that was made around them; paths lie below `home`."""

    home: Path
    host: ScriptedServer
    web: str
    mail: MailServer
    traces: Traces
    markers: Mapping[str, Marker]
    extra: dict[str, str] = field(default_factory=dict)

    def __getitem__(self, name: str) -> str:
        """Return the value of a marker."""
        return self.markers[name].value

    @property
    def config(self) -> Path:
        """The configuration."""
        return self.home / "restant" / "config" / "config.yaml"

    @property
    def keyring(self) -> Path:
        """The file that stands for the system's keyring."""
        return self.home / "keyring.json"

    def forget_the_passphrase(self) -> None:
        """From now on it has to be asked for."""
        self.extra.clear()

    @property
    def theirs(self) -> tuple[Path, ...]:
        """Files with secrets that a person made; the program may read them, and writes none."""
        own = [self.home / name for name in ("keyring.json", "answers.yaml", "sent", "loopback.pem", "saw")]
        return (*own, self.config)

    def variables(self) -> dict[str, str]:
        """Return the environment of the program."""
        path = f"{self.home}/bin:{os.environ['PATH']}"
        return {
            **filekeyring.variables(self.keyring), "PATH": path, "ENV_TOKEN": self["env"], "PAGE": self["page"],
            "SSL_CERT_FILE": str(self.home / "loopback.pem"), "STAND_IN_SAW": str(self.home / "saw"),
            **self.extra,
        }  # fmt: skip

    def keep(self, **entries: str) -> None:
        """Put values into the keyring, as `secret set` would."""
        kept = json.loads(self.keyring.read_text()) if self.keyring.exists() else {}
        self.keyring.write_text(json.dumps({**kept, **{f"{SERVICE}/{name}": one for name, one in entries.items()}}))

    def gather(self) -> Traces:
        """Return everything that was seen so far."""
        self.traces.add_files(self.home / "restant", but=self.theirs)
        self.traces.add("ssh commands", "\n".join(self.host.commands))
        self.traces.add("mail", b"\n".join(self.mail.raw))
        if self.mail.raw and "AUTH" in self.mail.commands:
            self.traces.add("mail login", self["mailed"])  # the server takes no other
        if (saw := self.home / "saw").exists():
            self.traces.add("child", saw.read_bytes())
        return self.traces


def made_up() -> dict[str, Marker]:
    """Return a marker for each place."""
    return {
        marker.name: marker
        for marker in (
            Marker.new("forge", "http /forge"),
            Marker.new("env", "http /forge", "child"),
            Marker.new("typed", "http /forge"),
            Marker.new("answered", "http /forge"),
            Marker.new("captured", "http /forge"),
            Marker.new("hook", "http /hook"),
            Marker.new("page", "http /page"),
            Marker.new("mailed", "mail login"),
            Marker.new("address", "http /health"),
            Marker.new("stdin", "ssh input"),
            Marker.new("dsn"),
            Marker.new("database"),
            Marker.new("piped"),
            Marker.new("typed-in"),
            Marker.new("passphrase"),
            Marker.new("mistyped"),
        )
    }


@asynccontextmanager
async def world(home: Path) -> AsyncIterator[World]:
    """Make one, and serve it until the end of the block."""
    traces, markers = Traces(), made_up()
    own, _ = tls_pair(home)
    mail = MailServer(tls=own, password=markers["mailed"].value)

    async def receive(head: bytes, body: bytes) -> bytes:
        place = head.split(b" ")[1].decode()
        traces.add(f"http {place}", head + body)
        # What is on the other side says back what it was told, as many do.
        known = next((one.value for one in markers.values() if one.value.encode() in head), "")
        return response(403 if place.startswith("/page") else 200, f"seen {known}".encode())

    async def script(process: asyncssh.SSHServerProcess[bytes]) -> None:
        await _answer(process, markers, traces)

    host = ScriptedServer(home, script)
    await host.start()
    try:
        async with web_server(receive) as web, serving(mail):
            made = World(home, host, web, mail, traces, markers)
            _furnish(made)
            yield made
    finally:
        await host.stop()


def _furnish(made: World) -> None:
    home, host = made.home, made.host.host()
    assert host.admin is not None
    key = Path(host.admin.key or "")
    key.chmod(0o600)
    keygen("-p", "-P", "", "-N", made["passphrase"], "-f", key)
    login: dict[str, Any] = {"user": "somebody", "key": str(key)}
    port = made.web.rpartition(":")[2]
    made.config.parent.mkdir(parents=True)
    made.config.write_text(
        yaml.safe_dump(
            {
                "hosts": {
                    "box": {
                        "address": "127.0.0.1", "port": host.port, "known_hosts": host.known_hosts,
                        "dokku": dict(login), "admin": login,
                    },
                },
                "apps": {
                    "shop": {
                        "host": "box", "environment": "staging",
                        "url": f"http://ops:{made['address']}@127.0.0.1:{port}/health",
                    },
                },
                "channels": {
                    "hook": {"kind": "slack-webhook", "secret": "hook"},
                    "page": {"kind": "statuspage", "page": "p1", "secret": "env:PAGE", "api": f"{made.web}/page"},
                    "mail": {
                        "kind": "email", "to": ["a@example.org"], "from": "b@example.org", "host": "127.0.0.1",
                        "port": made.mail.port, "user": "ops", "secret": "mailed",
                    },
                },
            }
        )
    )  # fmt: skip
    books = made.config.parent / "runbooks"
    books.mkdir()
    (books / "planted.yaml").write_text(RUNBOOK.read_text().replace("@web@", made.web).replace("@home@", str(home)))
    (home / "bin").mkdir()
    (home / "bin" / "stand-in").write_text(STAND_IN)
    (home / "bin" / "stand-in").chmod(0o755)
    (home / "sent").write_text(made["stdin"])
    answers = {"asked": {"move": "proceed", "values": {"typed_token": made["answered"]}}, "tell": {"move": "proceed"}}
    (home / "answers.yaml").write_text(yaml.safe_dump(answers))
    made.keep(forge=made["forge"], hook=f"{made.web}/hook/{made['hook']}", mailed=made["mailed"])
    made.extra[variable_of(key)] = made["passphrase"]


async def _answer(process: asyncssh.SSHServerProcess[bytes], markers: Mapping[str, Marker], traces: Traces) -> None:
    words = shlex.split(process.command or "")
    while words[:2] == ["sh", "-c"]:
        words = words[5:]  # a read as admin comes on a lifeline: script, name and grace stand before it
    dsn, database = markers["dsn"].value, markers["database"].value
    out, err, status = "", "", 0
    match words[0]:
        case "version":
            out = "dokku version 0.38.27\n"
        case "mysql:info":
            out = f"=====> db mysql service information\n       Dsn:   mysql://mysql:{dsn}@dokku-mysql-db:3306/db\n"
        case "config:show":
            out = f"DATABASE_URL:   mysql://shop:{database}@db:3306/shop\n"
            out += f"MAIL_PASSWORD:  {database}\nDB_PASSWORD='{dsn}'\n"
        case "print-token":
            out = f"{markers['captured'].value}\n"
        case "swallow":
            traces.add("ssh input", await process.stdin.read())
        case "explode":
            err = f"login with {markers['forge'].value} failed at redis://:{database}@cache:6379\n"
            err += f"DSN mysql://u:{dsn}@db\n"
            status = 1
    process.stdout.write(out.encode())
    process.stderr.write(err.encode())
    process.exit(status)


class Onlooker:
    """Looks at the command lines of every process meanwhile, as others on the machine can."""

    def __init__(self, traces: Traces) -> None:
        self._traces = traces
        self._over = threading.Event()
        self._seen: set[bytes] = set()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Onlooker:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        self._traces.add("command lines", b"\n".join(sorted(self._seen)))

    def _look(self) -> None:
        while not self._over.wait(0.05):
            for entry in os.scandir("/proc"):
                if entry.name.isdigit():
                    try:
                        self._seen.add(Path(entry.path, "cmdline").read_bytes())
                    except OSError:
                        continue
