"""The population: what the dossier tables say about totals, margins and punctuality."""

import numpy as np
import pytest

from analysis.errors import AnalysisError
from analysis.population import DossierRow, population_from_rows


def settled(field: str, outcome: str, count: int) -> DossierRow:
    return DossierRow("P1", "settled", field, None, outcome, count)


def received(field: str, channel: str, count: int) -> DossierRow:
    return DossierRow("P1", "received", field, channel, None, count)


def test_with_both_tables_the_settled_one_gives_the_total_and_the_fields() -> None:
    population = population_from_rows(
        [
            settled("dat-dai", "early", 100),
            settled("dat-dai", "overdue", 20),
            settled("ho-tich", "on_time", 80),
            received("dat-dai", "truc-tiep", 200),
            received("ho-tich", "truc-tiep", 100),
            received("ho-tich", "truc-tuyen", 100),
        ]
    )
    assert population.total.tolist() == [200]
    assert population.field.tolist() == [[120, 80]]
    np.testing.assert_allclose(population.channel, [[150, 50]])
    assert population.outcome.tolist() == [[100, 80, 20]]
    assert population.on_time_shares() == {"P1": 0.9}
    assert population.cross is None


def test_one_table_alone_gives_everything_it_can() -> None:
    population = population_from_rows(
        [received("dat-dai", "truc-tiep", 30), received("ho-tich", "truc-tuyen", 70)]
    )
    assert population.total.tolist() == [100]
    assert population.field.tolist() == [[30, 70]]
    assert population.channel.tolist() == [[30, 70]]
    assert population.outcome.tolist() == [[0, 0, 0]]
    assert population.on_time_shares() == {"P1": None}


def test_fields_not_broken_down_at_settlement_come_from_the_received_table() -> None:
    population = population_from_rows(
        [
            settled("tat-ca", "on_time", 50),
            received("dat-dai", "truc-tiep", 75),
            received("ho-tich", "truc-tiep", 25),
        ]
    )
    assert population.total.tolist() == [50]
    assert population.field.tolist() == [[37.5, 12.5]]
    assert "tat-ca" not in population.field_levels


def test_the_full_cross_gives_all_margins_and_itself() -> None:
    rows = [
        DossierRow("P1", "cross", field, channel, outcome, count)
        for field, channel, outcome, count in [
            ("a", "x", "early", 5),
            ("a", "y", "overdue", 10),
            ("b", "x", "on_time", 85),
        ]
    ]
    population = population_from_rows(rows)
    assert population.field.tolist() == [[15, 85]]
    assert population.channel.tolist() == [[90, 10]]
    assert population.on_time_shares() == {"P1": 0.9}
    assert population.cross is not None
    assert population.cross.sum() == 100


def test_units_keep_apart_and_units_without_dossiers_can_be_named() -> None:
    rows = [DossierRow("P2", "received", "a", "x", None, 7), DossierRow("P1", "settled", "b", None, "early", 5)]
    population = population_from_rows(rows, unit_ids=["P3", "P1"])
    assert population.unit_ids == ("P1", "P2", "P3")
    assert population.total.tolist() == [5, 7, 0]
    assert population.field.tolist() == [[0, 5], [7, 0], [0, 0]]


@pytest.mark.parametrize(("on_time", "late", "percent"), [(1878, 32, 98.32), (47563, 27, 99.94)])
def test_punctuality_of_the_sources(on_time: int, late: int, percent: float) -> None:
    population = population_from_rows([settled("tat-ca", "on_time", on_time), settled("tat-ca", "overdue", late)])
    assert round(100 * (population.on_time_shares()["P1"] or 0), 2) == percent


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([received("a", "x", -1)], "dossier_count"),
        ([received("a", "x", 1.5)], "dossier_count"),  # type: ignore[arg-type]
        ([received("a", "x", 1), received("a", "x", 2)], "dossier_repeated"),
        ([settled("a", "soon", 1)], "dossier_outcome"),
        ([settled("a", "early", 1), settled("tat-ca", "early", 2)], "dossier_fields"),
        ([settled("a", "early", 1), DossierRow("P1", "cross", "a", "x", "early", 1)], "dossier_bases"),
    ],
)
def test_faulty_counts_name_their_row(rows: list[DossierRow], code: str) -> None:
    with pytest.raises(AnalysisError) as fault:
        population_from_rows(rows)
    assert fault.value.code == code
    assert fault.value.where.startswith("P1 / ")


def test_no_rows_are_a_population_of_nobody() -> None:
    assert population_from_rows([]).unit_ids == ()
