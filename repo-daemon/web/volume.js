/* One volume, whole: where it stands, who answers for it, what this person may do with it
 * now, and behind three tabs its chain of custody, its pages and its binding check. */
import { html, nothing } from 'lit';

import './actions.js';
import { spacedLabel } from '../../web/label.js';
import { get } from '../../web/net.js';
import { badge, message, refusal } from '../../web/part.js';
import { say } from '../../web/words.js';
import { drawBinding, drawChain, drawPages, drawPapers } from './sections.js';
import { stateBadge, volumeName, where, who } from './names.js';
import { View } from './view.js';

const tabs = ['chain', 'pages', 'papers', 'binding'];
const provers = ['auditor', 'supervisor', 'admin', 'archivist', 'keeper'];
const counter = ['cataloguer', 'keeper', 'archivist', 'supervisor', 'auditor'];

/* Not checked yet is no error. */
async function binding(volume) {
    try {
        return await get(`/v1/volumes/${volume}/binding`);
    } catch (error) {
        if (error.status === 404) return null;
        throw error;
    }
}

class Volume extends View {
    static properties = {
        person: {},
        tab: { state: true },
    };

    constructor() {
        super();
        this.tab = 'chain';
    }

    async load() {
        const path = `/v1/volumes/${this.arg}`;
        const [volume, chain, pages, check, { papers }] = await Promise.all([
            get(path), get(`${path}/chain`), get(`${path}/pages`), binding(this.arg),
            this.isOne(counter) ? get(`/v1/papers?volume=${this.arg}&limit=200`) : { papers: [] },
        ]);
        return { volume, events: chain.events, pages: pages.pages, check, papers };
    }

    isOne(roles) {
        return this.person.roles.some((role) => roles.includes(role));
    }

    /* A scanned slot or badge is taken by the action that asks for one. */
    give(kind, text) {
        return this.querySelector('jk-actions')?.give(kind, text) ?? false;
    }

    run(action) {
        return this.querySelector('jk-actions')?.run(action) ?? false;
    }

    key(event) {
        const steps = { ArrowRight: 1, ArrowLeft: -1 };
        if (!steps[event.key]) return;
        event.preventDefault();
        this.tab = tabs[(tabs.indexOf(this.tab) + steps[event.key] + tabs.length) % tabs.length];
        this.updateComplete.then(() => this.querySelector(`#tab-${this.tab}`).focus());
    }

    fact(name, big, small) {
        return html`<div>
            <dt>${say(name)}</dt>
            <dd>${big}${small ? html`<small>${small}</small>` : nothing}</dd>
        </div>`;
    }

    facts(volume) {
        const scanned = volume.images
            ? say('vol.images', volume)
            : say('vol.notscanned');
        return html`<dl class="facts">
            ${this.fact('vol.where', where(volume))} ${this.fact('vol.who', who(volume))}
            ${volume.retention ? this.fact('vol.kept', volume.retention.until ? say('vol.kept.until', { class: say(`keep.class.${volume.retention.class}`), day: volume.retention.until }) : say('keep.class.permanent'), volume.holds.length ? say('keep.held') : '') : nothing}
            ${this.fact('vol.paper', volume.sheets ? say('vol.sheets', { n: volume.sheets }) : scanned, volume.sheets ? scanned : '')}
        </dl>`;
    }

    draw() {
        const { volume, events, pages, check, papers } = this.data;
        const proof = this.isOne(provers) ? volume.volume : undefined;
        const drawn = { chain: () => drawChain(events, proof), pages: () => drawPages(pages), papers: () => drawPapers(papers), binding: () => drawBinding(check) };
        return html`${refusal(this.error)}
            <div class="volume">
                <div class="title">
                    <div>
                        <h1 lang="zh-CN">${volume.case_no}</h1>
                        <p><span lang="zh-CN">${volume.cover}</span> <span class="soft">${volumeName(volume)}</span></p>
                        <p class="soft"><span class="mono">${spacedLabel(volume.volume)}</span> <a href="#/labels/${volume.volume}">${say('vol.label')}</a></p>
                    </div>
                    <p class="row state">${stateBadge(volume.state)} ${volume.batch ? html`<a class="button" href="#/b/${volume.batch}">${say('trolley.one')} <span class="mono">${volume.batch}</span></a>` : nothing} ${volume.notice ? badge('move', say('vol.notice'), 'archive') : nothing}</p>
                </div>
                ${volume.purged_at ? message('calm', say('vol.purged', { day: volume.purged_at.slice(0, 10) }), '', 'archive') : nothing}
                ${this.facts(volume)}
                <jk-actions .volume=${volume} .person=${this.person} @acted=${() => this.reload()}
                    @checked=${() => (this.tab = 'binding')}></jk-actions>
                <section class="card part sections" aria-label=${say(`tab.${this.tab}`)}>
                    <div class="tabs" role="tablist" @keydown=${this.key}>
                        ${tabs.map((tab) => html`<button type="button" role="tab" id="tab-${tab}" aria-controls="panel"
                            aria-selected=${this.tab === tab} tabindex=${this.tab === tab ? 0 : -1}
                            @click=${() => (this.tab = tab)}>${say(`tab.${tab}`)}</button>`)}
                    </div>
                    <div id="panel" role="tabpanel" tabindex="0" aria-labelledby="tab-${this.tab}">${drawn[this.tab]()}</div>
                </section>
            </div>`;
    }
}

customElements.define('jk-volume', Volume);
