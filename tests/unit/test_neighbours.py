"""Exact neighbours and trustworthiness, against brute force and scikit-learn's own."""

import numpy as np
import pytest

from playground.neighbours import nearest, similarity, trust


def random(n, d, seed=0):
    return np.random.default_rng(seed).standard_normal((n, d)).astype(np.float32)


def exact_cosines(vectors):
    exact = vectors.astype(np.float64)
    exact /= np.linalg.norm(exact, axis=1, keepdims=True)
    return exact @ exact.T


@pytest.mark.parametrize(("n", "d", "k"), [(2, 3, 1), (40, 8, 39), (3000, 24, 10)])
def test_neighbours_are_those_of_brute_force(n, d, k):
    vectors = random(n, d)
    found = nearest(vectors, k)
    cosines = exact_cosines(vectors)
    np.fill_diagonal(cosines, -np.inf)
    assert np.allclose(found.cosines, np.sort(cosines, axis=1)[:, ::-1][:, :k], atol=2e-6)
    assert np.allclose(np.take_along_axis(cosines, found.indices, axis=1), found.cosines, atol=2e-6)
    assert all(len(set(row)) == k for row in found.indices.tolist())


def test_equal_vectors_tie_in_row_order_wherever_they_stand():
    vectors = random(500, 384)
    vectors[[3, 77, 200, 499]] = vectors[250] * np.float32(3)
    found = nearest(vectors, 4)
    assert found.indices[250].tolist() == [3, 77, 200, 499]
    assert found.indices[77].tolist() == [3, 200, 250, 499]
    assert nearest(np.ones((50, 7)), 3).indices[10].tolist() == [0, 1, 2]
    assert nearest(np.ones((50, 7)), 3).indices[1].tolist() == [0, 2, 3]


def test_neighbours_of_chosen_rows_and_more_than_there_are():
    vectors = random(6, 4)
    found = nearest(vectors, 50, rows=[4])
    assert found.indices.shape == (1, 5)
    assert found.indices.tolist() == nearest(vectors, 5).indices[[4]].tolist()
    assert nearest(vectors[:1], 3).indices.shape == (1, 0)


def test_a_vector_of_zeros_is_near_to_nothing():
    found = nearest(np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 0.1]]), 2)
    assert found.cosines[0].tolist() == [0.0, 0.0]
    assert found.indices[1].tolist() == [2, 0]


def test_similarity_is_symmetric_with_ones():
    vectors = random(20, 5)
    cosines = similarity(vectors)
    assert np.array_equal(cosines, cosines.T)
    assert np.allclose(np.diag(cosines), 1)
    assert cosines.max() <= 1
    assert similarity([[1.0, 0.0], [0.0, 2.0], [-3.0, 0.0]]).tolist() == [[1, 0, -1], [0, 1, 0], [-1, 0, 1]]


@pytest.mark.parametrize(("n", "k"), [(3, 1), (11, 5), (12, 5), (300, 10), (1500, 15)])
def test_trustworthiness_is_scikit_learns(n, k):
    from sklearn.manifold import trustworthiness

    vectors, plane = random(n, 30), random(n, 2, seed=1)
    for coordinates in (plane, vectors[:, :2].copy()):
        expected = trustworthiness(vectors, coordinates, n_neighbors=k, metric="cosine")
        assert trust(vectors, coordinates, k=k).score == pytest.approx(expected, abs=1e-5)  # near ties in float32


def test_a_faithful_map_has_no_false_neighbours():
    angles = np.linspace(0, 1, 40)
    circle = np.column_stack([np.cos(angles), np.sin(angles)]).astype(np.float32)
    judged = trust(circle, circle)
    assert judged.score == 1
    assert judged.false.max() == 0
    assert judged.mostly_false().size == 0


def test_a_point_put_among_strangers_is_named():
    angles = np.concatenate([np.linspace(0, 0.5, 30), np.linspace(2, 2.5, 30)])
    circle = np.column_stack([np.cos(angles), np.sin(angles)]).astype(np.float32)
    moved = circle.copy()
    moved[5] = circle[45] + 0.001
    judged = trust(circle, moved, k=5)
    assert 5 in judged.mostly_false()
    assert judged.false[5] == 1
    assert 12 not in judged.mostly_false()
    assert judged.score < 1


def test_k_is_lowered_for_few_points_and_two_have_nothing_to_judge():
    assert trust(random(7, 4), random(7, 2), k=10).k == 3
    assert trust(random(2, 4), random(2, 2)) is None
    assert trust(random(1, 4), random(1, 2)) is None


def test_many_points_are_judged_by_a_fixed_sample_near_the_whole():
    vectors = random(1200, 12)
    coordinates = vectors[:, :2].copy()
    whole, part = trust(vectors, coordinates), trust(vectors, coordinates, sample=300)
    assert len(whole.rows) == 1200
    assert len(part.rows) == len(part.false) == 300
    assert part.score == pytest.approx(whole.score, abs=0.02)
    assert np.array_equal(part.rows, trust(vectors, coordinates, sample=300).rows)
    assert np.array_equal(part.false, whole.false[part.rows])
