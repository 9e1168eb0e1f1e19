/* A new list of the counter: whose case, who hands in, and the papers line by line, by
 * keyboard alone. Enter goes on to the next field and, at the end of a line, to a new one.
 * What must be kept the repository says; it is asked for each title. */
import { html, nothing } from 'lit';

import { icon } from '../../web/icons.js';
import { get, newId, send } from '../../web/net.js';
import { badge, message, Part, refusal, whole } from '../../web/part.js';
import { tone } from '../../web/tones.js';
import { say } from '../../web/words.js';
import { FINISH } from './keys.js';
import { caseTypeOf, caseTypes, lineProblems, newLine, paperLook, sideOf, usualPapers } from './model.js';
import { volumeName } from './names.js';

const whats = ['paper', 'disc', 'exhibit'];

class IntakeNew extends Part {
    static properties = {
        person: {},
        found: { state: true }, /* cases to choose from */
        theCase: { state: true },
        volumes: { state: true },
        lines: { state: true },
        from: { state: true },
        side: { state: true },
        rules: { state: true },
        missing: { state: true }, /* a case number that is not registered */
        note: { state: true },
        busy: { state: true },
    };

    constructor() {
        super();
        Object.assign(this, { lines: [newLine()], from: '', side: '原告', volumes: [], keeps: new Map() });
    }

    async connectedCallback() {
        super.connectedCallback();
        try {
            this.rules = await get('/v1/intakes/rules');
        } catch (error) {
            this.note = refusal(error);
        }
        await this.updateComplete;
        this.querySelector('#case')?.focus();
    }

    /* A scanned volume says which case. */
    give(kind, text) {
        if (kind !== 'V') return false;
        this.takeCase({ case: text.slice(1, 21) }, text);
        return true;
    }

    async find(event) {
        event.preventDefault();
        const typed = this.querySelector('#case').value.trim();
        if (!typed) return;
        this.note = this.found = this.missing = undefined;
        try {
            const { cases } = await get(`/v1/cases?limit=12&q=${encodeURIComponent(typed)}`);
            if (cases.length === 1) await this.takeCase(cases[0]);
            else if (cases.length) this.found = cases;
            else this.missing = typed;
        } catch (error) {
            this.note = refusal(error);
        }
        await this.updateComplete;
        this.querySelector(this.found ? '.choices button' : '#cause')?.focus();
    }

    async takeCase({ case: id }, label) {
        try {
            this.theCase = await get(`/v1/cases/${id}`);
            this.volumes = (await get(`/v1/volumes?q=${id}`)).volumes;
        } catch (error) {
            tone('refuse');
            this.note = refusal(error);
            return;
        }
        this.found = this.missing = this.note = undefined;
        this.from = this.theCase.plaintiff;
        this.side = '原告';
        this.volume = label ?? this.volumes.find((one) => one.kind === 1)?.volume ?? 'new';
        await this.updateComplete;
        this.querySelector('#from')?.focus();
    }

    async other() {
        this.theCase = undefined;
        await this.updateComplete;
        this.querySelector('#case').focus();
    }

    async register(event) {
        event.preventDefault();
        const form = Object.fromEntries(new FormData(event.target));
        try {
            const made = await send('/v1/cases', { id: newId(), case_no: this.missing, ...form });
            tone('accept');
            await this.takeCase(made);
        } catch (error) {
            tone('refuse');
            this.note = refusal(error);
        }
    }

    change(index, field, value) {
        const lines = this.lines.map((line, i) => (i === index ? { ...line, [field]: value } : line));
        if (field === 'declared' && !this.lines[index].touched) lines[index].counted = value;
        if (field === 'counted') lines[index].touched = true;
        this.lines = lines;
        if (field === 'title' || field === 'what') this.look(index);
    }

    /* Which rule keeps a paper of this title? */
    async look(index) {
        const { title, what } = this.lines[index];
        let rule = null;
        if (what === 'paper' && title.trim()) {
            try {
                this.keeps.set(title, this.keeps.get(title) ?? (await get(`/v1/intakes/rules?q=${encodeURIComponent(title)}`)).title);
                rule = this.keeps.get(title);
            } catch {
                return; /* it is decided again when the list is taken */
            }
        }
        this.lines = this.lines.map((line) => (line.title === title && line.what === what
            ? { ...line, keep: what !== 'paper' || rule ? 1 : 0, rule: rule?.name ?? '' } : line));
    }

    async addLine() {
        this.lines = [...this.lines, newLine()];
        await this.updateComplete;
        this.querySelector(`#title-${this.lines.length - 1}`).focus();
    }

