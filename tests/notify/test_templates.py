from __future__ import annotations

from datetime import UTC, datetime

import pytest

from restant_tui.errors import UsageProblem
from restant_tui.notify.message import Severity, Stage
from restant_tui.notify.templates import TEMPLATES, render
from tests.support.postoffice import DEPLOYED, EMERGENCY

FAILED: dict[str, object] = {
    "environment": "Production", "version": "v1.2.3", "error": "build broke", "action": "roll back",
    "rollback": "pending",
}  # fmt: skip


def test_a_successful_deployment_reads_as_in_the_document() -> None:
    message = render("deployment-ok", {**DEPLOYED, "time": datetime(2026, 3, 2, 3, 4, tzinfo=UTC)})
    assert message.text.splitlines() == [
        "✅ Deployment Successful", "Environment: production", "Version: v1.2.3", "Deployed by: Mira",
        "Time: 2026-03-02 03:04 UTC", "Changes: fix checkout", "Health Check: ✅ Passed",
    ]  # fmt: skip
    assert message.severity is Severity.INFO
    assert message.public is None


def test_a_failed_deployment_reads_as_in_the_document() -> None:
    assert render("deployment-failed", FAILED).text.splitlines() == [
        "❌ Deployment Failed", "Environment: Production", "Version: v1.2.3", "Error: build broke",
        "Action Required: roll back", "Rollback Status: Pending",
    ]  # fmt: skip


def test_an_emergency_reads_as_in_the_document() -> None:
    message = render("emergency", EMERGENCY)
    assert message.text.splitlines() == [
        "🚨 EMERGENCY: Production Issue", "Issue: Checkout fails", "Impact: Nobody can pay", "Status: Investigating",
        "ETA: 30 min", "Updates: https://status.example.org", "Incident: i-7",
    ]  # fmt: skip
    assert message.severity is Severity.CRITICAL
    assert message.thread == "i-7"


def test_a_health_check_that_failed_is_never_called_passed() -> None:
    assert "Health Check: ❌ Failed" in render("deployment-ok", {**DEPLOYED, "time": "now", "health": False}).body


def test_lines_stay_lines_below_their_label() -> None:
    assert "Error:\n  one\n  two" in render("deployment-failed", {**FAILED, "error": ["one", "two"]}).body


@pytest.mark.parametrize(
    ("status", "stage"),
    [("investigating", Stage.INVESTIGATING), ("FIXING", Stage.IDENTIFIED), ("Resolved", Stage.RESOLVED)],
)
def test_the_documents_status_becomes_the_pages(status: str, stage: Stage) -> None:
    public = render("emergency", {**EMERGENCY, "status": status}).public
    assert public is not None
    assert public.stage is stage


def test_an_alert_has_the_severity_it_is_given() -> None:
    values = {
        "alert": "shop is down",
        "severity": "Critical",
        "environment": "production",
        "since": "03:00",
        "key": "a",
    }
    message = render("alert-raised", values)
    assert (message.severity, message.thread, message.title) == (Severity.CRITICAL, "a", "🔔 Alert: shop is down")


@pytest.mark.parametrize(
    ("name", "values", "said"),
    [
        ("emergency", {"issue": "x"}, "`emergency` needs `impact`, `status`, `eta`, `updates`: give a value"),
        ("emergency", {**EMERGENCY, "eta": " \x1b[0m "}, "`emergency` needs `eta`: give"),
        ("emergency", {**EMERGENCY, "etta": "x"}, "has no field `etta`; did you mean `eta`?"),
        ("emergency", {**EMERGENCY, "status": "done"}, "is one of: Investigating, Fixing, Resolved"),
        ("emergency", {**EMERGENCY, "eta": {}}, "`eta` of the message template `emergency` is text, not a dict"),
        ("emergancy", EMERGENCY, "no message template `emergancy`; did you mean `emergency`?"),
        ("xyz", {}, "no message template `xyz`; there are: deployment-ok, "),
    ],
)
def test_what_does_not_fit_is_named(name: str, values: dict[str, object], said: str) -> None:
    with pytest.raises(UsageProblem) as raised:
        render(name, values)
    assert said in str(raised.value)


def test_a_value_cannot_fake_another_line_or_drive_the_terminal() -> None:
    message = render("emergency", {**EMERGENCY, "eta": "soon\nStatus: Resolved\x1b[2J", "issue": "{impact}{0}"})
    assert "ETA: soon Status: Resolved" in message.body
    assert "\x1b" not in message.text
    assert message.summary == "🚨 EMERGENCY: Production Issue — {impact}{0} (Investigating)"


def test_a_flood_of_text_is_cut_and_says_so() -> None:
    message = render("deployment-failed", {**FAILED, "error": "x" * 100_000})
    assert "… (94000 more characters)" in message.body


def test_every_template_can_be_filled_in_and_is_sendable_as_utf8() -> None:
    for template in TEMPLATES.values():
        values = {field.name: field.choices[0] if field.choices else "a\udcff" for field in template.fields}
        message = render(template.name, values)
        assert (message.text + message.summary).encode("utf-8")
        assert all(label in message.text for label in (field.label for field in template.fields if not field.hidden))
