"""What goes wrong between this toolkit and a Label Studio server."""

from __future__ import annotations

from usiran.errors import FileFault


class StudioFault(FileFault):
    """A server, or a data folder of one, that is not as it must be; said in one line."""
