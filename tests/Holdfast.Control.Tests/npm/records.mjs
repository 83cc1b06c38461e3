import { all, assert, check, client, Cloudflare, raises } from './harness.mjs';

const admin = client();
const { id: zone_id } = await admin.zones.create({ account: {}, name: 'example.com' });
const records = admin.dns.records;
let record;

await check('Records of every common type are created and read back', async () => {
  const made = [
    { type: 'A', name: 'a', content: '192.0.2.1', ttl: 300 },
    { type: 'AAAA', name: 'aaaa', content: '2001:db8::1', ttl: 1 },
    { type: 'CNAME', name: 'alias', content: 'a.example.com', ttl: 1 },
    { type: 'MX', name: '@', content: 'mail.example.com', priority: 10, ttl: 300 },
    { type: 'TXT', name: 'txt', content: '"v=spf1 -all"', ttl: 300 },
    { type: 'NS', name: 'sub', content: 'ns.example.net', ttl: 300 },
    { type: 'SRV', name: '_sip._tcp', data: { priority: 1, weight: 2, port: 5060, target: 'sip.example.com' }, ttl: 300 },
    { type: 'CAA', name: 'caa', data: { flags: 0, tag: 'issue', value: 'ca.example.net' }, ttl: 300 },
  ];
  for (const params of made) {
    const created = await records.create({ zone_id, ...params });
    const got = await records.get(created.id, { zone_id });
    assert.equal(got.type, params.type);
    assert.equal(got.content, created.content);
    assert.ok(got.name === 'example.com' || got.name.endsWith('.example.com'), got.name);
  }
});

await check('A record is overwritten, edited and deleted', async () => {
  record = await records.create({ zone_id, type: 'A', name: 'www', content: '192.0.2.7', ttl: 1, proxied: true });
  assert.equal(record.proxied, true);
  const put = await records.update(record.id, { zone_id, type: 'A', name: 'www', content: '192.0.2.8', ttl: 300, proxied: false });
  assert.equal(put.content, '192.0.2.8');
  const edited = await records.edit(record.id, { zone_id, comment: 'web' });
  assert.equal(edited.comment, 'web');
  assert.equal(edited.content, '192.0.2.8');
  assert.deepEqual(await records.delete(record.id, { zone_id }), { id: record.id });
  await raises(Cloudflare.NotFoundError, 404, 81044, () => records.get(record.id, { zone_id }));
});

await check('A batch makes and changes several records at once', async () => {
  const done = await records.batch({
    zone_id,
    posts: [
      { type: 'A', name: 'b1', content: '192.0.2.11', ttl: 1 },
      { type: 'A', name: 'b2', content: '192.0.2.12', ttl: 1 },
    ],
  });
  assert.deepEqual(done.posts.map((item) => item.name), ['b1.example.com', 'b2.example.com']);
  const again = await records.batch({ zone_id, patches: [{ id: done.posts[0].id, content: '192.0.2.13' }] });
  assert.equal(again.patches[0].content, '192.0.2.13');
});

await check('A batch deletes one record, and several when their number is said', async () => {
  const { posts } = await records.batch({ zone_id, posts: ['d1', 'd2', 'd3'].map((name) => ({ type: 'A', name, content: '192.0.2.1', ttl: 1 })) });
  const [one, ...two] = posts.map(({ id }) => ({ id }));
  assert.equal((await records.batch({ zone_id, deletes: [one] })).deletes.length, 1);
  const error = await raises(Cloudflare.ConflictError, 409, 40009, () => records.batch({ zone_id, deletes: two }));
  assert.match(error.errors[0].message, /confirm_deletes=2/);
  assert.equal((await records.batch({ zone_id, deletes: two }, { query: { confirm_deletes: 2 } })).deletes.length, 2);
});

await check('Records are exported and imported', async () => {
  const text = await records.export({ zone_id });
  assert.match(text, /b1\.example\.com\.\s+\d+\s+IN\s+A\s+192\.0\.2\.13/);
  const { id: other } = await admin.zones.create({ account: {}, name: 'example.org' });
  const before = (await all(records.list({ zone_id }))).length;
  const file = new File(['one.example.org. 300 IN A 192.0.2.1\ntwo.example.org. 300 IN AAAA 2001:db8::2\n'], 'zone.txt');
  const imported = await records.import({ zone_id: other, file });
  assert.equal(imported.recs_added, 2);
  assert.equal((await all(records.list({ zone_id: other }))).length, 2);
  assert.equal((await all(records.list({ zone_id }))).length, before);
});

await check('Records are paged to the last, empty page and filtered', async () => {
  for (let i = 0; i < 12; i++) {
    await records.create({ zone_id, type: 'A', name: `p${i}`, content: `198.51.100.${i + 1}`, ttl: 1 });
  }
  const listed = await all(records.list({ zone_id, per_page: 5 }));
  assert.equal(new Set(listed.map((item) => item.id)).size, listed.length);
  const first = await records.list({ zone_id, per_page: 5 });
  assert.equal(first.result_info.total_count, listed.length);
  assert.deepEqual((await all(records.list({ zone_id, name: { exact: 'p3.example.com' } }))).map((item) => item.content), ['198.51.100.4']);
  assert.ok((await all(records.list({ zone_id, type: 'CAA' }))).every((item) => item.type === 'CAA'));
});

