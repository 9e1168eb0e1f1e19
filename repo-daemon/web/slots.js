/* The shelves: every rack as it stands in the room, slot by slot; and one slot, reached by
 * scanning its label. */
import { html, nothing } from 'lit';

import { icon } from '../../web/icons.js';
import { slotPlace } from '../../web/label.js';
import { get } from '../../web/net.js';
import { badge, message } from '../../web/part.js';
import { say } from '../../web/words.js';
import { racksOf, slotLook } from './model.js';
import { placeName, volumeTable } from './names.js';
import { View } from './view.js';

/* The tail of the case number is what people know a volume by. */
function shortName(volume) {
    return `${Number(volume.slice(15, 21))}`;
}

class Slots extends View {
    async load() {
        return (await get('/v1/slots')).slots;
    }

    cell(slot) {
        const [tone, sign] = slotLook[slot.state] ?? ['calm', 'leaf'];
        const inside = html`<span class="no">${slotPlace(slot.slot).slot}</span>
            <span class="word">${icon(sign)}${say(`slot.${slot.state}`)}</span>
            <span class="what">${slot.volume ? shortName(slot.volume) : nothing}</span>`;
        return html`<li class="cell ${tone}">
            <a href=${slot.volume ? `#/v/${slot.volume}` : `#/s/${slot.slot}`}>${inside}</a>
        </li>`;
    }

    rack(rack) {
        const full = rack.slots.filter((slot) => slot.volume).length;
        return html`<section class="card part" aria-labelledby="rack-${rack.rackId}">
            <div class="row head">
                <h2 id="rack-${rack.rackId}">${say('rack.n', rack)}</h2>
                <span class="soft">${say('rack.used', { full, all: rack.slots.length })}</span>
                ${rack.live ? badge('good', say('rack.live')) : badge('wait', say('rack.dead'))}
            </div>
            <ul class="cells">${rack.slots.map((slot) => this.cell(slot))}</ul>
        </section>`;
    }

    draw() {
        const racks = racksOf(this.data);
        return html`<h1>${say('nav.slots')}</h1>
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
