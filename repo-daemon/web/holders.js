/* Who holds what: people with their counts; one opened shows the volumes. Also the view
 * of a single person, reached by scanning a badge. */
import { html, nothing } from 'lit';

import { icon } from '../../web/icons.js';
import { get } from '../../web/net.js';
import { server } from '../../web/part.js';
import { say } from '../../web/words.js';
import { volumeTable } from './names.js';
import { View } from './view.js';

/* The list also has what is on its way to a person; until accepted, the giver holds it. */
async function heldBy(badge) {
    const { volumes } = await get(`/v1/volumes?holder=${badge}&limit=200`);
    return volumes.filter((volume) => volume.holder?.badge === badge);
}

class Holders extends View {
    static properties = { open: { state: true } };

    constructor() {
        super();
        this.open = new Set();
    }

    async load() {
        const { holders } = await get('/v1/board');
        const held = new Map();
        for (const { badge } of holders)
            if (this.open.has(badge)) held.set(badge, await heldBy(badge));
        return { holders, held };
    }

    toggle(badge, event) {
        if (event.target.open === this.open.has(badge)) return;
        if (event.target.open) this.open.add(badge);
        else this.open.delete(badge);
        this.reload();
    }

    holder({ badge, name, cases, volumes }) {
        const held = this.data.held.get(badge);
        return html`<li>
            <details class="card" ?open=${this.open.has(badge)} @toggle=${(event) => this.toggle(badge, event)}>
                <summary>
                    ${icon('person')}<strong>${server(name)}</strong>
                    <span>${say('holders.sum', { cases, volumes })}</span>
                </summary>
                ${held ? volumeTable(held, say('holders.person', { name })) : nothing}
            </details>
        </li>`;
    }

    draw() {
        const { holders } = this.data;
        return html`<h1>${say('nav.holders')}</h1>
            <p class="soft lead">${say(holders.length ? 'holders.say' : 'holders.none')}</p>
            <ul class="stack">${holders.map((holder) => this.holder(holder))}</ul>`;
    }
}

class Held extends View {
    async load() {
        const [volumes, { people }] = await Promise.all([heldBy(this.arg), get('/v1/people')]);
        return { volumes, person: people.find((one) => one.badge === this.arg) };
    }

    draw() {
        const { volumes, person } = this.data;
        return html`<h1 lang="zh-CN">${person?.name ?? this.arg}</h1>
            <p class="soft lead mono">${this.arg}</p>
            ${volumes.length
                ? volumeTable(volumes, say('holders.person', { name: person?.name ?? '' }))
                : html`<p class="empty">${say('list.none')}</p>`}`;
    }
}

customElements.define('jk-holders', Holders);
customElements.define('jk-held', Held);
