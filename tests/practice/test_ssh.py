from __future__ import annotations

import asyncio
from pathlib import Path

import asyncssh
import pytest

from restant_tui.practice.host import PracticeHost
from tests.support.practicehost import Login, connect


async def test_only_the_generated_keys_log_in(host: PracticeHost, tmp_path: Path) -> None:
    stranger = tmp_path / "stranger"
    stranger.write_bytes(asyncssh.generate_private_key("ssh-ed25519").export_private_key())
    for user, key in (("dokku", stranger), ("admin", stranger), ("dokku", host.folder / "id_admin")):
        with pytest.raises(asyncssh.PermissionDenied):
            await connect(host, user, key=str(key))


async def test_the_eleventh_session_of_a_connection_does_not_open(dokku: Login) -> None:
    followers = [await dokku.open("logs restant-staging -t", pty=True) for _ in range(10)]
    with pytest.raises(asyncssh.ChannelOpenError) as refused:
        await dokku.open("version")
    assert refused.value.code == asyncssh.OPEN_CONNECT_FAILED
    followers[0].close()
    async with asyncio.timeout(5):
        while True:
            try:
                assert (await dokku.run("version")).status == 0
                break
            except asyncssh.ChannelOpenError:
                await asyncio.sleep(0)


async def test_the_dokku_user_gets_no_files_and_no_forwarding(dokku: Login) -> None:
    with pytest.raises(asyncssh.ChannelOpenError):
        await dokku.connection.start_sftp_client()
    with pytest.raises(asyncssh.ChannelOpenError):
        await dokku.connection.open_connection("127.0.0.1", 1)


async def test_a_terminal_gets_carriage_returns_and_errors_on_standard_output(dokku: Login) -> None:
    process = await dokku.connection.create_process("apps:exists nope-app", encoding=None, term_type="xterm")
    assert await process.stdout.read() == b" !     App nope-app does not exist\r\n"
    assert process.exit_status == 20


async def test_the_end_of_the_output_is_told_before_the_exit_status(dokku: Login) -> None:
    class Client(asyncssh.SSHClientSession[bytes]):
        def __init__(self) -> None:
            self.told: list[str] = []
            self.size = 0

        def data_received(self, data: bytes, datatype: asyncssh.DataType) -> None:
            self.size += len(data)

        def eof_received(self) -> bool:
            self.told.append("end of output")
            return True

        def exit_status_received(self, status: int) -> None:
            self.told.append(f"exit {status}")

    client = Client()
    channel, _ = await dokku.connection.create_session(
        lambda: client, "logs restant-staging --num 5000", encoding=None, window=1024
    )
    await channel.wait_closed()
    assert client.told == ["end of output", "exit 0"]
    assert client.size > 20_000


async def test_it_tells_the_same_key_after_it_comes_back_on_the_same_port(host: PracticeHost) -> None:
    before = host.config()
    known = (await connect(host)).get_server_host_key()
    await host.stop()
    with pytest.raises(OSError):
        await connect(host)
    await host.start()
    assert host.config() == before
    async with await connect(host) as connection:
        assert connection.get_server_host_key() == known
        assert (await Login(connection).run("version")).status == 0
