"""A store of vectors, the same in SQLite with numpy and in PostgreSQL with pgvector."""

import math
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import psycopg
import pytest

from playground.errors import AlreadyExistsError, NotFoundError, PlaygroundError, ValidationError
from playground.store.place import Where
from playground.vectors.filter import equal, read
from playground.vectors.match import passes
from playground.vectors.store import Document, Index, Namespace, Query, Store, opened

ODD = "a\0b\ud800 ❄ %s ? ' \"; --"
"""What databases choke on."""


@pytest.fixture(params=["sqlite", "pgvector"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> Where:
    return tmp_path / "vectors.db" if request.param == "sqlite" else request.getfixturevalue("pgvector")


@pytest.fixture
def store(where: Where) -> Iterator[Store]:
    store = opened(where)
    store.create(Namespace("me", "n", (Index("v", 2), Index("d", 3, "dot"), Index("e", 2, "euclidean"))))
    yield store
    store.close()


def doc(id: str, v: object = (1, 0), **payload: object) -> Document:
    return Document(id, {"v": v}, payload)


def found(store: Store, vector: object = (1, 0), index: str = "v", k: int = 10, **more: object) -> list[str]:
    return [hit.id for hit in store.search("me", "n", Query(index, vector, k, **more))]


def test_a_namespace_is_made_changed_and_deleted(store: Store):
    made = store.namespace("me", "n")
    assert [index.name for index in made.indexes] == ["v", "d", "e"]
    assert (made.mode, made.open, made.services, made.config) == ("standalone", False, {}, {})
    store.create(Namespace("me", "m", config={"kept": [1, {"x": None}]}))
    assert [each.id for each in store.namespaces("me")] == ["m", "n"]
    assert store.namespace("me", "m").config == {"kept": [1, {"x": None}]}
    changed = store.update("me", "n", mode="managed", indexes=[Index("w", 4)], services={"v": "local/x"})
    assert changed == store.namespace("me", "n")
    assert (changed.mode, changed.services, changed.index("w")) == ("managed", {"v": "local/x"}, Index("w", 4))
    assert changed.changes > made.changes
    store.upsert("me", "n", [doc("a")])
    store.delete("me", "n")
    for gone in (lambda: store.namespace("me", "n"), lambda: found(store), lambda: store.delete("me", "n")):
        with pytest.raises(NotFoundError, match="no namespace `n`") as caught:
            gone()
        assert caught.value.details == {"resource": "namespace", "id": "n"}
    store.create(Namespace("me", "n", (Index("v", 2),)))
    assert store.count("me", "n") == 0


def test_what_cannot_be_changed_is_refused(store: Store):
    with pytest.raises(AlreadyExistsError, match="`n` already"):
        store.create(Namespace("me", "n"))
    with pytest.raises(ValidationError, match=r"2 dimensions .* cannot become one of 5"):
        store.update("me", "n", indexes=[Index("new", 2), Index("v", 5)])
    with pytest.raises(ValidationError, match="no index `nope`"):
        store.update("me", "n", indexes=[Index("new", 2)], services={"nope": "x"})
    assert store.namespace("me", "n").index("new") is None


def test_indexes_that_cannot_be_are_refused(store: Store):
    for index in (Index("", 2), Index("x" * 257, 2), Index("w", 0), Index("w", 16_001)):
        with pytest.raises(ValidationError, match=r"vector_configs\.1"):
            store.update("me", "n", indexes=[Index("good", 2), index])
        with pytest.raises(ValidationError, match=r"vector_configs\.0"):
            store.create(Namespace("me", "m", (index,)))
    with pytest.raises(ValidationError, match="another name than the others"):
        store.create(Namespace("me", "m", (Index("x", 1), Index("x", 2))))
    assert [each.id for each in store.namespaces("me")] == ["n"]
    assert len(store.namespace("me", "n").indexes) == 3


def test_owners_do_not_see_each_other(store: Store):
    store.create(Namespace("you", "n", (Index("v", 2),)))
    store.upsert("you", "n", [doc("yours")])
    store.upsert("me", "n", [doc("mine")])
    store.keep("you", "n", "retriever", "r", {})
    assert found(store) == ["mine"]
    assert store.kept("me", "n", "retriever") == {}
    store.delete("you", "n")
    assert store.namespaces("you") == []
    with pytest.raises(NotFoundError):
        store.document("you", "n", "yours")
    assert store.document("me", "n", "mine").id == "mine"


def test_documents_come_back_as_they_were(store: Store):
    payload = {ODD: [ODD, None, True, 1, 1.5, 10**18, {"": []}], "text": "x" * 10_000}
    document = Document(ODD, {"v": [0.1, -2], "d": np.array([1, 2, 3])}, payload)
    store.upsert("me", "n", [document, Document("bare")])
    back = store.document("me", "n", ODD)
    assert back.payload == payload
    assert {name: np.asarray(vector).tolist() for name, vector in back.vectors.items()} == {
        "v": np.array([0.1, -2], np.float32).tolist(),
        "d": [1, 2, 3],
    }
    assert store.document("me", "n", "bare") == Document("bare")
    assert found(store, [0.1, -2]) == [ODD]
    assert found(store, filter=equal(ODD, ODD)) == [ODD]
    with pytest.raises(NotFoundError, match="no document `nobody`"):
        store.document("me", "n", "nobody")


def test_an_upsert_replaces_and_the_later_of_two_counts(store: Store):
    first = store.upsert("me", "n", [doc("a", n=1), doc("b"), doc("a", (0, 1), n=2)])
    assert first.ids == ("b", "a")
    assert store.document("me", "n", "a").payload == {"n": 2}
    assert found(store) == ["b", "a"]
    second = store.upsert("me", "n", [Document("b", {"e": [5, 5]})])
    assert second.changes > first.changes
    assert found(store) == ["a"]
    assert found(store, [5, 5], "e") == ["b"]


UNFIT = [
    (doc("x", [1, 2, 3]), r"documents\.1\.vectors\.v` has 3 numbers and the index `v` takes 2"),
    (Document("x", {"unknown": [1, 2]}), "no index `unknown`; there are `v`, `d`, `e`"),
    (doc("x", [0, 0]), "all zeros, which has no direction"),
    (doc("x", [1, math.nan]), "must have finite numbers"),
    (doc("x", [1, 1e300]), "must have finite numbers"),
    (doc("x", "text"), "must be a list of 1 to 16,000 numbers"),
    (doc("x", [[1, 2]]), "must be a list of 1 to 16,000 numbers"),
    (doc("", [1, 2]), r"documents\.1\.document_id` must have 1 to 512 characters"),
    (doc("x", n=math.inf), "must be JSON, without NaN"),
]


def test_of_documents_that_do_not_fit_none_is_written(store: Store):
    before = store.namespace("me", "n").changes
    for document, message in UNFIT:
        with pytest.raises(ValidationError, match=message):
            store.upsert("me", "n", [doc("good"), document])
    assert store.count("me", "n") == 0
    assert store.namespace("me", "n").changes == before


def test_every_vector_that_does_not_fit_is_named(store: Store):
    with pytest.raises(ValidationError) as caught:
        store.upsert("me", "n", [doc("a", [1]), doc("b"), Document("c", {"v": [1, 2, 3], "x": [1]})])
    assert [failure[0][2:] for failure in caught.value.failures] == [
        (0, "vectors", "v"),
        (2, "vectors", "v"),
        (2, "vectors", "x"),
    ]


def test_a_namespace_without_indexes_makes_them_of_what_comes(store: Store):
    assert store.create(Namespace("me", "open")).open
    store.upsert("me", "open", [Document("a", {"x": [1, 2, 3]}), Document("b", {"y": [1]})])
    assert store.namespace("me", "open").indexes == (Index("x", 3), Index("y", 1))
    with pytest.raises(ValidationError, match="has 2 numbers and the index `x` takes 3"):
        store.upsert("me", "open", [Document("c", {"x": [1, 2], "z": [1]})])
    assert store.namespace("me", "open").index("z") is None


def test_scores_are_exact_for_each_metric(store: Store):
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(50, 2)).astype(np.float32)
    store.upsert("me", "n", [doc(f"{place}", row) for place, row in enumerate(rows)])
    query = np.array([0.3, -0.7], np.float32)
    wide, asked = rows.astype(np.float64), query.astype(np.float64)
    expected = {
        "cosine": wide @ asked / np.linalg.norm(wide, axis=1) / np.linalg.norm(asked),
        "dot": wide @ asked,
        "euclidean": 1 / (1 + np.linalg.norm(wide - asked, axis=1)),
    }
    for metric, scores in expected.items():
        hits = store.search("me", "n", Query("v", query, 7, metric=metric))
        best = np.argsort(-scores)[:7]
        assert [hit.id for hit in hits] == [str(place) for place in best]
        np.testing.assert_allclose([hit.score for hit in hits], scores[best], rtol=1e-12)


def test_a_search_uses_the_metric_of_its_index(store: Store):
    store.upsert("me", "n", [Document("a", {"d": [2, 0, 0], "e": [3, 4]}), Document("b", {"d": [0, 0, 0]})])
    assert [(hit.id, hit.score) for hit in store.search("me", "n", Query("d", [3, 0, 0]))] == [("a", 6), ("b", 0)]
    (hit,) = store.search("me", "n", Query("e", [0, 0]))
    assert 1 / hit.score - 1 == 5
    assert [hit.id for hit in store.search("me", "n", Query("d", [3, 0, 0], metric="cosine"))] == ["a"]


def test_of_equal_scores_the_smaller_id_comes_first(store: Store):
    store.upsert("me", "n", [doc(id_) for id_ in "dacb"])
    assert found(store, k=3) == ["a", "b", "c"]


def test_a_search_among_some_looks_at_these_and_no_others(store: Store):
    store.upsert(
        "me", "n", [doc("a", (1, 0), n=1), doc("b", (1, 1), n=2), doc(ODD, (0, 1), n=1), doc("c", (1, 0), n=1)]
    )
    assert found(store, among=["b", ODD, "gone"]) == ["b", ODD]
    assert found(store, among=["b", ODD], filter=equal("n", 1)) == [ODD]
    assert found(store, among=[]) == []
    store.upsert("me", "n", [doc("b", (0, 1))])
    assert found(store, vector=(0, 1), among=["a", "b"]) == ["b", "a"]
    assert found(store, k=2) == ["a", "c"]  # nothing of it stays


def test_a_query_that_does_not_fit_is_refused(store: Store):
    for query, message in (
        (Query("nope", [1, 2]), "no index `nope`; there are `v`, `d`, `e`"),
        (Query("v", [1, 2, 3]), "has 3 numbers and the index `v` takes 2"),
        (Query("v", [0, 0]), "no direction"),
        (Query("e", [1, math.inf]), "finite"),
    ):
        with pytest.raises(ValidationError, match=message):
            store.search("me", "n", query)


FILTERS = {
    "equal text": {"field": "lang", "operator": "eq", "value": "de"},
    "equal number": {"field": "n", "operator": "eq", "value": 1.0},
    "truth is no number": {"flag": True},
    "null": {"maybe": None},
    "short form, all of it": {"lang": "de", "n": {"gte": 0, "lt": 2}},
    "not equal, also where nothing is": {"field": "lang", "operator": "ne", "value": "de"},
    "in": {"field": "n", "operator": "in", "value": [-1, 3, "x"]},
    "in nothing": {"field": "n", "operator": "in", "value": []},
    "not in": {"field": "n", "operator": "nin", "value": [0, 1]},
    "greater": {"field": "n", "operator": "gt", "value": 1},
    "negative": {"field": "n", "operator": "lte", "value": -0.5},
    "dates as texts": {"field": "day", "operator": "gte", "value": "2024-02-01"},
    "exists": {"field": "maybe", "operator": "exists", "value": True},
    "exists not": {"field": "maybe", "operator": "exists", "value": False},
    "is null": {"field": "maybe", "operator": "is_null", "value": True},
    "is not null": {"field": "maybe", "operator": "is_null", "value": False},
    "nested": {"field": "meta.deep.x", "operator": "eq", "value": 1},
    "in a list": {"field": "tags", "operator": "eq", "value": "red"},
    "not in a list": {"field": "tags", "operator": "ne", "value": "red"},
    "through a list": {"field": "parts.size", "operator": "gt", "value": 4},
    "an empty list is there": {"field": "tags", "operator": "exists", "value": True},
    "part of a text": {"field": "name", "operator": "contains", "value": "b(c"},
    "element of a list": {"field": "tags", "operator": "contains", "value": "green"},
    "contains a number": {"field": "n", "operator": "contains", "value": 1},
    "begins": {"field": "name", "operator": "starts_with", "value": "a.b"},
    "ends": {"field": "name", "operator": "ends_with", "value": "c)*"},
    "whatever the case": {"field": "name", "operator": "text", "value": "B(C"},
    "odd": {"field": ODD, "operator": "eq", "value": ODD},
    "all": {"AND": [{"lang": "de"}, {"field": "n", "operator": "gt", "value": 0}]},
    "one": {"OR": [{"lang": "fr"}, {"field": "n", "operator": "eq", "value": 3}]},
    "none": {"NOT": [{"lang": "de"}, {"n": 3}]},
    "all of none": {"AND": []},
    "one of none": {"OR": []},
    "deep": {"AND": [{"OR": [{"n": 1}, {"n": 3}]}, {"NOT": [{"lang": "de"}]}]},
}
PAYLOADS = {
    "0": {"lang": "de", "n": 0, "flag": True, "maybe": None, "tags": ["red", "green"], "name": "a.b(c)*"},
    "1": {"lang": "de", "n": 1, "flag": 1, "meta": {"deep": {"x": 1}}, "day": "2024-01-31", "tags": []},
    "2": {"lang": "en", "n": "1", "maybe": 2, "parts": [{"size": 1}, {"size": 5}], "day": "2024-02-01"},
    "3": {"n": 3, "flag": False, "tags": "red", "meta": [{"deep": [{"x": 1}]}], "name": "A.B(C)", "maybe": [None]},
    "4": {"n": -1.5, "tags": [["red"]], "parts": {"size": 9}, "name": "axb(c)*", "lang": {"de": 1}},
    "5": {ODD: [1, ODD], "n": 1e300, "meta": {"deep": 1}, "name": ["abc", "xb(c"]},
}


def test_filters_mean_the_same_everywhere(store: Store):
    """What they mean is said once more here, by hand, for some; for all, every engine says what Python says."""
    store.upsert("me", "n", [doc(id_, **payload) for id_, payload in PAYLOADS.items()])
    answers = {}
    for name, said in FILTERS.items():
        asked = read(said)
        expected = [id_ for id_, payload in PAYLOADS.items() if passes(asked, payload)]
        assert found(store, filter=asked) == expected, name
        assert [each.id for each in store.documents("me", "n", filter=asked)] == expected, name
        assert store.count("me", "n", asked) == len(expected), name
        answers[name] = "".join(expected)
    assert answers["equal text"] == "01"
    assert answers["truth is no number"] == "0"
    assert answers["not equal, also where nothing is"] == "2345"
    assert answers["null"] == "03"
    assert answers["in a list"] == "034"
    assert answers["nested"] == "13"
    assert answers["through a list"] == "24"
    assert answers["exists"] == "023"
    assert answers["is null"] == "01345"
    assert answers["part of a text"] == "045"
    assert answers["odd"] == "5"
    assert answers["all of none"] == "012345"
    assert answers["deep"] == "3"


def test_documents_are_listed_page_by_page(store: Store):
    store.upsert("me", "n", [doc(f"{number:02}", n=number) for number in (3, 1, 4, 0, 2)])
    assert [each.id for each in store.documents("me", "n", limit=2)] == ["00", "01"]
    assert [each.id for each in store.documents("me", "n", after="01", limit=2)] == ["02", "03"]
    assert [each.id for each in store.documents("me", "n", offset=3)] == ["03", "04"]
    assert store.documents("me", "n", limit=1)[0].vectors == {}
    assert np.asarray(store.documents("me", "n", limit=1, vectors=True)[0].vectors["v"]).tolist() == [1, 0]


def test_documents_are_deleted_by_id_and_by_filter(store: Store):
    store.upsert("me", "n", [doc(id_, n=n) for n, id_ in enumerate("abcdef")])
    assert found(store, k=1) == ["a"]  # whoever holds them in memory has to hear of it
    assert store.erase("me", "n", ["a", "nobody"]) == 1
    assert store.erase("me", "n", filter=read({"n": {"gte": 4}})) == 2
    assert store.erase("me", "n") == 0
    assert found(store) == ["b", "c", "d"]
    store.upsert("me", "n", [doc("a"), doc("f")])
    assert found(store) == ["a", "b", "c", "d", "f"]
    assert store.count("me", "n") == 5


def test_a_key_makes_an_upsert_idempotent(store: Store):
    first = store.upsert("me", "n", [doc("a", n=1)], key=ODD)
    store.upsert("me", "n", [doc("a", n=2)])
    again = store.upsert("me", "n", [doc("a", n=1)], key=ODD)
    assert again.repeated
    assert (again.ids, again.changes) == (first.ids, first.changes)
    assert store.document("me", "n", "a").payload == {"n": 2}
    for other in (doc("a", n=3), doc("b", n=1), doc("a", (0, 1), n=1)):
        with pytest.raises(AlreadyExistsError, match="was used for other documents") as caught:
            store.upsert("me", "n", [other], key=ODD)
        assert caught.value.code == "idempotency_key_reused"
    with pytest.raises(ValidationError):
        store.upsert("me", "n", [doc("x", [1])], key="refused")
    assert not store.upsert("me", "n", [doc("x")], key="refused").repeated


def test_a_key_that_is_too_long_is_refused(store: Store):
    assert store.upsert("me", "n", [doc("a")], key="❄" * 512).ids == ("a",)
    with pytest.raises(ValidationError, match="at most 512 characters"):
        store.upsert("me", "n", [doc("a")], key="x" * 513)


def test_one_of_many_with_the_same_key_writes(store: Store):
    with ThreadPoolExecutor(8) as pool:
        written = list(pool.map(lambda _: store.upsert("me", "n", [doc("a")], key="k"), range(8)))
    assert sorted(each.repeated for each in written) == [False] + 7 * [True]
    assert len({each.changes for each in written}) == 1


def test_objects_are_kept_beside_the_documents(store: Store, where: Where):
    store.keep("me", "n", "retriever", "b", {"v": 1})
    store.keep("me", "n", "retriever", ODD, {"x": ODD})
    store.keep("me", "n", "retriever", "b", {"v": 2})
    store.keep("me", "n", "collection", "b", {})
    store.forget("me", "n", "collection", "b")
    store.forget("me", "n", "collection", "nobody")
    other = opened(where)
    assert list(other.kept("me", "n", "retriever").items()) == [("b", {"v": 2}), (ODD, {"x": ODD})]
    assert other.kept("me", "n", "retriever", ODD) == {ODD: {"x": ODD}}
    assert other.kept("me", "n", "retriever", "gone") == other.kept("me", "n", "collection") == {}
    other.close()


def test_another_server_sees_what_was_written_at_once(store: Store, where: Where):
    other = opened(where)
    for number in range(5):
        writer, reader = (store, other) if number % 2 else (other, store)
        writer.upsert("me", "n", [doc("same", [1, number], n=number), doc(f"{number}", n=number)])
        hits = reader.search("me", "n", Query("v", [1, number], filter=equal("n", number)))
        assert [hit.id for hit in hits] == [f"{number}", "same"] if number == 0 else {hit.id for hit in hits}
        writer.erase("me", "n", [f"{number}"])
        assert found(reader) == ["same"]
        writer.update("me", "n", indexes=[Index(f"i{number}", 1)])
        writer.upsert("me", "n", [Document("same", {"v": [1, number], f"i{number}": [1]})])
        assert found(reader, [1], f"i{number}") == ["same"]
    other.close()


def test_readers_and_writers_at_once(store: Store):
    """A writer keeps all documents of a namespace at one value; nobody ever sees two, or misses one, or their own."""
    store.upsert("me", "n", [doc(f"{place}", n=-1) for place in range(20)])

    def act(client: int) -> None:
        for turn in range(3):
            if client % 4 == 0:
                number = client * 100 + turn
                written = store.upsert("me", "n", [doc(f"{place}", (1, number), n=number) for place in range(20)])
                store.upsert("me", "n", [Document(f"own {client}", {"d": [client, turn, 1]}, {"turn": turn})])
                hits = store.search(
                    "me", "n", Query("d", [client, turn, 1], filter=equal("turn", turn), metric="cosine")
                )
                assert f"own {client}" in [hit.id for hit in hits]
                assert store.namespace("me", "n").changes > written.changes
            hits = store.search("me", "n", Query("v", [1, 0], 100))
            assert len(hits) == 20
            assert len({hit.payload["n"] for hit in hits}) == 1
            assert len({hit.score for hit in hits}) == 1

    with ThreadPoolExecutor(64) as pool:
        list(pool.map(act, range(64)))


def test_namespaces_come_and_go_under_readers(store: Store):
    done = threading.Event()

    def look() -> int:
        looks = 0
        while not done.is_set():
            try:
                store.search("me", "brief", Query("v", [1, 0]))
                store.documents("me", "brief")
            except NotFoundError:
                pass
            looks += 1
        return looks

    with ThreadPoolExecutor(2) as pool:
        looking = [pool.submit(look) for _ in range(2)]
        for number in range(10):
            store.create(Namespace("me", "brief", (Index("v", 2),)))
            store.upsert("me", "brief", [doc(f"{number}")])
            assert [hit.id for hit in store.search("me", "brief", Query("v", [1, 0]))] == [f"{number}"]
            store.delete("me", "brief")
        done.set()
        assert all(each.result() for each in looking)


def test_a_closed_store_refuses(store: Store):
    store.close()
    with pytest.raises(PlaygroundError, match="closed"):
        found(store)


def test_pgvector_may_live_in_a_schema_of_its_own(vector_cluster, pgvector: str):
    vector_cluster.execute('CREATE SCHEMA "playground Odd"; CREATE EXTENSION vector SCHEMA "playground Odd"')
    store = opened(pgvector)
    store.create(Namespace("me", "n", (Index("v", 2),)))
    store.upsert("me", "n", [doc("a")])
    assert found(store) == ["a"]
    store.close()


def test_a_namespace_is_deleted_while_somebody_indexes_it(pgvector: str):
    """The index waits for a look at the data that began before it; the deletion must wait for neither."""
    store = opened(pgvector)
    store.create(Namespace("me", "n", (Index("v", 2),)))
    store.upsert("me", "n", [doc("a")])
    with ExitStack() as stack:
        looking, building, watching = (
            stack.enter_context(psycopg.connect(pgvector, autocommit=True)) for _ in range(3)
        )
        looking.execute("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1")
        pool = stack.enter_context(ThreadPoolExecutor(1))
        index = pool.submit(building.execute, "CREATE INDEX CONCURRENTLY ON playground_vectors.documents_1 (changed)")
        while not watching.execute("SELECT FROM pg_stat_progress_create_index").fetchall():
            assert not index.done(), index.exception()
        store.delete("me", "n")
        with pytest.raises(psycopg.errors.QueryCanceled):
            index.result(60)
    assert store.namespaces("me") == []
    store.close()
