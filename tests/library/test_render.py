"""Texts over a call: what they become, what they may cost, what they never reach."""

import tracemalloc
from time import perf_counter, thread_time
from typing import Any

import pytest

from apps.library.over_call import Occasion
from apps.library.render import RenderError, problems, rendered
from apps.library.sequence import spelled, step_of
from apps.wire.call import Call

CALL = Call(
    id="x",
    caller="ci",
    method="POST",
    path="/v1/chat/completions",
    endpoint="chat.completions",
    received_at=1_700_000_000,
    headers=(("authorization", "Bearer sk-abcdefghijkl"), ("x-tag", "blue")),
    data={
        "model": "gpt-4o",
        "metadata": {"user": "u1", "items": "own"},
        "messages": [
            {"role": "user", "content": [{"type": "text", "text": "Hi"}, {"type": "text", "text": "there"}]},
            {"role": "tool", "tool_call_id": "c", "content": '{"degrees": 21}'},
        ],
    },
)


def made(source: Any, *, count: int = 3, seed: str = "s", **variables: Any) -> Any:
    return rendered(source, Occasion(CALL, count, seed), variables)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{{ last_message }}", "Hi\nthere"),
        ("{{ tool_result }}", {"degrees": 21}),
        ("{{ tool_result.degrees + 1 }}", 22),
        ("it is {{ tool_result }}", 'it is {"degrees":21}'),
        ("{{ headers.authorization }} {{ headers['x-tag'] }}", "Bearer …ijkl blue"),
        ("{{ metadata.items }}", "own"),  # a member before a method
        ("{{ metadata.nobody|default('you') }}", "you"),
        ("{% if metadata.nobody %}a{% else %}b{% endif %}", "b"),
        ("{% for one in messages %}{{ loop.index }}{{ one.role }} {% endfor %}", "1user 2tool "),
        ("{{ now|date('%Y-%m-%d') }}", "2023-11-14"),
        ("{{ count }}", 3),
        ("{{ model ~ '-' ~ count }}", "gpt-4o-3"),
        ("{{ messages|selectattr('role', 'tool')|length }}", 1),
        ("{{ city|upper }}\n", "OSLO\n"),
        ("x {{ 2**70 }}", "x 1180591620717411303424"),
        ("{{ 2**70 }}", "1180591620717411303424"),
        ("{{ 2**64 - 1 }} {{ [-(2**70), 1] }}", "18446744073709551615 [-1180591620717411303424,1]"),
        ({"a": ["{{ 2**64 - 1 }}", "{{ {'n': 2**64} }}"]}, {"a": [2**64 - 1, {"n": "18446744073709551616"}]}),
        ("{{ (2**2000)|string|length }}", 603),
        ("{{ {1: 'one', 3: 'three'}[count] }}", "three"),
        ({"{{ model }}": ["{{ count }}", "plain", 1]}, {"{{ model }}": [3, "plain", 1]}),
    ],
)
def test_what_a_text_becomes(source: Any, expected: Any) -> None:
    assert made(source, city="Oslo") == expected


def test_chance_repeats_itself_by_seed_and_count() -> None:
    source = ["{{ random.int(1, 1000000) }}", "{{ random.uuid() }}", "{{ random.choice([1, 2, 3]) }}"]
    assert made(source) == made(source)
    assert made(source) != made(source, seed="t")
    assert made(source) != made(source, count=4)


GROWING = "{% set a = 'aaaaaaaaaaaaaaaa' %}" + "{% set a = a ~ a %}" * 40 + "{{ a }}"
NESTED = "{% set a = [1] %}{% set b = [1] %}" + "{% set a = [a, a] %}{% set b = [b, b] %}" * 60
GREEDY = [
    "{{ 'a' * 10**9 }}",
    "{{ [0] * 10**8 }}",
    "{{ 10**(10**10) }}",
    "{{ 2**100000 }}",
    "{{ range(10**9) }}",
    "{{ 'a'|center(10**9) }}",
    "{{ 'a'.ljust(10**9) }}",
    "{{ '%1000000000d' % 1 }}",
    "{{ '{:1000000000}'.format(1) }}",
    "{{ 1.5|round(-10**9) ~ random.hex(10**9) }}",
    "{{ now|date('%1000000000d') }}",
    "{{ ['a' * 100000] * 10000 }}",
    "{{ ('a' * 500000).split('a') }}",
    "{% set a = 'a' * 1000 %}{{ a|replace('a', a)|replace('a', a) }}",
    "{% for i in range(9000) %}{{ 'a' * 100000 }}{% endfor %}",
    "{% for a in range(9999) %}{% for b in range(9999) %}{% for c in range(9999) %}{% endfor %}{% endfor %}{% endfor %}",
    "{% for i in range(9999) %}{% if ('a' * 900000).find('aaab') %}{% endif %}{% endfor %}",
    "{{ range(10000)|map('default', 'a' * 1000)|join }}",
    "{% set p = 'a.' * 100000 %}{{ range(2000)|map(attribute=p)|list }}",
    "{{ [1]|join('', 'a.' * 100000) }}",
    "{{ model" + "|upper" * 120 + " }}",  # Python's own reading of what is nested so is no straight line
    GROWING,
    NESTED + "{{ a == b }}",
    "{% macro f() %}{{ f() }}{{ f() }}{% endmacro %}{{ f() }}",
    "{% for a in [1] recursive %}{{ loop([1]) }}{% endfor %}",
    "{% set a %}{% for i in range(9999) %}{{ 'a' * 900000 }}{% endfor %}{% endset %}{{ a }}",
    "{{ " + "(" * 900 + "1" + ")" * 900 + " }}",
]


