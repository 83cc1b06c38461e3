// Node's three clients: `node clients.mjs PLAIN SECURE` asks both addresses for /NAME.
import http2 from 'node:http2';
import https from 'node:https';
import http from 'node:http';

const [plain, secure] = process.argv.slice(2);
await fetch(`${plain}/node-fetch`).then((r) => r.arrayBuffer());
await fetch(`${secure}/node-fetch`).then((r) => r.arrayBuffer());
await new Promise((done) => http.get(`${plain}/node-http`, (r) => r.resume().on('end', done)));
await new Promise((done) => https.get(`${secure}/node-https`, { rejectUnauthorized: false }, (r) => r.resume().on('end', done)));
const session = http2.connect(secure, { rejectUnauthorized: false });
await new Promise((done) => session.request({ ':path': '/node-http2' }).resume().on('end', done));
session.close();
