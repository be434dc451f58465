'use strict';
const $ = id => document.getElementById(id);
const map = $('map'), view = $('view'), mini = $('mini'), panel = $('panel'), query = $('query');
const [, , WIDTH, HEIGHT] = map.dataset.view.split(' ').map(Number);
const calm = matchMedia('(prefers-reduced-motion:reduce)');
const cards = [...map.querySelectorAll('.card')], edges = [...map.querySelectorAll('.edge')];
const byId = new Map(cards.map(card => [card.id.slice(1), card]));
const boxes = new Map(cards.map(card => {
  const [x, y] = card.getAttribute('transform').match(/-?[\d.]+/g).map(Number);
  const paper = card.querySelector('.paper');
  return [card, {x, y, w: +paper.getAttribute('width'), h: +paper.getAttribute('height')}];
}));
let at = {x: 0, y: 0, k: 1}, chosen = null, flight = 0, hits = [], hit = -1, timer = 0;

// Where things are seen.
function show() {
  view.setAttribute('transform', `translate(${at.x} ${at.y}) scale(${at.k})`);
  map.classList.toggle('distant', at.k < 0.5);
  frame.setAttribute('x', -at.x / at.k);
  frame.setAttribute('y', -at.y / at.k);
  frame.setAttribute('width', innerWidth / at.k);
  frame.setAttribute('height', innerHeight / at.k);
}
// What the bar leaves free.
const TOP = 64;
const whole = () => Math.min(1, innerWidth / WIDTH, (innerHeight - TOP) / HEIGHT);
const fitted = k => ({x: (innerWidth - WIDTH * k) / 2, y: TOP + (innerHeight - TOP - HEIGHT * k) / 2, k});
const bounded = k => Math.min(3, Math.max(Math.min(whole() * 0.8, 0.3), k));
function zoom(factor, x = innerWidth / 2, y = innerHeight / 2) {
  cancelAnimationFrame(flight);
  const k = bounded(at.k * factor);
  at = {x: x - (x - at.x) * k / at.k, y: y - (y - at.y) * k / at.k, k};
  show();
}
function move(dx, dy) {
  cancelAnimationFrame(flight);
  at.x += dx;
  at.y += dy;
  show();
}
function fly(to) {
  cancelAnimationFrame(flight);
  if (calm.matches) { at = to; show(); return; }
  const from = at, start = performance.now();
  const step = now => {
    const t = Math.min(1, (now - start) / 260), e = 1 - (1 - t) ** 3;
    at = {x: from.x + (to.x - from.x) * e, y: from.y + (to.y - from.y) * e, k: from.k + (to.k - from.k) * e};
    show();
    if (t < 1) flight = requestAnimationFrame(step);
  };
  flight = requestAnimationFrame(step);
}
const fit = () => fly(fitted(whole()));
const centred = (box, k) =>
  ({x: innerWidth / 2 - (box.x + box.w / 2) * k, y: innerHeight / 2 - (box.y + Math.min(box.h, innerHeight / k) / 2) * k, k});
// The beginning: on the left, at the height of the middle if it is not too high for that.
const opening = k => {
  const box = boxes.get(map.querySelector('.bot') || cards[0]) || {x: 0, y: 0, w: 0, h: 0};
  return {x: 50 - box.x * k, y: Math.max(TOP + 20, (innerHeight - box.h * k) / 2) - box.y * k, k};
};
const begin = () => fly(whole() > 0.75 ? fitted(whole()) : opening(0.75));

