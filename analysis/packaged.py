"""Rules and criteria that come with the program: TOML files in the folder of their package."""

from importlib import resources

from analysis.errors import AnalysisError


def packaged_ids(package: str) -> list[str]:
    """Return the ids of all files, in their order."""
    names = (entry.name for entry in resources.files(package).iterdir())
    return sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml"))


def packaged_text(package: str, wanted: str, *, where: str) -> str:
    """Return what the file of an id holds; AnalysisError `rule_unknown` where there is none."""
    known = packaged_ids(package)
    if wanted not in known:
        raise AnalysisError(
            "nothing of this name comes with the program",
            code="rule_unknown",
            where=where,
            got=wanted,
            expected=", ".join(known),
            remedy="choose one of these",
        )
    return (resources.files(package) / f"{wanted}.toml").read_text("utf-8")
