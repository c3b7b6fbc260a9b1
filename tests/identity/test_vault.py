"""Secrets are sealed for one place under one key, and the key is a file that is made once."""

import base64
import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import insert

from parlour.errors import BadSetting, Moved, NotAvailable
from parlour.identity.key_file import make_key, read_key
from parlour.identity.master_key import MasterKey, Place
from parlour.identity.vault import Sealed, Vault
from parlour.journal.unit import Unit
from parlour.store.tables import audit
from tests.house import Lived

SECRET = "sk-very-secret"
PLACE = Place("tenant", "key", "acme", "https://acme.example/v1")
KEY = MasterKey(bytes(range(32)))


@pytest.fixture
def vault(lived: Lived, tmp_path: Path) -> Vault:
    return Vault(tmp_path / "parlour.key", lived.database, lived.clock)


async def keep(lived: Lived, sealed: Sealed) -> None:
    """Commit what goes with a sealed secret."""
    await lived.writer.commit(Unit(guards=sealed.guards, changes=[insert(audit).values(_row(sealed.text))]))


def _row(text: str) -> dict[str, object]:
    return {"id": text[-20:], "tenant_id": "tenant", "action": "sealed", "details": {}, "at": "2026"}


def test_what_is_sealed_opens_at_its_place_and_is_never_the_same_twice() -> None:
    texts = {KEY.sealed(SECRET, PLACE) for _ in range(3)}
    assert len(texts) == 3
    assert {KEY.opened(text, PLACE) for text in texts} == {SECRET}
    assert not [text for text in texts if "very" in text or not text.startswith(f"v1.{KEY.id}.")]


def test_what_was_sealed_long_ago_still_opens() -> None:
    text = "v1.c2b2eded8f3d140e.Q4nxC5OpMtI-O98FWXkesY1aL2b8m4DYNXKN6UJh42oNY1z8adBG_pZY"
    assert KEY.opened(text, PLACE) == SECRET


@pytest.mark.parametrize(
    "other", [{"tenant_id": "t2"}, {"purpose": "token"}, {"name": "bcme"}, {"address": "http://b"}]
)
def test_copied_to_another_place_it_does_not_open(other: dict[str, str]) -> None:
    with pytest.raises(NotAvailable, match="does not open"):
        KEY.opened(KEY.sealed(SECRET, PLACE), replace(PLACE, **other))


def test_under_another_key_it_does_not_open_and_the_key_is_told_apart() -> None:
    other = MasterKey(b"x" * 32)
    assert other.id != KEY.id
    with pytest.raises(NotAvailable, match="key of acme does not open"):
        other.opened(KEY.sealed(SECRET, PLACE), PLACE)


def test_changed_in_any_byte_it_does_not_open() -> None:
    text = KEY.sealed(SECRET, PLACE)
    beginning, _, body = text.rpartition(".")
    whole = base64.urlsafe_b64decode(body)
    for index in range(len(whole)):
        spoilt = whole[:index] + bytes([whole[index] ^ 1]) + whole[index + 1 :]
        with pytest.raises(NotAvailable):
            KEY.opened(f"{beginning}.{base64.urlsafe_b64encode(spoilt).decode()}", PLACE)
    for nonsense in ("", "v1", "v1..", f"{beginning}.", f"{beginning}.AAAA", f"{beginning}.ä", f"v2{text[2:]}"):
        with pytest.raises(NotAvailable):
            KEY.opened(nonsense, PLACE)


def test_neither_key_nor_error_shows_a_secret() -> None:
    assert "secret" not in repr(KEY)
    with pytest.raises(NotAvailable) as caught:
        KEY.opened("v1.x." + SECRET, PLACE)
    assert SECRET not in str(caught.value)


def test_a_key_is_made_for_its_owner_only_and_never_in_the_place_of_another(tmp_path: Path) -> None:
    path = tmp_path / "parlour.key"
    assert read_key(path) is None
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(make_key, [path] * 8))
    made = read_key(path)
    make_key(path)
    assert made is not None
    assert read_key(path) == made
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["parlour.key"]


@pytest.mark.parametrize(
    "content", [b"", b"short", b"\xff\xfe", base64.b64encode(b"x" * 31), base64.b64encode(b"x" * 33)]
)
def test_a_file_that_holds_no_key_is_named_and_not_shown(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "parlour.key"
    path.write_bytes(content)
    with pytest.raises(BadSetting, match=r"PARLOUR_KEY_FILE .*parlour\.key holds no key: it takes 32") as caught:
        read_key(path)
    assert "short" not in str(caught.value)


def test_a_key_that_can_neither_be_read_nor_made_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match="cannot be read"):
        read_key(tmp_path)
    with pytest.raises(BadSetting, match="cannot be made: No such file"):
        make_key(tmp_path / "nowhere" / "parlour.key")


def test_a_key_of_ones_own_making_is_taken_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "parlour.key"
    path.write_bytes(base64.b64encode(KEY.secret) + b"\n\n")
    assert read_key(path) == KEY


async def test_a_house_without_secrets_needs_no_key_and_makes_none(vault: Vault) -> None:
    await vault.check()
    assert not vault.path.exists()


async def test_the_first_secret_makes_the_key_and_every_later_one_is_sealed_under_it(
    lived: Lived, vault: Vault
) -> None:
    first = await vault.seal(SECRET, PLACE)
    await keep(lived, first)
    later = await vault.seal(SECRET, PLACE)
    assert later.guards == ()
    await keep(lived, later)
    await vault.check()
    assert [vault.opened(one.text, PLACE) for one in (first, later)] == [SECRET, SECRET]


async def test_of_two_first_keys_at_once_one_counts(lived: Lived, vault: Vault, tmp_path: Path) -> None:
    other = replace(vault, path=tmp_path / "other.key")
    one, another = await vault.seal(SECRET, PLACE), await other.seal(SECRET, PLACE)
    await keep(lived, one)
    with pytest.raises(Moved):
        await keep(lived, another)
    await vault.check()
    with pytest.raises(BadSetting, match=r"other\.key is not the master key of this house"):
        await other.check()


async def test_a_lost_key_is_missed_and_no_new_one_takes_its_place(lived: Lived, vault: Vault) -> None:
    sealed = await vault.seal(SECRET, PLACE)
    await keep(lived, sealed)
    os.unlink(vault.path)
    for needs_it in (vault.check(), vault.seal(SECRET, PLACE)):
        with pytest.raises(BadSetting, match=r"not at .*parlour\.key.*PARLOUR_KEY_FILE.*parlour key forget"):
            await needs_it
    assert not vault.path.exists()
    with pytest.raises(NotAvailable, match="An admin can enter it anew"):
        vault.opened(sealed.text, PLACE)


async def test_a_spoilt_key_opens_nothing_and_says_so(lived: Lived, vault: Vault) -> None:
    sealed = await vault.seal(SECRET, PLACE)
    await keep(lived, sealed)
    vault.path.write_text("spoilt")
    with pytest.raises(BadSetting, match="holds no key"):
        await vault.check()
    with pytest.raises(NotAvailable, match="does not open"):
        vault.opened(sealed.text, PLACE)


def test_a_server_that_keeps_no_secret_and_asks_nobody_loads_nothing_for_it() -> None:
    look = "import sys, parlour.api.asgi; print(sorted({'cryptography', 'aiohttp'} & set(sys.modules)))"
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", look], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
