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
    const { volumes } = await get(`/v1/volumes?holder=${badge}&limit=20`);
    return volumes.filter((volume) => volume.holder?.badge === badge);
}

class Holders extends View {
    static properties = { open: { state: true }, dept: { state: true } };

    constructor() {
        super();
        this.open = new Set();
    }

    async load() {
        const { holders, depts } = await get('/v1/board');
        const held = new Map();
        for (const { badge } of holders)
            if (this.open.has(badge)) held.set(badge, await heldBy(badge));
        return { holders, depts, held };
    }

    toggle(badge, event) {
        if (event.target.open === this.open.has(badge)) return;
        if (event.target.open) this.open.add(badge);
        else this.open.delete(badge);
        this.reload();
    }

    holder({ badge, name, dept, cases, volumes }) {
        const held = this.data.held.get(badge);
        return html`<li>
            <details class="card" ?open=${this.open.has(badge)} @toggle=${(event) => this.toggle(badge, event)}>
                <summary>
                    ${icon('person')}<strong>${server(name)}</strong> <span class="soft" lang="zh-CN">${dept}</span>
                    <span>${say('holders.sum', { cases, volumes })}</span>
                </summary>
                ${held ? html`${volumeTable(held, say('holders.person', { name }))}
                    ${volumes > held.length ? html`<p class="part"><a href="#/p/${badge}">${say('holders.all', { n: volumes })}</a></p>` : nothing}` : nothing}
            </details>
        </li>`;
    }

    /* Departments on the side: pressed, one shows its own people. */
    depts() {
        const { depts } = this.data;
        return html`<section class="card part" aria-labelledby="depts">
            <h2 id="depts">${say('holders.depts')}</h2>
            <ul class="sums">${depts.map(({ dept, cases, volumes }) => html`<li>
                <button class="button quiet" type="button" aria-pressed=${String(this.dept === dept)} @click=${() => (this.dept = this.dept === dept ? undefined : dept)}>
                    ${dept ? html`<span lang="zh-CN">${dept}</span>` : say('holders.nodept')}</button>
                <span class="soft">${say('holders.sum', { cases, volumes })}</span></li>`)}</ul>
        </section>`;
    }

    draw() {
        const { holders } = this.data;
        const shown = holders.filter((one) => this.dept === undefined || one.dept === this.dept);
        return html`<div class="desk"><div><h1>${say('nav.holders')}</h1>
                <p class="soft lead">${say(holders.length ? 'holders.say' : 'holders.none')}</p>
                <ul class="stack">${shown.map((holder) => this.holder(holder))}</ul></div>
            ${this.depts()}</div>`;
    }
}

class Held extends View {
    static properties = { pages: { state: true } };

    willUpdate(changed) {
        if (changed.has('arg')) this.pages = 1;
        super.willUpdate(changed);
    }

    async load() {
        const { people } = await get('/v1/people');
        const volumes = [];
        let next = '';
        for (let page = 0; page < this.pages; page++) {
            const answer = await get(`/v1/volumes?${new URLSearchParams({ holder: this.arg, limit: 50, ...(next && { cursor: next }) })}`);
            volumes.push(...answer.volumes);
            next = answer.next;
            if (!next) break;
        }
        return { volumes, next, person: people.find((one) => one.badge === this.arg) };
    }

    more() {
        this.pages++;
        this.reload();
    }

    draw() {
        const { volumes, next, person } = this.data;
        return html`<h1 lang="zh-CN">${person?.name ?? this.arg}</h1>
            <p class="soft lead mono">${this.arg}</p>
            ${volumes.length
                ? volumeTable(volumes, say('holders.person', { name: person?.name ?? '' }))
                : html`<p class="empty">${say('list.none')}</p>`}
            ${next ? html`<p><button class="button" type="button" @click=${this.more}>${say('list.more')}</button></p>` : nothing}`;
    }
}

customElements.define('jk-holders', Holders);
customElements.define('jk-held', Held);
