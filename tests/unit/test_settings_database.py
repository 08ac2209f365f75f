"""`PLAYGROUND_DATABASE_URL`: what it may be, and that a password in it is shown nowhere."""

from pathlib import Path

import pytest

from playground.settings import Settings


def settings(url: str) -> Settings:
    return Settings.of({"PLAYGROUND_DATABASE_URL": url, "PLAYGROUND_DATA_DIR": "data"})


def test_files_and_servers():
    assert settings("").database == Path("data/playground.db")
    assert settings("").cache_database == Path("data/playground-cache.db")
    assert settings("").vectors_database == Path("data/playground-vectors.db")
    assert settings("sqlite:////srv/a.db").database == Path("/srv/a.db")
    for url in ("postgresql://u:p@h/d", "postgres://h/d"):
        assert settings(url).database == settings(url).cache_database == settings(url).vectors_database == url


def test_another_kind_is_refused_without_repeating_it():
    with pytest.raises(ValueError, match=r"must start with `sqlite:///` or `postgresql://`") as caught:
        _ = settings("mysql://u:geheim@h/d").database
    assert "geheim" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://u:pw@h:5432/d", "postgresql://u:•••@h:5432/d"),
        ("postgres://u:two%40words@h/d?sslmode=require", "postgres://u:•••@h/d?sslmode=require"),
        ("postgresql://u:not/quoted@all@h/d", "postgresql://u:•••@h/d"),
        ("postgresql://u@h/d?password=in-the-query&sslmode=require", "postgresql://u@h/d?password=•••&sslmode=require"),
        ("postgresql://u@h:5432/d", "postgresql://u@h:5432/d"),
    ],
)
def test_a_password_in_it_is_masked(url: str, shown: str):
    assert settings(url).masked(f"see {url} there") == f"see {shown} there"


def test_the_password_alone_is_masked_as_it_is_and_as_it_is_written():
    masked = settings("postgresql://u:two%40words@h/d").masked
    assert masked("two%40words, two@words") == "•••, •••"
