"""Back to normal: nothing is broken, slowed down or limited on purpose any more."""

from apps.faults.in_force import change
from apps.faults.models import Bucket, Draw, FaultRule, LatencyRule, Limit, OwnDraw


def back_to_normal() -> None:
    """Deletes the rules of faults, latency and limits, with what they have counted, all at once."""

    def deleting() -> None:
        for table in (Draw, OwnDraw, FaultRule, LatencyRule, Bucket, Limit):
            table.objects.all().delete()

    change(deleting)
