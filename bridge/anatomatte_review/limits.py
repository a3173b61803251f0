"""What one server takes on, and for how long: every bound of the service, in one place."""

from __future__ import annotations

from dataclasses import dataclass

MB = 1 << 20


@dataclass(frozen=True)
class Limits:
    """Bounds that hold before there is memory, disk or time for what was sent.

    Attributes:
        file_mb: of one picture, as it is sent.
        batch_mb: of all pictures of one request, also once they are out of their zip.
        megapixels: of one picture, by its header.
        files: pictures in one request.
        waiting: pictures in the queue, of all clients.
        waiting_each: pictures in the queue, of one client.
        jobs: batches that are not finished.
        seconds: from the end of an upload to its answer.
        silence: seconds without a byte until a caller is hung up on.
        kept_mb: of finished batches on the disk; the oldest go first.
        kept_minutes: until a finished batch goes.
    """

    file_mb: float = 64
    batch_mb: float = 512
    megapixels: float = 100
    files: int = 200
    waiting: int = 64
    waiting_each: int = 32
    jobs: int = 32
    seconds: float = 120
    silence: float = 20
    kept_mb: float = 1024
    kept_minutes: float = 60

    @property
    def file_bytes(self) -> int:
        return int(self.file_mb * MB)

    @property
    def batch_bytes(self) -> int:
        return int(self.batch_mb * MB)

    @property
    def pixels(self) -> int:
        return int(self.megapixels * 1e6)

    @property
    def kept_bytes(self) -> int:
        return int(self.kept_mb * MB)
