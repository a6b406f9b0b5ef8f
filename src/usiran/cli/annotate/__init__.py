"""`usiran annotate`: labels in and out, Label Studio, agreement, adjudication."""

from usiran.cli.annotate import adjudicate, agreement, labels, queue, server
from usiran.cli.options import command_group

app = command_group(help="Label in Label Studio or sheets, measure agreement, adjudicate the gold.")
# Without names of their own their commands join this group.
for commands in (labels, server, agreement, adjudicate, queue):
    app.add_typer(commands.app)
