"""Keys to sign with: whole, for their owner only, and with the record that DNS needs."""

import re
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from newsletter.dkim_keys import DkimKey, KeyKind, all_dkim_keys, make_dkim_key, read_dkim_keys
from newsletter.errors import SettingWrong
from newsletter.settings import read_settings


def make(folder: Path, selector: str = "s1", kind: KeyKind = KeyKind.RSA) -> DkimKey:
    return make_dkim_key(folder, selector=selector, kind=kind)


def test_a_key_is_read_back_and_is_for_its_owner_only(tmp_path: Path) -> None:
    made = make(tmp_path)
    [read] = read_dkim_keys("s1", tmp_path)

    assert read.record == made.record
    assert (tmp_path / "dkim").stat().st_mode & 0o777 == 0o700
    assert [(one.name, one.stat().st_mode & 0o777) for one in (tmp_path / "dkim").iterdir()] == [
        ("s1.pem", 0o600)
    ]


def test_a_key_never_takes_the_place_of_another(tmp_path: Path) -> None:
    first = make(tmp_path)

    with pytest.raises(SettingWrong, match="is there already"):
        make(tmp_path, kind=KeyKind.ED25519)

    assert [one.record for one in all_dkim_keys(tmp_path)] == [first.record]


def test_the_record_is_the_same_in_one_line_and_in_strings(tmp_path: Path) -> None:
    key = make(tmp_path)

    line = key.zone_line("example.org")

    strings = re.findall(r'"([^"]*)"', line)
    assert line.startswith("s1._domainkey.example.org. 3600 IN TXT ( ")
    assert key.record.startswith("v=DKIM1; k=rsa; p=MIIBIjANBgkq")
    assert ("".join(strings), [len(one) <= 255 for one in strings]) == (key.record, [True, True])


def test_the_record_of_ed25519_is_the_bare_key(tmp_path: Path) -> None:
    key = make(tmp_path, kind=KeyKind.ED25519)

    assert re.fullmatch(r"v=DKIM1; k=ed25519; p=[A-Za-z0-9+/]{43}=", key.record)
    assert key.zone_line("example.org").count('"') == 2


def test_rsa_is_first_whatever_the_order(tmp_path: Path) -> None:
    make(tmp_path, "e", KeyKind.ED25519)
    make(tmp_path, "r")

    assert [one.selector for one in read_dkim_keys(" e , r ,", tmp_path)] == ["r", "e"]


@pytest.mark.parametrize("selector", ["", "../s", "S1", "a.b", "a" * 64, "-a", "a\n"])
def test_a_selector_that_is_no_name_is_refused(tmp_path: Path, selector: str) -> None:
    with pytest.raises(ValueError, match="a selector is a name"):
        make(tmp_path, selector)

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        ("../../etc", "NEWSLETTER_DKIM_SELECTOR: a selector is a name"),
        ("weg", "weg.pem is not there: .*newsletter key make dkim --selector weg"),
        ("a,b", "NEWSLETTER_DKIM_SELECTOR: give one key of each kind"),
        ("open", "open.pem can be read by others: run chmod 600"),
        ("half", "half.pem holds no whole key"),
        ("kort", "kort.pem holds a key of fewer than 2048 bits"),
        ("vreemd", "vreemd.pem holds a key that is neither RSA nor Ed25519"),
    ],
)
def test_a_choice_that_cannot_sign_stops_the_start(tmp_path: Path, chosen: str, said: str) -> None:
    for one in ("a", "b", "open", "half"):
        make(tmp_path, one)
    folder = tmp_path / "dkim"
    (folder / "open.pem").chmod(0o640)
    (folder / "half.pem").write_bytes((folder / "half.pem").read_bytes()[:900])
    short = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505 - refused
    write(folder / "kort.pem", short)
    write(folder / "vreemd.pem", ec.generate_private_key(ec.SECP256R1()))

    with pytest.raises(SettingWrong, match=said):
        read_settings({"NEWSLETTER_DATA_DIR": str(tmp_path), "NEWSLETTER_DKIM_SELECTOR": chosen})


def test_a_key_shows_nothing_of_itself(tmp_path: Path) -> None:
    make(tmp_path)
    environ = {"NEWSLETTER_DATA_DIR": str(tmp_path), "NEWSLETTER_DKIM_SELECTOR": "s1"}

    assert "PrivateKey" not in repr(read_settings(environ))


def write(path: Path, key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> None:
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    path.chmod(0o600)
