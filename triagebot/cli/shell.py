"""`triagebot shell`: type a sentence, see what the bot makes of it and why."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from triagebot.cli.minds import wake_model
from triagebot.cli.options import model_option

if TYPE_CHECKING:
    from triagebot.domain.conversation import Memory
    from triagebot.triage.think import Mind


@click.command()
@model_option
@click.option("--why/--no-why", default=True, help="Show words, ranking and reason.")
@click.pass_obj
def shell(obj: dict[str, Any], model: str | None, why: bool) -> None:
    """Talk to the bot in the terminal; an empty line ends it."""
    from triagebot.domain.conversation import Memory

    mind = wake_model(obj["settings"], model)
    click.secho(
        f"{mind.model} · 输入一句话，空行结束 · type a sentence, an empty line ends", dim=True
    )
    memory = Memory()
    while text := click.prompt("粉丝", default="", show_default=False, prompt_suffix=" > ").strip():
        memory = turn(mind, text, memory, why)


def turn(mind: Mind, text: str, memory: Memory, why: bool) -> Memory:
    """Print the bot's side of one turn and return what it remembers."""
    from triagebot.domain.message import Inbound, Kind
    from triagebot.intake.handle_message import conclude

    prediction = mind.think([text])[0]
    inbound = Inbound("terminal", "shell", "", Kind.TEXT, text, datetime.now(UTC))
    conclusion = conclude(mind, inbound, memory, prediction, lambda: 0)
    decision = conclusion.decision
    if why:
        words = mind.explain(prediction, prediction.intent)
        click.secho("  " + "  ".join(f"{w.token}{w.weight:+.1f}" for w in words), dim=True)
        ranking = "  ".join(f"{r.intent} {r.confidence:.2f}" for r in prediction.intents[:5])
        click.secho(f"  {ranking}", dim=True)
        for answer in prediction.answers[:3]:
            click.secho(f"  {answer.answer} {answer.confidence:.2f} ≈ {answer.matched}", dim=True)
        needed = f"{decision.threshold:.3f}" if decision.threshold <= 1 else "not proven"
        click.secho(f"  {decision.action} · {decision.reason} · needs {needed}", dim=True)
    click.echo(conclusion.reply.text or "（沉默）")
    for number, option in enumerate(conclusion.reply.options, start=1):
        click.echo(f"  {number}. {option.title}")
    return conclusion.memory
