import { assert, check, client, Cloudflare, raises } from './harness.mjs';

const admin = client();
const { id: zone_id } = await admin.zones.create({ account: {}, name: 'example.com' });
const settings = admin.zones.settings;

await check('A setting is read, edited and read back', async () => {
  for (const [id, value] of [['always_use_https', 'on'], ['ssl', 'full'], ['min_tls_version', '1.2'], ['http2', 'off'], ['websockets', 'off']]) {
    const edited = await settings.edit(id, { zone_id, value });
    assert.equal(edited.id, id);
    assert.equal(edited.value, value);
    assert.equal((await settings.get(id, { zone_id })).value, value);
  }
});

await check('Every setting that a site needs is edited and read back', async () => {
  const hsts = { enabled: true, max_age: 86400, include_subdomains: true, preload: false, nosniff: true };
  const values = {
    tls_1_3: 'off', true_client_ip_header: 'on', max_upload: 200, proxy_read_timeout: 150, development_mode: 'on', ipv6: 'off',
    origin_max_http_version: '2', security_header: { strict_transport_security: hsts },
  };
  for (const [id, value] of Object.entries(values)) {
    await settings.edit(id, { zone_id, value });
    assert.deepEqual((await settings.get(id, { zone_id })).value, value, id);
  }
});

await check('A value that a setting cannot have is a BadRequestError that names the place', async () => {
  const error = await raises(Cloudflare.BadRequestError, 400, 1007, () => settings.edit('ssl', { zone_id, value: 'perhaps' }));
  assert.equal(error.errors[0].source.pointer, '/value');
  assert.equal((await settings.get('ssl', { zone_id })).value, 'full');
});

await check('A setting that there is not is an error', async () => {
  const error = await settings.get('no_such_setting', { zone_id }).then(() => assert.fail('it succeeded'), (reason) => reason);
  assert.ok(error instanceof Cloudflare.BadRequestError || error instanceof Cloudflare.NotFoundError, error.message);
  assert.equal(error.errors[0].code, 1006);
});

await check('A setting of a zone that there is not is a NotFoundError', async () => {
  await raises(Cloudflare.NotFoundError, 404, 1001, () => settings.get('ssl', { zone_id: '0'.repeat(32) }));
});
