"""The library over both stores: documents, searches, retrievers, collections, promotion, tokens, each in its scope."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from playground.errors import AlreadyExistsError, BadRequestError, NotFoundError, ValidationError
from playground.namespace import private
from playground.runs import Runs, build
from playground.settings import Settings
from playground.store.place import Where
from playground.vectors.library import Library, adhoc
from playground.vectors.promotion import Addition
from playground.vectors.retriever import Retriever
from playground.vectors.scope import Scope
from playground.vectors.store import Document, Index, Namespace, opened
from tests.plugins import MANIFEST, write
from tests.postgres import Cluster
from tests.replay import Answer, ReplayServer

E = {"x": [1.0, 0.0, 0.0], "y": [0.0, 1.0, 0.0], "z": [0.0, 0.0, 1.0]}
MINI = "local/all-minilm-l6-v2"


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runs]:
    made = build(Settings.of({"PLAYGROUND_DATA_DIR": str(tmp_path_factory.mktemp("data"))}))
    yield made
    made.close()


@pytest.fixture(scope="module", params=["sqlite", "pgvector"])
def where(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Where]:
    with ExitStack() as stack:
        if request.param == "sqlite":
            yield tmp_path_factory.mktemp("vectors") / "vectors.db"
        else:
            cluster: Cluster = request.getfixturevalue("vector_cluster")
            yield stack.enter_context(cluster.database())


@pytest.fixture(scope="module")
def library(where: Where, runs: Runs) -> Iterator[Library]:
    made = Library(opened(where), runs.library.services)
    yield made
    made.close()


@pytest.fixture
def other(where: Where, runs: Runs) -> Iterator[Library]:
    """What another server has."""
    made = Library(opened(where), runs.library.services)
    yield made
    made.close()


@pytest.fixture
def scope(library: Library, request: pytest.FixtureRequest) -> Scope:
    """A namespace of three documents in two indexes, of an owner of the test's own."""
    made = Scope(request.node.name, "space")
    library.store.create(Namespace(made.owner, made.namespace, (Index("one", 3), Index("two", 3, "dot"))))
    documents = [
        Document("a", {"one": E["x"], "two": E["y"]}, {"lang": "de", "year": 1990}),
        Document("b", {"one": E["y"], "two": E["x"]}, {"lang": "en", "year": 2000}),
        Document("c", {"one": [0.8, 0.6, 0.0]}, {"lang": "en", "year": 2010}),
    ]
    library.write(made, documents)
    return made


def vector(index: str, value: object, **more: object) -> dict:
    return {"feature_uri": index, "query": {"input_mode": "vector", "value": value}} | more


def ids(execution) -> list[str]:
    return [each.place.id for each in execution.found]


def test_a_search_ranks_filters_and_cuts(library: Library, scope: Scope):
    assert ids(library.search(scope, [vector("one", E["x"])])) == ["a", "c", "b"]
    first = library.search(scope, [vector("one", E["x"])]).found[0]
    assert (first.place.score, first.payload["year"]) == (pytest.approx(1.0), 1990)
    assert ids(library.search(scope, [vector("one", E["x"], top_k=2)])) == ["a", "c"]
    assert ids(library.search(scope, [vector("one", E["x"], min_score=0.9)])) == ["a"]
    assert ids(library.search(scope, [vector("one", E["x"])], filters={"lang": "en"})) == ["c", "b"]
    assert ids(library.search(scope, [], filters={"year": {"gte": 2000}})) == ["b", "c"]


def test_two_searches_are_fused_and_explained(library: Library, scope: Scope):
    found = library.search(scope, [vector("one", E["x"]), vector("two", E["x"], weight=0.5)], top_k=2)
    assert ids(found) == ["b", "a"] or ids(found) == ["a", "b"]
    shares = {each.place.id: [(share.search, share.rank) for share in each.place.shares] for each in found.found}
    assert shares == {"a": [(0, 1), (1, 2)], "b": [(0, 3), (1, 1)]}
    for each in found.found:
        assert each.place.score == pytest.approx(sum(share.contribution for share in each.place.shares))


