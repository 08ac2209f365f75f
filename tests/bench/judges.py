"""Where the cosine of two answers tells whether they say the same: `python -m tests.bench.judges`.

Pairs of answers, written for this: the same said in other words, and near misses that differ in a fact. Printed for
thresholds: how many of each kind would be called the same or different; of near misses none should be called the same,
with the look at telling words and, in brackets, without. Passages of the handbook stand for unrelated answers.
"""

from itertools import combinations

import numpy as np

from playground.cache.embedder import bundled
from playground.cache.judges import agree
from playground.providers.local.handbook.passages import passages

SAME = """\
The capital of France is Paris. | Paris is the capital of France.
Use git revert to undo the commit. | You can undo the commit with git revert.
Water boils at 100 degrees Celsius at sea level. | At sea level, water boils at 100 degrees Celsius.
Photosynthesis turns light into chemical energy. | Photosynthesis converts light to chemical energy.
The train leaves at 9:15 from platform 4. | It departs from platform 4 at 9:15.
Yes, you can return it within 30 days. | Yes. Returns are possible within 30 days.
Drink plenty of water and rest. | You should rest and drink a lot of water.
A list is mutable, a tuple is not. | Tuples can't be changed, lists can.
The function returns None when nothing is found. | If nothing is found, the function returns None.
Einstein published general relativity in 1915. | General relativity was published by Einstein in 1915.
Preheat the oven to 180 °C and bake for 25 minutes. | Bake it for 25 minutes in an oven preheated to 180 °C.
I cannot help with that request. | I'm not able to help with this request.
The warranty covers two years. | The product has a two-year warranty.
Click Settings, then Privacy, and turn off tracking. | Turn tracking off under Settings, Privacy.
It depends on your bank; ask them about the fees. | Ask your bank about fees, since it depends on them."""
DIFFERENT = """\
The capital of France is Paris. | The capital of Italy is Rome.
The train leaves at 9:15 from platform 4. | The train leaves at 9:45 from platform 4.
Yes, you can return it within 30 days. | No, you cannot return it within 30 days.
Water boils at 100 degrees Celsius. | Water boils at 212 degrees Celsius.
Use git revert to undo the commit. | Use git reset to undo the commit.
The warranty covers two years. | The warranty covers five years.
Take one tablet in the morning. | Take one tablet in the evening.
Einstein published general relativity in 1915. | Einstein published special relativity in 1905.
A list is mutable. | A list is immutable.
The function returns None. | The function returns True.
The shop opens on Monday. | The shop opens on Tuesday.
Turn the valve to the left to open it. | Turn the valve to the right to open it.
Increase the dose slowly. | Decrease the dose slowly.
The answer is 42. | The answer is 43.
You should update the driver. | You should never update the driver.
Mix two parts flour with one part water. | Mix one part flour with two parts water.
The film was directed by Christopher Nolan. | The film was directed by Denis Villeneuve.
Rome defeated Carthage. | Carthage defeated Rome.
Berlin has 3.7 million inhabitants. | Hamburg has 1.9 million inhabitants."""


def main() -> None:
    """Print the table."""
    read = bundled().read
    same, different = (_cosines(text, read) for text in (SAME, DIFFERENT))
    vectors = np.array([read(passage.text).vector for passage in passages()])
    unrelated = [float(vectors[a] @ vectors[b]) for a, b in combinations(range(len(vectors)), 2)]
    print(f"{len(same)} pairs that say the same, {len(different)} near misses, {len(unrelated):,} unrelated pairs")
    for name, found in (
        ("same", [c for c, _ in same]),
        ("near miss", [c for c, _ in different]),
        ("unrelated", unrelated),
    ):
        print(f"{name:10} cosine", " ".join(f"{np.quantile(found, q):.2f}" for q in (0, 0.1, 0.25, 0.5, 0.75, 0.9, 1)))
    print("\nupper  called the same: of the same / of near misses (without the look at telling words)")
    for upper in (0.85, 0.9, 0.93, 0.95, 0.97, 0.99):
        counts = [sum(c >= upper and ok for c, ok in pairs) for pairs in (same, different)]
        blind = sum(c >= upper for c, _ in different)
        print(f"{upper:.2f}   {counts[0]:2}/{len(same)}   {counts[1]:2}/{len(different)}   ({blind}/{len(different)})")
    print("\nlower  called different: of the same / of near misses / of unrelated")
    for lower in (0.3, 0.4, 0.5, 0.6, 0.7):
        counts = [sum(c <= lower for c, _ in pairs) for pairs in (same, different)]
        far = sum(c <= lower for c in unrelated)
        print(f"{lower:.2f}   {counts[0]:2}/{len(same)}   {counts[1]:2}/{len(different)}   {far / len(unrelated):.0%}")


def _cosines(text: str, read) -> list[tuple[float, bool]]:
    """For each pair the cosine, and whether telling words agree."""
    pairs = [line.split(" | ") for line in text.splitlines()]
    return [(float(np.dot(read(a).vector, read(b).vector)), agree(a, b)) for a, b in pairs]


if __name__ == "__main__":
    main()
