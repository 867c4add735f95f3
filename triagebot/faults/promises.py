"""Which promise is tried by what: runs by their names, tests by their files below `tests/`."""

from __future__ import annotations

PROMISES: dict[str, str] = {
    "What is acknowledged is on disk":
        "kill, powercut, ioerrors, outages, failover, parted; intake/test_accept.py",
    "A message is stored once, however often it comes":
        "simulate, kill; store/test_recording.py, store/test_many_nodes.py",
    "Each delivery of a message gets the same reply":
        "kill, outages, simulate; store/test_reply_ways.py, channels/wechat/test_processes.py, "
        "channels/wechat/test_delivery_machine.py",
    "What needs a person waits for one from the same commit on":
        "simulate; intake/test_handle_message.py, faults/test_claim_machine.py",
    "A conversation has one owner, and a stale screen does nothing":
        "claims; faults/test_claim_machine.py, store/test_conversations.py, "
        "desk/test_fifty_agents.py",
    "An agent's text is delivered, failed or uncertain, in order for each fan":
        "channels/test_outbox.py, store/test_outbound.py",
    "Nobody waits longer than WeChat does":
        "outages, link, failover, parted, upgrade, simulate; faults/test_starting_node.py, "
        "channels/wechat/test_last_moment.py",
    "What cannot be stored is not acknowledged":
        "ioerrors; faults/test_disk_full.py, faults/test_full_queue.py",
    "A start needs no repair, and refuses damage with a clear text":
        "kill, corrupt; store/test_schema.py, store/test_checksums.py",
    "A bad bundle never serves, and the running one stays":
        "triage/test_registry.py, triage/test_hot_reload.py",
    "A model that fails or is missing costs no message":
        "intake/test_accept.py, intake/test_put_off.py",
    "Memory, queue, connections and spool are bounded":
        "soak; web/test_front.py, nodes/test_spooling.py, intake/test_surge.py, "
        "`triagebot loadtest`",
    "Slow clients and floods are closed in time": "slow; web/test_front.py",
    "A database that is slow, stalls or is cut off":
        "outages, link, upgrade; faults/test_outages.py, nodes/test_spooling.py",
    "WeChat down, slow, limited, or with a dead token":
        "channels/wechat/test_traps.py, channels/wechat/test_scenarios.py, "
        "channels/wechat/test_token_shelf.py, channels/wechat/test_kefu.py",
    "Clocks that differ or jump":
        "store/test_leases.py, nodes/test_duty.py, doctor/test_doctor.py",
    "Bad input of every kind": "journeys/test_bad_input.py, channels/wechat/test_parser_fuzz.py, "
        "web/test_schemathesis.py",
    "Upgrades under load": "upgrade; faults/test_outages.py",
    "Personal data is erased, kept no longer, and in no log":
        "fans/test_forgetting.py, store/test_belongings.py, store/test_retention.py, "
        "channels/wechat/test_routes.py",
    "Labels that somebody makes wrong are found before they are learnt":
        "cli/test_mending.py, training/test_label_quality.py",
    "No one person, fan, day or wording makes a model alone": "training/test_caps.py",
    "A model learnt from labels made wrong on purpose does not take over, or is as good":
        "cli/test_poisoned_gate.py",
    "Who did what cannot be changed unnoticed": "store/test_seals.py",
    "A copy brings everything back": "backup; faults/test_backup.py",
}  # fmt: skip

MISSING = """
Not tried: three people or more who label alike and wrongly, whom no cap meets; the gate alone stops
them. A downgrade is refused: an older program does not start on newer tables
(store/test_schema.py), and the way back is a copy.
"""


def table() -> str:
    """Return the promises as Markdown, and what is not tried."""
    rows = (f"| {promise} | {tried} |\n" for promise, tried in PROMISES.items())
    return "| promise | tried by |\n|---|---|\n" + "".join(rows) + MISSING