def stages(*several: list, **more: object) -> Retriever:
    """A retriever of several stages, each of some searches."""
    return Retriever(
        "", "", [{**adhoc(searches, **more).stages[0], "stage_name": str(n)} for n, searches in enumerate(several)]
    )


def test_a_later_stage_searches_among_what_the_one_before_it_left(library: Library, scope: Scope):
    first, second = vector("one", E["x"], top_k=2), vector("one", E["y"])
    found = library.execute(scope, stages([first], [second]))
    assert ids(found) == ["c", "a"]  # `b` is nearest to the second question and was not left by the first stage
    assert [each.count for each in found.stages] == [2, 2]
    assert [each.place.shares[0].score for each in found.found] == [pytest.approx(0.6), pytest.approx(0.0)]
    narrow = {"stage_name": "f", "config": {"stage_id": "attribute_filter", "parameters": {"lang": "en"}}}
    narrow["config"]["parameters"] = {"field": "lang", "operator": "eq", "value": "en"}
    made = stages([first], [second])
    for place in (0, 1, 2):  # wherever it stands, it leaves room for two that pass
        several = [*made.stages[:place], narrow, *made.stages[place:]]
        assert ids(library.execute(scope, Retriever("", "", several))) == ["b", "c"]
    listing = stages([], [second])
    listing.stages[0]["config"]["pre_filters"] = {"lang": "en"}
    assert ids(library.execute(scope, listing)) == ["b", "c"]
    assert ids(library.execute(scope, stages([first], [second]), filters={"lang": "none"})) == []


def test_braces_in_a_search_without_a_retriever_are_no_template(library: Library, scope: Scope):
    with pytest.raises(BadRequestError, match="nobody embeds for the index `one`"):
        library.search(scope, [{"feature_uri": "one", "query": {"input_mode": "text", "value": "{{INPUT.gone}}"}}])


def test_like_this_one(library: Library, scope: Scope):
    query = {"feature_uri": "one", "query": {"input_mode": "document", "document_ref": {"document_id": "b"}}}
    assert ids(library.search(scope, [query])) == ["b", "c", "a"]
    query["query"]["document_ref"]["document_id"] = "gone"
    with pytest.raises(NotFoundError):
        library.search(scope, [query])
    other = {"feature_uri": "two", "query": {"input_mode": "document", "document_ref": {"document_id": "c"}}}
    with pytest.raises(ValidationError, match="`c` has no vector in `two`"):
        library.search(scope, [other])


def test_a_query_of_another_length_names_both_numbers(library: Library, scope: Scope):
    with pytest.raises(ValidationError, match="has 2 numbers and the index `one` has 3 dimensions"):
        library.search(scope, [vector("one", [1.0, 2.0])])


def test_searches_that_may_be_left_out_are(library: Library, scope: Scope):
    gone = vector("three", E["x"])
    with pytest.raises(NotFoundError, match="no vector index `three`; there are `one`, `two`"):
        library.search(scope, [gone])
    found = library.search(scope, [vector("one", E["x"]), gone | {"optional": True}])
    assert (ids(found)[0], len(found.warnings)) == ("a", 1)

    maybe = adhoc([vector("one", E["x"]), vector("two", "{{INPUT.q}}", on_empty="skip")])
    assert ids(library.execute(scope, maybe, {})) == ids(library.execute(scope, maybe, {"q": []})) == ["a", "c", "b"]
    assert len(library.execute(scope, maybe, {}).warnings) == 1
    later = adhoc([vector("two", "{{INPUT.q}}", on_empty="skip"), vector("one", E["x"])])
    assert library.execute(scope, later, {}).found[0].place.shares[0].search == 1
    needed = adhoc([vector("one", "{{INPUT.q}}")])
    for inputs in ({}, {"q": []}):
        with pytest.raises(ValidationError):
            library.execute(scope, needed, inputs)
    with pytest.raises(ValidationError, match="every search was skipped"):
        library.execute(scope, adhoc([vector("one", "{{INPUT.q}}", on_empty="skip")]), {})


