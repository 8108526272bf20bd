"""Reading a JSON schema that anybody may have written: references, alternatives, all of several parts."""

from typing import Any

from apps.wire.endpoint import Body

DEPTH_MAX = 12  # of what is made; deeper than that only what has to be
_NULL_DEPTH = 2  # where what may be null is: schemas of trees hold themselves
_PARTS_MAX = 5_000  # of allOf, which may hold itself ten times


def alternatives(schema: Body) -> tuple[Body, list[Body]]:
    """(the rest of the schema, those of its anyOf or oneOf); a default may be of any of them, so it goes."""
    for key in ("anyOf", "oneOf"):
        if isinstance(schema.get(key), list) and schema[key]:
            rest = {name: value for name, value in schema.items() if name not in (key, "default")}
            return rest, [one for one in schema[key] if isinstance(one, dict)] or [{}]
    return schema, []


class SchemaReader:
    """Reads the parts of one schema, `root`."""

    def __init__(self, root: Body) -> None:
        self._root = root
        self._parts = _PARTS_MAX

    def resolved(self, schema: Any, depth: int) -> Body:
        """The schema without references and alternatives: of these the first that is not null."""
        rest: Body = {}
        for _ in range(DEPTH_MAX):
            rest, known = alternatives(self.referred(schema, depth))
            if not known:
                break
            nulls = [one for one in known if one.get("type") == "null"]
            others = [one for one in known if one.get("type") != "null"]
            schema = rest | (nulls if nulls and depth > _NULL_DEPTH else others or nulls)[0]
        return rest

    def referred(self, schema: Any, depth: int) -> Body:
        """The schema without references."""
        for _ in range(DEPTH_MAX):
            if not isinstance(schema, dict):
                return {}
            if isinstance(schema.get("$ref"), str):
                rest = {key: value for key, value in schema.items() if key != "$ref"}
                schema = {**self._at(schema["$ref"]), **rest}
            elif isinstance(schema.get("allOf"), list):
                schema = self._merged(schema, depth)
            else:
                return schema
        return schema if isinstance(schema, dict) else {}

    def _merged(self, schema: Body, depth: int) -> Body:
        merged = {key: value for key, value in schema.items() if key != "allOf"}
        for part in schema["allOf"] if depth <= DEPTH_MAX and self._parts > 0 else ():
            self._parts -= 1
            for key, value in self.resolved(part, depth + 1).items():
                known = merged.get(key)
                if isinstance(known, dict) and isinstance(value, dict):
                    merged[key] = {**known, **value}
                elif key == "required" and isinstance(known, list) and isinstance(value, list):
                    merged[key] = known + value
                else:
                    merged[key] = value
        return merged

    def _at(self, reference: str) -> Body:
        place: Any = self._root
        for step in reference.removeprefix("#").strip("/").split("/"):
            step = step.replace("~1", "/").replace("~0", "~")
            place = place.get(step) if isinstance(place, dict) and step else place
        return place if isinstance(place, dict) else {}
