"""The fine_tuning endpoints: jobs that go through their states as time passes, events, checkpoints."""

from apps.wire.fine_tuning import jobs

ENDPOINTS = jobs.ENDPOINTS
