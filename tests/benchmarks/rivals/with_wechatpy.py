"""Flask and wechatpy on waitress. python with_wechatpy.py MODEL PORT"""

import sys
from pathlib import Path

from brain import Brain
from flask import Flask, request
from waitress import serve
from wechatpy import create_reply, parse_message
from wechatpy.utils import check_signature

app = Flask(__name__)
brain = Brain(Path(sys.argv[1]))


@app.post("/wechat/<account>")
def receive(account: str) -> str:
    args = request.args
    check_signature("loadtest", args["signature"], args["timestamp"], args["nonce"])
    message = parse_message(request.data)
    reply = brain.answer(str(message.id), message.source, message.content)
    return create_reply(reply, message).render()


serve(app, host="127.0.0.1", port=int(sys.argv[-1]), threads=4, connection_limit=500, _quiet=True)
