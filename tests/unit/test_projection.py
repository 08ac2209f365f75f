"""PCA, the UMAP worker and the projector: real processes, no fixtures."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from playground import errors
from playground.errors import BadRequestError, CancelledError, InternalServerError
from playground.matrix import matrix
from playground.projection import onto, pca
from playground.projector import Projector

pytestmark = pytest.mark.timeout(900)  # an installation's first UMAP compiles, twice where two tests ask at once
ROOT = Path(__file__).parents[2]


def topics(n, d, count=8, seed=0, noise=0.04):
    """Unit vectors around `count` random directions, and which direction each belongs to."""
    random = np.random.default_rng(seed)
    centres = random.standard_normal((count, d))
    centres /= np.linalg.norm(centres, axis=1, keepdims=True)
    labels = np.arange(n) % count
    vectors = centres[labels] + noise * random.standard_normal((n, d))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32), labels


@pytest.fixture(scope="module")
def projector():
    made = Projector(capacity=1)
    yield made
    made.close()


@pytest.mark.parametrize(("n", "d"), [(200, 16), (30, 384), (3, 2), (2, 5), (50, 50)])
def test_pca_is_the_singular_value_decomposition(n, d):
    vectors = np.random.default_rng(1).standard_normal((n, d))
    projection = pca(vectors.astype(np.float32))
    left, values, _ = np.linalg.svd(vectors - vectors.mean(axis=0), full_matrices=False)
    expected = (left * values)[:, :2]
    assert np.allclose(np.abs(projection.coordinates), np.abs(expected), atol=1e-3)
    assert projection.explained == pytest.approx(tuple(values[:2] ** 2 / (values**2).sum()), abs=1e-5)


def test_pca_of_many_rows_and_many_dimensions_finds_the_same_plane():
    vectors, _ = topics(1100, 1100, count=3)
    projection = pca(vectors)
    left, values, _ = np.linalg.svd(vectors.astype(np.float64) - vectors.mean(axis=0), full_matrices=False)
    assert np.allclose(np.abs(projection.coordinates), np.abs((left * values)[:, :2]), atol=1e-3)


@pytest.mark.parametrize(("n", "d"), [(200, 16), (30, 384), (3, 2), (1, 4)])
def test_further_vectors_have_the_place_that_they_would_have_had_on_the_map(n, d):
    vectors = np.random.default_rng(1).standard_normal((n, d)).astype(np.float32)
    coordinates = pca(vectors).coordinates
    assert np.allclose(onto(vectors, coordinates, vectors), coordinates, atol=1e-4)
    assert np.allclose(onto(vectors, coordinates, vectors.mean(axis=0, keepdims=True)), 0, atol=1e-4)


def test_vectors_of_another_length_have_no_place():
    vectors = np.eye(3, dtype=np.float32)
    with pytest.raises(BadRequestError, match="vectors of 2 dimensions have no place on a map of 3"):
        onto(vectors, pca(vectors).coordinates, [[1.0, 2.0]])


def test_pca_signs_do_not_depend_on_which_product_was_used():
    wide = np.random.default_rng(2).standard_normal((20, 21)).astype(np.float32)
    wide[:, 20] = 0
    assert np.allclose(pca(wide).coordinates, pca(wide[:, :20]).coordinates, atol=1e-4)
    farthest = np.abs(pca(wide).coordinates).argmax(axis=0)
    assert (pca(wide).coordinates[farthest, [0, 1]] > 0).all()


def test_pca_of_two_mirrored_points_is_the_same_every_time():
    assert pca([[1.0, 2.0, 3.0], [3.0, 2.0, 1.0]]).coordinates[0, 0] > 0
    assert pca([[3.0, 2.0, 1.0], [1.0, 2.0, 3.0]]).coordinates[0, 0] > 0


@pytest.mark.parametrize("vectors", [[[1.0, 2.0, 3.0]], [[1.0, 2.0]] * 7, [[0.0] * 5] * 3], ids=["one", "same", "zero"])
def test_pca_without_variance_is_one_place(vectors):
    projection = pca(vectors)
    assert projection.coordinates.tolist() == [[0.0, 0.0]] * len(vectors)
    assert projection.explained == (0.0, 0.0)


def test_pca_of_one_dimension_lies_on_a_line():
    projection = pca([[1.0], [2.0], [6.0]])
    assert projection.coordinates.tolist() == [[-2.0, 0.0], [-1.0, 0.0], [3.0, 0.0]]
    assert projection.explained == (1.0, 0.0)


@pytest.mark.parametrize(
    ("vectors", "said"),
    [
        ([], "embed at least one text first"),
        ([[]], "embed at least one text first"),
        ([[1.0, 2.0], [1.0]], "1 to 2 dimensions"),
        ([[1.0, 2.0], [1.0, float("nan")]], "vector 2 has values that are not finite"),
    ],
)
def test_vectors_that_cannot_be_drawn_are_refused_with_the_reason(vectors, said):
    with pytest.raises(BadRequestError, match=said):
        matrix(vectors)


@pytest.mark.slow
def test_umap_parts_the_topics(projector):
    vectors, labels = topics(160, 32)
    first = projector.project(vectors, "umap").result()
    places = first.coordinates
    centres = np.array([places[labels == label].mean(axis=0) for label in range(8)])
    own = np.linalg.norm(places[:, None] - centres[None], axis=2).argmin(axis=1)
    assert (own == labels).mean() > 0.95


@pytest.mark.slow
@pytest.mark.parametrize(
    "vectors",
    [np.random.default_rng(3).standard_normal((5, 9)), np.ones((12, 4)), np.zeros((6, 3)), np.arange(9.0)[:, None]],
    ids=["five", "same", "zero", "line"],
)
def test_umap_of_small_and_degenerate_input_is_finite(projector, vectors):
    places = projector.project(vectors, "umap").result().coordinates
    assert places.shape == (len(vectors), 2)
    assert np.isfinite(places).all()


@pytest.mark.slow
def test_umap_below_five_points_says_so(projector):
    with pytest.raises(BadRequestError, match="at least 5 points and there are 4; PCA"):
        projector.project(np.eye(4), "umap").result()


@pytest.mark.slow
def test_the_same_vectors_are_drawn_once_and_only_the_latest_are_remembered(projector):
    small = Projector(capacity=2)
    one, two, three = (np.eye(3) * factor for factor in (1, 2, 3))
    first = small.project(one, "pca")
    assert small.project(one.tolist(), "pca") is first
    small.project(two, "pca")
    small.project(three, "pca")
    assert small.project(one, "pca") is not first
    assert projector.project(np.eye(6), "umap") is projector.project(np.eye(6), "umap")


@pytest.mark.slow
def test_a_waiting_map_can_be_stopped_and_the_one_before_it_goes_on(projector):
    first, _ = topics(2_000, 16, seed=8)
    second, _ = topics(2_000, 16, seed=9)
    before, waiting = projector.project(first, "umap"), projector.project(second, "umap")
    assert waiting.cancel()
    assert "before its turn" in str(waiting.failure())
    assert before.result().coordinates.shape == (2_000, 2)


@pytest.mark.slow
def test_a_killed_worker_fails_its_map_and_a_fresh_one_draws_the_same_maps_in_silence(projector, capfd):
    vectors, _ = topics(60, 8, seed=4)
    large, _ = topics(12_000, 64, seed=5)
    before = projector.project(vectors, "umap").result()
    lost = projector.project(large, "umap")
    old = _running_worker(projector, lost)
    os.kill(old, signal.SIGKILL)
    with pytest.raises(InternalServerError, match=r"exit code -9.*fresh one"):
        lost.result()
    after = projector.project(vectors, "umap").result()
    assert after is not before
    assert np.array_equal(after.coordinates, before.coordinates)
    assert projector.worker_pid != old
    assert capfd.readouterr() == ("", "")


@pytest.mark.slow
def test_a_running_map_can_be_stopped(projector):
    large, _ = topics(12_000, 64, seed=7)
    drawing = projector.project(large, "umap")
    _running_worker(projector, drawing)
    assert drawing.cancel()
    with pytest.raises(CancelledError, match="stopped"):
        drawing.result()
    assert isinstance(drawing.failure(), CancelledError)
    assert not drawing.cancel(), "it has ended already"
    assert projector.project(large, "umap") is drawing, "a page that runs again does not start it anew"
    assert projector.project(large, "umap", again=True) is not drawing


def test_a_map_that_takes_too_long_is_given_up():
    hasty = Projector(timeout=0.2)
    try:
        with pytest.raises(errors.TimeoutError, match=r"more than 0\.2 s"):
            hasty.project(np.eye(9), "umap").result()
        assert hasty.worker_pid is None
    finally:
        hasty.close()


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="reads process states from /proc")
def test_the_worker_knows_no_key_and_ends_with_its_parent_even_while_it_computes():
    script = (
        "import numpy, time; from playground.projector import Projector\n"
        "p = Projector(); d = p.project(numpy.random.default_rng(0).standard_normal((9000, 64)), 'umap')\n"
        "while p.worker_pid is None: time.sleep(0.01)\n"
        "print(p.worker_pid, flush=True); time.sleep(600)"
    )
    surroundings = {**os.environ, "OPENAI_API_KEY": "sk-of-the-server"}
    command = [sys.executable, "-c", script]
    with subprocess.Popen(command, cwd=ROOT, env=surroundings, stdout=subprocess.PIPE, text=True) as parent:
        worker = int(parent.stdout.readline())
        known = Path(f"/proc/{worker}/environ").read_bytes()
        parent.kill()
    assert b"PATH=" in known
    assert b"sk-of-the-server" not in known
    while _alive(worker):  # bounded by the test's own timeout
        time.sleep(0.1)


def _running_worker(projector, drawing):
    while not drawing.running() or projector.worker_pid is None:
        time.sleep(0.01)
    return projector.worker_pid


def _alive(pid):
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"
