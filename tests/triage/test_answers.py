import numpy as np
import pytest
from sklearn.linear_model import Ridge

from training.fit import FitSettings, learn_vocabulary, matrix
from triagebot.triage.answer_choice import RIDGE, learn_choice, left_out_scores
from triagebot.triage.answer_index import AnswerIndex
from triagebot.triage.answers import EXACT, AnswerCalibration, Question, rank

SUBJECTS = "充电器 耳机 屏幕 电池 相机 闹钟 指纹 蓝牙 壁纸 铃声 信号 热点 键盘 音量 截屏 录音"
ASKED = "怎么打开 坏了怎么办 多少钱一个 在哪里买 怎么设置 能不能换 没反应 保修多久"
INTENTS = ("faq", "other")


class Faq:
    """128 answers of one intent with two wordings each, and one answer of another intent."""

    def __init__(self):
        names = [(s, a) for s in SUBJECTS.split() for a in ASKED.split()]
        texts = [
            (f"faq/{i}", t) for i, (s, a) in enumerate(names) for t in (s + a, f"我的{s}{a}啊")
        ]
        texts += [("other/hello", "你好"), ("other/hello", "您好啊")]
        self.questions = [
            Question(name, name.split("/")[0], text, text, frozenset(text)) for name, text in texts
        ]
        self.messages = [(text, [*text]) for _, text in texts]
        self.vocabulary = learn_vocabulary(self.messages, FitSettings())
        self.rows = self.vocabulary.rows(self.messages)
        self.index = AnswerIndex(self.questions, self.rows, self.vocabulary, INTENTS)

    def ask(self, texts, faq=0.99):
        heard = [(text, [*text]) for text in texts]
        rows = self.vocabulary.rows(heard)
        guess = np.tile([faq, 1 - faq], (len(texts), 1))
        return list(self.index.nearest(heard, rows, guess))


@pytest.fixture(scope="module")
def faq():
    return Faq()


def test_scores_are_those_of_scikit_learns_ridge(faq):
    x = matrix(faq.vocabulary, faq.messages[:256])[:, 1:]
    owners = np.arange(256) // 2
    y = (owners[:, None] == np.arange(128)).astype(float)
    theirs = Ridge(alpha=RIDGE, fit_intercept=False).fit(x, y - y.mean(axis=0))
    rows = faq.rows.take(np.arange(256))
    choice = learn_choice(rows, owners, 128)
    ours = np.zeros((len(faq.vocabulary), 128))
    ours[choice.ids] = choice.weights
    assert ours[1:] == pytest.approx(theirs.coef_.T, abs=1e-4)
    assert ours[0] == pytest.approx(y.mean(axis=0), abs=1e-6)


def test_leaving_a_wording_out_is_learning_without_it(faq):
    owners = np.arange(256) // 2
    left_out = left_out_scores(faq.rows.take(np.arange(256)), owners, 128)
    x = matrix(faq.vocabulary, faq.messages[:256])[:, 1:]
    y = (owners[:, None] == np.arange(128)).astype(float)
    mean = y.mean(axis=0)
    for out in (0, 101):
        rest = np.arange(256) != out
        ridge = Ridge(alpha=RIDGE, fit_intercept=False).fit(x[rest], (y - mean)[rest])
        assert left_out[out] == pytest.approx(ridge.predict(x[[out]])[0] + mean, abs=1e-4)


def test_hundreds_of_answers_under_one_intent_are_not_all_sure(faq):
    near = faq.ask(["相机怎么打开呀", "我想问一下蓝牙", "今天吃什么好呢"])
    calibration = AnswerCalibration(bias=-4.0, chance=0.3, score=3.0, ratio=5.0, intent=0.7)
    clear, vague, foreign = (rank(found, {"faq": 0.99}, calibration) for found in near)
    assert clear[0].matched == "相机怎么打开"
    assert clear[0].confidence > 0.7 > clear[1].confidence
    assert vague[0].confidence < 0.5
    assert foreign[0].confidence < 0.2


def test_an_exact_wording_is_found_whatever_the_intent_seems_to_be(faq):
    near = faq.ask(["您好啊"], faq=1.0)[0]
    assert near[0].answer == "other/hello"
    assert rank(near, {}, AnswerCalibration())[0].confidence == EXACT


def test_a_wording_of_two_answers_is_exact_for_none(faq):
    doubled = [*faq.questions, Question("other/bye", "other", "你好", "你好", frozenset("你好"))]
    messages = [*faq.messages, ("你好", ["你", "好"])]
    rows = faq.vocabulary.rows(messages)
    index = AnswerIndex(doubled, rows, faq.vocabulary, INTENTS)
    heard = [("你好", ["你", "好"])]
    near = next(index.nearest(heard, faq.vocabulary.rows(heard), np.array([[0.1, 0.9]])))
    assert not any(each.exact for each in near)


def test_the_chances_of_one_intents_answers_are_a_distribution(faq):
    near = faq.ask(["耳机坏了怎么办呢"])[0]
    own = [item for item in near if item.intent == "faq"]
    assert own[0].answer == "faq/9"
    assert 0.0 < sum(item.chance for item in own) <= 1.0 + 1e-6


def test_without_answers_nothing_is_near(faq):
    index = AnswerIndex([], faq.vocabulary.rows([]), faq.vocabulary, INTENTS)
    heard = [("你好", ["你", "好"])]
    asked = faq.vocabulary.rows(heard)
    assert list(index.nearest(heard, asked, np.array([[0.5, 0.5]]))) == [[]]