def test_nothing_of_a_write_that_does_not_fit_is_kept(library: Library, scope: Scope):
    with pytest.raises(ValidationError) as refused:
        library.write(scope, [Document("d", {"one": E["z"]}), Document("e", {"one": [1.0]})])
    assert "3" in refused.value.message
    assert "1" in refused.value.message
    with pytest.raises(ValidationError):
        library.write(scope, [Document("d", {"three": E["z"]})])
    for count in (0, 1001):
        with pytest.raises(ValidationError, match="1 to 1,000"):
            library.write(scope, [Document(f"n{number}", {"one": E["z"]}) for number in range(count)])
    assert library.store.count(scope.owner, scope.namespace) == 3


def test_a_key_writes_once(library: Library, scope: Scope):
    first = library.write(scope, [Document("k", {"one": E["z"]})], key="once", token=True)
    again = library.write(scope, [Document("k", {"one": E["z"]})], key="once", token=True)
    assert (again.ids, again.token, again.repeated) == (first.ids, first.token, True)
    with pytest.raises(AlreadyExistsError):
        library.write(scope, [Document("k", {"one": E["x"]})], key="once")


def test_a_token_is_good_on_every_server_and_in_its_namespace_only(library: Library, other: Library, scope: Scope):
    token = library.write(scope, [Document("t", {"one": E["z"]})], token=True).token
    other.seen(scope, token)
    assert ids(other.search(scope, [vector("one", E["z"], top_k=1)])) == ["t"]
    assert library.write(scope, [Document("t", {"one": E["z"]})]).token == ""
    second = other.write(scope, [Document("u", {"one": E["z"]})], token=True).token
    library.seen(scope, second)

    elsewhere = Scope(scope.owner, "elsewhere")
    library.store.create(Namespace(elsewhere.owner, elsewhere.namespace))
    stranger = Scope(f"not {scope.owner}", scope.namespace)
    library.store.create(Namespace(stranger.owner, stranger.namespace))
    library.write(stranger, [Document("s", {"one": E["z"]})], token=True)
    for where in (elsewhere, stranger):
        with pytest.raises(BadRequestError, match="is not of the namespace"):
            library.seen(where, token)
    for word in ("", "wt_", "wt_é", token[:-2], token[:-1] + "!", f"{token}AAAA"):
        with pytest.raises(BadRequestError, match="is not of the namespace"):
            library.seen(scope, word)


def test_a_token_of_a_namespace_that_was_made_again_is_unknown(library: Library, scope: Scope):
    token = library.write(scope, [Document("t", {"one": E["z"]})], token=True).token
    library.store.delete(scope.owner, scope.namespace)
    library.store.create(Namespace(scope.owner, scope.namespace))
    library.write(scope, [Document("t", {"one": E["z"]})], token=True)
    with pytest.raises(BadRequestError, match="is not of the namespace"):
        library.seen(scope, token)


def test_retrievers_are_durable_and_each_scopes_own(library: Library, other: Library, scope: Scope):
    stages = adhoc([vector("one", "{{INPUT.q}}")], top_k=1).stages
    made = library.retrievers.create(scope, Retriever("", "near", stages, {"q": {"type": "array", "required": True}}))
    assert other.retrievers.get(scope, made.id) == other.retrievers.get(scope, "near")
    assert other.retrievers.get(scope, "near").id == made.id
    assert ids(other.execute(scope, other.retrievers.get(scope, "near"), {"q": E["y"]})) == ["b"]
    with pytest.raises(AlreadyExistsError):
        other.retrievers.create(scope, Retriever("", "near", stages))
    for where in (Scope("another", scope.namespace), Scope(scope.owner, "another")):
        assert library.retrievers.all(where) == []
        with pytest.raises(NotFoundError, match="there is no retriever `near`"):
            library.retrievers.get(where, "near")
    library.retrievers.delete(scope, "near")
    assert other.retrievers.all(scope) == []


