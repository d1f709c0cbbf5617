"""The shape of the journal's tables, as numbered steps that only go forward."""

from __future__ import annotations

from restant_tui.errors import ConfigProblem
from restant_tui.journal.database import Database, Session

_MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        """CREATE TABLE runs (
            id TEXT PRIMARY KEY,
            runbook TEXT NOT NULL,
            title TEXT NOT NULL,
            environment TEXT NOT NULL,
            host TEXT NOT NULL,
            actor TEXT NOT NULL,
            started_at TEXT NOT NULL,
            finished_at TEXT,
            status TEXT NOT NULL,
            events INTEGER NOT NULL
        )""",
        "CREATE INDEX runs_by_start ON runs (started_at)",
        "CREATE INDEX runs_by_runbook ON runs (runbook, finished_at)",
        """CREATE TABLE entries (
            position INTEGER PRIMARY KEY,
            run TEXT REFERENCES runs (id),
            seq INTEGER NOT NULL,
            at TEXT NOT NULL,
            kind TEXT NOT NULL,
            step TEXT NOT NULL,
            actor TEXT NOT NULL,
            data TEXT NOT NULL,
            prev TEXT NOT NULL,
            sha256 TEXT NOT NULL,
            UNIQUE (run, seq)
        )""",
        "CREATE INDEX entries_by_kind ON entries (kind, step)",
        # The end of the chain and how many entries stand outside runs: kept apart, so that a cut tail is noticed.
        """CREATE TABLE chain (
            id INTEGER PRIMARY KEY,
            position INTEGER NOT NULL,
            sha256 TEXT NOT NULL,
            notes INTEGER NOT NULL
        )""",
        "INSERT INTO chain (id, position, sha256, notes) "
        "VALUES (1, 0, '0000000000000000000000000000000000000000000000000000000000000000', 0)",
        """CREATE TABLE locks (
            name TEXT PRIMARY KEY,
            run TEXT NOT NULL,
            actor TEXT NOT NULL,
            pid INTEGER NOT NULL,
            host TEXT NOT NULL,
            since TEXT NOT NULL,
            step TEXT NOT NULL
        )""",
        """CREATE TABLE releases (
            app TEXT NOT NULL,
            nr INTEGER NOT NULL,
            sha TEXT NOT NULL,
            source TEXT NOT NULL,
            at TEXT NOT NULL,
            build TEXT NOT NULL,
            PRIMARY KEY (app, nr)
        )""",
    ),
    (
        """CREATE TABLE outbox (
            id INTEGER PRIMARY KEY,
            op TEXT NOT NULL,
            channel TEXT NOT NULL,
            template TEXT NOT NULL,
            thread TEXT NOT NULL,
            title TEXT NOT NULL,
            message TEXT NOT NULL,
            state TEXT NOT NULL,
            attempts INTEGER NOT NULL,
            queued_at TEXT NOT NULL,
            changed_at TEXT NOT NULL,
            due_at TEXT NOT NULL,
            remote TEXT NOT NULL,
            detail TEXT NOT NULL,
            seen_at TEXT,
            seen_by TEXT NOT NULL,
            UNIQUE (op, channel, template)
        )""",
        "CREATE INDEX outbox_by_state ON outbox (state, due_at)",
        "CREATE INDEX outbox_by_thread ON outbox (channel, thread)",
    ),
)

NEWEST = len(_MIGRATIONS)
"""The version this program writes."""


def version_of(session: Session) -> int:
    """Return the version of the tables, 0 where there are none yet."""
    return int(session.rows("SELECT max(version) FROM schema_version")[0][0] or 0)


def migrate(database: Database) -> None:
    """Bring the tables to the newest version, all steps in one transaction.

    Raises:
        ConfigProblem: a newer program wrote them, or they are no journal's; nothing is changed then.
    """
    tables = database.tables()
    if tables and "schema_version" not in tables:
        raise ConfigProblem(f"the journal {database.where} holds something else: move it aside and start again")
    if tables:
        with database.reading() as session:
            version = version_of(session)
        if version > NEWEST:
            raise ConfigProblem(
                f"the journal {database.where} was written by a newer restant-tui ({version}, this one knows "
                f"{NEWEST}): get the newer program, or set RESTANT_TUI_HOME to another folder"
            )
        if version == NEWEST:
            return
    with database.writing() as session:
        session.run("CREATE TABLE IF NOT EXISTS schema_version (version INTEGER PRIMARY KEY)")
        # Read again inside: another process may have done it in the meantime.
        done = version_of(session)
        for number, statements in enumerate(_MIGRATIONS[done:], done + 1):
            for statement in statements:
                session.run(statement)
            session.run("INSERT INTO schema_version (version) VALUES (?)", (number,))
