"""A fan asks, a person answers and corrects, and the next model has learnt it."""

import json
import threading

from tests.journeys.conftest import Person, wait_for

# No shipped sentence has this word: what it means can only come from the labels.
TAUGHT = [
    "量子补丁包装不上",
    "量子补丁包哪里下",
    "量子补丁包什么时候给",
    "装了量子补丁包开不了机",
    "求量子补丁包",
    "量子补丁包能退回去吗",
]
ASKED = "有没有量子补丁包啊"


def intent_of(person, text):
    return person.call("POST", "/model/parse", {"text": text})["intent"]["name"]


def test_a_question_word_for_word_is_answered_at_once(server, fan):
    answer = fan.says("下单后多久发货")
    assert answer["action"] == "answer"
    assert "发货" in answer["reply"]["text"]


def test_a_fan_reaches_a_person_and_gets_the_reply(server, fan, agent):
    assert fan.says("转人工")["action"] == "human"
    assert fan.says("我的新手机屏幕进灰了")["action"] == "silent"

    (row,) = agent.call("GET", "/api/v1/conversations?view=waiting")["items"]
    detail = agent.call("GET", f"/api/v1/conversations/{row['id']}")
    assert detail["guess"]["intents"][0]["intent"] == "after_sales"
    assert detail["guess"]["words"]
    assert detail["guess"]["answers"][0]["text"]

    taken = agent.call("POST", f"/api/v1/conversations/{row['id']}/take", {"fence": row["fence"]})
    assert taken["agent"]["name"] == "xiaoli"
    reply = {"text": "您好，可以到服务网点免费清灰。", "client_id": "reply-1"}
    agent.call("POST", f"/api/v1/conversations/{row['id']}/messages", reply)
    agent.call("POST", f"/api/v1/conversations/{row['id']}/messages", reply)

    seen = fan.call("GET", "/api/v1/chat/messages?wait=0")["items"]
    assert [item["text"] for item in seen].count(reply["text"]) == 1

    fence = agent.call("GET", f"/api/v1/conversations/{row['id']}")["conversation"]["fence"]
    agent.call("POST", f"/api/v1/conversations/{row['id']}/resolve", {"fence": fence})
    assert agent.call("GET", "/api/v1/conversations?view=open")["items"] == []
    assert fan.says("下单后多久发货")["action"] == "answer", "the bot has the talk again"


def test_corrections_come_back_as_a_model_that_understands(fresh_server):
    server = fresh_server
    agent = server.signed_in("xiaoli")
    assert intent_of(agent, ASKED) != "purchase"
    for number, text in enumerate(TAUGHT):
        fan = Person(server.url)
        message = fan.says(text)
        label = {"intent": "purchase"}
        agent.call("PUT", f"/api/v1/messages/{message['message_id']}/label", label)
        if number == 0:
            agent.call("DELETE", f"/api/v1/messages/{message['message_id']}/label")
            agent.call("PUT", f"/api/v1/messages/{message['message_id']}/label", label)

    server.command("labels", "export", "-o", "labels.jsonl")
    lines = (server.folder / "labels.jsonl").read_text(encoding="utf-8").splitlines()
    assert sorted(json.loads(line)["text"] for line in lines) == sorted(TAUGHT)
    server.command("train", "--labels", "labels.jsonl", "--name", "taught")
    measured = json.loads(server.command("evaluate", "labels.jsonl", "--model", "taught", "--json"))
    assert measured["accuracy"] == 1.0

    replayed = json.loads(server.command("replay", "--to", "taught", "--json"))
    assert replayed["n"] >= len(TAUGHT)
    switched = under_load(server, agent, lambda: server.command("model", "promote", "taught"))
    assert switched["failed"] == []
    assert switched["models"][-1] == "taught"
    assert intent_of(agent, ASKED) == "purchase"


def under_load(server, agent, promote):
    """Promote while four fans keep asking; return what they saw."""
    stop = threading.Event()
    failed, models = [], []

    def ask(number):
        person = Person(server.url)
        person.sign_in("xiaoli", agent.password)
        while not stop.is_set():
            try:
                models.append(person.call("POST", "/model/parse", {"text": ASKED})["model_id"])
                Person(server.url).says(f"我想问一下第{number}个问题")
            except (AssertionError, OSError) as error:
                failed.append(str(error))

    fans = [threading.Thread(target=ask, args=(number,)) for number in range(4)]
    for fan in fans:
        fan.start()
    try:
        wait_for(lambda: len(models) > 20 or failed)
        assert not failed, failed[:3]
        promote()
        wait_for(lambda: models[-1] == "taught")
    finally:
        stop.set()
        for fan in fans:
            fan.join(60)
    return {"failed": failed, "models": models}