def test_of_many_who_take_a_name_at_once_one_has_it(library: Library, other: Library, scope: Scope):
    stages = adhoc([vector("one", E["x"])]).stages

    def make(number: int) -> bool:
        try:
            (library, other)[number % 2].retrievers.create(scope, Retriever("", "mine", stages))
        except AlreadyExistsError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(make, range(16))) == 1
    assert len(library.retrievers.all(scope)) == 1


def test_documents_of_a_collection_are_embedded_by_runs(library: Library, runs: Runs, scope: Scope):
    collection = library.collections.create(scope, "stories", MINI, source="story")
    assert (collection.index, collection.service) == ("local_all-minilm-l6-v2", MINI)
    texts = {"v": "Volcanoes throw out lava", "g": "Glaciers are rivers of ice", "k": "Cats sleep all day"}
    place = private(scope.namespace, scope.owner)
    before = runs.history.count(place)
    library.write(scope, [Document(id_, {}, {"story": text}) for id_, text in texts.items()], collection="stories")
    query = {"feature_uri": collection.index, "query": {"input_mode": "text", "value": "{{frozen}} water"}}
    found = library.search(scope, [query], collections=["stories"])
    assert (ids(found)[0], set(ids(found))) == ("g", set(texts))
    assert runs.history.count(place) == before + 2
    assert not runs.history.count(scope.namespace)
    assert library.collections.count(scope, collection) == 3
    brought = library.store.document(scope.owner, scope.namespace, "g").vectors[collection.index]
    library.write(scope, [Document("own", {collection.index: brought})], collection="stories")
    with pytest.raises(ValidationError, match=r"no text that could be embedded for `.+` in `story`"):
        library.write(
            scope, [Document("x", {}, {"story": "a"}), Document("y", {}, {"text": "b"})], collection="stories"
        )
    assert library.write(scope, [Document("other", {"one": E["x"]})], collection="stories").unsearchable == ("other",)
    assert library.collections.delete(scope, "stories") == 5
    assert library.store.count(scope.owner, scope.namespace) == 3
    with pytest.raises(NotFoundError):
        library.write(scope, [Document("x", {}, {"story": "a"})], collection="stories")


def test_a_key_is_for_what_was_sent_to_a_collection_not_for_what_was_embedded(
    replay: ReplayServer, settings: Callable[..., Settings]
):
    """The service embeds one text in two ways, as some do in their last digits."""
    runs = build(settings(PLAYGROUND_COMPATIBLE_REPLAY_BASE_URL=f"{replay.url}/v1"))
    library, scope, sent = runs.library, Scope("me", "space"), [Document("k", {}, {"text": "ice"})]
    library.store.create(Namespace(scope.owner, scope.namespace))
    embed(replay, [1.0, 0.0])
    for name in ("left", "right"):
        library.collections.create(scope, name, "replay/m")
    first = library.write(scope, sent, collection="left", key="once", token=True)
    embed(replay, [1.0, 1e-6])
    again = library.write(scope, sent, collection="left", key="once", token=True)
    assert (again.token, again.repeated) == (first.token, True)
    for other, into in (([Document("k", {}, {"text": "fire"})], "left"), (sent, "right")):
        with pytest.raises(AlreadyExistsError):
            library.write(scope, other, collection=into, key="once")
    runs.close()


def embed(replay: ReplayServer, vector: list[float]) -> None:
    """Have the service answer this vector to one text."""
    data = [{"index": 0, "embedding": vector}]
    replay.on("POST", "/v1/embeddings", Answer.json({"data": data, "usage": {"prompt_tokens": 1, "total_tokens": 1}}))


