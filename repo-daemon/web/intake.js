/* The counter: the lists of papers that came in and went back, newest first; and one of
 * them, with what may be done with it now. */
import { html, nothing } from 'lit';

import { icon } from '../../web/icons.js';
import { get, newId, send } from '../../web/net.js';
import { badge, message, refusal, server } from '../../web/part.js';
import { tone } from '../../web/tones.js';
import { say } from '../../web/words.js';
import { drawCorrection } from './intake_correct.js';
import { FINISH } from './keys.js';
import { paperLook, returnable, when } from './model.js';
import { paperCount } from './names.js';
import { View } from './view.js';

const PAGE = 40;

class Intake extends View {
    static properties = { pages: { state: true } };

    constructor() {
        super();
        this.pages = 1;
    }

    async load() {
        const intakes = [];
        let next = '';
        for (let page = 0; page < this.pages; page++) {
            const ask = new URLSearchParams({ limit: PAGE });
            if (next) ask.set('cursor', next);
            const answer = await get(`/v1/intakes?${ask}`);
            intakes.push(...answer.intakes);
            next = answer.next;
            if (!next) break;
        }
        return { intakes, next };
    }

    more() {
        this.pages++;
        this.reload();
    }

    finish() {
        location.hash = '#/intake/new';
    }

    row(list) {
        const held = list.lines.filter((line) => line.state === 'held').length;
        return html`<tr>
            <th scope="row"><a href="#/intake/${list.intake}" class="mono">${list.intake}</a></th>
            <td>${badge(list.kind === 'in' ? 'good' : 'calm', say(`intake.kind.${list.kind}`), list.kind === 'in' ? 'hand' : 'back')}</td>
            <td class="wide" lang="zh-CN">${list.case_no}<small>${list.from}（${list.side}）</small></td>
            <td>${say('intake.items', { n: list.items })}<small>${say('intake.keeps', { n: list.keeps })}</small></td>
            <td>${held ? badge('wait', say('intake.held', { n: held }), 'clock') : nothing}
                ${list.wrong && list.kind === 'in' ? badge(list.notice ? 'calm' : 'bad', say('intake.wrong', { n: list.wrong }), 'alert') : nothing}</td>
            <td>${server(list.by?.name)}<small class="time">${when(list.at)}</small></td>
        </tr>`;
    }

    draw() {
        const { intakes, next } = this.data;
        return html`<div class="row head"><h1>${say('nav.intake')}</h1>
                <a class="button main far-end" href="#/intake/new">${icon('plus')}${say('intake.begin')}<kbd>${FINISH}</kbd></a></div>
            ${intakes.length
                ? html`<section class="table card part" tabindex="0" aria-label=${say('nav.intake')}><table>
                      <caption class="sr">${say('nav.intake')}</caption>
                      <thead><tr><th scope="col">${say('intake.list')}</th><th scope="col">${say('intake.way')}</th>
                          <th scope="col">${say('list.case')}</th><th scope="col">${say('intake.papers')}</th>
                          <th scope="col">${say('intake.todo')}</th><th scope="col">${say('intake.by')}</th></tr></thead>
                      <tbody>${intakes.map((list) => this.row(list))}</tbody></table></section>`
                : html`<p class="empty">${say('intake.none')}</p>`}
            ${next ? html`<p><button class="button" type="button" @click=${this.more}>${say('list.more')}</button></p>` : nothing}`;
    }
}

class IntakeOne extends View {
    static properties = {
        person: {},
        asked: { state: true }, /* 'notice' or 'return': its questions are open */
        note: { state: true },
        chosen: { state: true }, /* labels to give back */
        mending: { state: true }, /* the label whose line is being put right */
    };

    constructor() {
        super();
        this.chosen = new Set();
    }

    async load() {
        const list = await get(`/v1/intakes/${this.arg}`);
        const volumes = {};
        for (const label of new Set(list.lines.map((line) => line.volume).filter(Boolean)))
            volumes[label] = await get(`/v1/volumes/${label}`);
        return { list, volumes };
    }

    /* A scanned volume takes the papers that are still with who took them. */
    give(kind, text) {
        if (kind !== 'V' || !this.data?.list.lines.some((line) => line.state === 'held')) return false;
        this.command('file', { volume: text });
        return true;
    }

