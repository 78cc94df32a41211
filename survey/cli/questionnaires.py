"""`hailong questionnaires …`: look at a questionnaire before citizens do."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import click

from survey.errors import HailongError
from survey.interface import catalogue, missing_texts
from survey.language import LANGUAGES, NAMES
from survey.services.translation_review import review_translation


@click.group("questionnaires")
def questionnaires() -> None:
    """Bộ câu hỏi và các bản dịch."""


@questionnaires.command("check")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--lang", "language", required=True, metavar="MÃ", help="Ngôn ngữ cần xem, ví dụ km.")
@click.pass_context
def check(context: click.Context, file: Path, language: str) -> None:
    """In bộ câu hỏi FILE bằng một ngôn ngữ và liệt kê mọi câu còn thiếu; thiếu thì mã thoát là 1.

    Câu thiếu hiện bằng tiếng Việt, có dấu [vi]. Người dân không bao giờ thấy bản dịch dở dang.
    """
    if language not in NAMES:
        raise HailongError("unknown_language", language=language, known=", ".join(NAMES))
    review = review_translation(file.read_text(encoding="utf-8"), language)
    for text in review.texts:
        click.echo(text)
    absent = () if language in LANGUAGES else missing_texts(language)
    _list("Bộ câu hỏi còn thiếu", [f"{place}: {text}" for place, text in review.missing.items()])
    written = "/".join(catalogue(language).with_suffix(".po").parts[-3:])
    _list(f"Các trang quanh bộ câu hỏi còn thiếu (trong survey/translations/{written})", absent)
    if review.missing or absent:
        context.exit(1)
    click.echo(f"\nĐủ bản dịch: {NAMES[language]}.")
    if not review.named:
        click.echo(f"Để người dân chọn được, hãy thêm “{language}” vào dòng languages của một phiên bản mới.")


def _list(heading: str, lines: Iterable[str]) -> None:
    lines = list(lines)
    if lines:
        click.echo(f"\n{heading} {len(lines)} câu:")
    for line in lines:
        click.echo(f"  - {line}")
