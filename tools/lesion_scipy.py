#!/usr/bin/env python3
"""The lesion of a needle electrode with numpy and scipy: what people write today.

The same problem as `verify-physics` times (20G, 10 mm tip, blunt, 21 degC, 15 s ramp to 80 degC,
105 s hold, conductivity +1.5 %/K, no perfusion), the way such scripts are written: finite volumes
on a graded grid, a sparse direct solver (SuperLU) for potential and heat, a fixed time step with
the conductivity of the step before, ideal tracking by linearity in the power. The heat matrix does
not change and is factored once; the potential's is factored each step, because sigma(T) does.
A fourth number other than 0 takes the ordering of unknowns that is best for these matrices in
place of scipy's default.

    pip install numpy scipy
    python3 lesion_scipy.py 0.09,1.25,0.5 0.045,1.118,0.25    # smallest cell/radius, growth, step/s

prints one JSON object a line: cells, steps, width_mm and length_mm of the 50 degC isotherm after
30, 60, 90 and 120 s, and the seconds of its own solve (imports and start-up of Python not counted).
"""

import json
import sys
import time

import numpy as np
import scipy.sparse as sp
import scipy.sparse.linalg as sla

RADIUS, TIP, REACH = 0.908e-3 / 2, 10e-3, 0.06
SENSOR, SLEEVE, SLEEVE_K = 1e-3, 40e-6, 0.25
SIGMA, SLOPE, AT, K, CAPACITY = 0.446, 0.015, 37.0, 0.52, 3.82e6
METAL_K, METAL_CAPACITY = 12.0, 2.34e6
BASELINE, SET, RAMP, HOLD, EDGE = 21.0, 80.0, 15.0, 105.0, 50.0
LOOKS = (30.0, 60.0, 90.0, 120.0)


def graded(length, first, growth):
    """Cell sizes that grow from `first` and fill `length`."""
    sizes = [first]
    while sum(sizes) < length:
        sizes.append(sizes[-1] * growth)
    sizes = np.array(sizes)
    return sizes * (length / sizes.sum())


def mesh(first, growth):
    """Edges in r and z; the tip's end is at z = 0."""
    inside = np.full(max(3, round(0.25 / first)), RADIUS)
    r = np.r_[0.0, np.cumsum(inside / len(inside)), RADIUS + np.cumsum(graded(REACH, first * RADIUS, growth))]
    down = graded(REACH, first * RADIUS, growth)
    half = graded(TIP / 2, first * RADIUS, growth)
    up = graded(REACH, first * RADIUS, growth)
    z = np.r_[0.0, np.cumsum(np.r_[half, half[::-1], up])]
    z = np.r_[-np.cumsum(down)[::-1], z]
    return r, z


def conductances(r, z, prop, block):
    """Face conductances for a cell property; `block` is a resistance in the sleeve's faces."""
    rc, zc = (r[1:] + r[:-1]) / 2, (z[1:] + z[:-1]) / 2
    dr, dz = np.diff(r), np.diff(z)
    ring = np.pi * (r[1:] ** 2 - r[:-1] ** 2)
    inner, outer = (r[1:-1] - rc[:-1]), (rc[1:] - r[1:-1])
    area = 2 * np.pi * r[1:-1][None, :] * dz[:, None]
    east = area / (inner / prop[:, :-1] + outer / prop[:, 1:] + block * area)
    north = ring / (dz[:-1, None] / 2 / prop[:-1] + dz[1:, None] / 2 / prop[1:])
    ground = np.zeros_like(prop)
    ground[:, -1] += prop[:, -1] * 2 * np.pi * r[-1] * dz / (dr[-1] / 2)
    ground[0] += prop[0] * ring / (dz[0] / 2)
    ground[-1] += prop[-1] * ring / (dz[-1] / 2)
    return east, north, ground


def laplacian(east, north, ground):
    rows, columns = ground.shape
    number = np.arange(rows * columns).reshape(rows, columns)
    diagonal = ground.copy()
    diagonal[:, :-1] += east
    diagonal[:, 1:] += east
    diagonal[:-1] += north
    diagonal[1:] += north
    i = np.r_[number[:, :-1].ravel(), number[:-1].ravel()]
    j = np.r_[number[:, 1:].ravel(), number[1:].ravel()]
    g = np.r_[east.ravel(), north.ravel()]
    off = sp.coo_matrix((-g, (i, j)), shape=(rows * columns,) * 2)
    return (off + off.T + sp.diags(diagonal.ravel())).tocsc()


def factor(matrix, tuned):
    """scipy's own choice of ordering, or the best that SuperLU has for symmetric matrices."""
    if not tuned:
        return sla.splu(matrix)
    return sla.splu(matrix, permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options={"SymmetricMode": True})


