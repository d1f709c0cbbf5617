"""A configuration to begin with: complete, small, and checked by a test against the model."""

from __future__ import annotations

from typing import Final

import msgspec

from restant_tui.config.model import Config

EXAMPLE: Final = """\
# Which hosts, apps and services there are. Keys, tokens and passwords are never written here.
hosts:
  main:
    address: dokku.example.org
    dokku: {user: dokku}                # the account with Dokku's forced command
    admin: {user: ops, key: ~/.ssh/ops} # a shell account; some figures and runbooks need it

apps:
  shop:
    host: main
    environment: production             # production, staging or feature
    url: https://shop.example.org/health
  shop-staging:
    host: main
    environment: staging
    url: https://staging.shop.example.org/health

services:
  shop-db: {host: main, kind: mysql}
  shop-cache: {host: main, kind: redis}

# What may be left out: these are the defaults.
thresholds:
  response_ms: {warning: 2000, critical: 3000}
  certificate_days: {warning: 25, critical: 7}
polling: {health: 5s, processes: 15s, releases: 15s}
"""


def yaml_text(config: Config) -> str:
    """Return a configuration as a file that `config.load` reads back to the same configuration."""
    import yaml

    plain = msgspec.to_builtins(config)
    return yaml.safe_dump(_without_nothing(plain), sort_keys=False, allow_unicode=True)


def _without_nothing(value: object) -> object:
    if isinstance(value, dict):
        return {key: _without_nothing(inner) for key, inner in value.items() if inner is not None}
    return value
