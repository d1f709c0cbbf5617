"""What can be wrong with the practice host on purpose."""

from __future__ import annotations

from enum import StrEnum


class Fault(StrEnum):
    """One thing that is wrong; `drama.strike` switches it on, most of them end when somebody mends their cause."""

    BAD_RELEASE = "bad-release"
    """The release that is live is broken: `/health` answers 500 and the log fills with errors."""
    BAD_MIGRATION = "bad-migration"
    """As above, and it dropped a column that the release before still needs: rolling back alone does not heal."""
    NEXT_DEPLOY_FAILS = "next-deploy-fails"
    """The next deploy does not pass its checks, whatever it deploys; then the fault is used up."""
    DISK_FULL = "disk-full"
    """The disk is at 97 %: builds fail and logs stop until `cleanup` frees space."""
    CERTIFICATE_EXPIRING = "certificate-expiring"
    """The certificate of production lasts three more days, and renewal fails: one of its names does not resolve."""
    MYSQL_STOPPED = "mysql-stopped"
    """The container of the database has exited; what is linked to it answers 500."""
    REDIS_FULL = "redis-full"
    """The cache is at its memory limit; what is linked to it answers after four seconds."""
    DEPLOY_HANGS = "deploy-hangs"
    """A build of production runs for ever and holds the deploy lock until `builds:cancel`."""
    SSH_DROPS = "ssh-drops"
    """The link breaks in the middle of the next import or deploy; then the fault is used up."""
    WRONG_HOST = "wrong-host"
    """Another machine answers at the address: its host key and its name are not those of before."""
    LOGIN_ATTACK = "login-attack"
    """Somebody tries passwords, on the app and on SSH, and one odd login of the admin has worked."""
    BACKUP_FAILS = "backup-fails"
    """The bucket of the scheduled backups is gone."""
