from collections.abc import Mapping
from pathlib import Path

import pytest

from training.train import train
from triagebot.domain.label import Label, Source
from triagebot.triage.catalogue import read_catalogue
from triagebot.triage.registry import load
from triagebot.triage.think import wake

SENTENCES = {
    "delivery": (
        "什么时候发货 快递到哪了 几天能收到 包裹还没到 物流不动了 发什么快递 能寄到村里吗 "
        "催一下快递 快递员没打电话 签收了但没拿到 周末送货吗 今天能发出吗"
    ),
    "purchase": (
        "多少钱一台 还有没有货 怎么预约 在哪里买 有优惠价吗 白色缺货吗 能便宜点吗 几点开抢 "
        "学生有折扣吗 旧机抵多少 买两台打折吗 现货还是预售"
    ),
    "out_of_scope": (
        "今天天气怎么样 讲个笑话 一加一等于几 放首歌 帮我订机票 明天会下雨吗 世界杯谁赢了 "
        "打开手电筒 翻译这句话 股票涨了没 附近有饭店吗 定个闹钟"
    ),
}


def write_intents(folder: Path, sentences: Mapping[str, str] = SENTENCES) -> Path:
    """A catalogue of three intents that trains in no time."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, said in sentences.items():
        lines = "\n".join(f"    - {sentence}" for sentence in said.split())
        (folder / f"{name}.yml").write_text(
            f"""version: "3.1"
nlu:
- intent: "{name}"
  metadata: {{title: {{zh: 标题{name[0]}, en: {name}}}, risk: low}}
  examples: |
{lines}
- intent: "{name}/main"
  metadata: {{question: 关于{name}}}
  examples: |
    - 问问{name}的事
responses:
  utter_{name}/main:
  - text: 好的。
""",
            encoding="utf-8",
        )
    texts = (
        "welcome holding holding_closed menu_head menu_none help no_words small_talk did_it_help"
    )
    said = "\n".join(f"  {text}: 您好" for text in texts.split())
    (folder / "_policy.yml").write_text(
        f"""promise: {{max_error: 0.3, confidence: 0.6}}
manners: {{margin: 0.15, menu_size: 3, small_talk_limit: 3}}
cost: {{low: 1, medium: 10, high: 200, human: 2}}
texts:
{said}
""",
        encoding="utf-8",
    )
    (folder / "_rules.yml").write_text("rules: []\n", encoding="utf-8")
    (folder / "words.txt").write_text("快递员 # a person\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def small_intents(tmp_path_factory):
    return write_intents(tmp_path_factory.mktemp("small") / "intents")


@pytest.fixture(scope="session")
def small_trained(small_intents, tmp_path_factory):
    folder = tmp_path_factory.mktemp("small-models")
    return train(read_catalogue(small_intents), [], folder, name="small", jobs=1)


@pytest.fixture(scope="session")
def small_mind(small_trained):
    return wake(load(small_trained.folder))


@pytest.fixture
def label(clock):
    def make(text="什么时候发货", intent="delivery", source=Source.AGENT, **parts):
        values = {"by": "kefu1", "at": clock()} | parts
        return Label(text=text, intent=intent, source=source, **values)

    return make


@pytest.fixture
def new_intents(tmp_path):
    """A folder of intents that a test may change."""
    return write_intents(tmp_path / "intents")
