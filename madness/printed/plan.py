"""What a deployment would make."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

from madness.printed.findings import MARKS, count, indented


def render_plan(found: dict[str, Any]) -> None:
    """Print on stdout what a deployment would make."""
    lines = _Lines()
    lines.title(f"Plan for stage {found['stage']}: nothing on AWS is changed by showing it; packages are in .workshop")
    lines.add(*_summary(found))
    lines.title("Findings")
    for one in found["findings"]:
        lines.add(f"{MARKS[one['level']]} {one['subject']}: {one['text']}")
        if one["mend"]:
            lines.add(f"        -> {indented(one['mend'], 11)}")
    if found["differences"] is not None:
        lines.title("What would change")
        for text in found["differences"] or ["nothing but code: stack, functions, mapping and dashboard are as wanted"]:
            lines.add(f"- {text}")
    lines.title(
        f"CloudFormation stack madness-{found['stage']} (infra/template.yaml): {len(found['resources'])} resources"
    )
    width = max(len(one["type"]) for one in (*found["resources"], *found["beside"], *found["edge"]))
    for one in found["resources"]:
        kept = "   stays when the stack is deleted" if one["is_kept"] else ""
        lines.add(f"{one['type']:{width}}  {one['name']}{kept}")
    lines.add("The SageMaker role is for training jobs, which start_training makes: nothing of them runs in between.")
    lines.title(f"Beside the stack, by Chalice and Zappa: {len(found['beside'])}")
    lines.add(*(f"{one['type']:{width}}  {one['name']}" for one in found["beside"]))
    if found["edge"]:
        lines.title(
            f"CloudFormation stack {found['edge'][0]['stack']} (infra/edge.yaml): {len(found['edge'])} resources"
        )
        lines.add(*(f"{one['type']:{width}}  {one['logical']}" for one in found["edge"]))
    lines.title("What its roles and bucket policies say")
    for one in found["stack_policies"]:
        if one["actions"] == ["sts:AssumeRole"]:
            lines.add(f"{one['of']}: for {', '.join(one['for'])}")
            continue
        who = f" {', '.join(one['for'])}" if one["for"] else ""
        verb = {"Allow": "allows" if who else "may", "Deny": "denies"}[one["effect"]]
        lines.add(f"    {one['of']}: {verb}{who} {', '.join(one['actions'])}", *(f"        on {x}" for x in one["on"]))
        lines.add(*(f"        if {x}" for x in one["if"]))
    lines.title(f"{len(found['functions'])} functions, deployed by Chalice")
    for one in found["functions"]:
        lines.add(f"{one['name']}: runs on {one['runs_on']}")
        logs = f", logs kept {one['log_days']} days" if one["log_days"] else ""
        lines.add(f"    {one['runtime']}, {one['memory_mb']:,} MB, at most {one['timeout_s']} s{logs}")
        for layer in one["layers"]:
            lines.add(f"    layer {layer}")
        for statement in one["may"]:
            lines.add(f"    may {', '.join(statement['actions'])}")
            lines.add(*(f"        on {resource}" for resource in statement["on"]))
    if found["functions"]:
        lines.add("The layer holds NumPy, pandas and pyarrow. AWS publishes it: AWS SDK for pandas, a project of AWS.")
        lines.add("variables of all of them:")
        lines.add(*(f"    {name}={value}" for name, value in found["functions"][0]["variables"].items()))
    if board := found["dashboard"]:
        lines.title("The dashboard, deployed by Zappa")
        lines.add(f"{board['name']}: runs on {board['runs_on']}")
        lines.add(f"    {board['runtime']}, {board['memory_mb']:,} MB, at most {board['timeout_s']} s")
        lines.add(f"    role {board['role']}")
    for name, package in found["packages"].items():
        sizes = f"{package['zipped'] / 2**20:.1f} MiB zipped, {package['unzipped'] / 2**20:.0f} MiB unzipped"
        lines.title(f"Package of the {name}: {sizes}")
        lines.add(
            ", ".join(f"{name} {version}" for name, version in package["distributions"].items()) or "no distributions"
        )
    lines.title("Steps, in this order")
    for number, step in enumerate(found["steps"], 1):
        lines.add(f"{number} {step['title']}: {step['does']}")
        lines.add(*(f"    as by hand: {command}" for command in step["commands"]))
        if step["undo"]:
            lines.add(f"    undo: {step['undo']}")
    lines.title("What it costs")
    lines.add(found["cost"][0].upper() + found["cost"][1:] + ".")
    sys.stdout.write("\n".join(lines.lines) + "\n")


def _summary(found: dict[str, Any]) -> Iterator[str]:
    """The plan in ten lines."""
    stage = found["stage"]
    levels = [one["level"] for one in found["findings"]]
    asked = "" if found["asked_as"] else " (no credentials: account unknown)"
    if found["account"] and not found["asked_as"]:
        asked = " (after the buckets' names; no credentials, so AWS was not asked)"
    yield f"where      account {found['account'] or '<account>'}{asked}, region {found['region']}, {found['endpoint']}"
    yield f"findings   {count(levels.count('problem'), 'problem')}, {count(levels.count('warning'), 'warning')}"
    parts = [len(found[part]) for part in ("resources", "beside", "edge")]
    yield f"makes      {sum(parts)} resources: {parts[0]} in the stack, {parts[1]} beside it, {parts[2]} for CloudFront"
    yield f"data       {', '.join(found['buckets'].values())}"
    if found["dashboard"] and found["door"]:
        yield f"who reads  those whom the dashboard's door lets in: {', '.join(found['door'])} will be set"
    elif found["dashboard"]:
        yield "who reads  THE DASHBOARD IS PUBLIC from its first deployment on: everybody with the address sees it."
        yield "           To close it: --login NAME or --allow NETWORK, of deploy or later of madness door; it stays."
    yield f"cost       {found['cost']}"
    yield f"steps      {', '.join(step['title'] for step in found['steps'])}"
    yield f"go back    madness rollback --stage {stage}; the first deployment: madness destroy --stage {stage}"


class _Lines:
    def __init__(self) -> None:
        self.lines: list[str] = []

    def title(self, text: str) -> None:
        self.lines += ([""] if self.lines else []) + [text, "-" * len(text)]

    def add(self, *texts: str) -> None:
        self.lines += texts
