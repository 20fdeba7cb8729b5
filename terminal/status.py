"""`kaskad status`: what runs, what is behind, what is wrong and what to do, on one screen."""

import click

from terminal.options import json_option


@click.command()
@json_option
def status(as_json: bool) -> int:
    """What runs, what is behind, what is wrong, on one screen.

    It works with the stack down too, and says so. Exit code 3 only where the event log can't be read.

    For example: kaskad status --json
    """
    from terminal.status_page import print_status

    return print_status(as_json=as_json)
