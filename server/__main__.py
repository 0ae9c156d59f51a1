"""The command line: `python -m server COMMAND`."""

import argparse
import sys
from pathlib import Path

from server import commands, file_commands
from server.errors import Refusal
from server.people.permits import Role
from server.settings import Settings


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns the exit code. A refusal is told in one sentence, with code 1.

    A command may have an exit code of its own; most have none, which is 0.
    """
    asked = _parser().parse_args(arguments)
    chosen = vars(asked)
    run = chosen.pop("run")
    settings = {name: chosen.pop(name, None) for name in ("data_folder", "port", "host")}
    try:
        code: int | None = run(Settings.from_environment(**settings), **chosen)
    except Refusal as refusal:
        print(refusal.sentence, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return code or 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m server", description="Write a Charter together, and make it your own."
    )
    listed = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, help_text: str) -> argparse.ArgumentParser:
        new = listed.add_parser(name, help=help_text, description=help_text)
        new.set_defaults(run=getattr(commands, name.replace("import", "import_charter")))
        new.add_argument(
            "--data", dest="data_folder", type=Path, metavar="DIR", help="the data folder (var)"
        )
        return new

    for name, help_text in (
        ("serve", "Serve Our Charter, with an empty database at first."),
        ("example", "Serve the example: a national Charter and ten local versions."),
    ):
        serving = command(name, help_text)
        serving.add_argument("--port", type=int, metavar="N", help="the port to listen on (8000)")
        serving.add_argument("--host", metavar="H", help="the address to listen on (127.0.0.1)")

    command("doctor", "Say what is unsafe in the present settings and data.")

    importing = command("import", "Make a Charter from a Markdown file, and print its id.")
    importing.add_argument("file", type=Path, metavar="FILE")
    importing.add_argument("--group", required=True, metavar="G", help="made when it is missing")
    importing.add_argument("--slug", metavar="S", help="its short name in addresses")

    adapting = command("adapt", "Make a group's own version of an edition from a file.")
    adapting.add_argument("edition", metavar="EDITION", help="as CHARTER@2; else the newest")
    adapting.add_argument("file", type=Path, metavar="FILE", help="Markdown, Word or text")
    adapting.add_argument("--group", required=True, metavar="G", help="made when it is missing")
    adapting.add_argument("--yes", action="store_true", help="ask nothing, take what is found")

    exporting = command("export", "Print a Charter as Markdown.")
    exporting.add_argument("charter", metavar="CHARTER", help="its id or short name")

    verifying = command("verify", "Check a downloaded edition: is it what was published?")
    verifying.add_argument("file", type=Path, metavar="FILE", help="its .json or .md")
    verifying.add_argument("--digest", metavar="D", help="the digest that its page shows")

    inviting = command("invite", "Print a link that lets one person into a group.")
    inviting.add_argument("--group", required=True, metavar="G")
    inviting.add_argument("--name", required=True, metavar="N", help="the person's name")
    inviting.add_argument(
        "--role", type=Role, choices=list(Role), default=Role.MEMBER, metavar="R", help="member"
    )

    for name, help_text, names in (
        ("compare", "Tell what the second of two files changed.", "first second"),
        ("merge", "Tell what comes of two files made from a third.", "base ours theirs"),
    ):
        comparing = listed.add_parser(name, help=help_text, description=help_text)
        comparing.set_defaults(run=getattr(file_commands, name))
        for each in names.split():
            comparing.add_argument(each, type=Path, metavar=each.upper())
        comparing.add_argument(
            "--json", dest="as_json", action="store_true", help="the same for programs"
        )

    token = command("token", "Print a person's key for scripts and other programs.")
    token.add_argument("--person", required=True, metavar="P")
    token.add_argument("--group", required=True, metavar="G")
    return parser


if __name__ == "__main__":
    sys.exit(main())
