"""Write down what PyTorch computes, gradients included, as a graph of NumPy's operations.

Inside `Listener` every operation that reaches PyTorch's kernels is translated. What cannot be said
for all inputs alike is an `Unsaid`: an operation that is not in the table, and a number that is
taken out of a tensor to decide something.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import numpy as np
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from .aten import Translator, Unsaid, check_row, ends
from .linear import LinearGraph

_FRESH = {
    "zeros_like", "ones_like", "full_like", "empty_like", "new_zeros", "new_full", "new_empty",
    "new_ones",
}  # fmt: skip


class Listener(TorchDispatchMode, Translator):
    """What is computed inside is added to the graph; ask `place` where a tensor's numbers are.

    Tensors are told apart by the memory that they show: what PyTorch keeps for a backward pass
    comes back as another object.
    """

    def __init__(self, graph: LinearGraph) -> None:
        super().__init__()
        self.graph = graph
        self._memory: dict[int, dict[Hashable, int | None]] = {}  # None: not known (any more)
        self._views: dict[Hashable, tuple[Tensor, int, int]] = {}  # slices, by what they lie in
        self._outside: set[int] = set()  # memory that was there before
        self._alive: list[Tensor] = []  # so that no memory is given out twice

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        return False  # else the first use imports PyTorch's compiler, which takes a second

    def knows(self, x: Tensor, place: int | None) -> None:
        """Where the numbers of an input or a result are; None if nobody can say."""
        self._alive.append(x)
        self._memory.setdefault(_memory(x), {})[_window(x)] = place

    def place(self, x: Any) -> int:
        """Where the numbers of a tensor are, or a plain number's place."""
        if not isinstance(x, Tensor):
            if isinstance(x, bool | int | float):
                return self.graph.constant(x)
            raise Unsaid(f"an argument of type {type(x).__name__}")
        memory, window = _memory(x), _window(x)
        known = self._memory.get(memory)
        if known is None or (memory in self._outside and window not in known):
            self._outside.add(memory)  # made outside: taken for constant
            self.knows(x, self.graph.constant(np.array(x.detach().numpy())))
            known = self._memory[memory]
        place = known.get(window)
        if place is None:
            raise Unsaid("a tensor that was written over, or seen in another way")
        return place

    # ---- one operation ---------------------------------------------------------------------------

    def __torch_dispatch__(
        self, func: Any, types: Any, args: Any = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        name, kwargs = func.overloadpacket.__name__, kwargs or {}
        if name in ("_local_scalar_dense", "is_nonzero", "equal"):
            raise Unsaid("a number taken out of a tensor decides something")
        if name.endswith("_"):
            self._overwrite(name, *args, **kwargs)
            return func(*args, **kwargs)
        out = func(*args, **kwargs)
        outs = out if isinstance(out, tuple | list) else (out,)
        tensors = [x for x in _flat((args, *kwargs.values())) if isinstance(x, Tensor)]
        if name in _FRESH or all(self.place(x) in self.graph.constants for x in tensors):
            for x in outs:
                self.knows(x, self.graph.constant(np.array(x.detach().numpy())))
        elif name in ("sort", "cummax", "cummin"):
            for x, place in zip(outs, self._say_pair(name, *args, **kwargs), strict=True):
                self.knows(x, place)
        else:
            self.knows(out, self.said(name, args, kwargs, out))
        if name == "slice":
            self._views[_window(out)] = (args[0], *ends(args[0].shape, *args[1:]))
        return out

    # ---- writing in place ------------------------------------------------------------------------

    def _overwrite(self, name: str, target: Tensor, *rest: Any, **kwargs: Any) -> None:
        """What a tensor will be; nothing else that shows its memory is known any more."""
        base, low, high = self._views.get(_window(target), (target, 0, target.shape[-1]))
        if name == "copy_":
            place = self.place(rest[0])
        elif name == "scatter_" and rest[1].shape == target.shape and self._row(rest[1], rest[0]):
            place = self.graph.make("put", self.place(rest[2]), self.place(rest[1]))
        elif name in ("add_", "sub_", "mul_", "div_"):
            place = self.said(name[:-1], (target, *rest), kwargs, target)
        else:
            raise Unsaid(f"PyTorch's {name} is not in the table")
        if (low, high) != (0, base.shape[-1]):
            check_row(base)
            whole = (low, high, base.shape[-1])
            place = self.graph.make("put_slice", self.place(base), place, with_=whole)
        self._memory[_memory(base)].clear()
        self.knows(base, place)


def _memory(x: Tensor) -> int:
    return x.untyped_storage().data_ptr()


def _window(x: Tensor) -> Hashable:
    return x.data_ptr(), x.dtype, tuple(x.shape), x.stride()


def _flat(x: Any) -> list[Any]:
    if isinstance(x, list | tuple):
        return [y for each in x for y in _flat(each)]
    return [x]
