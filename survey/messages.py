"""Every sentence that tells a person what went wrong and how to mend it, by message code.

Vietnamese is the source text; English comes from the catalogue in `survey/translations`.
"""

from __future__ import annotations

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from survey.errors import Fault, HailongError

SENTENCES = {
    "import_refused": _("Chưa nhập dữ liệu nào: tệp có %(count)s lỗi cần sửa."),
    "no_schema": _("Cơ sở dữ liệu chưa có bảng hoặc chưa được nâng cấp. Hãy chạy: hailong init"),
}


def sentence(problem: HailongError | Fault) -> str:
    """Word a problem in the language of the page or command."""
    return str(SENTENCES[problem.code]) % problem.params


def fault_line(fault: Fault) -> str:
    """Word a fault of an imported file with the place where it stands."""
    place = []
    if fault.row is not None:
        place.append(gettext("Dòng %(row)s", row=fault.row))
    if fault.column is not None:
        place.append(gettext("cột “%(column)s”", column=fault.column))
    return f"{', '.join(place)}: {sentence(fault)}" if place else sentence(fault)
