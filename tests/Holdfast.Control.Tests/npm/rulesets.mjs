import { all, allow, allZones, assert, check, client, Cloudflare, raises } from './harness.mjs';

const admin = client();
const { id: zone_id } = await admin.zones.create({ account: {}, name: 'example.com' });
const rulesets = admin.rulesets;
const phase = 'http_request_firewall_custom';
const block = { action: 'block', expression: '(http.request.uri.path eq "/admin")', description: 'no admin', enabled: true };
let ruleset;

await check('A phase without rules has no entry point', async () => {
  await raises(Cloudflare.NotFoundError, 404, 10003, () => rulesets.phases.get(phase, { zone_id }));
  assert.deepEqual(await all(rulesets.list({ zone_id })), []);
});

await check('An entry point is made and read back', async () => {
  ruleset = await rulesets.phases.update(phase, { zone_id, rules: [block] });
  assert.equal(ruleset.phase, phase);
  assert.equal(ruleset.kind, 'zone');
  assert.equal(ruleset.version, '1');
  assert.equal(ruleset.rules[0].expression, block.expression);
  assert.equal(ruleset.rules[0].ref, ruleset.rules[0].id);
  assert.deepEqual(await rulesets.phases.get(phase, { zone_id }), ruleset);
  assert.deepEqual(await rulesets.get(ruleset.id, { zone_id }), ruleset);
  const listed = await all(rulesets.list({ zone_id }));
  assert.deepEqual(listed.map((item) => [item.id, item.rules]), [[ruleset.id, undefined]]);
});

await check('Rules are added, moved, edited and deleted', async () => {
  const first = ruleset.rules[0].id;
  let after = await rulesets.rules.create(ruleset.id, {
    zone_id,
    action: 'skip',
    action_parameters: { ruleset: 'current', phases: ['http_ratelimit'] },
    expression: 'ip.src in {192.0.2.0/24}',
    ref: 'office',
    position: { before: first },
    logging: { enabled: true },
  });
  assert.deepEqual(after.rules.map((rule) => rule.action), ['skip', 'block']);
  const office = after.rules[0];
  assert.deepEqual(office.action_parameters, { ruleset: 'current', phases: ['http_ratelimit'] });
  after = await rulesets.rules.edit(office.id, { ruleset_id: ruleset.id, zone_id, position: { index: 2 } });
  assert.deepEqual(after.rules.map((rule) => rule.action), ['block', 'skip']);
  after = await rulesets.rules.edit(first, {
    ruleset_id: ruleset.id,
    zone_id,
    action: 'block',
    expression: block.expression,
    action_parameters: { response: { status_code: 404, content_type: 'text/plain', content: 'nothing here' } },
  });
  assert.equal(after.rules[0].id, first);
  assert.equal(after.rules[0].version, '2');
  assert.equal(after.rules[0].action_parameters.response.status_code, 404);
  after = await rulesets.rules.delete(office.id, { ruleset_id: ruleset.id, zone_id });
  assert.deepEqual(after.rules.map((rule) => rule.id), [first]);
  assert.equal(after.version, '5');
});

await check('Versions say what the ruleset was', async () => {
  const versions = await all(rulesets.versions.list(ruleset.id, { zone_id }));
  assert.deepEqual(versions.map((item) => item.version), ['5', '4', '3', '2', '1']);
  assert.equal((await rulesets.versions.get('1', { ruleset_id: ruleset.id, zone_id })).rules[0].description, 'no admin');
  assert.equal((await rulesets.phases.versions.get('2', { ruleset_phase: phase, zone_id })).rules.length, 2);
  await rulesets.versions.delete('1', { ruleset_id: ruleset.id, zone_id });
  assert.equal((await all(rulesets.phases.versions.list(phase, { zone_id }))).length, 4);
});

