"""From labels of rows to a sampling design: strata, nested sampling units, population counts, weights."""

from collections.abc import Sequence
from typing import Any, Final, get_args

import numpy as np
from numpy.typing import NDArray

from analysis.design import Design, Lonely, Stage
from analysis.errors import AnalysisError
from analysis.sums import FloatArray, IndexArray, group_sums

_LONELY: Final[tuple[str, ...]] = get_args(Lonely)


def sample_design(
    *,
    rows: int,
    count: NDArray[Any] | None = None,
    weight: NDArray[Any] | None = None,
    strata: NDArray[Any] | None = None,
    units: Sequence[NDArray[Any]] = (),
    fpc: Sequence[NDArray[Any]] = (),
    lonely: Lonely = "fail",
    lonely_in_domains: bool = False,
) -> Design:
    """Describe a sample of R rows by labels: strata, sampling units of each stage, population counts.

    `fpc` holds for each stage the number of sampling units in the population of the stratum, or the sampling
    fraction where every value is 1 or less (as in R). Units are nested in their stratum. Without units every
    person is drawn alone. Without weights they are 1, or the product of N/n over the stages if `fpc` is given.
    Later stages count only as far as every stage has its `fpc`. Raises `AnalysisError` for wrong weights or
    counts.

    >>> design = sample_design(rows=3, fpc=[np.array([30.0, 30.0, 30.0])])
    >>> design.weight.tolist(), design.degrees_of_freedom()
    ([10.0, 10.0, 10.0], 2)
    """
    if lonely not in _LONELY:
        raise AnalysisError(
            "unknown rule for lonely sampling units",
            code="design_lonely_rule",
            got=lonely,
            expected=", ".join(_LONELY),
            remedy="name one of these rules",
        )
    persons = np.ones(rows) if count is None else np.asarray(count, np.float64)
    if len(fpc) > max(len(units), 1):
        raise AnalysisError(
            "more population counts than stages of sampling",
            code="design_fpc_stages",
            got=len(fpc),
            expected=f"at most {max(len(units), 1)}",
            remedy="name a column of sampling units for each stage",
        )
    stratum = np.zeros(rows, np.intp) if strata is None else _numbers(strata)
    names = ("1",) if strata is None else tuple(str(name) for name in np.unique(strata))
    stages: list[Stage] = []
    factor = np.ones(len(names))
    for place in range(max(len(units), 1)):
        unit = None if not units else _pairs(stratum, _numbers(units[place]))
        stage = _stage(stratum, unit, persons, fpc[place] if place < len(fpc) else None, factor, names)
        if place == 0 or len(fpc) > place:
            stages.append(stage)
        if unit is None or place + 1 == len(units):
            break
        # the units of this stage are the strata of the next
        _, first, stratum = np.unique(unit, return_index=True, return_inverse=True)
        factor = (stage.factor * stage.fraction)[stage.stratum[first]]
        names = tuple(f"{names[stage.stratum[row]]} / {units[place][row]}" for row in first.tolist())
    if weight is None:
        own = np.ones(rows)
        for stage in stages[: len(fpc)]:
            own = own / stage.fraction[stage.stratum]
    else:
        own = np.asarray(weight, np.float64)
    _check_weights(persons, own)
    return Design(persons, own, tuple(stages), lonely, lonely_in_domains)


def _stage(
    stratum: IndexArray,
    unit: IndexArray | None,
    persons: FloatArray,
    fpc: NDArray[Any] | None,
    factor: FloatArray,
    names: tuple[str, ...],
) -> Stage:
    strata = len(names)
    if unit is None:
        sampled = group_sums(stratum, persons, strata)
    else:
        _, first = np.unique(unit, return_index=True)
        sampled = group_sums(stratum[first], np.ones(len(first)), strata)
    fraction = np.zeros(strata)
    if fpc is not None:
        stated = np.asarray(fpc, np.float64)
        each = np.zeros(strata)
        each[stratum] = stated
        wrong = ~np.isfinite(stated) | (stated <= 0) | (stated != each[stratum])
        if wrong.any():
            raise _bad_fpc(names[stratum[int(np.argmax(wrong))]], stated[int(np.argmax(wrong))])
        if (stated <= 1).all():
            fraction = each
        else:
            fraction = sampled / np.maximum(each, 1e-300)
            over = (fraction > 1 + 1e-12) | (each < 1)
            if over.any():
                raise _bad_fpc(names[int(np.argmax(over))], each[int(np.argmax(over))])
    return Stage(stratum, unit, sampled, np.minimum(fraction, 1), factor, names)


def _numbers(labels: NDArray[Any]) -> IndexArray:
    return np.unique(labels, return_inverse=True)[1].astype(np.intp, copy=False)


def _pairs(first: IndexArray, second: IndexArray) -> IndexArray:
    return _numbers(first * (int(second.max(initial=0)) + 1) + second)


def _check_weights(count: FloatArray, weight: FloatArray) -> None:
    for name, values in (("count", count), ("weight", weight)):
        wrong = ~np.isfinite(values) | (values < 0)
        if wrong.any():
            row = int(np.argmax(wrong))
            raise AnalysisError(
                f"a {name} is negative or no number",
                code="design_weight",
                where=f"row {row + 1}",
                got=values[row],
                expected="0 or more",
                remedy="mend the value or leave the row out",
            )
    if not (count * weight).sum() > 0:
        raise AnalysisError(
            "the weights of the sample add up to zero",
            code="design_empty",
            got=0,
            expected="at least one row with a weight above 0",
            remedy="check the filter and the column of weights",
        )


def _bad_fpc(stratum: str, got: float) -> AnalysisError:
    return AnalysisError(
        "a population count does not fit its stratum",
        code="design_fpc",
        where=stratum,
        got=f"{got:g}",
        expected="one count of sampling units in each stratum, not below the number sampled; or fractions up to 1",
        remedy="mend the column of population counts",
    )
