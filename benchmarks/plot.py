"""Draws cost against size from the points on standard input into the SVG file named (needs only matplotlib)."""

import json
import sys

import matplotlib

matplotlib.use("svg")
from matplotlib import pyplot as plt  # the backend first

PANELS = (  # axis, cost, title
    ("messages", "cpu", "CPU, seconds"),
    ("messages", "memory", "peak memory, MB"),
    ("accounts", "wall", "wall time at 150 ms a request, seconds"),
    ("accounts", "requests", "requests"),
)
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7")  # told apart by colour-blind readers too


def main(picture: str) -> None:
    """Four panels, both axes logarithmic but for memory."""
    points = json.load(sys.stdin)
    readers = list(dict.fromkeys(point["reader"] for point in points))
    plt.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "scale", "font.size": 9})
    figure, axes = plt.subplots(2, 2, figsize=(10, 7), layout="constrained")
    for panel, (axis, cost, title) in zip(axes.flat, PANELS, strict=True):
        for reader, colour in zip(readers, COLOURS, strict=False):
            line = [point for point in points if point["axis"] == axis and point["reader"] == reader]
            if line:
                sizes, costs = [point["size"] for point in line], [point[cost] for point in line]
                panel.plot(sizes, costs, marker="o", color=colour, label=reader)
        panel.set(xscale="log", xlabel=axis, title=title)
        if cost == "memory":
            panel.set_ylim(bottom=0)
        else:
            panel.set_yscale("log")
        panel.grid(alpha=0.3)
        for side in ("top", "right"):
            panel.spines[side].set_visible(False)
    handles, labels = axes[0][0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=len(labels), frameon=False)
    figure.savefig(picture, metadata={"Date": None})


if __name__ == "__main__":
    main(sys.argv[1])
