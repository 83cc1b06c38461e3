import { all, assert, check, client, Cloudflare, raises } from './harness.mjs';

const admin = client();
const [account] = await all(admin.accounts.list());
let zone;

await check('A zone is created and got', async () => {
  zone = await admin.zones.create({ account: { id: account.id }, name: 'example.com', type: 'full' });
  assert.equal((await admin.zones.get({ zone_id: zone.id })).name, 'example.com');
  assert.equal(zone.status, 'active');
  assert.equal(zone.account.id, account.id);
});

await check('A zone that is there is a ConflictError', async () => {
  await raises(Cloudflare.ConflictError, 409, 1061, () => admin.zones.create({ account: { id: account.id }, name: 'example.com' }));
});

await check('A name that is none is a BadRequestError', async () => {
  await raises(Cloudflare.BadRequestError, 400, 1002, () => admin.zones.create({ account: { id: account.id }, name: '-' }));
});

await check('Zones are paged to the last, empty page', async () => {
  for (let i = 0; i < 24; i++) {
    await admin.zones.create({ account: { id: account.id }, name: `z${i}.example` });
  }
  const zones = await all(admin.zones.list({ per_page: 5 }));
  assert.equal(zones.length, 25);
  assert.equal(new Set(zones.map((item) => item.id)).size, 25);
  assert.deepEqual((await all(admin.zones.list({ name: 'z7.example' }))).map((item) => item.name), ['z7.example']);
});

await check('The activation of a zone is checked, and it is active', async () => {
  assert.equal((await admin.zones.activationCheck.trigger({ zone_id: zone.id })).id, zone.id);
  await raises(Cloudflare.NotFoundError, 404, 1001, () => admin.zones.activationCheck.trigger({ zone_id: '0'.repeat(32) }));
});

await check('Zones are filtered and ordered', async () => {
  const names = async (query) => (await all(admin.zones.list(query))).map((item) => item.name);
  assert.deepEqual(await names({ name: 'contains:xampl', status: 'active', order: 'name', direction: 'desc', per_page: 10 }), (await names({})).toReversed());
  assert.deepEqual(await names({ name: 'starts_with:z2', account: { id: account.id }, match: 'all' }), ['z2.example', 'z20.example', 'z21.example', 'z22.example', 'z23.example']);
  assert.deepEqual(await names({ status: 'pending' }), []);
});

await check('If-Match takes several tags and any, and never a weak one', async () => {
  const edit = (tags) => admin.zones.edit({ zone_id: zone.id, paused: false }, { headers: { 'If-Match': tags } });
  assert.equal((await edit('"7", "1"')).id, zone.id);
  assert.equal((await edit('*')).id, zone.id);
  for (const tags of ['"7", "8"', 'W/"1"']) {
    const error = await edit(tags).then(() => assert.fail('it succeeded'), (reason) => reason);
    assert.ok(error instanceof Cloudflare.APIError, error?.message);
    assert.equal(error.status, 412);
    assert.equal(error.errors[0].code, 40012);
  }
});

await check('A zone is deleted', async () => {
  assert.deepEqual(await admin.zones.delete({ zone_id: zone.id }), { id: zone.id });
  await raises(Cloudflare.NotFoundError, 404, 1001, () => admin.zones.get({ zone_id: zone.id }));
});
