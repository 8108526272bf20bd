"""The vector_stores endpoints: stores, the files in them, batches of files, and the search."""

from apps.wire.vector_stores import batches, files, search, stores

ENDPOINTS = (*stores.ENDPOINTS, *files.ENDPOINTS, *batches.ENDPOINTS, *search.ENDPOINTS)
