"""What a Dokku 0.38 answers, in neutral values."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

GOOD = "1f0c3e9a5b7d2468ace013579bdf02468ace1357"
BAD = "2e1d4f8b6a9c3579bdf02468ace1357924680bdf"
OLD = "3d2c5a7e9f8b1468ace02579bdf13468ace02579"
STARTED = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)

PS_TEXT = """\
=====> shop ps information
       Deployed:                         true
       Processes:                        2
       Ps can scale:                     true
       Ps computed start cmd:            
       Restore:                          true
       Running:                          mixed
       Status web 1:                     running (CID: ab12cd34ef5)
       Status queue worker 1:            exited (CID: bc23de45fa6)
"""

APPS_TEXT = f"""\
=====> shop app information
       App created at:                  1772400000
       App deploy source:               git-sync
       App deploy source metadata:      /home/dokku/shop#{GOOD}
       App dir:                         /home/dokku/shop
       App global disable autocreation: 
       App locked:                      false
"""

GIT_TEXT = f"""\
=====> shop git information
       Git computed deploy branch:     main
       Git deploy branch:              
       Git last updated at:            1772400027
       Git rev env var:                GIT_REV
       Git sha:                        {GOOD}
       Git source image:               
"""

CERTS_TEXT = """\
=====> shop ssl information
       Ssl dir:                       /home/dokku/shop/tls
       Ssl enabled:                   true
       Ssl expires at:                Jan  5 08:12:44 2027 GMT
       Ssl hostnames:                 shop.example
       Ssl issuer:                    CN = Example
"""

BUILDS_TEXT = """\
Build ID        Kind    Status     PID    Source      Started               Duration
mws03aaaaaaaaa  deploy  abandoned  12500  ps:restart  2026-03-01T10:00:00Z  44h11m19s
mws02bbbbbbbbb  build   failed     12400  git-hook    2026-03-01T09:00:00Z  2m0s
mws01ccccccccc  build   succeeded  12345  git:sync    2026-02-28T13:50:00Z  1m14s
"""

LETSENCRYPT_TEXT = """\
-----> App name           Certificate Expiry        Time before expiry        Time before renewal      
shop                      2027-01-15 08:12:44       53d, 4h, 10m, 2s          23d, 4h, 10m, 2s         
till                      2026-03-20 08:12:44       18d, 4h, 10m, 2s          -12d, 4h, 10m, 2s ago    
"""


def ps_json(*, running: str = "true", deployed: str = "true", **states: str) -> str:
    """`ps:report --format json`; states by process with an underscore for the dot: `web_1="running"`."""
    states = states or {"web_1": "running", "worker_1": "running"}
    pairs = {
        "can-scale": "true",
        "deployed": deployed,
        "processes": str(len(states)),
        "ps-can-scale": "true",
        "restore": "true",
        "running": running,
    }
    pairs |= {f"status-{name.replace('_', '.')}": f"{state} (CID: ab12cd34ef5)" for name, state in states.items()}
    return json.dumps(pairs) + "\n"


def apps_json(sha: str = GOOD, *, source: str = "git-sync", metadata: str | None = None) -> str:
    """`apps:report --format json` of an app on which that commit is live."""
    pairs = {
        "created-at": "1772400000",
        "deploy-source": source,
        "deploy-source-metadata": f"/home/dokku/shop#{sha}" if metadata is None else metadata,
        "dir": "/home/dokku/shop",
        "locked": "false",
    }
    return json.dumps({**{f"app-{key}": value for key, value in pairs.items()}, **pairs}) + "\n"


def git_json(sha: str = GOOD) -> str:
    """`git:report --format json`."""
    pairs = {"computed-deploy-branch": "main", "deploy-branch": "", "last-updated-at": "1772400027", "sha": sha}
    return json.dumps(pairs) + "\n"


def build(
    ident: str,
    *,
    after: float = 0,
    status: str = "succeeded",
    source: str = "git:sync",
    seconds: float = 30,
    kind: str = "build",
) -> dict[str, object]:
    """One record of `builds:list --format json`, begun `after` seconds after STARTED."""
    started = STARTED + timedelta(seconds=after)
    record: dict[str, object] = {
        "id": ident,
        "app": "shop",
        "kind": kind,
        "pid": 4711,
        "started_at": f"{started:%Y-%m-%dT%H:%M:%S}.368087655Z",
        "status": "running" if status == "abandoned" else status,
        "source": source,
        "display_status": status,
        "duration": f"{seconds:.0f}s",
        "log_path": f"/var/lib/dokku/data/builds/shop/{ident}.log",
    }
    if status not in ("running", "abandoned"):
        record["finished_at"] = f"{started + timedelta(seconds=seconds):%Y-%m-%dT%H:%M:%S}.368087655Z"
        record["exit_code"] = 0 if status == "succeeded" else 1
    return record


def builds_json(*records: dict[str, object]) -> str:
    """`builds:list --format json`."""
    return json.dumps(list(records)) + "\n"


def move(sha: str, after: float, subject: str = "Change", author: str = "Asha") -> str:
    """One line of a reflog: the branch moved to that commit `after` seconds after STARTED."""
    return f"{sha}\x1fmain@{{{int((STARTED + timedelta(seconds=after)).timestamp())}}}\x1f{author}\x1f{subject}\n"


def certificate_json(expiration: str = "1799999999", *, active: str = "true") -> str:
    """`letsencrypt:report --format json`."""
    return json.dumps({"active": active, "autorenew": "true", "email": "", "expiration": expiration}) + "\n"