await check('A ruleset is written anew under its id', async () => {
  const put = await rulesets.update(ruleset.id, { zone_id, description: 'all of it', rules: [{ ...block, ref: 'admin' }] });
  assert.equal(put.id, ruleset.id);
  assert.equal(put.description, 'all of it');
  assert.equal(put.rules[0].ref, 'admin');
});

await check('A rule that is wrong is a BadRequestError that names the place', async () => {
  const error = await raises(Cloudflare.BadRequestError, 400, 40000, () =>
    rulesets.phases.update(phase, { zone_id, rules: [block, { action: 'block', expression: 'http.hots eq "x"' }] }),
  );
  assert.equal(error.errors[0].source.pointer, '/rules/1/expression');
  assert.match(error.errors[0].message, /line 1, column 1.*did you mean http\.host\?/);
  await raises(Cloudflare.BadRequestError, 400, 40000, () =>
    rulesets.rules.create(ruleset.id, { zone_id, action: 'managed_challenge', expression: 'true' }),
  );
});

await check('Another version in If-Match is refused', async () => {
  const error = await rulesets.phases
    .update(phase, { zone_id, rules: [] }, { headers: { 'If-Match': '"1"' } })
    .then(() => assert.fail('it succeeded'), (reason) => reason);
  assert.equal(error.status, 412);
});

await check('A token needs the permission', async () => {
  const reads = await admin.user.tokens.create({ name: 'reads', policies: [await allow(allZones, 'Zone WAF Read')] });
  const reader = client(reads.value);
  assert.equal((await reader.rulesets.phases.get(phase, { zone_id })).id, ruleset.id);
  await raises(Cloudflare.PermissionDeniedError, 403, 9109, () => reader.rulesets.phases.update(phase, { zone_id, rules: [] }));
});

await check('Configuration and compression rules have permissions of their own', async () => {
  const kinds = [
    ['Config Settings Write', 'http_config_settings', { action: 'set_config', action_parameters: { server_timing: true } }],
    ['Response Compression Write', 'http_response_compression', { action: 'compress_response', action_parameters: { algorithms: [{ name: 'none' }] } }],
  ];
  const made = [];
  for (const [permission, of, rule] of kinds) {
    const token = await admin.user.tokens.create({ name: permission, policies: [await allow(allZones, permission)] });
    const own = client(token.value).rulesets;
    made.push([own, (await own.phases.update(of, { zone_id, rules: [{ ...rule, expression: 'true' }] })).id]);
  }
  await raises(Cloudflare.PermissionDeniedError, 403, 9109, () => made[0][0].delete(made[1][1], { zone_id }));
  for (const [own, id] of made) await own.delete(id, { zone_id });
});

await check('A token for one kind of rules cannot touch another', async () => {
  const made = await admin.user.tokens.create({ name: 'caches', policies: [await allow(allZones, 'Cache Settings Write')] });
  const caches = client(made.value).rulesets;
  const rules = [{ action: 'set_cache_settings', action_parameters: { cache: true }, expression: 'true' }];
  const own = await caches.phases.update('http_request_cache_settings', { zone_id, rules });
  assert.deepEqual((await all(caches.list({ zone_id }))).map((item) => item.id), [own.id]);
  await raises(Cloudflare.PermissionDeniedError, 403, 9109, () => caches.phases.get(phase, { zone_id }));
  await raises(Cloudflare.PermissionDeniedError, 403, 9109, () => caches.update(ruleset.id, { zone_id, rules: [] }));
  await raises(Cloudflare.PermissionDeniedError, 403, 9109, () => caches.delete(ruleset.id, { zone_id }));
  await caches.delete(own.id, { zone_id });
});

