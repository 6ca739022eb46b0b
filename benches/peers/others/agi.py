"""FastAGI by panoramisk on uvloop. Arguments: port, the variables as JSON."""

import asyncio
import json
import sys

import uvloop
from panoramisk import fast_agi

PORT, VARIABLES = int(sys.argv[1]), json.loads(sys.argv[2])


async def lookup(request):
    for name, value in VARIABLES:
        await request.send_command(f'SET VARIABLE BINA_{name} "{value}"')


async def main():
    app = fast_agi.Application(loop=asyncio.get_running_loop())
    app.add_route("lookup", lookup)
    server = await asyncio.start_server(app.handler, "127.0.0.1", PORT)
    async with server:
        await server.serve_forever()


uvloop.run(main())