// Cards and where they lead.
const name = card => card.dataset.name;
const of = (key, card) => edges.filter(edge => edge.dataset[key] === card.id.slice(1));
function choose(card) {
  if (chosen) chosen.classList.remove('chosen');
  edges.forEach(edge => edge.classList.remove('lit'));
  for (const rect of mini.querySelectorAll('.chosen')) rect.classList.remove('chosen');
  chosen = card;
  map.classList.toggle('chosen-one', !!card);
  panel.hidden = !card;
  if (!card) { history.replaceState(null, '', location.pathname + location.search); return; }
  card.classList.add('chosen');
  mini.querySelector(`[data-card="${card.id}"]`).classList.add('chosen');
  history.replaceState(null, '', '#' + encodeURIComponent(card.dataset.key));
  $('name').textContent = card.dataset.title;
  $('at').textContent = card.dataset.at;
  $('copy').textContent = 'Copy';
  $('doc').textContent = card.dataset.doc || '';
  $('open').hidden = !card.dataset.link;
  if (card.dataset.link) $('open').href = card.dataset.link;
  list('from', of('to', card), edge => byId.get(edge.dataset.from));
  list('to', of('from', card), edge => byId.get(edge.dataset.to));
}
function list(id, found, other) {
  $(id).replaceChildren(...found.map(edge => {
    edge.classList.add('lit');
    const item = document.createElement('li'), button = document.createElement('button'), why = document.createElement('small');
    const card = other(edge);
    button.type = 'button';
    button.textContent = card ? name(card) : edge.dataset.bot;
    button.disabled = !card;
    why.textContent = edge.dataset.label || '';
    button.append(why);
    button.onclick = () => jump(card);
    item.append(button);
    return item;
  }));
  $(id + '-title').hidden = !found.length;
}
// Goes to a card, and offers the way back for a while.
function jump(card) {
  const here = {...at}, from = chosen;
  choose(card);
  fly(centred(boxes.get(card), Math.max(at.k, 0.75)));
  card.focus({preventScroll: true});
  const back = $('back');
  back.textContent = '← Back to ' + (from ? name(from) : 'where you were');
  back.hidden = false;
  back.onclick = () => { back.hidden = true; choose(from); fly(here); };
  clearTimeout(timer);
  timer = setTimeout(() => { back.hidden = true; }, 9000);
}

// Search.
const words = new Map(cards.map(card => [card, [...card.querySelectorAll('text')].map(text => text.textContent).concat(card.dataset.doc || '').join(' ').toLowerCase()]));
function search() {
  const wanted = query.value.trim().toLowerCase();
  hits = wanted ? cards.filter(card => words.get(card).includes(wanted)) : [];
  hit = -1;
  cards.forEach(card => card.classList.toggle('hit', hits.includes(card)));
  map.classList.toggle('searching', !!wanted);
  $('hits').textContent = wanted ? (hits.length === 1 ? '1 card' : hits.length + ' cards') : '';
}
function next(step) {
  if (!hits.length) return;
  hit = (hit + step + hits.length) % hits.length;
  $('hits').textContent = `${hit + 1} of ${hits.length}`;
  choose(hits[hit]);
  fly(centred(boxes.get(hits[hit]), Math.max(at.k, 0.75)));
}
query.oninput = search;
query.onkeydown = event => {
  if (event.key === 'Enter') next(event.shiftKey ? -1 : 1);
  if (event.key === 'Escape') { query.value = ''; search(); query.blur(); }
  event.stopPropagation();
};

// Pointers: one moves the map, two enlarge it.
const pointers = new Map();
let travelled = 0;
map.onpointerdown = event => {
  if (event.button > 0) return;
  if (!pointers.size) travelled = 0;
  pointers.set(event.pointerId, {x: event.clientX, y: event.clientY});
};
addEventListener('pointermove', event => {
  const before = pointers.get(event.pointerId);
  if (!before) return;
  const now = {x: event.clientX, y: event.clientY};
  if (pointers.size === 2) {
    const [other] = [...pointers].filter(([id]) => id !== event.pointerId).map(([, point]) => point);
    const apart = point => Math.hypot(point.x - other.x, point.y - other.y) || 1;
    zoom(apart(now) / apart(before), (now.x + other.x) / 2, (now.y + other.y) / 2);
    move((now.x - before.x) / 2, (now.y - before.y) / 2);
    travelled = 99;
  } else {
    travelled += Math.hypot(now.x - before.x, now.y - before.y);
    if (travelled > 4) { map.classList.add('moving'); move(now.x - before.x, now.y - before.y); }
  }
  pointers.set(event.pointerId, now);
});
const lift = event => { pointers.delete(event.pointerId); if (!pointers.size) map.classList.remove('moving'); };
addEventListener('pointerup', lift);
addEventListener('pointercancel', lift);
map.onclick = event => {
  if (travelled > 4) return;
  const to = event.target.closest('[data-to]'), card = event.target.closest('.card');
  if (to && byId.has(to.dataset.to)) {
    if (card && card !== chosen) choose(card);
    jump(byId.get(to.dataset.to));
  } else {
    choose(card);
  }
};
map.addEventListener('wheel', event => {
  event.preventDefault();
  const step = event.deltaY * (event.deltaMode === 1 ? 16 : 1);
  if (event.shiftKey) move(-step - event.deltaX, 0);
  else zoom(Math.exp(-step * (event.ctrlKey ? 0.01 : 0.0016)), event.clientX, event.clientY);
}, {passive: false});

