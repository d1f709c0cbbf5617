"""What one host can do, as it was found once: version, plugins, identities, programs there and here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from restant_tui.config.model import Identity
from restant_tui.dokku.version import Feature, Version, speaks

ADMIN_TOOLS = ("git", "flock", "setsid", "docker", "rsync", "tar", "curl", "apt-get")
"""Programs looked for on the host, besides `SUDO`."""
SUDO = ("sudo-dokku", "sudo-root")
"""Whether the admin may act as the user dokku, and as root, without being asked for a password."""
LOCAL_TOOLS = (
    "git", "rsync", "ssh", "php", "npm", "composer", "find", "grep", "mkdir", "printf", "sha256sum", "restant-tui",
)  # fmt: skip
"""Programs looked for on this machine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """One host, seen once. What could not be found out is None, and `troubles` says why: not knowing is not lacking."""

    host: str
    observed_at: datetime
    identities: tuple[Identity, ...] = ()
    """Those that are configured and answered."""
    version: Version | None = None
    plugins: dict[str, str] | None = None
    """Enabled plugins and their versions."""
    admin_tools: tuple[str, ...] | None = None
    local_tools: tuple[str, ...] = ()
    local_looked_for: tuple[str, ...] = ()
    """Which programs were looked for here; of others nothing is known."""
    troubles: tuple[str, ...] = ()

    def speaks(self, feature: Feature) -> bool:
        """Whether to ask this host for a feature; a Dokku of unknown version is taken for a current one."""
        return speaks(self.version, feature)

    def has_plugin(self, names: str) -> bool | None:
        """Whether there is a plugin of that name (`mysql|redis` for either); None where plugins are not known."""
        if self.plugins is None:
            return None
        return any(name in self.plugins for name in names.split("|"))
