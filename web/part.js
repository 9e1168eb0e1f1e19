/* What every piece of a page is: a Lit element that draws into the page itself (no shadow
 * tree, so that one style sheet, labels and validators see everything) and draws again
 * when the language changes. */
import { html, LitElement, nothing } from 'lit';

import { icon } from './icons.js';
import { language, onLanguage, say, setLanguage } from './words.js';

export class Part extends LitElement {
    createRenderRoot() {
        return this;
    }

    connectedCallback() {
        super.connectedCallback();
        this.forgetLanguage = onLanguage(() => this.requestUpdate());
    }

    disconnectedCallback() {
        super.disconnectedCallback();
        this.forgetLanguage();
    }

    tell(name, detail) {
        this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true }));
    }
}

/* For fields with a number in them: what is typed takes the place of it. */
export const whole = (event) => event.target.select();

/* Text that the server wrote is Chinese whatever the page's language. */
export function server(text) {
    return text ? html`<span lang="zh-CN">${text}</span>` : nothing;
}

const signs = { good: 'check', wait: 'clock', bad: 'alert', calm: 'leaf', move: 'hand' };

export function badge(tone, text, sign) {
    return html`<span class="badge ${tone}">${icon(sign ?? signs[tone])}${text}</span>`;
}

/* A message: what is so, and what to do now. */
export function message(tone, text, now, sign) {
    return html`<div class="say ${tone}">
        ${icon(sign ?? signs[tone])}
        <div>
            <strong>${text}</strong>
            ${now && now !== nothing ? html`<div class="what-now">${now}</div>` : nothing}
        </div>
    </div>`;
}

export function refusal(error) {
    return error ? message('bad', server(error.title), server(error.detail)) : nothing;
}

export function languageButton() {
    const next = language() === 'en' ? 'zh' : 'en';
    return html`<button
        class="button quiet"
        type="button"
        lang=${next === 'en' ? 'en' : 'zh-CN'}
        @click=${() => setLanguage(next)}
    >
        ${say('lang.other')}
    </button>`;
}
