"""What is said of the image and of the house of two nodes, held against the settings and against each other."""

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from parlour.environment import described, read_settings
from parlour.store.database import database_url
from tests.package.containers import DEPLOY, compose, environment, runs, stages, substituted, the
from tests.rules.sources import ROOT

GIVEN = {"HOUSE_ADDRESS": "parlour.example", "HOUSE_DATABASE_PASSWORD": "3f2a9c"}
NODES = ("node1", "node2")


def test_everything_from_outside_is_held_to_its_hash_and_the_server_has_no_rights() -> None:
    fetching = [command for command in runs(0) if " install " in command]
    assert all("--require-hashes" in command or "--no-index" in command for command in fetching)
    for lock in re.findall(r"-r (\S+)", " ".join(fetching)):
        assert "--hash=sha256:" in (ROOT / lock).read_text("utf-8")
    assert the("USER").rest == "10001:10001"
    words = [instruction.word for instruction in stages()[-1]]
    assert words.index("USER") > words.index("COPY")
    assert set(environment()) - {"PATH"} <= {setting.name for setting in described()}


def test_the_house_does_not_start_without_passwords_of_its_own() -> None:
    for missing in GIVEN:
        given = {name: value for name, value in GIVEN.items() if name != missing}
        with pytest.raises(KeyError, match=f"Set {missing}"):
            substituted(compose(), given)
    text = (DEPLOY / "compose.yaml").read_text("utf-8")
    for line in text.splitlines():
        if "PASSWORD:" in line or "://" in line:
            assert "${" in line, line
    assert "deploy/.env" in (ROOT / ".gitignore").read_text("utf-8")
    assert "deploy/.env" in (ROOT / ".dockerignore").read_text("utf-8")


def test_both_nodes_have_settings_that_are_settings_and_fit() -> None:
    services = substituted(compose(), GIVEN)["services"]
    known = {setting.name for setting in described()}
    for name in NODES:
        given = services[name]["environment"]
        assert set(given) <= known
        settings = read_settings({**environment(), **given})
        url = database_url(settings.database)
        owner = services["database"]["environment"]
        assert (url.host, url.username, url.password, url.database) == (
            "database", owner["POSTGRES_USER"], owner["POSTGRES_PASSWORD"], owner["POSTGRES_DB"],
        )  # fmt: skip
        assert urlsplit(settings.public_url).hostname == GIVEN["HOUSE_ADDRESS"]
        assert settings.environment == "production"


def test_nodes_share_the_key_and_what_projects_keep_in_files_and_every_volume_is_there() -> None:
    services: dict[str, Any] = compose()["services"]
    mounts = {name: dict(m.split(":")[:2] for m in service.get("volumes", ())) for name, service in services.items()}
    kept = [{place: volume for volume, place in mounts[name].items()} for name in NODES]
    assert kept[0]["/data"] != kept[1]["/data"]
    assert kept[0]["/keys"] == kept[1]["/keys"]
    assert kept[0]["/shared"] == kept[1]["/shared"]
    assert environment()["PARLOUR_DATA_DIR"] == "/data"
    key = services["node1"]["environment"]["PARLOUR_KEY_FILE"]
    assert Path(key).parent == Path("/keys")
    owned = next(command for command in runs(1) if command.startswith("install -d"))
    for folder in ("DATASOURCE_FOLDER", "DATASOURCE_FILES_FOLDER"):
        assert Path(services["node1"]["environment"][folder]).parent == Path("/shared")
    assert {"/data", "/keys", "/shared"} <= set(owned.split())
    for volume in {volume for each in mounts.values() for volume in each}:
        assert (DEPLOY / volume).is_file() if volume.startswith(".") else volume in compose()["volumes"]


def test_the_proxy_leads_to_both_nodes_on_the_network_that_they_trust() -> None:
    whole = substituted(compose(), GIVEN)
    caddy = (DEPLOY / "Caddyfile").read_text("utf-8")
    led_to = set(re.findall(r"(\S+):8000", caddy))
    assert led_to == {whole["services"][name]["networks"]["house"]["aliases"][0] for name in NODES}
    assert "house" in whole["services"]["proxy"]["networks"]
    assert "{$HOUSE_ADDRESS}" in caddy
    assert "HOUSE_ADDRESS" in whole["services"]["proxy"]["environment"]
    (trusted,) = whole["networks"]["house"]["ipam"]["config"]
    for name in NODES:
        assert whole["services"][name]["environment"]["PARLOUR_TRUSTED_PROXIES"] == trusted["subnet"]
        assert set(whole["services"][name]["depends_on"]) <= set(whole["services"])
    ready = re.search(r"health_uri (\S+)", caddy)
    assert ready
    assert ready[1] == "/readyz"
    published = {name for name, service in whole["services"].items() if "ports" in service}
    assert published == {"proxy"}


def test_the_image_is_built_from_what_is_there() -> None:
    build = compose()["services"]["node1"]["build"]
    context = (DEPLOY / build["context"]).resolve()
    assert context == ROOT
    assert (context / build["dockerfile"]).is_file()
