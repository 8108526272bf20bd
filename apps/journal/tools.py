"""Finds the exchanges in which a tool was offered or called."""

import json
from dataclasses import dataclass
from typing import Any

import orjson
from django.db.models import CharField, Lookup, Q, QuerySet

from apps.journal.models import Exchange
from apps.wire.jsongate import GateError, read_object
from apps.wire.tool_names import tool_names

BODIES = ("body__request_body", "body__reply_body")
CHUNK = 100  # rows whose bodies are in memory at a time


@CharField.register_lookup
class Among(Lookup):
    """`id__among=[…]`: like `in`, as one parameter: a database takes only so many."""

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        return self._among(compiler, connection, "SELECT value FROM json_each(%s)")

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        return self._among(compiler, connection, "SELECT json_array_elements_text(%s::json)")

    def _among(self, compiler: Any, connection: Any, values: str) -> tuple[str, tuple[Any, ...]]:
        column, params = self.process_lhs(compiler, connection)
        return f"{column} IN ({values})", (*params, orjson.dumps(self.rhs).decode())


@dataclass(frozen=True, slots=True)
class Tools:
    """One of these tools was offered or called; `is_denied`: none of them was."""

    names: frozenset[str]
    is_denied: bool = False

    def __invert__(self) -> "Tools":
        return Tools(self.names, is_denied=not self.is_denied)

    def __or__(self, other: "Tools") -> "Tools":
        """Of conditions that are not denied."""
        return Tools(self.names | other.names)

    def apply(self, rows: QuerySet[Exchange]) -> QuerySet[Exchange]:
        """Those of the rows for which it holds now: the database says which may, their bodies which do."""
        likely = rows.order_by().filter(self._likely()).values_list("id", *BODIES)
        ids = [row_id for row_id, *bodies in likely.iterator(CHUNK) if any(map(self._is_in, bodies))]
        chosen = Q(id__among=ids)
        return rows.filter(~chosen if self.is_denied else chosen)

    def _likely(self) -> Q:
        """A body has a name in quotes, beside a word that every offer and every call of a tool has."""
        found = Q()
        for body in BODIES:
            names = Q()
            for name in self.names:
                for spelling in {json.dumps(name), json.dumps(name, ensure_ascii=False)}:
                    names |= Q(**{f"{body}__contains": spelling})
            word = Q(**{f"{body}__contains": '"tool'}) | Q(**{f"{body}__contains": '"function'})
            found |= names & word
        return found

    def _is_in(self, body: str) -> bool:
        try:
            data = read_object(body.encode())
        except GateError:
            return False
        return not self.names.isdisjoint(tool_names(data))
