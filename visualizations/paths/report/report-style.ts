/** How a report looks, as the text of its one style sheet: light and dark, narrow and wide. */

const LIGHT = `--paper:#fff;--panel:#f6f7f9;--ink:#1a1d23;--faint:#5b6270;--line:#d5d9e0;
--path:#0b5fd3;--now:#b3530a;--miss:#b42318;--good:#16733c;--wash:#e8f0fd`;
const DARK = `--paper:#111419;--panel:#191d24;--ink:#e8ebf0;--faint:#a0a8b6;--line:#343b47;
--path:#7db4ff;--now:#ffb066;--miss:#ff8f85;--good:#6fd394;--wash:#1b2b45`;

export const REPORT_STYLE = `
:root{color-scheme:light dark;${LIGHT}}
@media (prefers-color-scheme:dark){:root{${DARK}}}
:root[data-theme=light]{color-scheme:light;${LIGHT}}
:root[data-theme=dark]{color-scheme:dark;${DARK}}
*{box-sizing:border-box}
[hidden]{display:none!important}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
code{font:.9em/1.4 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;overflow-wrap:anywhere}
h1{font-size:1.5rem;line-height:1.25;margin:0}
h2{font-size:1.1rem;margin:0}
h3{font-size:1rem;font-weight:600;margin:1.25rem 0 .25rem}
button,input{font:inherit;color:inherit}
button{background:var(--panel);border:1px solid var(--line);border-radius:6px;padding:.2rem .6rem;
min-height:28px;cursor:pointer}
button:hover:not(:disabled){border-color:var(--path)}
button:disabled{color:var(--faint);cursor:default}
:focus-visible{outline:3px solid var(--path);outline-offset:2px}
header,p.covered,section.uncovered,details.transitions,.panes,footer{
padding:0 clamp(.75rem,2vw,2rem)}
header{padding-top:1.25rem}
.top{display:flex;gap:1rem;justify-content:space-between;align-items:start;flex-wrap:wrap}
.about{margin:.25rem 0 0;color:var(--faint);max-width:75ch}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(9.5rem,1fr));gap:.75rem;
margin:1rem 0}
.figures div{background:var(--panel);border:1px solid var(--line);border-radius:8px;
padding:.6rem .8rem}
.figures dt{color:var(--faint);font-size:.875rem}
.figures dd{margin:0}
.figures b{font-size:1.35rem;font-variant-numeric:tabular-nums}
.figures span{display:block;color:var(--faint);font-size:.8125rem;line-height:1.35}
p.covered{margin:0 0 1rem;color:var(--good);font-weight:600}
section.uncovered{margin:0 clamp(.75rem,2vw,2rem) 1rem;padding:.75rem 1rem;
border:1px solid var(--miss);border-radius:8px}
section.uncovered h2{color:var(--miss)}
section.uncovered ul{margin:.5rem 0 0;padding:0;list-style:none}
section.uncovered li{padding:.3rem 0;border-top:1px solid var(--line)}
section.uncovered li:first-child{border:0}
.because{color:var(--faint);margin:0 .5rem}
details.transitions{margin-bottom:1rem}
.wide{overflow-x:auto}
summary{cursor:pointer}
table{border-collapse:collapse;margin:.5rem 0}
th,td{text-align:left;padding:.2rem .75rem .2rem 0;border-bottom:1px solid var(--line)}
td.number,th.number{text-align:right;font-variant-numeric:tabular-nums}
tr.never td{color:var(--miss)}
.panes{display:grid;gap:1.5rem;grid-template-columns:minmax(0,1fr)}
.machine{position:sticky;top:0;z-index:1;background:var(--paper);min-width:0;padding:.5rem 0;
border-bottom:1px solid var(--line)}
.bar{display:flex;gap:.5rem;align-items:center;flex-wrap:wrap;margin:0 0 .5rem}
.bar h2{margin-right:auto}
.canvas{overflow:auto;max-height:44vh;border:1px solid var(--line);border-radius:8px;
background:var(--paper)}
.canvas svg{display:block;margin:auto;max-width:100%;max-height:42vh;height:auto}
.canvas.is-large svg{max-width:none;max-height:none;width:auto}
.walk{display:flex;gap:.5rem;align-items:center;margin:.5rem 0 0;min-height:2.5rem}
.walk p{margin:0;flex:1;min-width:0;overflow-wrap:anywhere}
.keys{color:var(--faint);font-size:.8125rem;margin:.25rem 0 0}
kbd{border:1px solid var(--line);border-radius:4px;padding:0 .3em;background:var(--panel);
font:.9em ui-monospace,monospace}
.search{display:block;width:100%;padding:.5rem .75rem;border:1px solid var(--faint);
border-radius:6px;background:var(--paper)}
.field{display:block;font-size:.875rem;color:var(--faint);margin:.5rem 0 .25rem}
.told{margin:.5rem 0 0;color:var(--faint)}
.filter{display:flex;gap:.5rem;align-items:center;flex-wrap:wrap;background:var(--wash);
border-radius:6px;padding:.4rem .6rem;margin:.5rem 0 0}
section.group{content-visibility:auto;contain-intrinsic-size:auto 20rem}
details.path{border-left:3px solid transparent;padding:.1rem 0 .1rem .5rem;scroll-margin-top:64vh}
details.path[open]{border-left-color:var(--path);background:var(--wash);border-radius:0 6px 6px 0}
details.path summary{padding:.15rem 0;overflow-wrap:anywhere}
details.path[open] summary{font-weight:600}
details.path p{margin:.25rem 0;color:var(--faint)}
details.path ol{margin:.25rem 0 .5rem;padding-left:1.75rem}
details.path li{padding:.15rem 0}
.go{overflow-wrap:anywhere;text-align:left}
li.now>.go{border-color:var(--now);box-shadow:inset 3px 0 0 var(--now)}
.nothing{color:var(--faint);font-style:italic}
/* The drawing: its own rules come after these. */
.canvas .edge{transition:opacity .12s}
.canvas.has-path .edge:not(.on-path,.initial){opacity:.3}
.canvas .edge .row[data-transition]{cursor:pointer}
.canvas .chosen>.ground{stroke:var(--now);stroke-width:2.5}
.canvas .edge.chosen>.line{stroke:var(--now);stroke-width:4}
@media (prefers-reduced-motion:reduce){.canvas .edge{transition:none}}
footer{padding-top:1rem;padding-bottom:2rem;color:var(--faint);font-size:.875rem;
overflow-wrap:anywhere}
.unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
@media (min-width:64rem){
.panes{grid-template-columns:minmax(0,1fr) minmax(22rem,30rem)}
.machine{align-self:start;border:0;max-height:100vh;display:flex;flex-direction:column}
.canvas{max-height:none;min-height:0}
.canvas svg{max-height:calc(100vh - 9rem);width:auto}
details.path{scroll-margin-top:1rem}
}
@media (min-width:100rem){.panes{grid-template-columns:minmax(0,1fr) 36rem}}
@media print{.machine{position:static;height:auto}.walk,.keys,button,.search,.field{display:none}}
`;