await check('Redirects, rewrites and cache settings are taken as they come', async () => {
  const cases = [
    ['http_request_dynamic_redirect', 'redirect', { from_value: { target_url: { value: 'https://example.org/' }, status_code: 301, preserve_query_string: true } }],
    ['http_request_transform', 'rewrite', { uri: { path: { expression: 'lower(http.request.uri.path)' } } }],
    ['http_request_late_transform', 'rewrite', { headers: { 'X-A': { operation: 'set', value: 'b' } } }],
    ['http_response_headers_transform', 'rewrite', { headers: { 'X-A': { operation: 'remove' } } }],
    ['http_request_origin', 'route', { host_header: 'a.example', origin: { host: 'b.example', port: 8443 } }],
    ['http_config_settings', 'set_config', { ssl: 'flexible' }],
    ['http_response_compression', 'compress_response', { algorithms: [{ name: 'zstd' }, { name: 'gzip' }] }],
    ['http_custom_errors', 'serve_error', { content: '<p>Sorry', content_type: 'text/html', status_code: 503 }],
    ['http_request_cache_settings', 'set_cache_settings', { cache: true, edge_ttl: { mode: 'override_origin', default: 60 } }],
  ];
  for (const [other, action, action_parameters] of cases) {
    const made = await rulesets.phases.update(other, { zone_id, rules: [{ action, action_parameters, expression: 'true' }] });
    assert.deepEqual(made.rules[0].action_parameters, action_parameters);
    await rulesets.delete(made.id, { zone_id });
  }
  const error = await raises(Cloudflare.BadRequestError, 400, 40000, () =>
    rulesets.phases.update('http_config_settings', {
      zone_id,
      rules: [{ action: 'set_config', action_parameters: { ssl: 'full', polish: 'lossy' }, expression: 'true' }],
    }),
  );
  assert.equal(error.errors[0].source.pointer, '/rules/0/action_parameters/polish');
});

await check('Rate limits are made, read back and changed', async () => {
  const limits = 'http_ratelimit';
  const ratelimit = {
    characteristics: ['cf.colo.id', 'ip.src', 'http.request.headers["x-api-key"]'],
    period: 60,
    requests_per_period: 100,
    mitigation_timeout: 600,
    counting_expression: 'http.response.code eq 401',
    requests_to_origin: true,
  };
  const response = { status_code: 429, content_type: 'application/json', content: '{"error":"slow down"}' };
  const rule = { action: 'block', action_parameters: { response }, expression: 'http.request.uri.path eq "/login"', ref: 'login', ratelimit };
  const made = await rulesets.phases.update(limits, { zone_id, rules: [rule] });
  assert.deepEqual(made.rules[0].ratelimit, ratelimit);
  assert.deepEqual(made.rules[0].action_parameters.response, response);
  const scored = {
    characteristics: ['cf.colo.id', 'ip.src'],
    period: 10,
    score_per_period: 400,
    score_response_header_name: 'x-score',
    mitigation_timeout: 0,
    requests_to_origin: false,
  };
  const added = await rulesets.rules.create(made.id, { zone_id, action: 'log', expression: 'true', ratelimit: scored });
  assert.deepEqual(added.rules[1].ratelimit, scored);
  const edited = await rulesets.rules.edit(added.rules[1].id, { ruleset_id: made.id, zone_id, enabled: false });
  assert.deepEqual([edited.rules[1].enabled, edited.rules[1].ratelimit], [false, scored]);
  const error = await raises(Cloudflare.BadRequestError, 400, 40000, () =>
    rulesets.phases.update(limits, { zone_id, rules: [{ ...rule, ratelimit: { ...ratelimit, period: 11 } }] }),
  );
  assert.equal(error.errors[0].source.pointer, '/rules/0/ratelimit/period');
  await rulesets.delete(made.id, { zone_id });
});

await check('A ruleset is made by name and deleted', async () => {
  await rulesets.delete(ruleset.id, { zone_id });
  await raises(Cloudflare.NotFoundError, 404, 10003, () => rulesets.get(ruleset.id, { zone_id }));
  const made = await rulesets.create({ zone_id, name: 'mine', kind: 'zone', phase, rules: [block] });
  assert.equal(made.name, 'mine');
  await raises(Cloudflare.ConflictError, 409, 40009, () => rulesets.create({ zone_id, name: 'other', kind: 'zone', phase, rules: [] }));
});
