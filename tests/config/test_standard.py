from __future__ import annotations

from datetime import UTC, datetime

import pytest

from restant_tui.config.load import parse
from restant_tui.config.model import Acknowledge, Config, Environment, Levels, ServiceKind
from restant_tui.config.people import Email, SlackBot, Statuspage
from restant_tui.config.standard import STANDARD
from restant_tui.runbook.cadence import problem_of
from restant_tui.runbook.catalogue import Catalogue, shipped
from restant_tui.runbook.danger import every_step
from restant_tui.runbook.dueboard import strangers
from restant_tui.runbook.model import NotifyStep


@pytest.fixture
def config() -> Config:
    return parse(STANDARD.encode(), "c.yaml")


def test_it_knows_the_apps_and_where_they_run(config: Config) -> None:
    assert config.hosts["main"].address == "209.50.227.94"
    assert config.main_app() == "restant-main"
    staging = config.apps["restant-staging"]
    assert staging.environment is Environment.STAGING
    assert config.apps["restant-main"].url == "https://restant.main.susankshakya.com.np/health"
    assert staging.url == "https://restant.staging.susankshakya.com.np/health"
    assert {name: one.kind for name, one in config.services.items()} == {
        "restant-db": ServiceKind.MYSQL,
        "restant-cache": ServiceKind.REDIS,
    }
    assert not config.practice


def test_its_limits_are_those_of_the_document_as_two_levels(config: Config) -> None:
    limits = config.thresholds
    assert limits.disk_percent == Levels(warning=85, critical=90)
    assert limits.response_ms == Levels(warning=2000, critical=3000)
    assert limits.error_percent == Levels(warning=1, critical=5)
    assert limits.certificate_days.critical == 7
    assert limits.memory_percent.warning == 85
    assert limits.cpu_percent.warning == 80
    assert config.acknowledge == Acknowledge(critical="5m", warning="1h", info="24h")
    assert config.update_interval == "20m"


def test_its_people_answer_as_fast_as_the_document_says(config: Config) -> None:
    answers = {
        level.name: (level.answer_within(working=True), level.answer_within(working=False))
        for level in config.escalation
    }
    assert answers == {"Development": (900, None), "DevOps": (1800, 3600), "Management": (3600, 3600)}


def test_its_channels_are_the_three_rooms_the_three_lists_and_the_page(config: Config) -> None:
    rooms = {name: one.channel for name, one in config.channels.items() if isinstance(one, SlackBot)}
    assert rooms == {"deployments": "#deployments", "alerts": "#alerts", "incidents": "#incidents"}
    lists = {name: one.to for name, one in config.channels.items() if isinstance(one, Email)}
    assert lists == {
        "mail-deployments": ("deployments@company.com",),
        "mail-alerts": ("alerts@company.com",),
        "mail-oncall": ("oncall@company.com",),
        "escalation": ("oncall@company.com",),
    }
    assert isinstance(config.channels["status-page"], Statuspage)


def test_every_channel_the_shipped_runbooks_name_is_there_but_the_one_without_an_address(config: Config) -> None:
    books = Catalogue([shipped()])
    steps = (step for name in books.ids() for step in every_step(books.get(name).runbook.steps))
    named = {one.removeprefix("#") for step in steps if isinstance(step, NotifyStep) for one in step.channels}
    assert named - set(config.channels) == {"mail-management"}
    assert "# mail-management:" in STANDARD


def test_its_schedules_are_the_documents_and_can_be_read(config: Config) -> None:
    rules = {name: one.rrule for name, one in config.schedules.items()}
    assert rules["maint-weekly"] == "FREQ=WEEKLY;BYDAY=MO;BYHOUR=9"
    assert rules["maint-monthly"] == "FREQ=MONTHLY;BYDAY=1SA;BYHOUR=8"
    assert "backup-db" not in rules
    assert "0 2 * * *" in STANDARD
    assert [problem_of("rrule", rule or "") for rule in rules.values()] == [""] * len(rules)
    assert strangers(config.schedules, Catalogue([shipped()]).ids()) == ()


def test_working_hours_are_read_in_its_time_zone(config: Config) -> None:
    def at_work(*moment: int) -> bool:
        return config.working_hours.hold(datetime(*moment, tzinfo=UTC), config.time_zone)  # type: ignore[arg-type,misc]  # year to minute, by position

    assert config.time_zone == "Asia/Kathmandu"
    assert at_work(2026, 3, 2, 3, 15)  # Monday 09:00 there
    assert not at_work(2026, 3, 2, 3, 14)
    assert not at_work(2026, 3, 2, 11, 15)
    assert not at_work(2026, 3, 1, 5, 0)  # a Sunday


def test_what_is_a_guess_is_marked_and_no_secret_stands_in_it() -> None:
    assert STANDARD.count("CHECK") >= 6
    assert "restant-tui secret set" in STANDARD
    assert "xoxb" not in STANDARD
