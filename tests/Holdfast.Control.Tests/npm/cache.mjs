import { all, allow, assert, check, client, Cloudflare, raises } from './harness.mjs';

const admin = client();
const [account] = await all(admin.accounts.list());
const zone = await admin.zones.create({ account: { id: account.id }, name: 'example.com', type: 'full' });
const zone_id = zone.id;

await check('URLs, also with headers, are purged', async () => {
  const purged = await admin.cache.purge({ zone_id, files: ['https://www.example.com/a.css', 'http://example.com/b.js?v=1'] });
  assert.match(purged.id, /^[0-9a-f]{32}$/);
  await admin.cache.purge({ zone_id, files: [{ url: 'https://www.example.com/a.css', headers: { 'CF-Device-Type': 'mobile' } }] });
});

await check('Tags, hosts and prefixes are purged', async () => {
  assert.ok((await admin.cache.purge({ zone_id, tags: ['product-1234', 'homepage'] })).id);
  assert.ok((await admin.cache.purge({ zone_id, hosts: ['www.example.com'] })).id);
  assert.ok((await admin.cache.purge({ zone_id, prefixes: ['www.example.com/blog/'] })).id);
});

await check('Everything is purged', async () => {
  assert.ok((await admin.cache.purge({ zone_id, purge_everything: true })).id);
});

await check('A URL of another zone is a BadRequestError that names it', async () => {
  const error = await raises(Cloudflare.BadRequestError, 400, 1015, () =>
    admin.cache.purge({ zone_id, files: ['https://example.com/', 'https://example.net/a'] }),
  );
  assert.match(error.errors[0].message, /example\.net/);
});

await check('An empty list is a BadRequestError and purges nothing', async () => {
  for (const list of ['files', 'tags', 'hosts', 'prefixes']) {
    await raises(Cloudflare.BadRequestError, 400, 1014, () => admin.cache.purge({ zone_id, [list]: [] }));
  }
  await raises(Cloudflare.BadRequestError, 400, 1012, () => admin.cache.purge({ zone_id }));
  await raises(Cloudflare.BadRequestError, 400, 1013, () => admin.cache.purge({ zone_id, purge_everything: false }));
});

await check('A hundred URLs are purged at once, and one more is refused', async () => {
  const files = Array.from({ length: 101 }, (_, i) => `https://www.example.com/${i}`);
  assert.ok((await admin.cache.purge({ zone_id, files: files.slice(1) })).id);
  await raises(Cloudflare.BadRequestError, 400, 1014, () => admin.cache.purge({ zone_id, files }));
});

await check('A token with Cache Purge purges, one without may not', async () => {
  const of = async (name) => {
    const resources = { [`com.cloudflare.api.account.zone.${zone_id}`]: '*' };
    return (await admin.user.tokens.create({ name, policies: [await allow(resources, name)] })).value;
  };
  assert.ok((await client(await of('Cache Purge')).cache.purge({ zone_id, purge_everything: true })).id);
  await raises(Cloudflare.PermissionDeniedError, 403, 9109, async () =>
    client(await of('Zone Read')).cache.purge({ zone_id, purge_everything: true }),
  );
});
