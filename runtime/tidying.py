"""What a worker does before it serves: whoever was erased is erased again, and files that were never whole go."""

import structlog

from runtime.settings import Settings

log = structlog.get_logger("kaskad.worker")


def tidy(settings: Settings) -> None:
    """Neither keeps a worker from serving: what fails is logged, and done at the next start."""
    _erase_again(settings)
    _discard_unfinished(settings)


def _erase_again(settings: Settings) -> None:
    """Before anybody can read them: a store may have come back from a backup by other ways than `kaskad restore`."""
    from activities.erasure import apply_erasures
    from activities.offices import office_for
    from people.registry import open_registry

    try:
        with open_registry(settings.registry, settings.keys) as registry:
            erased = apply_erasures(office_for(settings).log, registry, settings.mailbox)
        if erased:
            log.warning("erased again", count=erased)
    except Exception:
        log.warning("erasures were not applied; they are at the next start", exc_info=True)


def _discard_unfinished(settings: Settings) -> None:
    """A `kaskad evidence submit` that was killed leaves what it had written, which nobody else takes away."""
    from activities.artefacts import open_artefacts

    try:
        discarded = open_artefacts(settings.evidence).discard_unfinished()
        if discarded:
            log.info("unfinished evidence discarded", count=discarded)
    except Exception as problem:
        log.warning("the store of evidence was not looked at", reason=str(problem))
