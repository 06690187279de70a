"""Large arrays go back to the system when they are freed."""

from __future__ import annotations

import ctypes

#: `M_MMAP_THRESHOLD` and `M_TRIM_THRESHOLD` of glibc's malloc.h.
_MMAP_THRESHOLD, _TRIM_THRESHOLD = -3, -1

#: Arrays from this size on have memory of their own: windows of logits, strips of an image.
_LARGE_BYTES = 8 << 20

#: What a heap keeps of memory that smaller arrays leave at its end. Given back at once, which is glibc's way once the
#: size above is told, the system would clear it again for the next array, page by page.
_KEPT_BYTES = 32 << 20


def release_large_arrays() -> None:
    """Keep memory that large arrays leave from being held for later ones, in this process.

    glibc raises the size from which memory is mapped apart to that of the largest array freed, up to 32 MB. Arrays of
    several threads then lie between each other in heaps that cannot shrink, and a long run holds more and more of
    them. Elsewhere than on glibc nothing is done.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):  # other libraries of C; Windows has none under this name
        return
    mallopt(_MMAP_THRESHOLD, _LARGE_BYTES)
    mallopt(_TRIM_THRESHOLD, _KEPT_BYTES)
