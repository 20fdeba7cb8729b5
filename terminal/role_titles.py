"""What the definitions in the log call their roles: a programme of one's own has titles that no catalogue has."""

from typing import Any

from domain.identity import organisation_stream


def role_titles(language: str) -> dict[str, str]:
    """English title -> that in the language, where every definition in the log agrees; none without a log."""
    from activities.adopted import definition_in
    from eventlog.errors import LogCorrupt, LogTooNew, LogUnavailable
    from terminal.outcome import Outcome
    from terminal.reading import reading

    found: dict[str, set[str]] = {}
    try:
        with reading() as log:
            for row in log.rows("programmes_used", stream=organisation_stream()):
                definition: dict[str, Any] = definition_in(log, row["digest"]) or {}
                for role in definition.get("roles", {}).values():
                    found.setdefault(role["title"]["en"], set()).add(role["title"][language])
    except (Outcome, LogUnavailable, LogCorrupt, LogTooNew, OSError):
        return {}
    return {english: titles.pop() for english, titles in found.items() if len(titles) == 1}
