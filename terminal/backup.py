"""`kaskad backup` and `kaskad restore`: everything that is kept, into a folder and back, while everything runs."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from terminal.destination import must_be_free
from terminal.options import json_option
from terminal.outcome import BadInput, NotFound, Refused
from terminal.tables import counted, print_fields, print_json

if TYPE_CHECKING:
    from activities.backup import Manifest
    from activities.restoring import Restored


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@json_option
def backup(folder: Path, as_json: bool) -> None:
    """Copy the log, the registry with its keys, and the evidence into a new folder DIR.

    Nothing has to be stopped for it. The folder holds keys and data together: keep it as safely as both.
    """
    from importlib.metadata import version

    from activities.backup import BackupProblem, make_backup
    from runtime.settings import settings

    if "://" not in settings().log and not Path(settings().log).exists():
        raise NotFound(f"There is no event log at {settings().log}: there is nothing to back up.")
    must_be_free(folder, "a backup")
    try:
        manifest = make_backup(settings(), folder, version("kaskad"))
    except BackupProblem as error:
        raise Refused(str(error)) from error
    if as_json:
        print_json({"folder": folder.absolute().as_posix(), "mark": manifest.mark, "manifest": manifest})
        return
    print_fields({"Backup": folder, "Events": manifest.size, "Evidence": _evidence(manifest), "Mark": manifest.mark})
    for noun, of, fault, those in (
        ("file", " of evidence", "damaged in the store and not in the backup", manifest.evidence.damaged),
        ("file", " of evidence", "named by the log and not in the store", manifest.evidence.missing),
        ("person", "", "known to the log and not in the registry", manifest.persons_missing),
    ):
        if those:
            is_or_are = "is" if len(those) == 1 else "are"
            print(f"{counted(len(those), noun)}{of} {is_or_are} {fault}: {', '.join(those)}", file=sys.stderr)


def _evidence(manifest: "Manifest") -> str:
    kept = manifest.evidence
    if not kept.copied:
        return "not copied: its store is elsewhere and needs a backup of its own"
    return f"{counted(kept.files, 'file')}, {counted(kept.bytes, 'byte')}"


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--yes", is_flag=True, help="Do not ask before a newer log is replaced.")
@click.option(
    "--erasures",
    multiple=True,
    metavar="FILE|URL",
    help="A newer copy of the log: whom it says to be erased stays erased. For when the log here is lost; repeatable.",
)
@json_option
def restore(folder: Path, yes: bool, erasures: tuple[str, ...], as_json: bool) -> None:
    """Bring the backup in DIR back, also while the stack runs; then Temporal is made to agree with it.

    The backup is verified first. The worker lets go meanwhile, and goes on afterwards. Whom the log here or the backup
    says to be erased stays erased. Where the log here has more events than the backup, its history is kept beside it.
    """
    from activities.backup import BackupProblem
    from activities.restoring import check_backup, lost_by
    from eventlog.errors import LogNotEmpty
    from runtime.settings import settings
    from terminal.restoring import bring_back

    try:
        manifest = check_backup(folder)
        lost = lost_by(settings(), manifest)
        if lost and not yes and sys.stdin.isatty():
            click.confirm(f"{lost} events of the log here are not in this backup. Replace it?", abort=True)
        restored, workflows = bring_back(folder, manifest, erasures)
    except BackupProblem as error:
        raise BadInput(str(error)) from error
    except LogNotEmpty as error:
        raise Refused(f"{error} Make an empty database, and name it with KASKAD_LOG.") from error
    if as_json:
        print_json({"mark": f"{restored.size}:{restored.root}", "workflows": workflows, "restored": restored})
    else:
        _tell(restored, workflows)


def _tell(restored: "Restored", workflows: str) -> None:
    fields: dict[str, object] = {
        "Events": restored.size,
        "Persons": restored.persons,
        "Evidence": f"{counted(restored.evidence, 'file')} put back",
        "Erased again": restored.erased_again,
        "Workflows": workflows,
        "Mark": f"{restored.size}:{restored.root}",
    }
    if restored.kept_aside:
        fields["Kept aside"] = f"{restored.kept_aside} ({restored.events_aside} events that the backup has not)"
    print_fields(fields)
    for person in restored.not_recorded:
        print(
            f"{person} is erased, but the restored log can't record it: make somebody else operator, and erase again.",
            file=sys.stderr,
        )
