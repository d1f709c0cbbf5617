from __future__ import annotations

import contextlib
import subprocess
import sys
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from restant_tui.runbook.templates import TemplateProblem, Templates

NAMES = {
    "app": "restant-main",
    "release": {"sha": "abcdef1234", "n": 3, "items": "a field of that name"},
    "apps": {"restant-main": {"url": "http://127.0.0.1:9/health"}},
    "stdout": "/home/dokku/restant-main#abcdef1234",
    "rows": [{"id": 1}, {"id": 2}],
    "nothing": None,
    "ready": True,
    "half": 0.5,
}
TEMPLATES = Templates()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain { text }", "plain { text }"),
        ("{{ app }}", "restant-main"),
        ("app:{{ app }}/{{ release.n }}", "app:restant-main/3"),
        ("{{ apps[app].url }}", "http://127.0.0.1:9/health"),
        ("{{ release.sha[:7] }}", "abcdef1"),
        ("{{ release.items }}", "a field of that name"),
        ("{{ rows[1].id }} {{ (rows | last).id }}", "2 2"),
        ("{{ ready }} {{ half }} {{ 2.0 }}", "true 0.5 2"),
        ("{{ missing | default('none') }}", "none"),
        ("{{ nothing | default('none') }}", "none"),
        ("{{ release.missing | default('none') }}", "none"),
        ("{{ stdout | after('#') }}", "abcdef1234"),
        ("{{ 'yes' if ready else 'no' }}", "yes"),
        ("{{ rows | tojson }}", '[{"id": 1}, {"id": 2}]'),
        ("{{ rows | length * 2 }}", "4"),
        ("{{ app | upper | replace('MAIN', 'x') }}", "RESTANT-x"),
        ("two\nlines {{ app }}\n", "two\nlines restant-main\n"),
    ],
)
def test_values_are_put_into_the_text(text: str, expected: str) -> None:
    assert TEMPLATES.render(text, NAMES) == expected


@given(st.text(max_size=40))
def test_a_value_is_never_read_again(value: str) -> None:
    assert TEMPLATES.render("<{{ value }}>", {"value": value}) == f"<{value}>"
    assert TEMPLATES.render("{{ value }}", {"value": "{{ app }}", "app": "x"}) == "{{ app }}"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{{ ap }}", "`ap` is not defined here; did you mean `app`?"),
        ("{{ zzzzzz }}", "`zzzzzz` is not defined here"),
        ("{{ release.shaa }}", "there is no 'shaa' in this record; it has sha, n, items"),
        ("{{ app.sha }}", "'sha' cannot be taken from text; only records and lists have parts"),
        ("{{ rows[7].id }}", "'7' cannot be taken from a list"),
        ("{{ nothing }}", "it has no value; give one with `| default(…)`"),
        ("{{ release }}", "a record cannot stand in a text"),
        ("{{ rows }}", "a list cannot stand in a text"),
        ("{{ app", "is not well formed"),
        ("{% if ready %}x{% endif %}", "only `{{ … }}` is allowed in a text"),
        ("{# note #}", "only `{{ … }}` is allowed in a text"),
        ("{{ 'x' if ready }}", "a choice needs its other side"),
        ("{{ app + 'x' }}", "put texts together with `~`"),
        ("{{ 1 / 0 }}", "division by zero"),
        ("{{ app | int }}", "cannot be worked out"),
        ("{{ app | shout }}", "there is no filter `shout`"),
        ("{{ rows | first | first }}", "a list is needed here, not a record"),
        ("{{ [] | first }}", "there is nothing in it to take"),
    ],
)
def test_what_cannot_be_put_in_is_told_in_one_sentence(text: str, said: str) -> None:
    with pytest.raises(TemplateProblem) as caught:
        TEMPLATES.render(text, NAMES)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "{{ app.__class__ }}",
        "{{ app['__class__'] }}",
        "{{ app['_' ~ '_class__'] }}",
        "{{ _private }}",
        "{{ ''.join(rows) }}",
        "{{ range(10) }}",
        "{{ lipsum() }}",
        "{{ cycler }}",
        "{{ namespace }}",
        "{{ self }}",
        "{{ dict }}",
        "{{ rows.append }}",
        "{{ app | attr('upper') }}",
        "{{ app | format }}",
        "{{ rows | map('upper') }}",
        "{{ release.items() }}",
        "{{ release.keys }}",
        "{{ 10 ** 10 }}",
        "{{ 'a' * 1000000000 }}",
        "{{ rows * 1000000000 }}",
        "{{ '%1000000000d' % 1 }}",
        "{{ app is callable }}",
    ],
)
def test_nothing_but_data_can_be_reached(text: str) -> None:
    with pytest.raises(TemplateProblem):
        TEMPLATES.render(text, NAMES)


