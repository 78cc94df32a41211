"""Numbers for names, met in any order and put in canonical order afterwards."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray


class Numbering(dict[str | int | None, int]):
    """Numbers for names in the order they are met (None is -1), and later in the order of the names."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        super().__init__({name: number for number, name in enumerate(names)})
        self.names: list[str] = list(map(str, self))
        self[None] = -1

    def __missing__(self, name: str | int | None) -> int:
        number = self[name] = len(self.names)
        self.names.append(str(name))
        return number

    def __len__(self) -> int:
        return len(self.names)

    def numbers(self, column: Sequence[str | int | None]) -> NDArray[np.int32]:
        """Return the numbers of a column of names, giving new names the next ones."""
        return np.fromiter(map(self.__getitem__, column), np.int32, len(column))

    @property
    def sorted_names(self) -> tuple[str, ...]:
        """Return the names in order."""
        return tuple(sorted(self.names))

    def canonical(self, numbers: NDArray[np.int32]) -> NDArray[np.int32]:
        """Turn numbers in the order of arrival into numbers in the order of the names."""
        # the last place serves -1: unknown stays unknown
        place = np.full(len(self.names) + 1, -1, np.int32)
        place[sorted(range(len(self.names)), key=self.names.__getitem__)] = np.arange(
            len(self.names), dtype=np.int32
        )
        return place[numbers]
