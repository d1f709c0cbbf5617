from __future__ import annotations

import hashlib
import shutil
import subprocess
from pathlib import Path

import asyncssh
import pytest

from restant_tui.transport.hostkeys import KnownHosts, judge
from restant_tui.transport.randomart import randomart
from restant_tui.transport.trouble import KeyTrouble

KEYGEN = shutil.which("ssh-keygen")
KINDS = [("ed25519", "256"), ("rsa", "2048"), ("rsa", "3072"), ("ecdsa", "256"), ("ecdsa", "521")]


@pytest.mark.skipif(KEYGEN is None, reason="ssh-keygen is not installed")
@pytest.mark.parametrize(("kind", "bits"), KINDS)
def test_the_picture_is_the_one_that_ssh_keygen_draws(tmp_path: Path, kind: str, bits: str) -> None:
    for number in range(4):
        file = tmp_path / f"key{number}"
        subprocess.run(["ssh-keygen", "-q", "-t", kind, "-b", bits, "-N", "", "-f", file], check=True)
        shown = subprocess.run(["ssh-keygen", "-lv", "-f", file], check=True, capture_output=True, text=True).stdout
        offered = judge(KnownHosts("file", (), "box"), "box", 22, asyncssh.read_public_key(f"{file}.pub"))
        assert offered.art.splitlines() == shown.splitlines()[1:]
        assert offered.fingerprint in shown
        assert offered.kind == file.with_suffix(".pub").read_text().split()[0]
        assert offered.trouble is KeyTrouble.UNKNOWN


def test_a_square_walked_over_very_often_keeps_its_last_mark() -> None:
    picture = randomart(b"\x00" * 32, "X 1")
    assert picture.splitlines()[1].startswith("|E"), "all steps go up and to the left, into the corner"
    assert len({len(line) for line in picture.splitlines()}) == 1


def test_a_title_too_long_for_the_edge_is_left_out() -> None:
    assert randomart(hashlib.sha256(b"").digest(), "A VERY LONG KIND 16384").splitlines()[0] == "+" + "-" * 17 + "+"