await check('Every filter finds its records', async () => {
  const { id: zone_id } = await admin.zones.create({ account: {}, name: 'filters.example' });
  const make = (name, more) => records.create({ zone_id, type: 'A', name, content: '192.0.2.1', ttl: 1, ...more });
  const tagged = await make('alpha', { tags: ['team:web', 'kept'], comment: 'the first of them', proxied: true });
  assert.deepEqual(tagged.tags, ['team:web', 'kept']);
  assert.ok(Date.parse(tagged.tags_modified_on) > 0);
  await make('beta', { content: '198.51.100.2', tags: ['team:mail'], comment: 'second' });
  await make('gamma', { type: 'TXT', content: '"what a text says"' });

  const found = async (query) => (await all(records.list({ zone_id, ...query }))).map((item) => item.name.split('.')[0]).sort();
  const expected = [
    [{ name: { contains: 'ALPH' } }, ['alpha']],
    [{ name: { startswith: 'b' } }, ['beta']],
    [{ name: { endswith: 'a.filters.example' } }, ['alpha', 'beta', 'gamma']],
    [{ content: { exact: '198.51.100.2' } }, ['beta']],
    [{ content: { startswith: '192.' } }, ['alpha']],
    [{ content: { endswith: '.2' } }, ['beta']],
    [{ content: { contains: 'a text' } }, ['gamma']],
    [{ comment: { exact: 'second' } }, ['beta']],
    [{ comment: { contains: 'first' } }, ['alpha']],
    [{ comment: { startswith: 'the' } }, ['alpha']],
    [{ comment: { endswith: 'nd' } }, ['beta']],
    [{ comment: { present: 'true' } }, ['alpha', 'beta']],
    [{ comment: { absent: 'true' } }, ['gamma']],
    [{ tag: { exact: 'team:web' } }, ['alpha']],
    [{ tag: { startswith: 'team:m' } }, ['beta']],
    [{ tag: { endswith: 'team:l' } }, ['beta']],
    [{ tag: { contains: 'team:e' } }, ['alpha']],
    [{ tag: { present: 'team' } }, ['alpha', 'beta']],
    [{ tag: { absent: 'team' } }, ['gamma']],
    [{ tag: { exact: 'team:web', present: 'kept' }, tag_match: 'all' }, ['alpha']],
    [{ tag: { exact: 'team:mail', present: 'kept' }, tag_match: 'any' }, ['alpha', 'beta']],
    [{ type: 'TXT' }, ['gamma']],
    [{ proxied: true }, ['alpha']],
    [{ proxied: false, type: 'A' }, ['beta']],
    [{ proxied: true, type: 'TXT', match: 'any' }, ['alpha', 'gamma']],
    [{ search: 'second' }, ['beta']],
  ];
  for (const [query, names] of expected) {
    assert.deepEqual(await found(query), names, JSON.stringify(query));
  }

  const ordered = async (query) => (await all(records.list({ zone_id, ...query }))).map((item) => item.name[0]).join('');
  assert.equal(await ordered({ order: 'name', direction: 'desc' }), 'gba');
  assert.equal(await ordered({ order: 'content', direction: 'asc' }), 'gab');
  await raises(Cloudflare.BadRequestError, 400, 1004, () => all(records.list({ zone_id, nmae: 'alpha' })));
});

await check('Tags are changed and taken away', async () => {
  const made = await records.create({ zone_id, type: 'A', name: 'tagged', content: '192.0.2.1', ttl: 1, tags: ['a:1'] });
  const edited = await records.edit(made.id, { zone_id, tags: ['a:2', 'b'] });
  assert.deepEqual(edited.tags, ['a:2', 'b']);
  const put = await records.update(made.id, { zone_id, type: 'A', name: 'tagged', content: '192.0.2.1', ttl: 1 });
  assert.deepEqual(put.tags, []);
  const error = await raises(Cloudflare.BadRequestError, 400, 1004, () => records.edit(made.id, { zone_id, tags: ['cf-mine:1'] }));
  assert.match(error.errors[0].source.pointer, /^\/tags/);
});

await check('A content that is none is a BadRequestError that names the place', async () => {
  const error = await raises(Cloudflare.BadRequestError, 400, 9005, () =>
    records.create({ zone_id, type: 'A', name: 'bad', content: 'not-an-address', ttl: 1 }),
  );
  assert.equal(error.errors[0].source.pointer, '/content');
});

await check('An identical record is refused', async () => {
  await records.create({ zone_id, type: 'A', name: 'twice', content: '192.0.2.1', ttl: 1 });
  const error = await records
    .create({ zone_id, type: 'A', name: 'twice', content: '192.0.2.1', ttl: 1 })
    .then(() => assert.fail('it succeeded'), (reason) => reason);
  assert.ok(error instanceof Cloudflare.ConflictError, error.message);
  assert.equal(error.errors[0].code, 81058);
});

await check('An idempotency key that is used again for another request is an UnprocessableEntityError', async () => {
  const headers = { 'Idempotency-Key': 'the-same' };
  const params = { zone_id, type: 'A', name: 'once', content: '192.0.2.1', ttl: 1 };
  const first = await records.create(params, { headers });
  assert.equal((await records.create(params, { headers })).id, first.id);
  await raises(Cloudflare.UnprocessableEntityError, 422, 40022, () => records.create({ ...params, name: 'other' }, { headers }));
});
