"""A host that was lost, and the empty one in its place."""

from __future__ import annotations

from restant_tui.practice.host import SECOND, PracticeHost
from restant_tui.practice.world import App
from tests.runbooks.claims import after, before
from tests.runbooks.claims.recovery import keep_dump
from tests.runbooks.copying import put_rsync_on_the_path
from tests.runbooks.forging import in_forge, let_git_in, open_clone
from tests.runbooks.stage import Stage, Walked

DOMAIN = "restant.example.com"


class _Names(dict[str, str]):
    """A name system that gives the old address when it is first asked for the domain, and the new one afterwards."""

    def __init__(self, names: dict[str, str], new: str) -> None:
        super().__init__(names)
        self._old = names[DOMAIN]
        self._new = new
        self._asked = 0

    def __getitem__(self, name: str) -> str:
        if name != DOMAIN and not name.endswith(f"*.{DOMAIN}"):
            return super().__getitem__(name)
        self._asked += name == DOMAIN
        return self._old if self._asked == 1 else self._new


@before("recover-system", "ok", "the settings were forgotten", "the dump is cut off")
async def an_empty_host_takes_the_place(stage: Stage) -> None:
    other = await stage.host.start_second()
    keep_dump(stage)
    await open_clone(stage)
    let_git_in(stage, stage.host.config().hosts[SECOND])
    put_rsync_on_the_path(stage, other)
    uploads = stage.folder / "uploads" / "receipts"
    uploads.mkdir(parents=True)
    (uploads / "receipt-0001.txt").write_text("Receipt 1\n")
    other.world.dns = _Names(other.world.dns, other.world.machine.address)


@before("recover-system", "ok")
def the_person_puts_the_settings_back(stage: Stage) -> None:
    other = second(stage)
    pages = other.world.on_app

    async def put_back(app: App) -> None:
        assert pages is not None
        await pages(app)
        app.config["APP_KEY"] = "base64:cHJhY3RpY2U="

    other.world.on_app = put_back


@before("recover-system", "the host is not empty")
async def it_is_the_wrong_host(stage: Stage) -> None:
    await stage.host.start_second()
    put_rsync_on_the_path(stage)
    keep_dump(stage)


@before("recover-system", "the dump is cut off")
def the_disk_was_full_when_it_was_dumped(stage: Stage) -> None:
    keep_dump(stage, cut=True)


def second(stage: Stage) -> PracticeHost:
    """Return the host that takes the place of the lost one."""
    assert stage.host.second is not None
    return stage.host.second


@after("recover-system", "ok")
def everything_is_on_the_new_host(walked: Walked) -> None:
    other = second(walked.stage)
    world = other.world
    app = world.apps["restant-main"]
    assert app.serving is not None
    assert app.serving.sha == in_forge(walked.stage, "rev-parse", "main")
    assert app.certificate_until is not None
    assert len(world.services["restant-db"].tables["orders"].rows) > 400
    assert world.services["restant-db"].links == world.services["restant-cache"].links == ["restant-main"]
    uploads = other.folder / "disk/var/lib/dokku/data/storage/restant-main/receipts"
    assert (uploads / "receipt-0001.txt").read_text() == "Receipt 1\n"
    assert world.settings["letsencrypt.cron"] == "true"


@after("recover-system", "ok", "the settings were forgotten")
def the_old_host_is_as_it_was(walked: Walked) -> None:
    assert walked.unchanged


@after("recover-system", "the dump is cut off", "the host is not empty")
def nothing_was_made(walked: Walked) -> None:
    assert second(walked.stage).world.apps == {}
