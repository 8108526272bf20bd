"""Where presets lie, or why they do not answer, at a price that does not grow with how many they are."""

from apps.journal.rows import select_rows
from apps.queues.explain import considered
from apps.queues.models import Preset
from apps.queues.pause import paused
from apps.queues.take import SHARED
from apps.wire.call import Call
from apps.wire.endpoint import Endpoint
from apps.wire.match import Subject, while_others_wait

NAMED_MAX = 5  # queues that a hint names
COUNT_MAX = 200  # beyond that many it is "200+": counting on would keep calls waiting

_LIVE = f"FROM {Preset._meta.db_table} WHERE (uses IS NULL OR uses > 0)"
# Steps from name to name along the index; a GROUP BY would read every preset. Counts in what follows in
# the index, since PostgreSQL would read the whole queue where its name is what is asked for.
_FIRST = f"""
    WITH RECURSIVE names (caller, number) AS (
        SELECT (SELECT caller {_LIVE} ORDER BY caller LIMIT 1), 1
        UNION ALL
        SELECT (SELECT caller {_LIVE} AND caller > names.caller ORDER BY caller LIMIT 1), number + 1
        FROM names WHERE caller IS NOT NULL AND number < {{place}}
    )
    SELECT caller, (SELECT COUNT(*) FROM (
        SELECT caller AS name {_LIVE} AND caller >= names.caller ORDER BY caller, position LIMIT {{place}}
    ) AS next WHERE name = names.caller)
    FROM names WHERE caller IS NOT NULL
"""  # noqa: S608 - the name of a table


def first_queues(limit: int = NAMED_MAX + 2) -> list[tuple[str, str]]:
    """The first queues by name that hold something, and of each how many presets: "3", "200+"; most first.

    Two more than are named: a call's own and the shared one may be among them.
    """
    found = sorted(select_rows(_FIRST, (limit, COUNT_MAX + 1)), key=lambda row: (-row[1], row[0]))
    return [(caller, str(count) if count <= COUNT_MAX else f"{COUNT_MAX}+") for caller, count in found]


def beyond_reach(caller: str, queues: list[tuple[str, str]], stopped: set[str]) -> str:
    """Why presets in these `first_queues` do not reach a call: the commonest traps; "" if there are none."""
    others = [(name, count) for name, count in queues if name not in (caller, SHARED)]
    lie = ", ".join(f"'{name}' ({count})" for name, count in others[:NAMED_MAX])
    told = [f"The queue '{name}' is paused." for name in (caller, SHARED) if name in stopped]
    if lie:
        told.append(f"This call came as caller '{caller}'; presets lie in the queues of {lie}.")
    return " ".join(told)


def near_misses(call: Call, endpoint: Endpoint, *, limit: int) -> str:
    """The first presets in a call's reach, each with why it does not answer; "" when there are none.

    A paused queue reaches nobody.
    """
    within_reach = {call.caller, SHARED} - paused()
    subject, found = Subject(call), list[str]()
    with while_others_wait():
        for name in sorted(within_reach):
            for one in considered(name, subject, endpoint, limit=limit - len(found)):
                found.append(f"preset {one.id} in queue '{name}' {_verb(one.why)}")
    return "; ".join(found)


def _verb(why: str) -> str:
    return why if why.startswith(("is ", "accepts ")) else f"does not accept it: {why}"
