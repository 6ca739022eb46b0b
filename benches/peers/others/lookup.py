"""A cached answer by FastAPI, uvicorn and a dict with times. Arguments: port, HubSoft's port."""

import json
import sys
import time
import urllib.request
from urllib.parse import quote

import uvicorn
from fastapi import FastAPI
from fastapi.responses import PlainTextResponse

PORT, UPSTREAM = int(sys.argv[1]), int(sys.argv[2])
app = FastAPI()
cache = {}


def hubsoft(phone):
    path = f"/api/v1/integracao/cliente?busca=telefone&termo_busca={phone}&limit=20"
    with urllib.request.urlopen(f"http://127.0.0.1:{UPSTREAM}{path}") as reply:
        return json.load(reply)["clientes"][0]


def written(phone, found):
    fields = {
        "status": "found", "source": "cache", "alerta": 1,
        "prompt": "bina/rompimento-fibra&bina/equipe-a-caminho", "rule": "rompimento",
        "route": "suporte", "nome": found["nome_razaosocial"],
        "codigo_cliente": found["codigo_cliente"], "id_cliente": found["id_cliente"],
        "servico_status": found["servicos"][0]["status_prefixo"], "conectado": "",
        "mensagem": "", "avisado": 0, "previsao": "", "matches": 1, "telefone": phone, "end": 1,
    }
    return "&".join(f"{key}={quote(str(value))}" for key, value in fields.items())


@app.get("/asterisk", response_class=PlainTextResponse)
async def lookup(caller: str):
    phone = "".join(filter(str.isdigit, caller))[-11:]
    known = cache.get(phone)
    if known and time.monotonic() - known[0] < 600:
        return known[1]
    body = written(phone, hubsoft(phone))
    cache[phone] = (time.monotonic(), body)
    return body


uvicorn.run(app, port=PORT, log_level="warning", loop="uvloop", http="httptools", backlog=4096)
