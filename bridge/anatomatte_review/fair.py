"""A bounded queue that serves its clients in turn, however much one of them has put in."""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from typing import Generic, TypeVar

Item = TypeVar("Item")


class Full(Exception):
    """There is no room: ``mine`` tells whether this client's share is used up, or everybody's."""

    def __init__(self, mine: bool) -> None:
        super().__init__()
        self.mine = mine


class FairQueue(Generic[Item]):
    """First come first served within a client, round robin between clients (deficit 1).

    Source: Nagle, "On packet switches with infinite storage", RFC 970, 1985.

    Args:
        most: items of all clients.
        each: items of one client.
    """

    def __init__(self, most: int, each: int) -> None:
        self._most, self._each = most, each
        self._lanes: OrderedDict[str, deque[Item]] = OrderedDict()
        self._count = 0
        self._closed = False
        self._changed = threading.Condition()

    def __len__(self) -> int:
        return self._count

    def put(self, client: str, item: Item) -> None:
        """Add an item to its client's lane.

        Raises:
            Full: there is no room for it.
        """
        with self._changed:
            lane = self._lanes.get(client, deque())
            if len(lane) >= self._each or self._count >= self._most:
                raise Full(mine=len(lane) >= self._each)
            lane.append(item)
            self._lanes[client] = lane
            self._count += 1
            self._changed.notify()

    def take(self) -> Item | None:
        """The next item, waited for; None once the queue is closed."""
        with self._changed:
            while not self._count and not self._closed:
                self._changed.wait()
            if self._closed:
                return None
            client, lane = self._lanes.popitem(last=False)
            item = lane.popleft()
            if lane:
                self._lanes[client] = lane  # behind everybody else
            self._count -= 1
            return item

    def remove(self, client: str, item: Item) -> bool:
        """Take an item out again; whether it was still there."""
        with self._changed:
            lane = self._lanes.get(client)
            if lane is None or item not in lane:
                return False
            lane.remove(item)
            if not lane:
                del self._lanes[client]
            self._count -= 1
            return True

    def close(self) -> list[Item]:
        """End every wait; what was left in the queue."""
        with self._changed:
            self._closed = True
            left = [item for lane in self._lanes.values() for item in lane]
            self._lanes.clear()
            self._count = 0
            self._changed.notify_all()
            return left
