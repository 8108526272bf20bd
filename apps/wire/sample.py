"""Plausible answers from schemas alone: the same for the same request, but for its times."""

from typing import Any

import jsonschema_rs

from apps.wire import catalogue
from apps.wire.catalogue import OPERATIONS, Part, Schema
from apps.wire.sampler import Place, Sampler


def sample(
    operation: str, part: Part = "response", *, seed: bytes, now: int, given: dict[str, Any] | None = None
) -> Any:
    """A plausible answer of an operation; None where its answer has no JSON body.

    `given` is what the request says (its body, its path's parameters): taken over where the answer has a
    value of that name and it is of the right type.
    """
    schema = catalogue.root(operation, part)
    if schema is None:
        return None
    sampler = Sampler(seed=seed, now=now, look_up=catalogue.definition, given=given)
    is_page = part == "response" and OPERATIONS[operation].page
    made = sampler.value(
        schema, Place(kind="list" if is_page else operation.split(".")[-2].removesuffix("s"))
    )
    if is_page:  # as the service has it, also where the package does not read it
        ids = [item.get("id") for item in made["data"] if isinstance(item, dict)]
        made |= {"object": "list", "first_id": ids[0], "last_id": ids[-1]} if all(ids) else {"object": "list"}
    return made


def instance(schema: Schema, *, seed: bytes, now: int) -> Any:
    """A plausible value for a JSON schema that a caller sent: its references lead into itself.

    Of a keyword that is not known here (pattern, not, if) the value knows nothing. What is no JSON schema
    gets an empty object.
    """
    if not jsonschema_rs.meta.is_valid(schema):
        return {}

    def look_up(reference: str) -> Schema:
        found: Any = schema
        for name in reference.removeprefix("#").strip("/").split("/"):
            found = found.get(name.replace("~1", "/").replace("~0", "~"), {}) if name else found
        return found if isinstance(found, dict) else {}

    return Sampler(seed=seed, now=now, look_up=look_up).value(schema, Place())
