"""The settings of the nginx plugin; the order of the keys is that of its refusal."""

from __future__ import annotations

from restant_tui.practice.plugin_settings import Settings

_KEYS = (
    *("access-log-format", "access-log-path", "bind-address-ipv4", "bind-address-ipv6", "client-body-timeout"),
    *("client-header-timeout", "client-max-body-size", "disable-custom-config", "error-log-path", "hsts"),
    *("hsts-include-subdomains", "hsts-preload", "hsts-max-age", "keepalive-timeout", "lingering-timeout"),
    *("nginx-conf-sigil-path", "nginx-service-command", "proxy-buffer-size", "proxy-buffering", "proxy-buffers"),
    *("proxy-busy-buffers-size", "proxy-connect-timeout", "proxy-read-timeout", "proxy-send-timeout"),
    *("proxy-keepalive", "send-timeout", "underscore-in-headers", "x-forwarded-for-value", "x-forwarded-port-value"),
    *("x-forwarded-proto-value", "x-forwarded-ssl"),
)
_DEFAULTS = {
    "access-log-path": "/var/log/nginx/{app}-access.log",
    "bind-address-ipv6": "::",
    "client-body-timeout": "60s",
    "client-header-timeout": "60s",
    "client-max-body-size": "1m",
    "disable-custom-config": "false",
    "error-log-path": "/var/log/nginx/{app}-error.log",
    "hsts": "true",
    "hsts-include-subdomains": "true",
    "hsts-max-age": "15724800",
    "hsts-preload": "false",
    "keepalive-timeout": "75s",
    "lingering-timeout": "5s",
    "nginx-conf-sigil-path": "nginx.conf.sigil",
    "proxy-buffer-size": "4k",
    "proxy-buffering": "on",
    "proxy-buffers": "8 4k",
    "proxy-busy-buffers-size": "8k",
    "proxy-connect-timeout": "60s",
    "proxy-read-timeout": "60s",
    "proxy-send-timeout": "60s",
    "send-timeout": "60s",
    "underscore-in-headers": "off",
    "x-forwarded-for-value": "$remote_addr",
    "x-forwarded-port-value": "$server_port",
    "x-forwarded-proto-value": "$scheme",
}

NGINX = Settings(
    "nginx",
    _KEYS,
    tuple((key, _DEFAULTS.get(key, "")) for key in _KEYS),
    _KEYS,
    lambda world, app: {"last-visited-at": ""},
    legacy=False,
    refusal="Invalid key specified, valid keys include: ",
)
"""`gzip` and `http2` are no keys: both are in the template already."""
