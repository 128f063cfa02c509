
'use strict';
{
  const filter = document.getElementById('filter');
  const shown = document.getElementById('shown');
  const none = document.getElementById('none');
  const articles = new Map(Array.from(document.querySelectorAll('article'), (one) => [one.dataset.row, one]));
  const classes = Object.fromEntries(Array.from(filter.outcome.options, (one) => [one.value, one.dataset.class]));
  // Read once: asking two thousand rows for their texts at every key would be seen.
  const rows = Array.from(document.querySelectorAll('#matrix > tbody > tr'), (row, number) => ({
    row,
    article: articles.get(String(number)),
    provider: row.dataset.provider,
    level: row.dataset.level,
    provenance: row.dataset.provenance,
    outcomes: new Set(Array.from(row.cells).slice(1).map((cell) => cell.className)),
    text: row.cells[0].textContent.toLowerCase(),
  }));
  let opened = '';

  const fits = (one, by) =>
    (!by.provider || one.provider === by.provider) &&
    (!by.level || one.level === by.level) &&
    (!by.provenance || one.provenance === by.provenance) &&
    (!by.outcome || (by.outcome === 'differs' ? one.outcomes.size > 1 : one.outcomes.has(classes[by.outcome]))) &&
    by.words.every((word) => one.text.includes(word));

  const apply = () => {
    const by = Object.fromEntries(new FormData(filter));
    by.words = by.text.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const one of rows) {
      const hidden = !fits(one, by);
      if (!hidden) count += 1;
      if (one.row.hidden !== hidden) {
        one.row.hidden = hidden;
        if (one.article) one.article.hidden = hidden;
      }
    }
    shown.textContent = count === rows.length ? `${count} cases` : `${count} of ${rows.length} cases`;
    none.hidden = count > 0;
  };

  // The state is in the fragment, so that a link leads to what one sees.
  const remember = () => {
    const state = new URLSearchParams(Array.from(new FormData(filter)).filter(([, value]) => value));
    if (opened) state.set('open', opened);
    history.replaceState(null, '', `#${state}`);
  };

  const open = (id) => {
    const details = document.getElementById(id);
    if (!(details instanceof HTMLDetailsElement)) return;
    opened = id;
    details.open = true;
    details.scrollIntoView({block: 'start'});
    details.querySelector('summary').focus({preventScroll: true});
  };

  const recall = () => {
    const fragment = location.hash.slice(1);
    if (/^f\d+$/.test(fragment)) return open(fragment);
    if (fragment && !fragment.includes('=')) return;
    const state = new URLSearchParams(fragment);
    for (const field of filter.elements) {
      if (field.name) field.value = state.get(field.name) ?? '';
      if (field.name && field.selectedIndex === -1) field.value = '';
    }
    apply();
    opened = '';
    if (state.get('open')) open(state.get('open'));
  };

  filter.addEventListener('submit', (event) => event.preventDefault());
  filter.addEventListener('input', () => { apply(); remember(); });
  filter.addEventListener('reset', () => setTimeout(() => { opened = ''; apply(); remember(); }));
  document.getElementById('matrix').addEventListener('click', (event) => {
    const link = event.target.closest('a');
    if (!link) return;
    event.preventDefault();
    open(link.hash.slice(1));
    remember();
  });
  window.addEventListener('hashchange', recall);
  apply();
  recall();
  // Again when the browser has gone to the fragment itself, by which the focus is lost.
  window.addEventListener('load', () => setTimeout(recall));
}
