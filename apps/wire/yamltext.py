"""YAML as we write it, and which of its words are no texts."""

import re
from typing import Any

import orjson
import yaml

# Without quotes, only what JSON has is no text, as JSON writes it. By YAML 1.1 replies would become others:
# 12:30 is 750, 010 is 8 and no is false.
_WHOLE = r"-?(?:0|[1-9][0-9]*)"
_UNQUOTED = (
    ("null", "~|null|Null|NULL|", ("~", "n", "N", "")),  # with what each can begin
    ("bool", "true|True|TRUE|false|False|FALSE", "tTfF"),
    ("int", _WHOLE, "-0123456789"),
    ("float", rf"{_WHOLE}(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?", "-0123456789"),
)


def know_unquoted(of: Any) -> None:
    """Has a loader read these words so, and a dumper put texts that look like them in quotes."""
    for name, pattern, firsts in _UNQUOTED:
        of.add_implicit_resolver(f"tag:yaml.org,2002:{name}", re.compile(f"^(?:{pattern})$"), [*firsts])


def write_yaml(content: Any) -> str:
    """The same as a JSON text, in YAML; texts that YAML 1.1 takes for something else are in quotes, too."""
    plain = orjson.loads(orjson.dumps(content))
    return yaml.dump(plain, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)


class _Dumper(yaml.SafeDumper):
    """Without aliases, which are not read; texts of several lines as such."""

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """Lists are indented, too."""
        super().increase_indent(flow, False)


know_unquoted(_Dumper)
