"""Commands that end with us: the far side is told to end them when we let go, or when the link is lost.

Over a channel without a terminal a host lets a command run on, whoever stops watching. Tied to a lifeline, it runs in a
process group of its own beside a watcher that holds our end of its input: when that closes, the group is asked to end
(TERM), and made to (KILL) if it does not. So nothing can be sent to its standard input. The script is a constant;
the command goes along as arguments.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from restant_tui.transport.call import Call

STAYS = 78
"""Exit status of a command we let go of: something in its group still ran after KILL."""
ALONE = 79
"""Exit status of a command we let go of: the host could give it no group, so what it had started may run on."""

_GRACE = "10"
"""Tenths of a second between TERM and KILL."""

# A group that was started through sudo takes signals only from there. `kill -0` also finds the dead that nobody has
# collected yet, and takes those we may not signal for gone: where there is a `ps`, it decides.
SCRIPT = f"""
first=$2 grace=$1; shift
exec 3<&0 </dev/null
if command -v setsid >/dev/null 2>&1; then
  setsid sh -c 'exec "$@"' "$0" "$@" 3<&- &
else
  set -m 2>/dev/null
  "$@" 3<&- &
  set +m 2>/dev/null
fi
pid=$! whole=-$!
nap() {{ sleep 0.1 2>/dev/null || sleep 1; }}
signal() {{
  kill -s "$1" -- "$2" 2>/dev/null && return 0
  case $first in sudo | */sudo) sudo -n kill -s "$1" -- "$2" ;; *) return 1 ;; esac
}}
left() {{
  if [ "$whole" != "$pid" ] && seen=$(ps -A -o pgid= -o stat= 2>/dev/null); then
    printf '%s\\n' "$seen" | grep -v Z | grep -q "^ *$pid "
  else
    signal 0 "$whole"
  fi
}}
(
  exec >/dev/null 2>&1
  while read -r _ <&3; do :; done
  trap '' TERM
  turn=0
  until signal 0 "$whole"; do
    signal 0 "$pid" || exit 0
    turn=$((turn + 1))
    if [ "$turn" -gt 10 ]; then whole=$pid; break; fi
    nap
  done
  signal TERM "$whole"
  turn=0
  while left && [ "$turn" -lt "$grace" ]; do turn=$((turn + 1)); nap; done
  if left; then signal KILL "$whole"; fi
  turn=0
  while left; do
    turn=$((turn + 1)); [ "$turn" -gt 10 ] && exit {STAYS}
    nap
  done
  [ "$whole" = "$pid" ] && exit {ALONE}
  exit 0
) &
watch=$!
exec 3<&-
wait "$pid" 2>/dev/null; status=$?
kill "$watch" 2>/dev/null
wait "$watch" 2>/dev/null; told=$?
case $told in {STAYS} | {ALONE}) exit "$told" ;; esac
exit "$status"
"""


class Lifeline:
    """Ties a command to us; after we have let go of it, `words` says what is known of its end.

    One that is handed to a verb ties each of its commands in turn, and speaks of the last.
    """

    def __init__(self) -> None:
        self.words = ""
        """Half a sentence about the command; empty while we hold on to it, or if it ended before we let go."""
        self.confirmed = False
        """Whether the host said that nothing of it runs any more."""

    def cut(self, call: Call | None) -> None:
        """Note what is known of a call that was let go of; None if it had not got as far as that."""
        self.confirmed, self.words = parting(call)


def tied(argv: Sequence[str]) -> tuple[str, ...]:
    """Return the argument list that runs this one on a lifeline."""
    return ("sh", "-c", SCRIPT, "restant-tui", _GRACE, *argv)


def parting(call: Call | None) -> tuple[bool, str]:
    """Return whether a command we let go of is known to have ended, and half a sentence that says so."""
    if call is None or not call.sent:
        return True, "it was not sent"
    match call.exit_status, call.exit_signal:
        case None, None:
            return False, "it was told to end; whether it has is not known"
        case int(status), _ if status == STAYS:
            return False, "TERM and KILL were sent to it, but something of it still runs"
        case int(status), _ if status == ALONE:
            return False, "it was ended, but what it had started itself may still run, as that host has no setsid"
        case status, signal:
            how = f"exit {status}" if signal is None else f"signal {signal}"
            return True, f"it was told to end, and the host confirms its end ({how})"
