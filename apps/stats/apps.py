"""The stats app: figures over the journal, for people and for Prometheus."""

from django.apps import AppConfig


class StatsConfig(AppConfig):
    name = "apps.stats"

    def ready(self) -> None:
        from apps.journal import prune
        from apps.stats.rollup import count_erased

        if count_erased not in prune.erasing:
            prune.erasing.append(count_erased)
