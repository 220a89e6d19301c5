"""Number formats end where they have to."""

from films import decided

from scenes.precision.precision import precision


def test_formats_end_where_they_are_said_to():
    for steps, dim, seed, radius in (
        (3, 6, 0, 0.5),
        (200, 12, 1479597477, 0.00460642654966585),
        (200, 12, 2528417366, 0.819971148106194),
    ):
        _, verdicts = decided(precision, steps=steps, dim=dim, seed=seed, spectral_radius=radius)
        assert all(verdict.holds for verdict in verdicts.values()), verdicts
