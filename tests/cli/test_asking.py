from __future__ import annotations

import asyncio

import pytest

from restant_tui.cli.asking import Person
from restant_tui.transport.trouble import KeyTrouble, OfferedKey
from restant_tui.transport.trust import Trust

KEY = OfferedKey(
    trouble=KeyTrouble.UNKNOWN, host="10.0.0.7\x1b[2J", port=2222, fingerprint="SHA256:abc", entry="x",
    file="~/.ssh/known_hosts", kind="ssh-ed25519", art="+--+\n|ab|\n+--+",
)  # fmt: skip


class Typist:
    """Types those lines, one for each question; then the input has ended, or nobody says anything."""

    def __init__(self, *lines: str, silent: bool = False) -> None:
        self.lines = list(lines)
        self.silent = silent
        self.questions: list[str] = []
        self.asked = self.most = 0

    async def ask(self, question: str, *, secret: bool = False) -> str | None:
        self.questions.append(question)
        self.asked += 1
        self.most = max(self.most, self.asked)
        await asyncio.sleep(0)
        if self.silent:
            await asyncio.Event().wait()
        self.asked -= 1
        return self.lines.pop(0) if self.lines else None


@pytest.mark.parametrize(
    ("typed", "how"),
    [
        (("s",), Trust.SESSION), (("R",), Trust.REMEMBER), (("remember",), Trust.REMEMBER), (("",), None),
        (("n",), None), ((), None), (("y", "yes", "S"), Trust.SESSION), (("what",), None),
    ],
)  # fmt: skip
async def test_a_key_is_trusted_only_by_a_clear_word(typed: tuple[str, ...], how: Trust | None) -> None:
    typist = Typist(*typed)
    assert await Person(typist).ask_key(KEY) is how
    for words in ("10.0.0.7, port 2222", "ssh-ed25519", "SHA256:abc", "|ab|", "remember it in ~/.ssh/known_hosts"):
        assert words in typist.questions[0]
    assert "\x1b" not in typist.questions[0]


async def test_a_question_nobody_answers_is_a_no_in_the_end() -> None:
    assert await Person(Typist(silent=True), longest=0.05).ask_key(KEY) is None
    assert await Person(Typist(silent=True), longest=0.05).ask_secret("Passphrase", may_keep=True) is None


async def test_one_thing_is_asked_at_a_time() -> None:
    typist = Typist("s", "secret", "r")
    person = Person(typist)
    await asyncio.gather(person.ask_key(KEY), person.ask_secret("Passphrase", may_keep=False), person.ask_key(KEY))
    assert typist.most == 1


@pytest.mark.parametrize(("said", "keeps"), [("y", True), ("YES", True), ("", False), ("n", False), ("maybe", False)])
async def test_whether_it_may_be_kept_is_asked_only_when_it_is_known_to_be_right(said: str, keeps: bool) -> None:
    typist = Typist("h0rse", said)
    told = await Person(typist).ask_secret("Passphrase for the key ~/.ssh/id", may_keep=True)
    assert told is not None
    assert len(typist.questions) == 1
    assert await told.keep() is keeps
    assert "h0rse" not in repr(told)


async def test_where_no_keyring_can_keep_it_nobody_is_asked() -> None:
    typist = Typist("h0rse", "y")
    told = await Person(typist).ask_secret("Passphrase", may_keep=False)
    assert told is not None
    assert not await told.keep()
    assert len(typist.questions) == 1
