# mockopenai in one image. SQLite in a volume, one process:
#   docker build -t mockopenai . && docker run -p 8088:8000 -v data:/data mockopenai
# Several processes over PostgreSQL and Redis: docker-compose.yml. Both: docs/deployment.md.
# Plain instructions only, so that builders without BuildKit (docker-compose 1.29) can read it.
ARG PYTHON_IMAGE=python:3.13-slim

# --- built here, left behind here ----------------------------------------------------------------
FROM ${PYTHON_IMAGE} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /build
# The requirements alone first: as long as they stay, these steps come from the cache. Daphne is for `runserver`,
# which nobody runs in here; what it brings would be a third of the image.
COPY requirements.txt ./
RUN grep -v '^daphne' requirements.txt >/requirements.txt
# Wheels only: what would want a compiler fails here, on whichever architecture, and not in use.
RUN python -m pip wheel --quiet --only-binary=:all: --wheel-dir /wheels -r /requirements.txt
RUN python -m venv --without-pip /opt/venv \
 && python -m pip --python /opt/venv/bin/python install --quiet --no-compile --no-index --find-links /wheels -r /requirements.txt \
 && find /opt/venv -type d -path '*/locale/*' -prune ! -name en ! -name zh_Hans -exec rm -rf {} + \
 && find /opt/venv -name '*.po' -delete
# What .dockerignore lets in.
COPY . ./
# Compressed, by names that browsers keep for ever. The key is this step's alone: none is left in the image.
RUN MOCKOPENAI_SECRET_KEY=build MOCKOPENAI_DATA_DIR=/tmp/build MOCKOPENAI_STATIC_ROOT=/build/staticfiles \
    /opt/venv/bin/python manage.py collectstatic --no-input -v 0 -i rest_framework \
 && rm -rf static && mkdir static \
 && find locale -name '*.po' -delete \
 && /opt/venv/bin/python -m compileall -q -f --invalidation-mode unchecked-hash /build /opt/venv

# --- what runs ------------------------------------------------------------------------------------
FROM ${PYTHON_IMAGE}
# A number, so that Kubernetes' runAsNonRoot can check it; without a name or a home.
ARG UID=10001
RUN mkdir /data && chown ${UID}:${UID} /data && chmod 700 /data
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    MOCKOPENAI_HOST=0.0.0.0 \
    MOCKOPENAI_PORT=8000 \
    MOCKOPENAI_DATA_DIR=/data \
    MOCKOPENAI_STATIC_ROOT=/app/staticfiles
WORKDIR /app
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=6s --start-period=60s --retries=3 \
    CMD ["python", "-m", "mockopenai.alive", "/livez"]
# No shell in between: signals reach the server. `docker run IMAGE COMMAND` runs any command of manage.py.
ENTRYPOINT ["python", "manage.py"]
CMD ["start"]
USER ${UID}:${UID}
# Root's: who serves can change nothing of what runs.
COPY --from=build /opt/venv /opt/venv
COPY --from=build /build /app
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="mockopenai" \
      org.opencontainers.image.description="A mock of the OpenAI API that a whole team shares" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
