"""Fits the rivals' pipeline on the shipped sentences and writes it with the FAQ.

python fit.py INTENTS MODEL.pickle
"""

import pickle
import sys
from pathlib import Path

import brain
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from triagebot.triage.catalogue import read_catalogue

catalogue = read_catalogue(Path(sys.argv[1]))
texts = [example.text for example in catalogue.examples]
labels = [example.intent for example in catalogue.examples]
vectorizer = TfidfVectorizer(tokenizer=brain.cut, token_pattern=None, ngram_range=(1, 2))
pipeline = make_pipeline(vectorizer, LogisticRegression(max_iter=200)).fit(texts, labels)
faq = {q: answer.text for answer in catalogue.answers.values() for q in answer.questions}
Path(sys.argv[2]).write_bytes(pickle.dumps((pipeline, faq)))
