"""What is left after the weekly and monthly work, and after a full disk and a certificate that was not renewed."""

from __future__ import annotations

from datetime import timedelta

from tests.runbooks.claims import after, before
from tests.runbooks.claims.backup import dump_of
from tests.runbooks.stage import Stage, Walked


@before("maint-weekly", "nobody had scheduled a backup")
def no_schedule(stage: Stage) -> None:
    stage.database.schedule = None


@after("maint-weekly", "ok", "nobody had scheduled a backup")
def there_is_room_and_a_fresh_backup(walked: Walked) -> None:
    world = walked.stage.world
    assert world.machine.litter_kib == 0
    assert len(world.buckets["restant-backups"]) > 9
    assert walked.stage.database.schedule == ("0 2 * * *", "restant-backups")
    now = world.clock.now()
    assert all(
        app.certificate_until and app.certificate_until - now > timedelta(days=25) for app in world.apps.values()
    )


@after("maint-weekly", "ok")
def the_logs_of_the_week_are_kept(walked: Walked) -> None:
    kept = sorted((walked.stage.folder / "logs").iterdir())
    assert [path.name.rpartition("-20")[0] for path in kept] == ["staging-weekly", "weekly"]
    assert all(path.stat().st_size > 0 and path.stat().st_mode & 0o777 == 0o600 for path in kept)


@after("maint-monthly", "ok")
def dump_and_archive_are_whole(walked: Walked) -> None:
    folder = walked.stage.folder / "backups"
    assert dump_of(folder).stat().st_mode & 0o777 == 0o600
    (archive,) = folder.glob("*.tar.gz")
    assert archive.read_bytes()[:2] == b"\x1f\x8b"
    assert archive.stat().st_mode & 0o777 == 0o600
    assert "home/dokku/restant-main/HEAD" in walked.lines("unpackable")


@before("disk-full", "nothing can be given back")
def everything_is_in_use(stage: Stage) -> None:
    stage.world.machine.litter_kib = 0


@before("disk-full", "something was found by hand")
def a_folder_that_no_list_names(stage: Stage) -> None:
    machine = stage.world.machine
    machine.litter_kib = 0

    def remove_it() -> None:
        machine.disk_kib //= 2
        machine.full_since = None

    stage.seat.works = remove_it


@after("disk-full", "something was found by hand")
def the_record_says_what_was_done_and_not_what_was_typed(walked: Walked) -> None:
    assert walked.stage.seat.read[0] == "PRACTICE PRODUCTION admin@practice login-shell"
    assert walked.step("more/shell").reason == "mira says: removed core dumps in /var/crash"
    assert walked.stage.world.machine.disk_percent < 85


@after("disk-full", "ok")
def there_is_room_again(walked: Walked) -> None:
    assert walked.stage.world.machine.disk_percent < 85
    assert walked.stage.world.machine.full_since is None


@before("cert-renew-failed", "there is no address")
def nobody_gave_an_address(stage: Stage) -> None:
    stage.world.settings.pop("letsencrypt.email")
    stage.main.certificate_until = stage.world.clock.now() + timedelta(days=4)


@after("cert-renew-failed", "ok", "there is no address")
def the_certificate_is_new(walked: Walked) -> None:
    until = walked.stage.main.certificate_until
    assert until is not None
    assert until - walked.stage.world.clock.now() > timedelta(days=80)
    assert "till.restant.example.com" not in walked.stage.main.domains


@after("cert-renew-failed", "the name is still needed")
def it_still_answers_to_it(walked: Walked) -> None:
    assert "till.restant.example.com" in walked.stage.main.domains
