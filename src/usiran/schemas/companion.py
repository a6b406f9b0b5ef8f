"""The frozen files of the training companion: whatever a system learns from stands as it was."""

from usiran.schemas.base import SHA256, Table, text

TABLE = Table(
    "companion",
    "One row is a frozen file of the training companion. Key: file. Source: "
    "annotation/synthetic/SHA256SUMS, as `sha256sum` writes it.",
    file="annotation/synthetic/SHA256SUMS",
    key=("file",),
    columns={
        "file": text("the file, from the companion's folder", matches=r"^[\w./-]+$"),
        "sha256": text("SHA-256 of its bytes when it was frozen", matches=SHA256),
    },
    needed=False,
)