    async dropLine(index) {
        this.lines = this.lines.length > 1 ? this.lines.filter((_, i) => i !== index) : [newLine()];
        await this.updateComplete;
        this.querySelector(`#title-${Math.min(index, this.lines.length - 1)}`).focus();
    }

    /* Enter: to the next field; behind the last, to a new line or to the end. */
    go(event, index) {
        if (event.key === 'Delete' && event.ctrlKey) {
            event.preventDefault();
            this.dropLine(index);
            return;
        }
        if (event.key !== 'Enter' || event.target.tagName === 'BUTTON') return;
        event.preventDefault();
        const fields = [...this.querySelectorAll('.lines input, .lines select')];
        const next = fields[fields.indexOf(event.target) + 1];
        if (next) next.focus();
        else if (this.lines[index].title.trim()) this.addLine();
        else this.querySelector('#take').focus();
    }

    finish() {
        this.take();
    }

    async volumeLabel() {
        const chosen = this.querySelector('#volume')?.value ?? this.volume;
        if (chosen !== 'new') return chosen;
        const made = await send(`/v1/cases/${this.theCase.case}/volumes`, { id: newId(), kind: 1, part: 1 });
        this.volume = made.volume;
        this.volumes = [made];
        return made.volume;
    }

    async take(event) {
        event?.preventDefault();
        if (this.busy || !this.theCase) return;
        const lines = this.lines.filter((line) => line.title.trim());
        if (!lines.length) {
            this.note = message('bad', say('take.empty'), say('take.empty.now'));
            return;
        }
        this.busy = true;
        try {
            const volume = await this.volumeLabel();
            const body = {
                case: this.theCase.case, from: this.from.trim(), side: this.side, volume,
                lines: lines.map(({ title, what, declared, counted, fault }) => ({ title: title.trim(), what, declared: Number(declared), counted: Number(counted), fault: fault.trim() })),
            };
            const notice = this.theCase.noticed?.[body.from];
            if (notice && this.querySelector('#mends')?.checked) body.supplements = notice;
            const text = JSON.stringify(body);
            if (this.unanswered?.text !== text) this.unanswered = { text, id: newId() };
            const answer = await send('/v1/intakes', { id: this.unanswered.id, ...body });
            tone('accept');
            location.hash = `#/intake/${answer.intake}`;
        } catch (error) {
            tone('refuse');
            if (error.status) this.unanswered = undefined;
            this.note = refusal(error);
        }
        this.busy = false;
    }

    caseForm() {
        return html`<form class="row" role="search" aria-label=${say('list.case')} @submit=${this.find}>
                <div class="field grow"><label for="case">${say('take.case')}</label>
                    <input id="case" type="text" maxlength="60" autocomplete="off" required></div>
                <button class="button main" type="submit">${icon('search')}${say('desk.go')}<kbd>Enter</kbd></button>
            </form>
            ${this.found ? html`<ul class="choices">${this.found.map((one) => html`<li><button class="button" type="button" lang="zh-CN" @click=${() => this.takeCase(one)}>
                ${one.case_no}　${one.plaintiff}诉${one.defendant}　${one.cause}</button></li>`)}</ul>` : nothing}
            ${this.missing ? this.registerForm() : nothing}`;
    }

    registerForm() {
        const field = (name) => html`<div class="field"><label for=${name}>${say(`case.${name}`)}</label>
            <input id=${name} name=${name} type="text" required maxlength="100" autocomplete="off"></div>`;
        return html`<form class="questions" @submit=${this.register}>
            ${message('wait', say('take.unknown', { no: this.missing }), say('take.unknown.now'))}
            <div class="row thirds">${['cause', 'plaintiff', 'defendant'].map(field)}</div>
            <div class="row"><div class="field"><label for="case_type">${say('case.type')}</label>
                <select id="case_type" name="case_type" required lang="zh-CN">
                    <option value="">${say('case.type.choose')}</option>
                    ${caseTypes.map(([, name]) => html`<option value=${name} ?selected=${name === caseTypeOf(this.missing)}>${name}</option>`)}</select></div></div>
            <div class="row"><button class="button main" type="submit">${icon('plus')}${say('take.register')}<kbd>Enter</kbd></button></div>
        </form>`;
    }

