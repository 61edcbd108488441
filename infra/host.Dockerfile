# `handler` and `ingest` for a machine of your own; compose.yaml builds it, docs/host.md explains. The local model is in it.
FROM python:3.13-slim AS build
WORKDIR /opt/retrieval-action
COPY requirements/runtime.txt requirements/runtime.txt
RUN python -m venv /opt/venv
RUN /opt/venv/bin/python -m pip install --no-cache-dir --no-deps --require-hashes --only-binary=:all: -r requirements/runtime.txt
COPY pyproject.toml README.md LICENSE ./
COPY corpus/ corpus/
COPY ingest/ ingest/
COPY handler/ handler/
COPY infra/ infra/
RUN /opt/venv/bin/python -m pip install --no-cache-dir --no-deps --no-build-isolation --editable .
RUN /opt/venv/bin/python -m compileall -q corpus ingest handler

FROM python:3.13-slim
COPY --from=build /opt/venv /opt/venv
COPY --from=build /opt/retrieval-action /opt/retrieval-action
# The one folder that is written to, and the one that documents are read from.
RUN useradd --uid 10001 --no-create-home --home-dir /data app && mkdir /data /documents && chown app /data
ENV PATH=/opt/venv/bin:/usr/local/bin:/usr/bin:/bin CHROMA_PATH=/data/chroma SOURCE_ROOT=/documents PYTHONDONTWRITEBYTECODE=1
VOLUME /data
WORKDIR /documents
USER app
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s CMD ["python", "-c", "import urllib.request as web; web.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["handler", "serve", "--host", "0.0.0.0", "--port", "8000"]