    back() {
        const { list, volumes } = this.data;
        return list.lines.filter((line) => returnable(line, volumes[line.volume], this.person));
    }

    finish() {
        this.querySelector('.acts a')?.click();
    }

    async ask(what) {
        this.asked = this.asked === what ? undefined : what;
        this.note = undefined;
        this.chosen = new Set(this.back().map((line) => line.item));
        await this.updateComplete;
        this.querySelector('.questions input, .questions button')?.focus();
    }

    async command(what, body, path = `/v1/intakes/${this.arg}/${what}`) {
        const text = JSON.stringify([path, body]);
        if (this.unanswered?.text !== text) this.unanswered = { text, id: newId() };
        try {
            const answer = await send(path, { id: this.unanswered.id, ...body });
            this.unanswered = this.asked = this.mending = undefined;
            tone('accept');
            this.note = message('good', say(`intake.done.${what}`), say('do.done', { n: answer.seq }));
            if (what === 'return') location.hash = `#/intake/${answer.intake}`;
        } catch (error) {
            tone('refuse');
            if (error.status) this.unanswered = undefined;
            this.note = refusal(error);
        }
        this.reload();
    }

    notice(event) {
        event.preventDefault();
        const form = new FormData(event.target);
        const title = form.get('title').trim();
        const also = title ? [{ title, text: form.get('text').trim() }] : [];
        this.command('notice', { days: Number(form.get('days')), also });
    }

    giveBack(event) {
        event.preventDefault();
        this.command('return', { items: [...this.chosen], receiver: new FormData(event.target).get('receiver').trim() });
    }

    async mend(label) {
        this.mending = this.mending === label ? undefined : label;
        await this.updateComplete;
        this.querySelector('#c-title')?.focus();
    }

    may() {
        return this.person.roles.some((role) => role === 'keeper' || role === 'cataloguer');
    }

    tick(label, on) {
        const chosen = new Set(this.chosen);
        if (on) chosen.add(label);
        else chosen.delete(label);
        this.chosen = chosen;
    }

    noticeForm() {
        return html`<form class="questions" @submit=${this.notice}>
            <p class="soft">${say('notice.say')}</p>
            <div class="row">
                <div class="field grow"><label for="title">${say('notice.title')}</label><input id="title" name="title" type="text" maxlength="50" autocomplete="off"></div>
                <div class="field grow"><label for="text">${say('notice.text')}</label><input id="text" name="text" type="text" maxlength="100" autocomplete="off"></div>
                <div class="field short"><label for="days">${say('notice.days')}</label><input id="days" name="days" type="number" min="1" max="90" value="7" required></div>
            </div>
            <div class="row"><button class="button main" type="submit">${icon('check')}${say('intake.act.notice')}</button>
                <button class="button quiet" type="button" @click=${() => (this.asked = undefined)}>${say('cancel')}</button></div>
        </form>`;
    }

    returnForm(back) {
        return html`<form class="questions" @submit=${this.giveBack}>
            <fieldset class="stack"><legend class="soft">${say('return.which')}</legend>
                ${back.map((line) => html`<label class="choice"><input type="checkbox" name="item" value=${line.item} ?checked=${this.chosen.has(line.item)}
                    @change=${(event) => this.tick(line.item, event.target.checked)}><span lang="zh-CN">${line.title}</span> ${paperCount(line)}</label>`)}
            </fieldset>
            <div class="field"><label for="receiver">${say('return.receiver')}</label>
                <input id="receiver" name="receiver" type="text" required maxlength="30" .value=${this.data.list.from} autocomplete="off"></div>
            <div class="row"><button class="button main" type="submit" ?disabled=${!this.chosen.size}>${icon('check')}${say('intake.act.return')}</button>
                <button class="button quiet" type="button" @click=${() => (this.asked = undefined)}>${say('cancel')}</button></div>
        </form>`;
    }

