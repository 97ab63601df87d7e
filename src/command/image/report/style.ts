const COLOURS = ['#3b6ea5', '#5b8c5a', '#b0703c', '#7d5ba6', '#a34b5e', '#4a8f94', '#8a7f3f', '#6b6b6b'];

/** The style of the page of `crac inspect --html`. */
export const STYLE = `
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { margin: 0; } main { max-width: 62rem; margin: 0 auto; padding: 1rem; overflow-wrap: anywhere; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
table { border-collapse: collapse; width: 100%; } th { text-align: left; }
td, th { padding: .15rem .8rem .15rem 0; vertical-align: top; border-bottom: 1px solid #8883; }
td { font-variant-numeric: tabular-nums; } .none { opacity: .6; }
#mappings td:not(:last-child), #mappings th { white-space: nowrap; }
svg { width: 100%; height: auto; margin-bottom: 1rem; } svg text { fill: #fff; font-size: 13px; } svg .size { opacity: .8; }
rect { stroke: #fff; stroke-width: 1; }
${COLOURS.map((colour, index) => `.kind-${index} rect { fill: ${colour}; }`).join('\n')}
`;
