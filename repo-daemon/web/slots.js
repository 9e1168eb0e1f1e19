/* The shelves: every rack as it stands in the room, slot by slot; and one slot, reached by
 * scanning its label. */
import { html, nothing } from 'lit';

import { icon } from '../../web/icons.js';
import { slotPlace } from '../../web/label.js';
import { get } from '../../web/net.js';
import { badge, message } from '../../web/part.js';
import { neighbour } from '../../web/walk.js';
import { say } from '../../web/words.js';
import { racksOf, slotLook } from './model.js';
import { placeName, volumeTable } from './names.js';
import { View } from './view.js';

/* The tail of the case number is what people know a volume by. */
function shortName(volume) {
    return `${Number(volume.slice(15, 21))}`;
}

class Slots extends View {
    static properties = { only: { state: true } }; /* a state that alone is shown bright */

    async load() {
        const [{ slots }, { sites }] = await Promise.all([get('/v1/slots'), get('/v1/places')]);
        return { slots, names: new Map(sites.flatMap((site) => [site, ...site.racks]).map((one) => [one.place, one.name])) };
    }

    cell(slot) {
        const [tone, sign] = slotLook[slot.state] ?? ['calm', 'leaf'];
        const inside = html`<span class="no">${slotPlace(slot.slot).slot}</span>
            <span class="word">${icon(sign)}${say(`slot.${slot.state}`)}</span>
            <span class="what">${slot.volume ? shortName(slot.volume) : nothing}</span>`;
        return html`<li class="cell ${tone} ${this.only && this.only !== slot.state ? 'dim' : ''}">
            <a href=${slot.volume ? `#/v/${slot.volume}` : `#/s/${slot.slot}`}>${inside}</a>
        </li>`;
    }

    /* Arrow keys walk over the slots as they stand. */
    walk(event) {
        const cells = [...this.querySelectorAll('.cell a')];
        const at = cells.indexOf(document.activeElement);
        const to = at < 0 ? undefined : neighbour(cells.map((one) => one.getBoundingClientRect()), at, event.key);
        if (to === undefined) return;
        event.preventDefault();
        cells[to].focus();
    }

    rack(rack) {
        const name = this.data.names.get(`${rack.rackId.slice(0, 2)}.${rack.rackId.slice(2)}`);
        const full = rack.slots.filter((slot) => slot.volume).length;
        return html`<section class="card part" aria-labelledby="rack-${rack.rackId}">
            <div class="row head">
                <h2 id="rack-${rack.rackId}">${say('rack.n', rack)}</h2>${name ? html`<span lang="zh-CN">${name}</span>` : nothing}
                <span class="soft">${say('rack.used', { full, all: rack.slots.length })}</span>
                ${rack.live ? badge('good', say('rack.live')) : badge('wait', say('rack.dead'))}
            </div>
            <ul class="cells" @keydown=${this.walk}>${rack.slots.map((slot) => this.cell(slot))}</ul>
        </section>`;
    }

    /* How many of each, and the key to the colours; pressed, one stands out. */
    sums() {
        const count = (state) => this.data.slots.filter((one) => one.state === state).length;
        return html`<ul class="row sums-row">${Object.entries(slotLook).map(([state, [tone, sign]]) => html`<li>
            <button class="button" type="button" aria-pressed=${String(this.only === state)} @click=${() => (this.only = this.only === state ? undefined : state)}>
                ${badge(tone, say(`slot.${state}`), sign)}<b>${count(state)}</b></button></li>`)}</ul>`;
    }

    draw() {
        const racks = racksOf(this.data.slots);
        return html`<div class="row head"><h1>${say('nav.slots')}</h1>${racks.length ? this.sums() : nothing}</div>
            ${racks.length
                ? html`<div class="stack">${racks.map((rack) => this.rack(rack))}</div>`
                : html`<p class="empty">${say('rack.none')}</p>`}`;
    }
}

class Slot extends View {
    async load() {
        const [{ slots }, { volumes }] = await Promise.all([
            get('/v1/slots'),
            get(`/v1/volumes?slot=${this.arg}&limit=5`),
        ]);
        return { slot: slots.find((one) => one.slot === this.arg), volumes };
    }

    draw() {
        const { slot, volumes } = this.data;
        if (!slot) return message('bad', say('slot.unknown'));
        const [tone, sign] = slotLook[slot.state] ?? ['calm', 'leaf'];
        return html`<div class="row head"><h1>${placeName(slot.slot)}</h1>${badge(tone, say(`slot.${slot.state}`), sign)}</div>
            <p class="soft lead mono">${slot.slot}</p>
            ${volumes.length ? volumeTable(volumes, placeName(slot.slot)) : nothing}`;
    }
}

customElements.define('jk-slots', Slots);
customElements.define('jk-slot', Slot);
