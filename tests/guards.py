"""The guards that a hostile review asked for, each taken out by one edit: a test must notice.

`python -m tests.mutate --guards` tries them alone.
"""

from __future__ import annotations

from tests.mutation import Mutation, of

PUBLISH = "tests/corpus/snapshot/test_publish.py"

GUARDS: list[Mutation] = [
    # No file of the working folder and no library's variable counts.
    *of(
        "corpus/store/isolated_import.py",
        "tests/test_hostile_folder.py",
        ("pydantic_settings.BaseSettings = _GivenSettings", "pydantic_settings.BaseSettings = _BaseSettings"),
        ("trust_env=False", "trust_env=True"),
    ),
    *of("handler/check/http_call.py", "tests/handler/check", ("trust_env=False", "trust_env=True")),
    *of("ingest/__main__.py", "tests/test_hostile_folder.py", ("    del sys.path[0]", "    pass")),
    *of("handler/__main__.py", "tests/test_hostile_folder.py", ("    del sys.path[0]", "    pass")),
    *of(
        "corpus/embedding/openai.py",
        "tests/test_hostile_folder.py",
        ("client.organization = client.project = None", "pass"),
        ("client._custom_headers = {}", "pass"),
    ),
    # What strangers wrote beside their documents costs these at most.
    *of(
        "ingest/reading/readers/sidecar.py",
        "tests/ingest/reading/readers/test_sidecars.py",
        ("class _Loader(yaml.SafeLoader):", "class _Loader(yaml.Loader):"),
        ("if len(content) > MAX_BYTES:", "if False:"),
        ("        if depth > MAX_DEPTH:\n            raise _too_deep()\n    return yaml", "    return yaml"),
        ("return _shallow(value)", "return value"),
    ),
    *of("ingest/sources/patterns.py", "tests/ingest/sources/test_files.py", ("MAX_STARS = 3", "MAX_STARS = 300")),
    # The same content is the same version.
    *of(
        "corpus/snapshot/staging.py",
        PUBLISH,
        ('        and path.suffix != ".lock"\n', ""),
        ("if not is_chromas(file.path)]", "]"),
    ),
    # A damaged object is mended by what the error advises.
    *of(
        "corpus/snapshot/versions.py",
        PUBLISH,
        ("or (read and place.sha256(object_key(sha256)) != sha256)", ""),
    ),
    *of("corpus/snapshot/publish.py", PUBLISH, ("manifest, on_progress, repair=repair)", "manifest, on_progress)")),
    # A fault costs the question, and not the version that is open.
    *of(
        "handler/library.py",
        "tests/handler/test_snapshots.py",
        ("except FAULTS:", "except Exception:"),
    ),
    # An exchange has a deadline and its reply a limit; those who wait hold nobody else's threads.
    *of(
        "corpus/connection.py",
        "tests/corpus/test_outbound.py",
        ("self._stream.settimeout(self._connection.left())\n        count", "count"),
        ("if self._connection.bytes_left < 0:", "if False:"),
        ('if response.getheader("content-encoding", "identity").lower() != "identity":', "if False:"),
    ),
    *of(
        "corpus/connection.py",
        "tests/corpus/test_outbound_connections.py",
        ("if len(received) > max_bytes:", "if False:"),
        ("while self.status < 200:", "while False:"),
    ),
    *of(
        "corpus/s3.py",
        "tests/corpus/test_s3.py",
        ("    _ask_directly(session)\n", ""),
        ("    session.set_default_client_config(Config(proxies=aws_proxies()))\n", ""),
    ),
    *of(
        "handler/routes/action.py",
        "tests/handler/test_hanging.py",
        ("return await asyncio.get_running_loop().run_in_executor(action.question_threads, work)",
         "return await run_in_threadpool(work)"),
    ),
    # No link leads out of the folder.
    *of(
        "ingest/sources/files.py",
        "tests/ingest/sources/test_files.py",
        ("if not self._selection.follow_links and leads_out(entry.path, base):", "if False:"),
        ("if sidecar and not self._selection.follow_links and leads_out(", "if sidecar and False and leads_out("),
        ("if not self._selection.follow_links and leads_out(str(own), base):", "if False:"),
    ),
    *of(
        "ingest/sources/folder_access.py",
        "tests/ingest/sources/test_folder_access.py",
        ("if file.is_symlink() and not follow_links:", "if False:"),
    ),
    # Versions follow each other as they say, and not as clocks do.
    *of("corpus/snapshot/manifest.py", PUBLISH, ("(ancestors(manifest), manifest.version)", "manifest.version")),
    *of("corpus/snapshot/versions.py", PUBLISH, ("named = listed.manifests[place].previous", "named = None")),
    # A list reads what changed.
    *of(
        "corpus/searching/projection.py",
        "tests/corpus/searching/test_document_listing.py",
        ("if versions is None or self._kept is None:", "if True:"),
        ("if self._kept is None or state != self._state:", "if True:"),
    ),
    # A fetch ends in its time, and one host holds back no other.
    *of(
        "ingest/sources/inflate.py",
        "tests/ingest/sources/test_web.py",
        ("                self._keep_on()\n                self._put(", "                self._put("),
        ("self._inflater.decompress(block, _BLOCK)", "self._inflater.decompress(block)"),
    ),
    *of(
        "ingest/sources/retry_after_gate.py",
        "tests/ingest/sources/test_web.py",
        ("self._until.get(host, 0.0) - time.monotonic()", "max(self._until.values(), default=0.0) - time.monotonic()"),
        ("> MAX_WAITS_SECONDS:", "> 1e9:"),
    ),
    # Nobody is counted as somebody else; counters are bounded; only our own names are served.
    *of(
        "handler/access/caller_addresses.py",
        "tests/handler/access/test_caller_addresses.py",
        ("if address is not None and _is_among(address, trusted):", "if address is not None:"),
        ("SITE_BITS = 64", "SITE_BITS = 0"),
        ("return address is not None and address.is_loopback", "return True"),
    ),
    *of(
        "handler/access/rate_limit.py",
        "tests/handler/access/test_caller_addresses.py",
        ("if name not in self._counts and len(self._counts) >= MAX_COUNTED:", "if False:"),
    ),
    *of(
        "handler/server_guard.py",
        "tests/handler/test_server_guard.py",
        ("if host is None or is_own_name(host, self.names):", "if True:"),
        ("self._head_timer = self.loop.call_later(self.head_seconds, self.transport.close)", "pass"),
    ),
    # A bucket is believed as far as the signature goes, and what it holds is tried elsewhere first.
    *of(
        "corpus/snapshot/live.py",
        "tests/corpus/snapshot/test_signing.py",
        ("if self._public_key is not None:", "if False:"),
    ),
    *of(
        "corpus/snapshot/signing.py",
        "tests/corpus/snapshot/test_signing.py",
        ("if not is_signed(message, signature=signature, public_key=public_key):", "if said is None:"),
        ('\\n{version}\\n{manifest_sha256}\\n"', '\\n{version}\\n"'),
    ),
    *of(
        "corpus/snapshot/live.py",
        "tests/corpus/snapshot/test_trial_open.py",
        ("if self._corpus is not None or self._pointer != POINTER:", "if False:"),
    ),
    # Sizes, shapes and paths of a manifest are not believed.
    *of(
        "corpus/snapshot/folder_store.py",
        "tests/corpus/snapshot/test_manifest.py",
        ("if max_bytes < 0:", "if False:"),
    ),
    *of(
        "corpus/snapshot/s3_store.py",
        "tests/corpus/snapshot",
        ("if max_bytes < 0:", "if False:"),
    ),
    *of(
        "corpus/snapshot/manifest.py",
        "tests/corpus/snapshot/test_manifest.py",
        ("except (KeyError, TypeError, ValueError, AttributeError, CollectionMismatch) as error:",
         "except (KeyError, CollectionMismatch) as error:"),
        ('any(each.startswith((".", f"{SQLITE}-")) for each in path.parts)', "False"),
        ("except (ValueError, RecursionError):", "except ValueError:"),
    ),
    # Nor what its files say.
    *of(
        "corpus/lexical/index_files.py",
        "tests/corpus/lexical/test_index.py",
        ("if not _is_sound(about):", "if False:"),
        ("except (OSError, ValueError, RecursionError)", "except (OSError, ValueError)"),
    ),
    *of(
        "corpus/lexical/index_segment.py",
        "tests/corpus/lexical/test_index.py",
        ("if array.ndim != 1:", "if False:"),
        ("if kinds != _KINDS:", "if False:"),
    ),
    *of(
        "corpus/store/mapped.py",
        "tests/corpus/store/test_mapped.py",
        ('if file != DATA_FILE or folder in {"", ".", ".."}:', "if False:"),
    ),
    *of(
        "corpus/store/chunk_file.py",
        "tests/corpus/store/test_chunk_file.py",
        ("if not 0 <= end - start <= MAX_CHUNK_BYTES:", "if False:"),
        ("if len(unpacked) > MAX_CHUNK_BYTES:", "if False:"),
        ("if not isinstance(own, dict):", "if False:"),
    ),
    *of(
        "ingest/worker/bucket_events.py",
        "tests/ingest/worker/test_worker.py",
        ("except (ValueError, RecursionError):", "except ValueError:"),
        ("if not isinstance(value, str):", "if False:"),
        ("or not _is_sendable(place)", ""),
    ),
    # A killed publisher's copy goes with the next.
    *of("corpus/scratch.py", PUBLISH, ("            shutil.rmtree(folder)\n", "            pass\n")),
    # A store that may not be written to is told of.
    *of(
        "corpus/store/errors.py",
        "tests/corpus/store/test_chroma_access.py",
        ("if any(READ_ONLY in str(each) for each in _chain(error)):", "if False:"),
    ),
    # An event that no gateway sends is refused.
    *of(
        "handler/main.py",
        "tests/handler/test_main.py",
        ("if is_sound(event):", "if True:"),
        ("    except Exception:  # noqa: BLE001, S110", "    except ZeroDivisionError:  # noqa: BLE001, S110"),
    ),
    *of(
        "handler/contract/fields.py",
        "tests/handler/contract/test_refusals.py",
        ("if len(text) > MAX_DATE_CHARS or not DATE.fullmatch(text):", "if not DATE.fullmatch(text):"),
    ),
    # No address that is not everybody's is called.
    *of(
        "ingest/sources/checked_addresses.py",
        "tests/ingest/sources/test_checked_addresses.py",
        ('"::/96", ', ""),
        ('"3fff::/20", ', ""),
        ('"5f00::/16", ', ""),
        ('        "64:ff9b:1::/48",\n', ""),
        ('"168.63.129.16/32", ', ""),
        ('"100.100.100.200/32", ', ""),
        ('"fd00:ec2::/32", ', ""),
        ('"192.0.0.192/32", ', ""),
        ("if ip in _NAT64 or ip in _TRANSLATED:", "if False:"),
        ("if ip in _COMPATIBLE and int(ip) > 1:", "if False:"),
    ),
]  # fmt: skip
