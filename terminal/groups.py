"""A group of commands that says in the same words everywhere that it does not know one."""

import click


class Group(click.Group):
    """Names the unknown command as it was typed, and the nearest there is."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        known = self.list_commands(ctx)
        if args and args[0] not in known and not args[0].startswith("-"):
            from difflib import get_close_matches

            above = ctx.command_path.split()[1:]
            wanted, *near = (" ".join([*above, word]) for word in (args[0], *get_close_matches(args[0], known, n=1)))
            ctx.fail(f"There is no command {wanted!r}." + (f" Did you mean {near[0]!r}?" if near else ""))
        return super().resolve_command(ctx, args)
