"""What the data services hold when the practice host opens."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from restant_tui.practice.stores import MIGRATIONS, Service, Stored, Table

_NUMBER = "`id` bigint unsigned NOT NULL AUTO_INCREMENT"
_KEY = "PRIMARY KEY (`id`)"
_DISHES = ("Dal bhat", "Momo", "Thukpa", "Sel roti", "Chatamari", "Yomari", "Bara", "Aloo tama", "Kwati", "Gundruk")
_STATES = ("open", "served", "paid", "cancelled")


_SCHEMA: dict[str, tuple[str, ...]] = {
    "dishes": (_NUMBER, "`name` varchar(80) NOT NULL", "`price_cents` int NOT NULL", "`allergens` text", _KEY),
    "orders": (
        _NUMBER,
        "`table_id` bigint unsigned NOT NULL",
        "`total_cents` int NOT NULL",
        "`state` varchar(20) NOT NULL",
        "`created_at` timestamp NULL DEFAULT NULL",
        _KEY,
        "KEY `orders_by_table_and_day` (`table_id`,`created_at`)",
    ),
    "tables": (_NUMBER, "`name` varchar(40) NOT NULL", "`seats` int NOT NULL", _KEY),
    "users": (_NUMBER, "`name` varchar(80) NOT NULL", "`email` varchar(120) NOT NULL", _KEY),
}


def create_tables(service: Service) -> None:
    """Create the tables of the restaurant that a mysql service lacks, without rows, as its migrations do."""
    for name, columns in _SCHEMA.items():
        service.tables.setdefault(name, Table(name, columns))


def fill_database(service: Service, dice: Random, now: datetime) -> None:
    """Give a mysql service the tables of the restaurant, with a few hundred rows."""
    create_tables(service)
    tables = service.tables
    tables["tables"].rows = [f"{n},'Table {n}',{dice.choice((2, 4, 6))}" for n in range(1, 25)]
    tables["dishes"].rows = [f"{n},'{name}',{dice.randrange(350, 2400, 50)},NULL" for n, name in enumerate(_DISHES, 1)]
    at = now - timedelta(days=30)
    for number in range(1, dice.randrange(420, 480)):
        at += timedelta(minutes=dice.randrange(20, 150))
        total = dice.randrange(500, 12000, 50)
        state = dice.choice(_STATES)
        tables["orders"].rows.append(f"{number},{dice.randrange(1, 25)},{total},'{state}','{at:%Y-%m-%d %H:%M:%S}'")
    tables["users"].rows = [*_USERS]
    for migration in MIGRATIONS:
        service.note_migration(migration)
    service.tables = dict(sorted(service.tables.items()))


_USERS = (
    "1,'Marta Duarte','marta@restant.example.com'",
    "2,'Tom Akerman','tom@restant.example.com'",
    "3,'Priya Nair','priya@restant.example.com'",
    "4,'Front desk','desk@restant.example.com'",
)


def fill_cache(service: Service, dice: Random) -> None:
    """Give a redis service sessions, a menu and a queue."""
    service.keys = {f"laravel_cache:session:{dice.getrandbits(64):016x}": "s" for _ in range(180)}
    service.keys |= {"laravel_cache:menu:lunch": "m", "queues:default": "q", "queues:receipts": "q"}


def past_backups(service: Service, dice: Random, now: datetime, nights: int) -> list[Stored]:
    """Return what the scheduled backups of the past nights have put into the bucket."""
    first = now.replace(hour=2, minute=0, second=3, microsecond=0)
    moments = [at for back in range(nights, -1, -1) if (at := first - timedelta(days=back)) < now]
    return [
        Stored(
            f"{service.kind}-{service.name}-{at:%Y-%m-%d-%H-%M-%S}.tgz",
            int(service.packed_size * dice.uniform(0.94, 0.99)),
            at,
        )
        for at in moments
    ]
