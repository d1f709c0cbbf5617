#!/bin/sh
# What the forced command of a Dokku host does: sh forced.sh FOLDER. It notes what it was sent, and answers from FOLDER:
# answers/NAME.out, .err and .status, where NAME is the command with _ for blanks and % for slashes; the logs of an app
# come from logs/APP/PROCESS, whose lines are as Dokku prints them.
folder=$1
# As Dokku does over SSH: split with xargs, whose echo eats -n, -e and -E. No shell sees it.
words=$(printf '%s\n' "$SSH_ORIGINAL_COMMAND" | xargs -n 1 2>/dev/null)
IFS='
'
set -f
set -- $words
line=$(printf '%s' "$words" | tr '\n' ' ')
printf '%s\n' "$line" >>"$folder/asked"
if [ "$1" = logs ] && [ -d "$folder/logs/$2" ]; then
  set +f
  case $3 in
    --num)
      for log in "$folder/logs/$2"/*; do tail -n "$4" "$log"; done
      exit 0
      ;;
    -t) exec tail -q -n 100 -f "$folder/logs/$2"/* ;;
  esac
fi
name=$folder/answers/$(printf '%s' "$line" | tr ' /' '_%')
if [ ! -e "$name.status" ]; then
  # shellcheck disable=SC2016 # the backticks are Dokku's
  printf ' !     `%s` is not a dokku command.\n !     See `dokku help` for a list of available commands.\n' "$line" >&2
  exit 1
fi
cat "$name.out"
cat "$name.err" >&2
read -r status <"$name.status"
exit "$status"
