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

await check('A zone is deleted', async () => {
  assert.deepEqual(await admin.zones.delete({ zone_id: zone.id }), { id: zone.id });
  await raises(Cloudflare.NotFoundError, 404, 1001, () => admin.zones.get({ zone_id: zone.id }));
});
