"""WeRoBot on its usual server, Tornado. python with_werobot.py MODEL PORT"""

import sys
from pathlib import Path

import tornado.ioloop
import tornado.web
from brain import Brain
from werobot import WeRoBot
from werobot.contrib.tornado import make_handler

robot = WeRoBot(token="loadtest", SESSION_STORAGE=False)
brain = Brain(Path(sys.argv[1]))


@robot.text
def hear(message) -> str:
    return brain.answer(str(message.message_id), message.source, message.content)


app = tornado.web.Application([(r"/wechat/load", make_handler(robot))])
app.listen(int(sys.argv[-1]), "127.0.0.1")
tornado.ioloop.IOLoop.current().start()
