import { execFileSync } from 'node:child_process';
import { all, assert, check, client, Cloudflare, raises } from './harness.mjs';

const admin = client();
const { id: zone_id } = await admin.zones.create({ account: {}, name: 'example.com' });
const certificates = admin.customCertificates;

/** A certificate with its key, as openssl makes it. */
function make(host) {
  const pem = execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '30', '-keyout', '-', '-out', '-',
      '-subj', `/CN=${host}`, '-addext', `subjectAltName=DNS:${host}`],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
  );
  const end = pem.indexOf('-----BEGIN CERTIFICATE');
  return { private_key: pem.slice(0, end), certificate: pem.slice(end) };
}

let first;

await check('A certificate is uploaded, read and listed without its key', async () => {
  first = await certificates.create({ zone_id, ...make('example.com') });
  assert.deepEqual(first.hosts, ['example.com']);
  const got = await certificates.get(first.id, { zone_id });
  assert.equal(got.zone_id, zone_id);
  assert.ok(!JSON.stringify(got).includes('PRIVATE KEY'));
  assert.deepEqual((await all(certificates.list({ zone_id }))).map((item) => item.id), [first.id]);
});

await check('A certificate is replaced and prioritized', async () => {
  const edited = await certificates.edit(first.id, { zone_id, ...make('www.example.com') });
  assert.deepEqual(edited.hosts, ['www.example.com']);
  const second = await certificates.create({ zone_id, ...make('example.com') });
  const ordered = await all(
    certificates.prioritize.update({ zone_id, certificates: [{ id: second.id, priority: 2 }, { id: edited.id, priority: 1 }] }),
  );
  assert.deepEqual(ordered.map((item) => item.priority).sort(), [1, 2]);
  first = edited;
});

await check('A key of another certificate is a BadRequestError', async () => {
  const { certificate } = make('example.com');
  const { private_key } = make('example.com');
  const error = await certificates.create({ zone_id, certificate, private_key }).then(() => assert.fail('it succeeded'), (reason) => reason);
  assert.ok(error instanceof Cloudflare.BadRequestError, error.message);
  assert.ok(!error.message.includes('PRIVATE KEY'));
});

await check('A certificate of another host is a BadRequestError', async () => {
  const error = await certificates
    .create({ zone_id, ...make('example.net') })
    .then(() => assert.fail('it succeeded'), (reason) => reason);
  assert.ok(error instanceof Cloudflare.BadRequestError, error.message);
});

await check('A certificate is deleted', async () => {
  assert.deepEqual(await certificates.delete(first.id, { zone_id }), { id: first.id });
  const error = await certificates.get(first.id, { zone_id }).then(() => assert.fail('it succeeded'), (reason) => reason);
  assert.ok(error instanceof Cloudflare.NotFoundError, error.message);
});
