"""Random numbers that are the same on every platform, Python and NumPy.

NumPy promises the raw stream of a bit generator, not what `Generator` makes of it (NEP 19). So only raw 64-bit words
are taken from PCG64, and uniforms and normals are made from them here, by arithmetic alone in all but the tails.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Sequence

import numpy as np

# Coefficients of algorithm AS 241, PPND16 (M. J. Wichura, 1988): lowest power first.
_CENTRE = (
    (3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3, 1.3731693765509461125e4,
     4.5921953931549871457e4, 6.7265770927008700853e4, 3.3430575583588128105e4, 2.5090809287301226727e3),
    (1.0, 4.2313330701600911252e1, 6.8718700749205790830e2, 5.3941960214247511077e3,
     2.1213794301586595867e4, 3.9307895800092710610e4, 2.8729085735721942674e4, 5.2264952788528545610e3),
)  # fmt: skip
_SHOULDER = (
    (1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0, 3.64784832476320460504e0,
     1.27045825245236838258e0, 2.41780725177450611770e-1, 2.27238449892691845833e-2, 7.74545014278341407640e-4),
    (1.0, 2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1,
     1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4, 1.05075007164441684324e-9),
)  # fmt: skip
_TAIL = (
    (6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0, 2.96560571828504891230e-1,
     2.65321895265761230930e-2, 1.24266094738807843860e-3, 2.71155556874348757815e-5, 2.01033439929228813265e-7),
    (1.0, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2,
     7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7, 2.04426310338993978564e-15),
)  # fmt: skip


def _polynomial(coefficients: Sequence[float], x: np.ndarray) -> np.ndarray:
    total = np.full_like(x, coefficients[-1])
    for coefficient in reversed(coefficients[:-1]):
        total = total * x + coefficient
    return total


def _ratio(pair: tuple[Sequence[float], Sequence[float]], x: np.ndarray) -> np.ndarray:
    return _polynomial(pair[0], x) / _polynomial(pair[1], x)


def normal_quantile(p: np.ndarray) -> np.ndarray:
    """Quantile of the standard normal, to about 1e-16 relative (Wichura, 1988, AS 241).

    >>> normal_quantile(np.array([0.5, 0.975])).round(6).tolist()
    [0.0, 1.959964]
    """
    p = np.asarray(p, float)
    q = p - 0.5
    centre = q * _ratio(_CENTRE, 0.180625 - q * q)
    tail = np.abs(q) > 0.425
    if tail.any():
        r = np.sqrt(-np.log(np.minimum(p, 1.0 - p)[tail]))
        centre[tail] = np.sign(q[tail]) * np.where(r <= 5.0, _ratio(_SHOULDER, r - 1.6), _ratio(_TAIL, r - 5.0))
    return centre


def normal_cdf(x: np.ndarray) -> np.ndarray:
    """Distribution function of the standard normal, element by element."""
    flat = np.asarray(x, float).ravel().tolist()
    return np.array([0.5 * math.erfc(-value * math.sqrt(0.5)) for value in flat]).reshape(np.shape(x))


class Draws:
    """A stream of random numbers named by a seed and a purpose; streams of different names are independent.

    A stream per purpose keeps the rest of the league as it is when one part draws more or fewer numbers.
    """

    def __init__(self, *name: int | str) -> None:
        entropy = [zlib.crc32(part.encode()) if isinstance(part, str) else part for part in name]
        self._bits = np.random.PCG64(np.random.SeedSequence(entropy))

    def uniform(self, *shape: int) -> np.ndarray:
        """Uniform on the open interval (0, 1)."""
        words = np.asarray(self._bits.random_raw(math.prod(shape)), np.uint64).reshape(shape)
        return ((words >> np.uint64(12)).astype(float) + 0.5) * 2.0**-52

    def normal(self, *shape: int) -> np.ndarray:
        """Standard normal."""
        return normal_quantile(self.uniform(*shape))

    def chance(self, probability: float) -> bool:
        return bool(self.uniform(1)[0] < probability)

    def below(self, n: int) -> int:
        """An integer from 0 to n - 1."""
        return int(self.uniform(1)[0] * n)

    def shuffled(self, items: Sequence) -> list:
        return [items[i] for i in np.argsort(self.uniform(len(items)), kind="stable")]
