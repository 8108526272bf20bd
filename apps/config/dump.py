"""Writes a config file of what there is; loaded again, it changes nothing."""

import re
from collections.abc import Collection
from typing import Any

import orjson

from apps.config.kinds import KINDS
from apps.wire.yamltext import write_yaml

FORMATS = {"yaml": "application/yaml", "json": "application/json"}
_QUEUES = "queues"  # they come and go: only for those who ask for them
_BREAK = re.compile(r"^(?=\S)(?!-)", re.M)


def configured(*, only: Collection[str] = (), with_queues: bool = False) -> dict[str, Any]:
    """{KIND: what there is}, as a file has it."""
    return {
        one.name: one.written()
        for one in KINDS
        if (not only or one.name in only) and (one.name != _QUEUES or with_queues or one.name in only)
    }


def dumped(content: dict[str, Any], form: str) -> bytes:
    """As text. In JSON bodies are spelled as their authors did; YAML says the same in its own way."""
    if form == "json":
        return orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    return _BREAK.sub("\n", write_yaml(content)).lstrip("\n").encode()  # a free line before each kind
