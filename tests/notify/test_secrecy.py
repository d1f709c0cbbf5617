"""A planted secret is sent where it belongs, and is found nowhere else."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest

from restant_tui.config.people import Channel, Email, SlackBot, SlackWebhook, Statuspage
from restant_tui.notify.delivery import Delivery
from restant_tui.notify.web import Web
from tests.support.certificates import tls_pair
from tests.support.mailserver import MailServer, serving
from tests.support.postoffice import EMERGENCY, MARKER, Inbox, PostOffice, in_json
from tests.support.webserver import response, web_server

ECHOES = [
    response(200, b"ok"),
    response(403, f"bad token {MARKER}".encode()),
    response(500, MARKER.encode()),
    response(302, Location=f"http://127.0.0.1/{MARKER}"),
    in_json(200, {"ok": False, "error": f"invalid {MARKER}"}),
    in_json(401, {"error": [f"no such key {MARKER}"]}),
    in_json(200, {"ok": True, "ts": MARKER, "id": MARKER}),
    b"",
]


def found_in(folder: Path) -> list[str]:
    """The files that hold the marker."""
    return [str(file) for file in folder.rglob("*") if file.is_file() and MARKER.encode() in file.read_bytes()]


@pytest.mark.parametrize("answer", ECHOES, ids=range(len(ECHOES)))
async def test_a_secret_is_seen_nowhere_though_the_other_side_repeats_it(
    tmp_path: Path, answer: bytes, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    inbox = Inbox([answer])
    own, trusted = tls_pair(tmp_path)
    echo = b"535 wrong " + MARKER.encode()
    async with web_server(inbox) as address, serving(MailServer(tls=own, answers={"AUTH": echo})) as mail:
        channels: dict[str, Channel] = {
            "bot": SlackBot(secret="env:TOKEN", channel="C1", api=address),
            "page": Statuspage(page="p1", secret="env:TOKEN", api=address),
            "mail": Email(
                to=("a@example.org",), from_="b@example.org", host="127.0.0.1", port=mail.port, user="ops",
                secret="env:TOKEN",
            ),
        }  # fmt: skip
        office = PostOffice(tmp_path, channels, tls=trusted)
        hook = PostOffice(tmp_path, {"hook": SlackWebhook(secret="env:TOKEN")}, token=f"{address}/{MARKER}/x")
        told = [
            *await office.notifier.send(list(channels), "emergency", EMERGENCY),
            *await hook.notifier.send(["hook"], "emergency", EMERGENCY),
        ]
        leaking = {**EMERGENCY, "updates": f"see {MARKER[:9]}\x1b[0m{MARKER[9:]}"}
        shown = office.notifier.preview(list(channels), "emergency", leaking)
        bodies = len(inbox.bodies)
        told += await office.notifier.send(["bot"], "emergency", leaking)
        left = found_in(tmp_path)
        await office.close()
        await hook.close()
    assert any(MARKER in head for head in inbox.heads), "the secret must have been used"
    assert not any(MARKER in str(body) for body in inbox.bodies[bodies:])
    printed = "".join(capfd.readouterr())
    for text in (repr(told), shown, caplog.text, printed):
        assert MARKER not in text
    assert left == found_in(tmp_path) == []


async def test_the_library_does_not_log_addresses_even_when_asked_to(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with web_server(Inbox([response(200, b"ok")])) as address:
        web = Web()
        await web.call("POST", f"{address}/{MARKER}", body={}, token=MARKER)
        await web.close()
    assert MARKER not in caplog.text


@pytest.mark.parametrize(
    "url", [f"https://{MARKER} /x", f"http://[{MARKER}", f"nothing://{MARKER}", f"http://127.0.0.1:99999/{MARKER}"]
)
async def test_an_address_that_cannot_be_used_is_not_repeated(url: str) -> None:
    web = Web()
    said = await web.call("POST", url, body={})
    await web.close()
    assert isinstance(said, Delivery)
    assert said.detail == "the channel's address, or its secret, cannot be used in a request: check both"


def test_loading_the_notifier_loads_nothing_heavy() -> None:
    code = (
        "import sys, restant_tui.notify.notifier\n"
        "heavy = {'httpx', 'aiosmtplib', 'keyring', 'yaml', 'email', 'cryptography', 'asyncssh', 'jinja2'}\n"
        "print(*sorted(heavy & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60,
        cwd=Path(__file__).parents[2], env={"PATH": os.environ["PATH"]},
    )  # fmt: skip
    assert done.stdout.strip() == ""
