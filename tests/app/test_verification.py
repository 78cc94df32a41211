"""A closed period can be computed again; what was changed behind the program's back is named."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from analysis.periods import parse_period
from survey.errors import HailongError
from survey.models import DossierCount, FrozenDossierCount, Response, Score, ScoreSet, ScoreState, Trust, Unit
from survey.services import publication, score, score_rule, verification

from commands import hailong
from factories import Factory

PERIOD = parse_period("2026-Q2")
NOW = datetime(2026, 7, 5, 2, 0, tzinfo=UTC)
DAY = PERIOD.first


@pytest.fixture
def units(session: Session, factory: Factory) -> list[Unit]:
    """Two wards with answers of every kind, closed."""
    units = [factory.unit(code=code) for code in ("AH", "TL")]
    for unit in units:
        factory.dossiers(
            unit,
            PERIOD.text,
            {
                ("dat-dai", "direct", "on_time"): 300,
                ("dat-dai", "online", "on_time"): 100,
                ("xay-dung", "direct", "early"): 400,
            },
        )
        factory.responses(unit, "555552", 40, local_date=DAY)
        factory.responses(unit, "5432x-", 20, local_date=DAY, channel="online")
        factory.responses(unit, "444442", 30, local_date=DAY, field="xay-dung", trust=Trust.DOSSIER)
        factory.responses(unit, "25555-", 6, local_date=DAY, flags="f")
    score.close(session, PERIOD, now=NOW, actor="test")
    return units


def found(session: Session, revision: int | None = None) -> dict[tuple[str | None, str], tuple[str, str]]:
    verified = verification.verify(session, PERIOD, now=NOW, actor="test", revision=revision)
    assert verified.agrees == (not verified.differences)
    return {(d["unit"], d["path"]): (d["stored"], d["computed"]) for d in verified.differences}


def tamper(session: Session, statement: object, *values: object) -> None:
    session.execute(statement, *values)  # type: ignore[call-overload]
    session.commit()
    session.expire_all()


def dossiers_and_points(session: Session, revision: int) -> dict[int, tuple[int | None, object]]:
    stored = score.revision_set(session, PERIOD.text, revision)
    assert stored is not None
    return {one.unit_id: (one.dossier_count, one.points) for one in score.scores_of(session, stored)}


def test_what_nobody_touched_agrees(app: Flask, session: Session, units: list[Unit]) -> None:
    assert found(session) == {}
    said = hailong(app, "verify", PERIOD.text).output
    assert "Khớp: số phiếu, mã kiểm và điểm giống hệt" in said
    assert "bản 1" in said


def test_a_later_ranking_group_changes_no_closed_standing(session: Session, units: list[Unit]) -> None:
    assert score.scores_of(session, score.closed_set(session, PERIOD.text))[0].detail["reading"]["standing"]  # type: ignore[arg-type]
    units[0].ranking_group = "Nhóm khác"
    session.commit()
    assert found(session) == {}


def test_a_changed_answer_is_found_and_its_unit_named(app: Flask, session: Session, units: list[Unit]) -> None:
    one = (
        select(Response.number_hash).where(Response.unit_id == units[0].id, Response.answers == "5432x-").limit(1)
    )
    tamper(
        session,
        update(Response).where(Response.number_hash == session.scalar(one)).values(answers="5532x-"),
    )
    differences = found(session)
    assert (None, "tally_digest") in differences
    assert ("AH", "tally_digest") in differences
    assert differences["AH", "items.Q2.rating_counts.4"] == ("50", "49")
    assert differences["AH", "items.Q2.rating_counts.5"] == ("46", "47")
    assert ("AH", "points") not in differences, "4 and 5 both count as satisfied"
    assert not any(unit == "TL" for unit, _ in differences)
    said = hailong(app, "verify", PERIOD.text, expect=1).output
    assert "AH: chi tiết items.Q2.rating_counts.4: đã chốt 50, tính lại 49" in said
    assert "KHÔNG KHỚP" in said


def test_a_response_taken_away_or_moved_to_another_unit_is_found(session: Session, units: list[Unit]) -> None:
    one = session.scalar(select(Response.number_hash).where(Response.unit_id == units[0].id).limit(1))
    tamper(session, update(Response).where(Response.number_hash == one).values(unit_id=units[1].id))
    differences = found(session)
    assert differences["AH", "response_count"] == ("96", "95")
    assert differences["TL", "response_count"] == ("96", "97")
    assert (None, "response_count") not in differences


def test_changed_points_are_found(session: Session, units: list[Unit]) -> None:
    points = session.scalar(select(Score.points).where(Score.unit_id == units[0].id))
    tamper(session, update(Score).where(Score.unit_id == units[0].id).values(points=points + 1))  # type: ignore[operator]
    assert found(session) == {("AH", "points"): (str(points + 1), str(points))}  # type: ignore[operator]


def test_floats_may_differ_by_a_billionth_and_no_more(session: Session, units: list[Unit]) -> None:
    share = session.scalar(select(Score.index_share).where(Score.unit_id == units[0].id))
    assert share is not None
    for change, fault in ((5e-10, False), (5e-8, True)):
        tamper(session, update(Score).where(Score.unit_id == units[0].id).values(index_share=share + change))
        assert (("AH", "index_share") in found(session)) == fault


def test_changed_dossiers_are_found_whether_frozen_or_not(session: Session, units: list[Unit]) -> None:
    tamper(session, update(DossierCount).where(DossierCount.count == 400).values(count=900))
    assert found(session) == {}, "the closed result keeps the dossiers that it was made with"
    tamper(
        session,
        update(FrozenDossierCount)
        .where(FrozenDossierCount.unit_id == units[1].id, FrozenDossierCount.count == 400)
        .values(count=401),
    )
    differences = found(session)
    assert (None, "population_digest") in differences
    assert differences["TL", "dossier_count"] == ("800", "801")


def test_a_score_taken_away_is_found(session: Session, units: list[Unit]) -> None:
    tamper(session, text("DELETE FROM score WHERE unit_id = :unit"), {"unit": units[1].id})
    assert found(session) == {("TL", "unit"): ("False", "True")}


def test_an_answer_that_no_form_could_send_is_named(session: Session, units: list[Unit]) -> None:
    tamper(session, update(Response).where(Response.unit_id == units[0].id).values(answers="95555-"))
    ((where, path),) = found(session)
    assert (where, path) == (None, "unreadable")


def test_only_what_agrees_is_published_and_only_once(app: Flask, session: Session, units: list[Unit]) -> None:
    assert publication.published_set(session, PERIOD.text) is None
    said = hailong(app, "publish", PERIOD.text).output
    assert "Đã công bố kỳ 2026-Q2, bản 1" in said
    session.expire_all()
    assert [one.revision for one in publication.published_sets(session)] == [1]
    assert "đã công bố rồi" in hailong(app, "publish", PERIOD.text, expect=1).output


def test_what_differs_is_not_published(app: Flask, session: Session, units: list[Unit]) -> None:
    tamper(session, update(Score).where(Score.unit_id == units[0].id).values(points=30))
    assert "Chưa công bố" in hailong(app, "publish", PERIOD.text, expect=1).output
    session.expire_all()
    assert publication.published_set(session, PERIOD.text) is None


def test_a_correction_names_what_it_replaces_and_the_old_one_stays(
    app: Flask, session: Session, units: list[Unit], tmp_path: Path
) -> None:
    publication.publish(session, PERIOD, now=NOW, actor="test")
    before = dossiers_and_points(session, 1)
    file = tmp_path / "ho-so.csv"
    file.write_text(
        "unit,field,channel,outcome,count\nAH,dat-dai,direct,on_time,900\nAH,dat-dai,online,on_time,100\n"
        "AH,xay-dung,direct,early,400\n"
    )
    assert "đã chốt" in hailong(app, "dossiers", "import", file, "--period", PERIOD.text, expect=1).output
    hailong(app, "dossiers", "import", file, "--period", PERIOD.text, "--correction")
    for wrong, said in (
        ((), "đã chốt"),
        (("--revision-of", 1), "phải ghi lý do"),
        (("--revision-of", 3, "--reason", "x"), "mới nhất"),
    ):
        assert said in hailong(app, "close", PERIOD.text, *wrong, expect=1).output
    reason = "Bổ sung 600 hồ sơ đất đai của AH"
    said = hailong(app, "close", PERIOD.text, "--revision-of", 1, "--reason", reason).output
    assert f"Bản 2, thay bản 1. Lý do: {reason}" in said
    session.expire_all()
    old, new = (score.revision_set(session, PERIOD.text, number) for number in (1, 2))
    assert old is not None
    assert new is not None
    assert (new.replaces, new.reason, new.state) == (1, reason, ScoreState.CLOSED)
    assert dossiers_and_points(session, 1) == before
    after = dossiers_and_points(session, 2)
    assert [after[unit.id][0] for unit in units] == [1400, 800]
    assert found(session, 1) == {}, "the old one still agrees with the dossiers of its time"
    assert found(session, 2) == {}
    # What is public changes only when the correction is published too.
    assert publication.published_set(session, PERIOD.text) == old
    hailong(app, "publish", PERIOD.text)
    session.expire_all()
    assert [one.revision for one in publication.published_revisions(session, PERIOD.text)] == [2, 1]
    assert publication.published_set(session, PERIOD.text) == new


def test_nothing_to_correct_is_no_correction(session: Session, units: list[Unit]) -> None:
    with pytest.raises(HailongError, match="correction_same"):
        score.close(session, PERIOD, now=NOW, actor="test", revision_of=1, reason="x")
    assert session.scalar(select(func.count()).select_from(ScoreSet)) == 1


def test_another_rule_is_a_correction_too(session: Session, units: list[Unit]) -> None:
    score_rule.choose(session, PERIOD, "score-top2-pooled", now=NOW, actor="test")
    assert score.closed_set(session, PERIOD.text).rule == "score-top2-factors"  # type: ignore[union-attr]
    new = score.close(session, PERIOD, now=NOW, actor="test", revision_of=1, reason="Quy tắc mới")
    assert (new.revision, new.rule) == (2, "score-top2-pooled")
    assert found(session, 1) == {}
    assert found(session, 2) == {}


@pytest.mark.parametrize(("arguments", "said"), [((), "chưa chốt"), (("--revision", 1), "chưa chốt")])
def test_what_is_not_closed_cannot_be_verified(
    make_app: Callable[..., Flask], sqlite_url: str, arguments: tuple[object, ...], said: str
) -> None:
    app = make_app(sqlite_url)
    for command in ("verify", "publish"):
        extra = arguments if command == "verify" else ()
        assert said in hailong(app, command, PERIOD.text, *extra, expect=1).output


def test_a_revision_that_is_not_there_is_named(app: Flask, session: Session, units: list[Unit]) -> None:
    assert "không có bản 7" in hailong(app, "verify", PERIOD.text, "--revision", 7, expect=1).output


def test_the_score_is_also_given_from_fewer_responses(session: Session, units: list[Unit]) -> None:
    detail = score.scores_of(session, score.closed_set(session, PERIOD.text))[0].detail  # type: ignore[arg-type]
    variants = {variant["name"]: variant for variant in detail["variants"]}
    assert variants.keys() == {"without_flagged", "dossier_only"}, "nothing was assisted"
    assert (variants["without_flagged"]["n"], variants["without_flagged"]["removed"]) == (90, 6)
    assert (variants["dossier_only"]["n"], variants["dossier_only"]["removed"]) == (30, 66)
    assert variants["dossier_only"]["points"] == "30.00"
    cells = detail["calibration"]["cells"]
    assert sum(cell["n"] for cell in cells) == 96
    assert sum(cell["n"] * cell["ratio"] for cell in cells) == pytest.approx(96)