    acts() {
        const { list } = this.data;
        const path = `/v1/intakes/${list.intake}`;
        const back = this.back();
        const tell = this.may() && list.kind === 'in' && !list.noticed;
        return html`<ul class="acts">
            <li><a class="button main" href="${path}/slip" target="_blank" rel="noopener">${icon('print')}${say(`intake.slip.${list.kind}`)}<kbd>${FINISH}</kbd></a></li>
            ${list.items && list.kind === 'in' ? html`<li><a class="button" href="#/labels/${list.intake}">${icon('scan')}${say('intake.labels')}</a></li>` : nothing}
            ${list.notice ? html`<li><a class="button" href="${path}/notice/slip" target="_blank" rel="noopener">${icon('print')}${say('intake.slip.notice')}</a></li>` : nothing}
            ${tell ? html`<li><button class="button" type="button" aria-expanded=${String(this.asked === 'notice')} @click=${() => this.ask('notice')}>${icon('alert')}${say('intake.act.notice')}</button>
                ${this.asked === 'notice' ? this.noticeForm() : nothing}</li>` : nothing}
            ${back.length ? html`<li><button class="button" type="button" aria-expanded=${String(this.asked === 'return')} @click=${() => this.ask('return')}>${icon('back')}${say('intake.act.return')}</button>
                ${this.asked === 'return' ? this.returnForm(back) : nothing}</li>` : nothing}
        </ul>`;
    }

    line(line, index) {
        const [tone_, word, sign] = paperLook(line);
        return html`<tr>
            <td>${index + 1}</td>
            <th scope="row" lang="zh-CN">${line.title}${line.fault ? html`<small class="fault">${line.fault}</small>` : nothing}
                ${line.keep && line.rule ? html`<small>${line.rule}</small>` : nothing}
                ${line.corrected ? html`<small>${say('correct.was', { why: line.corrected })}</small>` : nothing}</th>
            <td>${paperCount(line)}</td>
            <td>${badge(tone_, say(`paper.${word}`), sign)}</td>
            <td>${line.state === 'filed' ? html`<a href="#/v/${line.volume}">${say('paper.filed')}</a>`
                : line.state === 'held' ? html`${say('paper.held')} ${server(line.holder?.name)}` : say(`paper.${line.state}`)}</td>
            <td class="mono">${line.item}</td>
            <td>${this.may() && this.data.list.kind === 'in' && ['held', 'filed'].includes(line.state)
                ? html`<button class="button quiet" type="button" aria-label="${say('correct.go')} ${line.title}" aria-expanded=${String(this.mending === line.item)}
                    @click=${() => this.mend(line.item)}>${say('correct.go')}</button>` : nothing}</td>
        </tr>
        ${this.mending && this.mending === line.item ? html`<tr><td></td><td colspan="6" class="wide">${drawCorrection(line,
            (body) => this.command('correction', body, `/v1/papers/${line.item}/correction`), () => (this.mending = undefined))}</td></tr>` : nothing}`;
    }

    draw() {
        const { list } = this.data;
        const held = list.lines.some((line) => line.state === 'held');
        return html`<div class="counter">
            <div class="title">
                <div><h1>${say(`intake.title.${list.kind}`)} <span class="mono">${list.intake}</span></h1>
                    <p><span lang="zh-CN">${list.case_no}　${list.from}（${list.side}）</span>
                        <span class="soft">${server(list.by?.name)} ${when(list.at)}</span></p></div>
                <p class="row state">${badge('good', say('intake.items', { n: list.items }), 'leaf')} ${badge('move', say('intake.keeps', { n: list.keeps }), 'archive')}</p>
            </div>
            <section class="card part do" aria-labelledby="do-title">
                <h2 id="do-title">${say('do.title')}</h2>
                <div role="status" class="notes">${this.note ?? nothing}
                    ${list.notice ? message('wait', say('notice.given', { day: list.notice.due }), list.notice.points.map((one) => html`<span lang="zh-CN">${one.title}：${one.text}</span><br>`)) : nothing}
                    ${held ? message('wait', say('intake.file'), say('intake.file.now'), 'scan') : nothing}</div>
                ${this.acts()}
            </section>
            <section class="table card part" tabindex="0" aria-label=${say('intake.papers')}><table>
                <caption class="sr">${say('intake.papers')}</caption>
                <thead><tr><th scope="col">${say('line.no')}</th><th scope="col">${say('line.title')}</th><th scope="col">${say('line.counted')}</th>
                    <th scope="col">${say('line.fate')}</th><th scope="col">${say('list.where')}</th><th scope="col">${say('line.label')}</th><td></td></tr></thead>
                <tbody>${list.lines.map((line, i) => this.line(line, i))}</tbody></table></section>
        </div>`;
    }
}

customElements.define('jk-intake', Intake);
customElements.define('jk-intake-one', IntakeOne);
