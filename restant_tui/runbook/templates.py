"""Templates and expressions: `{{ name }}` in a text, and conditions in the same language.

The language is Jinja2 in its sandbox, cut down to looking at data (`runbook.sandbox`). A value is inserted as text and
never read again, so one template is one argument whatever the value holds. Jinja2 is imported at the first use.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from functools import lru_cache
from typing import TYPE_CHECKING, Final, cast

from restant_tui.errors import RunbookProblem

if TYPE_CHECKING:
    from collections.abc import Callable

    from jinja2 import Template, nodes

LONGEST: Final = 16 * 1024
"""Most characters a template itself may have."""


class TemplateProblem(RunbookProblem):
    """A template or expression is not well formed, names something that is not there, or cannot be worked out."""


class Templates:
    """Renders texts and evaluates expressions over plain data. Holds no state but compiled templates."""

    def render(self, text: str, names: Mapping[str, object]) -> str:
        """Return the text with every `{{ … }}` replaced by its value, as text.

        Raises:
            TemplateProblem: one sentence: what is wrong, which name is missing, the nearest known one.
        """
        if "{" not in text:
            return text
        template = _template(text)
        pieces: list[str] = []
        size = 0

        def run() -> str:
            nonlocal size
            from jinja2.exceptions import SecurityError

            from restant_tui.runbook.sandbox import LIMIT

            for piece in template.generate(dict(names)):
                pieces.append(piece)
                size += len(piece)
                if size > LIMIT:
                    raise SecurityError(f"the result is longer than {LIMIT} characters")
            return "".join(pieces)

        return cast("str", _guarded(run, text, names))

    def evaluate(self, expression: str, names: Mapping[str, object]) -> object:
        """Return the value of an expression such as `release.sha in stdout`.

        Raises:
            TemplateProblem: one sentence: what is wrong, which name is missing, the nearest known one.
        """
        compiled = _expression(expression)

        def run() -> object:
            from jinja2 import Undefined

            value = compiled(dict(names))
            if isinstance(value, Undefined):
                str(value)
            return value

        return _guarded(run, expression, names)

    def holds(self, expression: str, names: Mapping[str, object]) -> bool:
        """Return whether the expression is true; an empty text, list or record and 0 are not.

        Raises:
            TemplateProblem: as `evaluate`.
        """
        return bool(self.evaluate(expression, names))

    def names_in(self, text: str) -> frozenset[str]:
        """Return the dotted names a text uses: `app`, `release.sha`, `apps[].url` where a part is looked up.

        Raises:
            TemplateProblem: the text is not a well-formed template.
        """
        return frozenset() if "{" not in text else _names_in_text(text)

    def names_in_expression(self, expression: str) -> frozenset[str]:
        """Return the dotted names an expression uses, as `names_in` does.

        Raises:
            TemplateProblem: the expression is not well formed.
        """
        return _names_in_expression(expression)


def nearest(name: str, known: Iterable[str]) -> str:
    """Return `; did you mean …?` with the nearest known name, or an empty text."""
    close = get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f"; did you mean `{close[0]}`?" if close else ""


def _guarded(run: Callable[[], object], source: str, names: Mapping[str, object]) -> object:
    from jinja2 import UndefinedError

    from restant_tui.runbook.sandbox import NAME_MARK

    try:
        return run()
    except TemplateProblem:
        raise
    except UndefinedError as error:
        reason = str(error.message)
        if reason.startswith(NAME_MARK):
            name = reason.removeprefix(NAME_MARK)
            raise TemplateProblem(f"`{name}` is not defined here{nearest(name, names)}") from None
        raise TemplateProblem(f"`{_short(source)}`: {reason}") from None
    except Exception as error:
        # Whatever else a template meets (types that do not go together, division by zero) is its author's to read.
        raise TemplateProblem(f"`{_short(source)}` cannot be worked out: {error}") from None


def _short(source: str) -> str:
    flat = " ".join(source.split())
    return flat if len(flat) <= 60 else flat[:59] + "…"


@lru_cache(maxsize=4096)
def _tree(source: str, is_expression: bool) -> nodes.Node:
    from jinja2 import TemplateSyntaxError
    from jinja2.parser import Parser

    from restant_tui.runbook.sandbox import environment, refuse_more_than_data

    if len(source) > LONGEST:
        raise TemplateProblem(f"a template may have at most {LONGEST} characters")
    if not is_expression and ("{%" in source or "{#" in source):
        raise TemplateProblem("only `{{ … }}` is allowed in a text, not `{% … %}` or `{# … #}`")
    if is_expression and "{{" in source:
        raise TemplateProblem(f"`{_short(source)}` is an expression already; write it without the braces")
    try:
        if is_expression:
            parser = Parser(environment(), source, state="variable")
            tree: nodes.Node = parser.parse_expression()
            if not parser.stream.eos:
                raise TemplateProblem(f"`{_short(source)}` is not one expression; compare with `==`, join with `and`")
        else:
            tree = environment().parse(source)
    except TemplateSyntaxError as error:
        raise TemplateProblem(f"`{_short(source)}` is not well formed: {str(error.message).rstrip('.')}") from None
    except RecursionError:
        raise TemplateProblem(f"`{_short(source)}` is nested too deeply") from None
    if reason := refuse_more_than_data(tree):
        raise TemplateProblem(f"`{_short(source)}`: {reason}")
    return tree


@lru_cache(maxsize=1024)
def _template(text: str) -> Template:
    from restant_tui.runbook.sandbox import environment

    _tree(text, False)
    return cast("Template", _guarded(lambda: environment().from_string(text), text, {}))


@lru_cache(maxsize=1024)
def _expression(expression: str) -> Callable[..., object]:
    from restant_tui.runbook.sandbox import environment

    _tree(expression, True)
    made = _guarded(lambda: environment().compile_expression(expression, undefined_to_none=False), expression, {})
    return cast("Callable[..., object]", made)


@lru_cache(maxsize=4096)
def _names_in_text(text: str) -> frozenset[str]:
    return frozenset(_dotted(_tree(text, False)))


@lru_cache(maxsize=4096)
def _names_in_expression(expression: str) -> frozenset[str]:
    return frozenset(_dotted(_tree(expression, True)))


def _dotted(tree: nodes.Node) -> Iterable[str]:
    """Yield each name with the parts taken from it; a part that is looked up is written `[]`."""
    from jinja2 import nodes

    waiting: list[tuple[nodes.Node, str]] = [(tree, "")]
    while waiting:
        node, tail = waiting.pop()
        match node:
            case nodes.Name(name=name):
                yield name + tail
            case nodes.Getattr(node=inner, attr=attribute):
                waiting.append((inner, f".{attribute}{tail}"))
            case nodes.Getitem(node=inner, arg=argument):
                waiting.append((inner, f"[]{tail}"))
                waiting.append((argument, ""))
            case _:
                waiting.extend((child, "") for child in node.iter_child_nodes())
