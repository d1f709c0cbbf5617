"""A host nobody has met from here before: a served practice host under a configuration like a person's own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import yaml

from tests.support.headless import Served, served
from tests.support.sshagent import keygen


@dataclass(frozen=True, slots=True)
class Stranger:
    """The host, with the configuration that reaches it and where its key would be remembered."""

    host: Served
    config: Path
    known_hosts: Path

    @property
    def keys(self) -> Path:
        """The folder of its keys, of which `host_key` is its own."""
        return self.host.config.parent

    def key(self, name: str) -> Path:
        """Return the private key of that login; a copy, so that it can be given a passphrase."""
        return self.config.parent / f"id_{name}"

    def lock(self, name: str, passphrase: str) -> None:
        """Give that login's key a passphrase."""
        keygen("-p", "-P", "", "-N", passphrase, "-f", self.key(name))

    def line(self, public: Path | None = None) -> str:
        """Return the line of a known_hosts file for it, with its own key or another."""
        known = (self.keys / "known_hosts").read_text().split()
        return " ".join([known[0], *(public.read_text().split()[:2] if public else known[1:3])]) + "\n"


@contextmanager
def stranger(folder: Path, *arguments: str) -> Iterator[Stranger]:
    """Keep such a host running meanwhile."""
    (folder / "host").mkdir()
    with served(folder / "host", *arguments) as host:
        data = yaml.safe_load(host.config.read_text())
        for name in ("channels", "practice"):
            del data[name]
        made = Stranger(host, folder / "config.yaml", folder / "known_hosts")
        entry = data["hosts"]["practice"]
        entry["known_hosts"] = str(made.known_hosts)
        for login in ("dokku", "admin"):
            shutil.copy(entry[login]["key"], made.key(login))
            entry[login]["key"] = str(made.key(login))
        made.config.write_text(yaml.safe_dump(data))
        yield made
