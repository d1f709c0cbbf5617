"""The shell scripts we send to the admin identity: fixed texts, with every value handed over as an argument.

They are POSIX `sh`, and go as `sh -c SCRIPT _ ARGUMENT…`. What they print is one line of fields parted by tabs, or
(`FIGURES`) records that each begin with 0x1e and a name. Everything else they say goes to standard error.

A freeze holds a real `flock`, as a deploy does. Dokku keeps the lock in `/var/lib/dokku/data/apps/APP/.deploy.lock`
since 0.34 and in `/home/dokku/APP/.deploy.lock` before; both are held where their folder exists, so that no version
is misread. Everything on those files is done as the user `dokku`: a lock file owned by another would break deploys.
The holder has the locks open as 8 and 9, which tells it from any other process of that user.
"""

from __future__ import annotations

BUSY = 75
"""Exit status of FREEZE and THAW: somebody else holds the lock."""
UNPROVEN = 70
"""Exit status of FREEZE: the lock was taken, but a try to take it again did not fail."""
NO_SUCH_APP = 66
"""Exit status of FREEZE and THAW: there is no folder of that app."""
CANNOT_END = 71
"""Exit status of THAW: the process that holds the lock could not be ended."""
CANNOT_START = 69
"""Exit status of FREEZE: the process that was to hold the lock said something else; it is on standard error."""

_COMMON = r"""umask 077
app=$1 one=$2 two=$3
as() { sudo -n -u dokku "$@"; }
folder=${XDG_STATE_HOME:-$HOME/.local/state}/restant-tui/freezes
kept=$folder/$app
held='for f in 8 9; do case $(readlink "/proc/$1/fd/$f") in */"$2"/.deploy.lock*) exit 0 ;; esac; done; exit 1'
ours() { as sh -c "$held" _ "$1" "$app" 2>/dev/null; }
say() { printf '%s\t%s\t%s\t%s\n' "$1" "$by" "$since" "$pid"; }
pid= since= by=
if [ -r "$kept" ]; then { read -r pid; read -r since; read -r by; } <"$kept"; fi
case $pid in *[!0-9]*) pid= ;; esac
"""

FREEZE = (
    _COMMON
    + r"""who=$4
hold='n=0
for d in "$@"; do
  [ -d "$d" ] || continue
  n=$((n + 1))
  if [ "$n" = 1 ]; then exec 8>>"$d/.deploy.lock"; flock -n -E 75 8 || { echo "!$?"; exit 1; }
  else exec 9>>"$d/.deploy.lock"; flock -n -E 75 9 || { echo "!$?"; exit 1; }; fi
done
[ "$n" -gt 0 ] || { echo "!66"; exit 1; }
echo "$$"
exec sleep infinity >/dev/null 2>&1'
prove='for d in "$@"; do
  [ -d "$d" ] || continue
  flock -n -E 75 "$d/.deploy.lock" true
  [ "$?" = 75 ] || exit 70
done'
mkdir -p "$folder" || exit 73
if [ -n "$pid" ] && ours "$pid"; then
  if as sh -c "$prove" _ "$one" "$two"; then say already; exit 0; fi
  as kill "$pid"
fi
since=$(date -u +%Y-%m-%dT%H:%M:%SZ)
by=${who:-$(id -un)${SSH_CLIENT:+ from ${SSH_CLIENT%% *}}}
new=$folder/$app.$$
pid=
: >"$new"
setsid sudo -n -u dokku sh -c "$hold" _ "$one" "$two" </dev/null >"$new" 2>&1 &
n=0
while [ "$n" -lt 100 ]; do
  if read -r pid <"$new"; then break; fi
  n=$((n + 1))
  sleep 0.1
done
case $pid in
  '!'*) rm -f "$new"; exit "${pid#!}" ;;
  '' | *[!0-9]*) cat "$new" >&2; rm -f "$new"; exit 69 ;;
esac
rm -f "$new"
if printf '%s\n' "$pid" "$since" "$by" >"$new" && mv -f "$new" "$kept" &&
  ours "$pid" && as sh -c "$prove" _ "$one" "$two"; then
  say frozen
  exit 0
fi
as kill "$pid"
rm -f "$kept" "$new"
exit 70
"""
)
"""Arguments: app, its two folders, who. Prints `frozen` or `already`, who, since when (UTC), process id."""

THAW = (
    _COMMON
    + r"""free='how=$1; shift; n=0
for d in "$@"; do
  [ -d "$d" ] || continue
  n=$((n + 1))
  [ -e "$d/.deploy.lock" ] || continue
  if [ "$how" = none ]; then flock -n -E 75 "$d/.deploy.lock" true || exit "$?"
  else flock -n -E 75 "$d/.deploy.lock" rm -f "$d/.deploy.lock" || exit "$?"; fi
done
[ "$n" -gt 0 ] || exit 66'
state=none
if [ -n "$pid" ]; then
  state=ended
  if ours "$pid"; then
    as kill "$pid" || exit 71
    n=0
    while ours "$pid" && [ "$n" -lt 50 ]; do n=$((n + 1)); sleep 0.1; done
    if ours "$pid"; then exit 71; fi
    state=thawed
  fi
fi
rm -f "$kept"
as sh -c "$free" _ "$state" "$one" "$two"
code=$?
if [ "$code" = 75 ] && [ "$state" != none ]; then state=taken code=0; fi
[ "$code" = 0 ] || exit "$code"
say "$state"
"""
)
"""Arguments: app, its two folders. Prints what it was, who froze, since when, process id.

`thawed`: the freeze was ended and the lock is free; `taken`: it was ended and something took the lock at once;
`ended`: it had ended by itself (a restart of the host); `none`: nothing was frozen.
"""

FIGURES = r"""LC_ALL=C
export LC_ALL
part() { printf '\036%s\n' "$1"; }
part df; df -P /
part free; free -m
part loadavg; cat /proc/loadavg
part nproc; nproc
part uptime; cat /proc/uptime
part stat; head -n 1 /proc/stat
sleep 1
part stat; head -n 1 /proc/stat
part end
"""
"""No arguments. Prints each figure in a record of its own, the last one empty (see `figures.parse_figures`).

Takes one second, between two looks at the processors.
"""

TOOLS = r"""for tool in "$@"; do
  if command -v "$tool" >/dev/null 2>&1; then printf '%s\n' "$tool"; fi
done
if sudo -n -u dokku true >/dev/null 2>&1; then printf '%s\n' sudo-dokku; fi
if sudo -n true >/dev/null 2>&1; then printf '%s\n' sudo-root; fi
"""
"""Arguments: names of programs. Prints those there are, `sudo-dokku` if the admin may act as that user, and `sudo-root`
if as root, each without being asked for a password."""
