/** Of the quality page: readable in light and dark, on paper and on a phone. */
export const pageStyle = `
:root { color-scheme: light dark; --ink: #1d2330; --soft: #5c6675; --paper: #ffffff; --line: #d9dee6;
  --pass: #2e8b57; --warn: #c98a00; --fail: #c9352b; --error: #8e3fb5; --none: #e3e7ed; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ef; --soft: #9aa4b2; --paper: #14181f; --line: #2f3743;
  --pass: #4cb97d; --warn: #e3a92b; --fail: #ef6a60; --error: #c584e6; --none: #28303b; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 72rem; padding: 1.5rem; font: 15px/1.5 system-ui, sans-serif; color: var(--ink);
  background: var(--paper); }
h1 { font-size: 1.5rem; margin: 0; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
.quiet, small, .legend { color: var(--soft); } .wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: .85rem; margin: .5rem 0; }
th, td { text-align: left; padding: .2rem .7rem .2rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
details { border-bottom: 1px solid var(--line); padding: .35rem 0; } summary { cursor: pointer; }
.strip { display: block; margin-top: .25rem; max-width: 100%; }
rect.pass { fill: var(--pass); } rect.warn { fill: var(--warn); } rect.fail { fill: var(--fail); }
rect.error { fill: var(--error); } rect.none { fill: var(--none); }
.key { display: inline-block; width: .7rem; height: .7rem; margin-left: .7rem; }
.key.pass, .status.pass { background: var(--pass); } .key.warn, .status.warn { background: var(--warn); }
.key.fail, .status.fail { background: var(--fail); } .key.error, .status.error { background: var(--error); }
.key.none { background: var(--none); }
.status { color: var(--paper); border-radius: .2rem; padding: 0 .35rem; font-size: .8rem; }
`;
