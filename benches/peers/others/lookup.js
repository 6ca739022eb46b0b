// A cached answer by Node: its own http and lru-cache. Arguments: port, HubSoft's port.
const http = require('http');
const { LRUCache } = require('lru-cache');
const [port, upstream] = process.argv.slice(2).map(Number);
const cache = new LRUCache({ max: 100000, ttl: 600000 });
const agent = new http.Agent({ keepAlive: true });

function hubsoft(phone, done) {
    const path = `/api/v1/integracao/cliente?busca=telefone&termo_busca=${phone}&limit=20`;
    http.get({ host: '127.0.0.1', port: upstream, path, agent }, (reply) => {
        let body = '';
        reply.on('data', (part) => { body += part; });
        reply.on('end', () => done(JSON.parse(body).clientes[0]));
    });
}

function written(phone, found) {
    const fields = {
        status: 'found', source: 'cache', alerta: 1,
        prompt: 'bina/rompimento-fibra&bina/equipe-a-caminho', rule: 'rompimento', route: 'suporte',
        nome: found.nome_razaosocial, codigo_cliente: found.codigo_cliente, id_cliente: found.id_cliente,
        servico_status: found.servicos[0].status_prefixo, conectado: '', mensagem: '', avisado: 0, previsao: '', matches: 1,
        telefone: phone, end: 1,
    };
    return Object.entries(fields).map(([key, value]) => `${key}=${encodeURIComponent(value)}`).join('&');
}

function answer(response, body) {
    response.writeHead(200, { 'Content-Type': 'text/plain', 'Content-Length': Buffer.byteLength(body) });
    response.end(body);
}

const server = http.createServer((request, response) => {
    const url = new URL(request.url, 'http://127.0.0.1');
    const phone = (url.searchParams.get('caller') || '').replace(/\D/g, '').slice(-11);
    const known = cache.get(phone);
    if (known !== undefined) return answer(response, known);
    hubsoft(phone, (found) => {
        const body = written(phone, found);
        cache.set(phone, body);
        answer(response, body);
    });
});
server.keepAliveTimeout = 60000;
server.listen(port, '127.0.0.1', 4096);
