"""Conditions that a preset puts on the calls that it answers: read strictly, judged fast, explained."""

from apps.wire.match.condition import Condition as Condition
from apps.wire.match.condition import Need as Need
from apps.wire.match.index import Index as Index
from apps.wire.match.judged import Costly as Costly
from apps.wire.match.judged import while_others_wait as while_others_wait
from apps.wire.match.reader import NAMES as NAMES
from apps.wire.match.reader import MatchError as MatchError
from apps.wire.match.reader import line_of as line_of
from apps.wire.match.reader import match_of as match_of
from apps.wire.match.reader import read_match as read_match
from apps.wire.match.subject import Subject as Subject
