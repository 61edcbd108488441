# The worker of infra/ingest-worker.yml. From the top of the repository: docker build -f infra/worker.Dockerfile -t ingest-worker .
FROM public.ecr.aws/lambda/python:3.13
COPY requirements/runtime.txt /tmp/lock.txt
RUN python -m pip install --no-cache-dir --no-deps --require-hashes --only-binary=:all: \
      --target "${LAMBDA_TASK_ROOT}" -r /tmp/lock.txt && rm /tmp/lock.txt
COPY corpus/ ${LAMBDA_TASK_ROOT}/corpus/
COPY ingest/ ${LAMBDA_TASK_ROOT}/ingest/
# olefile2.py is for Python 2, and cannot be compiled.
RUN python -m compileall -q -x olefile2 --invalidation-mode unchecked-hash "${LAMBDA_TASK_ROOT}"
CMD ["ingest.worker.main.handler"]
