// FastAGI by Node's ding-dong. Arguments: port, the variables as JSON.
const AGIServer = require('ding-dong');
const variables = JSON.parse(process.argv[3]);
const server = new AGIServer((context) => {
    context.onEvent('variables')
        .then(() => variables.reduce(
            (before, [name, value]) => before.then(() => context.setVariable(`BINA_${name}`, value)),
            Promise.resolve()))
        .then(() => context.end());
});
server.start(Number(process.argv[2]), '127.0.0.1');
