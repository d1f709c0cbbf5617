"""A host that can do everything, less what a test takes away."""

from __future__ import annotations

from restant_tui.config.model import Identity
from restant_tui.dokku.capabilities import ADMIN_TOOLS, LOCAL_TOOLS, SUDO, Capabilities
from restant_tui.dokku.version import Version
from tests.support.clock import START


def known(
    *,
    identities: tuple[Identity, ...] = (Identity.DOKKU, Identity.ADMIN),
    version: Version | None = (0, 38, 27),
    plugins: dict[str, str] | None = None,
    no_plugins: bool = False,
    admin_tools: tuple[str, ...] | None = (*ADMIN_TOOLS, *SUDO),
    local_tools: tuple[str, ...] = LOCAL_TOOLS,
) -> Capabilities:
    """The host `box`; its plugins are mysql, redis and letsencrypt with those given, or not known at all."""
    usual = {"apps": "0.38.27", "mysql": "1.44.3", "redis": "1.43.0", "letsencrypt": "0.25.1"}
    return Capabilities(
        host="box",
        observed_at=START,
        identities=identities,
        version=version,
        plugins=None if no_plugins else {**usual, **(plugins or {})},
        admin_tools=admin_tools,
        local_tools=local_tools,
        local_looked_for=LOCAL_TOOLS,
    )