// Keys.
for (const card of cards) {
  card.setAttribute('tabindex', '0');
  card.setAttribute('role', 'button');
  card.onfocus = () => {
    const box = boxes.get(card), x = at.x + box.x * at.k, y = at.y + box.y * at.k;
    if (card.matches(':focus-visible') && (x < 0 || y < 60 || x + box.w * at.k > innerWidth || y + 40 > innerHeight)) fly(centred(box, at.k));
  };
  card.onkeydown = event => {
    if (event.key === 'Enter' || event.key === ' ') { event.preventDefault(); choose(card); }
  };
}
const keys = {
  '+': () => zoom(1.25), '=': () => zoom(1.25), '-': () => zoom(0.8), '0': fit, f: fit, Home: begin,
  ArrowLeft: () => move(80, 0), ArrowRight: () => move(-80, 0), ArrowUp: () => move(0, 80), ArrowDown: () => move(0, -80),
  Escape: () => choose(null), '/': () => query.focus(),
};
addEventListener('keydown', event => {
  if (event.ctrlKey || event.metaKey || event.altKey || !keys[event.key]) return;
  event.preventDefault();
  keys[event.key]();
});
$('in').onclick = () => zoom(1.25);
$('out').onclick = () => zoom(0.8);
$('fit').onclick = fit;
$('begin').onclick = begin;
$('close').onclick = () => choose(null);
$('copy').onclick = async () => {
  const text = $('at').textContent;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    getSelection().selectAllChildren($('at'));
    document.execCommand('copy');
  }
  $('copy').textContent = 'Copied';
};

// The overview in the corner.
const drawn = tag => document.createElementNS(map.namespaceURI, tag);
const frame = drawn('rect');
frame.id = 'frame';
const scale = Math.min(220 / WIDTH, 150 / HEIGHT);
mini.setAttribute('viewBox', map.dataset.view);
mini.setAttribute('width', Math.max(60, WIDTH * scale));
mini.setAttribute('height', Math.max(40, HEIGHT * scale));
frame.setAttribute('stroke-width', 1.5 / scale);
for (const [card, box] of boxes) {
  const rect = drawn('rect');
  rect.dataset.card = card.id;
  rect.setAttribute('class', card.classList.contains('unreached') ? 'unreached' : '');
  for (const [key, value] of [['x', box.x], ['y', box.y], ['width', box.w], ['height', box.h]]) rect.setAttribute(key, value);
  mini.append(rect);
}
mini.append(frame);
const aim = event => {
  if (!(event.buttons & 1)) return;
  const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(mini.getScreenCTM().inverse());
  cancelAnimationFrame(flight);
  at.x = innerWidth / 2 - point.x * at.k;
  at.y = innerHeight / 2 - point.y * at.k;
  show();
};
mini.onpointerdown = event => { mini.setPointerCapture(event.pointerId); aim(event); };
mini.onpointermove = aim;

// The first sight: the whole map if it can be read, else where it begins; or the card that the address names.
addEventListener('resize', show);
addEventListener('beforeprint', () => { map.setAttribute('viewBox', map.dataset.view); view.removeAttribute('transform'); map.classList.remove('distant'); });
addEventListener('afterprint', () => { map.removeAttribute('viewBox'); show(); });
const named = decodeURIComponent(location.hash.slice(1));
const first = cards.find(card => card.dataset.key === named);
if (first) choose(first);
at = first ? centred(boxes.get(first), 1) : whole() < 0.3 ? opening(0.6) : fitted(whole());
show();
