"""A text or a number that a schema allows and that its name makes likely."""

from typing import Any

from apps.wire import sample_words as words


def text_for(schema: dict[str, Any], seed: bytes, now: int, path: str, name: str, kind: str) -> str:
    """`kind` is what an id is of; `path` tells equal names apart."""
    shaped = _of_format(schema.get("format", ""), seed, now, path)
    text = shaped or _by_name(seed, now, path, name, kind)
    least, most = schema.get("minLength", 0), schema.get("maxLength")
    text = text + "x" * (least - len(text)) if len(text) < least else text
    return text if most is None else text[:most]


def _of_format(name: str, seed: bytes, now: int, path: str) -> str:
    hexes = words.digest(seed, path, 32)
    moment = words.iso(now)
    return {
        "date-time": moment,
        "date": moment[:10],
        "time": moment[11:],
        "duration": "PT1H",
        "email": "alice@example.com",
        "hostname": "example.com",
        "ipv4": "192.0.2.1",
        "ipv6": "2001:db8::1",
        "uri": "https://example.com/mock",
        "uuid": f"{hexes[:8]}-{hexes[8:12]}-4{hexes[13:16]}-a{hexes[17:20]}-{hexes[20:]}",
    }.get(name, "")


def _by_name(seed: bytes, now: int, path: str, name: str, kind: str) -> str:
    if name == "id":
        return words.identifier(seed, path, words.prefix_of(kind))
    if name.endswith(("_id", "_ids")):
        return words.identifier(seed, name, words.prefix_of(name.removesuffix("s").removesuffix("_id")))
    moment = words.moment(name, now)
    if moment is not None:
        return words.iso(moment)
    if name.endswith("url"):
        return words.TEXTS["url"]
    if name == "object":
        return kind
    return words.TEXTS.get(name) or ("Mock " + name.replace("_", " ") if name else "mock")


def number_for(
    schema: dict[str, Any], seed: bytes, now: int, path: str, name: str, *, whole: bool
) -> int | float:
    bounded = {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"} & schema.keys()
    if not bounded:
        moment = words.moment(name, now)
        value = words.whole_number(seed, path, name) if moment is None else moment
        return value if whole or moment is not None else value / 100
    step = schema.get("multipleOf", 1 if whole else 0.5)
    least, most = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
    if not whole and least is not None and most is not None:
        return float((least + most) / 2)
    low = schema.get("minimum", (most if most is not None else schema.get("maximum", 1)) - step)
    low = max(low, least + step) if least is not None else low
    high = schema.get("maximum", low + 50) if most is None else most - step
    wanted = words.whole_number(seed, path, name)
    value = wanted if low <= wanted <= high else low
    if "multipleOf" in schema:
        value = -(-low // step) * step
    return int(value) if whole else float(value)
