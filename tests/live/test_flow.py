"""The stream of one dashboard: forwarded, or replaced by word to fetch again."""

from itertools import pairwise

from apps.live.flow import Batch, Flow, Presence, Verdict


def batch(first: int, count: int = 1, *, worker: str = "a", people=("",), flood: bool = False) -> Batch:
    return Batch(worker, first, count, list(people), [] if flood else ["{}"] * count)


def test_batches_in_their_order_are_forwarded():
    flow = Flow()
    assert [flow.admit(batch(n, 2), n / 10) for n in (1, 3, 5)] == [Verdict.FORWARD] * 3


def test_a_dashboard_may_join_a_process_that_has_long_been_counting():
    assert Flow().admit(batch(5001), 0) is Verdict.FORWARD


def test_a_missing_batch_makes_one_resync():
    flow = Flow()
    flow.admit(batch(1), 0)
    assert flow.admit(batch(3), 0.1) is Verdict.RESYNC
    assert flow.admit(batch(4), 0.2) is Verdict.FORWARD


def test_a_loss_shows_at_the_next_beat_without_events():
    flow = Flow()
    flow.admit(batch(1, 3), 0)
    assert flow.admit(batch(4, 0), 5) is Verdict.FORWARD
    assert flow.admit(batch(6, 0), 10) is Verdict.RESYNC


def test_a_beat_that_comes_after_a_later_batch_is_no_loss():
    flow = Flow()
    flow.admit(batch(1), 0)
    assert flow.admit(batch(2), 0.1) is Verdict.FORWARD
    assert flow.admit(batch(2, 0), 0.2) is Verdict.FORWARD  # said before that batch, over another connection
    assert flow.admit(batch(3), 0.3) is Verdict.FORWARD


def test_each_process_counts_for_itself():
    flow = Flow()
    flow.admit(batch(1, worker="a"), 0)
    flow.admit(batch(70, worker="b"), 0)
    assert flow.admit(batch(2, worker="a"), 0.1) is Verdict.FORWARD
    assert flow.admit(batch(71, worker="b"), 0.1) is Verdict.FORWARD


def test_a_batch_without_its_texts_is_a_resync():
    assert Flow().admit(batch(1, 7, flood=True), 0) is Verdict.RESYNC


def test_fifty_events_a_second_pass_and_the_next_does_not():
    flow = Flow()
    assert flow.admit(batch(1, 50), 0) is Verdict.FORWARD
    assert flow.admit(batch(51, 1), 0.5) is Verdict.RESYNC
    assert flow.bursting


def test_the_events_of_more_than_a_second_ago_do_not_count():
    flow = Flow()
    flow.admit(batch(1, 50), 0)
    assert flow.admit(batch(51, 50), 1.01) is Verdict.FORWARD


def flood_for(flow: Flow, seconds: float) -> list[tuple[float, Verdict]]:
    """A hundred events a second in batches of five, beginning at 0."""
    steps = range(int(seconds * 20))
    return [(n / 20, flow.admit(batch(1 + 5 * n, 5), n / 20)) for n in steps]


def test_a_flood_is_one_resync_at_its_start_and_at_most_one_a_second():
    told = flood_for(Flow(), 4)
    resyncs = [at for at, verdict in told if verdict is Verdict.RESYNC]
    assert resyncs[0] == 0.5  # the 51st event
    assert len(resyncs) == 4
    assert all(later - earlier >= 1 for earlier, later in pairwise(resyncs))
    assert all(verdict is not Verdict.FORWARD for at, verdict in told if at >= 0.5)


def test_when_the_flood_ends_there_is_one_last_resync_and_events_flow_again():
    flow = Flow()
    flood_for(flow, 2)
    assert not flow.settle(2.0)  # a hundred in the last second
    assert flow.settle(2.9)
    assert not flow.settle(3.0)  # said once
    assert flow.admit(batch(201), 3.0) is Verdict.FORWARD


def test_a_second_loss_within_a_second_is_made_good_when_the_second_is_over():
    flow = Flow()
    flow.admit(batch(1), 0)
    assert flow.admit(batch(3), 0.1) is Verdict.RESYNC
    assert flow.admit(batch(5), 0.2) is Verdict.HOLD
    assert not flow.settle(1.0)
    assert flow.settle(1.2)


def test_people_are_counted_over_all_processes_that_are_alive_each_once():
    flow = Flow()
    flow.admit(batch(1, 0, worker="a", people=["bob", "ann", "bob", ""]), 0)
    flow.admit(batch(1, 0, worker="b", people=["eve", "ann", ""]), 10)
    assert flow.presence(11) == Presence(5, ("ann", "bob", "eve"))
    assert flow.presence(25) == Presence(3, ("ann", "eve"))