    party() {
        const { plaintiff, defendant, noticed } = this.theCase;
        const hear = (event) => {
            this.from = event.target.value;
            this.side = sideOf(this.theCase, this.from) ?? this.side;
        };
        return html`<div class="row party">
            <div class="field grow"><label for="from">${say('take.from')}</label>
                <input id="from" type="text" list="parties" maxlength="30" autocomplete="off" required .value=${this.from} @input=${hear}>
                <datalist id="parties"><option value=${plaintiff}></option><option value=${defendant}></option></datalist></div>
            <div class="field"><label for="side">${say('take.side')}</label>
                <select id="side" @change=${(event) => (this.side = event.target.value)} lang="zh-CN">
                    ${(this.rules?.sides ?? []).map((one) => html`<option value=${one} ?selected=${one === this.side}>${one}</option>`)}</select></div>
            <div class="field grow"><label for="volume">${say('take.volume')}</label>
                <select id="volume">
                    ${this.volumes.map((one) => html`<option value=${one.volume} ?selected=${one.volume === this.volume}>${volumeName(one)}　${one.holder?.name ?? say('vol.nowhere')}</option>`)}
                    ${this.volumes.length ? nothing : html`<option value="new" selected>${say('take.newvolume')}</option>`}
                    <option value="">${say('take.novolume')}</option></select></div>
            ${noticed?.[this.from] ? html`<label class="choice"><input id="mends" type="checkbox" checked>${say('take.mends', { list: noticed[this.from] })}</label>` : nothing}
        </div>`;
    }

    line(line, i) {
        const hear = (field) => (event) => this.change(i, field, event.target.value);
        const [tone_, word, sign] = paperLook({ ...line, item: '?' });
        const wrong = lineProblems(line);
        const name = (word_) => `${say('line.n', { n: i + 1 })} ${say(word_)}`;
        return html`<tr @keydown=${(event) => this.go(event, i)}>
            <td>${i + 1}</td>
            <td class="wide"><input id="title-${i}" type="text" list="papers" maxlength="50" autocomplete="off" aria-label=${name('line.title')} .value=${line.title} @input=${hear('title')} lang="zh-CN"></td>
            <td><select aria-label=${name('line.what')} @change=${hear('what')}>${whats.map((one) => html`<option value=${one} ?selected=${one === line.what}>${say(`what.${one}`)}</option>`)}</select></td>
            <td><input class="n" type="number" min="0" max="2000" aria-label=${name('line.declared')} .value=${String(line.declared)} @focus=${whole} @input=${hear('declared')}></td>
            <td><input class="n" type="number" min="0" max="2000" aria-label=${name('line.counted')} .value=${String(line.counted)} @focus=${whole} @input=${hear('counted')}></td>
            <td class="wide"><input type="text" maxlength="100" autocomplete="off" aria-label=${name('line.fault')} .value=${line.fault} @input=${hear('fault')}></td>
            <td>${line.title.trim() ? (wrong ? badge('bad', say(`wrong.${wrong}`), 'alert') : badge(tone_, say(`paper.${word}`), sign)) : nothing}</td>
            <td><button class="button quiet" type="button" aria-label=${name('line.drop')} @click=${() => this.dropLine(i)}>${icon('minus')}</button></td>
        </tr>`;
    }

    papers() {
        return html`<form class="stack" @submit=${this.take}>
            ${this.party()}
            <section class="table lines" tabindex="-1" aria-label=${say('intake.papers')}><table>
                <caption class="sr">${say('intake.papers')}</caption>
                <thead><tr><th scope="col">${say('line.no')}</th><th scope="col">${say('line.title')}</th><th scope="col">${say('line.what')}</th>
                    <th scope="col">${say('line.declared')}</th><th scope="col">${say('line.counted')}</th><th scope="col">${say('line.fault')}</th>
                    <th scope="col">${say('line.fate')}</th><td></td></tr></thead>
                <tbody>${this.lines.map((line, i) => this.line(line, i))}</tbody></table></section>
            <datalist id="papers">${usualPapers.map((one) => html`<option value=${one}></option>`)}</datalist>
            <div class="row ends">
                <button id="take" class="button main" type="submit" ?disabled=${this.busy}>${icon('check')}${say('take.go')}<kbd>${FINISH}</kbd></button>
                <button class="button" type="button" @click=${this.addLine}>${icon('plus')}${say('line.add')}<kbd>Enter</kbd></button>
                <span class="soft">${say('take.keys')}</span>
            </div>
        </form>`;
    }

    render() {
        const c = this.theCase;
        return html`<div class="counter">
            <div class="title"><div><h1>${say('intake.new')}</h1>
                ${c ? html`<p lang="zh-CN">${c.case_no}　${c.plaintiff}诉${c.defendant}　${c.cause}</p>` : html`<p class="soft">${say('take.say')}</p>`}</div>
                ${c ? html`<button class="button" type="button" @click=${this.other}>${icon('search')}${say('take.other')}</button>` : nothing}</div>
            <section class="card part stack" aria-label=${say('intake.new')}>
                <div role="alert" class="notes">${this.note ?? nothing}</div>
                ${c ? this.papers() : this.caseForm()}
            </section>
        </div>`;
    }
}

customElements.define('jk-intake-new', IntakeNew);
