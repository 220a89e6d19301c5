"""The claim on the eigendecomposition is false where any one factor of the product is wrong."""

import numpy as np
from films import decided

from render.numerics.trajectory import simulate
from render.pipeline.claims import judge
from scenes import MatrixSequence
from scenes.fibonacci.fibonacci_spectrum import fibonacci_spectrum


def test_one_wrong_factor_makes_the_claim_of_the_product_false():
    columns, verdicts = decided(fibonacci_spectrum)
    assert verdicts["QΛᵗQ⁻¹ − Fᵗ"].holds
    sequence = columns[None].sequence
    for index in (0, 7, -1):
        factors = np.array(sequence.factors)
        factors[index] *= 1.5
        spoiled = {None: simulate(MatrixSequence(factors, sequence.initial, sequence.series))}
        found = {v.claim: v for v in judge(fibonacci_spectrum.claims, spoiled, fibonacci_spectrum.resolve())}
        assert not found["QΛᵗQ⁻¹ − Fᵗ"].holds, index
