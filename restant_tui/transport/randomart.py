"""A host key's fingerprint as the little picture that `ssh-keygen -lv` draws: people notice when it looks different.

Source: `fingerprint_randomart` in OpenSSH's sshkey.c, and "The drunken bishop", Loss, Limmer, von Gernler, 2009.
"""

from __future__ import annotations

_WIDTH, _HEIGHT = 17, 9
_MARKS = " .o+=*BOX@%&#/^"
_START, _END = "S", "E"


def randomart(digest: bytes, title: str, hash_name: str = "SHA256") -> str:
    """Return the eleven lines of the picture.

    Args:
        digest: the raw fingerprint.
        title: kind and size of the key, such as `ED25519 256`; it stands in the upper edge.
        hash_name: stands in the lower edge.
    """
    visits = [[0] * _HEIGHT for _ in range(_WIDTH)]
    x, y = _WIDTH // 2, _HEIGHT // 2
    for byte in digest:
        for shift in (0, 2, 4, 6):
            pair = byte >> shift
            x = min(max(x + (1 if pair & 1 else -1), 0), _WIDTH - 1)
            y = min(max(y + (1 if pair & 2 else -1), 0), _HEIGHT - 1)
            # The two marks behind the last are those of start and end, so a square stops counting before them.
            visits[x][y] = min(visits[x][y] + 1, len(_MARKS) - 1)
    marks = [[_MARKS[visits[column][row]] for column in range(_WIDTH)] for row in range(_HEIGHT)]
    marks[_HEIGHT // 2][_WIDTH // 2] = _START
    marks[y][x] = _END
    return "\n".join([_edge(f"[{title}]"), *(f"|{''.join(row)}|" for row in marks), _edge(f"[{hash_name}]")])


def _edge(label: str) -> str:
    label = label if len(label) <= _WIDTH else ""
    left = (_WIDTH - len(label)) // 2
    return f"+{'-' * left}{label}{'-' * (_WIDTH - left - len(label))}+"
