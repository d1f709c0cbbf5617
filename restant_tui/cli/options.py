"""What was asked for on the command line, apart from the verb's own arguments."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The options every verb understands."""

    config: Path | None = None
    """The configuration file; the one under the XDG configuration folder if not given."""
    practice: bool = False
    """Use the embedded practice host instead of a configuration."""
    speed: float = 1.0
    seed: int = 0
    calm: bool = False
    plain: bool = False
    color: bool = True
    ascii: bool = False

    @classmethod
    def of(cls, parsed: argparse.Namespace) -> Options:
        """Return the global options among the parsed arguments."""
        return cls(
            config=parsed.config,
            practice=parsed.practice,
            speed=parsed.practice_speed,
            seed=parsed.practice_seed,
            calm=parsed.practice_calm,
            plain=parsed.plain,
            color=not parsed.no_color,
            ascii=parsed.ascii,
        )


def add_global(parser: argparse.ArgumentParser, *, defaults: bool) -> None:
    """Give a parser the options that may stand before or after the verb.

    Args:
        parser: the parser of the program or of one verb.
        defaults: whether this parser sets what was not given; only the program's does, so that an option before the
            verb is not undone behind it.
    """
    group = parser.add_argument_group("everywhere")

    def option(*names: str, default: object, **kwargs: object) -> None:
        group.add_argument(*names, default=default if defaults else argparse.SUPPRESS, **kwargs)  # type: ignore[arg-type]  # argparse is typed argument by argument

    option("--config", type=Path, metavar="FILE", default=None, help="the configuration to use")
    option("--practice", action="store_true", default=False, help="use the embedded practice host instead")
    option("--practice-speed", type=_speed, metavar="N", default=1.0, help="practice seconds for each real second")
    option(
        "--practice-seed", type=int, metavar="N", default=0, help="another practice world; the same number, the same"
    )
    option("--practice-calm", action="store_true", default=False, help="a practice world in which nothing is wrong")
    option("--plain", action="store_true", default=False, help="plain lines instead of the full-screen console")
    option("--no-color", action="store_true", default=False, help="no colours; every state has its word anyway")
    option("--ascii", action="store_true", default=False, help="only ASCII marks and borders")


def _speed(text: str) -> float:
    speed = float(text)
    if not 0 < speed <= 10_000:
        raise argparse.ArgumentTypeError("a speed lies between 0 and 10000")
    return speed