@pytest.mark.parametrize("source", GREEDY, ids=lambda source: source[:40])
def test_no_text_takes_long_or_makes_much(source: str) -> None:
    began_s, used_s = perf_counter(), thread_time()
    with pytest.raises(RenderError):
        made(source)
    assert thread_time() - used_s < 0.3
    assert perf_counter() - began_s < 30


@pytest.mark.parametrize(
    "source",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ model.__class__ }}",
        "{{ random._random }}",
        "{{ random.choice.__globals__ }}",
        "{{ messages.append(1) }}",
        "{{ body.update({}) }}",
        "{{ self.__init__.__globals__ }}",
        "{{ range.__self__ }}",
        "{{ cycler.__init__ }}",
        "{{ [['a']]|map('map', ['b'], 'upper') }}",  # its first argument would be Jinja2's context
        "{% include 'x' %}",
        "{% import 'os' as os %}{{ os }}",
    ],
)
def test_nothing_reaches_beyond_the_call(source: str) -> None:
    with pytest.raises(RenderError):
        made(source)


@pytest.mark.parametrize("moment", ["1e18", "1e300", "-1e12"])
def test_a_moment_that_no_calendar_has_is_told(moment: str) -> None:
    with pytest.raises(RenderError, match="no moment"):
        made(f"{{{{ ({moment})|date }}}}")


def test_what_can_be_told_before_any_call_is_told() -> None:
    found = dict(
        problems(
            {"a": "{{ last_mesage }}", "b": ["{{ x|uper }}", "{{ city }}"], "c": "{% if %}"},
            place="response",
            known=frozenset({"city"}),
        )
    )
    assert found.keys() == {"response.a", "response.b[0]", "response.c"}
    assert "last_mesage is not known here" in found["response.a"]


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("{{ metadata.a.b }}", "there is no a.b in an object"),
        ("{{ model.nope() }}", "there is no nope that can be called"),
        ("{{ model() }}", "gpt-4o cannot be called"),
        ("{% for a in metadata.zz %}{% endfor %}", "cannot go through zz"),
        ("{{ 'x'|round }}", "|round cannot take a string"),
        ("{{ [1]|min('a') }}", "|min cannot take an array with what stands behind it"),
        ("{{ []|first }}", "|first cannot take an empty list"),
        ("{{ 'a]'|fromjson }}", "|fromjson: unexpected"),
        ("{{ 5|length }}", "|length: 5 is no list"),
        ("{{ metadata.nobody|upper }}", "there is no nobody in an object"),
        ("{{ 'a' + 1 }}", "+ cannot take a string and an integer"),
        ("{{ self }}", "self is not known here"),
        ("{{ random }}", "random alone is no value"),
        ("x {{ random }}", "random alone is no value"),
        ("{% for one in messages %}{{ loop }}{% endfor %}", "loop alone is no value"),
        ("{{ random.int }}", "a function alone is no value: call it"),
        ("{{ random.int(6, 1) }}", "random.int takes two whole numbers, the lower one first"),
        ("{{ random.choice([]) }}", "random.choice takes a list with something in it"),
        ("{{ random.hex('a') }}", "random.hex() cannot take what is in its brackets"),
        ("{{ random.int(1) }}", "random.int() cannot take what is in its brackets"),
        ("{{ range('a') }}", "range() cannot take what is in its brackets"),
        ("{{ model.upper(1) }}", "upper() cannot take what is in its brackets"),
        ("{{ {1: 1} }}", "names in an object are texts: write '1' in quotes"),
        ("{{ 1e308 * 10 }}", "it makes a number that is too large"),
        ("{{ 1e308 ** 2 }}", "it makes a number that is too large"),
        ("{{ 1 / 0 }}", "it divides by zero"),
        ("{{ (-8) ** 0.5 }}", "there is no such root of a number below zero"),
        ("{{ 'a' < 1 }}", "it compares what has no order"),
        ("{{ -model }}", "something here cannot take what it is given"),
        ("{% for a, b in [[1]] %}{% endfor %}", "it names another number of things"),
    ],
)
def test_what_fails_is_told_in_the_words_of_its_author(source: str, words: str) -> None:
    with pytest.raises(RenderError) as failed:
        made(source)
    assert words in str(failed.value)
    assert not any(word in str(failed.value) for word in ("Missing", "Undefined", "__", "lambda"))


@pytest.mark.parametrize("source", ["{{ 1e400 }}", "a {{ [-1e400] }}"])
def test_a_number_that_is_too_large_is_told_before_any_call_and_fails_no_server(source: str) -> None:
    [(_, told)] = problems(source, place="response", known=frozenset())
    assert "too large" in told
    with pytest.raises(RenderError, match="too large"):
        made(source)


@pytest.mark.parametrize(("count", "length"), [(5_000, 1), (100, 900)])
def test_what_has_too_many_texts_is_told_at_once(count: int, length: int) -> None:
    """Each is compiled, which takes a millisecond or more, while other calls wait."""
    texts = {"content": [f"{{{{ model }}}} {'x' * length} {number}" for number in range(count)]}
    began_s = thread_time()
    [(place, told)] = problems(texts, place="response", known=frozenset())
    assert place == "response" and "texts with expressions" in told and thread_time() - began_s < 0.5


def test_reading_large_sequences_keeps_little_of_them() -> None:
    """Two hundred of 300 kB; of small ones the replies are kept."""
    tracemalloc.start()
    try:
        for number in range(200):
            body = spelled({"sequence": [{"content": str(number)}, {"content": "x" * 300_000}]}, None)
            assert step_of(body, 0) == b'{"content":"%d"}' % number
        held_bytes, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert held_bytes < 20_000_000
