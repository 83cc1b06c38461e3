import { all, assert, check, client, Cloudflare, raises } from './harness.mjs';

const admin = client();
const { id: zone_id } = await admin.zones.create({ account: {}, name: 'example.com' });
const { lockdowns, uaRules } = admin.firewall;
const configurations = [{ target: 'ip', value: '192.0.2.7' }, { target: 'ip_range', value: '2001:db8::/32' }];
const urls = ['example.com/admin*'];
const agent = { target: 'ua', value: 'BadBot/1.0' };
let lockdown;
let rule;

await check('A lockdown is made, changed, listed and deleted', async () => {
  lockdown = await lockdowns.create({ zone_id, urls, configurations, description: 'the office', priority: 5 });
  assert.deepEqual([lockdown.urls, lockdown.configurations, lockdown.paused, lockdown.priority], [urls, configurations, false, 5]);
  assert.deepEqual(await lockdowns.get(lockdown.id, { zone_id }), lockdown);
  const after = await lockdowns.update(lockdown.id, { zone_id, urls: ['example.com/*'], configurations });
  assert.deepEqual([after.id, after.urls, after.description], [lockdown.id, ['example.com/*'], 'the office']);
  await lockdowns.create({ zone_id, urls, configurations: configurations.slice(1) });
  assert.equal((await all(lockdowns.list({ zone_id, per_page: 1 }))).length, 2);
  assert.deepEqual((await all(lockdowns.list({ zone_id, ip: '192.0.2.' }))).map((item) => item.id), [lockdown.id]);
  assert.equal((await lockdowns.delete(lockdown.id, { zone_id })).id, lockdown.id);
  await raises(Cloudflare.NotFoundError, 404, 10001, () => lockdowns.get(lockdown.id, { zone_id }));
});

await check('A lockdown that is wrong is a BadRequestError that names the place', async () => {
  const refused = async (params, pointer) => {
    const error = await raises(Cloudflare.BadRequestError, 400, 40000, () => lockdowns.create({ zone_id, urls, configurations, ...params }));
    assert.equal(error.errors[0].source.pointer, pointer);
  };
  await refused({ urls: [] }, '/urls');
  await refused({ urls: null }, '/urls');
  await refused({ urls: ['https://example.com/'] }, '/urls');
  await refused({ configurations: [] }, '/configurations');
  await refused({ configurations: [{ target: 'ip', value: '192.0.2.0/24' }] }, '/configurations/0/value');
  await refused({ configurations: [{ target: 'country', value: 'DE' }] }, '/configurations/0/target');
});

await check('A user agent rule is made, changed, listed and deleted', async () => {
  rule = await uaRules.create({ zone_id, mode: 'block', configuration: agent, description: 'takes everything' });
  assert.deepEqual([rule.mode, rule.configuration, rule.paused], ['block', agent, false]);
  assert.deepEqual(await uaRules.get(rule.id, { zone_id }), rule);
  const after = await uaRules.update(rule.id, { zone_id, mode: 'block', configuration: agent, paused: true });
  assert.deepEqual([after.paused, after.description], [true, 'takes everything']);
  assert.deepEqual((await all(uaRules.list({ zone_id, paused: true }))).map((item) => item.id), [rule.id]);
  assert.equal((await all(uaRules.list({ zone_id, user_agent: 'other' }))).length, 0);
  await raises(Cloudflare.BadRequestError, 400, 10009, () => uaRules.create({ zone_id, mode: 'block', configuration: agent }));
  const challenge = await raises(Cloudflare.BadRequestError, 400, 40000, () =>
    uaRules.create({ zone_id, mode: 'managed_challenge', configuration: { target: 'ua', value: 'x' } }),
  );
  assert.match(challenge.message, /challenges come later/);
  await uaRules.delete(rule.id, { zone_id });
  await raises(Cloudflare.NotFoundError, 404, 10001, () => uaRules.get(rule.id, { zone_id }));
});
