"""What an engineer would write: a scikit-learn pipeline on jieba, rapidfuzz on the FAQ, one row an
insert. The same sentences and the same FAQ as ours; both rivals' servers import this."""

from __future__ import annotations

import pickle
import sys
from pathlib import Path

import jieba
from rapidfuzz import process
from sqlalchemy import String, create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column


def cut(text: str) -> list[str]:
    return jieba.lcut(text)


class Base(DeclarativeBase):
    pass


class Message(Base):
    __tablename__ = "message"
    id: Mapped[int] = mapped_column(primary_key=True)
    msg_id: Mapped[str] = mapped_column(String, index=True)
    fan: Mapped[str]
    text: Mapped[str]
    intent: Mapped[str]
    reply: Mapped[str]


class Brain:
    """Everything of a message's way but HTTP and XML."""

    def __init__(self, model: Path) -> None:
        jieba.initialize()
        sys.modules.setdefault("brain", sys.modules[__name__])
        self.pipeline, self.faq = pickle.loads(model.read_bytes())
        self.questions = list(self.faq)
        self.engine = create_engine("sqlite:///rival.db")
        Base.metadata.create_all(self.engine)

    def answer(self, msg_id: str, fan: str, text: str) -> str:
        intent = self.pipeline.predict([text])[0]
        found = process.extractOne(text, self.questions, score_cutoff=85)
        reply = self.faq[found[0]] if found else "已为您转接人工客服。"
        with Session(self.engine) as session:
            session.add(Message(msg_id=msg_id, fan=fan, text=text, intent=str(intent), reply=reply))
            session.commit()
        return reply