def solve(first, growth, step, tuned=0.0):
    begin = time.perf_counter()
    r, z = mesh(first, growth)
    rc, zc = (r[1:] + r[:-1]) / 2, (z[1:] + z[:-1]) / 2
    metal = (rc[None, :] < RADIUS) & (zc[:, None] > 0)
    shape = metal.shape
    surface = np.isclose(r[1:-1], RADIUS)[None, :] & (zc > TIP)[:, None]
    volume = np.pi * (r[1:] ** 2 - r[:-1] ** 2)[None, :] * np.diff(z)[:, None]
    capacity = (np.where(metal, METAL_CAPACITY, CAPACITY) * volume).ravel()
    area = 2 * np.pi * r[1:-1][None, :] * np.diff(z)[:, None]
    sleeve = np.where(surface, SLEEVE / SLEEVE_K / area, 0.0)
    heat = factor(sp.diags(capacity / step) + laplacian(*conductances(r, z, np.where(metal, METAL_K, K), sleeve)), tuned)
    insulator = np.where(surface, 1e30, 0.0)
    free = ~metal.ravel()
    row = np.searchsorted(zc, SENSOR) - 1
    weight = (SENSOR - zc[row]) / (zc[row + 1] - zc[row])
    cell = row * shape[1]

    def sensor(x):
        return x[cell] * (1 - weight) + x[cell + shape[1]] * weight

    rise = np.zeros(shape).ravel()
    peak = rise.copy()
    steps = round((RAMP + HOLD) / step)
    looks = {round(t / step) for t in LOOKS}
    widths = []
    for n in range(1, steps + 1):
        sigma = SIGMA * (1 + SLOPE * (BASELINE + rise.reshape(shape) - AT))
        east, north, ground = conductances(r, z, np.where(metal, 1e9, sigma), insulator)
        ground[metal] = 0.0
        matrix = laplacian(east, north, ground)
        phi = metal.ravel().astype(float)
        phi[free] = factor(matrix[free][:, free], tuned).solve(-(matrix @ phi)[free])
        field = phi.reshape(shape)
        heating = ground * field**2 / 2
        flow = east * np.diff(field, axis=1) ** 2 / 2
        heating[:, :-1] += flow
        heating[:, 1:] += flow
        flow = north * np.diff(field, axis=0) ** 2 / 2
        heating[:-1] += flow
        heating[1:] += flow
        want = min(n * step / RAMP, 1.0) * (SET - BASELINE)
        rest = heat.solve(capacity / step * rise)
        response = heat.solve(heating.ravel())
        rise = rest + response * max((want - sensor(rest)) / sensor(response), 0.0)
        peak = np.maximum(peak, rise)
        if n in looks:
            widths.append(size(rc, zc, peak.reshape(shape) + BASELINE - EDGE))
    seconds = time.perf_counter() - begin
    return {"first": first, "growth": growth, "step_s": step, "cells": metal.size, "steps": steps,
            "tuned": bool(tuned), "width_mm": [w * 1e3 for w, _ in widths],
            "length_mm": [l * 1e3 for _, l in widths], "seconds": seconds}


def crossing(x, y):
    """Where a curve last falls below 0, between samples in proportion to a cubic."""
    last = np.nonzero(y >= 0)[0]
    if len(last) == 0:
        return None
    i = last[-1]
    points = slice(max(i - 1, 0), i + 3)
    poly = np.polyfit(x[points] - x[i], y[points], len(x[points]) - 1)
    roots = np.roots(poly)
    inside = [s.real for s in roots if abs(s.imag) < 1e-12 and 0 <= s.real <= x[i + 1] - x[i]]
    return x[i] + inside[0] if inside else x[i]


def top_of(x, y, i):
    """The top of the parabola through the highest sample and its neighbours."""
    scale = x[i + 1] - x[i - 1]
    a, b, c = np.polyfit((x[i - 1:i + 2] - x[i]) / scale, y[i - 1:i + 2], 2)
    return c - b**2 / (4 * a)


def size(rc, zc, score):
    sides = np.array([e if (e := crossing(rc, row)) is not None else 0.0 for row in score])
    i = sides.argmax()
    width = 2 * top_of(zc, sides, i)
    outside = score[:, rc > RADIUS]
    tops = np.array([e if (e := crossing(zc, c)) is not None else -np.inf for c in outside.T])
    i = tops.argmax()
    x = rc[rc > RADIUS]
    top = top_of(x, tops, i) if i > 0 else tops[i]
    bottoms = [crossing(-zc[::-1], c[::-1]) for c in score.T]
    return width, top + max(e for e in bottoms if e is not None)


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        print(json.dumps(solve(*(float(part) for part in argument.split(",")))), flush=True)
