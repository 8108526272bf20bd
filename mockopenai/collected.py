"""The static files as `collectstatic` leaves them: compressed, by names that browsers keep for ever."""

from servestatic.storage import CompressedManifestStaticFilesStorage


class CollectedFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # it has no types
    support_js_module_import_aggregation = True  # or modules would import by names without the hash