@pytest.mark.parametrize(
    "text",
    [
        "{{ 'a'"
        + "".join(f" | replace('{old}', '{new * 100}')" for old, new in zip("abcde", "bcdef", strict=True))
        + " }}",
        "{{ " + " ~ ".join(["big"] * 2000) + " }}",
        "{{ big }}" * 100,
        "{{ " + "(" * 3000 + "1" + ")" * 3000 + " }}",
        "{{ " + "not " * 3000 + "ready }}",
        "{{ " + " * ".join(["999999999"] * 1200) + " }}",
        "{{ [big, big, big] | join(big) }}",
        "x" * 20_000 + "{{ app }}",
    ],
    ids=["replace", "tilde", "many", "parentheses", "not", "product", "join", "long"],
)
def test_large_results_are_refused_soon(text: str) -> None:
    started = time.perf_counter()
    with pytest.raises(TemplateProblem):
        TEMPLATES.render(text, {**NAMES, "big": "x" * 30_000})
    assert time.perf_counter() - started < 3


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="{}[]().|~+-*%'\" abrelsptohdif=<>!_,:#0129\n", max_size=60))
def test_any_text_is_rendered_or_refused(text: str) -> None:
    for attempt in (f"{{{{ {text} }}}}", text):
        with contextlib.suppress(TemplateProblem):
            TEMPLATES.render(attempt, NAMES)
    with contextlib.suppress(TemplateProblem):
        TEMPLATES.evaluate(text, NAMES)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("release.n > 2 and ready", True),
        ("release.sha in stdout", True),
        ('stdout is ending_with("#" ~ release.sha)', True),
        ("app is starting_with('restant')", True),
        ("missing is defined", False),
        ("release.missing is undefined", True),
        ("nothing is none", True),
        ("not ready", False),
        ("rows", [{"id": 1}, {"id": 2}]),
        ("release.n % 2 + 0.5", 1.5),
        ("app == 'restant-main' or missing", True),
    ],
)
def test_expressions_give_plain_values(expression: str, expected: object) -> None:
    assert TEMPLATES.evaluate(expression, NAMES) == expected
    assert TEMPLATES.holds(expression, NAMES) is bool(expected)


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("{{ app }}", "is an expression already; write it without the braces"),
        ("app }} {{ app", "without the braces"),
        ("app app", "is not one expression"),
        ("stat", "`stat` is not defined here; did you mean `stdout`?"),
        ("release.n < app", "cannot be worked out"),
        ("", "is not well formed"),
        ("app ==", "is not well formed"),
    ],
)
def test_bad_expressions_are_told_in_one_sentence(expression: str, said: str) -> None:
    with pytest.raises(TemplateProblem) as caught:
        TEMPLATES.evaluate(expression, NAMES)
    assert said in str(caught.value)


def test_the_names_a_template_uses_are_known_without_running_it() -> None:
    text = "{{ apps[app].url }} {{ release.sha[:7] }} {{ x | default(y.z) }}"

    assert TEMPLATES.names_in(text) == {"apps[].url", "app", "release.sha[]", "x", "y.z"}
    assert TEMPLATES.names_in("none here") == frozenset()
    assert TEMPLATES.names_in_expression("a.b == c or d is defined") == {"a.b", "c", "d"}


def test_a_name_of_python_is_only_a_name() -> None:
    names = {"context": "a", "environment": "b", "loop": "c", "self": "d"}

    assert TEMPLATES.render("{{ context }} {{ environment }} {{ loop }}", names) == "a b c"
    with pytest.raises(TemplateProblem, match="`self` is out of reach"):
        TEMPLATES.render("{{ self }}", names)


def test_jinja_is_imported_only_when_a_template_is_used() -> None:
    script = (
        "import sys; from restant_tui.runbook import catalogue, templates\n"
        "templates.Templates().render('no template', {})\n"
        "[entry.title for entry in catalogue.Catalogue([catalogue.shipped()]).entries()]\n"
        "print(sorted({'jinja2', 'dateutil', 'textual', 'rich', 'asyncssh', 'httpx'} & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=30)

    assert done.stdout.strip() == "[]"
