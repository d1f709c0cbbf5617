"""How Dokku cuts the command of an SSH session into words: no shell, but `xargs -n 1` with its implied `echo`."""

from __future__ import annotations

import re
from dataclasses import dataclass

_LEADING = " \t\n\v\f\r"
_EATEN = re.compile(r"-[neE]+")


@dataclass(frozen=True, slots=True)
class Words:
    """The words that arrive, and what xargs complained about on standard error (empty if it did not)."""

    words: tuple[str, ...]
    complaint: str = ""


def split(line: str) -> Words:
    """Cut the original command of an SSH session as Dokku does; `git:…` is cut at blanks and knows no quotes."""
    if re.match(r"\s*git[-:]", line):
        return Words(tuple(line.split()))
    return split_like_xargs(line)


def split_like_xargs(line: str) -> Words:
    r"""Cut a line into words like `xargs -n 1 <<< "$line"` does.

    Quotes and backslashes are understood. A quote that is still open at the end of a line ends everything there:
    the words before it have already gone out. Each word passes through `echo`, so `-n` vanishes and `-e` and `-E`
    become empty words.
    """
    words: list[str] = []
    word, started, escaped, quote = "", False, False, ""
    for character in line + "\n":
        if escaped:
            word, started, escaped = word + character, True, False
        elif quote:
            if character == "\n":
                return Words(_echoed(words), _unmatched(quote))
            if character == quote:
                quote = ""
            else:
                word += character
        elif character in " \t\n" or (not started and character in _LEADING):
            if started:
                words.append(word)
            word, started = "", False
        elif character == "\\":
            escaped, started = True, True
        elif character in "'\"":
            quote, started = character, True
        else:
            word, started = word + character, True
    if started:
        words.append(word)
    return Words(_echoed(words or [""]))


def _unmatched(quote: str) -> str:
    kind = "single" if quote == "'" else "double"
    return f"xargs: unmatched {kind} quote; by default quotes are special to xargs unless you use the -0 option"


def _echoed(words: list[str]) -> tuple[str, ...]:
    """Send each word through `echo` and read the lines back."""
    lines: list[str] = []
    for word in words:
        if not _EATEN.fullmatch(word):
            lines.extend(word.split("\n"))
        elif "n" not in word:
            lines.append("")
    return tuple(lines)
