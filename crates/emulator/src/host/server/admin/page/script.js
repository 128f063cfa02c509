
'use strict';
(() => {
  const PERIOD = 1000, MOST_ROWS = 200;
  const main = document.querySelector('main');
  const rows = document.getElementById('rows');
  const status = document.getElementById('status');
  const pause = document.getElementById('pause');
  const empty = document.getElementById('empty');
  const mood = document.querySelector('.exchanges').classList;
  let paused = false, lost = false, asking = null;

  function say(text) { if (status.textContent !== text) status.textContent = text; }

  // The page as it is now, with the exchanges after a number only, or with its newest.
  async function ask(after) {
    const url = new URL(location.href);
    url.hash = '';
    if (after === null) url.searchParams.delete('after'); else url.searchParams.set('after', after);
    const response = await fetch(url, { cache: 'no-store' });
    if (!response.ok) throw new Error(response.status);
    return new DOMParser().parseFromString(await response.text(), 'text/html');
  }

  function take(seen, isNew) {
    const came = [...seen.getElementById('rows').children];
    if (isNew) for (const row of came) row.classList.add('new');
    rows.prepend(...came);
    while (rows.children.length > MOST_ROWS) rows.lastElementChild.remove();
    empty.hidden = rows.children.length > 0;
    for (const part of seen.querySelectorAll('[data-live]')) {
      const own = main.querySelector(`[data-live="${part.dataset.live}"]`);
      if (own && own.innerHTML !== part.innerHTML) own.replaceChildren(...part.childNodes);
    }
    main.dataset.newest = seen.querySelector('main').dataset.newest;
    return came;
  }

  async function look() {
    let seen = await ask(main.dataset.newest);
    const { forgotten, more } = seen.querySelector('main').dataset;
    // Others forgot what is shown, or so much came that the page would lag behind.
    if (forgotten !== main.dataset.forgotten || more === 'yes') {
      seen = await ask(null);
      rows.replaceChildren();
      main.dataset.forgotten = seen.querySelector('main').dataset.forgotten;
      take(seen, false);
      return;
    }
    const came = take(seen, true);
    if (came.length === 1) {
      const text = (name) => came[0].querySelector('.' + name).textContent.trim();
      say(`Exchange ${text('number')}: ${text('provider')}, ${text('status')}, ${text('decision')}`);
    } else if (came.length > 1) {
      say(`${came.length} new exchanges`);
    }
  }

  // One at a time: who asks meanwhile gets what comes of the next.
  function refresh() {
    asking = (asking ?? Promise.resolve()).then(look).then(() => {
      if (lost) { lost = false; mood.remove('lost'); say('Live'); }
    }, () => {
      lost = true; mood.add('lost'); say('The server does not answer; trying again');
    });
    return asking;
  }

  async function turn() {
    if (!paused && !document.hidden) await refresh();
    setTimeout(turn, PERIOD);
  }

  async function send(method, path, body, done, button) {
    button.disabled = true;
    mood.remove('failed');
    try {
      const response = await fetch(`/_kubeproof/${path}`, { method, body, headers: { 'content-type': 'application/json' } });
      if (!response.ok) {
        const { error } = await response.json();
        throw new Error(`${error.message}: ${error.remedy}`);
      }
      await refresh();
      say(done);
    } catch (error) {
      mood.add('failed');
      say(error.message);
    } finally {
      button.disabled = false;
      if (document.activeElement === document.body) button.focus();
    }
  }

  document.addEventListener('click', (event) => {
    const button = event.target.closest('button[data-method]');
    if (button) send(button.dataset.method, button.dataset.path, undefined, button.dataset.done, button);
  });

  document.addEventListener('submit', (event) => {
    const form = event.target;
    if (!form.dataset.method) return;
    event.preventDefault();
    const fields = Object.fromEntries(new FormData(form));
    const body = 'fault' in fields ? fields.fault : JSON.stringify(fields);
    send(form.dataset.method, form.dataset.path, body, form.dataset.done, form.querySelector('button'));
  });

  pause.addEventListener('click', () => {
    paused = !paused;
    pause.textContent = paused ? 'Resume' : 'Pause';
    mood.toggle('paused', paused);
    say(paused ? 'Paused' : 'Live');
    if (!paused) refresh();
  });

  document.addEventListener('visibilitychange', () => { if (!paused && !document.hidden) refresh(); });
  setTimeout(turn, PERIOD);
})();
