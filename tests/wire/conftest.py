"""What the wire's tests share: a profile for hypothesis that fits a shared machine."""

from hypothesis import settings

settings.register_profile("wire", database=None, deadline=None, max_examples=60)
settings.load_profile("wire")
