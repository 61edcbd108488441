"""Our measures are those of ir-measures, which runs trec_eval's own code."""

from __future__ import annotations

import random

import ir_measures
import numpy as np
import pytest
from ir_measures import RR, R, nDCG

from ingest.evaluation.measures import ideal, ndcg, paired_bootstrap, recall, reciprocal_rank


def test_a_perfect_reranker_of_the_first_ones_brings_what_is_among_them_to_the_front() -> None:
    judgements = {"a": 1, "b": 2, "c": 1}
    assert ideal(["x", "a", "b", "y", "c"], judgements, 10, among=5) == 1.0
    assert ideal(["x", "a", "b", "y", "c"], judgements, 10, among=2) == pytest.approx(ndcg(["a", "x"], judgements, 10))


def test_measures_agree_with_ir_measures() -> None:
    chance = random.Random(11)  # noqa: S311 - test data, not secrets.
    documents = [f"d{number}" for number in range(300)]
    judged = {
        f"q{number}": {
            document: chance.choice([0, 1, 1, 2, 3]) for document in chance.sample(documents, chance.randint(1, 30))
        }
        for number in range(60)
    }
    rankings = {query: chance.sample(documents, chance.randint(0, 200)) for query in judged}
    wanted = [nDCG @ 10, R @ 10, R @ 100, RR @ 10]
    qrels = [ir_measures.Qrel(query, document, gain) for query, of in judged.items() for document, gain in of.items()]
    run = [
        ir_measures.ScoredDoc(query, document, float(-place))
        for query, ranking in rankings.items()
        for place, document in enumerate(ranking)
    ]
    reference = {(of.query_id, of.measure): of.value for of in ir_measures.iter_calc(wanted, qrels, run)}
    assert len(reference) == 4 * len(judged)
    for query, judgements in judged.items():
        ranking = rankings[query]
        assert ndcg(ranking, judgements, 10) == pytest.approx(reference[query, nDCG @ 10], abs=1e-6)
        assert recall(ranking, judgements, 10) == pytest.approx(reference[query, R @ 10], abs=1e-6)
        assert recall(ranking, judgements, 100) == pytest.approx(reference[query, R @ 100], abs=1e-6)
        assert reciprocal_rank(ranking, judgements, 10) == pytest.approx(reference[query, RR @ 10], abs=1e-6)


def test_measures_of_small_rankings_are_pinned() -> None:
    judgements = {"a": 2, "b": 1, "c": 0}
    assert ndcg(["a", "b"], judgements, 10) == 1
    assert ndcg(["x", "b"], judgements, 10) == pytest.approx((1 / np.log2(3)) / (2 + 1 / np.log2(3)))
    assert recall(["x", "b"], judgements, 2) == 0.5
    assert reciprocal_rank(["c", "b"], judgements, 10) == 0.5
    assert ndcg([], judgements, 10) == recall([], judgements, 10) == reciprocal_rank([], judgements, 10) == 0
    assert ndcg(["a"], {}, 10) == recall(["a"], {}, 10) == 0


def test_the_interval_of_a_difference_holds_its_mean_and_is_repeatable() -> None:
    chance = np.random.default_rng(3)
    right = chance.uniform(size=300)
    left = right + chance.normal(0.05, 0.2, size=300)
    difference = paired_bootstrap(left.tolist(), right.tolist())
    assert difference == paired_bootstrap(left.tolist(), right.tolist())
    assert difference.low < difference.mean < difference.high
    # 1.96 standard errors of a mean of 300.
    width = 1.96 * float(np.std(left - right)) / 300**0.5
    assert difference.high - difference.low == pytest.approx(2 * width, rel=0.1)


def test_no_difference_has_an_empty_interval() -> None:
    difference = paired_bootstrap([0.5] * 10, [0.5] * 10)
    assert (difference.mean, difference.low, difference.high) == (0, 0, 0)
