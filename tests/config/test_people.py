from __future__ import annotations

import pytest

from restant_tui.config.example import EXAMPLE, yaml_text
from restant_tui.config.load import parse
from restant_tui.config.people import Email, Security, SlackWebhook, Statuspage, kind_of
from restant_tui.errors import ConfigProblem

CHANNELS = """\
channels:
  deployments: {kind: slack-webhook, secret: slack-deployments}
  incidents: {kind: slack-bot, secret: "env:SLACK_TOKEN", channel: C0INC}
  oncall:
    kind: email
    to: [oncall@example.org]
    from: restant@example.org
    host: mail.example.org
    user: restant
    secret: mail
  public: {kind: statuspage, page: abc123, secret: page, components: [c1]}
  own-page: {kind: cstate, folder: ~/status, affected: [Shop]}
"""


def problem(text: str) -> str:
    with pytest.raises(ConfigProblem) as raised:
        parse((EXAMPLE + text).encode(), "c.yaml")
    return str(raised.value)


def test_every_kind_of_channel_can_be_written() -> None:
    config = parse((EXAMPLE + CHANNELS).encode(), "c.yaml")
    assert [kind_of(channel) for channel in config.channels.values()] == [
        "slack-webhook", "slack-bot", "email", "statuspage", "cstate",
    ]  # fmt: skip
    mail, page = config.channels["oncall"], config.channels["public"]
    assert isinstance(mail, Email)
    assert (mail.from_, mail.port, mail.security) == ("restant@example.org", 587, Security.STARTTLS)
    assert isinstance(page, Statuspage)
    assert not page.tell_subscribers
    assert config.channels["deployments"] == SlackWebhook(secret="slack-deployments")


def test_channels_written_out_read_back_the_same() -> None:
    config = parse((EXAMPLE + CHANNELS).encode(), "c.yaml")
    assert parse(yaml_text(config).encode(), "again.yaml") == config


def test_no_channels_at_all_is_fine() -> None:
    assert parse(EXAMPLE.encode(), "c.yaml").channels == {}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("kind: slack-webhook, ", "", "28:16: the channel `deployments` needs a `kind`, one of: slack-webhook, slack"),
        ("kind: slack-webhook", "kind: telegram", "28:23: the channel `deployments` needs a `kind`"),
        ("channel: C0INC", "chanel: C0INC", "there is no key `chanel` here; did you mean `channel`?"),
        (", channel: C0INC", "", "29:14: `channel` is missing here"),
        ("[oncall@example.org]", "[oncall]", "32:10: write one mail address"),
        ("[oncall@example.org]", "[]", "32:9:"),
        ("host: mail.example.org", "host: mail server", "34:11: write the name or address of a mail server"),
        ("    user: restant\n", "", "the channel `oncall` needs both `user` and `secret` to log in"),
        ("user: restant", "user: restant\n    security: none", "36:15: the channel `oncall` would send its password"),
        ("page: abc123", "page: a/b", "write the id as the status page shows it"),
        ("components: [c1]", "api: http://page.example.org", "write a whole address that begins with https://"),
        ("own-page:", "Own Page:", "`Own Page` cannot be a name"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_place(old: str, new: str, said: str) -> None:
    assert CHANNELS.count(old) == 1
    assert said in problem(CHANNELS.replace(old, new))


@pytest.mark.parametrize(
    "secret",
    [
        "xoxb-1234567890-abcdefabcdef", "https://hooks.slack.com/services/T0/B0/xyz", "glsa_abcdef", "Hunter2Hunter2",
        "deadbeefdeadbeefdeadbeefdeadbeef", "a3f09c1e-1b2c-4d5e-8f90-a1b2c3d4e5f6", "env:", "env:A B", "",
    ],
)  # fmt: skip
def test_a_secret_itself_is_turned_down_and_not_repeated(secret: str) -> None:
    said = problem(CHANNELS.replace("secret: slack-deployments", f'secret: "{secret}"'))
    assert "write the name of a secret in the keyring or env:NAME" in said
    assert not secret or secret not in said.replace("env:NAME", "")


def test_tokens_in_the_address_are_turned_down() -> None:
    said = problem(CHANNELS.replace("channel: C0INC", 'channel: C0INC, api: "https://user:hunter2@slack.example.org"'))
    assert "write a whole address" in said
    assert "hunter2" not in said
