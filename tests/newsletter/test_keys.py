"""Keys: the one of today and those of before, whole, in files that only their owner reads."""

from pathlib import Path

import pytest

from newsletter.errors import SettingWrong
from newsletter.keys import change_key
from newsletter.settings import Settings, read_settings

OLD, OLDER = "o" * 40, "f" * 40


def read(folder: Path, **environ: str) -> Settings:
    return read_settings({"NEWSLETTER_DATA_DIR": str(folder), **environ})


def change(folder: Path) -> int:
    return change_key(folder, key=read(folder).secret_key)


def test_a_new_key_keeps_the_old_one_behind_it(tmp_path: Path) -> None:
    first = read(tmp_path)
    kept = change(tmp_path)
    second = read(tmp_path)
    kept_again = change(tmp_path)
    third = read(tmp_path)

    assert (kept, kept_again) == (1, 2)
    assert len({first.secret_key, second.secret_key, third.secret_key}) == 3
    assert third.former_secret_keys == (first.secret_key, second.secret_key)
    assert third.keys[0] == third.secret_key
    assert first.hash_key == second.hash_key == third.hash_key == first.secret_key


def test_both_files_are_for_their_owner_only(tmp_path: Path) -> None:
    change(tmp_path)

    for name in ("secret.key", "former.keys"):
        assert (tmp_path / name).stat().st_mode & 0o777 == 0o600
        assert sorted(one.name for one in tmp_path.iterdir()) == ["former.keys", "secret.key"]


@pytest.mark.parametrize(
    ("text", "mode", "said"),
    [
        (f"{OLD}\n", 0o644, "former.keys can be read by others: run chmod 600"),
        (f"{OLD}\nhalf\n", 0o600, "former.keys holds a key that is not whole"),
        ("", 0o600, "former.keys holds a key that is not whole"),
    ],
)
def test_keys_of_before_that_cannot_be_used_stop_the_start(
    tmp_path: Path, text: str, mode: int, said: str
) -> None:
    (tmp_path / "former.keys").write_text(text)
    (tmp_path / "former.keys").chmod(mode)

    with pytest.raises(SettingWrong, match=said):
        read(tmp_path)


def test_keys_of_before_can_be_given(tmp_path: Path) -> None:
    given = {"NEWSLETTER_FORMER_SECRET_KEYS": f"{OLDER} {OLD}", "NEWSLETTER_SECRET_KEY": "n" * 40}

    settings = read(tmp_path, **given)

    assert settings.former_secret_keys == (OLDER.encode(), OLD.encode())
    assert settings.hash_key == OLDER.encode()
    assert OLD not in repr(settings)


@pytest.mark.parametrize(
    "given", [f"{OLD} short", " ".join(f"{number:040}" for number in range(21))]
)
def test_wrong_keys_of_before_are_named_and_not_shown(tmp_path: Path, given: str) -> None:
    with pytest.raises(SettingWrong, match=r"^NEWSLETTER_FORMER_SECRET_KEYS") as refused:
        read(tmp_path, NEWSLETTER_FORMER_SECRET_KEYS=given)

    assert OLD not in str(refused.value)


def test_a_key_from_the_environment_is_changed_there(tmp_path: Path) -> None:
    read(tmp_path)
    kept = (tmp_path / "secret.key").read_bytes()

    with pytest.raises(SettingWrong, match="NEWSLETTER_FORMER_SECRET_KEYS"):
        change_key(tmp_path, key=b"k" * 40)

    assert (tmp_path / "secret.key").read_bytes() == kept
    assert not (tmp_path / "former.keys").exists()


def test_secrets_of_before_in_a_file_for_all_are_refused(tmp_path: Path) -> None:
    (tmp_path / "newsletter.toml").write_text(f'former_secret_keys = "{OLD}"\n')
    (tmp_path / "newsletter.toml").chmod(0o644)

    with pytest.raises(SettingWrong, match="can be read by others"):
        read(tmp_path)
