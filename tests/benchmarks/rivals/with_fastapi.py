"""FastAPI on uvicorn. python with_fastapi.py MODEL PORT"""

import hashlib
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import uvicorn
from brain import Brain
from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool

app = FastAPI()
brain = Brain(Path(sys.argv[1]))
TOKEN = "loadtest"


@app.post("/wechat/{account}")
async def receive(request: Request) -> Response:
    query = request.query_params
    joined = "".join(sorted((TOKEN, query["timestamp"], query["nonce"])))
    if hashlib.sha1(joined.encode()).hexdigest() != query["signature"]:
        return Response(status_code=403)
    xml = ET.fromstring(await request.body())
    fan, me = xml.findtext("FromUserName"), xml.findtext("ToUserName")
    reply = await run_in_threadpool(
        brain.answer, xml.findtext("MsgId"), fan, xml.findtext("Content")
    )
    body = (
        f"<xml><ToUserName><![CDATA[{fan}]]></ToUserName><FromUserName><![CDATA[{me}]]>"
        f"</FromUserName><CreateTime>1</CreateTime><MsgType><![CDATA[text]]></MsgType>"
        f"<Content><![CDATA[{reply}]]></Content></xml>"
    )
    return Response(body, media_type="application/xml")


uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[-1]), log_level="error", access_log=False)
