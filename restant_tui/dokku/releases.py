"""Builds, the live commit and the moves of the deploy branch, merged into one history of releases.

Dokku keeps no releases: its build records name no commit, and git knows nothing of builds. What ties them is time.
A `git:sync` or `git:from-image` moves the deploy branch at its start, a push moves it at its end and only if the
deploy succeeded, and everything else builds the commit the branch already stood at.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from restant_tui.dokku.builds import Build, BuildStatus
from restant_tui.dokku.git import Commit

_MARGIN = timedelta(seconds=5)
_MOVES_AT_START = frozenset({"git:sync", "git:from-image", "git:from-archive", "git:load-image"})
_MOVES_AT_END = frozenset({"git-hook"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """One attempt to release; `sha` is None where the commit is not known."""

    build: Build
    sha: str | None = None
    subject: str = ""
    author: str = ""
    live: bool = False


def same_commit(one: str | None, other: str | None) -> bool:
    """Whether two names mean the same commit, as far as the shorter one (at least 7 digits) tells."""
    if not one or not other or min(len(one), len(other)) < 7:
        return False
    return one.startswith(other) or other.startswith(one)


def merge(
    builds: Sequence[Build],
    live_sha: str | None,
    *,
    moves: Sequence[Commit] = (),
    commits: Sequence[Commit] = (),
    ledger: Mapping[str, str] | None = None,
) -> tuple[Release, ...]:
    """Return the builds, newest first, with what can be known of each.

    Args:
        builds: the records of one app.
        live_sha: the commit that is live, from the deploy source metadata.
        moves: the reflog of the deploy branch.
        commits: other known commits, for their author and subject.
        ledger: commits noted before, by build; they count more than what can be inferred.
    """
    ordered = sorted(builds, key=lambda build: (build.started_at, build.id))
    shas = {**_by_time(ordered, moves), **(ledger or {})}
    newest_good = next((build for build in reversed(ordered) if build.status is BuildStatus.SUCCEEDED), None)
    if newest_good and newest_good.id not in shas and live_sha and not _under_way(ordered, newest_good):
        # The metadata is written by a success only, so it speaks of the newest one - unless another is just ending.
        shas[newest_good.id] = live_sha
    known = (*moves, *commits)
    releases = [_described(Release(build=build, sha=shas.get(build.id)), known) for build in reversed(ordered)]
    for index, release in enumerate(releases):
        if release.build.status is BuildStatus.SUCCEEDED and same_commit(release.sha, live_sha):
            releases[index] = replace(release, live=True)
            break
    return tuple(releases)


def from_moves(moves: Sequence[Commit], live_sha: str | None) -> tuple[Release, ...]:
    """Return the moves of the deploy branch as releases, newest first, where Dokku keeps no build records.

    Only of the one that is live it is known that it succeeded; a `git:sync` moves the branch even if it then fails.
    """
    releases: list[Release] = []
    found = False
    for move in sorted(moves, key=lambda move: move.at, reverse=True):
        live = not found and same_commit(move.sha, live_sha)
        found = found or live
        build = Build(
            id=f"{move.sha[:7]}-{int(move.at.timestamp())}",
            kind="deploy",
            status=BuildStatus.SUCCEEDED if live else BuildStatus.UNKNOWN,
            source="git",
            started_at=move.at,
            finished_at=move.at,
            seconds=0.0,
        )
        releases.append(Release(build=build, sha=move.sha, subject=move.subject, author=move.author, live=live))
    return tuple(releases)


def rejected(releases: Sequence[Release]) -> Release | None:
    """Return the newest finished release if it failed: a restart would start that rejected image, not the live one.

    Dokku leaves its `latest` image at whatever was built last, good or not.
    """
    for release in releases:
        if release.build.status is BuildStatus.FAILED:
            return release
        if release.build.status is BuildStatus.SUCCEEDED:
            return None
    return None


def commit_named(sha: str | None, commits: Sequence[Commit]) -> Commit | None:
    """Return the first of the commits with that (maybe short) name."""
    return next((commit for commit in commits if same_commit(commit.sha, sha)), None)


def _under_way(ordered: Sequence[Build], good: Build) -> bool:
    return any(b.status is BuildStatus.RUNNING and b.started_at >= good.started_at for b in ordered)


def _described(release: Release, commits: Sequence[Commit]) -> Release:
    commit = commit_named(release.sha, commits)
    if not commit:
        return release
    return replace(release, sha=commit.sha, subject=commit.subject, author=commit.author)


def _by_time(ordered: Sequence[Build], moves: Sequence[Commit]) -> dict[str, str]:
    """Match builds (oldest first) with moves of the branch; each move belongs to one build at most."""
    left = sorted(moves, key=lambda move: move.at)
    shas: dict[str, str] = {}
    for build in ordered:
        if build.source in _MOVES_AT_START or build.source in _MOVES_AT_END:
            move = _own_move(build, left)
            if move:
                left.remove(move)
                shas[build.id] = move.sha
                continue
        # A running sync may not have moved the branch yet; one that ended without moving it built the same commit.
        unmoved = build.source not in _MOVES_AT_START or build.status is not BuildStatus.RUNNING
        if build.source not in _MOVES_AT_END and unmoved and (before := _standing_at(build.started_at, moves)):
            shas[build.id] = before.sha
    return shas


def _own_move(build: Build, moves: Sequence[Commit]) -> Commit | None:
    at_end = build.source in _MOVES_AT_END
    if at_end and build.status is not BuildStatus.SUCCEEDED:
        return None
    end = build.finished_at or build.started_at + timedelta(seconds=build.seconds)
    anchor = end if at_end else build.started_at
    within = [move for move in moves if build.started_at - _MARGIN <= move.at <= end + _MARGIN]
    return min(within, key=lambda move: abs(move.at - anchor), default=None)


def _standing_at(moment: datetime, moves: Sequence[Commit]) -> Commit | None:
    # A reflog counts whole seconds, so a move in the same second came before.
    return max((move for move in moves if move.at <= moment), key=lambda move: move.at, default=None)