def test_a_second_collection_of_a_service_shares_its_index_and_not_its_documents(library: Library, scope: Scope):
    for name in ("left", "right"):
        library.collections.create(scope, name, MINI)
        library.write(scope, [Document(name, {}, {"text": name})], collection=name)
    query = {"feature_uri": "local_all-minilm-l6-v2", "query": {"value": "left"}}
    assert ids(library.search(scope, [query])) == ["left", "right"]
    assert ids(library.search(scope, [query | {"collection_identifiers": ["right"]}])) == ["right"]
    with pytest.raises(AlreadyExistsError):
        library.collections.create(scope, "left", MINI)
    with pytest.raises(NotFoundError, match="there is no collection `gone`"):
        library.search(scope, [query], collections=["gone"])


def test_a_promotion_that_does_not_fit_changes_nothing(library: Library, scope: Scope):
    with pytest.raises(ValidationError) as refused:
        library.promotion.promote(scope, [("one", MINI), ("gone", MINI), ("two", "no_such_plugin")])
    said = refused.value.details["validation_errors"]
    assert [each["location"] for each in said] == [
        "body.vector_mappings.0.inference_service",
        "body.vector_mappings.1.existing_index",
        "body.vector_mappings.2.inference_service",
    ]
    assert "384 dimensions and the index `one` has 3" in said[0]["message"]
    namespace = library.store.namespace(scope.owner, scope.namespace)
    assert (namespace.mode, dict(namespace.services)) == ("standalone", {})


def test_a_promoted_namespace_takes_texts(library: Library, scope: Scope):
    suggested = {each.index.name: each.services for each in library.promotion.validate(scope, [])}
    assert suggested == {"one": (), "two": ()}
    text = {"feature_uri": "words", "query": {"input_mode": "text", "value": "ice"}}
    made = library.promotion.promote(scope, [], [Addition(Index("words", 384), MINI)])
    assert (made.mode, dict(made.services), made.index("words")) == ("managed", {"words": MINI}, Index("words", 384))
    assert ids(library.search(scope, [text])) == []
    assert ids(library.search(scope, [text | {"feature_uri": MINI}])) == []
    with pytest.raises(BadRequestError, match="managed already"):
        library.promotion.promote(scope, [])


def test_who_takes_only_images_is_asked_for_the_length_of_its_vectors_with_one(tmp_path: Path):
    manifest = MANIFEST.partition("features")[0] + 'inference_type = "embedding"\nsupported_input_types = ["image"]\n'
    body = 'return {"embedding": [1.0, 2.0, float(bool(inputs["image_base64"]))]}'
    write(tmp_path / "plugins" / "looks", "looks", body, manifest=manifest)
    said = {"PLAYGROUND_DATA_DIR": str(tmp_path), "PLAYGROUND_PLUGINS_DIR": str(tmp_path / "plugins")}
    runs = build(Settings.of(said))
    scope = Scope("me", "pictures")
    runs.library.store.create(Namespace("me", "pictures", (Index("one", 3),)))
    made = runs.library.promotion.promote(scope, [("one", "plugin/looks_1_0_0")])
    assert dict(made.services) == {"one": "plugin/looks_1_0_0"}
    runs.close()


def test_names_of_services(runs: Runs):
    request = runs.library.services.request
    e5 = "mixpeek://text_extractor@v1/multilingual_e5_large_instruct_v1"
    for name in ("intfloat/multilingual-e5-large-instruct", "multilingual_e5_large_instruct_v1", e5):
        assert request(name, {"text": "a"}).feature_uri == e5
        assert request(name, {"text": "a"}).parameters is None
        assert request(name, {"text": "a"}, query=True).parameters == {"input_type": "query"}
    local = request("local/multilingual-e5-large-instruct", {"text": "a"}, query=True)
    assert (local.provider, local.parameters) == ("local", {"input_type": "query"})
    assert request("gemini/gemini-embedding-2", {}).model == "gemini-embedding-2"
    assert request("somebody/else_1_0_0", {}).inference_name == "somebody/else_1_0_0"
    assert runs.library.services.dimension(Scope("o", "n"), e5) == 1024
    assert runs.library.services.dimension(Scope("o", "n"), MINI) == 384
