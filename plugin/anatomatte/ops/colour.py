"""Transfer curves: from a plate's code values to scene-linear light and back.

Each curve is a pair of functions on float32 arrays of any shape.  Code values are full range,
0 to 1; linear light has 0.18 for mid grey and 1.0 for diffuse white.  No curve clips: what lies
above 1.0 or below 0 comes back.  sRGB and Rec.709 are continued through the origin by point
symmetry, Cineon along its exponential (which has a floor a little below black).
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from ..errors import SettingsError
from ..frame import Pixels

Curve = Callable[[Pixels], Pixels]

_FAR = np.float32(1e7)  # a code value beyond this would overflow when it is decoded; it counts as this
_LIMIT = np.float32(60.0)  # exponents of 2 beyond this are no light; float32 squares must not overflow


def _exp2(x: Pixels) -> Pixels:
    return np.exp2(np.minimum(x, _LIMIT))


def _exp10(x: Pixels) -> Pixels:
    return _exp2(x * np.float32(math.log2(10.0)))


def _log10(x: Pixels) -> Pixels:
    tiny = np.float32(1e-30)
    return np.log10(np.maximum(x, tiny))


def _same(x: Pixels) -> Pixels:
    return x


def srgb_decode(v: Pixels) -> Pixels:
    """IEC 61966-2-1:1999, equations 5 and 6."""
    a = np.minimum(np.abs(v), _FAR)
    out = np.asarray(a + np.float32(0.055))
    out /= np.float32(1.055)
    np.power(out, np.float32(2.4), out=out)
    np.divide(a, np.float32(12.92), out=out, where=a <= np.float32(0.04045))
    return np.asarray(np.copysign(out, v, out=out))


def srgb_encode(x: Pixels) -> Pixels:
    """IEC 61966-2-1:1999, equations 8 and 9."""
    a = np.abs(x)
    out = np.asarray(np.power(a, np.float32(1 / 2.4)))
    out *= np.float32(1.055)
    out -= np.float32(0.055)
    np.multiply(a, np.float32(12.92), out=out, where=a <= np.float32(0.0031308))
    return np.asarray(np.copysign(out, x, out=out))


_BT709_A, _BT709_B = 1.09929682680944, 0.018053968510807


def rec709_decode(v: Pixels) -> Pixels:
    """Inverse of the camera curve of ITU-R BT.709-6 item 1.2 (constants exact, as for BT.2020)."""
    a = np.minimum(np.abs(v), _FAR)
    curved = np.power((a + np.float32(_BT709_A - 1)) / np.float32(_BT709_A), np.float32(1 / 0.45))
    return np.copysign(np.where(a < np.float32(4.5 * _BT709_B), a / np.float32(4.5), curved), v)


def rec709_encode(x: Pixels) -> Pixels:
    """Camera curve of ITU-R BT.709-6 item 1.2 (constants exact, as for BT.2020)."""
    a = np.abs(x)
    curved = np.float32(_BT709_A) * np.power(a, np.float32(0.45)) - np.float32(_BT709_A - 1)
    return np.copysign(np.where(a < np.float32(_BT709_B), a * np.float32(4.5), curved), x)


_CINEON_BLACK = 10.0 ** ((95.0 - 685.0) * 0.002 / 0.6)


def cineon_decode(v: Pixels) -> Pixels:
    """Kodak, "Conversion of 10-bit Log Film Data to 8-bit Linear" (1995): white 685, black 95, gamma 0.6."""
    light = _exp10((v * np.float32(1023) - np.float32(685)) * np.float32(0.002 / 0.6))
    return (light - np.float32(_CINEON_BLACK)) / np.float32(1 - _CINEON_BLACK)


def cineon_encode(x: Pixels) -> Pixels:
    """Inverse of :func:`cineon_decode`."""
    light = x * np.float32(1 - _CINEON_BLACK) + np.float32(_CINEON_BLACK)
    return (_log10(light) * np.float32(0.6 / 0.002) + np.float32(685)) / np.float32(1023)


_LOGC3 = (0.010591, 5.555556, 0.052272, 0.247190, 0.385537, 5.367655, 0.092809)


def logc3_decode(v: Pixels) -> Pixels:
    """ARRI, "ALEXA Log C Curve: Usage in VFX" (2017), EI 800, normalised sensor signal."""
    cut, a, b, c, d, e, f = _LOGC3
    curved = (_exp10((v - np.float32(d)) / np.float32(c)) - np.float32(b)) / np.float32(a)
    return np.where(v > np.float32(e * cut + f), curved, (v - np.float32(f)) / np.float32(e))


def logc3_encode(x: Pixels) -> Pixels:
    """ARRI, "ALEXA Log C Curve: Usage in VFX" (2017), EI 800."""
    cut, a, b, c, d, e, f = _LOGC3
    curved = np.float32(c) * _log10(np.float32(a) * x + np.float32(b)) + np.float32(d)
    return np.where(x > np.float32(cut), curved, np.float32(e) * x + np.float32(f))


_C4_A = (2.0**18 - 16.0) / 117.45
_C4_B, _C4_C = (1023.0 - 95.0) / 1023.0, 95.0 / 1023.0
_C4_S = 7.0 * math.log(2.0) * 2.0 ** (7.0 - 14.0 * _C4_C / _C4_B) / (_C4_A * _C4_B)
_C4_T = (2.0 ** (14.0 * (-_C4_C / _C4_B) + 6.0) - 64.0) / _C4_A


def logc4_decode(v: Pixels) -> Pixels:
    """ARRI, "ARRI LogC4 Logarithmic Color Space: Specification" (2022)."""
    power = np.float32(14) * (v - np.float32(_C4_C)) / np.float32(_C4_B) + np.float32(6)
    curved = (_exp2(power) - np.float32(64)) / np.float32(_C4_A)
    return np.where(v >= 0, curved, v * np.float32(_C4_S) + np.float32(_C4_T))


def logc4_encode(x: Pixels) -> Pixels:
    """ARRI, "ARRI LogC4 Logarithmic Color Space: Specification" (2022)."""
    light = np.maximum(np.float32(_C4_A) * x + np.float32(64), np.float32(1e-30))
    curved = (np.log2(light) - np.float32(6)) / np.float32(14) * np.float32(_C4_B) + np.float32(_C4_C)
    return np.where(x >= np.float32(_C4_T), curved, (x - np.float32(_C4_T)) / np.float32(_C4_S))


_SLOG3_CUT = 171.2102946929


def slog3_decode(v: Pixels) -> Pixels:
    """Sony, "Technical Summary for S-Gamut3.Cine/S-Log3 and S-Gamut3/S-Log3" (2014), appendix."""
    code = v * np.float32(1023)
    curved = _exp10((code - np.float32(420)) / np.float32(261.5)) * np.float32(0.19) - np.float32(0.01)
    straight = (code - np.float32(95)) * np.float32(0.01125 / (_SLOG3_CUT - 95))
    return np.asarray(np.where(code >= np.float32(_SLOG3_CUT), curved, straight), np.float32)


def slog3_encode(x: Pixels) -> Pixels:
    """Sony, "Technical Summary for S-Gamut3.Cine/S-Log3 and S-Gamut3/S-Log3" (2014), appendix."""
    curved = np.float32(420) + _log10((x + np.float32(0.01)) / np.float32(0.19)) * np.float32(261.5)
    straight = x * np.float32((_SLOG3_CUT - 95) / 0.01125) + np.float32(95)
    return np.asarray(np.where(x >= np.float32(0.01125), curved, straight) / np.float32(1023), np.float32)


def vlog_decode(v: Pixels) -> Pixels:
    """Panasonic, "V-Log/V-Gamut Reference Manual" (2014)."""
    curved = _exp10((v - np.float32(0.598206)) / np.float32(0.241514)) - np.float32(0.00873)
    return np.where(v < np.float32(0.181), (v - np.float32(0.125)) / np.float32(5.6), curved)


def vlog_encode(x: Pixels) -> Pixels:
    """Panasonic, "V-Log/V-Gamut Reference Manual" (2014)."""
    curved = np.float32(0.241514) * _log10(x + np.float32(0.00873)) + np.float32(0.598206)
    return np.where(x < np.float32(0.01), np.float32(5.6) * x + np.float32(0.125), curved)


def log3g10_decode(v: Pixels) -> Pixels:
    """RED, "White Paper on REDWideGamutRGB and Log3G10" (2017), with the linear extension below 0."""
    curved = (_exp10(v / np.float32(0.224282)) - np.float32(1)) / np.float32(155.975327)
    light = np.where(v < 0, v / np.float32(15.1927), curved) - np.float32(0.01)
    return np.asarray(light, np.float32)


def log3g10_encode(x: Pixels) -> Pixels:
    """RED, "White Paper on REDWideGamutRGB and Log3G10" (2017), with the linear extension below 0."""
    y = x + np.float32(0.01)
    curved = np.float32(0.224282) * _log10(np.float32(155.975327) * y + np.float32(1))
    return np.where(y < 0, y * np.float32(15.1927), curved)


_CL3_A, _CL3_K = 0.36726845, 14.98325


def clog3_decode(v: Pixels) -> Pixels:
    """Canon, "Canon Log Gamma Curves" (2018, v1.2); its 1.0 is a reflectance of 0.9."""
    a, k = np.float32(_CL3_A), np.float32(_CL3_K)
    low = -(_exp10((np.float32(0.12783901) - v) / a) - 1) / k
    high = (_exp10((v - np.float32(0.12240537)) / a) - 1) / k
    middle = (v - np.float32(0.12512219)) / np.float32(1.9754798)
    signal = np.where(v < np.float32(0.097465473), low, np.where(v <= np.float32(0.15277891), middle, high))
    return np.asarray(signal * np.float32(0.9), np.float32)


def clog3_encode(x: Pixels) -> Pixels:
    """Canon, "Canon Log Gamma Curves" (2018, v1.2); its 1.0 is a reflectance of 0.9."""
    a, k, s = np.float32(_CL3_A), np.float32(_CL3_K), x / np.float32(0.9)
    low = -a * _log10(1 - k * s) + np.float32(0.12783901)
    high = a * _log10(k * s + 1) + np.float32(0.12240537)
    middle = np.float32(1.9754798) * s + np.float32(0.12512219)
    return np.asarray(
        np.where(s < np.float32(-0.014), low, np.where(s <= np.float32(0.014), middle, high)), np.float32
    )


def acescct_decode(v: Pixels) -> Pixels:
    """Academy S-2016-001 (ACEScct), section 4.4."""
    straight = (v - np.float32(0.0729055341958355)) / np.float32(10.5402377416545)
    curved = _exp2(v * np.float32(17.52) - np.float32(9.72))
    return np.where(v <= np.float32(0.155251141552511), straight, curved)


def acescct_encode(x: Pixels) -> Pixels:
    """Academy S-2016-001 (ACEScct), section 4.4."""
    straight = np.float32(10.5402377416545) * x + np.float32(0.0729055341958355)
    curved = (np.log2(np.maximum(x, np.float32(1e-30))) + np.float32(9.72)) / np.float32(17.52)
    return np.where(x <= np.float32(0.0078125), straight, curved)


_PQ_M1, _PQ_M2 = 2610 / 16384, 2523 / 4096 * 128
_PQ_C1, _PQ_C2, _PQ_C3 = 3424 / 4096, 2413 / 4096 * 32, 2392 / 4096 * 32
_PQ_WHITE = 203.0 / 10000.0
_PQ_FAR = np.float32(1.5)  # the curve ends before a code value of 2


def pq_decode(v: Pixels) -> Pixels:
    """ITU-R BT.2100-3, table 4: light of the screen; 1.0 is 203 cd/m² (white by ITU-R BT.2408), a full code
    value, 10 000 cd/m², is 49.3."""
    power = np.power(np.minimum(np.abs(v), _PQ_FAR), np.float32(1 / _PQ_M2))
    top = np.maximum(power - np.float32(_PQ_C1), 0)
    light = np.power(top / (np.float32(_PQ_C2) - np.float32(_PQ_C3) * power), np.float32(1 / _PQ_M1))
    return np.asarray(np.copysign(light * np.float32(1 / _PQ_WHITE), v), np.float32)


def pq_encode(x: Pixels) -> Pixels:
    """Inverse of :func:`pq_decode`; what is above its end comes out as its end."""
    power = np.power(np.abs(x) * np.float32(_PQ_WHITE), np.float32(_PQ_M1))
    ratio = (np.float32(_PQ_C1) + np.float32(_PQ_C2) * power) / (1 + np.float32(_PQ_C3) * power)
    return np.asarray(np.copysign(np.power(ratio, np.float32(_PQ_M2)), x), np.float32)


_HLG_A = 0.17883277
_HLG_B, _HLG_C = 1 - 4 * _HLG_A, 0.5 - _HLG_A * math.log(4 * _HLG_A)
_HLG_WHITE = (math.exp((0.75 - _HLG_C) / _HLG_A) + _HLG_B) / 12


def hlg_decode(v: Pixels) -> Pixels:
    """Inverse of the camera curve of ITU-R BT.2100-3, table 5: light of the scene; 1.0 is a code value of
    0.75 (white by ITU-R BT.2408), which leaves mid grey at 0.38; a full code value is 3.8."""
    a = np.minimum(np.abs(v), _FAR)
    curved = (
        _exp2((a - np.float32(_HLG_C)) * np.float32(math.log2(math.e) / _HLG_A)) + np.float32(_HLG_B)
    ) / 12
    light = np.where(a <= np.float32(0.5), a * a / 3, curved)
    return np.asarray(np.copysign(light * np.float32(1 / _HLG_WHITE), v), np.float32)


def hlg_encode(x: Pixels) -> Pixels:
    """Camera curve of ITU-R BT.2100-3, table 5, for light as :func:`hlg_decode` gives it."""
    light = np.abs(x) * np.float32(_HLG_WHITE)
    curved = np.float32(_HLG_A) * np.log(np.maximum(12 * light - np.float32(_HLG_B), np.float32(1e-30)))
    code = np.where(light <= np.float32(1 / 12), np.sqrt(3 * light), curved + np.float32(_HLG_C))
    return np.asarray(np.copysign(code, x), np.float32)


CURVES: dict[str, tuple[Curve, Curve]] = {
    "linear": (_same, _same),
    "srgb": (srgb_decode, srgb_encode),
    "rec709": (rec709_decode, rec709_encode),
    "cineon": (cineon_decode, cineon_encode),
    "logc3": (logc3_decode, logc3_encode),
    "logc4": (logc4_decode, logc4_encode),
    "slog3": (slog3_decode, slog3_encode),
    "vlog": (vlog_decode, vlog_encode),
    "log3g10": (log3g10_decode, log3g10_encode),
    "clog3": (clog3_decode, clog3_encode),
    "acescct": (acescct_decode, acescct_encode),
    "pq": (pq_decode, pq_encode),
    "hlg": (hlg_decode, hlg_encode),
}
"""Name in the table of controls → (decode to linear, encode from linear)."""


def resolve(name: str, integer: bool) -> str:
    """The curve that *name* means: ``auto`` is sRGB for integer plates and linear for float ones."""
    if name == "auto":
        return "srgb" if integer else "linear"
    if name not in CURVES:
        raise SettingsError(f"There is no transfer curve {name!r}; there are auto, {', '.join(CURVES)}.")
    return name


def decode(name: str, pixels: Pixels) -> Pixels:
    """Code values to scene-linear light; ``linear`` hands back *pixels* themselves."""
    return CURVES[name][0](pixels)


def encode(name: str, pixels: Pixels) -> Pixels:
    """Scene-linear light to code values; ``linear`` hands back *pixels* themselves."""
    return CURVES[name][1](pixels)
