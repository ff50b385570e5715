// The gateway's console. The API key lives in this variable and nowhere else: not in storage, not in the address.
'use strict';
(() => {
  const $ = id => document.getElementById(id);
  let key = null, stop = null, audit = [];

  // Builds elements from text only; nothing that came over the network is ever parsed as markup.
  const el = (tag, props = {}, ...children) => {
    const node = tag === 'svg' || tag === 'rect' ? document.createElementNS('http://www.w3.org/2000/svg', tag) : document.createElement(tag);
    for (const [name, value] of Object.entries(props)) node.setAttribute(name, value);
    node.append(...children.map(c => c ?? ''));
    return node;
  };
  const show = (id, ...nodes) => $(id).replaceChildren(...nodes);
  const table = (heads, rows, none) => rows.length === 0 ? el('p', { class: 'quiet' }, none)
    : el('table', {}, el('thead', {}, el('tr', {}, ...heads.map(h => el('th', {}, h)))), el('tbody', {}, ...rows.map(r => el('tr', {}, ...r.map(c => el('td', {}, c))))));
  const time = t => t ? new Date(t).toLocaleString() : '';
  const num = x => x === null || x === undefined ? '?' : Number(x).toLocaleString(undefined, { maximumSignificantDigits: 4 });
  const tag = (text, kind) => el('span', { class: kind }, text);
  const statusKind = s => /complete|committed|member|done|ready|active|answered/i.test(s) ? 'good' : /abort|fail|revok|retired/i.test(s) ? 'bad' : 'warn';
  const list = v => Array.isArray(v) ? v.map(x => typeof x === 'object' && x ? x.party ?? x.name ?? JSON.stringify(x) : x).join(', ') : v ?? '';

  async function get(path) {
    const answer = await fetch(path, { headers: { Authorization: 'Bearer ' + key }, cache: 'no-store', signal: stop.signal });
    if (answer.ok) return answer.json();
    let problem = {};
    try { problem = await answer.json(); } catch { /* no problem document: the status says it */ }
    throw Object.assign(new Error(problem.detail || problem.title || 'HTTP ' + answer.status), { code: problem.code, status: answer.status });
  }
  const items = async path => { const found = await get(path); return found.items ?? found; };

  const rooms = {
    async parties() {
      const consortium = await get('/v1/consortium');
      $('who').textContent = `${consortium.displayName} · epoch ${consortium.epoch} · ${consortium.engine} engine`;
      $('banner').hidden = !consortium.oneProcess;
      $('banner').textContent = 'One process: there is no secrecy between parties here. Each has its own keys, folder and journal, but whoever runs this process sees everything. For a real consortium, every party runs its own silo.';
      const parties = await items('/v1/parties');
      show('parties', table(['Party', 'Roles', 'Status', 'Silo', 'Agent seen', 'Data sets'], parties.map(p => [
        p.member.displayName === p.member.party ? p.member.party : `${p.member.party} (${p.member.displayName})`, list(p.member.roles),
        tag(p.member.status === 'member' ? (p.available ? 'there' : 'away') : p.member.status, p.member.status === 'member' ? (p.available ? 'good' : 'bad') : 'warn'),
        p.silo ?? '', p.agentSeenAt ? time(p.agentSeenAt) : 'never', p.dataSets.map(d => `${d.name} (${d.rows} rows)`).join(', ')]), 'Nobody is invited yet.'));
    },
    async budgets() {
      const budgets = await items('/v1/budgets');
      show('budgets', ...budgets.map(b => {
        if (!b.available) return el('div', { class: 'budget' }, el('p', {}, `${b.party} / ${b.budget}: `, tag('away', 'bad')));
        const width = x => String(Math.max(0, Math.min(100, 100 * x / b.epsilon)));
        const spent = b.epsilonSoFar - b.epsilonReserved;
        const bar = el('svg', { class: 'bar', viewBox: '0 0 100 12', preserveAspectRatio: 'none', role: 'img', 'aria-label': `${num(b.epsilonSoFar)} of ${num(b.epsilon)} spent` },
          el('rect', { class: 'held', x: '0', y: '0', height: '12', width: width(b.epsilonSoFar) }), el('rect', { class: 'spent', x: '0', y: '0', height: '12', width: width(spent) }));
        const quotas = Object.entries(b.disclosuresLeft ?? {}).map(([purpose, left]) => `${purpose}: ${left} left`).join(', ');
        return el('div', { class: 'budget' }, el('p', {}, `${b.party} / ${b.budget}: ε ${num(b.epsilonSoFar)} of ${num(b.epsilon)} at δ ${b.delta}`), bar,
          el('p', { class: 'quiet' }, [`left ${num(b.epsilonLeft)}`, `held ${num(b.epsilonReserved)}`, quotas].filter(Boolean).join(', ')));
      }));
      if (budgets.length === 0) show('budgets', el('p', { class: 'quiet' }, 'No budget is open yet.'));
    },
    async models() {
      const models = await items('/v1/models');
      show('models', table(['Model', 'Title', 'Since'], models.map(m => [m.model, m.title, time(m.createdAt)]), 'No model is registered yet.'));
    },
    trainings: () => progress('trainings', 'No training has begun yet.', async t => [
      t.status, `step ${t.step} of ${t.terms.steps}, ${t.rounds.length} rounds` + (t.epsilonClaim > 0 ? `, ε ${num(t.epsilonClaim)}` : ''), t.currentRound > 0 ? await waits(t.job, t.currentRound) : t.message]),
    inferences: () => progress('inferences', 'No inference has begun yet.', async i => [i.status, `${i.cost.rounds} rounds for ${i.terms.receiver}`, i.abortReason ?? list(i.waitingFor)]),
    queries: () => progress('queries', 'No query has been asked yet.', async q => [
      q.status, q.answer ? `${num(q.answer.value)} ± ${num(q.answer.errorBar95)}` : `${q.rounds.length} rounds`,
      q.status === 'running' ? await waits(q.query, q.rounds.filter(r => r.outcome !== 'running').length + 1) : q.message]),
    async head() {
      const head = await get('/v1/audit/head');
      show('head', `${head.size} entries, root `, el('span', { class: 'mono' }, head.rootHash), `, signed ${time(head.at)}. Verify it: privacygrains audit verify`);
    },
  };

  // The newest ten of a room: where each stands, how far it is, and whom it waits for.
  async function progress(room, none, describe) {
    const newest = (await items('/v1/' + room)).slice(-10).reverse();
    const rows = await Promise.all(newest.map(async item => {
      const name = item.job ?? item.session ?? item.query;
      const [status, far, missing] = await describe(await get(`/v1/${room}/${encodeURIComponent(name)}`)).catch(e => { if (stop.signal.aborted) throw e; return ['unknown', '', e.message]; });
      return [name, tag(status, statusKind(status)), far, missing ?? '', time(item.createdAt)];
    }));
    show(room, table(['Which', 'Status', 'How far', 'Waits for', 'Since'], rows, none));
  }
  const waits = async (owner, number) => { 
    const round = await get(`/v1/rounds/${encodeURIComponent(owner)}/${number}`).catch(() => null); // between two rounds there is none
    return round ? `${round.phase}: ${list(round.waitingFor)}` : '';
  };

  function entry(text) {
    let e; try { e = JSON.parse(text); } catch { e = { kind: text }; }
    return [e.index ?? '', time(e.at), e.kind ?? '', e.subject ?? '', e.actor ?? '', e.detail ?? ''];
  }

  async function follow(signal) {
    let last = null;
    while (!signal.aborted) {
      try {
        const head = last === null ? (await get('/v1/audit/head')).size : 0;
        const after = last ?? (head > 100 ? head - 101 : null);
        const headers = { Authorization: 'Bearer ' + key, Accept: 'text/event-stream' };
        if (after !== null) headers['Last-Event-ID'] = String(after);
        const answer = await fetch('/v1/audit/events', { headers, cache: 'no-store', signal });
        if (!answer.ok) return;
        const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
        let rest = '';
        for (;;) {
          const { value, done } = await reader.read();
          if (done) break;
          const blocks = (rest + value).split('\n\n');
          rest = blocks.pop();
          for (const block of blocks) {
            const field = name => block.split('\n').filter(l => l.startsWith(name + ': ')).map(l => l.slice(name.length + 2)).join('\n');
            if (field('event') !== 'entry') continue;
            last = Number(field('id'));
            audit.unshift(entry(JSON.parse(field('data')).json));
          }
          audit = audit.slice(0, 100);
          show('audit', table(['#', 'When', 'What', 'About', 'By', 'Detail'], audit, 'Nothing has happened yet.'));
          if (blocks.length) rooms.head().catch(() => {});
        }
      } catch (e) { if (signal.aborted) return; }
      await new Promise(go => setTimeout(go, 2000));
    }
  }

  async function refresh(signal) {
    while (!signal.aborted) {
      $('trouble').hidden = true;
      for (const [name, room] of Object.entries(rooms)) {
        try { await room(); } catch (e) {
          if (signal.aborted) return;
          if (e.status === 401) { leave(); trouble(e.message); return; }
          if (e.status === 404 || e.status === 403) show(name, el('p', { class: 'quiet' }, e.status === 403 ? 'This key may not read this.' : 'Not offered by this gateway.'));
          else trouble(e.status ? `${name}: ${e.message}` : 'The gateway does not answer.');
        }
      }
      await new Promise(go => setTimeout(go, 2000));
    }
  }

  const trouble = text => { $('trouble').textContent = text; $('trouble').hidden = false; };
  function leave() {
    stop?.abort(); key = null; audit = [];
    $('rooms').hidden = $('leave').hidden = $('banner').hidden = true;
    $('who').textContent = 'Not signed in';
  }

  $('door').addEventListener('submit', event => {
    event.preventDefault();
    leave();
    key = $('key').value.trim();
    $('key').value = '';
    stop = new AbortController();
    $('trouble').hidden = true;
    $('rooms').hidden = $('leave').hidden = false;
    refresh(stop.signal);
    follow(stop.signal);
  });
  $('leave').addEventListener('click', leave);
})();
